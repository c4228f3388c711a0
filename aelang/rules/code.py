"""Code: an inline method has it, and no code lies about that nothing calls."""

from collections.abc import Iterator

from aelang.diagnostics import Diagnostic, DiagnosticKind, Label, Severity
from aelang.names import fold
from aelang.rules.compiled import Compiled
from aelang.source import Span

MISSING_CODE = DiagnosticKind("missing-code", Severity.ERROR, "the inline method `{method}` has no code")
CODE_WITHOUT_DECLARATION = DiagnosticKind(
    "code-without-declaration", Severity.WARNING, "this code is never run: {reason}"
)


def check(compiled: Compiled) -> Iterator[Diagnostic]:
    """Methods without code, code without methods: missing-code, code-without-declaration."""
    declared: dict[str, tuple[str, Span]] = {}
    for outline in compiled.outlines():
        for method in outline.methods:
            span = outline.span(method.place)
            location = fold(method.location)
            declared[span.source.removesuffix(".yaml")] = (location, span)
            if location == "inline" and not method.has_code:
                advice = (
                    f"write it into `{span.source.rpartition('/')[2].removesuffix('.yaml')}.rb` (or `.py`) beside it"
                )
                yield MISSING_CODE.at(span, advice, method=method.name)
    for path in compiled.code_files:
        yield from _lonely(path, declared)


def _lonely(path: str, declared: dict[str, tuple[str, Span]]) -> Iterator[Diagnostic]:
    stem = path.rpartition(".")[0]
    found = declared.get(stem)
    if found is None:
        name = stem.rpartition("/")[2]
        advice = f"declare the method in `{name}.yaml`, or take the file away"
        yield CODE_WITHOUT_DECLARATION.at(Span(path), advice, reason=f"there is no `{name}.yaml` beside it")
    elif found[0] != "inline":
        advice = "make it an inline method, or take the file away"
        labels = (Label(found[1], "the method is declared here"),)
        yield CODE_WITHOUT_DECLARATION.at(Span(path), advice, labels, reason=f"the method is of location {found[0]}")
