"""Machine: the states of an instance in their order, what each does, and how a run goes from one to the next.

A run goes down the states. That it does otherwise is seen in the code of the methods that a state runs: one names the
next state, asks for a retry or for a restart. Such arrows are possible ones: whether a run takes them, only it knows.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from aelang import ir
from aelang.analysis.edges import CALL, FIXED, HOOK, Use, uses_of, written, written_condition
from aelang.analysis.graphs.shapes import (
    BEGIN,
    CONDITIONAL,
    EMPTY,
    END,
    FAULTY,
    GAP,
    JUMP,
    MACHINE,
    NEXT,
    RESTART,
    RETRY,
    START,
    STATE,
    STEP,
    Arrow,
    Box,
    Diagram,
    Link,
    Row,
)
from aelang.analysis.graphs.subjects import Subject, fields_of, guard_rows, link_of, place_in, span_of
from aelang.analysis.reaching import Node, answers, is_of
from aelang.code.facts import CodeFacts, facts_of
from aelang.code.paths import HOLE
from aelang.diagnostics.text import counted
from aelang.names import fold


class NoSuchState(Exception):
    """The machine has no state of that name; `names` are those that it has."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self.names = tuple(names)


def machine_of(image: ir.Image, subject: Subject, limit: int | None = None, begin: str | None = None) -> Diagram | None:
    """The state machine that `subject` is under its message; None where no state answers that. Not more than `limit`
    states are drawn, from the one that `begin` names. Raises NoSuchState."""
    klass = image.class_at(subject.node.klass)
    if klass is None or subject.node.is_method:
        return None
    fields = fields_of(klass, subject.node.name, subject.message)
    states = [field for field in fields if isinstance(field, ir.StateField)]
    if not states:
        return None
    first = 0 if begin is None else _place_of(begin, states)
    last = len(states) if limit is None else min(first + limit, len(states))
    return _Machine(image, klass, subject, fields, states, first, last).diagram()


def _place_of(name: str, states: Sequence[ir.StateField]) -> int:
    found = next((at for at, state in enumerate(states) if fold(state.name) == fold(name)), None)
    if found is None:
        raise NoSuchState([state.name for state in states])
    return found


class _Machine(NamedTuple):
    """A machine that is being drawn: of its states those from the place `first` on, up to `last`."""

    image: ir.Image
    klass: ir.Class
    subject: Subject
    fields: tuple[ir.Field, ...]
    states: list[ir.StateField]
    first: int
    last: int

    def diagram(self) -> Diagram:
        """The machine from its start to its end."""
        node, message = self.subject
        uses: dict[str, list[Use]] = {}
        for use in uses_of(self.klass, self.image):
            if not use.is_method and is_of(use, node.name):
                uses.setdefault(fold(use.field), []).append(use)
        link = link_of(node, self.image)
        title = link.path + ("" if message == "create" else f"#{message}")
        ends = {state.name: self._end_at(at) for at, state in enumerate(self.states)}
        boxes: list[Box] = []
        arrows: list[Arrow] = []
        self._draw(boxes, arrows, self._start(title, link))
        self._leave_out(boxes, arrows, _BEFORE, self.first)
        for state in self.states[self.first : self.last]:
            of_state = uses.get(fold(state.name), [])
            facts = [found for each in _methods_run(of_state, self.image) if (found := _facts(each, self.image))]
            self._draw(boxes, arrows, self._box(state, of_state, facts, ends))
            arrows += _turns(state, facts, ends)
        self._leave_out(boxes, arrows, _AFTER, len(self.states) - self.last)
        self._draw(boxes, arrows, Box(END, END, "end"))
        left_out = len(self.states) - (self.last - self.first)
        return Diagram(MACHINE, title, tuple(boxes), tuple(arrows), left_out)

    def _draw(self, boxes: list[Box], arrows: list[Arrow], box: Box) -> None:
        """Puts `box` below the others."""
        boxes.append(box)
        arrows += [Arrow(above.key, box.key, NEXT) for above in boxes[-2:-1]]

    def _leave_out(self, boxes: list[Box], arrows: list[Arrow], key: str, count: int) -> None:
        if count:
            self._draw(boxes, arrows, Box(key, GAP, counted(count, "state")))

    def _end_at(self, at: int) -> str:
        """The box that an arrow to the state at the place `at` leads to."""
        if self.first <= at < self.last:
            return _key(self.states[at].name)
        return _BEFORE if at < self.first else _AFTER

    def _start(self, title: str, link: Link) -> Box:
        fault = self.klass.fault or (own.fault if (own := self.klass.instances.get(self.subject.node.name)) else None)
        marks = (BEGIN, FAULTY) if fault is not None else (BEGIN,)
        return Box(START, START, title, link, guard_rows(self.fields), marks, span_of(self.subject.node, self.image))

    def _box(
        self, state: ir.StateField, uses: Sequence[Use], facts: Sequence[CodeFacts], names: Collection[str]
    ) -> Box:
        rows = (*_rows(state, uses, self.image), *_jump_rows(facts, names))
        marks = [EMPTY] if state.action is None else []
        if state.condition is not None:
            marks.append(CONDITIONAL)
        kind = STEP if state.is_step else STATE
        return Box(_key(state.name), kind, state.name, None, rows, tuple(marks), place_in(self.klass, state.place))


