"""Scalars as Ruby reads them: a plain scalar gets the type Psych 4 gives it, and every value becomes text.

A value lands in a text column (ENGINE-FACTS 5.3, 11.4): true is "t", 010 is "8", a list is its Ruby inspection.
"""

import re
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple, TypeAlias

from aelang.names.spelling import float_text, quoted, symbol_text
from aelang.regex import regex

__all__ = ["TEXTS", "Moment", "Symbol", "Typed", "inspect", "inspect_hash", "inspect_list", "text_of", "type_of"]


class Symbol(NamedTuple):
    """A Ruby symbol: `:abc`."""

    name: str


class Moment(NamedTuple):
    """A date or a time: as text, and as it is shown inside a list."""

    text: str
    inspected: str


Typed: TypeAlias = bool | int | float | str | Symbol | Moment | None

TEXTS: Final[dict[str, str | None]] = {"": None, "1.0": "1.0"}
"""Plain spellings met so far and their texts; `text_of` fills it. Read it directly only where every call counts."""

_MOST_TEXTS = 100_000


def text_of(plain: str) -> str | None:
    """The text that the unquoted scalar `plain` becomes; None for nil (ENGINE-FACTS 11.4)."""
    try:
        return TEXTS[plain]
    except KeyError:
        if len(TEXTS) > _MOST_TEXTS:
            TEXTS.clear()
            TEXTS[""] = None
        text = TEXTS[plain] = cast(type_of(plain))
        return text


def cast(value: Typed) -> str | None:
    """`value` as a text column holds it."""
    match value:
        case None | str():
            return value
        case True:
            return "t"
        case False:
            return "f"
        case Symbol(name):
            return name
        case Moment(text, _):
            return text
        case float():
            return float_text(value)
        case _:
            return str(value)


def inspect(value: Typed) -> str:
    """`value` as Ruby shows it inside a list."""
    match value:
        case None:
            return "nil"
        case True | False:
            return "true" if value else "false"
        case str():
            return quoted(value)
        case Symbol(name):
            return symbol_text(name)
        case Moment(_, inspected):
            return inspected
        case _:
            return cast(value) or ""


def inspect_list(items: Iterable[str]) -> str:
    """A list of inspected elements as Ruby shows it."""
    return f"[{', '.join(items)}]"


def inspect_hash(pairs: Iterable[tuple[str, str]]) -> str:
    """A hash of inspected keys and values as Ruby shows it."""
    return "{" + ", ".join(f"{key}=>{value}" for key, value in pairs) + "}"


# A plain scalar that begins like this is a word: nil, a boolean or text. Everything else may be a number.
_WORD = regex(r"(?:[^0-9.:-]?(?:[^\W\d]|[_ \t\r\n\f\v!@#$%^&*(){}<>|/\\~;=]))")
_TRUE = regex(r"^(?:yes|true|on)$", re.MULTILINE | re.IGNORECASE)
_FALSE = regex(r"^(?:no|false|off)$", re.MULTILINE | re.IGNORECASE)
_NULL = regex(r"^null$", re.MULTILINE | re.IGNORECASE)
_NO_KEYWORD = regex(r"^[^ytonf~]", re.MULTILINE | re.IGNORECASE)
_TIME = regex(
    r"^-?[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?"
    r"(?:[ \t]*(?:Z|[-+][0-9]{1,2}:?(?:[0-9]{2})?))?\Z"
)
_TIME_PARTS = regex(
    r"(-?[0-9]{4})-([0-9]{1,2})-([0-9]{1,2})[Tt ][ \t]*([0-9]+):([0-9]+):([0-9]+)(?:\.([0-9]*))?"
    r"[ \t]*(Z|[-+][0-9]+(?::[0-9]{2})?)?"
)
_ZONE = regex(r"([-+][0-9]{1,2}):?([0-9]{1,2})?\Z")
_DATE = regex(r"([0-9]{4})-(1[012]|0[0-9]|[0-9])-([12][0-9]|3[01]|0[0-9]|[0-9])\Z")
_SIXTIES = regex(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9]){1,2}\Z")
_SIXTIES_FLOAT = regex(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9]){1,2}\.[0-9_]*\Z")
_FLOAT = regex(r"[-+]?(?:[0-9][0-9_,]*)?\.[0-9]*(?:[eE][-+][0-9]+)?\Z")
_INTEGER = regex(r"(?:[-+]?0b[0-1_,]+|[-+]?0[0-7_,]+|[-+]?(?:0|[1-9](?:[0-9]|,[0-9]|_[0-9])*)|[-+]?0x[0-9a-fA-F_,]+)\Z")
_LONGEST_NUMBER = 1000  # Python refuses to write out numbers of more than 4,300 digits
_SIXTY = (3600, 60, 1)
_DIGITS = regex(r"[-+]?[0-9]+(?:_[0-9]+)*")
_DECIMALS = regex(r"[-+]?[0-9]+(?:_[0-9]+)*(?:\.[0-9]+(?:_[0-9]+)*)?")


def type_of(plain: str) -> Typed:
    """The value of the unquoted scalar `plain`, tried in Psych's order."""
    if not plain:
        return None
    if _WORD.match(plain) or "\n" in plain:
        return _word(plain)
    if len(plain) > _LONGEST_NUMBER:
        return _symbol(plain) if plain[0] == ":" else plain
    for pattern, read in _FORMS:
        if pattern.match(plain):
            return read(plain)
    return plain


def _word(plain: str) -> Typed:
    if len(plain) > 5 or _NO_KEYWORD.search(plain):
        return plain
    if plain == "~" or _NULL.search(plain):
        return None
    if _TRUE.search(plain):
        return True
    return False if _FALSE.search(plain) else plain


