"""Embedded methods: what a method embeds is there, and in the case in which it is written."""

from collections.abc import Iterator

from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity, nearest
from aelang.names import fold
from aelang.rules.compiled import Compiled, nearest_path

UNKNOWN_EMBEDDED_METHOD = DiagnosticKind(
    "unknown-embedded-method", Severity.WARNING, "there is no method `{path}` to embed in `{method}`"
)


def check(compiled: Compiled) -> Iterator[Diagnostic]:
    """Embedded methods that are nowhere: unknown-embedded-method."""
    for outline in compiled.outlines():
        for method in outline.methods:
            for path, place in method.embedded:
                advice = _advice(path, compiled)
                if advice is not None:
                    yield UNKNOWN_EMBEDDED_METHOD.at(outline.span(place), advice, path=path, method=method.name)


def _advice(path: str, compiled: Compiled) -> str | None:
    """What would put it right; None where the method is there (ENGINE-FACTS 7.5: only its name's case counts)."""
    klass, _, name = path.strip().strip("/").rpartition("/")
    index = compiled.index
    home = index.method_home(klass, name) or index.class_at(klass)
    if home is None:
        near = nearest_path(klass, compiled)
        return f"did you mean `/{near}/{name}`?" if near else "write `/Ns/Class/method`"
    found = home.methods.get(fold(name))
    if found == name:
        return None
    if found is not None:
        return f"write `/{klass}/{found}`: the case of the method counts"
    near = nearest(name, home.methods.values())
    return f"did you mean `/{klass}/{near}`?" if near else f"declare `{name}` in that class"