def _turns(state: ir.StateField, facts: Sequence[CodeFacts], ends: Mapping[str, str]) -> Iterator[Arrow]:
    """Where the state may go but to the next one; `ends` are the boxes of all states."""
    begin = _key(state.name)
    if any(each.retries for each in facts):
        yield Arrow(begin, begin, RETRY, "retry", is_possible=True)
    if any(each.restarts for each in facts):
        yield Arrow(begin, next(iter(ends.values())), RESTART, "restart", is_possible=True)
    for name in dict.fromkeys(name for each in facts for name in each.next_states):
        if name in ends:
            label = "jump" if ends[name] == _key(name) else f"jump to {name}"
            yield Arrow(begin, ends[name], JUMP, label, is_possible=True)


_BEFORE, _AFTER = "before", "after"
"""The boxes of the states that are not drawn."""


def _key(name: str) -> str:
    return f"state {name}"


# -- what a state does -------------------------------------------------------------------------------------------

_KEYS = {"value": "does", "on_entry": "on entry", "on_exit": "on exit", "on_error": "on error", "undo": "undo"}
_HOOKS = {"before_step": "before", "after_step": "after", "on_state_change": "on change"}


def _rows(state: ir.StateField, uses: Sequence[Use], image: ir.Image) -> Iterator[Row]:
    if state.condition is not None:
        yield Row("condition", written_condition(state.condition))
    for key, actions in _actions(state):
        if key == "value" and not actions:
            yield Row(_KEYS[key], "nothing")
        for action in actions:
            text = written(action.text).removesuffix(_MESSAGE_OF_STEP)
            yield Row(_KEYS[key], text, _links([use for use in uses if use.key == key and _is_said(use, text)], image))
    for use in uses:
        if use.key == HOOK:
            yield Row(_HOOKS[use.shown], use.shown, _links([use], image))
    if state.max_retries:
        yield Row("retries", f"at most {state.max_retries}")
    if state.max_time:
        yield Row("time", f"at most {state.max_time}")


_MESSAGE_OF_STEP = "#${#ae_message}"


def _actions(state: ir.StateField) -> Iterator[tuple[str, tuple[ir.Action, ...]]]:
    """What the state does, by keys, in the order in which a run does it."""
    yield "on_entry", state.on_entry
    yield "value", () if state.action is None else (state.action,)
    yield "on_exit", state.on_exit
    yield "on_error", state.on_error
    yield "undo", state.undo


def _is_said(use: Use, text: str) -> bool:
    """Whether `use` is of the action that is written as `text`, or of one of its alternatives."""
    return use.shown == text or (" || " in text and use.shown in text)


def _links(uses: Sequence[Use], image: ir.Image) -> tuple[Link, ...]:
    ends = (end for use in uses if (end := end_of(use)) is not None)
    return tuple(link_of(end, image) for end in dict.fromkeys(ends))


def end_of(use: Use) -> Node | None:
    """The node at which `use` ends; None where only a run can tell."""
    if HOLE in use.target or use.end not in (FIXED, CALL):
        return None
    klass, _, name = use.target.rpartition("/")
    return Node(klass, name, use.end == CALL)


# -- what code does ----------------------------------------------------------------------------------------------


_PARTS = ("value", "on_entry", "on_exit", "on_error", HOOK)
"""The keys of what a state does in its turn."""


def _methods_run(uses: Sequence[Use], image: ir.Image) -> Iterator[Node]:
    """The methods that a state runs: those that it calls, and those that the instance calls to which it leads. A state
    machine answers for its own states, so its methods are not among them."""
    for use in uses:
        end = end_of(use) if use.key in _PARTS else None
        if end is not None and end.is_method:
            yield end
        elif end is not None:
            klass = image.class_at(end.klass)
            if klass is not None and not klass.is_state_machine:
                yield from _calls(klass, end.name, use.message or "create", image)


def _calls(klass: ir.Class, name: str, message: str, image: ir.Image) -> Iterator[Node]:
    for use in uses_of(klass, image):
        if use.end == CALL and not use.is_method and is_of(use, name) and answers(use.messages, message):
            end = end_of(use)
            if end is not None:
                yield end


def _facts(node: Node, image: ir.Image) -> CodeFacts | None:
    klass = image.class_at(node.klass)
    method = None if klass is None else klass.methods.get(node.name)
    return facts_of(method.data) if method is not None and fold(method.location) == "inline" else None


def _jump_rows(facts: Sequence[CodeFacts], names: Collection[str]) -> Iterator[Row]:
    """Jumps that no arrow shows: to what only a run knows, or what is no state."""
    for name in dict.fromkeys(name for each in facts for name in each.next_states if name not in names):
        yield Row("jump", "to a state that only a run knows" if name == HOLE else f"to `{name}`, which is no state")
