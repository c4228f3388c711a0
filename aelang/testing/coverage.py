"""Coverage: what of a datastore a run reached, told by the run's events and by the plans that it carried out.

A place of the datastore - a field of a class, or the value that an instance has for it - is known by its source, line
and column. What is kept of it are marks: `field` it was processed, `state` its turn came, `yes` and `no` what its
condition said, `holds` and `fails` what an assertion came to, `error` and `retry` how a state was left, and for every
instance that a relationship led to `-> /Domain/Ns/Class/instance`.

The plans of a run (`Runtime.build_plan`) say which field each act belongs to; events tell what happened inside it.
Every act opens a frame, and an event belongs to the innermost frame that is open.
"""

from typing import Any, NamedTuple

from aelang import ir
from aelang.interpreter.answering import answers, effective_fields
from aelang.interpreter.failures import AssertionFailure, AutomateError, InvalidCondition
from aelang.interpreter.fields import build_plan
from aelang.interpreter.runtime import Act, Plan, Runtime, RuntimeClass
from aelang.interpreter.trace import Event, Followed, Following, MethodCalled, PassedOver, StateEntered
from aelang.interpreter.values import to_text
from aelang.interpreter.workspace import Workspace, WorkspaceObject

ARROW = "-> "
"""What the mark of an edge begins with; behind it stands the instance."""


class Mark(NamedTuple):
    """Something that happened at a place."""

    source: str
    line: int
    column: int
    what: str


class Sent(NamedTuple):
    """A message that an instance was sent; blank for the class alone."""

    klass: str
    instance: str
    message: str


class Hits:
    """What runs reached."""

    __slots__ = ("marks", "sent")

    def __init__(self) -> None:
        self.marks: set[Mark] = set()
        self.sent: set[Sent] = set()

    def add(self, other: "Hits") -> None:
        """Takes in what others reached."""
        self.marks |= other.marks
        self.sent |= other.sent

    def packed(self) -> Any:  # Any: JSON
        """As JSON has it."""
        return [sorted(self.marks), sorted(self.sent)]

    @classmethod
    def unpacked(cls, packed: Any) -> "Hits":  # Any: JSON
        """What `packed` gave."""
        made = cls()
        made.marks.update(Mark(*each) for each in packed[0])
        made.sent.update(Sent(*each) for each in packed[1])
        return made


class _Frame:
    """An act that is going on, and what was told of it so far."""

    __slots__ = ("began", "entered", "field", "followed", "handled", "passed", "workspace")

    def __init__(self, field: ir.Field, workspace: Workspace) -> None:
        self.field = field
        self.workspace = workspace
        self.passed = self.entered = self.followed = self.handled = self.began = False


