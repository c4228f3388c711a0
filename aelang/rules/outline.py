"""Outline: what a class uses and what it offers, taken down when the class is compiled, for the rules.

Rules need the places of words that the image does not keep, and of other classes a little only. So each class leaves
an outline behind: its targets and calls with their places, its fields with their messages, its methods with their
inputs. It is plain data, and small; with the names of all classes it is what the rules see of a datastore.

In texts a reference is a HOLE: what stands there is known only at run time.
"""

import contextlib
import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, TypeAlias

from aelang import ir, model
from aelang.compiler.inherit import priority
from aelang.names import InvalidCall, fold, is_blank, is_off, is_target, read_call
from aelang.names.calls import Call
from aelang.source import Span
from aelang.syntax.calls import METHOD_PREFIX

HOLE = "\0"
_WORD = "aelang_hole"
"""Stands for a reference while a call is read, where a HOLE could not."""

Place: TypeAlias = tuple[int, int, int, int]
"""The index of a source in `Outline.sources`, line, column, length."""


class FieldOutline(NamedTuple):
    """A field of the class itself or an inherited one. `guarded`: a condition says whether it takes part."""

    name: str
    kind: str
    messages: tuple[str, ...]
    place: Place
    priority: int | None = None
    guarded: bool = False
    inherited: bool = False


class TargetUse(NamedTuple):
    """A target that a field leads to. `instance` is empty where the class says it; `key` is `value`, `undo` ...

    `scheme`, `path` and `message` may have HOLEs; a message of None is the one in hand. `leads_to` is the class that
    answers, where the compiler found one. `keys` are the names of the arguments.
    """

    field: str
    instance: str
    key: str
    place: Place
    scheme: str
    path: str
    message: str | None
    leads_to: str | None
    keys: tuple[str, ...] = ()


class CallUse(NamedTuple):
    """A call of a method, as a TargetUse; `arguments` are names."""

    field: str
    instance: str
    key: str
    place: Place
    namespace: str | None
    klass: str | None
    method: str
    arguments: tuple[str, ...]


class MethodOutline(NamedTuple):
    """A method: its inputs with whether a call has to say something for it, and what it embeds, with places."""

    name: str
    location: str
    place: Place
    has_code: bool
    inputs: tuple[tuple[str, bool], ...]
    embedded: tuple[tuple[str, Place], ...]


class Outline(NamedTuple):
    """A class. `instances` are names with the places of these names; `secrets` places of texts that are `v1:`
    passwords; `overridden` says for a field and key, `field key`, which instances have a word of their own."""

    path: str
    sources: tuple[str, ...]
    place: Place
    named: bool
    fields: tuple[FieldOutline, ...]
    instances: tuple[tuple[str, Place], ...]
    targets: tuple[TargetUse, ...]
    calls: tuple[CallUse, ...]
    methods: tuple[MethodOutline, ...]
    secrets: tuple[Place, ...]
    overridden: dict[str, tuple[str, ...]]
    ancestors: tuple[str, ...]

    @property
    def relative(self) -> str:
        """The path without the domain."""
        return self.path.partition("/")[2]

    def span(self, place: Place) -> Span:
        """`place` as others know it."""
        source, line, column, length = place
        return Span(self.sources[source], line, column, length)


def take_outline(klass: model.Class, compiled: ir.Class) -> Outline:
    """The outline of `klass`, which means `compiled`."""
    return _Taker(klass, compiled).take()


def write_outline(outline: Outline) -> str:
    """`outline` as a text."""
    return json.dumps(outline, separators=(",", ":"), check_circular=False)


def read_outline(text: str) -> Outline:
    """The outline that `write_outline` wrote."""
    path, sources, place, named, fields, instances, targets, calls, methods, secrets, overridden, ancestors = (
        json.loads(text)
    )
    return Outline(
        path,
        tuple(sources),
        place,
        named,
        tuple(FieldOutline(*each) for each in fields),
        tuple((name, at) for name, at in instances),
        tuple(TargetUse(*each) for each in targets),
        tuple(CallUse(*each) for each in calls),
        tuple(_method(*each) for each in methods),
        tuple(secrets),
        overridden,
        tuple(ancestors),
    )


