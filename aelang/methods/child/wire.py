"""The method's end of the conversation: one question, one answer; each a length and JSON (docs/methods.md)."""

import json
import math
import socket
import struct
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeAlias

Wire: TypeAlias = Any
"""A value as JSON has it: a list is a list, an object is a tag for what JSON lacks."""

_LENGTH = struct.Struct(">I")
_FLOATS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


class EvmError(Exception):
    """What `evm` was asked for cannot be; `kind` is the name of the reason (`ObjectNotFound`, `ArgumentError`, ...)."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind
        self.message = message


class Symbol(str):
    """A Ruby symbol: a text that is given back as a symbol."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f":{self}"


class Password:
    """A password input: shown as `********`; `decrypt` gives its text."""

    __slots__ = ("_ask", "number")

    def __init__(self, ask: Callable[..., Wire], number: int) -> None:
        self._ask = ask
        self.number = number

    def decrypt(self) -> str:
        """The text. Raises EvmError where there is no key for it."""
        found: str = self._ask("decrypt_value", {"p": self.number})
        return found

    def __str__(self) -> str:
        return "********"

    __repr__ = __str__


class Conversation:
    """Asks over `connection`, and waits for the answer."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._lock = threading.Lock()

    def ask(self, what: str, *arguments: Wire) -> Wire:
        """The answer to `what`. Raises EvmError where the run refuses it."""
        with self._lock:
            self.send({"do": what, "with": arguments})
            answer = self.receive()
        if "failed" in answer:
            raise EvmError(answer["failed"]["kind"], answer["failed"]["message"])
        return answer["ok"]

    def send(self, message: dict[str, Any]) -> None:
        """Writes `message`. Raises TypeError for what is no value, OSError where nobody listens."""
        data = json.dumps(message, separators=(",", ":"), allow_nan=False).encode()
        self._connection.sendall(_LENGTH.pack(len(data)) + data)

    def receive(self) -> dict[str, Any]:
        """The next message. Raises EOFError where the other side is gone."""
        (length,) = _LENGTH.unpack(self._read(_LENGTH.size))
        found: dict[str, Any] = json.loads(self._read(length))
        return found

    def _read(self, length: int) -> bytes:
        parts = []
        while length:
            part = self._connection.recv(min(length, 1 << 20))
            if not part:
                raise EOFError("the run is over")
            parts.append(part)
            length -= len(part)
        return b"".join(parts)


def encode(value: object) -> Wire:
    """`value` as it is sent. Raises TypeError for what a run cannot keep."""
    match value:
        case None | bool():
            return value
        case Symbol():
            return {"s": str.__str__(value)}
        case str():
            return str.__str__(value)
        case int():
            return int(value)
        case float():
            return value if math.isfinite(value) else {"f": repr(float(value))}
        case list() | tuple() | set() | frozenset():
            return [encode(each) for each in value]
        case dict():
            return {"h": [[encode(key), encode(each)] for key, each in value.items()]}
        case datetime():
            return {"t": value.isoformat()}
        case Password():
            return {"p": value.number}
        case _:
            return _encode_handle(value)


def _encode_handle(value: object) -> Wire:
    tag = getattr(value, "evm_wire", None)
    if isinstance(tag, dict):
        return tag
    raise TypeError(f"evm cannot keep a {type(value).__name__}: use text, numbers, true and false, None, lists, hashes")


def decode(wire: Wire, make: "Callable[[str, Any], object]") -> Any:
    """The value that `wire` stands for; `make` builds what only `evm` knows: `p`, `m` and `o`."""
    if isinstance(wire, list):
        return [decode(each, make) for each in wire]
    if not isinstance(wire, dict):
        return wire
    ((tag, inner),) = wire.items()
    match tag:
        case "s":
            return Symbol(inner)
        case "h":
            return {_key(decode(key, make)): decode(each, make) for key, each in inner}
        case "f":
            return _FLOATS[inner]
        case "t":
            return datetime.fromisoformat(inner)
        case _:
            return make(tag, inner)


def _key(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
