"""Embedded methods: what a method embeds is there, and in the case in which it is written."""

from collections.abc import Iterator

from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity, nearest
from aelang.names import fold
from aelang.rules.compiled import Compiled, nearest_path, removed_help
from aelang.rules.outline import Outline

UNKNOWN_EMBEDDED_METHOD = DiagnosticKind(
    "unknown-embedded-method", Severity.WARNING, "there is no method `{path}` to embed in `{method}`"
)


def check(outline: Outline, compiled: Compiled) -> Iterator[Diagnostic]:
    """Embedded methods that are nowhere: unknown-embedded-method."""
    for method in outline.methods:
        for path, place in method.embedded:
            advice = _advice(path, compiled)
            if advice is not None:
                right = _in_right_case(path, compiled)
                yield UNKNOWN_EMBEDDED_METHOD.at(
                    outline.span(place), advice, replacement=right, path=path, method=method.name
                )


def _advice(path: str, compiled: Compiled) -> str | None:
    """What would put it right; None where the method is there (ENGINE-FACTS 7.5: only its name's case counts)."""
    klass, _, name = path.strip().strip("/").rpartition("/")
    index = compiled.index
    home = index.method_home(klass, name) or index.class_at(klass)
    removed = "" if home is not None and fold(name) in home.methods else removed_help(klass, f"{klass}.{name}")
    if removed:
        return removed
    if home is None:
        near = nearest_path(klass, compiled)
        if near and fold(near) == fold(klass):
            return f"declare `{name}` in that class"
        return f"did you mean `/{near}/{name}`?" if near else "write `/Ns/Class/method`"
    found = home.methods.get(fold(name))
    if found == name:
        return None
    if found is not None:
        return f"write `/{klass}/{found}`: the case of the method counts"
    near = nearest(name, home.methods.values())
    return f"did you mean `/{klass}/{near}`?" if near else f"declare `{name}` in that class"


def _in_right_case(path: str, compiled: Compiled) -> str:
    """`path` with its method in the case in which that is declared; empty where it is not."""
    above, slash, name = path.rpartition("/")
    klass = above.strip().strip("/")
    home = compiled.index.method_home(klass, name) or compiled.index.class_at(klass)
    found = None if home is None else home.methods.get(fold(name))
    return "" if found is None else above + slash + found
