"""Diagnostics for programs: one JSON object a line."""

import json
from collections.abc import Iterable

from aelang.diagnostics import Diagnostic
from aelang.source import Span


def render(found: Iterable[Diagnostic]) -> str:
    """A line for each of `found`: kind, severity, message, file, line, column, length, help, labels, replacement."""
    return "\n".join(json.dumps(_one(each), ensure_ascii=False) for each in found)


def _one(found: Diagnostic) -> dict[str, object]:
    return {
        "kind": found.kind.slug,
        "severity": found.severity.word,
        "message": found.message,
        **_place(found.span),
        "help": found.help,
        "labels": [{"text": label.text, **_place(label.span)} for label in found.labels],
        "replacement": found.replacement,
    }


def _place(span: Span) -> dict[str, object]:
    return {"file": span.source, "line": span.line, "column": span.column, "length": span.length}
