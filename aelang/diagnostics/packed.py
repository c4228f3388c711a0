"""Packed: diagnostics as plain data, for keeping, and back."""

from collections.abc import Iterable
from typing import Any, TypeAlias

from aelang.diagnostics import Diagnostic, DiagnosticKind, Label, Severity
from aelang.source import Span

Json: TypeAlias = Any  # what `json` reads and writes; its own type cannot be said without a cycle


def pack_diagnostics(found: Iterable[Diagnostic]) -> Json:
    """`found` as lists and scalars."""
    return [[each.kind.slug, each.kind.severity.value, each.kind.template, *each[1:]] for each in found]


def unpack_diagnostics(stored: Json) -> list[Diagnostic]:
    """The diagnostics that `pack_diagnostics` stored."""
    return [_diagnostic(*each) for each in stored]


def _diagnostic(
    slug: str, severity: int, template: str, span: Any, message: str, help_: str, labels: Any, replacement: str
) -> Diagnostic:
    kind = DiagnosticKind(slug, Severity(severity), template)
    known = tuple(Label(Span(*at), text) for at, text in labels)
    return Diagnostic(kind, Span(*span), message, help_, known, replacement)
