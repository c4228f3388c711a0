"""Build: the trees of a project become records of classes, and as little of it as can be is made anew.

A class folder is the unit. Its signature is made of the hashes of its files, so a unit whose signature is the one
stored is not looked at again: its names, its findings and its record stay, undecoded. The rest goes in two steps,
because a class can only be compiled when all names are known:

1. Survey: units that changed are read, file by file, and assembled; of most of them only the names and what was packed
   small (`KeptClasses`) stay in memory.
2. Compile: every unit that changed, every one that asked for names which are now others (`Unit.needs`), and every one
   that inherits from a unit that changed (`Unit.reads`). For those who will ask what the rules find, the outlines that
   these need are taken on the way, since all they are made of is at hand.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from sys import intern
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

from aelang import ir, model
from aelang.building.codes import codes_of
from aelang.building.contents import FileDigests
from aelang.building.files import (
    FileReader,
    Placed,
    Records,
    Roles,
    Root,
    batches,
    class_roles,
    file_count,
    read_class,
)
from aelang.building.kept import MANY_FILES, KeptClasses
from aelang.building.kinship import parents_first, parents_of, reached
from aelang.building.progress import Meter
from aelang.building.units import NOTHING_KNOWN, DomainFiles, Known, Unit, name_text, unit_entry, unit_key
from aelang.cache import Cache
from aelang.compiler.classes import compile_class
from aelang.compiler.frames import Kin
from aelang.compiler.inherit import reference_in
from aelang.compiler.overlay import changed_paths, class_entry
from aelang.compiler.remembered import part_count
from aelang.diagnostics import Diagnostic
from aelang.diagnostics.packed import Json, pack_diagnostics, unpack_diagnostics
from aelang.ir.store import Header, encode_class, place_records
from aelang.loader.allowances import Allowance
from aelang.loader.assemble import assemble_class, assemble_domain, domain_name
from aelang.loader.layout import DomainFolder, Layout, lay_out
from aelang.loader.order import order_domains
from aelang.loader.records import FileRecord, Role
from aelang.names import fold

if TYPE_CHECKING:
    from aelang.building.takers import Taker

_CLASSES_AT_ONCE = 200
_PARTS_REMEMBERED = 40_000  # fields, values and methods of classes that others inherit from: some 40 MB


class Built(NamedTuple):
    """All of a project but the records of its classes, which are in the cache."""

    header: Header
    units: dict[str, Unit]
    domains: dict[str, DomainFiles]
    digests: list[FileDigests]
    diagnostics: tuple[Diagnostic, ...]
    allowances: list[Json]
    gone: tuple[str, ...]
    files: int
    files_read: int
    classes_compiled: int


class NotADatastore(Exception):
    """One of the roots holds no domain."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__("; ".join(each.message for each in diagnostics))
        self.diagnostics = tuple(diagnostics)


def build(
    roots: Sequence[Root],
    explicit: Sequence[str] | None,
    cache: Cache,
    project: str,
    known: Known = NOTHING_KNOWN,
    taker: "Taker | None" = None,
    meter: Meter | None = None,
) -> Built:
    """Compile the datastore in `roots` under the domain order `explicit`, into `cache` under the key `project`.

    A `taker` takes what it is there for of each class that is compiled. Raises NotADatastore where a root has no
    domain, CacheError where the cache cannot be used.
    """
    return _Build(roots, explicit, cache, project, known, taker, meter or Meter(None)).run()


class _Domain(NamedTuple):
    """A domain on its way: where it was found, its own records, and the keys of its units."""

    at: int
    folder: DomainFolder
    name: str
    records: dict[str, FileRecord]
    unit_keys: list[str]


