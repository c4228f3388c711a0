"""Explaining: a class or an instance as it takes effect, and for each word of it the layer and place it is from.

The rules are the compiler's (ENGINE-FACTS 5.1, 5.2, LANGUAGE 2): an instance's value stands if it is not blank, or,
with the data type "null coalescing", if it is not nil; else that of the instance it inherits from; else the class's
default, or its parent's; what an instance says besides the value stands if it is not blank.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from aelang import ir, model
from aelang.analysis.lookup import find_class, find_instance
from aelang.compiler.classes import COALESCING
from aelang.compiler.inherit import Field, Layer, Library, inherit, values_of
from aelang.compiler.overlay import by_folded_name
from aelang.interpreter.values import MASK, sanitize
from aelang.names import MISSING_INSTANCE, fold, is_blank, is_off
from aelang.source import Span

CLASS, INSTANCE = "class", "instance"

_SHOWN = ("message", "condition", "collect", "on_entry", "on_exit", "on_error", "max_retries", "max_time", "undo")
_OF_FIELD = ("substitute", "visibility", "display_name", "description")


class Origin(NamedTuple):
    """A text that takes effect: under which key, in which layer (`class` or `instance`) and where it stands.

    `inherited_from` is the full path of the class or instance that says it, blank where that is the one in hand.
    """

    key: str
    text: str | None
    layer: str
    span: Span
    inherited_from: str = ""


class ExplainedField(NamedTuple):
    """A field: its kind, its data type (blank where none is said), its value, and what else is said of it.

    The value of a step is the relationship that it became.
    """

    name: str
    kind: str
    datatype: str
    value: Origin | None
    others: tuple[Origin, ...]
    span: Span
    inherited_from: str = ""


class ExplainedMethod(NamedTuple):
    """A method of a class: where it runs, and where it is declared."""

    name: str
    location: str
    language: str
    inputs: tuple[str, ...]
    span: Span
    inherited_from: str = ""


class Explanation(NamedTuple):
    """A class or instance as it takes effect. `layers` are the domains that have it, the one that answers first.

    `ancestors` are the classes that it inherits from, the parent first. `asked` is the path asked for; `kind` is
    `class` or `instance`; of an instance that is not there but answered for by `.missing`, `missing` is true.
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
    ancestors: tuple[str, ...] = ()


def explain(datastore: model.Datastore, index: ir.Index, path: str) -> Explanation | None:
    """What `path` amounts to; None where it names neither a class nor an instance.

    A path may begin with a domain. Where it names both, it is the instance; with a slash at its end it is the class.
    """
    if not path.endswith("/") and (found := find_instance(index, path)) is not None:
        entry, name, layers = found
        return _explain_instance(_Place(datastore, index, entry), path, name, layers)
    found_class = find_class(index, path)
    if found_class is not None:
        entry, layers = found_class
        return _explain_class(_Place(datastore, index, entry), path, layers)
    return None


class _Place:
    """The class that answers, with all that it inherits."""

    def __init__(self, datastore: model.Datastore, index: ir.Index, entry: ir.ClassEntry) -> None:
        self.parents = Library(index, lambda path: _model_class(datastore, path))
        klass = _model_class(datastore, entry.path)
        if klass is None:
            raise KeyError(entry.path)
        self.klass = klass
        self.effective = inherit(klass, self.parents)

    @property
    def ancestors(self) -> tuple[str, ...]:
        """The full paths of the classes that it inherits from."""
        return tuple(f"/{each.domain}/{each.path}" for each in self.effective.lineage[1:])


def _model_class(datastore: model.Datastore, full_path: str) -> model.Class | None:
    name, _, path = fold(full_path).partition("/")
    domain = next((domain for domain in datastore.domains if fold(domain.name) == name), None)
    return None if domain is None else domain.classes.get(path)


def _explain_class(place: _Place, asked: str, layers: tuple[str, ...]) -> Explanation:
    klass = place.klass
    path = f"/{klass.domain}/{klass.path}"
    return Explanation(
        asked=asked,
        path=path,
        kind=CLASS,
        domain=klass.domain,
        layers=layers,
        missing=False,
        said=tuple(_said(klass.attributes, CLASS, klass.source)),
        fields=tuple(_field(field, path, ()) for field in place.effective.fields),
        methods=tuple(_methods(place.effective.lineage)),
        instances=tuple(each.name for each in by_folded_name(klass.instances).values()),
        span=_first(klass.attributes, klass.source),
        ancestors=place.ancestors,
    )


