"""Codes: the pieces of code in a datastore, without their texts."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from aelang import model
from aelang.digests import sha256
from aelang.model import Text

if TYPE_CHECKING:
    from aelang.building.stored import StoredBuild

DEFAULT_LANGUAGE = "ruby"


class Code(NamedTuple):
    """The code of the inline method `name` of the class with the full path `klass`: where it begins, and the sha256 of
    its text."""

    klass: str
    name: str
    language: str
    source: str
    line: int
    column: int
    digest: str


def codes_of(klass: model.Class) -> Iterator[tuple[str, str, str, int, int, str]]:
    """The code in the methods of `klass`, as `Code` has it, but for the class."""
    for method in klass.methods:
        if (method.get("location") or "").strip() != "inline":
            continue
        written = method.attributes.get("data", Text(None))
        if method.code is not None:
            text, source, line, column = method.code, method.code_source, method.code_line, 1
        else:
            text, source, line, column = written.value or "", method.source, written.line, written.column
        if text.strip():
            language = (method.get("language") or DEFAULT_LANGUAGE).lower()
            yield method.name, language, source, line, column, sha256(text.encode("utf-8", "replace")).hexdigest()


def read_codes(stored: "StoredBuild") -> tuple[Code, ...]:
    """The code of the classes that are reported on, by where it stands. Raises CacheError."""
    found = [
        Code(unit.full_path, *each)
        for key, unit in stored.units()
        if unit.codes and unit.length and not stored.is_reference(key)
        for each in unit.codes
    ]
    return tuple(sorted(found, key=lambda each: each[3:]))
