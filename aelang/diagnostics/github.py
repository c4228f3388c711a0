"""Diagnostics as commands of GitHub's workflows: each becomes an annotation at its line."""

from collections.abc import Iterable

from aelang.diagnostics import Diagnostic, Severity

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(found: Iterable[Diagnostic]) -> str:
    """A line for each of `found`."""
    return "\n".join(map(_one, found))


def _one(found: Diagnostic) -> str:
    span = found.span
    properties = {"file": span.source} if span.source else {}
    if span.line:
        column = max(span.column, 1)
        properties |= {"line": str(span.line), "col": str(column), "endColumn": str(column + max(span.length, 1) - 1)}
    properties["title"] = found.kind.slug
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    text = f"{found.message}\n{found.help}" if found.help else found.message
    return f"::{_COMMANDS[found.severity]} {listed}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
