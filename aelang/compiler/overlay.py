"""Overlay: the names of all classes, instances and methods, under one domain order.

This pass comes first because it alone looks at the whole datastore, and all it keeps of it are names. The higher
domain wins for each instance and each method by itself (LANGUAGE 1), so nothing is merged here: the index holds every
layer, and whoever looks up an instance gets the class that answers for it.

Two folders that give the same class path give one entry; the first one counts, as on import (ENGINE-FACTS 9.1).
"""

from collections.abc import Iterable, Mapping
from typing import Protocol, TypeVar

from aelang import ir, model
from aelang.names import fold


def class_entry(klass: model.Class) -> ir.ClassEntry:
    """The names in `klass`."""
    return ir.ClassEntry(
        f"{klass.domain}/{klass.path}",
        {name: each.name for name, each in by_folded_name(klass.instances).items()},
        {name: each.name for name, each in by_folded_name(klass.methods).items()},
    )


class _Named(Protocol):
    @property
    def name(self) -> str: ...


_Part = TypeVar("_Part", bound=_Named)


def by_folded_name(parts: Iterable[_Part]) -> dict[str, _Part]:
    """`parts` by name; of two that differ only by case the first counts, and one without a name is left out."""
    found: dict[str, _Part] = {}
    for part in parts:
        if part.name:
            found.setdefault(fold(part.name), part)
    return found


Layers = Mapping[str, tuple[ir.ClassEntry, ...]]
"""By folded path, with a domain and without: the entries that answer under it, highest first."""


def layers_of(index: ir.Index) -> Layers:
    """Every path that a target may name, with the entries that answer there."""
    found: dict[str, tuple[ir.ClassEntry, ...]] = {}
    for entry in index:
        full = fold(entry.path)
        relative = full.partition("/")[2]
        for path in (full, relative):
            if path not in found:
                pinned = index.class_at(path)
                found[path] = (*index.layers(path), *(() if pinned is None else (pinned,)))
    return found


DOMAIN_ORDER, ALL_NAMES = "*", "**"
"""Stand among paths for the order of the domains, and for every name that there is (a hint may name any)."""


def changed_paths(before: ir.Index, after: ir.Index) -> frozenset[str]:
    """The folded paths under which `after` has other names, or the same in other domains, than `before`.

    DOMAIN_ORDER is among them where the order of the domains is another, ALL_NAMES where anything is.
    """
    if before.domains == after.domains and list(before) == list(after):
        return frozenset()
    old, new = layers_of(before), layers_of(after)
    changed = {path for path in old.keys() | new.keys() if old.get(path) != new.get(path)}
    changed.add(ALL_NAMES)
    if before.domains != after.domains:
        changed.add(DOMAIN_ORDER)
    return frozenset(changed)
