"""Diagnostics as SARIF 2.1.0, which code scanning services read."""

import json
from collections.abc import Sequence
from typing import Any, TypeAlias

from aelang.diagnostics import Diagnostic, Severity
from aelang.source import Span

Json: TypeAlias = Any  # what `json` writes; its own type cannot be said without a cycle

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def render(found: Sequence[Diagnostic], version: str) -> str:
    """One run of aelang `version` with `found` as its results; each kind among them is a rule."""
    slugs = sorted({each.kind.slug for each in found})
    severities = {each.kind.slug: each.severity for each in found}
    rules = [{"id": slug, "defaultConfiguration": {"level": _LEVELS[severities[slug]]}} for slug in slugs]
    run = {
        "tool": {"driver": {"name": "aelang", "semanticVersion": version, "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(each, slugs) for each in found],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2)


def _result(found: Diagnostic, slugs: Sequence[str]) -> Json:
    text = f"{found.message}\n{found.help}" if found.help else found.message
    result: Json = {
        "ruleId": found.kind.slug,
        "ruleIndex": slugs.index(found.kind.slug),
        "level": _LEVELS[found.severity],
        "message": {"text": text},
    }
    if found.span.source:
        result["locations"] = [{"physicalLocation": _place(found.span)}]
    related = [(at, label) for at, label in enumerate(found.labels) if label.span.source]
    if related:
        result["relatedLocations"] = [
            {"id": at, "physicalLocation": _place(label.span), "message": {"text": label.text}} for at, label in related
        ]
    return result


def _place(span: Span) -> Json:
    place: Json = {"artifactLocation": {"uri": _uri(span.source)}}
    if span.line:
        column = max(span.column, 1)
        place["region"] = {
            "startLine": span.line,
            "startColumn": column,
            "endColumn": column + max(span.length, 1),
        }
    return place


def _uri(source: str) -> str:
    from urllib.parse import quote

    text = quote(source.encode("utf-8", "surrogateescape"))
    return f"file://{text}" if source.startswith("/") else text
