"""Passwords: none is in the format that ManageIQ gave up, for nothing can read it any more."""

from collections.abc import Iterator

from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity
from aelang.rules.compiled import Compiled

V1_PASSWORD = DiagnosticKind(
    "v1-password", Severity.WARNING, "this password is in the old format `v1:{{...}}`, which cannot be decrypted"
)


def check(compiled: Compiled) -> Iterator[Diagnostic]:
    """Passwords in the old format: v1-password."""
    for outline in compiled.outlines():
        for place in outline.secrets:
            yield V1_PASSWORD.at(outline.span(place), "set the password anew: it is then written as `v2:{...}`")
