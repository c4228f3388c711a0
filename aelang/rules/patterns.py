"""Patterns: paths with references in them, matched against every instance that there is."""

from bisect import bisect_left
from collections.abc import Iterator
from itertools import islice, takewhile

from aelang import ir
from aelang.names import MISSING_INSTANCE, fold
from aelang.names.paths import fits
from aelang.rules.outline import HOLE

MOST_LOOKS = 3_000_000
"""How many paths are looked at in all: what is not decided then is passed over, or the work would have no end."""


class Patterns:
    """Paths with HOLEs or `*`, matched against every instance.

    Each pattern is looked at once, but counts among the `looks` each time, so that these do not depend on who was
    first to ask.
    """

    def __init__(self, index: ir.Index) -> None:
        self._index = index
        self.looks = 0
        self._known: dict[str, tuple[bool, int]] = {}
        self._led_to: dict[tuple[str, int], tuple[tuple[str, ...], int]] = {}
        self._paths: list[str] | None = None
        self._answering: list[str] | None = None

    def matches(self, pattern: str) -> bool:
        """Whether some instance may be meant by `pattern`."""
        key = fold(pattern).strip("/ ") if not pattern.endswith("/") else fold(pattern).lstrip("/ ")
        if key not in self._known:
            before = self.looks
            self._known[key] = self._search(key), self.looks - before
            self.looks = before
        found, looks = self._known[key]
        self.looks += looks
        return found

    def classes(self, pattern: str, most: int) -> tuple[str, ...]:
        """The folded paths, with or without domain, of the classes of which an instance may be meant by `pattern`; none
        where there are more than `most`, or where nothing of the pattern stands fast."""
        pattern = fold(pattern).strip("/ ")
        key = (pattern, most)
        if key not in self._led_to:
            before = self.looks
            self._led_to[key] = self._classes(pattern, most), self.looks - before
            self.looks = before
        found, looks = self._led_to[key]
        self.looks += looks
        return found

    def _classes(self, pattern: str, most: int) -> tuple[str, ...]:
        pieces = _pieces(pattern)
        if not any(piece.strip("/") for piece in pieces):
            return ()
        klass = _pieces(pattern.rpartition("/")[0])
        found = {path for path in _beginning(self._with_missing(), klass[0]) if fits(path, klass)}
        paths = self._all()
        for at in range(bisect_left(paths, pieces[0]), len(paths)):
            self.looks += 1
            if self.looks > MOST_LOOKS:
                return ()
            if not paths[at].startswith(pieces[0]) or len(found) > most:
                break
            if fits(paths[at], pieces):
                found.add(paths[at].rpartition("/")[0])
        return tuple(sorted(found)) if len(found) <= most else ()

    def _search(self, pattern: str) -> bool:
        pieces = _pieces(pattern)
        if not any(piece.strip("/") for piece in pieces):
            return True
        paths = self._all()
        for at in range(bisect_left(paths, pieces[0]), len(paths)):
            self.looks += 1
            if not paths[at].startswith(pieces[0]):
                break
            if self.looks > MOST_LOOKS or fits(paths[at], pieces):
                return True
        return self._missing_answers(pattern)

    def _missing_answers(self, pattern: str) -> bool:
        """Whether a class with a `.missing` may be meant; its instance may then have any name."""
        pieces = _pieces(pattern.rpartition("/")[0])
        return any(fits(path, pieces) for path in _beginning(self._with_missing(), pieces[0]))

    def _with_missing(self) -> list[str]:
        """The paths of the classes that have a `.missing`."""
        if self._answering is None:
            ending = "/" + MISSING_INSTANCE
            self._answering = sorted(path.removesuffix(ending) for path in self._all() if path.endswith(ending))
        return self._answering

    def _all(self) -> list[str]:
        if self._paths is None:
            found: set[str] = set()
            enabled = {fold(domain.name) for domain in self._index.domains if domain.enabled}
            for entry in self._index:
                full = fold(entry.path)
                domain, _, relative = full.partition("/")
                roots = (full, relative) if domain in enabled else (full,)
                found.update(f"{root}/{name}" for root in roots for name in (*entry.instances, ""))
            self._paths = sorted(found)
        return self._paths


def _beginning(paths: list[str], start: str) -> Iterator[str]:
    """Those of the sorted `paths` that begin with `start`."""
    return takewhile(lambda path: path.startswith(start), islice(paths, bisect_left(paths, start), None))


def _pieces(pattern: str) -> list[str]:
    """What stands fast of `pattern`: between two pieces there may be anything."""
    return pattern.replace("*", HOLE).split(HOLE)
