"""Truths: what is known of an expression before the run.

What a reference stands for is not known, but much follows without it: text in quotes is text whatever is looked up in
it, text is never equal to a number, and only false and nil are false.
"""

from typing import Literal, NamedTuple, TypeAlias, assert_never

from aelang import ir

_Sort: TypeAlias = Literal["text", "number", "boolean", "nil", "list"]


class _Known(NamedTuple):
    """What is known of a value: its sort, whether no reference is in it, and whether it may fail to have one."""

    sort: _Sort | None = None
    is_fixed: bool = False
    may_fail: bool = False


class _Answers(NamedTuple):
    """The answers that an expression may give; a failure is one of its own."""

    yes: bool
    no: bool
    failure: bool = False


def truth_of(expression: ir.Expression) -> bool | None:
    """Whether `expression` is true in every run, or in none, where a failure is not true; None where that depends on
    the run, or where it cannot be read."""
    if isinstance(expression, ir.Faulty):
        return None  # the compiler has said so
    answers = _answers(expression)
    if not answers.yes:
        return False
    return None if answers.no or answers.failure else True


def _answers(expression: ir.Expression) -> _Answers:
    match expression:
        case ir.Not(operand):
            inner = _answers(operand)
            return _Answers(inner.no, inner.yes, inner.failure)
        case ir.And(left, right):
            first, second = _answers(left), _answers(right)
            failure = first.failure or (first.yes and second.failure)
            return _Answers(first.yes and second.yes, first.no or (first.yes and second.no), failure)
        case ir.Or(left, right):
            first, second = _answers(left), _answers(right)
            failure = first.failure or (first.no and second.failure)
            return _Answers(first.yes or (first.no and second.yes), first.no and second.no, failure)
        case _:
            return _of_value(expression)


def _of_value(expression: ir.Expression) -> _Answers:
    known = _known(expression)
    if known.is_fixed:
        return _evaluated(expression)
    if isinstance(expression, ir.Binary) and expression.operator in ("==", "!="):
        sorts = {_known(expression.left).sort, _known(expression.right).sort}
        if None not in sorts and len(sorts) == 2:
            return _Answers(expression.operator == "!=", expression.operator == "==", known.may_fail)
    if known.sort in ("text", "number", "list"):
        return _Answers(True, False, known.may_fail)
    return _Answers(True, True, known.may_fail)


def _evaluated(expression: ir.Expression) -> _Answers:
    from aelang.interpreter.conditions import CannotEvaluate, Given, evaluate, is_true  # few expressions are fixed

    try:
        answer = is_true(evaluate(expression, Given((), "")))
    except CannotEvaluate:
        return _Answers(False, False, True)
    return _Answers(answer, not answer)


def _known(expression: ir.Expression) -> _Known:
    match expression:
        case ir.Literal(value):
            return _Known(_sort(value), True)
        case ir.Referred() | ir.Faulty():
            return _Known()
        case ir.Message():
            return _Known("text")
        case ir.Quoted(parts):
            return _Known("text", all(isinstance(part, str) for part in parts))
        case ir.ListOf(items):
            return _joined("list", *items)
        case ir.Not(operand):
            return _joined("boolean", operand)
        case ir.Negative(operand):
            return _joined("number", operand, may_fail=True)
        case ir.And(left, right) | ir.Or(left, right):
            return _joined(None, left, right)
        case ir.Binary("==" | "!=", left, right):
            return _joined("boolean", left, right)
        case ir.Binary(operator, left, right):
            return _joined("boolean" if operator in _ASKING else None, left, right, may_fail=True)
        case ir.Matches(operand):
            return _joined("boolean", operand, may_fail=True)
        case ir.Calls(operand, name, arguments):
            # what a record answers is its own affair, so nothing is known where it may be one
            of_text = _known(operand).sort == "text" and not arguments and name in _RESULTS
            return _joined(_RESULTS[name] if of_text else None, operand, *arguments, may_fail=not of_text)
        case _:
            assert_never(expression)


def _joined(sort: _Sort | None, *parts: ir.Expression, may_fail: bool = False) -> _Known:
    """What is known of a value of `sort` that is made of `parts`."""
    known = [_known(part) for part in parts]
    return _Known(sort, all(each.is_fixed for each in known), may_fail or any(each.may_fail for each in known))


def _sort(value: str | float | bool | None) -> _Sort:
    match value:
        case None:
            return "nil"
        case bool():
            return "boolean"
        case str():
            return "text"
        case _:
            return "number"


_ASKING = frozenset(("<", "<=", ">", ">=", "in", "not in"))
_RESULTS: dict[str, _Sort] = {
    "blank?": "boolean", "present?": "boolean", "nil?": "boolean", "empty?": "boolean", "downcase": "text",
    "upcase": "text", "capitalize": "text", "strip": "text", "to_s": "text", "length": "number", "size": "number",
    "to_i": "number", "to_f": "number",
}  # fmt: skip
"""The sorts of what the calls without an argument give on text (LANGUAGE 3)."""
