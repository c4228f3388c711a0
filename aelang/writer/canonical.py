"""The canonical model: every key that ManageIQ's export has, in its order, with what an absent one means.

Two spellings of a class say the same when their canonical models are equal. What an instance says for a field is
never filled in: there an absent key lets the class speak, and so does nothing else.
"""

from collections.abc import Iterable

from aelang.model import (
    CLASS_KEYS,
    FIELD_KEYS,
    INSTANCE_KEYS,
    METHOD_KEYS,
    VALUE_KEYS,
    Attributes,
    Class,
    Field,
    Input,
    Instance,
    Method,
    Text,
    Value,
)
from aelang.names import fold

__all__ = ["canonical", "canonical_instance", "canonical_method", "say_the_same"]

_NIL = Text(None)
_OPTIONAL = frozenset(("undo", "data", "effect"))
"""Keys that an export has only where something is said."""

_MEANT = {"substitute": Text("t"), "message": Text("create")}
"""What a field means where it says nothing; all else is nil then (ENGINE-FACTS 4.1, 5.9)."""


def canonical(klass: Class) -> Class:
    """`klass` with every key of an export. A class without a name is named for its path."""
    named = {**klass.attributes, "name": _name(klass.attributes, klass.name)}
    return klass._replace(
        attributes=_filled(named, CLASS_KEYS),
        schema=tuple(Field(_field(each.attributes)) for each in klass.schema),
        instances=tuple(map(canonical_instance, klass.instances)),
        methods=tuple(map(canonical_method, klass.methods)),
    )


def canonical_instance(instance: Instance) -> Instance:
    """`instance` with every key of an export, but for its values, which stay as they are."""
    values = tuple(Value(each.name, _ordered(each.attributes, VALUE_KEYS)) for each in instance.values)
    return instance._replace(attributes=_filled(instance.attributes, INSTANCE_KEYS), values=values)


def canonical_method(method: Method) -> Method:
    """`method` with every key of an export, its inputs too."""
    inputs = tuple(Input(_field(each.attributes)) for each in method.inputs)
    return method._replace(attributes=_filled(method.attributes, METHOD_KEYS), inputs=inputs)


def _name(attributes: Attributes, otherwise: str) -> Text:
    name = attributes.get("name")
    return Text(otherwise) if name is None or not name.value else name


def _field(attributes: Attributes) -> Attributes:
    return _filled({**attributes, "name": _name(attributes, "")}, FIELD_KEYS)


def _filled(attributes: Attributes, keys: Iterable[str]) -> Attributes:
    filled = (
        {key: _MEANT.get(key, _NIL) for key in keys if key not in _OPTIONAL}
        if keys is FIELD_KEYS
        else {key: _NIL for key in keys if key not in _OPTIONAL}
    )
    return _ordered({**filled, **attributes}, keys)


def _ordered(attributes: Attributes, keys: Iterable[str]) -> Attributes:
    """`attributes` in the order of `keys`; those that are not among them follow as they were."""
    return {key: attributes[key] for key in (*(key for key in keys if key in attributes), *attributes)}


def say_the_same(one: Class, other: Class) -> bool:
    """Whether two classes say the same, in whatever spelling; in what order their instances and methods stand, and in
    which files, says nothing."""
    return _meaning(canonical(one)) == _meaning(canonical(other))


def _meaning(klass: Class) -> tuple[object, ...]:
    instances = {fold(each.name): (each.attributes, each.values) for each in klass.instances}
    methods = {
        fold(each.name): (each.attributes, each.inputs, each.embedded, each.options, each.code)
        for each in klass.methods
    }
    return klass.attributes, klass.schema, instances, methods
