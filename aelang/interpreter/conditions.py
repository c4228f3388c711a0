"""Conditions: an expression and values make a value. Total, and free of effects (LANGUAGE 3)."""

import operator as operators
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, assert_never

from aelang import ir
from aelang.interpreter.limits import MOST_DIGITS
from aelang.interpreter.reading import CannotRead, read_of
from aelang.interpreter.values import RunValue, to_text

_LITERAL = re.compile(
    r"\s*(?:(?P<number>[+-]?\d+(?:\.\d+(?:[eE][+-]?\d+)?)?)|(?P<word>true|false|nil|null|none)"
    r"|'(?P<single>[^'\\]*)'|\"(?P<double>[^\"\\]*)\")\s*\Z"
)
_ORDER: dict[str, Callable[[Any, Any], Any]] = {
    "<": operators.lt,
    "<=": operators.le,
    ">": operators.gt,
    ">=": operators.ge,
}
_WORDS: dict[str, RunValue] = {"true": True, "false": False, "nil": None, "null": None, "none": None}


class CannotEvaluate(Exception):
    """An expression has no value for these operands; the text says why."""


class Given(NamedTuple):
    """What an expression is evaluated with: the values of its references, in order, and the message in hand."""

    values: Sequence[RunValue]
    message: str


def is_true(value: RunValue) -> bool:
    """Only false and nil are false."""
    return value is not None and value is not False


def evaluate(expression: ir.Expression, given: Given) -> RunValue:
    """The value of `expression`. Raises CannotEvaluate."""
    match expression:
        case ir.Literal(value):
            return value
        case ir.Referred(index):
            return literal_value(given.values[index])
        case ir.Quoted(parts):
            return "".join(part if isinstance(part, str) else to_text(given.values[part]) for part in parts)
        case ir.ListOf(items):
            return [evaluate(item, given) for item in items]
        case ir.Message():
            return given.message
        case ir.Not(operand):
            return not is_true(evaluate(operand, given))
        case ir.Negative(operand):
            return _negative(evaluate(operand, given))
        case ir.And(left, right):
            first = evaluate(left, given)
            return evaluate(right, given) if is_true(first) else first
        case ir.Or(left, right):
            first = evaluate(left, given)
            return first if is_true(first) else evaluate(right, given)
        case ir.Binary(operator, left, right):
            return _binary(operator, evaluate(left, given), evaluate(right, given))
        case ir.Matches(operand, pattern, flags, negated):
            return _matches(evaluate(operand, given), pattern, flags) != negated
        case ir.Calls(operand, name, arguments):
            return _call(evaluate(operand, given), name, tuple(evaluate(each, given) for each in arguments))
        case ir.Faulty(_, message):
            raise CannotEvaluate(message)
        case _:
            assert_never(expression)


def literal_value(value: RunValue) -> RunValue:
    """`value`, or where it is text that as a whole is a literal, that literal: arguments of a URI are always text."""
    if not isinstance(value, str):
        return value
    found = _LITERAL.match(value)
    if found is None or len(found["number"] or "") > MOST_DIGITS:
        return value
    if found["number"] is not None:
        return float(found["number"]) if "." in found["number"] else int(found["number"])
    if found["word"] is not None:
        return _WORDS[found["word"]]
    return found["single"] if found["single"] is not None else found["double"]


def equal(left: RunValue, right: RunValue) -> bool:
    """Whether two values are the same: numbers by value, all else only with its own type."""
    if _is_number(left) and _is_number(right):
        return left == right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(equal, left, right))
    return type(left) is type(right) and left == right


def _is_number(value: RunValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _binary(operator: str, left: RunValue, right: RunValue) -> RunValue:
    match operator:
        case "==":
            return equal(left, right)
        case "!=":
            return not equal(left, right)
        case "in":
            return _is_in(left, right)
        case "not in":
            return not _is_in(left, right)
        case "<" | "<=" | ">" | ">=":
            return _ordered(operator, left, right)
        case _:
            return _arithmetic(operator, left, right)


def _is_in(item: RunValue, values: RunValue) -> bool:
    match values:
        case list():
            return any(equal(item, each) for each in values)
        case str() if isinstance(item, str):
            return item in values
        case _:
            raise CannotEvaluate("`in` needs a list on its right, or text in text")


def _ordered(operator: str, left: RunValue, right: RunValue) -> bool:
    alike = (_is_number(left) and _is_number(right)) or (type(left) is type(right) and isinstance(left, str | datetime))
    if not alike:
        raise CannotEvaluate(f"{to_text(left)!r} {operator} {to_text(right)!r} compares values of unlike types")
    return bool(_ORDER[operator](left, right))


def _arithmetic(operator: str, left: RunValue, right: RunValue) -> RunValue:
    if operator == "+" and isinstance(left, str) and isinstance(right, str):
        return left + right
    if operator == "+" and isinstance(left, list) and isinstance(right, list):
        return left + right
    if not (isinstance(left, int | float) and isinstance(right, int | float)) or bool in (type(left), type(right)):
        raise CannotEvaluate(f"{to_text(left)!r} {operator} {to_text(right)!r} needs two numbers")
    try:
        result = _calculate(operator, left, right)
    except (ZeroDivisionError, OverflowError) as fault:
        raise CannotEvaluate(str(fault)) from None
    if isinstance(result, int) and result.bit_length() > _MOST_BITS:
        raise CannotEvaluate("the result is too large")
    return result


_MOST_BITS = 4 * MOST_DIGITS


def _calculate(operator: str, left: int | float, right: int | float) -> int | float:
    match operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/" if isinstance(left, int) and isinstance(right, int):
            return left // right
        case "/":
            return left / right
        case "%":
            return left % right
        case _:
            raise CannotEvaluate(f"no operator {operator}")


def _negative(value: RunValue) -> RunValue:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return -value
    raise CannotEvaluate(f"-{to_text(value)!r} needs a number")


def _matches(value: RunValue, pattern: str, flags: str) -> bool:
    if not isinstance(value, str):
        return False
    import re2  # linear time; only an expression with a pattern pays for it

    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = "i" not in flags
    options.dot_nl = "m" in flags
    options.one_line = False
    options.posix_syntax = False
    try:
        return re2.compile(f"(?m){pattern}", options).search(value) is not None
    except re2.error as fault:
        raise CannotEvaluate(f"/{pattern}/ is no pattern: {fault}") from None


def _call(value: RunValue, name: str, arguments: tuple[RunValue, ...]) -> RunValue:
    try:
        return read_of(value, name, arguments)
    except CannotRead as fault:
        raise CannotEvaluate(str(fault)) from None
