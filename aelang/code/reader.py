"""Readers: processes that say of one text after the other whether it is Ruby, or Python. They run nothing of it.

Texts are hostile until shown otherwise. So they are read in a child with limits; one that ends or hangs is replaced,
and the text at hand is to blame.
"""

import contextlib
import os
import select
import sys
import time
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import subprocess

LARGEST = 1024 * 1024
"""Bytes; the text of a method is not longer, and one of 8 MB would fill the memory when it is read."""

_PATIENCE = 10.0
_MOST_LOSSES = 3
_NO_MEMORY = "out of memory"
_HERE = os.path.dirname(os.path.abspath(__file__))
_PASSED = ("PATH", "LD_LIBRARY_PATH", "HOME", "RBENV_VERSION", "RBENV_ROOT", "ASDF_DIR", "ASDF_DATA_DIR", "GEM_HOME")


class Fault(NamedTuple):
    """What is wrong with a text, and where. `is_read`: the text was read, and is wrong; else it could not be read."""

    line: int
    column: int
    problem: str
    is_read: bool = True


class Reader:
    """A process that reads texts of one language, started when the first text comes."""

    def __init__(self, language: str, command: list[str]) -> None:
        self._language = language
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._losses = 0

    def read(self, text: str) -> Fault | None:
        """What is wrong with `text`."""
        data = text.encode("utf-8", "replace")
        if len(data) > LARGEST:
            return Fault(0, 0, f"it is longer than {LARGEST // 1024 // 1024} MB", is_read=False)
        if self._losses >= _MOST_LOSSES:
            return Fault(0, 0, f"the program that reads {self._language} failed too often before", is_read=False)
        try:
            said = self._ask(data)
        except _Lost as loss:
            self.close()
            self._losses += 1
            return Fault(0, 0, str(loss), is_read=False)
        if not said:
            return None
        return _of_ruby(said, text) if self._language == "ruby" else _of_python(said)

    def close(self) -> None:
        """Ends the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            with contextlib.suppress(OSError):
                process.communicate()

    def _ask(self, data: bytes) -> str:
        process = self._process or self._start()
        assert process.stdin is not None
        until = time.monotonic() + _PATIENCE
        try:
            process.stdin.write(b"%d\n%b" % (len(data), data))
            process.stdin.flush()
        except OSError:
            raise self._lost() from None
        length, _, said = self._receive(b"", until).partition(b"\n")
        while len(said) < int(length):
            said = self._receive(said, until)
        return said.decode("utf-8", "replace")

    def _receive(self, before: bytes, until: float) -> bytes:
        """`before` and what is read next: of a line at least its end, where nothing was read before."""
        process = self._process
        assert process is not None and process.stdout is not None
        poll = select.poll()
        poll.register(process.stdout, select.POLLIN)
        received = before
        while received == before or (not before and b"\n" not in received):
            if not poll.poll(max(0.0, until - time.monotonic()) * 1000):
                raise _Lost(f"to read it takes longer than {_PATIENCE:g} seconds")
            more = os.read(process.stdout.fileno(), 65536)
            if not more:
                raise self._lost()
            received += more
        return received

    def _start(self) -> "subprocess.Popen[bytes]":
        import subprocess

        kept = {name: os.environ[name] for name in _PASSED if name in os.environ}
        try:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**kept, "LC_ALL": "C.UTF-8"},
                start_new_session=True,
            )
        except OSError as fault:
            raise _Lost(f"`{self._command[0]}` cannot be started: {fault.strerror}") from None
        return self._process

    def _lost(self) -> "_Lost":
        return _Lost(f"the program that reads {self._language} ended over it")


class _Lost(Exception):
    """The process gives no answer; the text is for people."""


def reader_of(language: str) -> Reader | None:
    """A reader of texts in `language`, which is ruby or python; None where there is none, or the program is absent."""
    if language == "python":
        return Reader(language, [sys.executable, "-I", "-S", os.path.join(_HERE, "parses.py")])
    ruby = ruby_program() if language == "ruby" else None
    if ruby is None:
        return None
    return Reader(language, [ruby, "--disable=gems,rubyopt", "-W0", os.path.join(_HERE, "parses.rb")])


def ruby_program() -> str | None:
    """The `ruby` on the PATH; None where there is none. (`shutil` would cost a warm start a tenth.)"""
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        path = os.path.join(folder, "ruby")
        if os.path.isabs(folder) and os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    return None


def reader_version(language: str) -> str:
    """A text that changes with what `reader_of(language)` would say of a text; empty where it is None."""
    if language == "python":
        return f"1 {sys.version}"
    ruby = ruby_program() if language == "ruby" else None
    if ruby is None:
        return ""
    status = os.stat(ruby)
    return f"1 {os.path.realpath(ruby)} {status.st_size} {status.st_mtime_ns}"


def _of_python(said: str) -> Fault:
    line, column, problem = said.split(":", 2)
    return Fault(int(line), int(column), problem)


def _of_ruby(said: str, text: str) -> Fault:
    """The first complaint in the message of a SyntaxError: `method:3: problem`, then the line and a caret under it.

    Since Ruby 3.4 the message is an excerpt: `> 3 | the line`, and under it a caret with the problem.
    """
    first, *others = said.split("\n")
    number, _, problem = first.removeprefix("method:").partition(": ")
    if said == _NO_MEMORY:
        return Fault(0, 0, "it takes too much memory", is_read=False)
    if not number.isdecimal():
        return Fault(1, 1, first)
    problem = problem.removesuffix(" (SyntaxError)")
    if problem.startswith(("syntax error found", "syntax errors found")):
        return _of_excerpt(others) or Fault(max(1, int(number)), 1, problem)
    line = max(1, int(number))
    return Fault(line, _column(others, text, line), problem.replace("`", "'"))


def _column(shown: list[str], text: str, line: int) -> int:
    """The column of the caret, which counts bytes, where the line above it is shown in full."""
    lines = text.split("\n")
    for above, under in pairwise(shown):
        if under.strip("~ ") == "^" and line <= len(lines) and above.rstrip() == lines[line - 1].rstrip():
            return len(above.encode()[: under.index("^")].decode("utf-8", "replace")) + 1
    return 1


def _of_excerpt(shown: list[str]) -> Fault | None:
    line = 0
    for each in shown:
        gutter, bar, rest = each.partition(" | ")
        number = gutter.lstrip("> ")
        if bar and number.isdecimal():
            line = int(number)
        elif bar and not number.strip(" ~") and rest.lstrip().startswith("^"):
            return Fault(max(1, line), rest.index("^") + 1, rest.lstrip(" ^~").strip() or "syntax error")
    return None
