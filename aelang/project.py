"""The project: roots, their configuration and the cache make a compilation.

A start where nothing changed does four things: it lists the files with their stamps, finds them equal to those that
the cache has, reads the names, and leaves every class where it is until it is asked for. Nothing that only building
needs is imported then. Where something changed, `build` makes what is new; where the cache fails, in whatever way,
all is made again without it. The answer never depends on the cache.
"""

import contextlib
import gc
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from aelang import ir
from aelang.building.sight import Sight
from aelang.cache import (
    Cache,
    CacheError,
    StoredProject,
    cache_file,
    open_cache,
    private_cache,
    remove_cache,
)
from aelang.diagnostics import Diagnostic
from aelang.ir.store import Header, Record, decode_header, is_intact, write_image
from aelang.loader.trees import Tree, open_tree
from aelang.names import fold
from aelang.settings import ProjectError, Settings, settings_of

if TYPE_CHECKING:
    from aelang import model
    from aelang.building.codes import Code
    from aelang.building.progress import Progress
    from aelang.building.stored import StoredBuild
    from aelang.loader.allowances import Allowance
    from aelang.rules.outline import Outline

__all__ = ["Compilation", "How", "ProjectError", "Settings", "Statistics", "open_project", "open_with"]


class Statistics(NamedTuple):
    """What opening took. `from_cache`: nothing had changed, so nothing was read or compiled."""

    files: int
    files_read: int
    classes: int
    classes_compiled: int
    from_cache: bool


def open_project(
    roots: Sequence[str] = (),
    *,
    domains: Sequence[str] | None = None,
    references: Sequence[str] = (),
    cache: bool = True,
    start: str = ".",
    remarks: bool = False,
    progress: "Progress | None" = None,
    profile: str | None = None,
    whole: bool = False,
) -> "Compilation":
    """Compile the datastore in `roots`: directories, git trees (`repo@rev:path`), zip exports.

    Without roots: those of the aelang.toml of `start` or above it, else `start` itself where it holds domains, else the
    shipped datastore. `domains` (highest
    first) replaces the order that the datastore gives; `references` are only looked up in. With `cache` off nothing
    is kept. Whoever will ask for the `remarks` had better say so: what they need is then made on the way; so had
    whoever will ask for the `whole` of it, every class: those that are compiled stay at hand. Long work
    tells `progress` how it comes on. Raises ProjectError where a root cannot be opened or holds no domain. Faults
    inside are diagnostics.
    """
    with without_collector():
        settings = settings_of(roots, domains, references, start)
        how = How(remarks, progress, whole)
        return _open_project(settings._replace(profile=profile or settings.profile), cache, how)


class How(NamedTuple):
    """How a project is opened: whether its remarks or the whole of it will be asked for, and who is told how it comes
    on. Of a project whose remarks are asked for, the classes are not kept at hand: outlines are."""

    remarks: bool = False
    progress: "Progress | None" = None
    whole: bool = False


