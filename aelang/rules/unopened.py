"""Unopened references: `{/#vm}` and `$/#vm}` are plain text, and nobody writes such text on purpose."""

import re
from collections.abc import Iterator

from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity
from aelang.regex import regex
from aelang.rules.said import Said
from aelang.source import Span

UNOPENED_SUBSTITUTION = DiagnosticKind(
    "unopened-substitution", Severity.WARNING, "`{text}` stays as it is written: a reference begins with `${{`"
)

_INNER = r"(?:/?[\w.*-]+(?:/[\w.*-]+)*/?|/?)#\w+(?:\.\w+(?:\([^(){}]*\))?)*"
_HALF = regex(rf"(?<![${{#])\{{({_INNER})\}}(?!\}})|\$({_INNER})\}}", re.ASCII)
_TEXTS = ("condition", "on_entry", "on_exit", "on_error", "undo")


def look(said: Said) -> Iterator[Diagnostic]:
    """References without the `$` or the `{` that opens them: unopened-substitution."""
    for key in (said.main, *_TEXTS):
        text = said.attributes.get(key)
        if text is not None and text.value is not None and "}" in text.value and "#" in text.value:
            for found in _HALF.finditer(text.value):
                span = said.span(key)
                if "\n" not in text.value:
                    span = Span(span.source, span.line, span.column + found.start(), len(found[0]))
                yield UNOPENED_SUBSTITUTION.at(span, f"write `${{{found[1] or found[2]}}}`", text=found[0])
