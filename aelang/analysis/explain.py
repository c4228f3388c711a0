"""Explaining: a class or an instance as it takes effect, and for each word of it the layer and place it is from.

Which layer counts is the compiler's to say (`origins`). Here stands what lies beside them: the same class or instance
in other domains, which is hidden as a whole, since fields are not merged across domains (LANGUAGE 1).
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from aelang import ir, model
from aelang.analysis.lookup import find_class, find_instance
from aelang.compiler.inherit import Field, Layer, inherit
from aelang.compiler.inherit_values import values_of
from aelang.compiler.library import Library
from aelang.compiler.origins import CLASS, INSTANCE, VALUE, Origin, layers_of
from aelang.compiler.overlay import by_folded_name
from aelang.interpreter.values import MASK, sanitize
from aelang.names import MISSING_INSTANCE, fold, is_blank, is_off
from aelang.source import Span

_SHOWN = ("message", "condition", "collect", "on_entry", "on_exit", "on_error", "max_retries", "max_time", "undo")
_OF_FIELD = ("substitute", "visibility", "display_name", "description")


class Told(NamedTuple):
    """One layer of a word, in the domain that has it. `hidden` says why it does not count, blank of the one that
    does."""

    domain: str
    origin: Origin
    hidden: str = ""


class ExplainedField(NamedTuple):
    """A field: its kind, its data type (blank where none is said), its value, and what else is said of it.

    The value of a step is the relationship that it became. `layers` are those of its value and of what else is said,
    for each word the one that counts first where there is one, then the nearest.
    """

    name: str
    kind: str
    datatype: str
    value: Origin | None
    others: tuple[Origin, ...]
    span: Span
    inherited_from: str = ""
    layers: tuple[Told, ...] = ()


class ExplainedMethod(NamedTuple):
    """A method of a class: where it runs, and where it is declared."""

    name: str
    location: str
    language: str
    inputs: tuple[str, ...]
    span: Span
    inherited_from: str = ""


class HiddenLayer(NamedTuple):
    """The same class or instance in another domain: why it does not count, and the fields that only it has."""

    domain: str
    path: str
    why: str
    span: Span
    only_here: tuple[str, ...]


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
    hidden: tuple[HiddenLayer, ...] = ()


def explain(datastore: model.Datastore, index: ir.Index, path: str, *, with_hidden: bool = False) -> Explanation | None:
    """What `path` amounts to; None where it names neither a class nor an instance.

    A path may begin with a domain. Where it names both, it is the instance; with a slash at its end it is the class.
    `with_hidden`: what other domains have there is told as well.
    """
    if not path.endswith("/") and (found := find_instance(index, path)) is not None:
        entry, name, layers = found
        place = _Place(datastore, index, entry, name)
    elif (found_class := find_class(index, path)) is not None:
        entry, layers = found_class
        place = _Place(datastore, index, entry, None)
    else:
        return None
    others = list(_others(place, datastore, index)) if with_hidden else []
    return _explanation(place, path, layers, others)


def explain_at(
    datastore: model.Datastore, index: ir.Index, entry: ir.ClassEntry, name: str | None = None
) -> Explanation:
    """What the class `entry`, or its instance `name`, amounts to, with what other domains have there. Raises KeyError
    where it is no longer in the datastore."""
    place = _Place(datastore, index, entry, name)
    others = list(_others(place, datastore, index))
    layers = tuple(each.klass.domain for each in (place, *(other for other, _ in others)))
    return _explanation(place, place.path if name is None else f"{place.path}/{name}", layers, others)


class _Place:
    """The class that answers, with all that it inherits, and the instance that is asked for, if one is."""

    def __init__(self, datastore: model.Datastore, index: ir.Index, entry: ir.ClassEntry, name: str | None) -> None:
        self.parents = Library(index, lambda path: _model_class(datastore, path))
        klass = _model_class(datastore, entry.path)
        if klass is None:
            raise KeyError(entry.path)
        self.klass = klass
        self.effective = inherit(klass, self.parents)
        self.path = f"/{klass.domain}/{klass.path}"
        self.missing = False
        self.instance: model.Instance | None = None
        self.values: dict[str, tuple[Layer, ...]] = {}
        if name is not None:
            instances = by_folded_name(klass.instances)
            self.missing = fold(name) not in instances
            self.instance = instances[MISSING_INSTANCE if self.missing else fold(name)]
            self.values = values_of(self.instance, self.effective, self.parents).layers

    @cached_property
    def owners(self) -> frozenset[str]:
        """The folded paths of the class and the instance."""
        own = () if self.instance is None else (fold(f"{self.path}/{self.instance.name}"),)
        return frozenset((fold(self.path), *own))

    def told(self, field: Field, key: str) -> tuple[Origin, ...]:
        """The layers of what `field` says under `key`, the nearest first, fit to be shown."""
        values = () if key in _OF_FIELD else self.values.get(fold(field.name), ())
        is_secret = key == VALUE and field.get("datatype") == "password"
        found = (_shown(each, is_secret) for each in reversed(layers_of(field, values, key, self.owners)))
        if key == VALUE and field.get("aetype") == "step":
            return tuple(map(_as_relationship, found))
        return tuple(found)


def _model_class(datastore: model.Datastore, full_path: str) -> model.Class | None:
    name, _, path = fold(full_path).partition("/")
    domain = next((domain for domain in datastore.domains if fold(domain.name) == name), None)
    return None if domain is None else domain.classes.get(path)


def _explanation(
    place: _Place, asked: str, layers: tuple[str, ...], others: Sequence[tuple[_Place, str]]
) -> Explanation:
    klass, instance = place.klass, place.instance
    holder = klass if instance is None else instance
    kind = CLASS if instance is None else INSTANCE
    return Explanation(
        asked=asked,
        path=place.path if instance is None else f"{place.path}/{instance.name}",
        kind=kind,
        domain=klass.domain,
        layers=layers,
        missing=place.missing,
        said=tuple(_said(holder.attributes, kind, holder.source)),
        fields=tuple(_field(field, place, others) for field in place.effective.fields),
        methods=() if instance is not None else tuple(_methods(place.effective.lineage)),
        instances=() if instance is not None else tuple(each.name for each in by_folded_name(klass.instances).values()),
        span=_first(holder.attributes, holder.source),
        ancestors=tuple(f"/{each.domain}/{each.path}" for each in place.effective.lineage[1:]),
        hidden=tuple(_hidden_layer(other, why, place) for other, why in others),
    )


def _said(attributes: model.Attributes, layer: str, source: str) -> Iterator[Origin]:
    for key, text in attributes.items():
        if key != "name" and not is_blank(text.value):
            yield _shown(Origin(layer, text.value, text.span(source), counts=True, key=key))


def _first(attributes: model.Attributes, source: str) -> Span:
    name = attributes.get("name")
    return Span(source) if name is None else name.span(source)


# -- fields ------------------------------------------------------------------------------------------------------


def _field(field: Field, place: _Place, others: Sequence[tuple[_Place, str]]) -> ExplainedField:
    told = {key: place.told(field, key) for key in (VALUE, *_SHOWN, *_OF_FIELD)}
    counting = {key: _counting(key, origins) for key, origins in told.items()}
    value = counting.pop(VALUE)
    nearest = field.layers[0]
    return ExplainedField(
        name=field.name,
        kind=field.get("aetype") or "",
        datatype=field.get("datatype") or "",
        value=value,
        others=tuple(each for each in counting.values() if each is not None),
        span=nearest.name.span(nearest.source),
        inherited_from="" if nearest.owner == place.path else nearest.owner,
        layers=tuple(
            each
            for key, origins in told.items()
            for each in (*_layers(place.klass.domain, origins), *_elsewhere(field, key, others))
        ),
    )


def _counting(key: str, told: Sequence[Origin]) -> Origin | None:
    """The layer that counts, unless that is one of a class that says nothing."""
    found = next((each for each in told if each.counts), None)
    if found is None or (found.layer == CLASS and _says_nothing(found, key)):
        return None
    return found


def _says_nothing(origin: Origin, key: str) -> bool:
    return origin.text is None if key == VALUE else is_blank(origin.text)


def _layers(domain: str, told: Sequence[Origin]) -> Iterator[Told]:
    """The layers with a word each, or that an instance says on purpose to be blank."""
    counting = next((at for at, each in enumerate(told) if each.counts), len(told))
    for at, origin in enumerate(told):
        if at == counting and not (origin.layer == CLASS and origin.text is None):
            yield Told(domain, origin)
        elif not is_blank(origin.text):
            nearer = told[counting]
            yield Told(domain, origin, f"hidden by the {_whose(nearer, told[at])}")
        elif origin.layer == INSTANCE:
            yield Told(
                domain,
                origin,
                f"{_NOTHING[origin.text is None]}: what is behind it counts",
            )


_NOTHING = {True: "nil", False: "blank"}


def _whose(nearer: Origin, hidden: Origin) -> str:
    """Whose word hides another."""
    if nearer.inherited_from:
        return f"{nearer.layer} {nearer.inherited_from}"
    return f"nearer {nearer.layer}" if nearer.layer == hidden.layer else nearer.layer


def _elsewhere(field: Field, key: str, others: Sequence[tuple[_Place, str]]) -> Iterator[Told]:
    """What `field` would be in the domains that are hidden."""
    for other, why in others:
        found = next((each for each in other.effective.fields if fold(each.name) == fold(field.name)), None)
        counting = None if found is None else _counting(key, other.told(found, key))
        if counting is not None:
            yield Told(other.klass.domain, counting._replace(counts=False), why)


def _shown(origin: Origin, is_secret: bool = False) -> Origin:
    """`origin` without secrets."""
    if is_blank(origin.text):
        return origin
    return origin._replace(text=MASK if is_secret else sanitize(origin.text or ""))


def _as_relationship(origin: Origin) -> Origin:
    """The value of a step as the relationship that it became (LANGUAGE 5)."""
    if origin.text is None or is_off(origin.text):
        return origin
    return origin._replace(text=f"{origin.text.strip()}#${{#ae_message}}")


# -- methods -----------------------------------------------------------------------------------------------------


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


# -- other domains -----------------------------------------------------------------------------------------------


def _others(place: _Place, datastore: model.Datastore, index: ir.Index) -> Iterator[tuple[_Place, str]]:
    """The same class or instance in other domains, with why it does not count."""
    name = None if place.instance is None else place.instance.name
    own = False
    for domain in index.domains:
        if fold(domain.name) == fold(place.klass.domain):
            own = True
            continue
        entry = index.class_at(f"{domain.name}/{place.klass.path}")
        if entry is None or (name is not None and fold(name) not in entry.instances):
            continue
        yield _Place(datastore, index, entry, name), _why_hidden(domain, place.klass.domain, own)


def _why_hidden(domain: ir.DomainEntry, answering: str, is_lower: bool) -> str:
    if not domain.enabled:
        return f"the domain {domain.name} is disabled"
    return f"the domain {answering} goes before {domain.name}" if is_lower else f"the path names the domain {answering}"


def _hidden_layer(other: _Place, why: str, place: _Place) -> HiddenLayer:
    known = {fold(each.name) for each in place.effective.fields}
    holder = other.klass if other.instance is None else other.instance
    path = other.path if other.instance is None else f"{other.path}/{other.instance.name}"
    only = tuple(each.name for each in other.effective.fields if fold(each.name) not in known)
    return HiddenLayer(other.klass.domain, path, why, _first(holder.attributes, holder.source), only)
