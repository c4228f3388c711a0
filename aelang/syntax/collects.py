"""Collects: `hosts = [name].sort; sizes = {name => size}; state` (LANGUAGE 3, ENGINE-FACTS 6.2 to 6.8, 11.5).

`read_collect` is the reading that counts: like the reference engine it takes what it can and passes over the rest.
The well-formed collect is that of `collect.lark`.
"""

import re
from typing import NamedTuple, TypeAlias

from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity
from aelang.regex import regex
from aelang.source import NOWHERE, Span
from aelang.syntax import nodes
from aelang.syntax.places import BLANKS, Fault, fault, placed, ruby_split, shown

INVALID_COLLECT = DiagnosticKind("invalid-collect", Severity.ERROR, "`{text}` is no collect: {reason}")
IGNORED_COLLECT_TEXT = DiagnosticKind(
    "ignored-collect-text",
    Severity.WARNING,
    "part of the collect `{text}` is passed over: {reason}; it is read as `{reading}`",
)
LITERAL_IN_COLLECT = DiagnosticKind(
    "literal-in-collect", Severity.WARNING,
    "`{element}` in a collect on a relationship is the name of an attribute, not a value: it gives nothing",
)  # fmt: skip

FUNCTIONS = (
    "sort", "rsort", "reverse", "count", "min", "minimum", "max", "maximum", "sum", "mean", "average", "avg",
    "variance", "stddev", "stdev",
)  # fmt: skip

_LEFT = r"^[^\S\n]*(?:([./\w]+)\s*=\s*)?"
_LIST = regex(rf"{_LEFT}\[(.*)\](?:\.([^.]+))?", re.MULTILINE | re.ASCII)
_HASH = regex(rf"{_LEFT}\{{(.*)\}}", re.MULTILINE | re.ASCII)
_VALUE = regex(rf"{_LEFT}(\w+)", re.MULTILINE | re.ASCII)

_SHELL = regex(
    r"[ \t]*(?:[./\w]+[ \t]*=[ \t]*)?(?:[A-Za-z_]\w*|\[[^\[\]{};\n]*\](?:\.\w+)?|\{[^\[\]{};\n]*\})\s*\Z", re.ASCII
)
_WORD = regex(r"[A-Za-z_]\w*\Z", re.ASCII)
_LITERAL = regex(r"(?:[+-]?\d+(?:\.\d+)?|'[^'=]*'|\"[^\"=]*\")\Z", re.ASCII)
_KEY = regex(r"(?::\w+|'[^'=]*'|\"[^\"=]*\")\Z", re.ASCII)


class ListRead(NamedTuple):
    """`left = [elements].function`, each element as it is written."""

    left: str | None
    elements: tuple[str, ...]
    function: str | None


class HashRead(NamedTuple):
    """`left = {pairs}`, each key and attribute as it is written."""

    left: str | None
    pairs: tuple[tuple[str, str], ...]


class ValueRead(NamedTuple):
    """`left = name`."""

    left: str | None
    name: str


class Unreadable(NamedTuple):
    """What a run cannot collect, and why."""

    reason: str


Read: TypeAlias = ListRead | HashRead | ValueRead | Unreadable


def split_collects(text: str) -> list[tuple[int, str]]:
    """The collects in `text` with the place of each; trailing empty ones are dropped."""
    pieces: list[tuple[int, str]] = []
    at = 0
    for piece in ruby_split(text, ";"):
        pieces.append((at, piece))
        at += len(piece) + 1
    return pieces


def read_collect(text: str) -> Read:
    """One collect as a run reads it: a list if it can, else a hash, else a value."""
    if found := _LIST.search(text):
        elements = (each.strip(BLANKS) for each in found[2].strip(BLANKS).split(","))
        function = None if found[3] is None else found[3].strip(BLANKS).lower()
        return ListRead(found[1], tuple(each for each in elements if each), function)
    if found := _HASH.search(text):
        return _read_hash(text, found[1], found[2].strip(BLANKS))
    if found := _VALUE.search(text):
        return ValueRead(found[1], found[2])
    return Unreadable(f"invalid collect item: <{text}>")


def _read_hash(text: str, left: str | None, contents: str) -> HashRead | Unreadable:
    pairs: list[tuple[str, str]] = []
    for pair in ruby_split(contents, ","):
        sides = ruby_split(pair, "=>")
        if len(sides) != 2:
            return Unreadable(f"invalid hash in collect item <{text}>")
        pairs.append((sides[0].strip(BLANKS), sides[1].strip(BLANKS)))
    return HashRead(left, tuple(pairs))


def parse_collects(text: str, span: Span = NOWHERE) -> tuple[nodes.Collects | None, tuple[Diagnostic, ...]]:
    """The well-formed collects that `text` is; None with a diagnostic where it is none."""
    from aelang.syntax.grammars import Refused, parse

    node = parse("collect", "collects", text)
    if isinstance(node, Refused):
        pieces = split_collects(text)
        faults = [each._replace(at=each.at + at) for at, piece in pieces for each in check_collect(piece)]
        if not faults:
            faults = [_complaint(text, read_collect(text), node.reason, node.at, node.length)]
        return None, placed(tuple(faults), text, span)
    return node, ()


def check_collect(text: str, *, on_relationship: bool = False) -> tuple[Fault, ...]:
    """What is wrong with one collect, or passed over in it. On a relationship an element is never a literal."""
    read = read_collect(text)
    if _is_plain(text, read):
        return _literals(text, read) if on_relationship else ()
    from aelang.syntax.grammars import Refused, parse  # only a collect that is not plain needs lark

    node = parse("collect", "collects", text)
    if isinstance(node, Refused):
        return (_complaint(text, read, node.reason, node.at, node.length),)
    return ()


def _is_plain(text: str, read: Read) -> bool:
    """Whether `text` is well formed for sure, found without the grammar."""
    if not _SHELL.match(text):
        return False
    match read:
        case ListRead(_, elements, function):
            words = all(_WORD.match(each) or _LITERAL.match(each) for each in elements)
            return words and text.count(",") == max(0, len(elements) - 1) and function in (None, *FUNCTIONS)
        case HashRead(_, pairs):
            words = all((_WORD.match(key) or _KEY.match(key)) and _WORD.match(name) for key, name in pairs)
            return words and text.count(",") == max(0, len(pairs) - 1)
        case ValueRead():
            return True
        case _:
            return False


def _literals(text: str, read: Read) -> tuple[Fault, ...]:
    if not isinstance(read, ListRead):
        return ()
    return tuple(
        fault(
            LITERAL_IN_COLLECT,
            text.index(each),
            len(each),
            "name an attribute of the object that is collected from",
            element=each,
        )
        for each in read.elements
        if not (each[0].isalpha() or each[0] == "_")
    )


def _complaint(text: str, read: Read, reason: str, at: int, length: int) -> Fault:
    from aelang.syntax.mistakes import advice
    from aelang.syntax.printer import print_read_collect

    help = advice("collect", text)  # noqa: A001 - the word authors read
    if isinstance(read, Unreadable):
        return fault(INVALID_COLLECT, at, length, help, text=shown(text), reason=reason)
    return fault(
        IGNORED_COLLECT_TEXT, at, length, help, text=shown(text), reason=reason, reading=print_read_collect(read)
    )
