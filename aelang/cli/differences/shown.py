"""What every form shows: how much of it, and texts in a line."""

from collections.abc import Sequence

from aelang.analysis.differences import GRADES, Group, Same
from aelang.diagnostics.text import counted
from aelang.interpreter.values import inspect

_WIDEST = 72
_NAMED = 3
_NAMED_FIRST = 12


def counts(groups: Sequence[Group]) -> dict[str, int]:
    """How many changes there are of each grade."""
    found = dict.fromkeys(GRADES, 0)
    for group in groups:
        found[group.kind.grade] += len(group.changes)
    return {str(grade): number for grade, number in found.items()}


def summary(groups: Sequence[Group]) -> str:
    """`6 changes: 1 breaking, 2 risky, 3 safe`."""
    found = counts(groups)
    parts = ", ".join(f"{number} {grade}" for grade, number in found.items() if number)
    return f"{counted(sum(found.values()), 'change')}: {parts}"


def within(groups: Sequence[Group], limit: int) -> tuple[list[Group], int]:
    """The first groups with at most `limit` changes, and how many are left out; 0 is no limit."""
    if not limit:
        return list(groups), 0
    kept: list[Group] = []
    left = limit
    for group in groups:
        if left > 0:
            kept.append(group._replace(changes=group.changes[:left]))
        left -= len(group.changes)
    return kept, max(0, -left)


def turn(change: Same) -> tuple[str | None, str | None]:
    """What was and what is, each in a line; of long texts the part in which they differ."""
    before, after = change.before, change.after
    skip = 0
    if before is not None and after is not None and max(len(before), len(after)) > _WIDEST:
        same = next((at for at, (was, now) in enumerate(zip(before, after, strict=False)) if was != now), 0)
        skip = max(0, same - _WIDEST // 3)
    return _line(before, skip), _line(after, skip)


def _line(text: str | None, skip: int) -> str | None:
    if text is None:
        return None
    cut = ("…" if skip else "") + text[skip : skip + _WIDEST] + ("…" if len(text) > skip + _WIDEST else "")
    return inspect(cut) if not cut or cut != cut.strip() or not cut.isprintable() else cut


def title(change: Same, places: Sequence[str]) -> tuple[str, str, str]:
    """What is different: words, the name in them, words."""
    if change.what == "instance":
        counted_names, names = _some(_short(change.instances, places), "instance", _NAMED_FIRST)
        return counted_names or "instance ", names, ""
    before, _, rest = change.what.partition("`")
    name, _, after = rest.rpartition("`")
    return before, name, after


def about(change: Same, places: Sequence[str]) -> list[tuple[str, str]]:
    """Whom the change is about, each as words and names: instances, those that take a default over, the fields that
    lead there."""
    instances = () if change.what == "instance" else change.instances
    found = (
        ("in", _some(_short(instances, places), "instance")),
        ("taken over by", _some(_short(change.takers, places), "instance")),
        ("led to by", _some(change.users, "field")),
    )
    return [(f"{words} {lead}", names) for words, (lead, names) in found if names]


def _short(paths: Sequence[str], places: Sequence[str]) -> list[str]:
    """`paths` without the place, where that is the same for all."""
    return [path.removeprefix(f"{places[0]}/") if len(places) == 1 else path for path in paths]


def place(places: Sequence[str]) -> str:
    """Where a group is, in a line."""
    return "".join(_some([f"/{each}" for each in places], "place"))


def _some(names: Sequence[str], noun: str, most: int = _NAMED) -> tuple[str, str]:
    """`2 instances: ` and `a, b`; of many the first, of one only the name."""
    shown = ", ".join(names[:most])
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return "" if len(names) == 1 else f"{len(names)} {noun}s: ", shown + more
