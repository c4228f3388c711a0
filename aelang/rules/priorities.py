"""Priorities: two fields of a class do not share one, for then their order is anyone's guess."""

from collections.abc import Iterator

from aelang.diagnostics import Diagnostic, DiagnosticKind, Label, Severity
from aelang.rules.compiled import Compiled
from aelang.rules.outline import FieldOutline

DUPLICATE_PRIORITY = DiagnosticKind(
    "duplicate-priority", Severity.WARNING, "the fields `{first}` and `{name}` share the priority {priority}"
)


def check(compiled: Compiled) -> Iterator[Diagnostic]:
    """Fields of one class with the same priority: duplicate-priority."""
    for outline in compiled.outlines():
        seen: dict[int, FieldOutline] = {}
        for field in outline.fields:
            if field.priority is None or field.inherited:
                continue
            first = seen.setdefault(field.priority, field)
            if first is not field:
                yield DUPLICATE_PRIORITY.at(
                    outline.span(field.place),
                    "give each a priority of its own, in the order in which they are to run",
                    (Label(outline.span(first.place), "the other one"),),
                    first=first.name,
                    name=field.name,
                    priority=field.priority,
                )