def _explain_instance(place: _Place, asked: str, name: str, layers: tuple[str, ...]) -> Explanation:
    klass = place.klass
    instances = by_folded_name(klass.instances)
    missing = fold(name) not in instances
    instance = instances[MISSING_INSTANCE if missing else fold(name)]
    path = f"/{klass.domain}/{klass.path}"
    values = values_of(instance, place.effective, place.parents).layers
    return Explanation(
        asked=asked,
        path=f"{path}/{instance.name}",
        kind=INSTANCE,
        domain=klass.domain,
        layers=layers,
        missing=missing,
        said=tuple(_said(instance.attributes, INSTANCE, instance.source)),
        fields=tuple(_field(each, path, values.get(fold(each.name), ())) for each in place.effective.fields),
        methods=(),
        instances=(),
        span=_first(instance.attributes, instance.source),
        ancestors=place.ancestors,
    )


def _said(attributes: model.Attributes, layer: str, source: str) -> Iterator[Origin]:
    for key, text in attributes.items():
        if key != "name" and not is_blank(text.value):
            yield _origin(key, text.value, layer, text.span(source))


def _first(attributes: model.Attributes, source: str) -> Span:
    name = attributes.get("name")
    return Span(source) if name is None else name.span(source)


def _field(field: Field, path: str, values: tuple[Layer, ...]) -> ExplainedField:
    """`field` of the class at `path`, with what its instance, if any, says of it in `values`."""
    said = _Layers(field, path, values)
    others = [said.origin(key, key, nil_counts=False) for key in _SHOWN] + [
        _Layers(field, path, ()).origin(key, key, nil_counts=False) for key in _OF_FIELD
    ]
    datatype, kind = field.get("datatype") or "", field.get("aetype") or ""
    value = said.origin("value", "default_value", nil_counts=datatype == COALESCING)
    if kind == "step":
        value = _as_relationship(value)
    nearest = field.layers[0]
    return ExplainedField(
        name=field.name,
        kind=kind,
        datatype=datatype,
        value=_masked(value) if datatype == "password" else value,
        others=tuple(each for each in others if each is not None),
        span=nearest.name.span(nearest.source),
        inherited_from="" if nearest.owner == path else nearest.owner,
    )


def _as_relationship(value: Origin | None) -> Origin | None:
    if value is None or value.text is None or is_off(value.text):
        return value
    return value._replace(text=f"{value.text.strip()}#${{#ae_message}}")


def _masked(value: Origin | None) -> Origin | None:
    return value if value is None or is_blank(value.text) else value._replace(text=MASK)


class _Layers(NamedTuple):
    field: Field
    path: str
    values: tuple[Layer, ...]

    def origin(self, own_key: str, field_key: str, *, nil_counts: bool) -> Origin | None:
        """The text that takes effect; with `nil_counts` only an absent or nil text of an instance gives way."""
        for at, layer in enumerate(self.values):
            own = layer.attributes.get(own_key)
            if own is not None and not (own.value is None if nil_counts else is_blank(own.value)):
                found = _origin(own_key, own.value, INSTANCE, own.span(layer.source))
                return found._replace(inherited_from=layer.owner) if at else found
        saying = self.field.saying(field_key)
        if saying is None:
            return None
        text = saying.attributes[field_key]
        if text.value is None or (own_key != "value" and is_blank(text.value)):
            return None
        found = _origin(field_key, text.value, CLASS, text.span(saying.source))
        return found if saying.owner == self.path else found._replace(inherited_from=saying.owner)


def _origin(key: str, text: str | None, layer: str, span: Span) -> Origin:
    return Origin(key, None if text is None else sanitize(text), layer, span)


def _methods(lineage: Sequence[model.Class]) -> Iterator[ExplainedMethod]:
    """The methods of a class and those that it inherits; of two of one name the nearer counts."""
    seen: set[str] = set()
    for at, klass in enumerate(lineage):
        for name, method in by_folded_name(klass.methods).items():
            if name not in seen:
                seen.add(name)
                yield _method(method, f"/{klass.domain}/{klass.path}" if at else "")


def _method(method: model.Method, inherited_from: str) -> ExplainedMethod:
    return ExplainedMethod(
        name=method.name,
        location=method.get("location") or "",
        language=method.get("language") or "",
        inputs=tuple(each.name for each in method.inputs),
        span=_first(method.attributes, method.source),
        inherited_from=inherited_from,
    )
