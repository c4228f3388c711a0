"""Classes: a class and its instances become fields that say what to do.

The rules, in the order in which they are carried out (ENGINE-FACTS 1.4, 5.1, 5.2, 5.9; LANGUAGE 2):

1. Fields go by priority; one without a priority that can be read goes last, and equals keep the order of the file.
   Inherited ones come first (`inherit`). A field without a kind, or of a kind that no run knows, takes no part.
2. A value is the instance's unless that is blank, else the class's default. With the data type "null coalescing" it
   is the instance's unless that is nil. Collect, on_entry, on_exit, on_error, max_retries and max_time follow the
   first rule, and so do condition and undo. Values find their fields by name, in any case.
3. What is left is text, and `lower` says what it means. A fixed target is led to the class that answers for it
   (`resolve`).

An instance holds only the fields in which it says something of its own; all others are the class's.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias, TypeVar

from aelang import ir, model
from aelang.compiler import lower, lower_own
from aelang.compiler.inherit import Effective, Field, Layer, Library, ReadClass, inherit, no_class, priority, values_of
from aelang.compiler.overlay import by_folded_name
from aelang.compiler.resolve import resolve_target
from aelang.diagnostics import Diagnostic
from aelang.names import fold, is_blank
from aelang.source import Span

COALESCING = "null coalescing"
DEFAULT_MESSAGE = "create"

_Node = TypeVar("_Node")
_Lower: TypeAlias = Callable[..., tuple[_Node, tuple[Diagnostic, ...]]]


class Compiled(NamedTuple):
    """A compiled class, what was found on the way, and what it depends on: the folded paths whose names were asked
    for (`needs`), and the folded full paths of the classes whose content was read (`reads`)."""

    klass: ir.Class
    diagnostics: tuple[Diagnostic, ...]
    needs: frozenset[str]
    reads: frozenset[str] = frozenset()


def compile_class(klass: model.Class, index: ir.Index, read: ReadClass = no_class) -> Compiled:
    """What `klass` means. A class can be compiled whatever is in it.

    `index` has every name of the datastore; `read` gives the classes that others inherit from, by their full paths.
    """
    bench = _Bench(klass, index, read)
    effective = inherit(klass, bench.parents)
    bench.diagnostics.extend(effective.diagnostics)
    slots = _slots(effective, bench)
    instances = {
        name: _instance(instance, effective, slots, bench) for name, instance in by_folded_name(klass.instances).items()
    }
    methods = {name: _method(method, bench) for name, method in by_folded_name(klass.methods).items()}
    fields = tuple(slot.field for slot in slots.values())
    ancestors = tuple(f"{each.domain}/{each.path}" for each in effective.lineage[1:])
    compiled = ir.Class(bench.path, tuple(bench.sources), fields, instances, methods, ancestors, effective.fault)
    library = bench.parents
    return Compiled(compiled, tuple(bench.diagnostics), frozenset(library.needs), frozenset(library.reads))


class _Slot(NamedTuple):
    """A field of the schema that takes part in a run: its position, and its meaning where an instance adds nothing."""

    at: int
    written: Field
    coalesces: bool
    make: "Callable[[_Said], ir.Field]"
    field: ir.Field


class _Bench:
    """What compiling one class works with and gathers."""

    __slots__ = ("diagnostics", "index", "needs", "parents", "path", "sources")

    def __init__(self, klass: model.Class, index: ir.Index, read: ReadClass) -> None:
        self.path = f"{klass.domain}/{klass.path}"
        self.index = index
        self.parents = Library(index, read)
        self.needs = self.parents.needs
        self.sources: dict[str, int] = {klass.source: 0}
        self.diagnostics: list[Diagnostic] = []

    def place(self, source: str, line: int, column: int) -> ir.Place:
        return (self.sources.setdefault(source, len(self.sources)), line, column)

    def lowered(self, how: "_Lower[_Node]", said: "_Text", **how_so: str | bool) -> _Node:
        """The node of `how(text, span, **how_so)`; what was found is noted where it was said, and nowhere else."""
        node, found = how(said.text, said.span(), **how_so)
        if found and said.is_own:
            self.diagnostics.extend(found)
        return node


class _Text(NamedTuple):
    """A text and the file it stands in; `is_own` where the class or instance at hand says it, and so answers for it."""

    text: str | None
    source: str
    line: int
    column: int
    is_own: bool = True

    def span(self) -> Span:
        return Span(self.source, self.line, self.column, max(1, len(self.text or "")))


class _Said(NamedTuple):
    """What class and instance say of one field; `values` are the instance's, then those of what it inherits.

    `speaker` is the full path of the class or instance at hand.
    """

    field: Field
    speaker: str
    values: tuple[Layer, ...] = ()

    def text(self, key: str) -> _Text:
        """The text under `key`: the instance's unless blank, else the class's."""
        return self._said(key, key, is_blank)

    def main(self) -> _Text:
        """The value: the instance's, else the default (ENGINE-FACTS 5.1, 5.2)."""
        return self._said("value", "default_value", _is_nil if self.coalesces() else is_blank)

    def _said(self, value_key: str, field_key: str, is_absent: Callable[[str | None], bool]) -> _Text:
        for layer in self.values:
            own = layer.attributes.get(value_key)
            if own is not None and not is_absent(own.value):
                return self._text(layer, own)
        saying = self.field.saying(field_key)
        return _NOTHING if saying is None else self._text(saying, saying.attributes[field_key])

    def _text(self, layer: Layer, text: model.Text) -> _Text:
        return _Text(text.value, layer.source, text.line, text.column, layer.owner == self.speaker)

    def coalesces(self) -> bool:
        return self.field.get("datatype") == COALESCING


