"""Origins: where each layer of what a field says stands, the class's default first, the instance's value last."""

from typing import NamedTuple

from aelang import model
from aelang.compiler.classes import COALESCING
from aelang.names import fold, is_blank
from aelang.source import Span


class Origin(NamedTuple):
    """One layer: whose it is ("class" or "instance"), the text, its place, and whether it is the one that counts."""

    layer: str
    text: str | None
    span: Span
    counts: bool


def origins(klass: model.Class, instance: str | None, field: str, attribute: str = "value") -> tuple[Origin, ...]:
    """The layers of `attribute` (`value`, `collect`, `on_entry` ...) of `field`, in rising order.

    Layers that say nothing under that key are left out. Without `instance` only the class is looked at. The last
    layer that counts is the one a run sees (ENGINE-FACTS 5.1, 5.2).
    """
    declared = next((each for each in klass.schema if fold(each.name) == fold(field)), None)
    if declared is None:
        return ()
    key = "default_value" if attribute == "value" else attribute
    layers = [_layer("class", declared.attributes.get(key), klass.source)]
    found = _instance(klass, instance)
    if found is not None:
        value = next((each for each in found.values if fold(each.name.value or "") == fold(field)), None)
        layers.append(_layer("instance", None if value is None else value.attributes.get(attribute), found.source))
    said = [layer for layer in layers if layer is not None]
    counting = _counting(said, declared.get("datatype") == COALESCING and attribute == "value")
    return tuple(layer._replace(counts=at == counting) for at, layer in enumerate(said))


def _instance(klass: model.Class, name: str | None) -> model.Instance | None:
    if name is None:
        return None
    return next((each for each in klass.instances if fold(each.name) == fold(name)), None)


def _layer(whose: str, said: model.Text | None, source: str) -> Origin | None:
    return None if said is None else Origin(whose, said.value, said.span(source), counts=False)


def _counting(layers: list[Origin], coalesces: bool) -> int:
    """The layer that counts, by number: the instance unless it is blank (nil, where it coalesces), else the class."""
    if not layers or layers[-1].layer == "class":
        return 0
    text = layers[-1].text
    says_nothing = text is None if coalesces else is_blank(text)
    return 0 if says_nothing and len(layers) > 1 else len(layers) - 1
