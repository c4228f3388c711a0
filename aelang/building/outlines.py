"""Outlines: taken while classes are compiled, or later, and kept in the cache beside the records of the classes."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from aelang import ir, model
from aelang.building.stored import StoredBuild
from aelang.cache import Cache, CacheError
from aelang.rules.outline import Outline, read_outline, write_outline
from aelang.rules.outlining import take_outline

_AT_ONCE = 200
_REMEMBERED = 500


class OutlineTaker:
    """Takes outlines into the `cache` of a project; the first ones are also at hand in `taken`, by folded path."""

    def __init__(self, cache: Cache, project: str) -> None:
        self.taken: dict[str, Outline] = {}
        self._cache = cache
        self._project = project
        self._made: list[tuple[str, str, bytes]] = []

    def take(self, path: str, mark: str, klass: model.Class, compiled: ir.Class) -> None:
        """Keep the outline of `klass`, which means `compiled` and lies at the folded full `path`, with its `mark`."""
        outline = take_outline(klass, compiled)
        if len(self.taken) < _REMEMBERED:
            self.taken[path] = outline
        self._made.append((path, mark, write_outline(outline).encode()))
        if len(self._made) >= _AT_ONCE:
            self.save()

    def save(self) -> None:
        """Keep what was taken."""
        if self._made:
            self._cache.add_outlines(self._project, self._made)
            self._made.clear()


class KeptOutlines:
    """The outlines of a project by folded path, of those that have the mark given for them in `marks`."""

    def __init__(self, stored: StoredBuild, marks: Mapping[str, str], taken: Mapping[str, Outline]) -> None:
        self._cache = stored.cache
        self._project = stored.key
        self.marks = marks
        self._taken = taken

    def missing(self) -> list[str]:
        """The paths of the classes that have none."""
        kept = self._cache.marks(self._project)
        return [path for path, mark in self.marks.items() if kept.get(path) != mark]

    def one(self, path: str) -> Outline | None:
        """The outline of the class with the folded full `path`, if there is such a class."""
        return next((outline for _, outline in self._read([path])), None) if path in self.marks else None

    def many(self, paths: Sequence[str]) -> Iterator[tuple[str, Outline]]:
        """The outlines of the classes with these folded full `paths`, some read at a time."""
        for start in range(0, len(paths), _AT_ONCE):
            yield from self._read(paths[start : start + _AT_ONCE])

    def have(self, paths: Collection[str]) -> None:
        """Have those of the classes with these `paths` at hand where they are few: each is asked for several times."""
        if len(self._taken) + len(paths) <= _REMEMBERED:
            self._taken = {**self._taken, **dict(self._read([path for path in paths if path not in self._taken]))}

    def _read(self, paths: Sequence[str]) -> Iterator[tuple[str, Outline]]:
        asked = {path: self.marks[path] for path in paths if path not in self._taken}
        found = self._cache.outlines(self._project, asked) if asked else {}
        for path in paths:
            if path in self._taken:
                yield path, self._taken[path]
            elif path in found:
                yield path, read_outline(found[path].decode())
            else:
                raise CacheError(damaged=True)  # `missing` has been told of none, so it was there
