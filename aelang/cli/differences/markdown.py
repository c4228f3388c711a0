"""Differences for a pull request: Markdown that fits into one comment; nothing of a datastore is markup in it."""

from collections.abc import Sequence

from aelang.analysis.differences import GRADES, Group, Same
from aelang.cli.differences.shown import about, counts, place, summary, title, turn, within

MOST_CHARACTERS = 65_000
"""A comment on GitHub holds 65,536, and each sign outside the basic plane counts twice there."""


def render_markdown(groups: Sequence[Group], limit: int) -> str:
    """`groups`, at most `limit` changes of them, and as many as fit."""
    if not groups:
        return "### What changes\n\nNothing is done otherwise."
    while True:
        kept, left_out = within(groups, limit)
        text = _page(groups, kept, left_out)
        if _length(text) <= MOST_CHARACTERS:
            return text
        limit = sum(len(each.changes) for each in kept) * 3 // 4


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _page(groups: Sequence[Group], kept: Sequence[Group], left_out: int) -> str:
    parts = [f"### What changes\n\n{summary(groups)}."]
    for grade in GRADES:
        of_grade = [each for each in kept if each.kind.grade == grade]
        if of_grade:
            opened = " open" if grade == "breaking" else ""
            head = f"<details{opened}><summary><b>{grade}</b>: {counts(groups)[grade]}</summary>"
            parts.append("\n\n".join((head, *map(_group, of_grade), "</details>")))
    if left_out:
        parts.append(f"{left_out} more {'is' if left_out == 1 else 'are'} left out: `aelang diff --limit 0` shows all.")
    return "\n\n".join(parts)


def _group(group: Group) -> str:
    lines = [f"**{group.kind.slug}** in {_code(place(group.places))}: {group.kind.why}", ""]
    return "\n".join([*lines, *(f"- {_change(each, group)}" for each in group.changes)])


def _change(change: Same, group: Group) -> str:
    before, after = turn(change)
    words, name, more = title(change, group.places)
    what = f"{words}{_code(name)}{more}" if name else words
    shown = "" if before is None and after is None else f": {_turn(before, after)}"
    return "; ".join((what + shown, *(words + _code(names) for words, names in about(change, group.places))))


def _turn(before: str | None, after: str | None) -> str:
    if before is None:
        return _code(after or "")
    return f"{_code(before)} → {'nothing' if after is None else _code(after)}"


def _code(text: str) -> str:
    """`text` as code, whatever signs it has: fenced with more backticks than it holds in a row."""
    text = " ".join(text.split())
    longest = max((len(run) for run in _runs(text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if text[:1] == "`" or text[-1:] == "`" or not text else ""
    return f"{fence}{pad}{text}{pad}{fence}" if text else "(blank)"


def _runs(text: str) -> list[str]:
    return "".join(each if each == "`" else " " for each in text).split()
