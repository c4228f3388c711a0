"""Expressions: what assertions and conditions say (LANGUAGE 3)."""

from typing import TYPE_CHECKING

from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity
from aelang.regex import regex
from aelang.source import NOWHERE, Span
from aelang.syntax import nodes
from aelang.syntax.places import Fault, fault, placed, shown
from aelang.syntax.templates import read_parts

if TYPE_CHECKING:
    from aelang.syntax.grammars import Refused

INVALID_EXPRESSION = DiagnosticKind("invalid-expression", Severity.ERROR, "`{text}` is no expression: {reason}")


def parse_expression(text: str, span: Span = NOWHERE) -> tuple[nodes.Expression | None, tuple[Diagnostic, ...]]:
    """The expression that `text` is; None with a diagnostic where it is none or a reference is not well formed."""
    node, faults = read_expression(text)
    _, odd = read_parts(text)
    return (None if odd else node), placed(faults + odd, text, span)


def read_expression(text: str) -> tuple[nodes.Expression | None, tuple[Fault, ...]]:
    """The expression that `text` is, with references that are not well formed as they stand."""
    from aelang.syntax.grammars import Refused, parse  # most datastores have no assertion that needs lark

    node = parse("expression", "expression", text)
    return (None, (_complaint(text, node),)) if isinstance(node, Refused) else (node, ())


def invalid(text: str, reason: str) -> tuple[Fault, ...]:
    """The complaint about a text that the grammar accepts and its meaning does not."""
    return (fault(INVALID_EXPRESSION, 0, len(text), text=shown(text), reason=reason),)


def _complaint(text: str, refused: "Refused") -> Fault:
    from aelang.syntax.mistakes import advice

    word = text[refused.at : refused.at + refused.length]
    help = _MIXING if _is_mixed(word, text) else advice("expression", " ".join(text.split()))  # noqa: A001 - the word authors read
    return fault(INVALID_EXPRESSION, refused.at, refused.length, help, text=shown(text), reason=refused.reason)


_MIXING = "`and`, `or` and `not` do not mix with each other or with `&&` and `||`: put parentheses around a part"
_LOGIC = regex(r"\b(?:and|or|not)\b|&&|\|\|")


def _is_mixed(word: str, text: str) -> bool:
    return _LOGIC.fullmatch(word) is not None and len(set(_LOGIC.findall(text))) > 1
