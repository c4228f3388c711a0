"""Frames: what a class says itself, and what it inherits, become fields that say what to do.

A frame is a class without its instances and methods. A child takes its parent's frame over as it is, and makes anew
only the fields of which it says something.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeAlias, TypeVar

from aelang import ir, model
from aelang.compiler import lower, lower_own
from aelang.compiler.inherit import Effective, Field, Layer, family, full_path, in_order
from aelang.compiler.library import Known, Library
from aelang.compiler.remembered import Remembered
from aelang.compiler.resolve import resolve_target
from aelang.diagnostics import Diagnostic
from aelang.names import fold, is_blank
from aelang.source import Span

COALESCING = "null coalescing"
DEFAULT_MESSAGE = "create"

_Node = TypeVar("_Node")
_Lower: TypeAlias = Callable[..., tuple[_Node, tuple[Diagnostic, ...]]]


class Kin:
    """What was worked out of classes, for those that inherit from them; to be had for one set of names only."""

    __slots__ = ("frames", "known")

    def __init__(self) -> None:
        self.known = Known()
        self.frames: Remembered[Frame] = Remembered()

    def remember(self, klass: model.Class, frame: "Frame") -> None:
        """Keep the frame of `klass` for its heirs."""
        self.frames.put(_key(klass), frame, len(frame.slots) + len(frame.sources))


class Slot(NamedTuple):
    """A field of the schema that takes part in a run: its position, and its meaning where an instance adds nothing."""

    at: int
    written: Field
    coalesces: bool
    make: "Callable[[Said, Bench], ir.Field]"
    field: ir.Field


class Frame(NamedTuple):
    """What a class is without its instances and methods, and what was found and asked for in what it says itself.

    `names` are its fields by folded name, `slots` those of them that take part in a run, in their order; `sources` are
    where a field may stand, beginning with those of the parent: so what a child inherits means the same there, place
    and all.
    """

    names: Mapping[str, Field]
    slots: dict[str, Slot]
    fields: tuple[ir.Field, ...]
    sources: dict[str, int]
    ancestors: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]
    needs: frozenset[str]


def frames_of(effective: Effective, library: Library, kin: Kin) -> tuple[Frame, Frame | None]:
    """The frame of a class and that of its parent. Those of its ancestors are made where they are not known."""
    lineage = effective.lineage
    start, above = len(lineage), None
    for at, klass in enumerate(lineage[1:], 1):
        above = kin.frames.get(_key(klass))
        if above is not None:
            start = at
            break
    for klass in reversed(lineage[1:start]):
        above = _framed(family(klass, library.aside()), above, library)
        kin.remember(klass, above)
    own = kin.frames.get(_key(lineage[0])) or _framed(effective, above, library)
    if above is not None:  # of most classes nobody inherits: a parent is known when its first heir has come by
        kin.remember(lineage[0], own)
    return own, above


def _key(klass: model.Class) -> str:
    return fold(full_path(klass))


def _framed(effective: Effective, above: Frame | None, library: Library) -> Frame:
    klass = effective.klass
    sources = {} if above is None else dict(above.sources)
    sources.setdefault(klass.source, len(sources))
    bench = Bench(f"{klass.domain}/{klass.path}", library.aside(), sources)
    slots = _slots(effective, above, bench)
    ancestors = () if above is None else (_plain_path(effective.lineage[1]), *above.ancestors)
    fields = tuple([slot.field for slot in slots.values()])
    needs = frozenset(bench.needs)
    return Frame(effective.by_name, slots, fields, sources, ancestors, tuple(bench.diagnostics), needs)


def _plain_path(klass: model.Class) -> str:
    return f"{klass.domain}/{klass.path}"


class Bench:
    """What compiling one class works with and gathers."""

    __slots__ = ("diagnostics", "index", "needs", "parents", "path", "sources")

    def __init__(self, path: str, library: Library, sources: dict[str, int]) -> None:
        self.path = path
        self.index = library.index
        self.parents = library
        self.needs = library.needs
        self.sources = dict(sources)
        self.diagnostics: list[Diagnostic] = []

    def place(self, source: str, line: int, column: int) -> ir.Place:
        """A place as the class at hand has it."""
        return (self.sources.setdefault(source, len(self.sources)), line, column)

    def lowered(self, how: "_Lower[_Node]", said: "Text", **how_so: str | bool) -> _Node:
        """The node of `how(text, span, **how_so)`; what was found is noted where it was said, and nowhere else."""
        node, found = how(said.text, said.span(), **how_so)
        if found and said.is_own:
            self.diagnostics.extend(found)
        return node


class Text(NamedTuple):
    """A text and the file it stands in; `is_own` where the class or instance at hand says it, and so answers for it."""

    text: str | None
    source: str
    line: int
    column: int
    is_own: bool = True

    def span(self) -> Span:
        """Where the text stands."""
        return Span(self.source, self.line, self.column, max(1, len(self.text or "")))


class Said(NamedTuple):
    """What class and instance say of one field; `values` are the instance's, then those of what it inherits.

    `speaker` is the full path of the class or instance at hand.
    """

    field: Field
    speaker: str
    values: tuple[Layer, ...] = ()

    def text(self, key: str) -> Text:
        """The text under `key`: the instance's unless blank, else the class's."""
        return self._said(key, key, is_blank)

    def main(self) -> Text:
        """The value: the instance's, else the default (ENGINE-FACTS 5.1, 5.2)."""
        return self._said("value", "default_value", _is_nil if self.coalesces() else is_blank)

    def _said(self, value_key: str, field_key: str, is_absent: Callable[[str | None], bool]) -> Text:
        for layer in self.values:
            own = layer.attributes.get(value_key)
            if own is not None and not is_absent(own.value):
                return self._text(layer, own)
        saying = self.field.saying(field_key)
        return _NOTHING if saying is None else self._text(saying, saying.attributes[field_key])

    def _text(self, layer: Layer, text: model.Text) -> Text:
        return Text(text.value, layer.source, text.line, text.column, layer.owner == self.speaker)

    def coalesces(self) -> bool:
        """Whether a nil is the only value that gives way."""
        return self.field.get("datatype") == COALESCING


