"""Remembered: what was worked out of a class, for those that inherit from it, as far as there is room."""

from typing import Generic, TypeVar

from aelang import model

_ROOM = 200_000  # fields: some 40 MB

_Found = TypeVar("_Found")


class Remembered(Generic[_Found]):
    """What was found by path, up to so many parts; what was asked for longest ago is forgotten first."""

    __slots__ = ("_found", "_parts", "_room", "_sizes")

    def __init__(self, room: int = _ROOM) -> None:
        self._found: dict[str, _Found] = {}
        self._sizes: dict[str, int] = {}
        self._parts = 0
        self._room = room

    def get(self, path: str) -> _Found | None:
        """What was put at `path`, None where it is forgotten."""
        found = self._found.pop(path, None)
        if found is not None:
            self._found[path] = found  # the last is the one asked for last
        return found

    def put(self, path: str, found: _Found, parts: int) -> None:
        """Remember `found`, which has so many parts, at `path`."""
        self._parts += parts - self._sizes.get(path, 0)
        self._found.pop(path, None)
        self._found[path], self._sizes[path] = found, parts
        while self._parts > self._room and len(self._found) > 1:
            oldest = next(iter(self._found))
            self._parts -= self._sizes.pop(oldest)
            del self._found[oldest]


def part_count(klass: model.Class) -> int:
    """The fields, methods and values of `klass`, and one for itself: so many parts are to be remembered with it."""
    values = sum(1 + len(each.values) for each in klass.instances)
    return 1 + len(klass.schema) + len(klass.methods) + values
