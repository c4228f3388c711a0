"""The engine's end of the conversation with a method's process: messages are a length and JSON, values are tagged.

A question is `{"do": name, "with": [values]}`; its answer `{"ok": value}` or `{"failed": {"kind", "message"}}`. JSON's
own values stand for themselves, a list for a list; an object has one key, the tag: `s` symbol, `h` hash (a list of
pairs), `t` time, `f` a float that JSON lacks, `m` service model (number, class, id), `p` password and `o` object of the
run (numbers).
"""

import json
import math
import struct
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeAlias

from aelang.interpreter.failures import AutomateError, LimitExceeded
from aelang.interpreter.ports import Handle, ObjectNumber, ProtocolError, Refused, ServiceModel
from aelang.interpreter.values import Password, Symbol, sanitize, to_text

Wire: TypeAlias = Any
"""What json reads and writes."""

_LENGTH = struct.Struct(">I")
_FLOATS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
_NAMES = {str(value): name for name, value in _FLOATS.items()}


class Conversation:
    """Answers the questions of one method by `handle`. `longest` is the longest message, in bytes."""

    __slots__ = ("_buffer", "_handle", "_longest", "_models", "_passwords", "ended", "message")

    def __init__(self, handle: Handle, longest: int) -> None:
        self._handle = handle
        self._longest = longest
        self._buffer = bytearray()
        self._models: list[ServiceModel] = []
        self._passwords: list[Password] = []
        self.ended = False
        self.message = ""

    def take(self, data: bytes) -> bytes:
        """Takes what came from the method, and gives the answer to a question that is whole by then, if any.

        Raises ProtocolError for what is no question, LimitExceeded where the answer ended the run.
        """
        self._buffer += data
        if len(self._buffer) < _LENGTH.size:
            return b""
        (length,) = _LENGTH.unpack_from(self._buffer)
        if length > self._longest:
            raise ProtocolError(f"it sent a message of {length} bytes, more than the {self._longest} that are allowed")
        end = _LENGTH.size + length
        if len(self._buffer) < end:
            return b""
        name, given = self._question(bytes(self._buffer[_LENGTH.size : end]))
        if len(self._buffer) > end:
            raise ProtocolError("it did not wait for an answer")
        self._buffer.clear()
        return self._answer(name, given)

    def first(self, code: list[list[str | int]]) -> bytes:
        """The message that a conversation begins with: the pieces of code, each with its name and its first line."""
        return _framed({"code": code})

    def _question(self, text: bytes) -> tuple[str, list[Any]]:
        try:
            question = json.loads(text)
            name, arguments = question["do"], question["with"]
            return _text(name), [self.decode(each) for each in arguments]
        except (ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError, RecursionError):
            raise ProtocolError(f"it sent what is no question: {text[:60]!r}") from None

    def _answer(self, name: str, given: list[Any]) -> bytes:
        if name == "end":
            self.ended, self.message = True, sanitize(to_text(given[0])) if given else ""
            return _framed({"ok": None})
        return self._reply(name, given)

    def _reply(self, name: str, given: list[Any]) -> bytes:
        try:
            answer = _framed({"ok": self.encode(self._handle.answer(name, given))})
        except Refused as refusal:
            return _refusal(refusal.kind, refusal.message)
        except LimitExceeded:
            raise
        except AutomateError as failure:
            return _refusal(type(failure).__name__, failure.message)
        except RecursionError:
            return _refusal("ArgumentError", "the value is too deep: a list in a list, hundreds of times")
        if len(answer) > self._longest:
            return _refusal("LimitExceeded", f"the answer to {name!r} would be {len(answer)} bytes long")
        return answer

    def encode(self, value: object) -> Wire:
        """`value` as it is sent."""
        match value:
            case None | bool() | int():
                return value
            case str():
                return value
            case float():
                return value if math.isfinite(value) else {"f": _NAMES[str(value)]}
            case list():
                return [self.encode(each) for each in value]
            case Symbol(name):
                return {"s": name}
            case ObjectNumber(number):
                return {"o": number}
            case tuple():  # a list that is the key of a hash
                return [self.encode(each) for each in value]
            case dict():
                return {"h": [[self.encode(key), self.encode(each)] for key, each in value.items()]}
            case datetime():
                return {"t": value.isoformat()}
            case Password():
                self._passwords.append(value)
                return {"p": len(self._passwords) - 1}
            case _:
                return self._encode_model(value)

    def _encode_model(self, value: Any) -> Wire:  # Any: of all that a catalog gives only models are left
        if not hasattr(value, "class_name"):
            return to_text(value)
        self._models.append(value)
        return {"m": [len(self._models) - 1, value.class_name, value.id]}

    def decode(self, wire: Wire) -> Any:
        """The value that `wire` stands for. Raises ValueError and the like for what is none."""
        match wire:
            case str():
                return wire if wire.isascii() else wire.encode("utf-8", "replace").decode()
            case None | bool() | int() | float():
                return wire
            case list():
                return [self.decode(each) for each in wire]
            case _:
                ((tag, inner),) = wire.items()
                return _DECODE[tag](self, inner)

    def _pairs(self, inner: Wire) -> dict[Any, Any]:
        return {_key(self.decode(key)): self.decode(value) for key, value in inner}

    def _password(self, inner: Wire) -> Password:
        return self._passwords[_number(inner)]

    def _model(self, inner: Wire) -> ServiceModel:
        return self._models[_number(inner[0])]


def _key(value: Any) -> Any:
    if isinstance(value, dict):
        raise ValueError("a hash is no key")
    return tuple(map(_key, value)) if isinstance(value, list) else value


def _number(inner: Wire) -> int:
    if not isinstance(inner, int) or inner < 0:
        raise ValueError("a number is expected")
    return inner


def _text(inner: Wire) -> str:
    if not isinstance(inner, str):
        raise ValueError("a text is expected")
    return inner


_DECODE: dict[str, Callable[[Conversation, Wire], Any]] = {
    "s": lambda conversation, inner: Symbol(_text(inner)),
    "h": Conversation._pairs,
    "t": lambda conversation, inner: datetime.fromisoformat(inner),
    "f": lambda conversation, inner: _FLOATS[inner],
    "m": Conversation._model,
    "p": Conversation._password,
    "o": lambda conversation, inner: ObjectNumber(_number(inner)),
}


def _framed(message: dict[str, Wire]) -> bytes:
    data = json.dumps(message, separators=(",", ":"), allow_nan=False).encode()
    return _LENGTH.pack(len(data)) + data


def _refusal(kind: str, message: str) -> bytes:
    return _framed({"failed": {"kind": kind, "message": sanitize(message)}})
