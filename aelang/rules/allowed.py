"""Allowed: findings that someone has allowed, with a reason, are not told; allowances that nothing needs are.

Allowances stand beside the line, as comments, or in aelang.toml:

    [[rules.allow]]
    kind = "unknown-instance"
    path = "Demo/Shop/**"         # left out: everywhere
    reason = "made by the next release"
"""

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity, did_you_mean
from aelang.loader.allowances import Allowance
from aelang.source import Span

UNUSED_ALLOWANCE = DiagnosticKind(
    "unused-allowance", Severity.WARNING, "nothing here is of the kind `{kind}`, which this allows"
)
INVALID_ALLOWANCE = DiagnosticKind("invalid-allowance", Severity.WARNING, "this allows nothing: {fault}")


class Rule(NamedTuple):
    """An allowance of aelang.toml: `path` is a pattern of sources, empty for all; `span` the file."""

    kind: str
    path: str
    reason: str
    span: Span


def apply(
    found: Sequence[Diagnostic],
    comments: Sequence[tuple[str, Allowance]],
    rules: Sequence[Rule],
    kinds: Collection[str],
    unseen: Collection[str] = (),
) -> list[Diagnostic]:
    """What is left of `found`, with unused-allowance and invalid-allowance; `kinds` are the slugs that there are, and
    `unseen` those that were not looked for everywhere, so that none of their allowances is told to be unused."""
    held: dict[tuple[str, int, str], Span] = {}
    told: list[Diagnostic] = []
    for source, each in dict.fromkeys(comments):  # a file of code may be that of several classes
        span = Span(source, each.line, each.column, 1)
        fault = _fault(each.kind, each.reason, kinds)
        if fault is None:
            held[source, each.holds_for, each.kind] = span
        else:
            told.append(INVALID_ALLOWANCE.at(span, fault[1], fault=fault[0]))
    patterns: list[tuple[Rule, re.Pattern[str]]] = []
    for rule in rules:
        fault = _fault(rule.kind, rule.reason, kinds)
        if fault is None:
            patterns.append((rule, _pattern(rule.path)))
        else:
            told.append(INVALID_ALLOWANCE.at(rule.span, fault[1], fault=fault[0]))
    used: set[object] = set()
    kept = [each for each in found if not _is_allowed(each, held, patterns, used)]
    unused = [(key[2], span) for key, span in held.items() if key not in used]
    unused += [(rule.kind, rule.span) for rule, _ in patterns if rule not in used]
    told += [UNUSED_ALLOWANCE.at(span, "take it away", kind=kind) for kind, span in unused if kind not in unseen]
    return [*kept, *told]


def _is_allowed(
    found: Diagnostic,
    held: dict[tuple[str, int, str], Span],
    patterns: Sequence[tuple[Rule, re.Pattern[str]]],
    used: set[object],
) -> bool:
    key = (found.span.source, found.span.line, found.kind.slug)
    if key in held:
        used.add(key)
        return True
    for rule, pattern in patterns:
        if rule.kind == found.kind.slug and pattern.fullmatch(found.span.source):
            used.add(rule)
            return True
    return False


def _fault(kind: str, reason: str, kinds: Collection[str]) -> tuple[str, str] | None:
    """What is wrong with an allowance, and what would put it right."""
    if not kind:
        return "it names no kind", "write `# aelang: allow KIND -- REASON`"
    if kind not in kinds:
        return f"there is no kind `{kind}`", did_you_mean(kind, kinds) or "`aelang kinds` lists them"
    if not reason.strip():
        return "it gives no reason", f"write `# aelang: allow {kind} -- REASON`"
    return None


def _pattern(path: str) -> re.Pattern[str]:
    """A pattern of paths: `*` stands for what is between two slashes, `**` for anything."""
    if not path:
        return re.compile(".*", re.DOTALL)
    parts = re.split(r"(\*\*|\*)", path)
    text = "".join({"**": ".*", "*": "[^/]*"}.get(part, re.escape(part)) for part in parts)
    return re.compile(rf"(?:.*/)?{text}(?:/.*)?", re.DOTALL)
