"""Classes: what two states of one class do differently: its fields, their order, its instances, its methods.

A field of the new state is the same as one of the old state if it has its name; or, where the old name is gone, if it
is of the same kind, says the same and stands behind the same field: then it was renamed. An instance's field is what it
says itself, else what the class says; a change of the class is told once, with the instances that take it over.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from aelang import ir
from aelang.analysis.differences import kinds
from aelang.analysis.differences.fields import About, Facet, facets, is_equal, kind_word, main_text
from aelang.analysis.differences.groups import Change
from aelang.analysis.differences.kinds import ChangeKind
from aelang.analysis.differences.methods import method_changes
from aelang.names import fold


class Both(NamedTuple):
    """A class before and after; `moved` are the folded targets of which it is told elsewhere that others answer."""

    old: ir.Class
    new: ir.Class
    moved: "frozenset[str] | set[str]" = frozenset()


def class_changes(both: Both) -> Iterator[Change]:
    """In what the class is different. Of instances and methods only those that there were and still are."""
    old, new = both.old, both.new
    where = new.path
    if old.path != new.path:
        yield Change(kinds.SPELLING_CHANGED, where, "class", old.path, new.path)
    if old.fault != new.fault:
        yield _fault(kinds.CLASS_FAULTY, where, "class", old.fault, new.fault)
    if old.ancestors != new.ancestors:
        was, now = (", ".join(each) or None for each in (old.ancestors, new.ancestors))
        yield Change(kinds.PARENT_CHANGED, where, "parents", was, now)
    pairs = _paired(old.fields, new.fields)
    yield from _schema(both, pairs)
    yield from _contents(both, pairs)
    for key, instance in new.instances.items():
        if key in old.instances:
            yield from _instance(old.instances[key], instance, where)
    for key, method in new.methods.items():
        if key in old.methods:
            yield from method_changes(old.methods[key], method, where)


def _fault(
    kind: ChangeKind,
    where: str,
    what: str,
    old: ir.Faulty | None,
    new: ir.Faulty | None,
    instances: tuple[str, ...] = (),
) -> Change:
    was, now = (None if each is None else each.message for each in (old, new))
    return Change(kind if new is not None else kinds.PARENT_CHANGED, where, what, was, now, instances)


def _instance(old: ir.Instance, new: ir.Instance, where: str) -> Iterator[Change]:
    if old.name != new.name:
        yield Change(kinds.SPELLING_CHANGED, where, "instance", old.name, new.name, (new.name,))
    if old.fault != new.fault:
        yield _fault(kinds.INSTANCE_FAULTY, where, "instance", old.fault, new.fault, (new.name,))


def approves(klass: ir.Class) -> bool:
    """Whether `klass` decides if somebody has to approve something: by its name, or by an `approval_type`."""
    return "approv" in fold(klass.name) or any(fold(field.name) == "approval_type" for field in klass.fields)


# -- the schema ----------------------------------------------------------------------------------------------------


def _paired(old: Sequence[ir.Field], new: Sequence[ir.Field]) -> dict[int, int]:
    """Which position in `new` is that of which in `old`, in the order of `new`."""
    at = {fold(field.name): number for number, field in enumerate(old)}
    pairs = {number: at[name] for number, field in enumerate(new) if (name := fold(field.name)) in at}
    gone = set(range(len(old))) - set(pairs.values())
    for number, field in enumerate(new):
        behind = -1 if number == 0 else pairs.get(number - 1)
        if number in pairs or behind is None or behind + 1 not in gone:
            continue
        before = old[behind + 1]
        if is_equal(before._replace(name=field.name), field):
            pairs[number] = behind + 1
            gone.discard(behind + 1)
    return dict(sorted(pairs.items()))


def _schema(both: Both, pairs: Mapping[int, int]) -> Iterator[Change]:
    """Fields that are lost, new, renamed, or elsewhere in the order."""
    old, new, where = both.old.fields, both.new.fields, both.new.path
    kept = set(pairs.values())
    for number, field in enumerate(old):
        if number not in kept:
            yield Change(_lost(field, both), where, _what(field), main_text(field))
    for number, field in enumerate(new):
        if number not in pairs:
            yield Change(_added(field, number, both.new), where, _what(field), None, main_text(field))
        elif fold(old[pairs[number]].name) != fold(field.name):
            kind = kinds.STATE_RENAMED if isinstance(field, ir.StateField) else kinds.FIELD_RENAMED
            yield Change(kind, where, kind_word(field), old[pairs[number]].name, field.name)
    for number in _moved(pairs):
        field = new[number]
        kind = kinds.STATE_MOVED if isinstance(field, ir.StateField) else kinds.FIELD_MOVED
        yield Change(kind, where, _what(field), _behind(old, pairs[number]), _behind(new, number))


def _what(field: ir.Field) -> str:
    return f"{kind_word(field)} `{field.name}`"


def _behind(fields: Sequence[ir.Field], number: int) -> str:
    return f"behind `{fields[number - 1].name}`" if number else "first"


def _lost(field: ir.Field, both: Both) -> ChangeKind:
    if not isinstance(field, ir.StateField):
        return kinds.FIELD_LOST
    return kinds.APPROVAL_WEAKENED if approves(both.old) else kinds.STATE_LOST


def _added(field: ir.Field, number: int, klass: ir.Class) -> ChangeKind:
    if isinstance(field, ir.StateField):
        return kinds.STATE_NEW
    said = (field, *(each.fields[number] for each in klass.instances.values() if number in each.fields))
    acts = not isinstance(field, ir.AttributeField) and any(main_text(each) for each in said)
    return kinds.FIELD_ACTS if acts else kinds.FIELD_NEW


def _moved(pairs: Mapping[int, int]) -> list[int]:
    """The fewest keys of `pairs` without which the values rise: patience sorting finds the most that do."""
    tops: list[int] = []
    on_top: list[int] = []
    behind: dict[int, int | None] = {}
    for number, position in pairs.items():
        pile = bisect_left(tops, position)
        behind[number] = on_top[pile - 1] if pile else None
        tops[pile : pile + 1] = [position]
        on_top[pile : pile + 1] = [number]
    rising: set[int] = set()
    last = on_top[-1] if on_top else None
    while last is not None:
        rising.add(last)
        last = behind[last]
    return [number for number in pairs if number not in rising]


# -- what fields say -----------------------------------------------------------------------------------------------


class _Key(NamedTuple):
    """A facet of a field that is the same for all who have it."""

    what: str
    facet: Facet


def _contents(both: Both, pairs: Mapping[int, int]) -> Iterator[Change]:
    """What the class says of its fields, with those that take it over, and what instances say."""
    old, new, where = both.old, both.new, both.new.path
    about = About(approves(old) or approves(new), both.moved)
    common = [(old.instances[key], instance) for key, instance in new.instances.items() if key in old.instances]
    for number, place in pairs.items():
        of_class = _compared(old.fields[place], new.fields[number], about)
        takers: dict[_Key, list[str]] = {each: [] for each in of_class}
        own: dict[_Key, list[str]] = {}
        for was, now in common:
            if place not in was.fields and number not in now.fields:
                found = of_class
            else:
                found = _compared(
                    was.fields.get(place, old.fields[place]), now.fields.get(number, new.fields[number]), about
                )
            for key in found:
                (takers[key] if key in takers else own.setdefault(key, [])).append(now.name)
        is_used = not common or any(takers.values())
        for key, names in takers.items():
            kind = key.facet.kind if is_used or names or key.facet.kind.grade == "safe" else kinds.DEFAULT_UNUSED
            yield Change(kind, where, key.what, key.facet.before, key.facet.after, takers=tuple(names))
        for key, names in own.items():
            yield Change(key.facet.kind, where, key.what, key.facet.before, key.facet.after, tuple(names))


def _compared(old: ir.Field, new: ir.Field, about: About) -> list[_Key]:
    if is_equal(old, new):
        return []
    what = _what(new)
    return [_Key(f"{what} {each.aspect}".rstrip(), each) for each in facets(old, new, about)]
