"""Programs of others, run for a method: confined as methods are, watched, and ended with their whole group."""

import contextlib
import json
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import IO, NamedTuple

from aelang.methods.settings import Settings

_CHUNK = 65536
_PASSED = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR")


class Ended(NamedTuple):
    """How a program ended: its exit code, or why it was ended."""

    code: int
    reason: str = ""


def run_outside(
    command: Sequence[str],
    settings: Settings,
    given: bytes,
    take: Callable[[str, bytes], None],
    environment: Mapping[str, str],
    files: Mapping[str, bytes],
) -> Ended:
    """Runs `command` in a new folder with `files` in it, and `given` on its standard input. `take` gets what it writes,
    piece by piece, with `out` or `err`. Raises OSError where it cannot be started."""
    import subprocess
    import tempfile

    with tempfile.TemporaryDirectory(prefix="aelang-program-") as folder:
        for name, content in files.items():
            with open(os.open(os.path.join(folder, name), os.O_CREAT | os.O_WRONLY, 0o600), "wb") as stream:
                stream.write(content)
        kept = {name: os.environ[name] for name in (*_PASSED, *settings.environment) if name in os.environ}
        process = subprocess.Popen(
            [*_confining(settings, folder, command), *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env={**kept, "HOME": folder, "TMPDIR": folder, **environment},
            start_new_session=True,
        )
        with process:
            try:
                reason = _watch(process, settings, given, take)
            finally:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, signal.SIGKILL)
        return Ended(process.returncode, reason or _told(process.returncode))


def _told(code: int) -> str:
    return f"it was ended by the signal {signal.Signals(-code).name}" if code < 0 else ""


def _confining(settings: Settings, folder: str, command: Sequence[str]) -> list[str]:
    confine = os.path.join(os.path.dirname(os.path.abspath(__file__)), "child", "confine.py")
    limits = {name: getattr(settings, name) for name in ("cpu", "memory", "file", "processes", "files")}
    readable = [*settings.readable, *(each for each in command if each.startswith("/"))]
    told = {"limits": limits, "network": settings.network, "fence": settings.fence, "scratch": folder}
    told["readable"] = readable
    return [sys.executable, "-I", "-S", confine, json.dumps(told)]


def _watch(process: "object", settings: Settings, given: bytes, take: Callable[[str, bytes], None]) -> str:
    """Feeds and reads until both outputs are closed. Gives the reason where the program has to be ended."""
    streams: dict[int, str] = {}
    poll = select.poll()
    for name in ("out", "err"):
        stream: IO[bytes] = getattr(process, f"std{name}")
        os.set_blocking(stream.fileno(), False)
        poll.register(stream, select.POLLIN)
        streams[stream.fileno()] = name
    entry: IO[bytes] = process.stdin  # type: ignore[attr-defined]  # subprocess is imported where it is used only
    os.set_blocking(entry.fileno(), False)
    poll.register(entry, select.POLLOUT)
    left, output, pending = settings.timeout, 0, memoryview(given)
    while streams:
        before = time.monotonic()
        ready = poll.poll(max(0, left) * 1000)
        left -= time.monotonic() - before
        if not ready:
            return f"it took longer than {settings.timeout:g} seconds"
        for number, _ in ready:
            if number not in streams:
                pending = _feed(number, pending)
                if not pending:
                    poll.unregister(number)
                    entry.close()
                continue
            data = os.read(number, _CHUNK)
            output += len(data)
            if output > settings.output:
                return f"it wrote more than {settings.output} bytes to its output"
            if data:
                take(streams[number], data)
            else:
                poll.unregister(number)
                del streams[number]
    return ""


def _feed(number: int, pending: memoryview) -> memoryview:
    try:
        return pending[os.write(number, pending) :]
    except BlockingIOError:
        return pending
    except OSError:  # it does not want to read
        return memoryview(b"")
