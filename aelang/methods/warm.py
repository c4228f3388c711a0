"""A warm process: started once, it forks one child for each call that it is handed."""

import contextlib
import fcntl
import json
import os
import select
import socket
import threading
from collections.abc import Mapping, Sequence
from typing import Any

_CONTROL = 3
_PASSED = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR")
_PATIENCE = 3000


class Gone(Exception):
    """The warm process is no more, or could not be started; the text is for people."""


class Warm:
    """The warm process that `command` starts, given the settings as its last argument. It is started at first use,
    again where it has died, and in each process that this one was forked into.

    `settings` go to the process as JSON, with `base`, the folder that it makes for all of its calls.
    """

    def __init__(self, command: Sequence[str], settings: Mapping[str, Any], environment: Sequence[str] = ()) -> None:
        self._command = list(command)
        self._settings = settings
        self._base = ""
        self._environment = environment
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._process = 0
        self._owner = 0
        self._count = 0

    def run(self, files: Sequence[int]) -> int:
        """Hands over a call with its four files (conversation, stdout, stderr, status), and gives its number.

        Raises Gone.
        """
        with self._lock:
            self._count += 1
            order = json.dumps({"run": self._count}).encode()
            for _ in range(2):  # where it had died unnoticed, a new one is started once
                try:
                    socket.send_fds(self._ready(), [order], files)
                    return self._count
                except OSError as fault:
                    reason = str(fault)
                    self._close()
            raise Gone(f"the process that runs methods cannot be started: {reason}")

    def kill(self, number: int) -> None:
        """Ends the call `number`, with all processes of its group."""
        with self._lock, contextlib.suppress(OSError):
            if self._socket is not None and self._owner == os.getpid():
                self._socket.send(json.dumps({"kill": number}).encode())

    def close(self) -> None:
        """Ends the warm process, and all calls that it runs."""
        with self._lock:
            self._close()

    def __del__(self) -> None:
        try:  # noqa: SIM105 - contextlib itself may be gone
            self._close()
        except Exception:  # when the interpreter ends, anything may be gone already
            pass

    def _ready(self) -> socket.socket:
        if self._socket is not None and self._owner != os.getpid():
            self._socket.close()
            self._socket = None
        if self._socket is None:
            self._socket = self._start()
        return self._socket

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        moved = fcntl.fcntl(theirs.fileno(), fcntl.F_DUPFD_CLOEXEC, _CONTROL + 1)  # 3 itself would not be passed on
        self._base = _new_base()
        try:
            self._process = os.posix_spawn(
                self._command[0],
                [*self._command, json.dumps({**self._settings, "base": self._base})],
                _scrubbed(os.environ, self._environment),
                file_actions=[
                    (os.POSIX_SPAWN_DUP2, moved, _CONTROL),
                    (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                    (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
                ],
                setsid=True,
            )
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()
            os.close(moved)
        self._owner = os.getpid()
        return ours

    def _close(self) -> None:
        if self._socket is None:
            return
        self._socket.close()
        self._socket = None
        if self._owner == os.getpid():
            _await(self._process)
            if os.path.isdir(self._base):  # it was killed, and could not tidy up
                import shutil

                shutil.rmtree(self._base, ignore_errors=True)


def _new_base() -> str:
    folder = os.path.realpath(os.environ.get("TMPDIR") or "/tmp")
    return os.path.join(folder, f"aelang-methods-{os.getpid()}-{os.urandom(6).hex()}")


def _scrubbed(environment: Mapping[str, str], more: Sequence[str]) -> dict[str, str]:
    return {name: environment[name] for name in (*_PASSED, *more) if name in environment}


def _await(process: int) -> None:
    """Waits for the end of `process`, which has been told of it; one that does not listen is killed."""
    with contextlib.suppress(OSError):
        watch = os.pidfd_open(process)
        try:
            if not _ends(watch):
                os.kill(process, 9)
            os.waitpid(process, 0)
        finally:
            os.close(watch)


def _ends(watch: int) -> bool:
    poll = select.poll()
    poll.register(watch, select.POLLIN)
    return bool(poll.poll(_PATIENCE))
