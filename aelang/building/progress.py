"""Progress: how much of a long work is done, told now and then to whoever shows it."""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias, TypeVar

Progress: TypeAlias = Callable[[int, int, str], object]
"""Is told how much is done, of how much, and of what: `reading files`, `compiling classes` ..."""

_Step = TypeVar("_Step")
_PATIENCE = 0.2  # seconds: work that ends sooner is not worth a word
_PAUSE = 0.05


class Meter:
    """Counts the steps of a work, phase after phase, and tells `progress` of them, twenty times a second at most."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._due = time.monotonic() + _PATIENCE
        self._has_told = False
        self._phase = (0, 0, "")

    def begin(self, total: int, what: str) -> None:
        """A phase of `total` steps begins."""
        self._phase = (0, total, what)
        if self._has_told:
            self._tell()

    def step(self, count: int = 1) -> None:
        """`count` more steps are done."""
        if self._progress is None:
            return
        done, total, what = self._phase
        self._phase = (min(done + count, total), total, what)
        if time.monotonic() >= self._due:
            self._tell()

    def counted(self, steps: Iterable[_Step]) -> Iterator[_Step]:
        """`steps`, each of which is counted when it is taken."""
        for each in steps:
            yield each
            self.step()

    def end(self) -> None:
        """The phase is over."""
        _, total, what = self._phase
        self._phase = (total, total, what)
        if self._has_told:
            self._tell()

    def _tell(self) -> None:
        if self._progress is not None:
            self._has_told = True
            self._due = time.monotonic() + _PAUSE
            self._progress(*self._phase)
