"""A canonical class as the surface nodes of `.ael`: what goes without saying is left out."""

import re
from collections.abc import Iterable, Iterator, Mapping

from aelang.model import CLASS_KEYS, FIELD_KEYS, INSTANCE_KEYS, Attributes, Class, Instance, Method, Text, Value
from aelang.syntax.ael_nodes import (
    ClassNode,
    Clause,
    Embeds,
    FieldNode,
    InstanceNode,
    Member,
    MethodNode,
    OptionNode,
    Options,
    Scalar,
    ValueNode,
)
from aelang.syntax.ael_words import BOOKKEEPING, FIELD_WORDS

__all__ = ["class_node", "instance_node", "method_node"]

_KINDS = frozenset(("assertion", "attribute", "method", "relationship", "state", "step"))
_WORDS = {key: word for word, key in FIELD_WORDS.items() if word not in ("if", "unless") and word not in BOOKKEEPING}
"""The keys of a field with their words, in the order in which they are written; others are their own word."""

_SWITCHES = {"t": "true", "f": "false"}
_WORD = re.compile(r"[A-Za-z_]\w*\Z", re.ASCII)
_MESSAGES = re.compile(r"[A-Za-z*_][\w*.-]*(?: ?, ?[A-Za-z*_][\w*.-]*)*\Z", re.ASCII)


def class_node(klass: Class) -> ClassNode:
    """The surface of the canonical class `klass`. The code of its methods stays in files of its own."""
    said = klass.attributes
    clauses = _clauses(said, [key for key in said if key not in ("name", "inherits", "display_name")], CLASS_KEYS)
    fields = [_field(each.attributes, at) for at, each in enumerate(klass.schema, 1)]
    members: list[Member] = [*fields, *map(instance_node, klass.instances), *map(method_node, klass.methods)]
    return ClassNode(_named(said), _said(said, "inherits"), _said(said, "display_name"), clauses, tuple(members), 0, 0)


def instance_node(instance: Instance) -> InstanceNode:
    """The surface of a canonical instance."""
    said = instance.attributes
    clauses = _clauses(said, [key for key in said if key not in ("name", "inherits", "display_name")], INSTANCE_KEYS)
    values = tuple(map(_value_node, instance.values))
    return InstanceNode(_named(said), _said(said, "inherits"), _said(said, "display_name"), clauses, values, 0, 0)


def _value_node(value: Value) -> ValueNode:
    said = value.attributes
    clauses = tuple(_clause(key, said[key]) for key in _in_order(key for key in said if key != "value"))
    return ValueNode(
        Scalar(value.name.value or "", 0, 0), _scalar(said["value"]) if "value" in said else None, clauses, 0, 0
    )


# -- fields ------------------------------------------------------------------------------------------------------


def _field(said: Attributes, place: int, *, is_input: bool = False) -> FieldNode:
    kind, aside = _kind(said, is_input)
    datatype, messages = _datatype(said, kind), _messages(said)
    in_head = {"aetype", "name", "display_name", "default_value"} - aside
    in_head |= {key for key, text in said.items() if _goes_without_saying(key, text, place)}
    in_head |= {key for key, node in (("datatype", datatype), ("message", messages)) if node is not None}
    if kind == "password":
        in_head.add("datatype")
    clauses = tuple(_clause(key, said[key]) for key in _in_order(key for key in said if key not in in_head))
    return FieldNode(kind, _named(said), datatype, messages, _said(said, "display_name"), _value(said), clauses, 0, 0)


def _kind(said: Attributes, is_input: bool) -> tuple[str, set[str]]:
    """The first word of a field, and the keys it does not say."""
    aetype = said["aetype"].value
    if is_input:
        return "input", set() if aetype is None else {"aetype"}
    if aetype == "attribute" and said["datatype"].value == "password":
        return "password", set()
    if aetype is None or aetype not in _KINDS:
        return "field", set() if aetype is None else {"aetype"}
    return aetype, set()


def _goes_without_saying(key: str, text: Text, place: int) -> bool:
    match key:
        case "datatype":
            return text.value == "string"
        case "message":
            return text.value == "create"
        case "substitute":
            return text.value == "t"
        case "priority":
            return text.value == str(place)
        case _:
            return text.value is None and key in FIELD_KEYS and key != "undo"


def _datatype(said: Attributes, kind: str) -> Scalar | None:
    text = said["datatype"].value
    if kind == "password" or text == "string":
        return None
    if text is None:
        return Scalar(None, 0, 0)
    is_plain = text == "null coalescing" or (text != "none" and _WORD.match(text) is not None)
    return Scalar(text, 0, 0) if is_plain else None


def _messages(said: Attributes) -> Scalar | None:
    text = said["message"].value
    if text == "create":
        return None
    if text is None:
        return Scalar(None, 0, 0)
    return Scalar(text, 0, 0) if _may_be_messages(text) else None


def _may_be_messages(text: str) -> bool:
    return text != "nil" and _MESSAGES.match(text) is not None


