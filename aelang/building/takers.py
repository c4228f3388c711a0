"""Takers: who wants something of each class while it is compiled, since all that it is made of is at hand then."""

from typing import Protocol

from aelang import ir, model


class Taker(Protocol):
    """Is given each class that is compiled, and told from time to time to put away what it took."""

    def take(self, path: str, mark: str, klass: model.Class, compiled: ir.Class) -> None:
        """Take what is wanted of `klass`, which means `compiled` and lies at the folded full `path`."""

    def save(self) -> None:
        """Put away what was taken."""


class ClassTaker:
    """Takes the compiled classes themselves, by folded path."""

    def __init__(self) -> None:
        self.taken: dict[str, ir.Class] = {}

    def take(self, path: str, mark: str, klass: model.Class, compiled: ir.Class) -> None:
        """Keep `compiled`."""
        self.taken[path] = compiled

    def save(self) -> None:
        """Nothing: they stay in memory."""
