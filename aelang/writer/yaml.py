"""YAML of a class: the files of its folder as ManageIQ exports them, byte for byte.

What reads the same may be written in two ways: an older libyaml leaves a blank behind the colon of nil. A `Dialect`
says which of them the files of a domain have.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from aelang.model import Attributes, Class, Field, Input, Instance, Method, Text
from aelang.names import MISSING_INSTANCE, fold
from aelang.names.spelling import float_text
from aelang.writer.scalars import behind_colon, key_text

__all__ = ["Dialect", "class_yaml", "dialect_of", "instance_yaml", "method_yaml", "yaml_stem"]


class Dialect(NamedTuple):
    """How nil is written behind a colon or dash: as nothing, or as a blank."""

    nil: str = ""


def dialect_of(yaml: str) -> Dialect:
    """The dialect that the file with the text `yaml` is written in."""
    return Dialect(" ") if ": \n" in yaml else Dialect()


def yaml_stem(name: str) -> str:
    """The name of the file, without its suffix, in which an export has the instance or method `name`."""
    if fold(name) == MISSING_INSTANCE:
        return "_missing"
    stem = name.lower().replace("/", "_")
    return f"instance{stem}" if stem.startswith(("__", ".")) else stem


def class_yaml(klass: Class, dialect: Dialect = Dialect()) -> str:  # noqa: B008 - immutable
    """The `__class__.yaml` of the canonical class `klass`: its attributes and its schema."""
    return _file("class", klass.attributes, "schema", _fields(klass.schema, dialect), dialect)


def instance_yaml(instance: Instance, dialect: Dialect = Dialect()) -> str:  # noqa: B008 - immutable
    """The file of the canonical instance `instance`."""
    lines = []
    for value in instance.values:
        said = _pairs(value.attributes, 6, dialect)
        lines.append(f"  - {key_text(value.name.value or '')}:{chr(10) if said else ' {}' + chr(10)}{said}")
    return _file("instance", instance.attributes, "fields", "".join(lines), dialect)


def method_yaml(method: Method, dialect: Dialect = Dialect()) -> str:  # noqa: B008 - immutable
    """The file that declares the canonical method `method`."""
    return _file(
        "method", method.attributes, "inputs", _fields(method.inputs, dialect), dialect, _aside(method, dialect)
    )


def _file(kind: str, attributes: Attributes, parts: str, listed: str, dialect: Dialect, aside: str = "") -> str:
    known = {key: text for key, text in attributes.items() if key != _LAST}
    last = {key: text for key, text in attributes.items() if key == _LAST}
    said = f"{_pairs(known, 4, dialect)}{aside}{_pairs(last, 4, dialect)}"
    tail = f"  {parts}:\n{listed}" if listed else f"  {parts}: []\n"
    return f"---\nobject_type: {kind}\nversion: 1.0\nobject:\n  attributes:\n{said}{tail}"


_LAST = "relative_path"


def _fields(fields: Sequence[Field | Input], dialect: Dialect) -> str:
    return "".join(f"  - field:\n{_pairs(each.attributes, 6, dialect)}" for each in fields)


def _pairs(attributes: Attributes, indent: int, dialect: Dialect) -> str:
    return "".join(_pair(key, text, indent, dialect) for key, text in attributes.items())


def _pair(key: str, text: Text, indent: int, dialect: Dialect) -> str:
    if text.value is None:
        return f"{' ' * indent}{key}:{dialect.nil}\n"
    said = _typed(key, text.value) or behind_colon(text.value, indent + 2, indent + len(key) + 2)
    return f"{' ' * indent}{key}: {said}\n"


def _typed(key: str, text: str) -> str | None:
    """The text of what an export writes as a number or a boolean."""
    if key == "priority" and text.isascii() and text.isdigit() and str(int(text)) == text:
        return text
    return {"t": "true", "f": "false"}.get(text) if key == "substitute" else None


def _aside(method: Method, dialect: Dialect) -> str:
    """What a method says in lists and trees."""
    said: dict[str, object] = {}
    if method.embedded:
        said["embedded_methods"] = [each.value for each in method.embedded]
    if method.options:
        said["options"] = method.options
    return "".join(_tree(said, 4, dialect)) if said else ""


def _tree(node: object, indent: int, dialect: Dialect) -> Iterator[str]:
    """The lines of a mapping or list that is not empty, each with its line break."""
    if isinstance(node, Mapping):
        for key, inner in node.items():
            yield from _branch(f"{' ' * indent}{key_text(str(key))}:", inner, indent, indent, dialect)
    elif isinstance(node, list):
        for inner in node:
            yield from _item(inner, indent, dialect)


def _branch(head: str, inner: object, indent: int, list_indent: int, dialect: Dialect) -> Iterator[str]:
    if isinstance(inner, Mapping | list) and inner:
        yield f"{head}\n"
        yield from _tree(inner, indent + 2 if isinstance(inner, Mapping) else list_indent, dialect)
    else:
        yield f"{head}{_leaf(inner, indent + 2, len(head) + 1, dialect)}\n"


def _item(inner: object, indent: int, dialect: Dialect) -> Iterator[str]:
    """An item of a list: what is in it stands behind the dash, and two columns further in."""
    if isinstance(inner, Mapping | list) and inner:
        lines = "".join(_tree(inner, indent + 2, dialect))
        yield f"{' ' * indent}- {lines[indent + 2 :]}"
    else:
        yield f"{' ' * indent}-{_leaf(inner, indent + 2, indent + 2, dialect)}\n"


def _leaf(value: object, indent: int, column: int, dialect: Dialect) -> str:
    match value:
        case None:
            return dialect.nil
        case bool():
            return f" {str(value).lower()}"
        case int():
            return f" {value}"
        case float():
            return f" {float_text(value)}"
        case str():
            return f" {behind_colon(value, indent, column)}"
        case _:
            return " []" if isinstance(value, list) else " {}"