_NOTHING = Text(None, "", 0, 0)


def _is_nil(text: str | None) -> bool:
    return text is None


# -- fields ------------------------------------------------------------------------------------------------------


def _slots(effective: Effective, above: Frame | None, bench: Bench) -> dict[str, Slot]:
    """The fields that take part, in their order, by folded name; those of the parent, `above`, and the class's own."""
    slots = {} if above is None else dict(above.slots)
    inherited = above.names if above is not None else ()
    is_moved = False
    for name, _ in in_order(effective.klass.schema):
        slot = _slot(effective.by_name[name], slots[name].at if name in slots else len(slots), bench)
        if slot is None:
            is_moved |= slots.pop(name, None) is not None
        else:
            is_moved |= name not in slots and name in inherited
            slots[name] = slot
    if not is_moved:
        return slots
    ordered = [name for name in effective.by_name if name in slots]  # one may stand where its parent has no part
    return {name: slots[name]._replace(at=at) for at, name in enumerate(ordered)}


def _slot(field: Field, at: int, bench: Bench) -> Slot | None:
    builder = _BUILDERS.get(field.get("aetype") or "")
    if builder is None:
        return None
    make = _maker(builder, field)
    return Slot(at, field, field.get("datatype") == COALESCING, make, make(Said(field, f"/{bench.path}"), bench))


class _Head(NamedTuple):
    """What every field has, and the switches that its texts are lowered with."""

    name: str
    messages: tuple[str, ...]
    substitute: bool
    coalesce: bool
    datatype: str | None
    private: bool
    condition: ir.Condition | None = None


_Builder = Callable[["_Head", ir.Place, "Said", Bench], ir.Field]


def _maker(builder: _Builder, field: Field) -> Callable[["Said", "Bench"], ir.Field]:
    datatype = field.get("datatype")
    head = _Head(
        name=field.name,
        messages=read_messages(field.get("message")),
        substitute=_substitutes(field),
        coalesce=datatype == COALESCING,
        datatype=datatype,
        private=field.private or field.get("visibility") == "private",
    )

    def make(said: Said, bench: Bench) -> ir.Field:
        condition = said.text("condition")
        place = _place(said, bench)
        if is_blank(condition.text):
            return builder(head, place, said, bench)
        lowered = bench.lowered(lower_own.lower_condition, condition)
        return builder(head._replace(condition=lowered), place, said, bench)

    return make


def _place(said: "Said", bench: Bench) -> ir.Place:
    """Where a run says the field is: at its text, else at the name of the field."""
    main = said.main()
    if main.line:
        return bench.place(main.source, main.line, main.column)
    layer = (*said.values, *said.field.layers)[0]
    return bench.place(layer.source, layer.name.line, layer.name.column)


def read_messages(text: str | None) -> tuple[str, ...]:
    """The messages that a field answers, in lower case; blank means `create` (ENGINE-FACTS 5.9)."""
    if text is None or is_blank(text):
        return (DEFAULT_MESSAGE,)
    parts = [part.strip().lower() for part in text.split(",")]
    while parts and not parts[-1]:
        parts.pop()
    return tuple(parts)