_NOTHING = _Text(None, "", 0, 0)


def _is_nil(text: str | None) -> bool:
    return text is None


# -- fields ------------------------------------------------------------------------------------------------------


def _slots(effective: Effective, bench: _Bench) -> dict[str, _Slot]:
    """The fields that take part, in their order, by folded name."""
    slots: dict[str, _Slot] = {}
    for field in effective.fields:
        builder = _BUILDERS.get(field.get("aetype") or "")
        if builder is not None:
            make = _maker(builder, field, bench)
            coalesces = field.get("datatype") == COALESCING
            slots[fold(field.name)] = _Slot(len(slots), field, coalesces, make, make(_Said(field, f"/{bench.path}")))
    return slots


class _Head(NamedTuple):
    """What every field has, and the switches that its texts are lowered with."""

    name: str
    messages: tuple[str, ...]
    substitute: bool
    coalesce: bool
    datatype: str | None
    private: bool
    condition: ir.Condition | None = None


_Builder = Callable[["_Head", ir.Place, "_Said", _Bench], ir.Field]


def _maker(builder: _Builder, field: Field, bench: _Bench) -> Callable[["_Said"], ir.Field]:
    datatype = field.get("datatype")
    head = _Head(
        name=field.name,
        messages=read_messages(field.get("message")),
        substitute=_substitutes(field),
        coalesce=datatype == COALESCING,
        datatype=datatype,
        private=field.private or field.get("visibility") == "private",
    )

    def make(said: _Said) -> ir.Field:
        condition = said.text("condition")
        place = _place(said, bench)
        if is_blank(condition.text):
            return builder(head, place, said, bench)
        lowered = bench.lowered(lower_own.lower_condition, condition)
        return builder(head._replace(condition=lowered), place, said, bench)

    return make


def _place(said: "_Said", bench: _Bench) -> ir.Place:
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


def _assertion(head: _Head, place: ir.Place, said: "_Said", bench: _Bench) -> ir.Field:
    tests = bench.lowered(lower.lower_assertion, said.main(), substitute=head.substitute, coalesce=head.coalesce)
    return ir.AssertionField(head.name, head.messages, place, tests, head.coalesce, head.condition)


def _attribute(head: _Head, place: ir.Place, said: "_Said", bench: _Bench) -> ir.Field:
    text = bench.lowered(lower.lower_text, said.main(), substitute=head.substitute, coalesce=head.coalesce)
    collect = _collects(said, "attribute", bench)
    return ir.AttributeField(
        head.name, head.messages, place, text, head.datatype, collect, head.private, head.condition
    )


def _call(head: _Head, place: ir.Place, said: "_Said", bench: _Bench) -> ir.Field:
    action = _action(lower.lower_call, head, said, bench)
    collect = bench.lowered(lower.lower_collect, said.text("collect"), on="method")
    return ir.MethodField(head.name, head.messages, place, action, collect, head.condition)


def _relationship(head: _Head, place: ir.Place, said: "_Said", bench: _Bench) -> ir.Field:
    action = _action(lower.lower_target, head, said, bench)
    collect = _collects(said, "relationship", bench)
    return ir.RelationshipField(head.name, head.messages, place, action, collect, head.condition)


def _state(head: _Head, place: ir.Place, said: "_Said", bench: _Bench) -> ir.Field:
    action = _action(lower.lower_state_action, head, said, bench)
    return _machine_field(head, place, said, bench, action, is_step=False)


