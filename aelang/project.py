"""The project: roots, their configuration and the cache make a compilation.

A start where nothing changed does four things: it lists the files with their stamps, finds them equal to those that
the cache has, reads the names, and leaves every class where it is until it is asked for. Nothing that only building
needs is imported then. Where something changed, `build` makes what is new; where the cache fails, in whatever way,
all is made again without it. The answer never depends on the cache.
"""

import contextlib
import gc
import json
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from aelang import ir, shipped
from aelang.building.sight import Sight
from aelang.cache import (
    Cache,
    CacheError,
    StoredBuild,
    StoredProject,
    cache_file,
    open_cache,
    private_cache,
    remove_cache,
)
from aelang.diagnostics import Diagnostic
from aelang.ir.store import Header, Record, decode_header, encode_header, is_intact, write_image
from aelang.loader.trees import Tree, open_tree
from aelang.names import fold

if TYPE_CHECKING:
    from aelang import model
    from aelang.building.files import Root
    from aelang.building.units import Known
    from aelang.config import Config
    from aelang.loader.allowances import Allowance


class ProjectError(Exception):
    """The project cannot be opened: a root that is none, a broken configuration. `diagnostics` say what and where."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__("; ".join(each.message for each in diagnostics))
        self.diagnostics = tuple(diagnostics)


class Statistics(NamedTuple):
    """What opening took. `from_cache`: nothing had changed, so nothing was read or compiled."""

    files: int
    files_read: int
    classes: int
    classes_compiled: int
    from_cache: bool


class Settings(NamedTuple):
    """What is opened: roots and references as they are shown, the domains that answer, highest first, the profile."""

    roots: tuple[str, ...]
    references: tuple[str, ...]
    domains: tuple[str, ...] | None
    profile: str
    folder: str | None

    def key(self) -> str:
        """The name of this project in the cache: the same roots, named alike, from the same folder."""
        return json.dumps([os.getcwd(), self.roots, self.references, self.domains, self.profile])


def open_project(
    roots: Sequence[str] = (),
    *,
    domains: Sequence[str] | None = None,
    references: Sequence[str] = (),
    cache: bool = True,
    start: str = ".",
) -> "Compilation":
    """Compile the datastore in `roots`: directories, git trees (`repo@rev:path`), zip exports.

    Without roots: those of the aelang.toml of `start` or above it, else the shipped datastore. `domains` (highest
    first) replaces the order that the datastore gives; `references` are only looked up in. With `cache` off nothing
    is kept. Raises ProjectError where a root cannot be opened or holds no domain. Faults inside are diagnostics.
    """
    collecting = gc.isenabled()
    gc.disable()  # nothing here forms cycles, and looking for them costs a quarter of the time
    try:
        return _open_project(_settings(roots, domains, references, start), cache)
    finally:
        if collecting:
            gc.enable()


def _open_project(settings: Settings, cache: bool) -> "Compilation":
    trees = _trees(settings)
    path = cache_file(settings.folder) if cache else None
    opened = None if path is None else open_cache(path)
    if opened is not None:
        try:
            return open_with(settings, trees, opened)
        except CacheError as fault:
            opened.close()
            if fault.damaged:
                remove_cache(opened.path)
    return open_with(settings, trees, private_cache())


def _settings(roots: Sequence[str], domains: Sequence[str] | None, references: Sequence[str], start: str) -> Settings:
    config = None if roots else _config(start)
    if config is None:
        chosen = tuple(roots) or (shipped.datastore_folder(),)
        return Settings(chosen, tuple(references), None if domains is None else tuple(domains), "aelang", None)
    return Settings(
        roots=tuple(_below(config.folder, root) for root in config.roots) or (shipped.datastore_folder(),),
        references=(*references, *(_below(config.folder, root) for root in config.references)),
        domains=config.domains if domains is None else tuple(domains),
        profile=config.profile,
        folder=config.folder,
    )


def _config(start: str) -> "Config | None":
    from aelang.config import find_config, read_config

    path = find_config(start)
    if path is None:
        return None
    config, found = read_config(path)
    if found:
        raise ProjectError(found)
    return config


def _below(folder: str, root: str) -> str:
    """`root` of a configuration in `folder`, as seen from here."""
    if os.path.isabs(root):
        return root
    path, at, revision = root.partition("@")
    return os.path.relpath(os.path.join(folder, path)) + at + revision


def _trees(settings: Settings) -> list[Tree]:
    opened = [open_tree(root) for root in (*settings.roots, *settings.references)]
    faults = [each for each in opened if isinstance(each, Diagnostic)]
    if faults:
        raise ProjectError(faults)
    return [each for each in opened if not isinstance(each, Diagnostic)]


def open_with(settings: Settings, trees: Sequence[Tree], cache: Cache) -> "Compilation":
    """The compilation of `trees`, which `settings` names, with what `cache` has and for it to keep.

    Raises ProjectError as `open_project`, and CacheError where the cache fails.
    """
    sight = Sight(trees)
    key = settings.key()
    stored = cache.project(key)
    if stored is not None and stored.stamp == sight.stamp():
        try:
            header = decode_header(stored.header)
        except ir.ImageError as error:
            raise CacheError(damaged=True) from error
        return Compilation(settings, sight, cache, header, stored.findings, None)
    return _build(settings, sight, cache, key, cache.build(key))


def _build(settings: Settings, sight: Sight, cache: Cache, key: str, before: StoredBuild | None) -> "Compilation":
    from aelang.building.build import NotADatastore, build
    from aelang.building.contents import pack_contents
    from aelang.building.reports import pack_diagnostics
    from aelang.building.units import pack_units

    try:
        built = build(_roots(settings, sight), settings.domains, cache, key, _known(before, sight))
    except NotADatastore as fault:
        raise ProjectError(fault.diagnostics) from None
    header = encode_header(built.header)
    findings = _dump(
        [built.files, pack_diagnostics(built.diagnostics), pack_diagnostics(built.remarks), built.allowances]
    )
    units = _dump(pack_units(built.units))
    built.units.clear()  # of a large datastore they take more than the rest needs
    stored = StoredProject(sight.stamp_to_keep(), header, findings)
    cache.save_project(key, stored, StoredBuild(header, units, pack_contents(sight, built.digests)), built.gone)
    statistics = Statistics(
        built.files, built.files_read, len(built.header.entries), built.classes_compiled, from_cache=False
    )
    return Compilation(settings, sight, cache, built.header, findings, statistics)


def _roots(settings: Settings, sight: Sight) -> "list[Root]":
    from aelang.building.files import Root

    own = len(settings.roots)
    return [Root(tree, sight.listing(at), at >= own) for at, tree in enumerate(sight.trees)]


def _known(stored: StoredBuild | None, sight: Sight) -> "Known":
    """What of `stored` still holds."""
    from aelang.building.contents import unchanged_contents
    from aelang.building.units import NOTHING_KNOWN, Known, unpack_units

    if stored is None:
        return NOTHING_KNOWN
    try:
        digests = unchanged_contents(stored.contents, sight)
        return Known(digests, unpack_units(json.loads(stored.units)), _index(decode_header(stored.header)))
    except (ir.ImageError, KeyError, TypeError, ValueError) as error:
        raise CacheError(damaged=True) from error


def _index(header: Header) -> ir.Index:
    return ir.Index(header.domains, header.entries)


def _dump(content: object) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()


class Compilation:
    """A compiled project. Everything in it is read when it is first asked for."""

    def __init__(
        self,
        settings: Settings,
        sight: Sight,
        cache: Cache,
        header: Header,
        findings: bytes,
        statistics: Statistics | None,
    ) -> None:
        self.settings = settings
        self.header = header
        self.image = ir.Image(_index(header), self._read_class)
        self._sight = sight
        self._cache = cache
        self._key = settings.key()
        self._findings = findings
        self._diagnostics: tuple[Diagnostic, ...] | None = None
        self._remarks: tuple[Diagnostic, ...] | None = None
        self._statistics = statistics
        self._records: dict[str, Record] = {}
        self._again: Compilation | None = None
        self._datastore: model.Datastore | None = None

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is wrong with the datastore, in the order of places; nothing of the references."""
        if self._diagnostics is None:
            from aelang.building.reports import unpack_diagnostics

            self._diagnostics = tuple(unpack_diagnostics(json.loads(self._findings)[1]))
        return self._diagnostics

    @property
    def remarks(self) -> tuple[Diagnostic, ...]:
        """What the rules find across the files, in the order of places; nothing of the references."""
        if self._remarks is None:
            from aelang.building.reports import unpack_diagnostics

            self._remarks = tuple(unpack_diagnostics(json.loads(self._findings)[2]))
        return self._remarks

    @property
    def allowances(self) -> "tuple[tuple[str, Allowance], ...]":
        """What comments in the datastore allow, each with its source."""
        from aelang.loader.allowances import Allowance

        return tuple((source, Allowance(*said)) for source, said in json.loads(self._findings)[3])

    @property
    def statistics(self) -> Statistics:
        """What opening took."""
        if self._statistics is None:
            self._statistics = Statistics(json.loads(self._findings)[0], 0, len(self.header.entries), 0, True)
        return self._statistics

    @property
    def datastore(self) -> "model.Datastore":
        """What the authors wrote; a class is read when it is asked for."""
        if self._datastore is None:
            from aelang.building.datastore import read_datastore

            stored = self._stored()
            if stored is None:
                return self._made_again().datastore
            roots = _roots(self.settings, self._sight)
            self._datastore = read_datastore(roots, self.settings.domains, self._cache, _known(stored, self._sight))
        return self._datastore

    def model_class(self, path: str) -> "model.Class | None":
        """What the author wrote of the class with the full path `Domain/Ns/Class`."""
        domain, _, inner = fold(path).partition("/")
        found = next((each for each in self.datastore.domains if fold(each.name) == domain), None)
        return None if found is None else found.classes.get(inner)

    def sources(self) -> tuple[tuple[str, str], ...]:
        """The name of every file of the datastore with the sha256 of its content, sorted."""
        stored = self._stored()
        if stored is None:
            return self._made_again().sources()
        from aelang.building.contents import read_contents

        display = [tree.display for tree in self._sight.trees]
        read = read_contents(stored.contents)
        return tuple(sorted((display[tree](path), digest.hex()) for tree, path, _, digest in read))

    def write_image(self, path: str) -> None:
        """Write the image to `path`, with the hashes of its sources. Raises ir.ImageError where that cannot be done."""
        records = (self._record(fold(entry.path)) for entry in self.header.entries)
        write_image(path, self.header._replace(sources=self.sources()), records)

    def reopened(self) -> "Compilation":
        """This project as its files now are; what did not change is taken from the same cache. Raises ProjectError."""
        trees = _trees(self.settings)
        try:
            return open_with(self.settings, trees, self._cache)
        except CacheError:
            return open_with(self.settings, trees, private_cache())

    def close(self) -> None:
        """Let go of the cache. Classes that were not read until now are made again when asked for."""
        self._cache.close()

    def _read_class(self, path: str) -> ir.Json:
        return json.loads(self._record(path))

    def _record(self, path: str) -> bytes:
        """The record of the class with the folded `path`; made again where the cache has lost it."""
        if not self._records:
            pairs = zip(self.header.entries, self.header.records, strict=True)
            self._records = {fold(entry.path): record for entry, record in pairs}
        try:
            data = self._cache.class_record(self._key, path)
        except CacheError:
            data = None
        if data is not None and is_intact(data, self._records[path]):
            return data
        return self._made_again()._record_of(path)

    def _record_of(self, path: str) -> bytes:
        if self.image.index.class_at(path) is None:
            raise ir.ImageError(f"`{path}` is no longer in the datastore: it changed since it was opened")
        return self._record(path)

    def _stored(self) -> StoredBuild | None:
        """What the cache has of the project, if it still is this state."""
        try:
            stored = self._cache.build(self._key)
        except CacheError:
            return None
        return stored if stored is not None and stored.header == encode_header(self.header) else None

    def _made_again(self) -> "Compilation":
        """This project compiled anew, beside the cache, which is told that it does not have it."""
        if self._again is None:
            with contextlib.suppress(CacheError):
                self._cache.forget(self._key)
            try:
                self._again = _build(self.settings, Sight(self._sight.trees), private_cache(), self._key, None)
            except ProjectError as fault:
                raise ir.ImageError(f"the cache is damaged, and the datastore cannot be read again: {fault}") from fault
        return self._again
