"""Data types of texts: whether a text is one of its type, and what is to be written for one (ENGINE-FACTS 5.4, 5.5)."""

import re
from collections.abc import Callable
from typing import NamedTuple

from aelang.regex import regex


class DataType(NamedTuple):
    """A data type whose texts have a form: how it is called, whether a text is one, and what to write."""

    name: str
    accepts: Callable[[str], bool]
    help: str


def datatype_named(name: str | None) -> DataType | None:
    """The data type `name`, None where any text is one of it."""
    return None if name is None else _TYPES.get(name) or _ANY_CASE.get(name.lower())


WHOLE = regex(r"[+-]?\d+(?:_\d+)*", re.ASCII)
DECIMAL = regex(r"[+-]?\d+(?:_\d+)*(?:\.\d+(?:_\d+)*)?(?:[eE][+-]?\d+)?", re.ASCII)


def is_whole(text: str) -> bool:
    """Whether `text` is a whole number."""
    return WHOLE.fullmatch(text) is not None


def _is_decimal(text: str) -> bool:
    return DECIMAL.fullmatch(text) is not None


def _is_boolean(text: str) -> bool:
    return text.lower() in ("true", "false", "1", "0")


def _is_time(text: str) -> bool:
    from datetime import UTC, datetime  # few values are times

    from aelang.interpreter.times import parse_time

    return parse_time(text, lambda: datetime(2000, 1, 1, tzinfo=UTC)) is not None


_INTEGER = DataType("integer", is_whole, "write digits only")
_TYPES = {
    "boolean": DataType("boolean", _is_boolean, "write `true` or `false`"),
    **dict.fromkeys(
        ("host", "vm", "storage", "ems", "policy", "server", "request", "provision", "user"),
        DataType("id of a record", is_whole, "write the id of the record, a number"),
    ),
}
_ANY_CASE = {
    "integer": _INTEGER,
    "fixnum": _INTEGER,
    "float": DataType("float", _is_decimal, "write digits, with one dot"),
    "time": DataType("time", _is_time, "write it as 2026-01-31 12:00:00"),
}
