"""Fixing: what has exactly one safe fix is put right in its file, and nothing else in the file changes.

A finding either says what to write at its place (`Diagnostic.replacement`), or stands for the order of a class's
fields, whose priorities are then numbered anew, as few of them as it takes and without moving a field. Bytes are
replaced at their places, in YAML and in `.ael`; comments, quotes, line ends and the mark at the beginning of a file
stay. What comes of it is read again before it is written: where it says more or less than was meant, the file is left
alone.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from aelang.checking import ORDER_OF_FIELDS, is_fixable
from aelang.diagnostics import Diagnostic
from aelang.writer.files import put_file

if TYPE_CHECKING:
    from aelang.model import Text

_ALLOWED = b"aelang: allow " + ORDER_OF_FIELDS.encode()


class Fix(NamedTuple):
    """What becomes of one file: its content before and after, and the findings that this puts right."""

    path: str
    before: bytes
    after: bytes
    found: tuple[Diagnostic, ...]


class Edit(NamedTuple):
    """`new` is written in the place of `old`; line and column count from 1."""

    line: int
    column: int
    old: str
    new: str


def fixes(found: Iterable[Diagnostic]) -> list[Fix]:
    """What to do about `found`, a file each. Left out is what has no fix, and files that cannot be read."""
    by_file: dict[str, list[Diagnostic]] = {}
    for each in found:
        if is_fixable(each):
            by_file.setdefault(each.span.source, []).append(each)
    made = (_fix(path, said) for path, said in by_file.items())
    return [each for each in made if each is not None]


def write(fix: Fix) -> None:
    """Puts the file of `fix` in its new state, at once or not at all; its mode stays. Raises OSError."""
    put_file(os.path.realpath(fix.path), fix.after)


def unified_diff(fix: Fix) -> list[str]:
    """The lines of the difference that `fix` makes, as `git apply` and `patch -p1` take it."""
    from difflib import unified_diff as differing

    before, after = (re.findall(r"[^\n]*\n|[^\n]+", data.decode()) for data in (fix.before, fix.after))
    name = fix.path.lstrip("/")
    shown: list[str] = []
    for line in differing(before, after, f"a/{name}", f"b/{name}"):
        shown.append(line.removesuffix("\n"))
        if not line.endswith("\n"):
            shown.append("\\ No newline at end of file")
    return shown


# -- one file ----------------------------------------------------------------------------------------------------------


def _fix(path: str, found: Sequence[Diagnostic]) -> Fix | None:
    try:
        with open(path, "rb") as file:
            before = file.read()
    except OSError:
        return None
    after, fixed = before, []
    spelling = _AEL if path.endswith(".ael") else _YAML
    for group in _groups(found):
        changed = _apply(_edits(group[0], after, spelling), after, spelling)
        if changed is not None:
            after = changed
            fixed += group
    return Fix(path, before, after, tuple(fixed)) if fixed else None


def _groups(found: Sequence[Diagnostic]) -> list[list[Diagnostic]]:
    """`found` in the order in which they are put right: the last of a line first, lest places move. What is about the
    order of the fields is one thing."""
    ordered = [each for each in found if not each.replacement]
    single = sorted((each for each in found if each.replacement), key=lambda each: each.span, reverse=True)
    return [*([each] for each in single), *([ordered] if ordered else [])]


def _edits(found: Diagnostic, data: bytes, spelling: "_Spelling") -> list[Edit]:
    if not found.replacement:
        return _new_priorities(data, spelling)
    _, line, column, length = found.span
    text = _line(data, line, spelling)[column - 1 : column - 1 + length]
    return [Edit(line, column, text, found.replacement)] if len(text) == length else []


def _apply(edits: Sequence[Edit], data: bytes, spelling: "_Spelling") -> bytes | None:
    """`data` after `edits`; None where one of them does not fit, or more than its text would change."""
    changed = data
    for edit in sorted(edits, reverse=True):
        start = _offset(data, edit.line, edit.column, spelling)
        old = edit.old.encode()
        if start is None or not old or data[start : start + len(old)] != old:
            return None
        changed = changed[:start] + edit.new.encode() + changed[start + len(old) :]
    return changed if edits and _says(data, edits, spelling) == _says(changed, (), spelling) else None


# -- places ------------------------------------------------------------------------------------------------------------

_BOM = b"\xef\xbb\xbf"


def _offset(data: bytes, line: int, column: int, spelling: "_Spelling") -> int | None:
    """Where the bytes of a place begin; a mark at the beginning of the file is no column. None where there is none."""
    mark = len(_BOM) if data.startswith(_BOM) else 0
    try:
        text = data[mark:].decode()
    except UnicodeDecodeError:
        return None
    starts = [0, *(found.end() for found in spelling.line_end.finditer(text))]
    if not 0 < line <= len(starts):
        return None
    return mark + len(text[: starts[line - 1] + column - 1].encode())


def _line(data: bytes, number: int, spelling: "_Spelling") -> str:
    lines = spelling.line_end.split(data.removeprefix(_BOM).decode("utf-8", "replace"))
    return lines[number - 1] if 0 < number <= len(lines) else ""


# -- what a file says --------------------------------------------------------------------------------------------------


_Scalar: TypeAlias = tuple[str, str | None, int, int]
"""A path, the text there, its line and column."""


class _Spelling(NamedTuple):
    """A way of writing: where its lines end, what a file says, and its role if it is that of a class."""

    line_end: re.Pattern[str]
    scalars: Callable[[bytes], Iterator[_Scalar]]
    role: str


def _says(data: bytes, edits: Sequence[Edit], spelling: _Spelling) -> list[tuple[str, str | None]] | None:
    """Every scalar in `data` with its path, after `edits`, each of which is for one of them; None where it is not."""
    said: list[tuple[str, str | None]] = []
    waiting = list(edits)
    for path, text, line, column in spelling.scalars(data):
        for edit in [each for each in waiting if each.line == line and text is not None]:
            at = edit.column - column
            if at >= 0 and text is not None and text[at : at + len(edit.old)] == edit.old:
                text = text[:at] + edit.new + text[at + len(edit.old) :]
                waiting.remove(edit)
        said.append((path, text))
    return None if waiting else said


def _in_yaml(data: bytes) -> Iterator[_Scalar]:
    from aelang.syntax.yaml import parse_yaml

    return _scalars(parse_yaml(data).root, "")


def _in_ael(data: bytes) -> Iterator[_Scalar]:
    from aelang.loader.read import read_file
    from aelang.loader.records import Role
    from aelang.model import Value

    record = read_file(Role.AEL, data)
    yield "readable", str(record.readable), 0, 0
    for at, each in enumerate((record, *record.inner)):
        texts: list[tuple[str, Text | None]] = [*each.attributes.items(), ("code", each.code)]
        texts += [("embedded", text) for text in each.embedded]
        for part in each.parts:
            texts += [("value", part.name)] if isinstance(part, Value) else []
            texts += part.attributes.items()
        for number, (key, text) in enumerate(texts):
            if text is not None:
                yield f"{at}/{number}/{key}", text.value, text.line, text.column


_YAML = _Spelling(re.compile("\r\n|[\r\n\x85\u2028\u2029]"), _in_yaml, "class")
_AEL = _Spelling(re.compile("\r?\n"), _in_ael, "ael")


def _scalars(node: object, path: str) -> Iterator[_Scalar]:
    from aelang.syntax.yaml import Mapping
    from aelang.syntax.yaml import Sequence as YamlSequence

    if isinstance(node, Mapping):
        for key, inner in node.entries.items():
            yield from _scalars(inner, f"{path}/{key}")
    elif isinstance(node, YamlSequence):
        for at, inner in enumerate(node.items):
            yield from _scalars(inner, f"{path}/{at}")
    elif isinstance(node, tuple):
        text, line, column, *_ = node
        yield path, text, line, column


# -- priorities --------------------------------------------------------------------------------------------------------


def _new_priorities(data: bytes, spelling: _Spelling) -> list[Edit]:
    """The edits that give each field of the class in `data` a priority of its own, in the order that they have."""
    from aelang.compiler.inherit import priority
    from aelang.loader.read import read_file
    from aelang.loader.records import Role
    from aelang.model import Value
    from aelang.names import fold

    fields = [each for each in read_file(Role(spelling.role), data).parts if not isinstance(each, Value)]
    if len({fold(each.name) for each in fields}) < len(fields) or _ALLOWED in data:
        return []
    ranked = [each for each in fields if priority(each.get("priority")) != float("inf")]
    if not all(_NUMBER.fullmatch(each.get("priority") or "") for each in ranked):
        return []
    ranked.sort(key=lambda each: priority(each.get("priority")))
    texts = [each.attributes["priority"] for each in ranked]
    old = [int(priority(each.value)) for each in texts]
    return [
        Edit(text.line, text.column, text.value or "", str(new))
        for text, was, new in zip(texts, old, renumbered(old), strict=True)
        if was != new
    ]


_NUMBER = re.compile(r"-?[0-9]+")  # Python reads `1_0`, too


def renumbered(numbers: Sequence[int]) -> list[int]:
    """`numbers`, which rise, so that no two are equal, with as few of them changed as can be.

    Two of them can both stay where there are enough numbers between them for all that stand between them. None falls
    below 1 that was not.
    """
    if not numbers:
        return []
    floor = min(1, numbers[0])
    room = [number - at for at, number in enumerate(numbers)]
    kept = _longest_rising([(at, each) for at, each in enumerate(room) if each >= floor])
    new: list[int] = []
    for at, number in enumerate(numbers):
        following = next((each for each in kept if each >= at), None)
        if at in kept:
            new.append(number)
        elif new:
            new.append(new[-1] + 1)
        else:
            new.append(number if following is None else numbers[following] - (following - at))
    return new


def _longest_rising(numbered: Sequence[tuple[int, int]]) -> list[int]:
    """The positions of a longest run of numbers of which none is less than the one before; the earliest of several."""
    best: list[list[int]] = []
    for at, (position, number) in enumerate(numbered):
        before = [best[other] for other in range(at) if numbered[other][1] <= number]
        best.append([*max(before, key=len, default=[]), position])
    return max(best, key=len, default=[])
