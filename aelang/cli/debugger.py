"""The debugger's conversation in the terminal: commands are read line by line, answers go to standard error."""

import sys
from collections.abc import Callable, Iterator
from typing import NamedTuple

from aelang.cli.console import Console, printable
from aelang.cli.formats.trace import text_line
from aelang.cli.formats.tree import attribute_lines
from aelang.cli.options import Left
from aelang.debugging import Debugger, Frame
from aelang.interpreter.failures import AutomateError
from aelang.interpreter.trace import Event
from aelang.interpreter.values import inspect, sanitize, type_name
from aelang.interpreter.workspace import WorkspaceObject
from aelang.method_debugging import Terminal
from aelang.names import is_blank

_PROMPT = "(aelang) "


def terminal() -> Terminal:
    """The terminal of the debugger inside a method."""
    return Terminal(_read_line, _write)


def _read_line() -> str:
    """A line of standard input; one that does not come from a terminal is shown, so that a transcript is complete."""
    line = sys.stdin.readline() if sys.stdin is not None else ""
    if line and not sys.stdin.isatty():
        _write(line)
    return line


def _write(text: str) -> None:
    sys.stderr.write(printable(sanitize(text)))
    sys.stderr.flush()


class Prompt:
    """Talks about a run that was stopped, until it is to go on."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def __call__(self, debugger: Debugger, event: Event) -> None:
        """Asks for commands until one lets the run go on. Raises Left."""
        self._tell(f"stopped: {text_line(event).strip()}")
        frames = debugger.where()
        if frames and frames[-1].span.source:
            self._tell(f" --> {frames[-1].span}")
        while not self._obey(debugger, self._read()):
            pass

    def _read(self) -> str:
        _write(_PROMPT)
        line = _read_line()
        if not line:
            self._tell("")
            raise Left
        return line.strip()

    def _obey(self, debugger: Debugger, line: str) -> bool:
        """Carries out `line`; whether the run goes on."""
        word, _, rest = line.partition(" ")
        if not word:
            return False
        command = _find(word)
        if command is None:
            self._tell(f"there is no command `{word}`; `help` lists them")
            return False
        try:
            for said in command.act(debugger, rest.strip()):
                self._tell(said)
        except AutomateError as failure:
            self._tell(f"{type(failure).__name__}: {failure.message}")
        return command.goes_on

    def _tell(self, text: str) -> None:
        self._console.tell(printable(sanitize(text)))


class _Command(NamedTuple):
    """A command: what it takes, what it does, whether the run goes on then, and its work, which gives lines."""

    takes: str
    text: str
    goes_on: bool
    act: Callable[[Debugger, str], Iterator[str]]


def _find(word: str) -> _Command | None:
    """The command that `word` is, or is the beginning of; the first one in the table."""
    if word in _COMMANDS:
        return _COMMANDS[word]
    return next((command for name, command in _COMMANDS.items() if name.startswith(word)), None)


def _step(debugger: Debugger, rest: str) -> Iterator[str]:
    debugger.step()
    return iter(())


def _next(debugger: Debugger, rest: str) -> Iterator[str]:
    debugger.next()
    return iter(())


def _continue(debugger: Debugger, rest: str) -> Iterator[str]:
    debugger.go_on()
    return iter(())


def _where(debugger: Debugger, rest: str) -> Iterator[str]:
    frames = debugger.where()
    if not frames:
        yield "the run has no object yet"
    for at, frame in enumerate(frames):
        yield f"{'>' if at == len(frames) - 1 else ' '} {frame.obj.object_name}#{frame.obj.message}{_place(frame)}"


def _place(frame: Frame) -> str:
    field = f"  {frame.field}" if frame.field else ""
    return field + (f"  {frame.span}" if frame.span.source else "")


def _objects(debugger: Debugger, rest: str) -> Iterator[str]:
    workspace = debugger.workspace
    if not workspace.nodes:
        yield "the run has no object yet"
    for obj in workspace.roots:
        yield from _tree(debugger, obj, 0)


def _tree(debugger: Debugger, top: WorkspaceObject, depth: int) -> Iterator[str]:
    waiting = [(top, depth)]
    while waiting:
        obj, depth = waiting.pop()
        current = obj is debugger.workspace.current
        yield f"{'>' if current else ' '} {'  ' * depth}{obj.object_name}"
        waiting += [(child, depth + 1) for child in reversed(obj.children)]


def _attributes(debugger: Debugger, rest: str) -> Iterator[str]:
    yield from attribute_lines(dict(sorted(debugger.find(rest).attributes.items())))


def _variables(debugger: Debugger, rest: str) -> Iterator[str]:
    yield from attribute_lines(debugger.workspace.state_vars)


def _print(debugger: Debugger, rest: str) -> Iterator[str]:
    value = debugger.evaluate(rest)
    yield f"{type_name(value)}  {inspect(value)}"


def _set(debugger: Debugger, rest: str) -> Iterator[str]:
    name, _, value = rest.partition(" ")
    if is_blank(name):
        yield "set NAME VALUE: which attribute?"
        return
    debugger.set(name, value)


def _break(debugger: Debugger, rest: str) -> Iterator[str]:
    if rest:
        debugger.breakpoints.append(rest)
    yield from debugger.breakpoints


def _quit(debugger: Debugger, rest: str) -> Iterator[str]:
    raise Left


def _help(debugger: Debugger, rest: str) -> Iterator[str]:
    for name, command in _COMMANDS.items():
        yield f"  {f'{name} {command.takes}'.strip().ljust(22)}{command.text}"
    yield "The beginning of a word will do: n for next."


_COMMANDS = {
    "step": _Command("", "Go on to the next thing that happens.", True, _step),
    "next": _Command("", "Go on, over all that happens inside of this.", True, _next),
    "continue": _Command("", "Go on to the next breakpoint.", True, _continue),
    "where": _Command("", "The objects under way, each with its field and the place of that.", False, _where),
    "objects": _Command("", "All objects so far.", False, _objects),
    "attributes": _Command("[PATH]", "The attributes of the current object, or of that at PATH.", False, _attributes),
    "variables": _Command("", "The state variables.", False, _variables),
    "print": _Command("TEXT", "TEXT after substitution: print ${/#name}.", False, _print),
    "set": _Command("NAME VALUE", "Set an attribute: set Integer::count 3, set /#name Ada.", False, _set),
    "break": _Command("[NAME]", "Stop there too; without a name, list where.", False, _break),
    "help": _Command("", "This list.", False, _help),
    "quit": _Command("", "End the run here.", False, _quit),
}
