"""Running a Python method: its code is a module with `def main(evm)`, and how it ends is an exit code."""

import builtins
import contextlib
import linecache
import os
import socket
import sys
import traceback
from itertools import zip_longest
from types import CodeType, ModuleType
from typing import Any, TextIO

from aelang.methods.child.evm import ABORT, OK, STOP, WARN, Evm, MethodExit
from aelang.methods.child.wire import Conversation, EvmError, Symbol

FAILED = 1
_NAMES = {"MIQ_OK": OK, "MIQ_WARN": WARN, "MIQ_ERROR": STOP, "MIQ_STOP": STOP, "MIQ_ABORT": ABORT}
_HERE = os.path.dirname(os.path.abspath(__file__))
_LONGEST = 4000


def run_method(connection: socket.socket) -> int:
    """Takes the code over `connection`, runs it, tells how it ended, and gives the exit code."""
    sys.stdout, sys.stderr = (_line_writer(number) for number in (1, 2))
    conversation = Conversation(connection)
    job = conversation.receive()
    evm = Evm(conversation)
    code, message = _ending(evm, job["code"])
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # the method closed it
            stream.flush()
    conversation.ask("end", message[:_LONGEST])
    return code


def _line_writer(number: int) -> TextIO:
    """A stream to the file `number`: a line is written when it is whole."""
    return open(number, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)


def _ending(evm: Evm, pieces: list[tuple[str, str, int]]) -> tuple[int, str]:
    try:
        _run(evm, pieces)
        return OK, ""
    except MethodExit as end:
        return end.code, end.message
    except SystemExit as end:
        return _exit_code(end.code), ""
    except BaseException as fault:  # whatever a method raises is its failure, KeyboardInterrupt too
        return FAILED, _tell(evm, fault)


def _exit_code(code: Any) -> int:
    if code is None:
        return OK
    return code & 0xFF if isinstance(code, int) else FAILED


def _run(evm: Evm, pieces: list[tuple[str, str, int]]) -> None:
    module = ModuleType("__method__")
    module.__dict__.update(_NAMES, Symbol=Symbol, EvmError=EvmError, __evm__=evm)
    sys.modules["__method__"] = module
    for path, text, line in pieces:
        exec(_compiled(path, text, line), module.__dict__)
    main = module.__dict__.get("main")
    if not callable(main):
        raise TypeError("a Python method is a module with `def main(evm)`")
    main(evm)


def _compiled(path: str, text: str, line: int) -> CodeType:
    name = path if path.endswith(".ael") else f"{path}.py"
    text = "\n" * (line - 1) + text  # so that every line has the number that it has in its file
    pairs = zip_longest(text.splitlines(keepends=True), _known_lines(name), fillvalue="\n")
    lines = [ours if ours.strip() else theirs for ours, theirs in pairs]  # two methods may stand in one file
    linecache.cache[name] = (len(text), None, lines, name)
    return builtins.compile(text, name, "exec", dont_inherit=True)


def _known_lines(name: str) -> list[str]:
    """The lines of the file `name` that other code has told; `getlines` would look for the file."""
    entry = linecache.cache.get(name)
    return entry[2] if entry is not None and len(entry) == 4 else []


def _is_underline(line: str) -> bool:
    """Whether a line of a traceback only points at the one above; which of them do changes with the Python."""
    return bool(line.strip()) and not line.strip(" ~^")


def _tell(evm: Evm, fault: BaseException) -> str:
    """Writes the traceback of `fault`, without our own lines, to the trace, and gives its last line."""
    told = traceback.TracebackException.from_exception(fault, capture_locals=False)
    frames = [each for each in told.stack if not each.filename.startswith((_HERE, "<frozen"))]
    told.stack = traceback.StackSummary.from_list(frames)
    lines = [line for line in "".join(told.format(chain=False)).rstrip().splitlines() if not _is_underline(line)]
    last = lines[-1] if lines else type(fault).__name__
    evm.log("error", "The following error occurred during method evaluation:")
    for line in lines[-100:]:
        evm.log("error", f"  {line[:_LONGEST]}")
    place = f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""
    return f"{last[:_LONGEST]}{place}"
