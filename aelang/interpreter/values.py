"""The values a run works with, and how Ruby's engine writes them as text.

Text, integers, floats, booleans, nil, lists and hashes are Python's own. What Python lacks stands here.
"""

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from aelang.interpreter.ports import ServiceModel

MASK = "********"
"""What is shown in place of a password, everywhere."""


class Symbol(NamedTuple):
    """A Ruby symbol."""

    name: str


class Password:
    """A password: shown as `MASK`. `ciphertext` is what the datastore holds (`v2:{...}`), decrypted only on request."""

    __slots__ = ("ciphertext",)

    def __init__(self, ciphertext: str) -> None:
        self.ciphertext = ciphertext

    def __str__(self) -> str:
        return MASK

    __repr__ = __str__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Password) and self.ciphertext == other.ciphertext

    def __hash__(self) -> int:
        return hash(self.ciphertext)


RunValue: TypeAlias = (
    "str | int | float | bool | Symbol | Password | datetime | list[Any] | dict[Any, Any] | ServiceModel | None"
)
"""Any value of an attribute; Any stands for a RunValue inside lists and hashes, which mypy cannot say."""


def to_text(value: RunValue) -> str:
    """`value` as the reference engine substitutes it (Ruby's to_s)."""
    if type(value) is str:
        return value
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case float():
            return _float_text(value)
        case Symbol(name):
            return name
        case datetime():
            return _time_text(value)
        case list() | dict():
            return inspect(value)
        case _:
            return str(value)


def inspect(value: RunValue) -> str:
    """`value` as Ruby shows it in lists and hashes (Ruby's inspect, D12)."""
    match value:
        case None:
            return "nil"
        case str():
            return _quoted(value)
        case Symbol(name):
            return ":" + (name if _is_plain_symbol(name) else _quoted(name))
        case list():
            return f"[{', '.join(map(inspect, value))}]"
        case dict():
            return f"{{{', '.join(f'{inspect(key)}=>{inspect(each)}' for key, each in value.items())}}}"
        case _:
            return to_text(value)


_SECRETS: set[str] = set()
_SHORTEST = 4


def remember_secret(text: str) -> None:
    """Makes `text`, a password in the clear, masked in all that `sanitize` lets through, for as long as the process
    lives. One of fewer than four characters is not: it would mask half of every line."""
    if len(text) >= _SHORTEST:
        _SECRETS.add(text)


def mask_secrets(text: str) -> str:
    """`text` with those passwords masked by their value that were decrypted in this process; ciphertext stays."""
    for secret in _SECRETS:
        if secret in text:
            text = text.replace(secret, MASK)
    return text


_SECRET = re.compile(r"v\d:\{[^}]*\}|v\d%3A%7B.*?%7D", re.IGNORECASE)


def sanitize(text: str) -> str:
    """`text` with every password in it masked: encrypted ones, also where they are escaped for a URI, and by their
    value those that were decrypted in this process."""
    if _SECRETS:
        text = mask_secrets(text)
    if "{" not in text and "%7" not in text:
        return text
    return _SECRET.sub(MASK, text)


def type_name(value: RunValue) -> str:
    """The name of the value's type, as the workspace XML and the traces use it."""
    match value:
        case None:
            return "NilClass"
        case bool():
            return "Boolean"
        case str():
            return "String"
        case int():
            return "Integer"
        case float():
            return "Float"
        case Symbol():
            return "Symbol"
        case Password():
            return "Password"
        case datetime():
            return "Time"
        case list():
            return "Array"
        case dict():
            return "Hash"
        case _:
            return value.class_name


def _float_text(value: float) -> str:
    """As Ruby: the shortest digits that give the number back, spelt out from 0.0001 to below 1e15."""
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    text = repr(value)
    digits, _, exponent = text.partition("e")
    if not exponent and abs(value) < 1e15:
        return text
    if not exponent:  # Python spells these out as well: sixteen digits before the point
        whole = text.partition(".")[0].lstrip("-")
        digits, exponent = f"{'-' if value < 0 else ''}{whole[0]}.{whole[1:].rstrip('0') or '0'}", "+15"
    return f"{digits if '.' in digits else digits + '.0'}e{exponent}"


def _time_text(value: datetime) -> str:
    return value.strftime("%Y-%m-%d %H:%M:%S ") + (value.strftime("%z") if value.utcoffset() else "UTC")


_ESCAPES = {
    "\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\x1b": "\\e", "\x07": "\\a", "\b": "\\b",
    "\v": "\\v", "\f": "\\f",
}  # fmt: skip


def _quoted(text: str) -> str:
    out = ['"']
    for at, character in enumerate(text):
        if character in _ESCAPES:
            out.append(_ESCAPES[character])
        elif character == "#" and text[at + 1 : at + 2] in ("{", "$", "@"):
            out.append("\\#")
        elif character < " " or character == "\x7f":
            out.append(f"\\x{ord(character):02X}" if character == "\x7f" else f"\\u{ord(character):04X}")
        elif character.isprintable():
            out.append(character)
        else:
            out.append(f"\\u{ord(character):04X}" if ord(character) < 0x10000 else f"\\u{{{ord(character):X}}}")
    return "".join([*out, '"'])


def _is_plain_symbol(name: str) -> bool:
    stem = name[:-1] if name.endswith(("?", "!", "=")) else name
    return stem.isidentifier()
