"""Values as the vectors write them, `{type, value}` or `{type, id}`, and as a run holds them."""

from datetime import UTC, datetime
from typing import Any

from aelang.interpreter.values import Password, Symbol, to_text, type_name

Typed = dict[str, Any]  # what JSON gives

SECRET = "secret"
"""What every ciphertext of the vectors stands for."""


def decode(typed: Typed) -> Any:  # Any: a value of whatever type the vector says
    """The value that a vector writes as `typed`. Raises KeyError, TypeError or ValueError where it is none."""
    value = typed["value"]
    match typed["type"]:
        case "Array":
            return [decode(each) for each in value]
        case "Hash":
            return {_key(decode(key)): decode(each) for key, each in value}
        case "Symbol":
            return Symbol(value)
        case "Time":
            return datetime.fromisoformat(value)
        case _:
            return value


def _key(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def encode(value: Any) -> Typed:
    """`value` as a vector would write it."""
    kind = type_name(value)
    match value:
        case None | bool() | int() | float() | str():
            return {"type": kind, "value": value}
        case list():
            return {"type": kind, "value": [encode(each) for each in value]}
        case dict():
            return {"type": kind, "value": [[encode(key), encode(each)] for key, each in value.items()]}
        case Symbol(name):
            return {"type": kind, "value": name}
        case Password():
            return {"type": kind, "value": SECRET if value.ciphertext.startswith("v2:{") else value.ciphertext}
        case datetime():
            return {"type": kind, "value": value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
        case _ if hasattr(value, "id"):
            return {"type": kind, "id": value.id}
        case _:
            return {"type": kind, "value": to_text(value)}
