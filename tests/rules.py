"""The kinds that the rules report, by slug, and what they report of a compilation."""

import sys
from pathlib import Path

import aelang
from aelang.checking import code as code_check
from aelang.diagnostics import Diagnostic, DiagnosticKind
from aelang.project import Compilation
from aelang.rules import OF_A_CLASS, OF_ALL, allowed
from aelang.rules.words import OF_A_WORD

_MODULES = (*(sys.modules[rule.__module__] for rule in (*OF_A_WORD, *OF_A_CLASS, *OF_ALL)), allowed, code_check)
RULE_SLUGS = frozenset(
    value.slug for module in _MODULES for value in vars(module).values() if isinstance(value, DiagnosticKind)
)
SLUGS = frozenset(page.stem for page in (Path(aelang.__file__).parent / "diagnostics" / "pages").glob("*.md"))


def findings(compilation: Compilation) -> list[Diagnostic]:
    """All that is wrong, across files too, without what comments allow."""
    found = [*compilation.diagnostics, *compilation.remarks, *code_check.check_code(compilation)[0]]
    return allowed.apply(found, compilation.allowances, (), SLUGS)
