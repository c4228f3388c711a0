"""The kinds that the rules report, by slug, and what they report of a compilation."""

import sys
from pathlib import Path

import aelang
from aelang.diagnostics import Diagnostic, DiagnosticKind
from aelang.project import Compilation
from aelang.rules import RULES, allowed

_MODULES = (*(sys.modules[rule.__module__] for rule in RULES), allowed)
RULE_SLUGS = frozenset(
    value.slug for module in _MODULES for value in vars(module).values() if isinstance(value, DiagnosticKind)
)
SLUGS = frozenset(page.stem for page in (Path(aelang.__file__).parent / "diagnostics" / "pages").glob("*.md"))


def findings(compilation: Compilation) -> list[Diagnostic]:
    """All that is wrong, across files too, without what comments allow."""
    found = [*compilation.diagnostics, *compilation.remarks]
    return allowed.apply(found, compilation.allowances, (), SLUGS)