@contextlib.contextmanager
def without_collector() -> Iterator[None]:
    """Nothing here forms cycles, and looking for them costs a quarter of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _open_project(settings: Settings, cache: bool, how: How) -> "Compilation":
    trees = _trees(settings)
    path = cache_file(settings.folder) if cache else None
    opened = None if path is None else open_cache(path)
    if opened is not None:
        try:
            return open_with(settings, trees, opened, how)
        except CacheError as fault:
            opened.close()
            if fault.damaged:
                remove_cache(opened.path)
    return open_with(settings, trees, private_cache(), how)


def _trees(settings: Settings) -> list[Tree]:
    opened = [open_tree(root) for root in (*settings.roots, *settings.references)]
    faults = [each for each in opened if isinstance(each, Diagnostic)]
    if faults:
        raise ProjectError(faults)
    return [each for each in opened if not isinstance(each, Diagnostic)]


def open_with(settings: Settings, trees: Sequence[Tree], cache: Cache, how: How) -> "Compilation":
    """The compilation of `trees`, which `settings` names, with what `cache` has and for it to keep.

    Raises ProjectError as `open_project`, and CacheError where the cache fails.
    """
    sight = Sight(trees)
    stored = cache.project(settings.key())
    if stored is None or stored.stamp != sight.stamp():
        return _build(settings, sight, cache, stored, how)
    try:
        header = decode_header(stored.header)
    except ir.ImageError as error:
        raise CacheError(damaged=True) from error
    return Compilation(settings, sight, cache, header, stored, how)


def _build(settings: Settings, sight: Sight, cache: Cache, before: StoredProject | None, how: How) -> "Compilation":
    from aelang.building.build import NotADatastore, build
    from aelang.building.progress import Meter
    from aelang.building.stored import StoredBuild, roots_of, save_build
    from aelang.building.units import NOTHING_KNOWN

    key = settings.key()
    roots = roots_of(sight, len(settings.roots))
    known = NOTHING_KNOWN if before is None else StoredBuild(cache, key, before, sight, roots).known()
    outlines = classes = None
    if how.remarks:
        from aelang.building.outlines import OutlineTaker

        outlines = OutlineTaker(cache, key)
    elif how.whole:
        from aelang.building.takers import ClassTaker

        classes = ClassTaker()
    try:
        built = build(roots, settings.domains, cache, key, known, outlines or classes, Meter(how.progress))
    except NotADatastore as fault:
        raise ProjectError(fault.diagnostics) from None
    stored = save_build(cache, key, sight, built)
    statistics = Statistics(
        built.files, built.files_read, len(built.header.entries), built.classes_compiled, from_cache=False
    )
    taken = outlines.taken if outlines else {}
    compilation = Compilation(settings, sight, cache, built.header, stored, how, statistics, taken)
    if classes:
        compilation.image.remember(classes.taken)
    return compilation


_REMARKS = "remarks"


class Compilation:
    """A compiled project. Everything in it is read when it is first asked for."""

    def __init__(
        self,
        settings: Settings,
        sight: Sight,
        cache: Cache,
        header: Header,
        stored: StoredProject,
        how: How,
        statistics: Statistics | None = None,
        taken: "Mapping[str, Outline] | None" = None,
    ) -> None:
        self.settings = settings
        self.header = header
        self.image = ir.Image(ir.Index(header.domains, header.entries), self._read_class)
        self._sight = sight
        self._cache = cache
        self._key = settings.key()
        self._project = stored._replace(stamp=b"", header=b"")
        self._how = how
        self._statistics = statistics
        self._taken = taken or {}
        self._records: dict[str, Record] = {}
        self._again: Compilation | None = None
        self._datastore: model.Datastore | None = None

    @cached_property
    def _findings(self) -> ir.Json:
        return json.loads(self._project.findings)

    @cached_property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is wrong with the datastore, in the order of places; nothing of the references."""
        return _unpack(self._findings[1])

    @property
    def allowances(self) -> "tuple[tuple[str, Allowance], ...]":
        """What comments in the datastore allow, each with its source."""
        from aelang.loader.allowances import Allowance

        return tuple((source, Allowance(*said)) for source, said in self._findings[2])

    @property
    def statistics(self) -> Statistics:
        """What opening took."""
        if self._statistics is None:
            self._statistics = Statistics(self._findings[0], 0, len(self.header.entries), 0, True)
        return self._statistics

    @cached_property
    def remarks(self) -> tuple[Diagnostic, ...]:
        """What the rules find across the files, in the order of places; nothing of the references."""
        from aelang.config import is_told

        return tuple(each for each in self._all_remarks() if is_told(each, self.settings.profile))

    def _all_remarks(self) -> tuple[Diagnostic, ...]:
        kept = self.note(_REMARKS)
        if kept is not None:
            return _unpack(json.loads(kept))
        from aelang.building.remarks import find_remarks
        from aelang.diagnostics.packed import pack_diagnostics

        try:
            stored = self._stored()
            if stored is None:
                return self._made_again()._all_remarks()
            with without_collector():
                found = find_remarks(stored, self.image.index, self._read_class, self._taken, self._how.progress)
        except CacheError:
            return self._made_again()._all_remarks()
        self._taken = {}
        self.keep_note(_REMARKS, json.dumps(pack_diagnostics(found), separators=(",", ":")).encode())
        return found

    def codes(self) -> "tuple[Code, ...]":
        """The inline methods that have code, by where it stands, without the texts; nothing of the references."""
        from aelang.building.codes import read_codes

        try:
            stored = self._stored()
            return self._made_again().codes() if stored is None else read_codes(stored)
        except CacheError:
            return self._made_again().codes()

    def code_texts(self, codes: "Iterable[Code]") -> "Iterator[tuple[Code, str]]":
        """Each of `codes` with its text, read one class after the other."""
        for klass, some in groupby(codes, key=lambda each: each.klass):
            methods = ir.record_from_json(self._read_class(fold(klass))).methods
            for code in some:
                yield code, methods[fold(code.name)].data or ""

    def kept_results(self, checker: str, digests: Iterable[str]) -> dict[str, bytes]:
        """What `keep_results` kept for `checker` of texts with these digests; it may be lost at any time."""
        try:
            return self._cache.results(checker, digests)
        except CacheError:
            return {}

    def keep_results(self, checker: str, results: Mapping[str, bytes]) -> None:
        """Keep what `checker`, named with its version, found out about texts, by their digests, for any project."""
        with contextlib.suppress(CacheError):
            self._cache.add_results(checker, results)

    def note(self, name: str) -> bytes | None:
        """What `keep_note` kept for the project as it now is, and the same settings; it may be lost at any time."""
        try:
            return self._cache.note(self._key, name, self._project.state)
        except CacheError:
            return None

    def keep_note(self, name: str, note: bytes) -> None:
        """Keep something that was found out about the project as it now is."""
        with contextlib.suppress(CacheError):
            self._cache.save_note(self._key, name, self._project.state, note)

    @property
    def datastore(self) -> "model.Datastore":
        """What the authors wrote; a class is read when it is asked for."""
        if self._datastore is None:
            from aelang.building.datastore import read_datastore

            try:
                stored = self._stored()
                if stored is None:
                    return self._made_again().datastore
                self._datastore = read_datastore(stored, self.settings.domains)
            except CacheError:
                return self._made_again().datastore
        return self._datastore

    def forget(self) -> None:
        """Let go of the classes that were read: whoever goes through a large datastore needs one after the other."""
        self.image.forget()
        self._datastore = None

    def model_class(self, path: str) -> "model.Class | None":
        """What the author wrote of the class with the full path `Domain/Ns/Class`."""
        domain, _, inner = fold(path).partition("/")
        found = next((each for each in self.datastore.domains if fold(each.name) == domain), None)
        return None if found is None else found.classes.get(inner)

    def sources(self) -> tuple[tuple[str, str], ...]:
        """The name of every file of the datastore with the sha256 of its content, sorted."""
        try:
            stored = self._stored()
            if stored is not None:
                return tuple(sorted((name, digest.hex()) for name, digest in stored.sources()))
        except CacheError:
            pass
        return self._made_again().sources()

    def write_image(self, path: str) -> None:
        """Write the image to `path`, with the hashes of its sources. Raises ir.ImageError where that cannot be done."""
        records = (self._record(fold(entry.path)) for entry in self.header.entries)
        write_image(path, self.header._replace(sources=self.sources()), records)

    def reopened(self) -> "Compilation":
        """This project as its files now are; what did not change is taken from the same cache. Raises ProjectError."""
        trees = _trees(self.settings)
        try:
            return open_with(self.settings, trees, self._cache, self._how)
        except CacheError:
            return open_with(self.settings, trees, private_cache(), self._how)

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

    def _stored(self) -> "StoredBuild | None":
        """What the cache has of the project, if it still is this state. Raises CacheError."""
        from aelang.building.stored import StoredBuild, roots_of

        stored = self._cache.project(self._key)
        if stored is None or stored.state != self._project.state:
            return None
        return StoredBuild(self._cache, self._key, stored, self._sight, roots_of(self._sight, len(self.settings.roots)))

    def _made_again(self) -> "Compilation":
        """This project compiled anew, beside the cache, which is told that it does not have it."""
        if self._again is None:
            with contextlib.suppress(CacheError):
                self._cache.forget(self._key)
            try:
                self._again = _build(self.settings, Sight(self._sight.trees), private_cache(), None, self._how)
            except ProjectError as fault:
                raise ir.ImageError(f"the cache is damaged, and the datastore cannot be read again: {fault}") from fault
        return self._again


def _unpack(stored: ir.Json) -> tuple[Diagnostic, ...]:
    from aelang.diagnostics.packed import unpack_diagnostics

    return tuple(unpack_diagnostics(stored))