def _step(head: _Head, place: ir.Place, said: "_Said", bench: _Bench) -> ir.Field:
    """A step: its target becomes a relationship that takes the message which its hooks leave (LANGUAGE 5)."""
    action = _action(lower_own.lower_step, head, said, bench)
    return _machine_field(head, place, said, bench, action, is_step=True)


def _machine_field(
    head: _Head, place: ir.Place, said: "_Said", bench: _Bench, action: ir.Action | None, *, is_step: bool
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


def _collects(said: "_Said", on: str, bench: _Bench) -> tuple[ir.Collect, ...]:
    text = said.text("collect")
    return () if is_blank(text.text) else bench.lowered(lower.lower_collect, text, on=on)


def _actions(
    text: _Text, bench: _Bench, how: _Lower[tuple[ir.Action, ...]] = lower.lower_actions
) -> tuple[ir.Action, ...]:
    if is_blank(text.text):
        return ()
    return tuple(_resolved(action, bench) for action in bench.lowered(how, text))


def _action(how: _Lower[ir.Action | None], head: _Head, said: "_Said", bench: _Bench) -> ir.Action | None:
    text = said.main()
    if is_blank(text.text):
        return None
    action = bench.lowered(how, text, substitute=head.substitute, coalesce=head.coalesce)
    return None if action is None else _resolved(action, bench)


def _resolved(action: ir.Action, bench: _Bench) -> ir.Action:
    if not isinstance(action.meaning, ir.Target):
        return action
    return action._replace(meaning=resolve_target(action.meaning, bench.index, bench.needs))


# -- instances and methods ---------------------------------------------------------------------------------------


def _instance(instance: model.Instance, effective: Effective, slots: dict[str, _Slot], bench: _Bench) -> ir.Instance:
    values = values_of(instance, effective, bench.parents)
    bench.diagnostics.extend(values.diagnostics)
    speaker = f"/{bench.path}/{instance.name}"
    own: dict[int, ir.Field] = {}
    for name, layers in values.layers.items():
        slot = slots.get(name)
        if slot is not None and any(_says_something(layer, slot.coalesces) for layer in layers):
            own[slot.at] = slot.make(_Said(slot.written, speaker, layers))
    name_said = instance.attributes.get("name", model.Text(None))
    place = bench.place(instance.source, name_said.line, name_said.column)
    return ir.Instance(instance.name, place, dict(sorted(own.items())), values.fault)


_OVERRIDING = frozenset(("collect", "on_entry", "on_exit", "on_error", "max_retries", "max_time", "condition", "undo"))


def _says_something(layer: Layer, coalesces: bool) -> bool:
    for key, said in layer.attributes.items():
        text = said.value
        if key == "value" and text is not None and (coalesces or not is_blank(text)):
            return True
        if key in _OVERRIDING and not is_blank(text):
            return True
    return False


def _method(method: model.Method, bench: _Bench) -> ir.Method:
    name = method.attributes.get("name", model.Text(None))
    location = (method.get("location") or "").strip()
    effect = (method.get("effect") or "").strip().lower()
    inputs = sorted(method.inputs, key=lambda each: priority(each.get("priority")))
    return ir.Method(
        path=f"{bench.path}/{method.name}",
        location=location,
        language=method.get("language") or "",
        data=method.code if location == "inline" and method.code is not None else method.get("data"),
        inputs=tuple(_input(each, method.source, bench) for each in inputs),
        embedded=tuple(each.value for each in method.embedded if each.value),
        place=bench.place(method.source, name.line, name.column),
        effect=effect if effect in ("none", "once") else "idempotent",
        options=_frozen(dict(method.options)),
        code_line=method.code_line if method.code_source == method.source else 0,
    )


def _frozen(data: Any) -> Any:  # Any: an author's own tree of JSON data
    """`data` with tuples for its lists."""
    if isinstance(data, dict):
        return {key: _frozen(value) for key, value in data.items()}
    return tuple(map(_frozen, data)) if isinstance(data, list | tuple) else data


def _input(declared: model.Input, source: str, bench: _Bench) -> ir.Input:
    default = declared.attributes.get("default_value", model.Text(None))
    datatype = declared.get("datatype")
    text = bench.lowered(
        lower.lower_text,
        _Text(default.value, source, default.line, default.column),
        substitute=substitutes(declared.attributes),
        coalesce=datatype == COALESCING,
    )
    return ir.Input(declared.name, datatype, text)