def _method(name: str, location: str, place: Any, has_code: bool, inputs: Any, embedded: Any) -> MethodOutline:
    return MethodOutline(name, location, place, has_code, tuple(map(tuple, inputs)), tuple(map(tuple, embedded)))


_WITHOUT_ACTION = frozenset((ir.AssertionField, ir.AttributeField))
_ACTIONS = ("on_entry", "on_exit", "on_error", "undo")
_KINDS: dict[type, str] = {
    ir.AssertionField: "assertion",
    ir.AttributeField: "attribute",
    ir.MethodField: "method",
    ir.RelationshipField: "relationship",
    ir.StateField: "state",
}


class _Taker:
    """A class whose outline is being taken."""

    def __init__(self, klass: model.Class, compiled: ir.Class) -> None:
        self.klass = klass
        self.compiled = compiled
        self.sources: dict[str, int] = {klass.source: 0}
        self.targets: list[TargetUse] = []
        self.calls: list[CallUse] = []
        self.secrets: list[Place] = []
        self.overridden: dict[str, list[str]] = {}
        self.positions = {fold(field.name): at for at, field in enumerate(compiled.fields)}

    def take(self) -> Outline:
        klass, compiled = self.klass, self.compiled
        for field in klass.schema:
            self._words(field.attributes, "default_value", self._compiled_field(field.name, None), "", klass.source)
        for instance in klass.instances:
            of_instance = compiled.instances.get(fold(instance.name))
            for value in instance.values:
                node = self._compiled_field(value.name.value or "", of_instance)
                self._words(value.attributes, "value", node, instance.name, instance.source)
        name = klass.attributes.get("name")
        return Outline(
            compiled.path,
            (),
            self._place(name, klass.source),
            name is not None,
            tuple(self._fields()),
            tuple((each.name, self._place(each.attributes.get("name"), each.source)) for each in klass.instances),
            tuple(self.targets),
            tuple(self.calls),
            tuple(self._method(each) for each in klass.methods),
            tuple(self.secrets),
            {key: tuple(names) for key, names in self.overridden.items()},
            compiled.ancestors,
        )._replace(sources=tuple(self.sources))

    def _place(self, said: model.Text | None, source: str) -> Place:
        at = self.sources.setdefault(source, len(self.sources))
        return (at, 0, 0, 0) if said is None else (at, said.line, said.column, max(1, len(said.value or "")))

    def _compiled_field(self, name: str, instance: ir.Instance | None) -> ir.Field | None:
        at = self.positions.get(fold(name))
        if at is None:
            return None
        own = None if instance is None else instance.fields.get(at)
        return self.compiled.fields[at] if own is None else own

    def _fields(self) -> Iterator[FieldOutline]:
        written = {fold(each.name): each for each in self.klass.schema}
        for field in self.compiled.fields:
            own = written.get(fold(field.name))
            said = None if own is None else own.attributes["name"]
            yield FieldOutline(
                field.name,
                _kind(field),
                field.messages,
                self._place(said, self.klass.source),
                _priority(own),
                field.condition is not None,
                own is None,
            )

    # -- what fields say -----------------------------------------------------------------------------------------

    def _words(
        self, attributes: model.Attributes, main: str, node: ir.Field | None, instance: str, source: str
    ) -> None:
        """Notes what one field or value uses; `node` is what the field means for the class or instance at hand."""
        if node is None:
            return
        value = attributes.get(main)
        if value is not None and value.value and value.value.strip():
            self._main(value, node, instance, source)
        if isinstance(node, ir.StateField):
            for key in _ACTIONS:
                said = attributes.get(key)
                if said is not None and not is_blank(said.value):
                    self._list(said, key, getattr(node, key), node.name, instance, source)

    def _main(self, value: model.Text, node: ir.Field, instance: str, source: str) -> None:
        if _is_v1(value.value):
            self.secrets.append(self._place(value, source))
        if type(node) in _WITHOUT_ACTION:
            return
        assert not isinstance(node, ir.AssertionField | ir.AttributeField)
        if instance:
            self.overridden.setdefault(f"{fold(node.name)} value", []).append(instance)
        if node.action is not None:
            where = (node.name, instance, "value", self._place(value, source))
            self._action(node.action, where, may_call=not isinstance(node, ir.RelationshipField),
                         is_call=isinstance(node, ir.MethodField))  # fmt: skip

    def _list(
        self, said: model.Text, key: str, actions: tuple[ir.Action, ...], field: str, instance: str, source: str
    ) -> None:
        if instance:
            self.overridden.setdefault(f"{fold(field)} {key}", []).append(instance)
        text, at, begins = said.value or "", self._place(said, source), []
        offset = 0
        for part in text.split(";"):
            if not is_off(part):
                begins.append((offset + len(part) - len(part.lstrip()), len(part.strip())))
            offset += len(part) + 1
        for (begin, length), action in zip(begins, actions, strict=False):
            place = at if "\n" in text.rstrip("\n") else (at[0], at[1], at[2] + begin, length)
            is_call = key != "undo" or not is_target(text[begin : begin + length])
            self._action(action, (field, instance, key, place), may_call=is_call, is_call=is_call)

    def _action(self, action: ir.Action, where: tuple[str, str, str, Place], *, may_call: bool, is_call: bool) -> None:
        match action.meaning:
            case ir.Target(scheme, path, query, fragment, leads_to):
                self.targets.append(TargetUse(*where, scheme, path, fragment, leads_to, tuple(_keys(query))))
            case Call() as call:
                self._call(call, where)
            case ir.Faulty():
                pass  # the compiler has said so
            case None:
                self._text(action.text, where, may_call=may_call, is_call=is_call)

    def _call(self, call: Call, where: tuple[str, str, str, Place]) -> None:
        names = tuple(name for name, _ in call.arguments)
        if _WORD not in f"{call.namespace}{call.klass}{call.method}":
            self.calls.append(CallUse(*where, call.namespace, call.klass, call.method, names))

    def _text(
        self,
        text: str | ir.Template | ir.Coalesced,
        where: tuple[str, str, str, Place],
        *,
        may_call: bool,
        is_call: bool,
    ) -> None:
        """A text with references in it: so much of it as stands fast."""
        if not isinstance(text, ir.Template):
            return  # which of the alternatives counts is known only at run time
        shown = "".join(part if isinstance(part, str) else HOLE for part in text.parts)
        prefix = METHOD_PREFIX.search(shown) if may_call and not is_call else None
        if not is_call and prefix is None:
            self._target(shown.strip(" \t\n"), where)
            return
        with contextlib.suppress(InvalidCall):  # it may become a call at run time
            self._call(read_call((prefix[1] if prefix else shown).replace(HOLE, _WORD)), where)

    def _target(self, text: str, where: tuple[str, str, str, Place]) -> None:
        text, sharp, fragment = text.partition("#")
        path, _, query = text.partition("?")
        scheme, colon, rest = path.partition(":/")
        if colon and "/" not in scheme:
            path = "/" + rest
        self.targets.append(
            TargetUse(
                *where, scheme if colon else "miqaedb", path, fragment if sharp else None, None, tuple(_keys(query))
            )
        )

    # -- methods -------------------------------------------------------------------------------------------------

    def _method(self, method: model.Method) -> MethodOutline:
        compiled = self.compiled.methods[fold(method.name)]
        inputs = tuple((each.name, each.default is None) for each in compiled.inputs)
        embedded = tuple((each.value, self._place(each, method.source)) for each in method.embedded if each.value)
        place = self._place(method.attributes.get("name"), method.source)
        for each in method.inputs:
            default = each.attributes.get("default_value")
            if default is not None and _is_v1(default.value):
                self.secrets.append(self._place(default, method.source))
        return MethodOutline(
            method.name, compiled.location, place, bool(method.code or method.get("data")), inputs, embedded
        )


def _priority(field: model.Field | None) -> int | None:
    rank = float("inf") if field is None else priority(field.get("priority"))
    return None if rank == float("inf") else int(rank)


def _kind(field: ir.Field) -> str:
    return "step" if isinstance(field, ir.StateField) and field.is_step else _KINDS[type(field)]


def _is_v1(text: str | None) -> bool:
    return text is not None and text.startswith("v1:{") and text.rstrip().endswith("}")


def _keys(query: str | None) -> Iterable[str]:
    return (part.partition("=")[0] for part in (query or "").split("&") if part)
