"""Diagnostics as commands of GitHub's workflows: each becomes an annotation at its line."""

import os
from collections.abc import Iterable

from aelang.diagnostics import Diagnostic, Severity

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_CONTROL = dict.fromkeys((*range(9), 11, 12, *range(14, 32), *range(127, 160)), "�")


def render(found: Iterable[Diagnostic]) -> str:
    """A line for each of `found`."""
    return "\n".join(map(_one, found))


def _one(found: Diagnostic) -> str:
    span = found.span
    properties = {"file": os.path.normpath(span.source)} if span.source else {}
    if span.line:
        column = max(span.column, 1)
        properties |= {"line": str(span.line), "col": str(column), "endColumn": str(column + max(span.length, 1) - 1)}
    properties["title"] = found.kind.slug
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    text = f"{found.message}\n{found.help}" if found.help else found.message
    return f"::{_COMMANDS[found.severity]} {listed}::{_data(text)}"


def _data(text: str) -> str:
    return text.translate(_CONTROL).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
