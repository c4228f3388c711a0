"""Python's debugger inside a method: `breakpoint()` in its code talks to whoever runs it.

The method lives in a process without a terminal. What its debugger reads and writes are two more questions of the
conversation between that process and the run, which are answered here and not by the run's handle.
"""

import os
from collections.abc import Callable, Sequence
from typing import NamedTuple, cast

from aelang.interpreter.ports import Code, Handle, MethodCall, MethodResult, MethodRunner, ProtocolError

_PIECE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "methods", "child", "breakpoints.py")


class Terminal(NamedTuple):
    """Where the debugger talks: `read` gives a line with its end, or an empty text when there is no more."""

    read: Callable[[], str]
    write: Callable[[str], None]


class DebuggedMethods:
    """Fills `ports.MethodRunner`: runs methods by `runner`, those in Python so that they can be debugged."""

    def __init__(self, runner: MethodRunner, terminal: Terminal) -> None:
        self._runner = runner
        self._terminal = terminal

    def run(self, call: MethodCall) -> MethodResult:
        """Runs `call`, as the runner does."""
        if call.method.language.strip().lower() != "python":
            return self._runner.run(call)
        with open(_PIECE, encoding="utf-8") as stream:
            piece = Code("/aelang/breakpoints", stream.read())
        handle = cast("Handle", _Listening(call.handle, self._terminal))
        return self._runner.run(call._replace(handle=handle, code=(piece, *call.code)))


class _Listening:
    """A handle that answers the debugger of its method itself, and leaves all else to the handle of the run."""

    def __init__(self, handle: Handle, terminal: Terminal) -> None:
        self._handle = handle
        self._terminal = terminal

    def __getattr__(self, name: str) -> object:
        return getattr(self._handle, name)

    def answer(self, ask: str, arguments: Sequence[object]) -> object:
        match ask, list(arguments):
            case "debugger_reads", []:
                return self._terminal.read()
            case "debugger_writes", [str(text)]:
                self._terminal.write(text)
                return None
            case (("debugger_reads" | "debugger_writes"), _):
                raise ProtocolError(f"{ask!r} is asked in another way")
            case _:
                return self._handle.answer(ask, arguments)
