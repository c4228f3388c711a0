"""Twins: two things of one name, or of names that differ by case only. Only the first of them is read."""

from aelang.diagnostics import Diagnostic, DiagnosticKind, Label, Severity
from aelang.source import Span

__all__ = ["twin"]

DUPLICATE_NAME = DiagnosticKind("duplicate-name", Severity.ERROR, "{what} `{name}` is here a second time")
CASE_TWINS = DiagnosticKind(
    "case-twins", Severity.ERROR, "{what} `{name}` differs from `{other}` by case only: names ignore case"
)


def twin(what: str, name: str, span: Span, other: str, other_span: Span) -> Diagnostic:
    """The diagnostic, duplicate-name or case-twins, for `what` named `name` that comes after one named `other`."""
    labels = (Label(other_span, "the first one, which counts"),)
    advice = "give one of them another name, or take it away"
    if name == other:
        return DUPLICATE_NAME.at(span, advice, labels, what=what, name=name)
    return CASE_TWINS.at(span, advice, labels, what=what, name=name, other=other)
