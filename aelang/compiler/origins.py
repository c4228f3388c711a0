"""Origins: where each layer of what a field says stands: the oldest ancestor first, the instance last."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from aelang import ir, model
from aelang.compiler.classes import COALESCING
from aelang.compiler.inherit import Effective, Field, Layer, Library, inherit, values_of
from aelang.names import fold, is_blank
from aelang.source import Span


class Origin(NamedTuple):
    """One layer: whose it is ("class" or "instance"), the text, its place, and whether it is the one that counts.

    `inherited_from` is the full path of the class or instance that says it, blank where that is the one asked about.
    """

    layer: str
    text: str | None
    span: Span
    counts: bool
    inherited_from: str = ""


def origins(
    klass: model.Class, instance: str | None, field: str, attribute: str = "value", library: Library | None = None
) -> tuple[Origin, ...]:
    """The layers of `attribute` (`value`, `collect`, `on_entry` ...) of `field`, in rising order.

    Layers that say nothing under that key are left out. Without `instance` only the class is looked at; without
    `library` nothing is inherited. One layer counts, and a run sees it (ENGINE-FACTS 5.1, 5.2, LANGUAGE 2).
    """
    library = library or Library(ir.Index((), ()))
    effective = inherit(klass, library)
    declared = next((each for each in effective.fields if fold(each.name) == fold(field)), None)
    if declared is None:
        return ()
    values = _values(effective, instance, field, library)
    coalesces = declared.get("datatype") == COALESCING and attribute == "value"
    counting = _counting(declared, values, attribute, coalesces)
    own = f"/{klass.domain}/{klass.path}"
    return (
        *_origins("class", reversed(declared.layers), _class_key(attribute), own, counting),
        *_origins("instance", reversed(values), attribute, f"{own}/{instance}", counting),
    )


def _class_key(attribute: str) -> str:
    return "default_value" if attribute == "value" else attribute


def _values(effective: Effective, instance: str | None, field: str, library: Library) -> tuple[Layer, ...]:
    """What the instance and those it inherits from say of `field`, its own words first."""
    found = next((each for each in effective.klass.instances if fold(each.name) == fold(instance or "")), None)
    return () if found is None else values_of(found, effective, library).layers.get(fold(field), ())


def _counting(declared: Field, values: Sequence[Layer], attribute: str, coalesces: bool) -> Layer | None:
    """The layer that counts: the nearest instance's unless it is blank (nil, where it coalesces), else the class's."""
    for layer in values:
        text = layer.attributes.get(attribute)
        if text is not None and not (text.value is None if coalesces else is_blank(text.value)):
            return layer
    return declared.saying(_class_key(attribute))


def _origins(whose: str, layers: Iterator[Layer], key: str, own: str, counting: Layer | None) -> Iterator[Origin]:
    for layer in layers:
        text = layer.attributes.get(key)
        if text is not None:
            inherited_from = "" if fold(layer.owner) == fold(own) else layer.owner
            yield Origin(whose, text.value, text.span(layer.source), layer is counting, inherited_from)