# -- clauses -----------------------------------------------------------------------------------------------------


def _in_order(keys: Iterable[str]) -> list[str]:
    listed = list(keys)
    return [*(key for key in _WORDS if key in listed), *(key for key in listed if key not in _WORDS)]


def _clauses(said: Attributes, keys: Iterable[str], known: Iterable[str]) -> tuple[Clause, ...]:
    return tuple(_clause(key, said[key]) for key in keys if said[key].value is not None or key not in known)


def _clause(key: str, text: Text) -> Clause:
    if key == "condition" and (found := _condition(text.value)):
        return found
    node = _scalar(text)
    if key == "substitute" and text.value is not None:
        plain = _SWITCHES.get(text.value)
        node = Scalar(plain, 0, 0) if plain else Scalar(text.value, 0, 0, "'")
    return Clause(_WORDS.get(key, key), node, 0, 0)


def _condition(text: str | None) -> Clause | None:
    """`if EXPR` or `unless EXPR`; None for a condition that cannot be written so."""
    word, _, expression = (text or "").partition(" ")
    if word not in ("IF", "UNLESS") or not expression or expression != expression.strip():
        return None
    if not expression.isprintable() or "  " in expression or " #" in expression:
        return None
    return Clause(word.lower(), Scalar(expression, 0, 0), 0, 0)


def _named(said: Attributes) -> Scalar:
    return Scalar(said["name"].value or "", 0, 0)


def _said(said: Attributes, key: str) -> Scalar | None:
    text = said[key]
    return None if text.value is None else Scalar(text.value, 0, 0)


def _value(said: Attributes) -> Scalar | None:
    text = said["default_value"]
    return None if text.value is None else _scalar(text)


def _scalar(text: Text) -> Scalar:
    """A text as a value; one that begins with `#` is switched off."""
    if text.value is not None and text.value.startswith("#"):
        return Scalar(text.value[1:], 0, 0, "", True)
    return Scalar(text.value, 0, 0)


# -- methods -----------------------------------------------------------------------------------------------------


def method_node(method: Method) -> MethodNode:
    """The surface of a canonical method declaration, without its code."""
    said = method.attributes
    how, aside = _how(said)
    clauses = [_clause(key, said[key]) for key in said if key not in aside and not _is_usual(key, said[key])]
    inputs = tuple(_field(each.attributes, at, is_input=True) for at, each in enumerate(method.inputs, 1))
    return MethodNode(
        _named(said),
        inputs,
        next((at for at, each in enumerate(inputs) if not _is_short(each)), len(inputs)),
        how,
        _said(said, "display_name"),
        tuple(clauses),
        Embeds(tuple(Scalar(each.value, 0, 0) for each in method.embedded), 0, 0) if method.embedded else None,
        Options(tuple(_options(method.options)), 0, 0) if method.options else None,
        None,
        0,
        0,
    )


_LANGUAGES = frozenset(("python", "ruby", "perl"))


def _how(said: Attributes) -> tuple[Scalar | None, frozenset[str]]:
    """The word behind the parentheses, and the keys that need no clause then."""
    location, language = said["location"].value, said["language"].value
    headed = frozenset(("name", "display_name", "location"))
    if location == "inline" and language in _LANGUAGES:
        return Scalar(language, 0, 0), headed | {"language"}
    if location is None:
        return None, headed
    if location in (*_LANGUAGES, "nil") or not _WORD.match(location):
        return None, headed - {"location"}
    return Scalar(location, 0, 0), headed


def _is_usual(key: str, text: Text) -> bool:
    usual = {"scope": "instance", "language": "ruby", "description": None, "display_name": None}
    return key in usual and text.value == usual[key]


def _is_short(node: FieldNode) -> bool:
    """Whether an input may stand between the parentheses."""
    value = node.value is None or node.value.value is not None
    return node.messages is None and node.display is None and not node.clauses and value


def _options(options: Mapping[str, object]) -> Iterator[OptionNode]:
    for key, value in options.items():
        yield _option(Scalar(key, 0, 0), value)


def _option(key: Scalar | None, value: object) -> OptionNode:
    match value:
        case Mapping() if value:
            return OptionNode(key, None, tuple(_options(value)), 0, 0)
        case list() if value:
            return OptionNode(key, None, tuple(_option(None, each) for each in value), 0, 0)
        case str():
            is_off = value.startswith("#")
            return OptionNode(key, Scalar(value.removeprefix("#"), 0, 0, "'", is_off), (), 0, 0)
        case None:
            return OptionNode(key, Scalar(None, 0, 0), (), 0, 0)
        case bool():
            return OptionNode(key, Scalar(str(value).lower(), 0, 0), (), 0, 0)
        case int() | float():
            return OptionNode(key, Scalar(repr(value), 0, 0), (), 0, 0)
        case _:
            return OptionNode(key, Scalar("[]" if isinstance(value, list) else "{}", 0, 0), (), 0, 0)
