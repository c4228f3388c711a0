"""Values as JSON, exactly. JSON's own values stand for themselves, a list for a list; an object is a value that JSON
lacks: `symbol`, `password` (its ciphertext), `time`, `float`, `hash` (pairs of key and value) or `model` with `id` (a
record). A password in the clear is never written: it is masked.
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from aelang.interpreter.values import MASK, Password, RunValue, Symbol, mask_secrets
from aelang.services.records import Reference

Json: TypeAlias = Any
"""What json reads and writes."""

_MODEL_CLASS = "MiqAeService"
_CIPHERTEXT = re.compile(r"v\d:\{[^}]*\}\Z", re.IGNORECASE)


class ValueWriting:
    """Values on their way out; `masked` counts those that had a password in the clear."""

    def __init__(self) -> None:
        self.masked = 0

    def text(self, text: str) -> str:
        """`text`, with known passwords masked."""
        masked = mask_secrets(text)
        self.masked += masked != text
        return masked

    def values(self, values: Mapping[str, RunValue]) -> dict[str, Json]:
        """Values with their names."""
        return {self.text(str(name)): self.value(value) for name, value in values.items()}

    def value(self, value: RunValue) -> Json:
        """One value."""
        match value:
            case None | bool() | int():
                return value
            case str():
                return self.text(value)
            case float():
                return value if math.isfinite(value) else {"float": str(value)}
            case Symbol(name):
                return {"symbol": self.text(name)}
            case Reference(model, number):
                return {"model": model, "id": number}
            case list() | tuple():  # a list that is the key of a hash is a tuple
                return [self.value(each) for each in value]
            case dict():
                return {"hash": [[self.value(key), self.value(each)] for key, each in value.items()]}
            case datetime():
                return {"time": value.isoformat()}
            case Password(ciphertext=ciphertext):
                return {"password": self.password(ciphertext)}
            case _:
                return {"model": value.class_name.removeprefix(_MODEL_CLASS).replace("_", "::"), "id": value.id}

    def password(self, ciphertext: str) -> str:
        """`ciphertext`, if that is what it is: a password may have been given in the clear."""
        if _CIPHERTEXT.match(ciphertext) or ciphertext == MASK:
            return ciphertext
        self.masked += 1
        return MASK


class ValueReading:
    """Values on their way back; `record` gives what stands for a record."""

    def __init__(self, record: Callable[[str, int], RunValue]) -> None:
        self._record = record

    def values(self, found: Json) -> dict[str, RunValue]:
        """Values with their names. Raises ValueError for what is none."""
        if not isinstance(found, dict):
            raise ValueError(f"{json.dumps(found)[:60]} is no dict")
        return {name: self.value(each) for name, each in found.items()}

    def value(self, found: Json) -> RunValue:
        """One value. Raises ValueError for what is none."""
        match found:
            case None | bool() | int() | float() | str():
                return found
            case list():
                return [self.value(each) for each in found]
            case {"hash": list(pairs)} if len(found) == 1:
                return {self._key(key): self.value(each) for key, each in pairs}
            case {"symbol": str(name)} if len(found) == 1:
                return Symbol(name)
            case {"password": str(ciphertext)} if len(found) == 1:
                return Password(ciphertext)
            case {"time": str(text)} if len(found) == 1:
                return datetime.fromisoformat(text)
            case {"float": ("nan" | "inf" | "-inf") as text} if len(found) == 1:
                return float(text)
            case {"model": str(model), "id": int(number)} if len(found) == 2:
                return self._record(model, number)
            case _:
                raise ValueError(f"{json.dumps(found)[:60]} is no value")

    def _key(self, found: Json) -> Any:
        return tuple(map(self._key, found)) if isinstance(found, list) else self.value(found)
