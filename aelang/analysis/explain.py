"""Explaining: a class or an instance as it takes effect, and for each word of it the layer and place it is from.

The rules are the compiler's (ENGINE-FACTS 5.1, 5.2): an instance's value stands if it is not blank, or, with the data
type "null coalescing", if it is not nil; else the class's default; what an instance says besides the value stands if
it is not blank.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from aelang import ir, model
from aelang.analysis.lookup import find_class, find_instance
from aelang.compiler.classes import COALESCING
from aelang.compiler.inherit import priority
from aelang.compiler.overlay import by_folded_name
from aelang.interpreter.values import MASK, sanitize
from aelang.names import MISSING_INSTANCE, fold, is_blank
from aelang.source import Span

CLASS, INSTANCE = "class", "instance"

_SHOWN = ("message", "condition", "collect", "on_entry", "on_exit", "on_error", "max_retries", "max_time", "undo")
_OF_FIELD = ("substitute", "visibility", "display_name", "description")


class Origin(NamedTuple):
    """A text that takes effect: under which key, in which layer (`class` or `instance`) and where it stands."""

    key: str
    text: str | None
    layer: str
    span: Span


class ExplainedField(NamedTuple):
    """A field: its kind, its data type (blank where none is said), its value, and what else is said of it."""

    name: str
    kind: str
    datatype: str
    value: Origin | None
    others: tuple[Origin, ...]
    span: Span


class ExplainedMethod(NamedTuple):
    """A method of a class: where it runs, and where it is declared."""

    name: str
    location: str
    language: str
    inputs: tuple[str, ...]
    span: Span


class Explanation(NamedTuple):
    """A class or instance as it takes effect. `layers` are the domains that have it, the one that answers first.

    `asked` is the path asked for; `kind` is `class` or `instance`; of an instance that is not there but answered for
    by `.missing`, `missing` is true.
    """

    asked: str
    path: str
    kind: str
    domain: str
    layers: tuple[str, ...]
    missing: bool
    said: tuple[Origin, ...]
    fields: tuple[ExplainedField, ...]
    methods: tuple[ExplainedMethod, ...]
    instances: tuple[str, ...]
    span: Span


def explain(datastore: model.Datastore, index: ir.Index, path: str) -> Explanation | None:
    """What `path` amounts to; None where it names neither a class nor an instance.

    A path may begin with a domain. Where it names both, it is the instance; with a slash at its end it is the class.
    """
    if not path.endswith("/") and (found := find_instance(index, path)) is not None:
        entry, name, layers = found
        return _explain_instance(_model_class(datastore, entry), path, name, layers)
    found_class = find_class(index, path)
    if found_class is not None:
        entry, layers = found_class
        return _explain_class(_model_class(datastore, entry), path, layers)
    return None


def _model_class(datastore: model.Datastore, entry: ir.ClassEntry) -> model.Class:
    name, _, path = entry.path.partition("/")
    domain = next(domain for domain in datastore.domains if fold(domain.name) == fold(name))
    return domain.classes[fold(path)]


def _explain_class(klass: model.Class, asked: str, layers: tuple[str, ...]) -> Explanation:
    return Explanation(
        asked=asked,
        path=f"/{klass.domain}/{klass.path}",
        kind=CLASS,
        domain=klass.domain,
        layers=layers,
        missing=False,
        said=tuple(_said(klass.attributes, CLASS, klass.source)),
        fields=tuple(_field(field, klass, None) for field in _in_order(klass)),
        methods=tuple(map(_method, by_folded_name(klass.methods).values())),
        instances=tuple(each.name for each in by_folded_name(klass.instances).values()),
        span=_first(klass.attributes, klass.source),
    )


def _explain_instance(klass: model.Class, asked: str, name: str, layers: tuple[str, ...]) -> Explanation:
    instances = by_folded_name(klass.instances)
    missing = fold(name) not in instances
    instance = instances[MISSING_INSTANCE if missing else fold(name)]
    return Explanation(
        asked=asked,
        path=f"/{klass.domain}/{klass.path}/{instance.name}",
        kind=INSTANCE,
        domain=klass.domain,
        layers=layers,
        missing=missing,
        said=tuple(_said(instance.attributes, INSTANCE, instance.source)),
        fields=tuple(_field(field, klass, instance) for field in _in_order(klass)),
        methods=(),
        instances=(),
        span=_first(instance.attributes, instance.source),
    )


def _in_order(klass: model.Class) -> list[model.Field]:
    return sorted(klass.schema, key=lambda field: priority(field.get("priority")))


def _said(attributes: model.Attributes, layer: str, source: str) -> Iterator[Origin]:
    for key, text in attributes.items():
        if key != "name" and not is_blank(text.value):
            yield _origin(key, text.value, layer, text.span(source))


def _first(attributes: model.Attributes, source: str) -> Span:
    name = attributes.get("name")
    return Span(source) if name is None else name.span(source)


def _field(field: model.Field, klass: model.Class, instance: model.Instance | None) -> ExplainedField:
    written = None if instance is None else _value_of(instance, field.name)
    own: Mapping[str, model.Text] = {} if written is None else written.attributes
    source = "" if instance is None else instance.source
    said = _Layers(field.attributes, klass.source, own, source)
    others = [said.origin(key, key, nil_counts=False) for key in _SHOWN] + [
        _Layers(field.attributes, klass.source, {}, "").origin(key, key, nil_counts=False) for key in _OF_FIELD
    ]
    datatype = field.get("datatype") or ""
    value = said.origin("value", "default_value", nil_counts=datatype == COALESCING)
    return ExplainedField(
        name=field.name,
        kind=field.get("aetype") or "",
        datatype=datatype,
        value=_masked(value) if datatype == "password" else value,
        others=tuple(each for each in others if each is not None),
        span=_first(field.attributes, klass.source),
    )


def _masked(value: Origin | None) -> Origin | None:
    return value if value is None or is_blank(value.text) else value._replace(text=MASK)


def _value_of(instance: model.Instance, name: str) -> model.Value | None:
    return next((value for value in instance.values if fold(value.name.value or "") == fold(name)), None)


class _Layers(NamedTuple):
    field: Mapping[str, model.Text]
    field_source: str
    value: Mapping[str, model.Text]
    value_source: str

    def origin(self, own_key: str, field_key: str, *, nil_counts: bool) -> Origin | None:
        """The text that takes effect; with `nil_counts` only an absent or nil text of the instance gives way."""
        own = self.value.get(own_key)
        if own is not None and not (own.value is None if nil_counts else is_blank(own.value)):
            return _origin(own_key, own.value, INSTANCE, own.span(self.value_source))
        text = self.field.get(field_key)
        if text is None or text.value is None or (own_key != "value" and is_blank(text.value)):
            return None
        return _origin(field_key, text.value, CLASS, text.span(self.field_source))


def _origin(key: str, text: str | None, layer: str, span: Span) -> Origin:
    return Origin(key, None if text is None else sanitize(text), layer, span)


def _method(method: model.Method) -> ExplainedMethod:
    return ExplainedMethod(
        name=method.name,
        location=method.get("location") or "",
        language=method.get("language") or "",
        inputs=tuple(each.name for each in method.inputs),
        span=_first(method.attributes, method.source),
    )
