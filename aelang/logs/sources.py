"""Sources: the lines of log files, plain or gzipped, of a pipe, and of a file that still grows."""

import io
import os
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, TextIO, cast

PIPE = "-"
"""The name of standard input."""

_EVERY = 20_000  # lines between two looks at how far it is
_TAIL = 65_536  # bytes of a file that one begins with where one follows it
_GZIP = b"\x1f\x8b"

Progress = Callable[[int, int, str], None]
"""Told how many bytes of how many are read, of what."""


class LogError(Exception):
    """A log cannot be read; the text is for people."""


def read_lines(names: Iterable[str], progress: Progress | None = None) -> Iterator[str]:
    """The lines of the logs `names`, the oldest log first; `-` is standard input. Raises LogError."""
    for name in _oldest_first(list(names)):
        try:
            with _open(name) as file:
                yield from _told(file, name, progress)
        except (OSError, EOFError) as fault:
            raise LogError(_sentence(name, fault)) from None
        except zlib.error as fault:
            raise LogError(f"{name} is damaged: {fault}") from None


@contextmanager
def _open(name: str) -> Iterator[TextIO]:
    """The text of a log, unpacked where it is gzipped; standard input is left open."""
    raw = sys.stdin.buffer if name == PIPE else open(name, "rb")  # noqa: SIM115 - closed below
    try:
        packed = cast("io.BufferedReader", raw).peek(2)[:2] == _GZIP
        yield io.TextIOWrapper(_unpacked(raw) if packed else raw, "utf-8", "replace")
    finally:
        if name != PIPE:
            raw.close()


def _unpacked(raw: BinaryIO) -> BinaryIO:
    import gzip

    return cast("BinaryIO", gzip.GzipFile(fileobj=raw))


def _told(file: TextIO, name: str, progress: Progress | None) -> Iterator[str]:
    if progress is None or name == PIPE:
        yield from file
        return
    total, raw = os.path.getsize(name), file.buffer
    raw = getattr(raw, "fileobj", raw)  # of a gzipped file: how much of the file is read, not of what it unpacks to
    for number, line in enumerate(file):
        if number % _EVERY == 0:
            progress(min(total, raw.tell()), total, f"reading {os.path.basename(name)}")
        yield line


def _oldest_first(names: list[str]) -> list[str]:
    """`names` by the time of their first entry: a shell gives `automation.log` before what was rotated away."""
    if len(names) < 2 or PIPE in names:
        return names
    return sorted(names, key=_first_time)


def _first_time(name: str) -> float:
    from aelang.logs.entries import Entry, Unread, read_entries

    try:
        with _open(name) as file:
            head = (line for line, _ in zip(file, range(1000), strict=False))
            times = (entry.at for entry in read_entries(head, Unread()) if isinstance(entry, Entry))
            return next((at for at in times if at is not None), float("inf"))
    except (OSError, EOFError):
        return float("inf")  # told when it is read


def _sentence(name: str, fault: Exception) -> str:
    reason = getattr(fault, "strerror", None) or str(fault)
    return f"{'standard input' if name == PIPE else name} cannot be read: {reason}"


def follow_lines(name: str, wait: Callable[[], None]) -> Iterator[str]:
    """The last lines of a log, and each that is written to it from now on; `wait` is called where there is none yet.

    A log that is rotated away or emptied is read on from the beginning of the new one. A pipe is read to its end.
    Raises LogError.
    """
    if name == PIPE:
        with _open(name) as file:
            yield from file
        return
    try:
        yield from _follow(name, wait)
    except OSError as fault:
        raise LogError(_sentence(name, fault)) from None


def _follow(name: str, wait: Callable[[], None]) -> Iterator[str]:
    file, begun = open(name, "rb"), ""  # noqa: SIM115 - another one takes its place when it is rotated
    try:
        if file.seek(0, os.SEEK_END) > _TAIL:
            file.seek(-_TAIL, os.SEEK_END)
            file.readline()
        else:
            file.seek(0)
        while True:
            for line in file:
                begun += line.decode("utf-8", "replace")
                if begun.endswith("\n"):
                    yield begun
                    begun = ""
            wait()
            if _is_another(name, file):
                file.close()
                file, begun = open(name, "rb"), ""  # noqa: SIM115
    finally:
        file.close()


def _is_another(name: str, file: BinaryIO) -> bool:
    """Whether the log of that name is no more the open `file`, or begins again in it."""
    try:
        there, ours = os.stat(name), os.fstat(file.fileno())
    except FileNotFoundError:
        return False  # between being rotated away and made anew
    return there.st_ino != ours.st_ino or there.st_size < file.tell()