class _Build:
    """One build under way."""

    def __init__(
        self,
        roots: Sequence[Root],
        explicit: Sequence[str] | None,
        cache: Cache,
        project: str,
        known: Known,
        taker: "Taker | None",
        meter: Meter,
    ) -> None:
        self.roots = roots
        self.explicit = explicit
        self.cache = cache
        self.project = project
        self.known = known
        self.taker = taker
        self.meter = meter
        self.files = FileReader(roots, known.digests)
        self.units: dict[str, Unit] = {}
        self.domains: dict[str, DomainFiles] = {}
        self.placed: dict[str, Placed] = {}
        self.kept = KeptClasses(many=sum(len(root.listing.entries) for root in roots) > MANY_FILES)
        self.said: list[Diagnostic] = []
        self.allowed: list[tuple[str, Allowance]] = []

    def run(self) -> Built:
        layouts = [lay_out(root.listing, root.tree.display) for root in self.roots]
        self._check_roots(layouts)
        self.meter.begin(sum(len(root.listing.entries) for root in self.roots), "reading files")
        domains = [self._survey(at, folder) for at, layout in enumerate(layouts) for folder in layout.domains]
        self.meter.end()
        order, owners = self._order(domains)
        keys = self._units_in_order(order, owners)
        entries = tuple(unit_entry(self.units[key]) for key in keys)
        domain_entries = tuple(ir.DomainEntry(each.name, each.name in order.enabled) for each in order.domains)
        index = ir.Index(domain_entries, entries)
        self._forget_others(keys)
        compiled = self._compile(keys, index)
        records = place_records((self.units[key].length, self.units[key].check) for key in keys)
        now = {fold(entry.path) for entry in entries}
        return Built(
            header=Header(domain_entries, entries, records),
            units=self.units,
            domains=self.domains,
            digests=self.files.digests,
            diagnostics=self._diagnostics(),
            allowances=self._allowances(),
            gone=tuple(path for entry in self.known.names if (path := fold(entry.path)) not in now),
            files=sum(len(root.listing.entries) for root in self.roots),
            files_read=self.files.files_read,
            classes_compiled=compiled,
        )

    def _check_roots(self, layouts: Sequence[Layout]) -> None:
        empty = [each for layout in layouts if not layout.domains for each in layout.diagnostics]
        if empty:
            raise NotADatastore(empty)
        for root, layout in zip(self.roots, layouts, strict=True):
            self._report(root, layout.diagnostics)

    def _report(self, root: Root, found: Iterable[Diagnostic]) -> None:
        if not root.reference:
            self.said.extend(found)

    # -- survey ------------------------------------------------------------------------------------------------

    def _survey(self, at: int, folder: DomainFolder) -> _Domain:
        root = self.roots[at]
        roles = {folder.declaration: Role.DOMAIN.value}
        roles.update((each.declaration, Role.NAMESPACE.value) for each in folder.namespaces)
        records = self._domain_records(unit_key(at, folder.folder), at, roles)
        name = domain_name(folder, records[folder.declaration.path], root.tree.name)
        if not root.reference:
            display = root.tree.display
            self.allowed += [(display(path), each) for path, said in records.items() for each in said.allowances]
        domain = _Domain(at, folder, name, records, [])
        for batch in batches(Placed(at, name, each) for each in folder.classes):
            self._survey_batch(domain, batch)
            self.meter.step(sum(file_count(each.folder) for each in batch))
        return domain

    def _domain_records(self, key: str, at: int, roles: Roles) -> dict[str, FileRecord]:
        look = self.files.look_at(at, (roles,))
        signature = self.files.signature(look, "", roles)
        before = self.known.domains.get(key)
        if before is None or before.signature != signature:
            before = DomainFiles(signature, self.files.records(look, roles).files)
        self.domains[key] = before
        return before.records

    def _survey_batch(self, domain: _Domain, batch: Sequence[Placed]) -> None:
        roles = [class_roles(each.folder) for each in batch]
        look = self.files.look_at(domain.at, roles)
        for placed, own in zip(batch, roles, strict=True):
            key = unit_key(domain.at, placed.folder.folder)
            domain.unit_keys.append(key)
            self.placed[key] = placed
            signature = self.files.signature(look, domain.name, own)
            before = self.known.units.get(key)
            if before is not None and before.signature == signature:
                self.units[key] = before
            else:
                self._survey_unit(key, signature, placed, self.files.records(look, own))

    def _survey_unit(self, key: str, signature: str, placed: Placed, read: Records) -> None:
        folder = placed.folder
        assembled = assemble_class(folder, placed.domain, read.files, read.codes, self.roots[placed.at].tree.display)
        klass = assembled.klass
        entry = class_entry(klass)
        name = klass.attributes.get("name", model.Text(None))
        self.units[key] = Unit(
            signature, placed.domain, klass.path, klass.source, (name.line, name.column),
            tuple(map(intern, entry.instances.values())), tuple(map(intern, entry.methods.values())),
            survey_findings=_pack([*assembled.diagnostics, *read.unread.values()]),
            allowances=json.dumps(assembled.allowances) if assembled.allowances else "",
            codes=tuple(codes_of(klass)), inherits=reference_in(klass.attributes) or "",
        )  # fmt: skip
        self.kept.keep(key, klass)

    # -- order -------------------------------------------------------------------------------------------------

    def _order(self, domains: Sequence[_Domain]) -> tuple[model.Datastore, dict[str, _Domain]]:
        """The domains in their order, and by folded name where each was found; the first of a name counts."""
        owners: dict[str, _Domain] = {}
        made: list[model.Domain] = []
        for domain in domains:
            root = self.roots[domain.at]
            if root.reference and fold(domain.name) in owners:
                continue  # what a project has itself goes before what it only looks up
            owners.setdefault(fold(domain.name), domain)
            assembled, found = assemble_domain(
                domain.folder, domain.records, self._shells(domain), root.tree.name, root.tree.display
            )
            made.append(assembled)
            self._report(root, found)
        order, found = order_domains(made, self.explicit)
        self.said.extend(found)
        return order, owners

    def _shells(self, domain: _Domain) -> list[model.Class]:
        """The classes of `domain` as far as their names go."""
        return [
            model.Class(unit.domain, unit.path, {"name": name_text(unit)}, (), (), (), unit.source)
            for unit in map(self.units.__getitem__, domain.unit_keys)
        ]

    def _units_in_order(self, order: model.Datastore, owners: Mapping[str, _Domain]) -> list[str]:
        """The keys of the units that count: domain after domain, by path; the first of each path."""
        keys: list[str] = []
        for domain in order.domains:
            own: dict[str, str] = {}
            for key in owners[fold(domain.name)].unit_keys:
                own.setdefault(fold(self.units[key].path), key)
            keys += (own[path] for path in sorted(own))
        return keys

    # -- compile -----------------------------------------------------------------------------------------------

    def _forget_others(self, keys: Sequence[str]) -> None:
        """Units that another goes before have no record: should they count one day, they are compiled then."""
        for key in self.units.keys() - set(keys):
            self.units[key] = self.units[key]._replace(needs=(), reads=(), length=0, check=0, findings="")

    def _compile(self, keys: Sequence[str], index: ir.Index) -> int:
        moved = changed_paths(self.known.names, index) if self.known.units else frozenset[str]()
        at = {fold(self.units[key].full_path): key for key in keys}
        changed = self._changed(at)
        stale = (
            key
            for key in keys
            if not (unit := self.units[key]).length
            or not moved.isdisjoint(unit.needs)
            or not changed.isdisjoint(unit.reads)
        )
        wanted = reached(stale, self.units, at)
        work = parents_first([key for key in keys if key in wanted], parents_of(self.units, at, index))
        library = _Parents(at, self._model)
        kin = Kin()
        made: list[tuple[str, bytes]] = []
        self.meter.begin(len(work), "compiling classes")
        for key in work:
            made.append(self._compile_unit(key, index, library, kin))
            if len(made) >= _CLASSES_AT_ONCE:
                self._save(made)
            self.meter.step()
        self._save(made)
        self.meter.end()
        return len(work)

    def _save(self, made: list[tuple[str, bytes]]) -> None:
        if made:
            self.cache.add_classes(self.project, made)
            made.clear()
        if self.taker is not None:
            self.taker.save()

    def _changed(self, at: Mapping[str, str]) -> frozenset[str]:
        """The full paths at which another content counts than in the build before."""
        before = self.known.units
        if not before:
            return frozenset()
        same = (key for key, unit in before.items() if unit.length and key in self.units)
        kept = {key for key in same if before[key].signature == self.units[key].signature}
        return frozenset(path for path, key in at.items() if key not in kept)

    def _compile_unit(self, key: str, index: ir.Index, library: "_Parents", kin: Kin) -> tuple[str, bytes]:
        klass = self._model(key)
        compiled = compile_class(klass, index, library, kin)
        self.kept.drop(key)
        record = encode_class(compiled.klass if compiled.heir is None else self._heir(compiled.heir, library))
        unit = self.units[key] = self.units[key]._replace(
            needs=tuple(map(intern, sorted(compiled.needs))),
            reads=tuple(map(intern, sorted(compiled.reads))),
            length=len(record),
            check=crc32(record),
            findings=_pack(compiled.diagnostics),
        )
        path = fold(compiled.klass.path)
        if self.taker is not None:
            self.taker.take(path, unit.mark, klass, compiled.klass)
        return path, record

    def _heir(self, heir: ir.Heir, library: "_Parents") -> ir.Heir:
        parent = self.units[library.keys[fold(heir.parent)]]  # it was compiled before
        return heir._replace(check=parent.check)

    def _model(self, key: str) -> model.Class:
        kept = self.kept.peek(key)
        return read_class(self.files, self.placed[key]) if kept is None else kept

    # -- findings ----------------------------------------------------------------------------------------------

    def _own(self) -> Iterable[Unit]:
        """The units that are reported on."""
        return (unit for key, unit in self.units.items() if not self.roots[self.placed[key].at].reference)

    def _diagnostics(self) -> tuple[Diagnostic, ...]:
        packed = (text for unit in self._own() for text in (unit.survey_findings, unit.findings) if text)
        found = [*self.said, *(each for text in packed for each in unpack_diagnostics(json.loads(text)))]
        return tuple(sorted(found, key=lambda each: (each.span, each.kind.slug, each.message)))

    def _allowances(self) -> list[Json]:
        """What the comments in the project's own files allow, as plain data."""
        return [
            *self.allowed,
            *(each for unit in self._own() if unit.allowances for each in json.loads(unit.allowances)),
        ]


def _pack(found: Sequence[Diagnostic]) -> str:
    return json.dumps(pack_diagnostics(found), separators=(",", ":")) if found else ""


class _Parents:
    """Gives classes by their full paths to those that inherit from them.

    As many as there is room for are remembered: siblings ask for the same ones, and of a long chain each asks for all.
    """

    def __init__(self, keys: Mapping[str, str], read: Callable[[str], model.Class]) -> None:
        self.keys = keys
        self._read = read
        self._remembered: dict[str, model.Class] = {}
        self._parts = 0

    def __call__(self, path: str) -> model.Class | None:
        key = self.keys.get(fold(path))
        if key is None:
            return None
        found = self._remembered.get(key)
        if found is None:
            found = self._remembered[key] = self._read(key)
            self._parts += part_count(found)
            while self._parts > _PARTS_REMEMBERED and len(self._remembered) > 1:
                oldest = next(iter(self._remembered))
                self._parts -= part_count(self._remembered.pop(oldest))
        return found
