"""Methods of location `expression`: a search of the service models, whose results become an attribute.

`data` is YAML: `:db` names the model, `:expression` says what to look for: an operator with its field (`Vm-name`) and
value, or and, or, not around others. `:user_input` as a value stands for the inputs arg1, arg2, ... in order.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from aelang.interpreter.conversion import is_blank_value
from aelang.interpreter.failures import AbortInstantiation, AutomateError, InvalidMethod
from aelang.interpreter.ports import MethodCall, MethodResult, ServiceModel
from aelang.interpreter.values import RunValue, Symbol, to_text

RESULT_TYPES = ("hash", "dialog_hash", "array", "simple")


class ExpressionRunner:
    """Runs searches over the catalog of the run."""

    def run(self, call: MethodCall) -> MethodResult:
        """Runs `call`. Raises InvalidMethod for what is no search, AbortInstantiation where nothing was found and the
        input on_empty says so."""
        model, wanted = _read(call)
        arguments = _arguments(call.inputs)
        holds = _condition(call, wanted, arguments)
        try:
            records = [each for each in call.handle.catalog.where(model, {}, as_caller=True) if holds(each)]
        except LookupError as fault:
            raise _bad(call, str(fault)) from None
        root = call.handle.root or {}
        if not records:
            return _nothing_found(call, root)
        _target(call)[_text_input(call, "result_attr", "values")] = _value(call, records)
        root["ae_result"] = "ok"
        return MethodResult(0, "Method exited with rc=MIQ_OK", 0)


def _bad(call: MethodCall, why: str) -> InvalidMethod:
    return InvalidMethod(f"expression method [/{call.method.path}]: {why}")


def _read(call: MethodCall) -> tuple[str, Mapping[str, Any]]:
    if not (call.method.data or "").strip():
        raise _bad(call, "it is empty")
    try:
        found = {key.lstrip(":"): value for key, value in call.handle.read_data(call.method.data or "").items()}
    except AutomateError as fault:
        raise _bad(call, f"its data is no YAML: {fault.message}") from None
    model, wanted = to_text(found.get("db")), found.get("expression")
    if not model or not isinstance(wanted, dict):
        raise _bad(call, "its data needs `:db`, a model, and `:expression`, a mapping")
    if not call.handle.catalog.knows(model):
        raise _bad(call, f"there is no service model {model!r}")
    return model, wanted


def _arguments(inputs: Mapping[str, RunValue]) -> Iterator[tuple[str, RunValue]]:
    number = 1
    while True:
        name = f"arg{number}"
        yield name, inputs.get(name)
        number += 1


# -- what is looked for ------------------------------------------------------------------------------------------

Holds = Callable[[ServiceModel], bool]


def _condition(call: MethodCall, wanted: Mapping[str, Any], arguments: Iterator[tuple[str, RunValue]]) -> Holds:
    parts = {key.lstrip(":").lower(): value for key, value in wanted.items() if key.lstrip(":") != "token"}
    if len(parts) != 1:
        raise _bad(call, f"an expression has one operator, not {sorted(parts)}")
    ((operator, operand),) = parts.items()
    match operator:
        case "and" | "or":
            inner = [_condition(call, each, arguments) for each in operand]
            quantifier = all if operator == "and" else any
            return lambda record: quantifier(holds(record) for holds in inner)
        case "not" | "!":
            negated = _condition(call, operand, arguments)
            return lambda record: not negated(record)
        case _:
            return _comparison(call, operator, operand, arguments)


def _comparison(call: MethodCall, operator: str, operand: Any, arguments: Iterator[tuple[str, RunValue]]) -> Holds:
    test = _OPERATORS.get(operator)
    if test is None or not isinstance(operand, dict):
        raise _bad(call, f"no operator {operator!r}: there are and, or, not, {', '.join(sorted(_OPERATORS))}")
    path = _path(call, to_text(operand.get("field") or operand.get(":field")))
    value = operand.get("value", operand.get(":value"))
    if value == Symbol("user_input") or value == ":user_input":
        name, value = next(arguments)
        if value is None:
            raise _bad(call, f"it needs the input {name}")
    return lambda record: test(_at(record, path), value)


def _path(call: MethodCall, field: str) -> list[str]:
    """`Vm.host-name` as the names to read one after the other: host, name."""
    models, dash, column = field.rpartition("-")
    if not dash:
        raise _bad(call, f"{field!r} is no field: write it as Vm-name")
    return [*models.split(".")[1:], column]


def _at(record: object, path: Sequence[str]) -> RunValue:
    value: Any = record
    for name in path:
        if not hasattr(value, "class_name"):
            return None
        try:
            value = value.call(name)
        except LookupError:
            return None
    found: RunValue = value
    return found


def _folded(test: Callable[[str, str], bool]) -> Callable[[RunValue, RunValue], bool]:
    return lambda left, right: test(to_text(left).lower(), to_text(right).lower())


def _ordered(test: Callable[[Any, Any], bool]) -> Callable[[RunValue, RunValue], bool]:
    def holds(left: RunValue, right: RunValue) -> bool:
        if isinstance(left, int | float) and isinstance(right, str):
            try:
                right = float(right)
            except ValueError:
                return False
        try:
            return left is not None and right is not None and test(left, right)
        except TypeError:
            return False

    return holds


def _matches(left: RunValue, right: RunValue) -> bool:
    try:
        return re.search(to_text(right).strip("/"), to_text(left)) is not None
    except re.error:
        return False


def _same(left: RunValue, right: RunValue) -> bool:
    return left == right or (not isinstance(left, str) and left is not None and to_text(left) == to_text(right))


_OPERATORS: dict[str, Callable[[RunValue, RunValue], bool]] = {
    "=": _same,
    "==": _same,
    "!=": lambda left, right: not _same(left, right),
    "<": _ordered(lambda left, right: left < right),
    "<=": _ordered(lambda left, right: left <= right),
    ">": _ordered(lambda left, right: left > right),
    ">=": _ordered(lambda left, right: left >= right),
    "like": _folded(lambda left, right: right in left),
    "not like": _folded(lambda left, right: right not in left),
    "includes": _folded(lambda left, right: right in left),
    "starts with": _folded(str.startswith),
    "ends with": _folded(str.endswith),
    "is null": lambda left, right: left is None,
    "is not null": lambda left, right: left is not None,
    "is empty": lambda left, right: is_blank_value(left),
    "is not empty": lambda left, right: not is_blank_value(left),
    "regular expression matches": _matches,
    "regular expression does not match": lambda left, right: not _matches(left, right),
}


# -- what becomes of it ------------------------------------------------------------------------------------------


def _nothing_found(call: MethodCall, root: dict[str, RunValue]) -> MethodResult:
    match _text_input(call, "on_empty", "error"):
        case "error":
            call.handle.log("error", "Expression method ends")
            root["ae_result"] = "error"
        case "warn":
            call.handle.log("warn", "Expression method ends")
            root["ae_result"] = "warn"
            if "default" in call.inputs:
                _target(call)[_text_input(call, "result_attr", "values")] = call.inputs["default"]
        case "abort":
            call.handle.log("error", "Expression method aborted")
            raise AbortInstantiation(f"Expression method {call.method.name} aborted")
        case other:
            raise _bad(call, f"on_empty is {other!r}, and none of error, warn, abort")
    return MethodResult(0, "Method exited with rc=MIQ_OK", 0)


def _text_input(call: MethodCall, name: str, usual: str) -> str:
    return to_text(call.inputs.get(name)) or usual


def _target(call: MethodCall) -> dict[str, RunValue]:
    return call.handle.object_at(_text_input(call, "result_obj", "."))


def _value(call: MethodCall, records: Sequence[ServiceModel]) -> Any:  # Any: a RunValue, told by its reader
    names = _names(call)
    match _text_input(call, "result_type", "dialog_hash").lower():
        case "hash":
            return {name: _read_from(call, records[0], name) for name in names}
        case "dialog_hash":
            key = _text_input(call, "key", "id")
            return {_read_from(call, each, key): _read_from(call, each, names[0]) for each in records}
        case "array":
            return _list(call, records, names)
        case "simple":
            return _read_from(call, records[0], names[0])
        case other:
            raise _bad(call, f"the result type {other!r} is none of {', '.join(RESULT_TYPES)}")


def _list(call: MethodCall, records: Sequence[ServiceModel], names: list[str]) -> list[RunValue]:
    rows: list[RunValue] = [
        [_read_from(call, each, name) for name in names] if len(names) > 1 else _read_from(call, each, names[0])
        for each in records
    ]
    if is_blank_value(call.inputs.get("distinct")):
        return rows
    return [row for at, row in enumerate(rows) if row not in rows[:at]]


def _names(call: MethodCall) -> list[str]:
    found = call.inputs.get("distinct") or call.inputs.get("attributes") or ["name"]
    names = found if isinstance(found, list) else to_text(found).split(",")
    return [to_text(name).strip() for name in names if to_text(name).strip()] or ["name"]


def _read_from(call: MethodCall, record: ServiceModel, name: str) -> Any:
    try:
        return record.call(name)
    except LookupError as fault:
        raise _bad(call, str(fault)) from None
