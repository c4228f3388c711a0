"""Data types: a fixed value is one of the type that it is declared to be.

A run does not refuse most of them. It makes 0 of a number that is none, and leaves text where true or false was meant
(ENGINE-FACTS 5.4, 5.5); so a slip shows itself far from its place, or never.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from aelang.diagnostics import Diagnostic
from aelang.loader.order import VALUE_OF_WRONG_TYPE
from aelang.names import is_blank
from aelang.regex import regex
from aelang.rules.compiled import Compiled, place_of
from aelang.rules.outline import Outline
from aelang.rules.said import Said


class _Type(NamedTuple):
    """A data type: how it is called, whether a text is one, what becomes of a text that is none, what to write."""

    name: str
    accepts: Callable[[str], object]
    effect: Callable[[str], str]
    help: str


def look(said: Said) -> Iterator[Diagnostic]:
    """Fixed values that are not of their type: value-of-wrong-type."""
    value = said.text
    if isinstance(value, str) and not is_blank(value):
        datatype = _datatype(said.datatype)
        if datatype is not None and not datatype.accepts(value.strip()):
            yield _complaint(said, said.main, value, datatype)
    for key, datatype in _KEYS.items():
        found = said.attributes.get(key)
        if found is not None and found.value and not is_blank(found.value) and not datatype.accepts(found.value):
            yield _complaint(said, key, found.value, datatype)


def check(outline: Outline, compiled: Compiled) -> Iterator[Diagnostic]:
    """Fixed arguments of calls that are not of the type of their input: value-of-wrong-type."""
    for use in outline.calls:
        found = compiled.method(use, outline) if use.constants else None
        typed = dict(found[1].typed) if found is not None else {}
        for name, value in use.constants if typed else ():
            datatype = _datatype(typed.get(name))
            if datatype is not None and not is_blank(value) and not datatype.accepts(value.strip()):
                yield VALUE_OF_WRONG_TYPE.at(
                    place_of(outline, use),
                    datatype.help,
                    value=value,
                    type=f"{datatype.name} for the input `{name}`",
                    effect=datatype.effect(value.strip()),
                )


def _datatype(name: str | None) -> _Type | None:
    return None if name is None else _TYPES.get(name) or _ANY_CASE.get(name.lower())


def _complaint(said: Said, key: str, value: str, datatype: _Type) -> Diagnostic:
    shown = value if len(value) <= _MOST_SHOWN else value[:_MOST_SHOWN] + "..."
    return VALUE_OF_WRONG_TYPE.at(
        said.span(key),
        datatype.help,
        value=shown.replace("\n", " "),
        type=datatype.name if key == said.main else f"{datatype.name} for `{key}`",
        effect=datatype.effect(value.strip()),
    )


_MOST_SHOWN = 40
_WHOLE = regex(r"[+-]?\d+(?:_\d+)*", re.ASCII)
_DECIMAL = regex(r"[+-]?\d+(?:_\d+)*(?:\.\d+(?:_\d+)*)?(?:[eE][+-]?\d+)?", re.ASCII)
_NUMBER = regex(r"\s*[+-]?\d+\s*")
_INTERVAL = regex(r"\s*\d+(?:\.\d+)?(?:\.([A-Za-z]+))?\s*", re.ASCII)
_UNITS = frozenset((
    "second", "minute", "hour", "day", "week", "fortnight", "month", "year", "byte", "kilobyte", "megabyte", "gigabyte",
    "terabyte",
))  # fmt: skip


def _is_whole(text: str) -> bool:
    return _WHOLE.fullmatch(text) is not None


def _is_decimal(text: str) -> bool:
    return _DECIMAL.fullmatch(text) is not None


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None


def _is_interval(text: str) -> bool:
    found = _INTERVAL.fullmatch(text.replace(",", ""))
    return found is not None and (found[1] is None or found[1].removesuffix("s") in _UNITS)


def _is_time(text: str) -> bool:
    from datetime import UTC, datetime  # few values are times

    from aelang.interpreter.times import parse_time

    return parse_time(text, lambda: datetime(2000, 1, 1, tzinfo=UTC)) is not None


def _as_whole(text: str) -> str:
    found = _WHOLE.match(text)
    return f"a run takes it as {found[0] if found else 0}"


def _as_decimal(text: str) -> str:
    found = _DECIMAL.match(text)
    return f"a run takes it as {found[0] if found else '0.0'}"


def _as_interval(text: str) -> str:
    is_named = re.match(r"\d+(?:\.\d+)?\.[A-Za-z_]+\Z", text)
    return "a run ends in a failure there" if is_named else f"{_as_whole(text)} seconds"


def _as_text(text: str) -> str:
    return "a run leaves it as text, which counts as true"


def _goes_last(text: str) -> str:
    return "a run puts it last"


def _fails(text: str) -> str:
    return "a run ends in a failure there"


def _finds_nothing(text: str) -> str:
    return "no record is found by it, and a run ends there"


_BOOLEAN_HELP = "write `true` or `false` in quotes: without them the YAML reader makes `t` or `f` of it"
_INTEGER = _Type("integer", _is_whole, _as_whole, "write digits only")
_TYPES = {
    "boolean": _Type("boolean", lambda text: text.lower() in ("true", "false", "1", "0"), _as_text, _BOOLEAN_HELP),
    **dict.fromkeys(
        ("host", "vm", "storage", "ems", "policy", "server", "request", "provision", "user"),
        _Type("id of a record", _is_whole, _finds_nothing, "write the id of the record, a number"),
    ),
}
_ANY_CASE = {
    "integer": _INTEGER,
    "fixnum": _INTEGER,
    "float": _Type("float", _is_decimal, _as_decimal, "write digits, with one dot"),
    "time": _Type("time", _is_time, _fails, "write it as 2026-01-31 12:00:00"),
}
_KEYS = {
    "max_retries": _Type("number", _is_whole, _as_whole, "write digits only"),
    "max_time": _Type("interval", _is_interval, _as_interval, "write it as 30.seconds, 5.minutes or 1.hour"),
    "priority": _Type("number", _is_number, _goes_last, "write digits only"),
    "substitute": _Type(
        "boolean", lambda text: text.strip().lower() in ("t", "f", "true", "false", "1", "0"),
        lambda text: "a run takes it as false", "write true or false",
    ),
}  # fmt: skip
