"""Checking: all that is to be told about a compilation.

What building and the rules found, less what someone allowed. What is known already is taken off by `baseline` and
`changed`, which see only what is left here.
"""

import os
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from aelang.diagnostics import Diagnostic
    from aelang.loader.allowances import Allowance
    from aelang.project import Compilation
    from aelang.rules.allowed import Rule


class Checked(NamedTuple):
    """What is wrong, in the order of places, and sentences about what could not be looked at."""

    found: "list[Diagnostic]"
    notes: tuple[str, ...] = ()


class Unusable(Exception):
    """What the check was to be compared with cannot be had; the text is for people."""


def check(compiled: "Compilation", *, without_code: bool = False) -> Checked:
    """All that is wrong with `compiled` and that nobody allowed. `without_code`: the code of methods is elsewhere."""
    found, notes = look(compiled, without_code=without_code)
    rules = rules_of(compiled.settings.folder or ".")
    unseen = _OF_CODE if notes else ()
    told = not_allowed(found, compiled.allowances, rules, without_code=without_code, unseen=unseen)
    return Checked(in_order(told), notes)


def look(compiled: "Compilation", *, without_code: bool) -> Checked:
    """All that is wrong with `compiled`, allowed or not."""
    found = [*compiled.diagnostics, *compiled.remarks]
    if without_code:
        return Checked(found)
    from aelang.checking.code import check_code

    about_code, notes = check_code(compiled)
    return Checked([*found, *about_code], notes)


def not_allowed(
    found: "list[Diagnostic]",
    comments: "Sequence[tuple[str, Allowance]]",
    rules: "Sequence[Rule]",
    *,
    without_code: bool,
    unseen: "Collection[str]" = (),
) -> "list[Diagnostic]":
    """What of `found` neither the comments of the datastore nor the rules of aelang.toml allow.

    Of the kinds that are `unseen`, not all were looked for: what allows one of them may be needed.
    """
    if comments or rules:
        from aelang.diagnostics.kinds import slugs
        from aelang.rules.allowed import apply

        found = apply(found, comments, rules, slugs(), _OF_CODE if without_code else unseen)
    return [each for each in found if each.kind.slug not in _ABOUT_CODE] if without_code else found


def in_order(found: "Iterable[Diagnostic]") -> "list[Diagnostic]":
    """`found` in the order of places."""
    return sorted(found, key=lambda each: (each.span, each.kind.slug, each.message))


def is_fixable(found: "Diagnostic") -> bool:
    """Whether there is a fix for `found`, from what it says alone: `fixing` may still leave its file as it is."""
    has_fix = bool(found.replacement) or found.kind.slug == ORDER_OF_FIELDS
    return has_fix and found.span.source.endswith((".yaml", ".ael"))


ORDER_OF_FIELDS = "duplicate-priority"
"""What is put right without a replacement: by numbering the fields of a class anew."""

_ABOUT_CODE = frozenset(("missing-code",))
_OF_CODE = frozenset(("invalid-code", "unchecked-code"))


def rules_of(start: str) -> "list[Rule]":
    """The allowances in the aelang.toml of the folder `start` or above it."""
    from aelang.config import find_config, read_table

    path = find_config(start)
    return [] if path is None else rules_in(read_table(start, "rules"), path)


def rules_in(table: "Mapping[str, object]", path: str) -> "list[Rule]":
    """The allowances in the table `rules` of the aelang.toml at `path`."""
    said = table.get("allow", ())
    if not said or not isinstance(said, list):
        return []
    from aelang.config import FILE_NAME
    from aelang.rules.allowed import Rule
    from aelang.source import Span

    span = Span(FILE_NAME if os.path.relpath(path) == FILE_NAME else path)
    entries = [{key: str(text) for key, text in each.items()} for each in said if isinstance(each, dict)]
    return [Rule(each.get("kind", ""), each.get("path", ""), each.get("reason", ""), span) for each in entries]
