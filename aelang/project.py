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
import time
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from aelang import ir, shipped
from aelang.cache import Cache, CacheError, StoredProject, cache_file, open_cache, private_cache, remove_cache
from aelang.diagnostics import Diagnostic
from aelang.ir.store import Header, Record, decode_header, encode_header, is_intact, write_image
from aelang.loader.trees import Listing, Tree, open_tree
from aelang.names import fold

if TYPE_CHECKING:
    from aelang import model
    from aelang.building.files import Root
    from aelang.building.units import Known
    from aelang.config import Config

_UNSETTLED = 2 * 10**9  # nanoseconds: a file changed so shortly before it was listed may change again unnoticed


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


class _Sight:
    """The trees as they are now: their files and stamps. A tree that knows its identity is listed only when asked."""

    def __init__(self, trees: Sequence[Tree]) -> None:
        self.trees = trees
        self.seen_at = time.time_ns()
        self._listings: dict[int, Listing] = {}

    def listing(self, at: int) -> Listing:
        if at not in self._listings:
            self._listings[at] = self.trees[at].listing()
        return self._listings[at]

    def stamps(self) -> bytes:
        """All that must be equal for nothing to have changed."""
        return "".join(self._stamps(at) for at in range(len(self.trees))).encode("utf-8", "surrogateescape")

    def _stamps(self, at: int) -> str:
        identity = self.trees[at].identity()
        if identity is not None:
            return f"\0{identity}\0"
        listing = self.listing(at)
        files = "".join([f"{path}\0{stamp}\0" for path, stamp in listing.entries])
        return f"\0{files}{listing.diagnostics or ''}"

    def unsettled(self) -> dict[tuple[int, str], str]:
        """The files that changed so shortly before they were seen that a later change might leave the same stamp."""
        return {
            (at, path): stamp
            for at, tree in enumerate(self.trees)
            if tree.identity() is None
            for path, stamp in self.listing(at).entries
            if _changed_at(stamp) > self.seen_at - _UNSETTLED
        }


def _changed_at(stamp: str) -> int:
    """The time of the last change in the stamp of a file in a directory; 0 for other stamps."""
    parts = stamp.rsplit("-", 2)
    return int(parts[1]) if len(parts) == 3 else 0


def open_with(settings: Settings, trees: Sequence[Tree], cache: Cache) -> "Compilation":
    sight = _Sight(trees)
    key = settings.key()
    stored = cache.project(key)
    if stored is not None and stored.stamps == sight.stamps():
        try:
            header = decode_header(stored.header)
        except ir.ImageError as error:
            raise CacheError(damaged=True) from error
        return Compilation(settings, sight, cache, header, stored.findings, None)
    return _build(settings, sight, cache, key, stored)


def _build(settings: Settings, sight: _Sight, cache: Cache, key: str, stored: StoredProject | None) -> "Compilation":
    from aelang.building.build import NotADatastore, build
    from aelang.building.reports import pack_diagnostics
    from aelang.building.units import pack_units

    try:
        built = build(_roots(settings, sight), settings.domains, cache, key, _known(stored, sight))
    except NotADatastore as fault:
        raise ProjectError(fault.diagnostics) from None
    unsettled = sight.unsettled()
    stored = StoredProject(
        stamps=sight.stamps() + (b"\0unsettled" if unsettled else b""),
        header=encode_header(built.header),
        units=_dump([_pack_files(sight, built.digests, unsettled), pack_units(built.units)]),
        findings=_dump([built.files, pack_diagnostics(built.diagnostics)]),
    )
    cache.save_project(key, stored, built.gone)
    statistics = Statistics(
        built.files, built.files_read, len(built.header.entries), built.classes_compiled, from_cache=False
    )
    return Compilation(settings, sight, cache, built.header, stored.findings, statistics)


def _roots(settings: Settings, sight: _Sight) -> "list[Root]":
    from aelang.building.files import Root

    own = len(settings.roots)
    return [Root(tree, sight.listing(at), at >= own) for at, tree in enumerate(sight.trees)]


def _known(stored: StoredProject | None, sight: _Sight) -> "Known":
    """What of `stored` still holds."""
    from aelang.building.units import NOTHING_KNOWN, Known, unpack_units

    if stored is None:
        return NOTHING_KNOWN
    try:
        files, units = json.loads(stored.units)
        digests = _unpack_files(files, sight)
        return Known(digests, unpack_units(units), _index(decode_header(stored.header)))
    except (ir.ImageError, KeyError, TypeError, ValueError) as error:
        raise CacheError(damaged=True) from error


def _index(header: Header) -> ir.Index:
    return ir.Index(header.domains, header.entries)


def _dump(content: object) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()


_Digests: TypeAlias = Mapping[tuple[int, str], str]


def _pack_files(sight: _Sight, digests: _Digests, unsettled: Collection[tuple[int, str]]) -> list[str]:
    """A text a root: path, stamp and digest of every file that was read; a stamp that may deceive is left out."""
    return [
        "\0".join(
            [
                f"{path}\0{'' if (at, path) in unsettled else stamp}\0{digest}"
                for path, stamp in sight.listing(at).entries
                if (digest := digests.get((at, path)))
            ]
        )
        for at in range(len(sight.trees))
    ]


def _unpack_files(stored: Sequence[str], sight: _Sight) -> dict[tuple[int, str], str]:
    """The digests of the files whose stamps are still the same."""
    digests: dict[tuple[int, str], str] = {}
    for at, text in enumerate(stored):
        parts = text.split("\0")
        before = dict(zip(parts[0::3], zip(parts[1::3], parts[2::3], strict=False), strict=False))
        for path, stamp in sight.listing(at).entries:
            found = before.get(path)
            if found is not None and found[0] == stamp:
                digests[at, path] = found[1]
    return digests


class Compilation:
    """A compiled project. Everything in it is read when it is first asked for."""

    def __init__(
        self,
        settings: Settings,
        sight: _Sight,
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
        display = [tree.display for tree in self._sight.trees]
        texts = [text.split("\0") for text in json.loads(stored.units)[0]]
        return tuple(sorted((display[at](path), digest) for at, parts in enumerate(texts)
                            for path, digest in zip(parts[0::3], parts[2::3], strict=False)))  # fmt: skip

    def write_image(self, path: str) -> None:
        """Write the image to `path`, with the hashes of its sources. Raises ir.ImageError where that cannot be done."""
        records = (self._record(fold(entry.path)) for entry in self.header.entries)
        write_image(path, self.header._replace(sources=self.sources()), records)

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

    def _stored(self) -> StoredProject | None:
        """What the cache has of this very state of the project."""
        try:
            stored = self._cache.project(self._key)
        except CacheError:
            return None
        return stored if stored is not None and stored.header == encode_header(self.header) else None

    def _made_again(self) -> "Compilation":
        """This project compiled anew, beside the cache, which is told that it does not have it."""
        if self._again is None:
            with contextlib.suppress(CacheError):
                self._cache.forget(self._key)
            try:
                self._again = _build(self.settings, _Sight(self._sight.trees), private_cache(), self._key, None)
            except ProjectError as fault:
                raise ir.ImageError(f"the cache is damaged, and the datastore cannot be read again: {fault}") from fault
        return self._again
