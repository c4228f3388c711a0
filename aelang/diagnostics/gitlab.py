"""Diagnostics as a code quality report of GitLab."""

import json
import os
from collections import Counter
from collections.abc import Iterable

from aelang.diagnostics import Diagnostic, Severity

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "minor", Severity.INFO: "info"}


def render(found: Iterable[Diagnostic]) -> str:
    """A list with an entry for each of `found`; its fingerprint stays the same when only its line moves."""
    seen: Counter[str] = Counter()
    return json.dumps([_one(each, seen) for each in found], ensure_ascii=False, indent=2)


def fingerprint(found: Diagnostic, seen: Counter[str]) -> str:
    """A text that tells findings apart, without their lines; equal ones are numbered with the help of `seen`."""
    from hashlib import sha256

    text = "\0".join((found.kind.slug, found.span.source, found.message))
    seen[text] += 1
    return sha256(f"{text}\0{seen[text]}".encode("utf-8", "surrogateescape")).hexdigest()[:40]


def _one(found: Diagnostic, seen: Counter[str]) -> dict[str, object]:
    return {
        "description": f"{found.message}\n{found.help}" if found.help else found.message,
        "check_name": found.kind.slug,
        "fingerprint": fingerprint(found, seen),
        "severity": _SEVERITIES[found.severity],
        "location": {"path": _path(found.span.source), "lines": {"begin": max(found.span.line, 1)}},
    }


def _path(source: str) -> str:
    """`source` as GitLab wants it, without a `./` before it; a finding about no file is shown at the project."""
    return os.path.normpath(source) if source else "."