class Collector:
    """Collects what runs reach; places in files that were `laid` over the datastore do not count."""

    def __init__(self) -> None:
        self.hits = Hits()
        self._laid: frozenset[str] = frozenset()
        self._frames: list[_Frame] = []

    def begin(self, laid: frozenset[str]) -> None:
        """Another test begins."""
        self._laid = laid
        self._frames.clear()

    def watch(self, workspace: Workspace) -> None:
        """Sees to it that what is done in `workspace`, which is new, is collected."""
        workspace.runtime.build_plan = self._plan

    def take(self, event: Event) -> None:
        """Takes in an event of a run."""
        if not self._frames:
            return
        frame = self._frames[-1]
        match event:
            case PassedOver():
                frame.passed = True
            case StateEntered():
                frame.entered = True
            case Following():
                frame.began = True
            case Followed(_, _, field) if field == frame.field.name:
                frame.followed = True
            case MethodCalled():
                frame.began = True
                root = frame.workspace.root
                frame.handled |= root is not None and root.attributes.get("ae_state_step") == "on_error"
            case _:
                pass

    def _plan(self, runtime: Runtime, home: RuntimeClass, instance: str | None, message: str) -> Plan:
        plan = build_plan(runtime, home, instance, message)
        self.hits.sent.add(Sent(home.ir.path, instance or "", message))
        fields = [field for field in effective_fields(home.ir, instance) if answers(field.messages, message)]
        assertions = [field for field in fields if isinstance(field, ir.AssertionField)]
        others = [field for field in fields if not isinstance(field, ir.AssertionField)]
        attributes = [field for field in others if isinstance(field, ir.AttributeField)]

        def watched(of: "list[Any]", acts: tuple[Act, ...]) -> tuple[Act, ...]:  # Any: some kind of field
            return tuple(self._watched(home.ir, field, act) for field, act in zip(of, acts, strict=True))

        return plan._replace(
            assertions=watched(assertions, plan.assertions),
            fields=watched(others, plan.fields),
            attributes=watched(attributes, plan.attributes),
        )

    def _watched(self, klass: ir.Class, field: ir.Field, act: Act) -> Act:
        source = source_of(klass, field)
        if source in self._laid:
            return self._framed(field, act)
        place = (source, *field.place[1:])
        marks = self.hits.marks

        def covered(workspace: Workspace, obj: WorkspaceObject) -> None:
            failure: AutomateError | None = None
            frame = _Frame(field, workspace)
            self._frames.append(frame)
            try:
                act(workspace, obj)
            except AutomateError as fault:
                failure = fault
                raise
            finally:
                self._frames.pop()
                marks.update(Mark(*place, what) for what in _marks(frame, obj, failure))

        return covered

    def _framed(self, field: ir.Field, act: Act) -> Act:
        """`act` with a frame of its own, so that what happens in it is not taken for that of another."""

        def framed(workspace: Workspace, obj: WorkspaceObject) -> None:
            self._frames.append(_Frame(field, workspace))
            try:
                act(workspace, obj)
            finally:
                self._frames.pop()

        return framed


def source_of(klass: ir.Class, field: ir.Field) -> str:
    """The name of the file that `field` stands in."""
    number = field.place[0]
    return klass.sources[number] if number < len(klass.sources) else klass.path


def _marks(frame: _Frame, obj: WorkspaceObject, failure: AutomateError | None) -> list[str]:
    """What an act that is over leaves behind."""
    field = frame.field
    if frame.passed:
        return ["no"]
    if isinstance(field, ir.StateField) and not frame.entered:
        return []  # not its turn
    if isinstance(failure, InvalidCondition) and not frame.began:
        return []  # its condition cannot be read
    made = ["yes"] if field.condition is not None else []
    match field:
        case ir.AssertionField():
            made += ["field", *_judgement(failure)]
        case ir.StateField():
            made += ["state", *_left_with(frame), *_edges(frame, obj)]
        case ir.RelationshipField():
            made += ["field", *_edges(frame, obj)]
        case _:
            made += ["field"]
    return made


def _judgement(failure: AutomateError | None) -> list[str]:
    """What an assertion came to; nothing where it came to no answer."""
    if failure is None:
        return ["holds"]
    return ["fails"] if isinstance(failure, AssertionFailure) else []


def _left_with(frame: _Frame) -> list[str]:
    root = frame.workspace.root
    result = "" if root is None else to_text(root.attributes.get("ae_result"))
    return [*(["error"] if frame.handled or result == "error" else []), *(["retry"] if result == "retry" else [])]


def _edges(frame: _Frame, obj: WorkspaceObject) -> list[str]:
    if not frame.followed:
        return []
    led_to = obj.relationships.get(frame.field.name)
    several = led_to if isinstance(led_to, list) else [led_to]
    return [ARROW + _name(each) for each in several if isinstance(each, WorkspaceObject)]


def _name(obj: WorkspaceObject) -> str:
    known = obj.home.ir.instances.get(obj.answers_as or "")
    return f"/{obj.home.ir.path}/{known.name if known else ''}"
