"""Targets: `[scheme:]/Ns/Class/instance[?key=value][#message]` (LANGUAGE 4, ENGINE-FACTS 2).

What a target means is what `aelang.names.uris` reads. Here is the well-formed target of `target.lark`, and the
complaints about a text that is none.
"""

import re

from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity, did_you_mean
from aelang.names import SCHEMES
from aelang.regex import regex
from aelang.source import NOWHERE, Span
from aelang.syntax import nodes
from aelang.syntax.places import BLANKS, Fault, fault, placed, shown, stripped
from aelang.syntax.templates import has_odd_reference, may_have_references, without_references

INVALID_TARGET = DiagnosticKind("invalid-target", Severity.ERROR, "`{text}` is no target: {reason}")
UNSUPPORTED_SCHEME = DiagnosticKind("unsupported-scheme", Severity.ERROR, "`{scheme}:` is no scheme of targets")

_SCHEME = regex(r"([A-Za-z][A-Za-z0-9+.-]*):")
_PLAIN = regex(
    r"(?:(?:miqaedb|miqaews|miqae|miqaemethod|method):)?(?:x|/)(?:[\w.~!&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*"
    r"(?:\?[\w.:]+=[ \w.:/,=@%+-]*(?:&[\w.:]+=[ \w.:/,=@%+-]*)*)?(?:\#[\w.-]+)?\Z",
    re.ASCII,
)
_KNOWN = SCHEMES | {"miqae"}


def parse_target(text: str, span: Span = NOWHERE) -> tuple[nodes.Target | None, tuple[Diagnostic, ...]]:
    """The well-formed target that `text` is, references and all; None with a diagnostic where it is none."""
    node, faults = _parse(text)
    return node, placed(faults, text, span)


def check_target(text: str, reason: str = "") -> tuple[Fault, ...]:
    """What is wrong with a target: with `reason`, one that cannot be read, else one with references in it.

    References that are not well formed are not its business.
    """
    if may_have_references(text) and (has_odd_reference(text) or _looks_right(text)):
        return ()
    faults = _parse(text)[1]
    if faults or not reason:
        return faults
    from aelang.syntax.mistakes import advice

    inner, lead = stripped(text)
    return (fault(INVALID_TARGET, lead, len(inner), advice("target", inner), text=shown(inner), reason=reason),)


def _looks_right(text: str) -> bool:
    """Whether the text around the references is that of a target: spares most of them the grammar."""
    around = without_references(text.strip(BLANKS), "x")
    return _PLAIN.match(around) is not None


def _parse(text: str) -> tuple[nodes.Target | None, tuple[Fault, ...]]:
    from aelang.syntax.grammars import Refused, parse  # only a target that is not plain needs lark

    inner, lead = stripped(text)
    node = parse("target", "target", inner)
    if isinstance(node, Refused):
        return None, (_complaint(inner, node.reason, node.at + lead, node.length, lead),)
    return nodes.moved(node, lead), ()


def _complaint(text: str, reason: str, at: int, length: int, lead: int) -> Fault:
    from aelang.syntax.mistakes import advice

    found = _SCHEME.match(text)
    if found is not None and found[1].lower() not in _KNOWN:
        help = did_you_mean(found[1], tuple(sorted(_KNOWN))) or "the schemes are " + ", ".join(sorted(_KNOWN))  # noqa: A001
        return fault(UNSUPPORTED_SCHEME, lead, len(found[1]), help, scheme=found[1])
    return fault(INVALID_TARGET, at, length, advice("target", text), text=shown(text), reason=reason)
