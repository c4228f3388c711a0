"""Kinship: the order in which classes are compiled, and which of them a change reaches by way of what they inherit."""

from collections.abc import Iterable, Mapping, Sequence

from aelang import ir, model
from aelang.building.units import Unit
from aelang.compiler.inherit import parent_entry
from aelang.compiler.library import Library
from aelang.names import fold


def parents_of(units: Mapping[str, Unit], at: Mapping[str, str], index: ir.Index) -> dict[str, str]:
    """By key, the keys of the units that others inherit from; `at` has all keys by folded full path.

    Those that inherit from each other in a circle have no parent, for they stand alone.
    """
    parents: dict[str, str] = {}
    for key in at.values():
        unit = units[key]
        if unit.inherits:
            shell = model.Class(unit.domain, unit.path, {}, (), (), (), unit.source)
            entry = parent_entry(shell, unit.inherits, Library(index))
            if entry is not None:
                parents[key] = at[fold(entry.path)]
    for key in _in_circles(parents):
        del parents[key]
    return parents


def _in_circles(parents: Mapping[str, str]) -> set[str]:
    found: set[str] = set()
    done: set[str] = set()
    for start in parents:
        way: dict[str, int] = {}
        at = start
        while at in parents and at not in done and at not in way:
            way[at] = len(way)
            at = parents[at]
        if at in way:
            found.update(list(way)[way[at] :])
        done.update(way)
    return found


def reached(changed: Iterable[str], units: Mapping[str, Unit], at: Mapping[str, str]) -> set[str]:
    """The keys of `changed`, and of the units that have read one of them, or one that is reached so."""
    heirs: dict[str, list[str]] = {}
    for path, key in at.items():
        for read in units[key].reads:
            heirs.setdefault(read, []).append(path)
    waiting = [fold(units[key].full_path) for key in changed]
    seen = set(waiting)
    while waiting:
        for path in heirs.get(waiting.pop(), ()):
            if path not in seen:
                seen.add(path)
                waiting.append(path)
    return {at[path] for path in seen}


def parents_first(keys: Sequence[str], parents: Mapping[str, str]) -> list[str]:
    """`keys` in an order in which each comes behind its parent and as near to it as can be, since what was worked out
    of the parent is remembered only for a while: of several heirs that with the fewest of its own comes first."""
    wanted = set(keys)
    heirs: dict[str, list[str]] = {}
    for key in keys:
        if (parent := parents.get(key)) in wanted:
            heirs.setdefault(parent or "", []).append(key)
    if not heirs:
        return list(keys)
    oldest = [key for key in keys if parents.get(key) not in wanted]
    weights = _weights(oldest, heirs)
    ordered: list[str] = []
    waiting = oldest[::-1]
    while waiting:
        key = waiting.pop()
        ordered.append(key)
        waiting += sorted(heirs.get(key, ()), key=lambda each: weights[each], reverse=True)
    return ordered


def _weights(oldest: Sequence[str], heirs: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """How many inherit from each, itself among them."""
    down = list(oldest)
    for key in down:
        down += heirs.get(key, ())
    weights: dict[str, int] = {}
    for key in reversed(down):
        weights[key] = 1 + sum(weights[each] for each in heirs.get(key, ()))
    return weights