def _symbol(plain: str) -> Typed:
    quoted = re.match(r""":(["'])(.*)\1""", plain)
    return Symbol(quoted[2].removeprefix(":") if quoted else plain[1:])


def _sixties(plain: str) -> Typed:
    """Hours, minutes and seconds; with two parts hours and minutes. Each part has a sign of its own."""
    return sum(_leading_integer(part) * _SIXTY[at] for at, part in enumerate(plain.split(":")))


def _sixties_float(plain: str) -> Typed:
    return sum((_leading_float(part) * _SIXTY[at] for at, part in enumerate(plain.split(":"))), 0.0)


def _leading_integer(text: str) -> int:
    found = _DIGITS.match(text)
    return int(found[0][:_LONGEST_NUMBER]) if found else 0


def _leading_float(text: str) -> float:
    found = _DECIMALS.match(text)
    return float(found[0]) if found else 0.0


def _float(plain: str) -> Typed:
    try:
        return float(re.sub(r"[,_]", "", plain))
    except ValueError:  # a point, and nothing that a number could begin with
        return plain


def _integer(plain: str) -> Typed:
    digits = re.sub(r"[,_]", "", plain)
    unsigned = digits.lstrip("+-")
    base = {"0b": 2, "0x": 16}.get(unsigned[:2], 8 if unsigned[0] == "0" and len(unsigned) > 1 else 10)
    try:
        return int(digits, base)
    except ValueError:  # `0b_`, or more digits than Python reads as a number
        return plain


def _date(plain: str) -> Typed:
    found = _DATE.match(plain)
    assert found
    year, month, day = int(found[1]), int(found[2]), int(found[3])
    number = _day_number(year, month, day)
    if number is None:
        return plain
    text = f"{year:04d}-{month:02d}-{day:02d}"
    return Moment(text, f"#<Date: {text} (({number}j,0s,0n),+0s,2299161j)>")


def _day_number(year: int, month: int, day: int) -> int | None:
    """The Julian day number, None where the calendar has no such day: Julian up to 4 October 1582, then Gregorian."""
    gregorian = (year, month, day) >= (1582, 10, 15)
    if not gregorian and (year, month, day) > (1582, 10, 4):
        return None
    if not 1 <= month <= 12 or not 1 <= day <= _month_length(year, month, gregorian=gregorian):
        return None
    shift = (14 - month) // 12
    years, months = year + 4800 - shift, month + 12 * shift - 3
    days = day + (153 * months + 2) // 5 + 365 * years + years // 4
    return days - years // 100 + years // 400 - 32045 if gregorian else days - 32083


def _month_length(year: int, month: int, *, gregorian: bool = True) -> int:
    if month == 2:
        leap = year % 4 == 0 and (not gregorian or year % 100 != 0 or year % 400 == 0)
        return 29 if leap else 28
    return 30 if month in (4, 6, 9, 11) else 31


def _time(plain: str) -> Typed:
    """A time; without a zone it is taken as UTC and shown as `+0000` (ENGINE-FACTS 11.4 under TZ=UTC)."""
    found = _TIME_PARTS.match(plain)
    if found is None:
        return plain
    clock = _clock(*(int(found[at]) for at in range(1, 7)))
    zone = _zone(found[8])
    if clock is None or zone is None:
        return plain
    return Moment(f"{clock} {zone}", f"{clock}{_fraction(found[7] or '')} {zone}")


def _clock(year: int, month: int, day: int, hour: int, minute: int, second: int) -> str | None:
    """The date and time as Ruby's Time has it: days past the month's end and second 60 roll over."""
    if not (1 <= month <= 12 and 1 <= day <= 31 and hour <= 24 and minute <= 59 and second <= 60):
        return None
    if hour == 24 and (minute or second):
        return None
    minutes, second = divmod(hour * 3600 + minute * 60 + second, 60)
    days, minutes = divmod(minutes, 1440)
    day += days
    if day > (length := _month_length(year, month)):
        month, day = month + 1, day - length
    if month > 12:
        year, month = year + 1, 1
    sign = "-" if year < 0 else ""
    return f"{sign}{abs(year):04d}-{month:02d}-{day:02d} {minutes // 60:02d}:{minutes % 60:02d}:{second:02d}"


def _zone(text: str | None) -> str | None:
    if text == "Z":
        return "UTC"
    if text is None:
        return "+0000"
    found = _ZONE.match(text)
    if found is None:
        return None
    hours, minutes = int(found[1]), int(found[2] or 0)
    offset = hours * 60 + (-minutes if hours < 0 else minutes)
    if abs(offset) >= 1440:
        return None
    return f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02d}{abs(offset) % 60:02d}"


def _fraction(digits: str) -> str:
    digits = digits.rstrip("0")
    if len(digits) <= 9:
        return f".{digits}" if digits else ""
    from fractions import Fraction

    return f" {Fraction(int(digits), 10 ** len(digits))}"


_FORMS: tuple[tuple[re.Pattern[str], Callable[[str], Typed]], ...] = (
    (_TIME, _time),
    (_DATE, _date),
    (regex(r"\+?\.inf\Z", re.IGNORECASE), lambda plain: float("inf")),
    (regex(r"-\.inf\Z", re.IGNORECASE), lambda plain: float("-inf")),
    (regex(r"\.nan\Z", re.IGNORECASE), lambda plain: float("nan")),
    (regex(r":."), _symbol),
    (_SIXTIES, _sixties),
    (_SIXTIES_FLOAT, _sixties_float),
    (_FLOAT, _float),
    (_INTEGER, _integer),
)
