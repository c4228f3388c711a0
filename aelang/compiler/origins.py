"""Origins: where each layer of what a field says stands, and which of them counts.

An instance's value stands if it is not blank, or, with the data type "null coalescing", if it is not nil; else that of
the instance it inherits from; else the class's default, or its parent's. What is said besides the value stands if it is
not blank (ENGINE-FACTS 5.1, 5.2, LANGUAGE 2).
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from aelang import ir, model
from aelang.compiler.frames import COALESCING
from aelang.compiler.inherit import Effective, Field, Layer, inherit
from aelang.compiler.inherit_values import values_of
from aelang.compiler.library import Library
from aelang.names import fold, is_blank
from aelang.source import Span

CLASS, INSTANCE = "class", "instance"
VALUE = "value"


class Origin(NamedTuple):
    """One layer: whose it is ("class" or "instance"), the text, its place, and whether it is the one that counts.

    `inherited_from` is the full path of the class or instance that says it, blank where that is the one asked about;
    `key` is the word that it says it under.
    """

    layer: str
    text: str | None
    span: Span
    counts: bool
    inherited_from: str = ""
    key: str = ""


def origins(
    klass: model.Class, instance: str | None, field: str, attribute: str = VALUE, library: Library | None = None
) -> tuple[Origin, ...]:
    """The layers of `attribute` (`value`, `collect`, `on_entry` ...) of `field`, in rising order: the oldest ancestor
    first, the instance last.

    Layers that say nothing under that key are left out. Without `instance` only the class is looked at; without
    `library` nothing is inherited. One layer counts, and a run sees it.
    """
    library = library or Library(ir.Index((), ()))
    effective = inherit(klass, library)
    declared = next((each for each in effective.fields if fold(each.name) == fold(field)), None)
    if declared is None:
        return ()
    return layers_of(declared, _values(effective, instance, field, library), attribute, _owners(klass, instance))


def layers_of(
    declared: Field, values: Sequence[Layer], attribute: str, owners: frozenset[str] = frozenset()
) -> tuple[Origin, ...]:
    """As `origins`, of a field with what an instance and those it inherits from say of it in `values`, its own words
    first. `owners` are the folded full paths of the class and the instance asked about."""
    counting = _counting(declared, values, attribute)
    return (
        *_origins(CLASS, reversed(declared.layers), class_key(attribute), owners, counting),
        *_origins(INSTANCE, reversed(values), attribute, owners, counting),
    )


def class_key(attribute: str) -> str:
    """The word under which a class says what an instance says as `attribute`."""
    return "default_value" if attribute == VALUE else attribute


def _owners(klass: model.Class, instance: str | None) -> frozenset[str]:
    own = f"/{klass.domain}/{klass.path}"
    return frozenset((fold(own), fold(f"{own}/{instance}")))


def _values(effective: Effective, instance: str | None, field: str, library: Library) -> tuple[Layer, ...]:
    """What the instance and those it inherits from say of `field`, its own words first."""
    found = next((each for each in effective.klass.instances if fold(each.name) == fold(instance or "")), None)
    return () if found is None else values_of(found, effective, library).layers.get(fold(field), ())


def _counting(declared: Field, values: Sequence[Layer], attribute: str) -> Layer | None:
    """The layer that counts: the nearest instance's unless it is blank (nil, where it coalesces), else the class's."""
    coalesces = attribute == VALUE and declared.get("datatype") == COALESCING
    for layer in values:
        text = layer.attributes.get(attribute)
        if text is not None and not (text.value is None if coalesces else is_blank(text.value)):
            return layer
    return declared.saying(class_key(attribute))


def _origins(
    whose: str, layers: Iterable[Layer], key: str, owners: frozenset[str], counting: Layer | None
) -> Iterator[Origin]:
    for layer in layers:
        text = layer.attributes.get(key)
        if text is not None:
            inherited_from = "" if fold(layer.owner) in owners else layer.owner
            yield Origin(whose, text.value, text.span(layer.source), layer is counting, inherited_from, key)
