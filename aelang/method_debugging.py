"""Debugging methods: what a method instantiates is told to the run's debugger, and Python's own debugger opens in it.

The method lives in a process without a terminal. What its `breakpoint()` reads and writes are two more questions of the
conversation between that process and the run, which are answered here and not by the run's handle.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Protocol, cast

from aelang.interpreter.ports import Code, Handle, MethodCall, MethodResult, MethodRunner

_PIECE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "methods", "child", "breakpoints.py")


class Terminal(NamedTuple):
    """Where the debugger talks: `read` gives a line with its end, or an empty text when there is no more."""

    read: Callable[[], str]
    write: Callable[[str], None]


class Debugger(Protocol):
    """The debugger of the run, as far as methods need one."""

    @property
    def is_stepping(self) -> bool:
        """Whether the run is stepped through."""

    def follow(self, uri: str, work: Callable[[], object]) -> object:
        """Does `work`, by which a method instantiates `uri`, and gives what that gives."""


class DebuggedMethods:
    """Fills `ports.MethodRunner` with `runner`, which runs all methods. `debugger` hears of what inline ones
    instantiate; at `terminal` those in Python can be debugged."""

    def __init__(self, runner: MethodRunner, debugger: Debugger | None, terminal: Terminal | None) -> None:
        self._runner = runner
        self._debugger = debugger
        self._terminal = terminal

    def run(self, call: MethodCall) -> MethodResult:
        """Runs `call`, as the runner does."""
        if call.method.location.strip().lower() != "inline":
            return self._runner.run(call)
        handle = cast("Handle", _Listening(call.handle, self._debugger, self._terminal))
        call = call._replace(handle=handle)
        if self._terminal is not None and call.method.language.strip().lower() == "python":
            call = call._replace(code=tuple(self._pieces(call.code)))
        return self._runner.run(call)

    def _pieces(self, code: tuple[Code, ...]) -> Iterator[Code]:
        """`code` so that it can be debugged, from its first line on where the run is stepped through."""
        with open(_PIECE, encoding="utf-8") as stream:
            yield Code("/aelang/breakpoints", stream.read())
        yield from code
        if self._debugger is not None and self._debugger.is_stepping:
            yield Code("/aelang/step", 'main = __debugged__(globals().get("main"))\n')


class _Listening:
    """A handle that answers the debugger of its method itself, and leaves all else to the handle of the run."""

    def __init__(self, handle: Handle, debugger: Debugger | None, terminal: Terminal | None) -> None:
        self._handle = handle
        self._debugger = debugger
        self._terminal = terminal

    def __getattr__(self, name: str) -> object:
        return getattr(self._handle, name)

    def answer(self, ask: str, arguments: Sequence[object]) -> object:
        match ask, list(arguments):
            case "debugger_reads", [] if self._terminal is not None:
                return self._terminal.read()
            case "debugger_writes", [str(text)] if self._terminal is not None:
                self._terminal.write(text)
                return None
            case "instantiate", [str(uri)] if self._debugger is not None:
                return self._debugger.follow(uri, lambda: self._handle.answer(ask, arguments))
            case _:
                return self._handle.answer(ask, arguments)
