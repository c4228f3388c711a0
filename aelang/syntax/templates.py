"""Templates: text with `${...}` and `$<...>` in it, and `a || b` (LANGUAGE 3, ENGINE-FACTS 4 and 5.2).

`find_references` is the reading that counts: it finds what the reference engine finds. The grammar
`template.lark` says what a reference looks like when it is well written.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity
from aelang.regex import regex
from aelang.source import NOWHERE, Span
from aelang.syntax import nodes
from aelang.syntax.places import BLANKS, Fault, fault, placed, ruby_split, shifted, shown

if TYPE_CHECKING:
    from aelang.syntax.grammars import Refused

UNCLOSED_SUBSTITUTION = DiagnosticKind(
    "unclosed-substitution", Severity.ERROR, "`${{` without an end: `{text}` stays as it is written"
)
INVALID_REFERENCE = DiagnosticKind("invalid-reference", Severity.ERROR, "`{reference}` is no reference: {reason}")

_STEP = r"\.\w+(?:\([\w~!&*+,;=:@/?-]*\))?"
_PATH = r"(?:/?[\w.*-]+(?:/[\w.*-]+)*/?|/?)"
_IN_ANGLES = rf"\$<((?:miqae(?:ws)?:(?=[/#]))?{_PATH}#\w+(?:{_STEP})*|miqaedb:(?:/+[\w.-]+)+#\w+)>"
_ANGLED = regex(_IN_ANGLES, re.ASCII)
_REFERENCE = regex(rf"\$\{{([^}}]+)\}}|{_IN_ANGLES}", re.ASCII)
_LOOKUP = regex(rf"(?:(miqae(?:ws)?):(?=[/#]))?({_PATH})#(\w+)((?:{_STEP})*)\Z", re.ASCII)
_STORED = regex(r"miqaedb:((?:/+[\w.-]+)+)(?:#(\w+))?\Z", re.ASCII)
_CURRENT = regex(r"!current_message\Z", re.ASCII | re.IGNORECASE)
_EACH_STEP = regex(r"\.(\w+)(?:\(([^()]*)\))?", re.ASCII)


class Found(NamedTuple):
    """A reference in a text: where it begins and ends, what is inside, and whether it is a `$<...>`."""

    start: int
    end: int
    inner: str
    angled: bool

    @property
    def inner_start(self) -> int:
        """Where `inner` begins."""
        return self.start + 2


def may_have_references(text: str) -> bool:
    """Whether it is worth looking: a text for which this says no has no reference."""
    return "${" in text or "$<" in text


def find_references(text: str) -> Iterator[Found]:
    """The references in `text`, from the left: `${...}` with anything inside, `$<...>` only where it is well formed."""
    last = text.rfind("}") + 1  # behind it no `${` is closed: not looking there keeps the search linear
    for found in _REFERENCE.finditer(text, 0, last):
        braced = found[1]
        yield Found(found.start(), found.end(), found[2] if braced is None else braced, braced is None)
    for found in _ANGLED.finditer(text, last):
        yield Found(found.start(), found.end(), found[1], True)


def well_formed(inner: str) -> nodes.AnyReference | None:
    """The reference that `inner` is by the grammar's rule `reference`, without its place; None where it is none.

    Blanks around it do not count. This is that rule as regular expressions: no lark for what is well written.
    """
    inner = inner.strip(BLANKS)
    if found := _LOOKUP.match(inner):
        steps = tuple(nodes.Step(*each.groups()) for each in _EACH_STEP.finditer(found[4]))
        return nodes.Reference(found[2], found[3], steps, found[1] or "")
    if found := _STORED.match(inner):
        return nodes.StoredReference(found[1], found[2])
    return nodes.MessageReference() if _CURRENT.match(inner) else None


def has_odd_reference(text: str) -> bool:
    """Whether a reference in `text` is not well formed, or not closed."""
    return any(well_formed(found.inner) is None for found in find_references(text)) or bool(unclosed(text))


def without_references(text: str, stand_in: str) -> str:
    """`text` with `stand_in` in place of each reference."""
    kept, end = "", 0
    for found in find_references(text):
        kept += text[end : found.start] + stand_in
        end = found.end
    return kept + text[end:]


def unclosed(text: str) -> tuple[Fault, ...]:
    """The fault of a `${` that no `}` follows, if there is one."""
    at = text.find("${", text.rfind("}") + 1)
    if at < 0:
        return ()
    open_text = shown(text[at:])
    return (fault(UNCLOSED_SUBSTITUTION, at, len(text) - at, "write `}` behind the reference", text=open_text),)


def split_options(text: str) -> list[tuple[int, str]]:
    """The parts of a null coalescing, stripped, each with its place; trailing empty ones are dropped (Ruby's split)."""
    options, at = [], 0
    for part in ruby_split(text, "||"):
        lead = len(part) - len(part.lstrip(BLANKS))
        options.append((at + lead, part.strip(BLANKS)))
        at += len(part) + 2
    return options


def parse_template(text: str, span: Span = NOWHERE) -> tuple[nodes.Template | None, tuple[Diagnostic, ...]]:
    """The template that `text` is; None with a diagnostic where one of its references is not well formed."""
    node, faults = read_template(text)
    return node, placed(faults, text, span)


def parse_coalesced(text: str, span: Span = NOWHERE) -> tuple[nodes.Coalesced | None, tuple[Diagnostic, ...]]:
    """The alternatives in `text`; None with diagnostics where a reference is not well formed."""
    options: list[nodes.Template] = []
    faults: tuple[Fault, ...] = ()
    is_good = True
    for at, part in split_options(text):
        option, found = read_template(part)
        faults += shifted(found, at)
        is_good = is_good and option is not None
        if option is not None:
            options.append(nodes.moved(option, at))
    return (nodes.Coalesced(tuple(options)) if is_good else None), placed(faults, text, span)


def read_template(text: str) -> tuple[nodes.Template | None, tuple[Fault, ...]]:
    """As `parse_template`, with faults in place of diagnostics."""
    parts, faults = read_parts(text)
    return (None if parts is None else nodes.Template(parts)), faults + unclosed(text)


def read_parts(text: str, shift: int = 0) -> tuple[nodes.Parts | None, tuple[Fault, ...]]:
    """The text and references of `text`, which begins at `shift`; None where a reference is not well formed."""
    parts = lenient_parts(text, shift)
    odd = [each for each in parts if isinstance(each, nodes.OddReference)]
    return (None if odd else parts), tuple(_invalid(each) for each in odd)


def lenient_parts(text: str, shift: int = 0) -> nodes.Parts:
    """As `read_parts`, with what is not well formed as it is written."""
    parts: list[str | nodes.AnyReference] = []
    end = 0
    for found in find_references(text):
        if found.start > end:
            parts.append(text[end : found.start])
        parts.append(reference_node(found, shift))
        end = found.end
    if end < len(text):
        parts.append(text[end:])
    return tuple(parts)


def reference_node(found: Found, shift: int = 0) -> nodes.AnyReference:
    """The reference that was `found` in a text that begins at `shift`."""
    at = found.start + shift
    match well_formed(found.inner):
        case nodes.Reference() | nodes.StoredReference() as node:
            return node._replace(angled=found.angled, at=at)
        case nodes.MessageReference():
            return nodes.MessageReference(at)
        case _:
            return nodes.OddReference(found.inner, at)


def _invalid(odd: nodes.OddReference) -> Fault:
    from aelang.syntax.mistakes import advice

    refused = explain_reference(odd.inner)
    at, length = odd.at + 2 + refused.at, refused.length
    reference = shown("${" + odd.inner + "}")
    return fault(
        INVALID_REFERENCE, at, length, advice("reference", odd.inner), reference=reference, reason=refused.reason
    )


def explain_reference(inner: str) -> "Refused":
    """What the grammar finds wrong with `inner`, which is not well formed."""
    from aelang.syntax.grammars import Refused, parse  # lark is imported only where a text really needs it

    stripped = inner.strip(BLANKS)
    refused = parse("template", "reference", stripped)
    if not isinstance(refused, Refused):
        return Refused(0, len(inner), "it is not well formed")
    return refused._replace(at=refused.at + len(inner) - len(inner.lstrip(BLANKS)))
