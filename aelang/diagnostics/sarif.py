"""Diagnostics as SARIF 2.1.0, which code scanning services read."""

import json
import os
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from aelang.diagnostics import Diagnostic, Label, Severity
from aelang.diagnostics.gitlab import fingerprint
from aelang.diagnostics.kinds import about, page, title
from aelang.source import Span

Json: TypeAlias = Any  # what `json` writes; its own type cannot be said without a cycle
ReadLine: TypeAlias = Callable[[str, int], "str | None"]
"""Gives a line of a source by its name and number, without its end; None where it cannot be read."""

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_FINGERPRINT = "aelangFinding/v1"


def render(found: Sequence[Diagnostic], version: str, read_line: ReadLine = lambda source, line: None) -> str:
    """One run of aelang `version` with `found` as its results; each kind among them is a rule.

    Columns count UTF-16 code units, which is what services count whatever else a log says; `read_line` gives the lines
    that this takes.
    """
    slugs = sorted({each.kind.slug for each in found})
    severities = {each.kind.slug: each.severity for each in found}
    seen: Counter[str] = Counter()
    run = {
        "tool": {
            "driver": {
                "name": "aelang",
                "semanticVersion": version,
                "rules": [_rule(slug, severities[slug]) for slug in slugs],
            }
        },
        "invocations": [{"executionSuccessful": True}],
        "columnKind": "utf16CodeUnits",
        "results": [_result(each, slugs, fingerprint(each, seen), read_line) for each in found],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2)


def _rule(slug: str, severity: Severity) -> Json:
    rule: Json = {"id": slug, "defaultConfiguration": {"level": _LEVELS[severity]}}
    try:
        text = page(slug)
    except OSError:
        return rule
    return rule | {
        "shortDescription": {"text": title(text)},
        "fullDescription": {"text": about(text)},
        "help": {"text": f"{about(text)}\n\n`aelang kinds {slug}` shows examples.", "markdown": text},
    }


def _result(found: Diagnostic, slugs: Sequence[str], print_: str, read_line: ReadLine) -> Json:
    text = f"{found.message}\n{found.help}" if found.help else found.message
    result: Json = {
        "ruleId": found.kind.slug,
        "ruleIndex": slugs.index(found.kind.slug),
        "level": _LEVELS[found.severity],
        "message": {"text": text},
        "partialFingerprints": {_FINGERPRINT: print_},
    }
    if found.span.source:
        result["locations"] = [{"physicalLocation": _place(found.span, read_line)}]
    related = [label for label in found.labels if label.span.source]
    if related:
        result["relatedLocations"] = [_related(at, label, read_line) for at, label in enumerate(related)]
    if found.replacement and found.span.line:
        result["fixes"] = [_fix(found, read_line)]
    return result


def _related(at: int, label: Label, read_line: ReadLine) -> Json:
    return {"id": at, "physicalLocation": _place(label.span, read_line), "message": {"text": label.text}}


def _fix(found: Diagnostic, read_line: ReadLine) -> Json:
    place = _place(found.span, read_line)
    change = {"deletedRegion": place["region"], "insertedContent": {"text": found.replacement}}
    return {
        "description": {"text": f"Write `{found.replacement}`"},
        "artifactChanges": [{"artifactLocation": place["artifactLocation"], "replacements": [change]}],
    }


def _place(span: Span, read_line: ReadLine) -> Json:
    place: Json = {"artifactLocation": {"uri": _uri(span.source)}}
    if span.line:
        column = max(span.column, 1)
        start, end = column, column + max(span.length, 1)
        line = read_line(span.source, span.line)
        if line is not None:  # a text that goes on in the next line is longer than what is left of this one
            end = max(start + 1, min(end, len(line) + 1))
            start, end = (_units(line, each) for each in (start, end))
        place["region"] = {"startLine": span.line, "startColumn": start, "endColumn": end}
    return place


def _units(line: str, column: int) -> int:
    """`column`, which counts characters, in UTF-16 code units: a character beyond the first 65,536 has two."""
    before = line[: column - 1]
    return column + sum(each > "\uffff" for each in before)


def _uri(source: str) -> str:
    from urllib.parse import quote

    text = quote(os.path.normpath(source).encode("utf-8", "surrogateescape"))
    return f"file://{text}" if source.startswith("/") else text
