"""Groups: changes put together by their kind and by where they are, the same ones counted instead of repeated."""

from collections.abc import Iterable
from typing import NamedTuple

from aelang.analysis.differences.kinds import RANK, ChangeKind
from aelang.names import fold


class Change(NamedTuple):
    """One thing that is different: what it is, in the class (namespace, domain) `where`, before and after.

    `instances` are those that it is about (`what` is `instance` where it is about all of one), none where it is about
    the class; `takers` are instances that take over
    what is said of the class. `users` are fields that lead there. Texts are for people, without secrets.
    """

    kind: ChangeKind
    where: str
    what: str
    before: str | None = None
    after: str | None = None
    instances: tuple[str, ...] = ()
    takers: tuple[str, ...] = ()
    users: tuple[str, ...] = ()


class Same(NamedTuple):
    """Equal changes in one group: each of `instances` has it (`Domain/Ns/Class/instance`), or the classes themselves,
    whose `takers` take it over."""

    what: str
    before: str | None
    after: str | None
    instances: tuple[str, ...]
    takers: tuple[str, ...]
    users: tuple[str, ...]


class Group(NamedTuple):
    """Changes of one kind in the same classes, or other places."""

    kind: ChangeKind
    places: tuple[str, ...]
    changes: tuple[Same, ...]


def group_changes(changes: Iterable[Change]) -> list[Group]:
    """`changes` in groups, the gravest first; equal ones are one, with all the places and instances they are in."""
    folded: dict[tuple[ChangeKind, str, str | None, str | None, bool], list[Change]] = {}
    for each in changes:
        key = (each.kind, each.what, each.before, each.after, bool(each.instances))
        folded.setdefault(key, []).append(each)
    grouped: dict[tuple[ChangeKind, tuple[str, ...]], list[Same]] = {}
    for (kind, *_), same in folded.items():
        places = tuple(dict.fromkeys(each.where for each in same))
        grouped.setdefault((kind, places), []).append(_same(same))
    groups = [Group(kind, places, tuple(found)) for (kind, places), found in grouped.items()]
    return sorted(groups, key=lambda each: (RANK[each.kind], fold(each.places[0]), each.places))


def _same(changes: list[Change]) -> Same:
    first = changes[0]
    return Same(
        first.what,
        first.before,
        first.after,
        tuple(f"{each.where}/{name}" for each in changes for name in each.instances),
        tuple(f"{each.where}/{name}" for each in changes for name in each.takers),
        tuple(dict.fromkeys(user for each in changes for user in each.users)),
    )
