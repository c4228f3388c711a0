"""Conversion: a value becomes one of a data type (ENGINE-FACTS parts 5 and 11.3, LANGUAGE D3 and D17)."""

import math
import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache

from aelang.interpreter.failures import ConversionError, InvalidClass, ServiceNotFound
from aelang.interpreter.limits import MOST_DIGITS
from aelang.interpreter.ports import ServiceCatalog, ServiceModel
from aelang.interpreter.values import Password, RunValue, Symbol, to_text, type_name

SERVICE_MODELS = {
    "host": "Host", "vm": "Vm", "storage": "Storage", "ems": "ExtManagementSystem", "policy": "MiqPolicy",
    "server": "MiqServer", "request": "MiqRequest", "provision": "MiqProvision",
    "provision_request": "MiqProvisionRequest", "user": "User",
}  # fmt: skip
"""Data types that stand for a service model of another name."""

PLAIN_DATATYPES = frozenset(("string", "null coalescing"))
"""Data types that leave a value as it is."""

_INTEGER = re.compile(r"\s*([+-]?\d+(?:_\d+)*)", re.ASCII)
_FLOAT = re.compile(r"\s*([+-]?\d+(?:_\d+)*(?:\.\d+(?:_\d+)*)?(?:[eE][+-]?\d+)?)", re.ASCII)
_COMMA = re.compile(r"\s*,\s*")


def convert(value: RunValue, datatype: str | None, catalog: ServiceCatalog, now: Callable[[], datetime]) -> RunValue:
    """`value` as one of `datatype`; a blank value and an absent type leave it alone.

    Raises InvalidClass for an unknown type, ServiceNotFound for a record that is not there, ConversionError for a
    value that cannot be made one of the type.
    """
    if datatype is None or is_blank_value(value):
        return value
    basic = _BASIC.get(datatype) or _ANY_CASE.get(datatype.lower())
    if basic is not None:
        return basic(value)
    if datatype.lower() == "time":
        return _to_time(value, now)
    if datatype in PLAIN_DATATYPES:
        return value
    if not datatype:
        return _of_no_type(value)
    model = service_model_name(datatype, catalog)
    if model is None:
        raise InvalidClass(f"unknown data type [{datatype}]")
    return _to_service_model(value, model, catalog)


def is_blank_value(value: RunValue) -> bool:
    """Whether a value counts as blank: nil, false, an empty list or hash, text of white space only."""
    if type(value) is str:
        return not value or value.isspace()
    return value is None or value is False or (isinstance(value, list | dict) and not value)


def to_integer(text: str) -> int:
    """The number that `text` begins with, 0 where it begins with none (Ruby's to_i).

    Raises ConversionError where it is longer than any that somebody means.
    """
    found = _INTEGER.match(text)
    if found is None:
        return 0
    if len(found[1]) > MOST_DIGITS:
        raise ConversionError(f"a number of {len(found[1])} digits: at most {MOST_DIGITS} are read")
    return int(found[1])


def to_float(text: str) -> float:
    """The number that `text` begins with, 0.0 where it begins with none (Ruby's to_f)."""
    found = _FLOAT.match(text)
    return float(found[1].replace("_", "")) if found else 0.0


def to_double(value: int | float) -> float:
    """`value` as a float, infinite where it is too large for one."""
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def service_model_name(datatype: str, catalog: ServiceCatalog) -> str | None:
    """The service model that a data type or argument type stands for: by the table, else its CamelCase singular."""
    model = model_named(datatype)
    return model if catalog.knows(model) else None


@lru_cache(1024)
def model_named(datatype: str) -> str:
    """The name of the service model that a data type or argument type would stand for, whether there is one or not."""
    return SERVICE_MODELS.get(datatype) or _singular(_camel_case(datatype))


def _camel_case(word: str) -> str:
    return "::".join("".join(part[:1].upper() + part[1:] for part in each.split("_")) for each in word.split("::"))


def _singular(word: str) -> str:
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("ss", "ss"), ("us", "us"), ("s", "")):
        if word.lower().endswith(ending):
            return word[: len(word) - len(ending)] + instead
    return word


def _to_boolean(value: RunValue) -> RunValue:
    text = to_text(value).lower()
    if text == "true" or value == "1":
        return True
    if text == "false" or value == "0":
        return False
    return value


def _to_integer(value: RunValue) -> RunValue:
    match value:
        case bool():
            raise _cannot(value, "integer")
        case str():
            return to_integer(value)
        case int():
            return value
        case float() if value == value and abs(value) != float("inf"):
            return int(value)
        case _:
            raise _cannot(value, "integer")


def _to_float(value: RunValue) -> RunValue:
    match value:
        case bool():
            raise _cannot(value, "float")
        case str():
            return to_float(value)
        case int() | float():
            return to_double(value)
        case _:
            raise _cannot(value, "float")


def _to_symbol(value: RunValue) -> RunValue:
    match value:
        case str():
            return Symbol(value)
        case Symbol():
            return value
        case _:
            raise _cannot(value, "symbol")


def _to_list(value: RunValue) -> RunValue:
    if not isinstance(value, str):
        return value
    return split_list(value.replace("[", "").replace("]", "").strip())


def split_list(text: str) -> list[RunValue]:
    """`text` at its commas, without the blanks around them and without empty parts at the end."""
    parts: list[RunValue] = list(_COMMA.split(text))
    while parts and parts[-1] == "":
        parts.pop()
    return parts


def _to_password(value: RunValue) -> RunValue:
    return value if isinstance(value, Password) else Password(to_text(value))


def _to_time(value: RunValue, now: Callable[[], datetime]) -> RunValue:
    from aelang.interpreter.times import parse_time  # few data types are times

    if not isinstance(value, str):
        raise _cannot(value, "time")
    found = parse_time(value, now)
    if found is None:
        raise ConversionError(f"no time in {value!r}: write it as 2026-01-31 12:00:00")
    return found


def _of_no_type(value: RunValue) -> RunValue:
    # A blank type is looked for as a record of no model, which is never there (ENGINE-FACTS 11.3).
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return None
    raise _cannot(value, "")


def _to_service_model(value: RunValue, model: str, catalog: ServiceCatalog) -> RunValue:
    match value:
        case bool():
            raise _cannot(value, model)
        case str():
            found = catalog.find(model, to_integer(value))
        case int():
            found = catalog.find(model, value)
        case float():
            found = catalog.find(model, int(value)) if math.isfinite(value) else None
        case list() | dict() | Symbol() | Password() | datetime() | None:
            found = None
        case _:
            found = catalog.find(model, _id_of(value))
    if found is None:
        raise ServiceNotFound(f"no {model} with id [{to_text(value)}]")
    return found


def _id_of(value: ServiceModel) -> int:
    return value.id


def _cannot(value: RunValue, datatype: str) -> ConversionError:
    return ConversionError(f"a value of type {type_name(value)} cannot be converted to {datatype or 'no type'}")


_BASIC: dict[str, Callable[[RunValue], RunValue]] = {
    "boolean": _to_boolean,
    "array": _to_list,
    "password": _to_password,
}
_ANY_CASE: dict[str, Callable[[RunValue], RunValue]] = {
    "integer": _to_integer,
    "fixnum": _to_integer,
    "float": _to_float,
    "symbol": _to_symbol,
}
