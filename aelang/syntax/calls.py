"""Calls of methods: `Ns/Class.method(key => value, ...)` (LANGUAGE 7, ENGINE-FACTS 3.8 and 7.1).

What a call means is what `aelang.names.calls` reads, which passes over what it does not know. Here is the other side:
the well-formed call of `call.lark`, and complaints about what that reading passes over.
"""

import re

from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity
from aelang.names import InvalidCall, read_call
from aelang.regex import regex
from aelang.source import NOWHERE, Span
from aelang.syntax import nodes
from aelang.syntax.places import Fault, fault, placed, shown, stripped
from aelang.syntax.templates import has_odd_reference, without_references

INVALID_CALL = DiagnosticKind("invalid-call", Severity.ERROR, "`{text}` is no call of a method: {reason}")
IGNORED_ARGUMENTS = DiagnosticKind(
    "ignored-arguments",
    Severity.WARNING,
    "part of the call `{text}` is passed over: {reason}; it is read as `{reading}`",
)

METHOD_PREFIX = regex(r"^METHOD::(.*)$", re.IGNORECASE | re.MULTILINE)
"""What makes the value of a state a call; the call is what stands behind it on the line."""

_ARGUMENT = r"\w+[ \t]*=>[ \t]*(?:\d+|'[^'\n]+'|\"[^\"\n]+\"|[A-Za-z_]\w*)"
_PLAIN = regex(rf"[/\w]+(?:\.\w+)?[ \t]*(?:\([ \t]*(?:{_ARGUMENT}(?:[ \t]*,[ \t]*{_ARGUMENT})*[ \t]*)?\))?\Z", re.ASCII)
_REFERENCE = regex(r"\$\{[^}]+\}")


def parse_call(text: str, span: Span = NOWHERE) -> tuple[nodes.Call | None, tuple[Diagnostic, ...]]:
    """The well-formed call that `text` is, references and all; None with a diagnostic where it is none.

    A text that is no call at all is an error, one that a run reads in part is a warning.
    """
    node, faults = _parse(text)
    return node, placed(faults, text, span)


def check_call(text: str) -> tuple[Fault, ...]:
    """What is wrong with a call, or passed over in it; references that are not well formed are not its business."""
    inner, _ = stripped(text)
    if _PLAIN.match(inner) or has_odd_reference(inner) or _PLAIN.match(without_references(inner, "x")):
        return ()
    return _parse(text)[1]


def _parse(text: str) -> tuple[nodes.Call | None, tuple[Fault, ...]]:
    from aelang.syntax.grammars import Refused, parse  # only a call that is not plain needs lark

    inner, lead = stripped(text)
    node = parse("call", "call", inner)
    if isinstance(node, Refused):
        return None, (_complaint(inner, node.reason, node.at + lead, node.length),)
    return nodes.moved(node, lead), ()


def _complaint(text: str, reason: str, at: int, length: int) -> Fault:
    from aelang.syntax.mistakes import advice
    from aelang.syntax.printer import print_read_call

    help = advice("call", text)  # noqa: A001 - the word authors read
    references = _REFERENCE.findall(text)
    try:
        call = read_call(_REFERENCE.sub(lambda found: f"qz{references.index(found[0])}zq", text))
    except InvalidCall:
        return fault(INVALID_CALL, at, length, help, text=shown(text), reason=reason)
    reading = _STAND_IN.sub(lambda found: references[int(found[1])], print_read_call(call))
    return fault(IGNORED_ARGUMENTS, at, length, help, text=shown(text), reason=reason, reading=reading)


_STAND_IN = regex(r"qz(\d+)zq")  # a word that stands for a reference while the call is read
