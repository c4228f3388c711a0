"""The small languages as they are written: what the grammars' parsers build and the printer prints.

`at` counts characters from the start of the text. It is a place and no part of what was said: `without_places`
takes it away, and two nodes that differ in it alone mean the same.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias, TypeVar

# -- references and texts ----------------------------------------------------------------------------------------


class Step(NamedTuple):
    """One `.name(argument)` behind a reference; None is without parentheses, and `:x` is written with its colon."""

    name: str
    argument: str | None = None


class Reference(NamedTuple):
    """`${scheme:object#attribute.a.b}`; `angled` for `$<...>`. An empty `scheme` is none."""

    object: str
    attribute: str
    steps: tuple[Step, ...] = ()
    scheme: str = ""
    angled: bool = False
    at: int = 0


class StoredReference(NamedTuple):
    """`${miqaedb:/Ns/Class/instance/attribute#message}`."""

    path: str
    message: str | None = None
    angled: bool = False
    at: int = 0


class MessageReference(NamedTuple):
    """`${!current_message}`."""

    at: int = 0


class OddReference(NamedTuple):
    """`${...}` around something that is not well formed, as it is written."""

    inner: str
    at: int = 0


AnyReference: TypeAlias = Reference | StoredReference | MessageReference | OddReference
Parts: TypeAlias = tuple[str | AnyReference, ...]
"""Plain text and references in turn; two texts never stand side by side."""


class Template(NamedTuple):
    """A text with references in it, or without."""

    parts: Parts


class Coalesced(NamedTuple):
    """`a || b || c`."""

    options: tuple[Template, ...]


# -- targets -----------------------------------------------------------------------------------------------------


class TargetArgument(NamedTuple):
    """`key=value` in a query; a value of None is a key alone."""

    key: Parts
    value: Parts | None
    at: int = 0


class Target(NamedTuple):
    """`scheme:/Ns/Class/instance?key=value#message`. An empty `scheme` is none, None for the others is absent."""

    scheme: str
    path: Parts
    query: tuple[TargetArgument, ...] | None = None
    message: Parts | None = None


# -- calls -------------------------------------------------------------------------------------------------------


class Word(NamedTuple):
    """A bare word: the attribute of that name."""

    name: str
    at: int = 0


class InQuotes(NamedTuple):
    """Text in quotes; `quote` is the sign around it."""

    parts: Parts
    quote: str
    at: int = 0


class Number(NamedTuple):
    """A number as it is written."""

    text: str
    at: int = 0


class CallArgument(NamedTuple):
    """`key => value`."""

    key: str
    value: Word | InQuotes | Number | AnyReference
    at: int = 0


class Call(NamedTuple):
    """`Ns/Class.method(arguments)`; `arguments` is None where there are no parentheses."""

    path: Parts
    arguments: tuple[CallArgument, ...] | None = None


# -- collects ----------------------------------------------------------------------------------------------------


class SymbolWord(NamedTuple):
    """`:name`."""

    name: str
    at: int = 0


class Pair(NamedTuple):
    """`key => attribute` in a hash."""

    key: Word | InQuotes | SymbolWord
    value: Word


class CollectList(NamedTuple):
    """`left = [a, b].function`; empty texts are absent parts."""

    left: str
    elements: tuple[Word | InQuotes | Number, ...]
    function: str = ""
    at: int = 0


class CollectHash(NamedTuple):
    """`left = {key => attribute}`."""

    left: str
    pairs: tuple[Pair, ...]
    at: int = 0


class CollectValue(NamedTuple):
    """`left = name`."""

    left: str
    name: str
    at: int = 0


Collect: TypeAlias = CollectList | CollectHash | CollectValue


class Collects(NamedTuple):
    """Collects with `;` between them."""

    collects: tuple[Collect, ...]


# -- expressions -------------------------------------------------------------------------------------------------


class Named(NamedTuple):
    """true, false, nil, null, none or message."""

    name: str
    at: int = 0


class ListOf(NamedTuple):
    """`[a, b]`."""

    items: tuple["Expression", ...]
    at: int = 0


class Words(NamedTuple):
    """`%w(a b)`: the words, each text and references."""

    words: tuple[Parts, ...]
    at: int = 0


class Group(NamedTuple):
    """`(a)`."""

    inner: "Expression"
    at: int = 0


class Prefixed(NamedTuple):
    """`!a`, `-a` or `not a`."""

    sign: str
    operand: "Expression"
    at: int = 0


class Joined(NamedTuple):
    """`a SIGN b`; the sign as it is written, `not in` with one blank."""

    sign: str
    left: "Expression"
    right: "Expression"
    at: int = 0


class Matching(NamedTuple):
    """`a =~ /pattern/flags` or `a !~ ...`."""

    sign: str
    operand: "Expression"
    pattern: str
    flags: str
    at: int = 0


class Called(NamedTuple):
    """`a.name(b)`; `arguments` is None where there are no parentheses."""

    operand: "Expression"
    name: str
    arguments: tuple["Expression", ...] | None
    at: int = 0


Expression: TypeAlias = (
    Number | InQuotes | Named | AnyReference | ListOf | Words | Group | Prefixed | Joined | Matching | Called
)

Node = TypeVar("Node")


def without_places(node: Node) -> Node:
    """`node` with every `at` set to 0: what was said, wherever it stood."""
    bare: Node = _with_places(node, lambda at: 0)
    return bare


def moved(node: Node, by: int) -> Node:
    """`node` as part of a longer text, in which it begins `by` characters later."""
    later: Node = _with_places(node, lambda at: at + by) if by else node
    return later


def _with_places(node: Any, place: Callable[[int], int]) -> Any:  # Any: nodes of every class, rebuilt as they were
    if not isinstance(node, tuple):
        return node
    parts = [_with_places(each, place) for each in node]
    if not hasattr(node, "_fields"):
        return tuple(parts)
    if "at" in node._fields:
        parts[node._fields.index("at")] = place(parts[node._fields.index("at")])
    return type(node)(*parts)
