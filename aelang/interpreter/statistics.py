"""The functions on collected lists (ENGINE-FACTS 6.3, LANGUAGE D13)."""

import math
from collections.abc import Callable
from typing import Any

from aelang.interpreter.conversion import to_float
from aelang.interpreter.failures import ConversionError
from aelang.interpreter.values import RunValue, Symbol, to_text, type_name


def _sorted(values: list[RunValue], *, falling: bool = False) -> list[RunValue]:
    """In rising or falling order, nils last (D13)."""
    present: list[RunValue] = [value for value in values if value is not None]
    key = _sort_key(present)
    return sorted(present, key=key, reverse=falling) + [None] * (len(values) - len(present))


def _sort_key(values: list[RunValue]) -> Callable[[RunValue], Any]:  # Any: what `sorted` compares
    if len(values) > 1 and len({_order_of(value) for value in values}) > 1:
        raise ConversionError(f"{', '.join(sorted({type_name(each) for each in values}))} have no common order")
    if values and _order_of(values[0]) == "symbol":
        return to_text
    if values and _order_of(values[0]) == "none" and len(values) > 1:
        raise ConversionError(f"values of type {type_name(values[0])} have no order")
    return lambda value: value


def _order_of(value: RunValue) -> str:
    match value:
        case bool():
            return "none"
        case int() | float():
            return "number"
        case str():
            return "text"
        case Symbol():
            return "symbol"
        case _:
            return "time" if type_name(value) == "Time" else "none"


def _numbers(values: list[RunValue]) -> list[int | float]:
    for value in values:
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise ConversionError(f"{to_text(value)!r} of type {type_name(value)} is no number")
    return [value for value in values if isinstance(value, int | float)]


def _sum(values: list[RunValue]) -> RunValue:
    """Numbers added; texts, and lists, joined."""
    if all(isinstance(value, str) for value in values):
        return "".join(map(to_text, values))
    lists = [value for value in values if isinstance(value, list)]
    if len(lists) == len(values):
        return [each for value in lists for each in value]
    return sum(_numbers(values))


def _mean(values: list[RunValue]) -> RunValue:
    if all(isinstance(value, str) for value in values):
        # The reference engine joins texts and divides the number that the whole begins with.
        return to_float("".join(map(to_text, values))) / len(values)
    numbers = _numbers(values)
    return sum(numbers) / len(numbers)


def _variance(values: list[RunValue]) -> RunValue:
    """The sample variance; of one value there is none (D13)."""
    numbers = _numbers(values)
    if len(numbers) < 2:
        return None
    mean = sum(numbers) / len(numbers)
    return sum((number - mean) ** 2 for number in numbers) / (len(numbers) - 1)


def _deviation(values: list[RunValue]) -> RunValue:
    variance = _variance(values)
    return math.sqrt(variance) if isinstance(variance, float) else None


def _first(values: list[RunValue]) -> RunValue:
    return _sorted(values)[0]


def _last(values: list[RunValue]) -> RunValue:
    present: list[RunValue] = [value for value in values if value is not None]
    return _sorted(present)[-1]


FUNCTIONS: dict[str, Callable[[list[RunValue]], RunValue]] = {
    "sort": _sorted,
    "rsort": lambda values: _sorted(values, falling=True),
    "reverse": lambda values: values[::-1],
    "count": len,
    "min": _first,
    "minimum": _first,
    "max": _last,
    "maximum": _last,
    "sum": _sum,
    "mean": _mean,
    "average": _mean,
    "avg": _mean,
    "variance": _variance,
    "stddev": _deviation,
    "stdev": _deviation,
}
"""By name; the functions of other spellings are the same ones."""