def substitutes(attributes: Mapping[str, model.Text]) -> bool:
    """Whether `${...}` is read: yes where `substitute` is absent, no where it is nil or false (ENGINE-FACTS 4.1)."""
    return _is_true(attributes.get("substitute"))


def _substitutes(field: Field) -> bool:
    saying = field.saying("substitute")
    return saying is None or _is_true(saying.attributes["substitute"])


def _is_true(said: model.Text | None) -> bool:
    return said is None or (said.value or "").strip().lower() in _TRUE


_TRUE = frozenset(("t", "true", "1"))


def _assertion(head: _Head, place: ir.Place, said: "Said", bench: Bench) -> ir.Field:
    tests = bench.lowered(lower.lower_assertion, said.main(), substitute=head.substitute, coalesce=head.coalesce)
    return ir.AssertionField(head.name, head.messages, place, tests, head.coalesce, head.condition)


def _attribute(head: _Head, place: ir.Place, said: "Said", bench: Bench) -> ir.Field:
    text = bench.lowered(lower.lower_text, said.main(), substitute=head.substitute, coalesce=head.coalesce)
    collect = _collects(said, "attribute", bench)
    return ir.AttributeField(
        head.name, head.messages, place, text, head.datatype, collect, head.private, head.condition
    )


def _call(head: _Head, place: ir.Place, said: "Said", bench: Bench) -> ir.Field:
    action = _action(lower.lower_call, head, said, bench)
    collect = bench.lowered(lower.lower_collect, said.text("collect"), on="method")
    return ir.MethodField(head.name, head.messages, place, action, collect, head.condition)


def _relationship(head: _Head, place: ir.Place, said: "Said", bench: Bench) -> ir.Field:
    action = _action(lower.lower_target, head, said, bench)
    collect = _collects(said, "relationship", bench)
    return ir.RelationshipField(head.name, head.messages, place, action, collect, head.condition)


def _state(head: _Head, place: ir.Place, said: "Said", bench: Bench) -> ir.Field:
    action = _action(lower.lower_state_action, head, said, bench)
    return _machine_field(head, place, said, bench, action, is_step=False)


def _step(head: _Head, place: ir.Place, said: "Said", bench: Bench) -> ir.Field:
    """A step: its target becomes a relationship that takes the message which its hooks leave (LANGUAGE 5)."""
    action = _action(lower_own.lower_step, head, said, bench)
    return _machine_field(head, place, said, bench, action, is_step=True)


def _machine_field(
    head: _Head, place: ir.Place, said: "Said", bench: Bench, action: ir.Action | None, *, is_step: bool
) -> ir.Field:
    return ir.StateField(
        name=head.name,
        messages=head.messages,
        place=place,
        action=action,
        collect=_collects(said, "relationship", bench),
        on_entry=_actions(said.text("on_entry"), bench),
        on_exit=_actions(said.text("on_exit"), bench),
        on_error=_actions(said.text("on_error"), bench),
        max_retries=said.text("max_retries").text,
        max_time=said.text("max_time").text,
        condition=head.condition,
        undo=_actions(said.text("undo"), bench, lower_own.lower_undo),
        is_step=is_step,
    )


_BUILDERS: dict[str, _Builder] = {
    "assertion": _assertion,
    "attribute": _attribute,
    "method": _call,
    "relationship": _relationship,
    "state": _state,
    "step": _step,
}


def _collects(said: "Said", on: str, bench: Bench) -> tuple[ir.Collect, ...]:
    text = said.text("collect")
    return () if is_blank(text.text) else bench.lowered(lower.lower_collect, text, on=on)


def _actions(
    text: Text, bench: Bench, how: _Lower[tuple[ir.Action, ...]] = lower.lower_actions
) -> tuple[ir.Action, ...]:
    if is_blank(text.text):
        return ()
    return tuple(_resolved(action, bench) for action in bench.lowered(how, text))


def _action(how: _Lower[ir.Action | None], head: _Head, said: "Said", bench: Bench) -> ir.Action | None:
    text = said.main()
    if is_blank(text.text):
        return None
    action = bench.lowered(how, text, substitute=head.substitute, coalesce=head.coalesce)
    return None if action is None else _resolved(action, bench)


def _resolved(action: ir.Action, bench: Bench) -> ir.Action:
    if not isinstance(action.meaning, ir.Target):
        return action
    return action._replace(meaning=resolve_target(action.meaning, bench.index, bench.needs))
