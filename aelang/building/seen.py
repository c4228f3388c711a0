"""Seen: what the rules saw of a class is kept, and looked for again only where something that they asked for changed.

What they see of one class follows from the names of all, from its outline, and from the outlines that they asked for
(`Seen.asked`). So it is kept with a mark of these. What all classes are needed for is made anew each time, out of the
notes of each.

One thing does not follow from these: how much effort was spent on the classes before, for there is an end to it. Where
it is reached, nothing is kept, and all classes are looked at in their order.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

from aelang import ir
from aelang.building.outlines import KeptOutlines
from aelang.building.progress import Meter
from aelang.building.stored import StoredBuild
from aelang.diagnostics import Diagnostic
from aelang.diagnostics.packed import pack_diagnostics, unpack_diagnostics
from aelang.digests import blake2b
from aelang.rules import Seen, Whole, look_at
from aelang.rules.compiled import Compiled, Efforts

_AT_ONCE = 200


class _TooMuch(Exception):
    """The efforts come to so much that they have an end."""


class SeenClasses:
    """What was seen of the classes of a project, all of which have `outlines`; `own` are reported on."""

    def __init__(self, stored: StoredBuild, index: ir.Index, outlines: KeptOutlines, own: frozenset[str]) -> None:
        self._cache = stored.cache
        self._project = stored.key
        self._outlines = outlines
        self._own = own
        self._names = _mark_of_names(index)

    def check(self, begin: Callable[[], Compiled], meter: Meter) -> list[Diagnostic]:
        """What the rules find, to which `begin` gives all classes. Raises CacheError where the cache cannot be used."""
        try:
            return self._check(begin(), meter, keeps=True)
        except _TooMuch:
            return self._check(begin(), meter, keeps=False)

    def _check(self, compiled: Compiled, meter: Meter, *, keeps: bool) -> list[Diagnostic]:
        whole = Whole(compiled)
        found: list[Diagnostic] = []
        efforts = Efforts()
        paths = list(self._outlines.marks)
        for start in range(0, len(paths), _AT_ONCE):
            for path, seen in self._look(paths[start : start + _AT_ONCE], compiled, keeps=keeps):
                found += seen.found
                whole.look(path, seen, own=path in self._own)
                efforts = efforts.plus(seen.efforts)
                meter.step()
            if keeps and efforts.are_too_much:
                raise _TooMuch
        found += whole.found()
        return found

    def _look(self, paths: Sequence[str], compiled: Compiled, *, keeps: bool) -> Iterator[tuple[str, Seen]]:
        """What is seen of the classes at `paths`, in their order; of those of which it is not known, it `keeps` it."""
        known, stale = self._known(paths) if keeps else ({}, {})
        left = [path for path in paths if path not in known]
        is_stale = len(stale) == len(left)
        self._outlines.have({*left, *chain(*stale.values())} if is_stale else self._outlines.marks)
        outlines = dict(self._outlines.many(left))
        made: list[tuple[str, str, bytes]] = []
        for path in paths:
            seen = known.get(path)
            if seen is None:
                seen = look_at(outlines[path], compiled, own=path in self._own)
                made.append((path, self._mark(path, seen.asked), _write(seen)))
            yield path, seen
        if made and keeps:
            self._cache.add_seen(self._project, made)

    def _known(self, paths: Sequence[str]) -> tuple[dict[str, Seen], dict[str, tuple[str, ...]]]:
        """What is known of the classes at `paths`; and of those of which something changed, what they asked for."""
        known: dict[str, Seen] = {}
        stale: dict[str, tuple[str, ...]] = {}
        for path, (mark, said) in self._cache.seen(self._project, paths).items():
            seen = _read(said)
            if mark == self._mark(path, seen.asked):
                known[path] = seen
            else:
                stale[path] = tuple(each for each in seen.asked if each in self._outlines.marks)
        return known, stale

    def _mark(self, path: str, asked: Iterable[str]) -> str:
        """A text that changes with what follows for the class at `path`, which has `asked` for others."""
        marks = self._outlines.marks
        said = "\0".join((self._names, marks[path], *[marks.get(each, "") for each in asked]))
        return f"{blake2b(said.encode(), digest_size=16).hexdigest()}{path in self._own:d}"


def _mark_of_names(index: ir.Index) -> str:
    """A text that changes with the names in the datastore."""
    total = blake2b(digest_size=16)
    for domain in index.domains:
        total.update(f"{domain.name}\0{domain.enabled}\0".encode())
    for entry in index:
        names = "\0".join((entry.path, *entry.instances.values(), "", *entry.methods.values(), "\0"))
        total.update(names.encode("utf-8", "surrogateescape"))
    return total.hexdigest()


def _write(seen: Seen) -> bytes:
    plain = (pack_diagnostics(seen.found), *seen[1:])
    return json.dumps(plain, separators=(",", ":"), check_circular=False).encode()


def _read(said: bytes) -> Seen:
    found, notes, asked, efforts = json.loads(said)
    return Seen(tuple(unpack_diagnostics(found)), tuple(notes), tuple(asked), Efforts(*efforts))
