"""Debugging: a run is stopped before an object, a state or a method, looked at, and let go on.

A debugger listens to the events of a run, which come at the right moments: each tells of something just before it
happens, or just after. So the interpreter knows nothing of it.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from aelang.interpreter.answering import effective_fields
from aelang.interpreter.arguments import typed_arguments
from aelang.interpreter.failures import AutomateError, ObjectNotFound
from aelang.interpreter.relationships import expand
from aelang.interpreter.substitution import reference_reader, text_reader
from aelang.interpreter.trace import (
    Dropped,
    Event,
    Followed,
    Following,
    Instantiating,
    MethodCalled,
    MethodEnded,
    PassedOver,
    StateEntered,
    StateProcessed,
    Undone,
)
from aelang.interpreter.values import RunValue, sanitize
from aelang.interpreter.workspace import Workspace, WorkspaceObject, find_object
from aelang.names import fold, join_path
from aelang.source import NOWHERE, Span

_STOPS = (
    Instantiating, Following, Followed, StateEntered, StateProcessed, MethodCalled, MethodEnded, PassedOver, Dropped,
    Undone,
)  # fmt: skip
"""The events at which a run that is stepped through stops."""

_BY_METHOD = "evm.instantiate"
"""In place of a field, where a method instantiates."""


class Frame(NamedTuple):
    """An object under way, the field that is being processed, and the place of that field."""

    obj: WorkspaceObject
    field: str
    span: Span


class Debugger:
    """Stops runs at `breakpoints`, where `converse` is called with the debugger and the event, and says how to go on by
    `step`, `next` or `go_on`.

    A breakpoint is the name of a state or a method, or a path: of an instance, a class (all of its instances) or a
    method, with or without its domain; `*` and `?` stand for anything.
    """

    def __init__(self, breakpoints: tuple[str, ...], converse: "Callable[[Debugger, Event], None]") -> None:
        self.breakpoints = list(breakpoints)
        self._reached: set[str] = set()
        self._converse = converse
        self._workspace: Workspace | None = None
        self._event: Event | None = None
        self._levels: list[tuple[str, int]] = []
        self._stop_at: float = -1  # the deepest level at which the next event stops the run; below 0: none
        self._is_talking = False

    @property
    def workspace(self) -> Workspace:
        """The workspace of the run in hand."""
        assert self._workspace is not None
        return self._workspace

    @property
    def unreached(self) -> tuple[str, ...]:
        """The breakpoints to which no run has come."""
        return tuple(each for each in self.breakpoints if each not in self._reached)

    @property
    def is_stepping(self) -> bool:
        """Whether the run stops at the next event, wherever it is."""
        return self._stop_at == float("inf")

    def attach(self, workspace: Workspace) -> None:
        """Listens to what `workspace` tells from now on, after those who listen already."""
        self._workspace = workspace
        self._levels.clear()
        tell = workspace.emit

        def emit(event: Event) -> None:
            if self._is_talking:
                return
            tell(event)
            self._take(event)

        workspace.emit = emit

    def follow(self, uri: str, work: Callable[[], object]) -> object:
        """Does `work`, by which a method instantiates `uri`: of that a run tells nothing by itself."""
        depth, shown = len(self.workspace.stack), sanitize(uri)
        self._take(Following(depth, shown, _BY_METHOD))
        found = work()
        self._take(Followed(depth, shown, _BY_METHOD))
        return found

    # -- going on

    def step(self) -> None:
        """Stops at the next event, wherever it is."""
        self._stop_at = float("inf")

    def next(self) -> None:
        """Stops at the next event that is not inside of what is about to happen."""
        self._stop_at = len(self._levels)

    def go_on(self) -> None:
        """Stops at breakpoints only."""
        self._stop_at = -1

    # -- looking

    def where(self) -> tuple[Frame, ...]:
        """The objects under way, the run's own first."""
        return tuple(self._frames())

    def find(self, path: str) -> WorkspaceObject:
        """The object at `path`, the current one for a blank path. Raises AutomateError."""
        if self.workspace.current is None:
            raise ObjectNotFound("the run has no object yet")
        return find_object(self.workspace, path)

    def evaluate(self, text: str) -> RunValue:
        """What `text` is after substitution; for a single reference its value, with its type. Raises AutomateError."""
        from aelang import ir
        from aelang.compiler.lower_references import lower_template

        template, _ = lower_template(text)
        workspace = self.workspace
        known = len(workspace.built)
        try:
            match template:
                case str():
                    return template
                case ir.Template() if workspace.current is None:
                    raise ObjectNotFound("the run has no object yet")
                case ir.Template(parts=(part,)) if not isinstance(part, str):
                    return reference_reader(part, required=False)(workspace)
                case _:
                    return text_reader(template)(workspace)
        finally:
            del workspace.built[known:]  # what a reference built to look into it is no part of the run

    def set(self, name: str, value: str) -> None:
        """Sets an attribute: `name` of the current object or `path#name`; it may have a type as arguments have.

        Raises AutomateError.
        """
        path, _, name = name.rpartition("#")
        obj = self.find(path)
        obj.attributes.update(typed_arguments(self.workspace, {name: value}, obj.attributes))

    def _frames(self) -> Iterator[Frame]:
        *others, last = self.workspace.stack or (None,)
        for obj in others:
            assert obj is not None
            yield _frame(obj, "" if obj.field is None else obj.field.name)
        if last is not None:
            usual = "" if last.field is None else last.field.name
            yield _frame(last, _field_of(self._event) or usual)

    # -- listening

    def _take(self, event: Event) -> None:
        self._event = event
        self._leave(event)
        stops = isinstance(event, _STOPS) and len(self._levels) <= self._stop_at
        reached = [each for each in self.breakpoints if self._is_at(each, event)]
        self._reached.update(reached)
        if stops or reached:
            self.go_on()
            self._is_talking = True
            try:
                self._converse(self, event)
            finally:
                self._is_talking = False
        self._enter(event)

    def _enter(self, event: Event) -> None:
        match event:
            case Following(depth) | MethodCalled(depth) | StateEntered(depth):
                self._levels.append((type(event).__name__, depth))
            case _:
                pass

    def _leave(self, event: Event) -> None:
        """Forgets what was begun and is over by now; what a failure ended tells nothing itself."""
        while self._levels and self._levels[-1][1] > event.depth:
            self._levels.pop()
        match event:
            case Followed() | MethodEnded():
                begun = "Following" if isinstance(event, Followed) else "MethodCalled"
                if (begun, event.depth) in self._levels:
                    while self._levels.pop() != (begun, event.depth):
                        pass
            case StateEntered() | StateProcessed() | Undone():
                while self._levels and self._levels[-1][1] >= event.depth:
                    self._levels.pop()
            case _:
                pass

    def _is_at(self, breakpoint_: str, event: Event) -> bool:
        from fnmatch import fnmatchcase

        wanted = fold(breakpoint_)
        return any(fnmatchcase(fold(name), wanted) for name in self._names(event))

    def _names(self, event: Event) -> Iterator[str]:
        """What `event` is about, in all the ways in which a breakpoint may say it."""
        match event:
            case StateEntered(_, state):
                yield state
            case MethodCalled(_, path):
                yield from _method_names(path)
            case Instantiating(_, uri) | Following(_, uri):
                yield from self._object_names(uri)
            case _:
                pass

    def _object_names(self, uri: str) -> Iterator[str]:
        workspace = self.workspace
        try:
            uris = expand(workspace, uri) if "*" in uri else [uri]
            targets = [workspace.runtime.prepare(each) for each in uris]
        except AutomateError:
            return
        for target in targets:
            if target.scheme == "miqaedb" and target.klass is not None:
                full = join_path(target.namespace, target.klass, None).rstrip("/")
                for path in (full, target.path.rpartition("/")[0], "/" + full.lstrip("/").partition("/")[2]):
                    yield from (path, f"{path}/{target.instance or ''}")


def _method_names(path: str) -> Iterator[str]:
    klass, _, name = path.rpartition("/")
    yield name
    for each in (klass, "/" + klass.lstrip("/").partition("/")[2]):
        yield from (f"{each}/{name}", f"{each}.{name}")


def _field_of(event: Event | None) -> str:
    match event:
        case Following(_, _, field) | Followed(_, _, field) | PassedOver(_, field):
            return "" if field == _BY_METHOD else field
        case StateEntered(_, state) | StateProcessed(_, state):
            return state
        case _:
            return ""


def _frame(obj: WorkspaceObject, name: str) -> Frame:
    klass = obj.home.ir
    instance = obj.answers_as if obj.answers_as in klass.instances else None
    for field in effective_fields(klass, instance):
        if field.name == name:
            source, line, column = field.place
            if source < len(klass.sources):
                return Frame(obj, name, Span(klass.sources[source], line, column))
    return Frame(obj, name, NOWHERE)
