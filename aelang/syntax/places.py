"""Where in a text a fault is, and where that is in its file."""

from typing import NamedTuple

from aelang.diagnostics import Diagnostic, DiagnosticKind
from aelang.source import Span

BLANKS = " \t\n\v\f\r\0"
"""What Ruby's strip takes away."""


class Fault(NamedTuple):
    """A finding inside a text: `at` counts characters from its start, `length` is how many are meant."""

    kind: DiagnosticKind
    at: int
    length: int
    message: str
    help: str = ""


def fault(kind: DiagnosticKind, at: int, length: int, help: str = "", **holes: object) -> Fault:  # noqa: A002 - the word authors read
    """The fault of `kind` at a stretch of a text; `holes` fill the kind's sentence."""
    return Fault(kind, at, length, kind.template.format(**holes), help)


def shifted(faults: tuple[Fault, ...], by: int) -> tuple[Fault, ...]:
    """`faults` of a piece of a text, as faults of the whole; the piece begins at `by`."""
    return tuple(each._replace(at=each.at + by) for each in faults) if by else faults


def placed(faults: tuple[Fault, ...], text: str, span: Span) -> tuple[Diagnostic, ...]:
    """`faults` of `text` as diagnostics; `span` is where `text` begins.

    A text of several lines is folded or indented in its file, so a fault in it points at the whole of it.
    """
    one_line = "\n" not in text.rstrip("\n")
    return tuple(
        Diagnostic(each.kind, _narrowed(span, each) if one_line else span, each.message, each.help) for each in faults
    )


def _narrowed(span: Span, each: Fault) -> Span:
    return Span(span.source, span.line, span.column + each.at, max(1, each.length)) if span.line else span


def stripped(text: str) -> tuple[str, int]:
    """`text` without the blanks around it, and how many stood before it."""
    return text.strip(BLANKS), len(text) - len(text.lstrip(BLANKS))


def ruby_split(text: str, separator: str) -> list[str]:
    """The parts of `text` as Ruby's split gives them: without the empty ones at the end."""
    parts = text.split(separator)
    while parts and not parts[-1]:
        parts.pop()
    return parts


def shown(text: str) -> str:
    """`text` as a sentence can hold it: on one line, and not too long."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 3] + "..."


_LONGEST = 80
