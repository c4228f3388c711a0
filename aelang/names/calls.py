"""Method calls: `Ns/Class.method(key => value, ...)` (ENGINE-FACTS 3.8, 7.1)."""

import re
from typing import NamedTuple, TypeAlias

from aelang.regex import regex

_CALL = regex(r"^[^\S\n]*([./\w]+)\s*(?:\((.*)\)\s*)?$", re.MULTILINE | re.ASCII)
_ARGUMENT = regex(r"(\w+)\s*=>\s*(\d+|\"[^\"]+\"|'[^']+'|\w+)", re.ASCII)
_WHOLE = regex(r"[+-]?[0-9]+\s*\Z")
_AFTER_PATH = regex(r"([?#(])")
_DECIMAL = regex(r"[-+]?[0-9]+\.[0-9]+\s*\Z")


class InvalidCall(ValueError):
    """A text that is no method call."""


class Attribute(NamedTuple):
    """A bare word in a call or a collect: the attribute of that name, of the object in hand."""

    name: str


Argument: TypeAlias = str | int | float | Attribute


class Call(NamedTuple):
    """A method call: the class it names, if any, its method in lower case, and its arguments in order."""

    namespace: str | None
    klass: str | None
    method: str
    arguments: tuple[tuple[str, Argument], ...]


def read_call(text: str) -> Call:
    """The call that `text` is. Raises InvalidCall where it is none (in Ruby's engine: InvalidMethod)."""
    found = _CALL.search(text)
    if found is None:
        raise InvalidCall(f"not a method call: {text!r}")
    namespace, klass, method = method_path(found[1])
    return Call(namespace, klass, method, tuple(read_arguments(found[2] or "").items()))


def method_path(text: str) -> tuple[str | None, str | None, str]:
    """`Ns/Class.method` as namespace, class and method, all in lower case; without a dot all is the method.

    The method is empty where `text` has only dots. Raises InvalidCall where it has two dots or more between names.
    """
    parts = text.lower().split(".")
    while parts and not parts[-1]:
        parts.pop()
    if not parts:
        return None, None, ""
    if len(parts) > 2:
        raise InvalidCall(f"not the name of a method: {text!r}")
    if len(parts) == 1 or not parts[0].strip("/"):
        return None, None, parts[-1]
    namespace, slash, klass = parts[0].rstrip("/").rpartition("/")
    return (namespace if slash else None), klass, parts[1]


def is_target(text: str) -> bool:
    """Whether `text`, where a call or a target may stand, is a target: one with a scheme, or a path from a slash on.

    `/Ns/Class.method` and what has arguments in parentheses are calls.
    """
    path, sign, _ = (*_AFTER_PATH.split(text.strip(), maxsplit=1), "", "")[:3]
    if ":/" in path:
        return True
    names_a_method = "." in path.rpartition("/")[2].lstrip(".")
    return path.startswith("/") and sign != "(" and (sign != "" or not names_a_method)


def read_arguments(text: str) -> dict[str, Argument]:
    """The arguments found in `text`, left to right; what is no `key => value` is passed over."""
    return {found[1]: read_argument(found[2]) for found in _ARGUMENT.finditer(text)}


_MOST_DIGITS = 1000  # Python reads no 4,300


def read_argument(text: str) -> Argument:
    """One argument or element: text in quotes, a number, or the name of an attribute."""
    if len(text) > 1 and text[0] in "'\"" and text[-1] == text[0]:
        return text[1:-1]
    if _WHOLE.match(text):
        return int(text) if len(text) <= _MOST_DIGITS else text
    if _DECIMAL.match(text):
        return float(text)
    return Attribute(text)
