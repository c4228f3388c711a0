"""The parsers: one a grammar file, made when a text first needs it.

lark takes 40 ms to import and 2 to 17 to build a table, so neither happens for a datastore without oddities:
callers try their own reading first.
"""

import re
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from lark import Lark, Token, Transformer

STARTS = {
    "template": ["template", "coalesced", "reference"],
    "target": ["target"],
    "call": ["call"],
    "collect": ["collects"],
    "expression": ["expression"],
    "property": ["property_expression"],
    "ael": ["header", "field", "instance", "method", "body", "clauses", "parts", "option", "item"],
}
"""The grammar files, and the rules a text may be parsed as."""


_APART = frozenset(("ael",))
"""Grammars whose starts have a parser each: rules that they share would make the lexer take a word of one for one of
another."""

_WORD = re.compile(r"\w+[?!]?|&&|\|\||[=!<>~]{2,3}")


class Refused(NamedTuple):
    """A text that the grammar does not accept: where, how much of it is meant, and why."""

    at: int
    length: int
    reason: str


def parse(grammar: str, start: str, text: str) -> Any:  # Any: the node that the rule `start` builds
    """The node that `text` is by the rule `start` of `grammar`, or Refused."""
    from lark.exceptions import UnexpectedInput, VisitError

    from aelang.syntax.build import Unacceptable

    try:
        return (parser(grammar, start) if grammar in _APART else parser(grammar)).parse(text, start)
    except UnexpectedInput as wrong:
        return _refused(wrong, text)
    except Unacceptable as wrong:
        return Refused(wrong.at, wrong.length, wrong.reason)
    except VisitError as wrong:
        if isinstance(wrong.orig_exc, Unacceptable):
            return Refused(wrong.orig_exc.at, wrong.orig_exc.length, wrong.orig_exc.reason)
        raise


@cache
def parser(grammar: str, start: str = "") -> "Lark":
    """The parser of the file `grammar`.lark, which builds nodes as it goes; for all its starts, or for one alone."""
    from lark import Lark

    from aelang.shipped import grammar_file
    from aelang.syntax.ael_build import BuildAel
    from aelang.syntax.build import BUILDERS
    from aelang.syntax.property_build import BuildProperty

    others: dict[str, type[Transformer[Token, Any]]] = {"ael": BuildAel, "property": BuildProperty}
    builder = others.get(grammar) or BUILDERS[grammar]
    name = grammar_file(f"{grammar}.lark")
    with open(name, encoding="utf-8") as file:
        text = file.read()
    return Lark(
        text, parser="lalr", lexer="contextual", start=[start] if start else STARTS[grammar], transformer=builder(),
        maybe_placeholders=True, source_path=name,
    )  # fmt: skip


def _refused(wrong: Any, text: str) -> Refused:  # Any: lark's errors share no typed attributes
    token = getattr(wrong, "token", None)
    if token is not None and token.type == "$END":
        return Refused(len(text), 1, "it ends too early")
    at = wrong.pos_in_stream if token is None else token.start_pos
    word = _word_at(text, at) if token is None else str(token)
    if word[0].isspace():
        return Refused(at, 1, "a blank may not stand here")
    return Refused(at, len(word), f"`{word}` may not stand here")


def _word_at(text: str, at: int) -> str:
    found = _WORD.match(text, at)
    return found[0] if found else text[at]
