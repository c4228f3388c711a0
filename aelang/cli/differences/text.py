"""Differences for people: grade, place, rule, and a line for each change."""

from collections.abc import Iterator, Sequence

from aelang.analysis.differences import Group, Same
from aelang.cli.console import paint, printable
from aelang.cli.differences.shown import about, place, summary, title, turn, within

_COLORS = {"breaking": "red", "risky": "yellow", "safe": "green"}


def render_text(groups: Sequence[Group], limit: int, *, colored: bool) -> str:
    """`groups`, the gravest first, at most `limit` changes of them."""
    kept, left_out = within(groups, limit)
    lines = [line for group in kept for line in _group(group, colored)]
    if left_out:
        lines += [f"... and {left_out} more; `--limit 0` shows all", ""]
    return "\n".join([*lines, summary(groups)])


def _group(group: Group, colored: bool) -> Iterator[str]:
    grade = f"{group.kind.grade}[{group.kind.slug}]"
    head = paint(grade, _COLORS[group.kind.grade], bold=True) if colored else grade
    yield f"{head}: {printable(place(group.places))}"
    yield f"  {group.kind.why}"
    for change in group.changes:
        yield from (printable(line) for line in _change(change, group))
    yield ""


def _change(change: Same, group: Group) -> Iterator[str]:
    yield f"    {_title(change, group)}{_turn(change)}"
    yield from (f"      {words}{names}" for words, names in about(change, group.places))


def _title(change: Same, group: Group) -> str:
    before, name, after = title(change, group.places)
    return f"{before}`{name}`{after}" if name and not before.endswith(": ") else before + name + after


def _turn(change: Same) -> str:
    before, after = turn(change)
    if before is None:
        return "" if after is None else f": {after}"
    return f": {before} -> {'nothing' if after is None else after}"
