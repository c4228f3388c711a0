"""Data types: a fixed value is one of the type that it is declared to be.

A run does not refuse most of them. It makes 0 of a number that is none, and leaves text where true or false was meant
(ENGINE-FACTS 5.4, 5.5); so a slip shows itself far from its place, or never.
"""

import re
from collections.abc import Callable, Iterator

from aelang.diagnostics import Diagnostic
from aelang.interpreter.datatypes import DECIMAL, WHOLE, DataType, datatype_named, is_whole
from aelang.loader.order import VALUE_OF_WRONG_TYPE
from aelang.names import is_blank
from aelang.regex import regex
from aelang.rules.compiled import Compiled, place_of
from aelang.rules.outline import Outline
from aelang.rules.said import Said


def look(said: Said) -> Iterator[Diagnostic]:
    """Fixed values that are not of their type: value-of-wrong-type."""
    value = said.text
    if isinstance(value, str) and not is_blank(value):
        datatype = _datatype(said.datatype, said.source)
        if datatype is not None and not datatype.accepts(value.strip()):
            yield _complaint(said, said.main, value, datatype, _EFFECTS[datatype.name])
    for key, (datatype, effect) in _KEYS.items():
        found = said.attributes.get(key)
        if found is not None and found.value and not is_blank(found.value) and not datatype.accepts(found.value):
            yield _complaint(said, key, found.value, datatype, effect)


def check(outline: Outline, compiled: Compiled) -> Iterator[Diagnostic]:
    """Fixed arguments of calls that are not of the type of their input: value-of-wrong-type."""
    for use in outline.calls:
        found = compiled.method(use, outline) if use.constants else None
        typed = dict(found[1].typed) if found is not None else {}
        for name, value in use.constants if typed else ():
            datatype = _datatype(typed.get(name), place_of(outline, use).source)
            if datatype is not None and not is_blank(value) and not datatype.accepts(value.strip()):
                yield VALUE_OF_WRONG_TYPE.at(
                    place_of(outline, use),
                    datatype.help,
                    value=value,
                    type=f"{datatype.name} for the input `{name}`",
                    effect=_EFFECTS[datatype.name](value.strip()),
                )


def _datatype(name: str | None, source: str) -> DataType | None:
    found = datatype_named(name)
    if found is None or found.name != "boolean" or source.endswith(".ael"):
        return found
    return found._replace(help=_BOOLEAN_HELP)


def _complaint(said: Said, key: str, value: str, datatype: DataType, effect: Callable[[str], str]) -> Diagnostic:
    shown = value if len(value) <= _MOST_SHOWN else value[:_MOST_SHOWN] + "..."
    return VALUE_OF_WRONG_TYPE.at(
        said.span(key),
        datatype.help,
        value=shown.replace("\n", " "),
        type=datatype.name if key == said.main else f"{datatype.name} for `{key}`",
        effect=effect(value.strip()),
    )


_MOST_SHOWN = 40
_NUMBER = regex(r"\s*[+-]?\d+\s*")
_INTERVAL = regex(r"\s*\d+(?:\.\d+)?(?:\.([A-Za-z]+))?\s*", re.ASCII)
_UNITS = frozenset((
    "second", "minute", "hour", "day", "week", "fortnight", "month", "year", "byte", "kilobyte", "megabyte", "gigabyte",
    "terabyte",
))  # fmt: skip


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None


def _is_interval(text: str) -> bool:
    found = _INTERVAL.fullmatch(text.replace(",", ""))
    return found is not None and (found[1] is None or found[1].removesuffix("s") in _UNITS)


def _is_switch(text: str) -> bool:
    return text.strip().lower() in ("t", "f", "true", "false", "1", "0")


def _as_whole(text: str) -> str:
    found = WHOLE.match(text)
    return f"a run takes it as {found[0] if found else 0}"


def _as_decimal(text: str) -> str:
    found = DECIMAL.match(text)
    return f"a run takes it as {found[0] if found else '0.0'}"


def _as_interval(text: str) -> str:
    is_named = re.match(r"\d+(?:\.\d+)?\.[A-Za-z_]+\Z", text)
    return "a run ends in a failure there" if is_named else f"{_as_whole(text)} seconds"


def _as_text(text: str) -> str:
    return "a run leaves it as text, which counts as true"


def _as_false(text: str) -> str:
    return "a run takes it as false"


def _goes_last(text: str) -> str:
    return "a run puts it last"


def _fails(text: str) -> str:
    return "a run ends in a failure there"


def _finds_nothing(text: str) -> str:
    return "no record is found by it, and a run ends there"


_BOOLEAN_HELP = "write `true` or `false` in quotes: without them the YAML reader makes `t` or `f` of it"
_EFFECTS: dict[str, Callable[[str], str]] = {
    "boolean": _as_text, "id of a record": _finds_nothing, "integer": _as_whole, "float": _as_decimal, "time": _fails,
}  # fmt: skip
"""What becomes of a text that is none of a data type."""

_KEYS: dict[str, tuple[DataType, Callable[[str], str]]] = {
    "max_retries": (DataType("number", is_whole, "write digits only"), _as_whole),
    "max_time": (DataType("interval", _is_interval, "write it as 30.seconds, 5.minutes or 1.hour"), _as_interval),
    "priority": (DataType("number", _is_number, "write digits only"), _goes_last),
    "substitute": (DataType("boolean", _is_switch, "write true or false"), _as_false),
}
