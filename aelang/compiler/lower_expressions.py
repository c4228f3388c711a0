"""Lowering of expressions: what an assertion's text means (LANGUAGE 3).

Values are not pasted into the text: each reference keeps its number, counted from the left in the text, and the value
that a run finds for it stands in the expression as a value.
"""

from functools import lru_cache
from typing import NamedTuple, assert_never

from aelang import ir
from aelang.compiler.lower_references import reference_part
from aelang.regex import regex
from aelang.syntax import nodes
from aelang.syntax.expressions import invalid, read_expression
from aelang.syntax.places import Fault
from aelang.syntax.templates import Found, find_references, may_have_references

_DEEPEST = 100  # nesting of an expression: beyond any that was written by hand, far below what a run can hold
_LONE_REFERENCE = regex(r"\$\{[^}]+\}")  # the commonest assertion, not worth a grammar
_LITERALS = {"true": True, "false": False, "nil": None, "null": None, "none": None}


class _Refused(Exception):
    """The expression cannot be lowered, for a reason."""


class _Reader(NamedTuple):
    """The text of an expression; the reference that begins at each place, and its number or its fixed text."""

    text: str
    found: dict[int, Found]
    numbers: dict[int, int | str]


@lru_cache(8192)
def mean(text: str, *, substitute: bool) -> tuple[ir.Expression, tuple[Fault, ...]]:
    """What `text` means; `ir.Faulty` (AssertionFailure) with its faults where it is no expression.

    Without `substitute` a `${` is plain text, which may stand in quotes only.
    """
    bare = text.strip()
    if bare in _LITERALS:
        return ir.Literal(_LITERALS[bare]), ()
    if _LONE_REFERENCE.fullmatch(bare) and substitute:
        return _referred(nodes.OddReference(bare[2:-1], text.index("$")), _reader(text, substitute)), ()
    node, faults = read_expression(text)
    if node is None:
        return ir.Faulty("AssertionFailure", faults[0].message), faults
    try:
        return _lower(node, _reader(text, substitute), 0), ()
    except _Refused as wrong:
        faults = invalid(text, str(wrong))
        return ir.Faulty("AssertionFailure", faults[0].message), faults


def _reader(text: str, substitute: bool) -> _Reader:
    found = {each.start: each for each in find_references(text)} if may_have_references(text) else {}
    numbers: dict[int, int | str] = {}
    counted = 0
    for start, each in found.items():
        part = reference_part(each.inner) if substitute else text[each.start : each.end]
        numbers[start] = part if isinstance(part, str) else counted
        counted += not isinstance(part, str)
    return _Reader(text, found, numbers)


_MOST_DIGITS = 1000  # Python reads no 4,300


def _lower(node: nodes.Expression, reader: _Reader, depth: int) -> ir.Expression:
    if depth > _DEEPEST:
        raise _Refused(f"it is nested more than {_DEEPEST} deep")
    match node:
        case nodes.Number(text) if len(text) > _MOST_DIGITS:
            raise _Refused(f"a number has at most {_MOST_DIGITS} digits")
        case nodes.Number(text):
            return ir.Literal(float(text) if "." in text else int(text))
        case nodes.Named("message"):
            return ir.Message()
        case nodes.Named(name):
            return ir.Literal(_LITERALS[name])
        case nodes.InQuotes(parts, quote):
            return _quoted(parts, quote, reader)
        case nodes.Words(words):
            return ir.ListOf(tuple(_quoted(word, "", reader) for word in words))
        case nodes.Group(inner):
            return _lower(inner, reader, depth + 1)
        case nodes.ListOf(items):
            return ir.ListOf(_lower_all(items, reader, depth))
        case nodes.Prefixed(sign, operand):
            lowered = _lower(operand, reader, depth + 1)
            return ir.Negative(lowered) if sign == "-" else ir.Not(lowered)
        case nodes.Joined(sign, left, right):
            return _joined(sign, _lower(left, reader, depth + 1), _lower(right, reader, depth + 1))
        case nodes.Matching(sign, operand, pattern, flags):
            return ir.Matches(_lower(operand, reader, depth + 1), pattern.replace("\\/", "/"), flags, sign == "!~")
        case nodes.Called(operand, name, arguments):
            return ir.Calls(_lower(operand, reader, depth + 1), name, _lower_all(arguments or (), reader, depth))
        case nodes.Reference() | nodes.StoredReference() | nodes.MessageReference() | nodes.OddReference():
            return _referred(node, reader)
        case _:
            assert_never(node)


def _lower_all(items: tuple[nodes.Expression, ...], reader: _Reader, depth: int) -> tuple[ir.Expression, ...]:
    return tuple(_lower(each, reader, depth + 1) for each in items)


def _joined(sign: str, left: ir.Expression, right: ir.Expression) -> ir.Expression:
    match sign:
        case "&&" | "and":
            return ir.And(left, right)
        case "||" | "or":
            return ir.Or(left, right)
        case _:
            return ir.Binary(sign, left, right)


def _referred(node: nodes.AnyReference, reader: _Reader) -> ir.Expression:
    number = reader.numbers[node.at]
    if isinstance(number, int):
        return ir.Referred(number)
    if number == reader.text[node.at : reader.found[node.at].end]:
        raise _Refused("substitution is switched off here, so a reference may stand in quotes only")
    return ir.Literal(number)


def _quoted(parts: nodes.Parts, quote: str, reader: _Reader) -> ir.Expression:
    lowered: list[str | int] = []
    for part in parts:
        each = _unescaped(part, quote) if isinstance(part, str) else reader.numbers[part.at]
        if isinstance(each, str) and lowered and isinstance(lowered[-1], str):
            lowered[-1] += each
        else:
            lowered.append(each)
    if all(isinstance(each, str) for each in lowered):
        return ir.Literal("".join(map(str, lowered)))
    return ir.Quoted(tuple(lowered))


_SIGNS = {"n": "\n", "t": "\t", "r": "\r", "s": " ", "e": "\x1b", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}


def _unescaped(text: str, quote: str) -> str:
    """`text` without its backslashes, as Ruby reads it: in single quotes only `\\'` and `\\\\` are escapes."""
    if "\\" not in text:
        return text
    out: list[str] = []
    characters = iter(text)
    for character in characters:
        if character != "\\":
            out.append(character)
            continue
        escaped = next(characters, "")
        if quote == '"':
            out.append(_SIGNS.get(escaped, escaped))
        else:
            out.append(escaped if quote and escaped in ("'", "\\") else "\\" + escaped)
    return "".join(out)
