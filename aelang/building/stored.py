"""Stored: what building makes of a project goes into the cache, and comes back piece by piece."""

import json
import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from aelang import ir
from aelang.building.contents import FileDigests, pack_contents, read_contents, unchanged_contents
from aelang.building.files import Root
from aelang.building.sight import Sight
from aelang.building.units import Known, Unit, pack_domains, pack_units, read_domains, read_units, root_number
from aelang.cache import Cache, CacheError, StoredProject
from aelang.diagnostics.packed import pack_diagnostics
from aelang.ir.store import decode_header, encode_header

if TYPE_CHECKING:
    from aelang.building.build import Built

_Found = TypeVar("_Found")

_UNITS, _DOMAINS, _CONTENTS = "units", "domains", "contents"


def save_build(cache: Cache, key: str, sight: Sight, built: "Built") -> StoredProject:
    """Keep `built` as the project `key`, whose files `sight` sees. Its units are used up. Raises CacheError."""
    findings = [built.files, pack_diagnostics(built.diagnostics), built.allowances]
    packed = json.dumps(findings, separators=(",", ":")).encode()
    stored = StoredProject(sight.stamp_to_keep(), encode_header(built.header), packed, os.urandom(8).hex())
    parts = {
        _UNITS: pack_units(_used_up(built.units)),
        _DOMAINS: pack_domains(built.domains),
        _CONTENTS: pack_contents(sight, built.digests),
    }
    cache.save_project(key, stored, parts, built.gone)
    return stored


def _used_up(units: dict[str, Unit]) -> Iterator[tuple[str, Unit]]:
    """The units and their keys; each is let go of when it is taken, for together they are large."""
    for key in list(units):
        yield key, units.pop(key)


def roots_of(sight: Sight, own: int) -> list[Root]:
    """The roots of a project, of which the first `own` are reported on."""
    return [Root(tree, sight.listing(at), at >= own) for at, tree in enumerate(sight.trees)]


class StoredBuild:
    """What the cache has of a project beside what a start needs. Everything in it may raise CacheError."""

    def __init__(self, cache: Cache, key: str, project: StoredProject, sight: Sight, roots: Sequence[Root]) -> None:
        self.cache = cache
        self.key = key
        self.roots = roots
        self._project = project
        self._sight = sight

    def units(self) -> Iterator[tuple[str, Unit]]:
        """The units by their keys; to be read to the end before the cache is asked for anything else."""
        return _checked(read_units(self._parts(_UNITS)))

    def is_reference(self, key: str) -> bool:
        """Whether the unit of that `key` is only looked up in."""
        return self.roots[root_number(key)].reference

    def sources(self) -> Iterator[tuple[str, bytes]]:
        """The name of every file and the digest of its content; to be read to the end as well."""
        display = [tree.display for tree in self._sight.trees]
        read = read_contents(self._parts(_CONTENTS))
        return _checked((display[tree](path), digest) for tree, path, _, digest in read)

    def digests(self) -> list[FileDigests]:
        """The digests of the files that did not change since."""
        try:
            return unchanged_contents(self._parts(_CONTENTS), self._sight)
        except (IndexError, ValueError) as error:
            raise CacheError(damaged=True) from error

    def known(self) -> Known:
        """All of it that still holds."""
        units = dict(self.units())
        domains = dict(_checked(read_domains(self._parts(_DOMAINS))))
        try:
            header = decode_header(self._project.header)
        except ir.ImageError as error:
            raise CacheError(damaged=True) from error
        return Known(self.digests(), units, domains, ir.Index(header.domains, header.entries))

    def _parts(self, name: str) -> Iterator[bytes]:
        return self.cache.parts(self.key, name, self._project.state)


def _checked(found: Iterator[_Found]) -> Iterator[_Found]:
    """`found`; where it turns out to be something else, the cache is damaged."""
    try:
        yield from found
    except (IndexError, KeyError, TypeError, ValueError) as error:
        raise CacheError(damaged=True) from error
