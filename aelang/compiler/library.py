"""The library: where a class that is compiled looks up others, which keeps what it asked for."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from aelang import ir, model
from aelang.compiler.overlay import DOMAIN_ORDER, by_folded_name
from aelang.compiler.remembered import Remembered
from aelang.names import fold

if TYPE_CHECKING:
    from aelang.compiler.inherit import Effective
    from aelang.compiler.inherit_values import Values

ReadClass: TypeAlias = Callable[[str], model.Class | None]
"""Gives the class with the full path `Domain/Ns/Class`, None where it cannot be had."""


def no_class(path: str) -> model.Class | None:
    """A `ReadClass` without classes, for what inherits nothing."""
    return None


class Known:
    """What `classes` came to by their folded full paths, and the `values` of instances that inherit."""

    __slots__ = ("_last", "classes", "values")

    def __init__(self) -> None:
        self.classes: Remembered[Effective] = Remembered()
        self.values: Remembered[Values] = Remembered()
        self._last: tuple[model.Class | None, dict[str, model.Instance]] = (None, {})

    def instances_of(self, klass: model.Class) -> dict[str, model.Instance]:
        """The instances of `klass` by their folded names."""
        if self._last[0] is not klass:
            self._last = (klass, by_folded_name(klass.instances))
        return self._last[1]


class Library:
    """Where other classes are looked up. It keeps what was asked for: `needs` are folded paths whose names were, and
    `reads` folded full paths whose content was, the parent's for one; what the parent asked for is not among them.

    `known` may be shared.
    """

    __slots__ = ("_read", "index", "known", "needs", "reads")

    def __init__(self, index: ir.Index, read: ReadClass = no_class, known: Known | None = None) -> None:
        self.index = index
        self.needs: set[str] = set()
        self.reads: set[str] = set()
        self.known = known or Known()
        self._read = read

    def aside(self) -> "Library":
        """The same classes, for one that answers for what it asks itself."""
        return Library(self.index, self._read, self.known)

    def at(self, entry: ir.ClassEntry) -> model.Class | None:
        """The class of `entry`, as its author wrote it."""
        self.reads.add(fold(entry.path))
        return self._read(entry.path)

    def answering(self, path: str) -> ir.ClassEntry | None:
        """The class at `path`: of the highest enabled domain that has it, else the one with this full path."""
        key = fold(path)
        self.needs.add(key)
        layers = self.index.layers(key)
        return layers[0] if layers else self.index.class_at(key)

    def below(self, klass: model.Class) -> ir.ClassEntry | None:
        """The class of the same path in the next lower enabled domain that has it."""
        self.needs.update((fold(klass.path), DOMAIN_ORDER))
        names = [fold(domain.name) for domain in self.index.domains]
        own = names.index(fold(klass.domain)) if fold(klass.domain) in names else len(names)
        lower = frozenset(names[own + 1 :])
        layers = self.index.layers(klass.path)
        return next((entry for entry in layers if fold(entry.path).partition("/")[0] in lower), None)
