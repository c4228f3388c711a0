"""What may be read of a value by name: the calls of expressions and of the steps behind a reference (LANGUAGE 3)."""

from collections.abc import Callable
from datetime import datetime

from aelang.interpreter.conversion import is_blank_value, to_double, to_float, to_integer
from aelang.interpreter.failures import ConversionError
from aelang.interpreter.values import Password, RunValue, Symbol, inspect, to_text


class CannotRead(Exception):
    """A value has nothing of that name, or not with these arguments."""


def read_of(value: RunValue, name: str, arguments: tuple[RunValue, ...]) -> RunValue:
    """What `name` gives on `value`: a read of a service model, or one of the calls on plain values.

    Raises CannotRead.
    """
    if _is_plain(value):
        if name not in _CALLS:
            raise CannotRead(f"`{name}` cannot be read of {inspect(value)}")
        return _CALLS[name](value, arguments)
    try:
        return value.read(name, arguments)  # type: ignore[union-attr]  # what is not plain is a service model
    except LookupError as fault:
        raise CannotRead(str(fault)) from None


def _is_plain(value: RunValue) -> bool:
    return value is None or isinstance(value, str | int | float | list | dict | Symbol | Password | datetime)


def _no_arguments(read: Callable[[RunValue], RunValue]) -> Callable[[RunValue, tuple[RunValue, ...]], RunValue]:
    def call(value: RunValue, arguments: tuple[RunValue, ...]) -> RunValue:
        if arguments:
            raise CannotRead("this call takes no argument")
        return read(value)

    return call


def _text_only(read: Callable[[str], RunValue]) -> Callable[[RunValue, tuple[RunValue, ...]], RunValue]:
    def of_text(value: RunValue) -> RunValue:
        if not isinstance(value, str):
            raise CannotRead(f"only text has this call, not {to_text(value)!r}")
        return read(value)

    return _no_arguments(of_text)


def _reverse(value: RunValue) -> RunValue:
    if isinstance(value, str | list):
        return value[::-1]
    raise CannotRead("only text and lists can be reversed")


def _size(value: RunValue) -> RunValue:
    if isinstance(value, str | list | dict):
        return len(value)
    raise CannotRead("only text, lists and hashes have a size")


def _is_empty(value: RunValue) -> RunValue:
    return _size(value) == 0


def _to_i(value: RunValue) -> RunValue:
    match value:
        case None:
            return 0
        case str():
            return _number_in(value)
        case int() | float() if not isinstance(value, bool) and value == value and abs(value) != float("inf"):
            return int(value)
        case datetime():
            return int(value.timestamp())
        case _:
            raise CannotRead(f"{to_text(value)!r} is no number")


def _number_in(text: str) -> int:
    try:
        return to_integer(text)
    except ConversionError as fault:
        raise CannotRead(str(fault)) from None


def _to_f(value: RunValue) -> RunValue:
    match value:
        case None:
            return 0.0
        case str():
            return to_float(value)
        case int() | float() if not isinstance(value, bool):
            return to_double(value)
        case datetime():
            return value.timestamp()
        case _:
            raise CannotRead(f"{to_text(value)!r} is no number")


def _end(at: int) -> Callable[[RunValue], RunValue]:
    def read(value: RunValue) -> RunValue:
        match value:
            case list():
                return value[at] if value else None
            case str():
                return value[at : at + 1 or None]
            case _:
                raise CannotRead("only text and lists have a first and a last")

    return read


def _includes(value: RunValue, arguments: tuple[RunValue, ...]) -> RunValue:
    match value, arguments:
        case (str(), (str(part),)):
            return part in value
        case (list(), (item,)):
            return any(type(each) is type(item) and each == item for each in value) or _equal_number(value, item)
        case (dict(), (key,)):
            return key in value
        case _:
            raise CannotRead("include? asks a list for an item, or text for text")


def _equal_number(values: list[RunValue], item: RunValue) -> bool:
    numbers = (int, float)
    return type(item) in numbers and any(type(each) in numbers and each == item for each in values)


def _edge(test: Callable[[str, str], bool]) -> Callable[[RunValue, tuple[RunValue, ...]], RunValue]:
    def call(value: RunValue, arguments: tuple[RunValue, ...]) -> RunValue:
        if isinstance(value, str) and arguments and all(isinstance(each, str) for each in arguments):
            return any(test(value, to_text(each)) for each in arguments)
        raise CannotRead("start_with? and end_with? compare text with text")

    return call


def _concat(value: RunValue, arguments: tuple[RunValue, ...]) -> RunValue:
    """A new text; the attribute stays as it is (D8)."""
    if isinstance(value, str) and all(isinstance(each, str) for each in arguments):
        return value + "".join(to_text(each) for each in arguments)
    raise CannotRead("concat joins text with text")


_CALLS: dict[str, Callable[[RunValue, tuple[RunValue, ...]], RunValue]] = {
    "blank?": _no_arguments(is_blank_value),
    "present?": _no_arguments(lambda value: not is_blank_value(value)),
    "nil?": _no_arguments(lambda value: value is None),
    "empty?": _no_arguments(_is_empty),
    "include?": _includes,
    "includes": _includes,
    "start_with?": _edge(str.startswith),
    "end_with?": _edge(str.endswith),
    "downcase": _text_only(str.lower),
    "upcase": _text_only(str.upper),
    "capitalize": _text_only(lambda text: text[:1].upper() + text[1:].lower()),
    "reverse": _no_arguments(_reverse),
    "strip": _text_only(lambda text: text.strip(" \t\n\v\f\r\0")),
    "length": _no_arguments(_size),
    "size": _no_arguments(_size),
    "to_i": _no_arguments(_to_i),
    "to_f": _no_arguments(_to_f),
    "to_s": _no_arguments(to_text),
    "first": _no_arguments(_end(0)),
    "last": _no_arguments(_end(-1)),
    "concat": _concat,
}
CALLS = frozenset(_CALLS)
"""Every call on plain values; `concat` only behind a reference."""
