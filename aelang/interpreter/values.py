"""The values a run works with, and how Ruby's engine writes them as text.

Text, integers, floats, booleans, nil, lists and hashes are Python's own. What Python lacks stands here.
"""

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from aelang.names import write_query
from aelang.names.spelling import float_text, quoted, symbol_text
from aelang.regex import regex

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
            return float_text(value)
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
            return quoted(value)
        case Symbol(name):
            return symbol_text(name)
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
        _SECRETS.update((text, quoted(text)[1:-1], _escaped(text)))


def has_secrets() -> bool:
    """Whether a password in the clear is known."""
    return bool(_SECRETS)


def _escaped(text: str) -> str:
    """`text` as it stands in the query of a URI."""
    return (write_query({"": text}) or "=")[1:]


def masked(value: RunValue) -> RunValue:
    """`value` with the passwords that were decrypted in this process masked in its texts."""
    if not _SECRETS:
        return value
    match value:
        case str():
            return mask_secrets(value)
        case list():
            return [masked(each) for each in value]
        case dict():
            return {masked(key): masked(each) for key, each in value.items()}
        case _:
            return value


def mask_secrets(text: str) -> str:
    """`text` with those passwords masked by their value that were decrypted in this process; ciphertext stays."""
    if not _SECRETS:
        return text
    for secret in sorted(_SECRETS, key=len, reverse=True):
        if secret in text:
            text = text.replace(secret, MASK)
    return text


_SECRET = regex(r"v\d:\{[^}]*\}|v\d%3A%7B.*?%7D", re.IGNORECASE)


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


def _time_text(value: datetime) -> str:
    return value.strftime("%Y-%m-%d %H:%M:%S ") + (value.strftime("%z") if value.utcoffset() else "UTC")
