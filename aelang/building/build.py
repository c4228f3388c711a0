"""Build: the trees of a project become records of classes, and as little of it as can be is made anew.

A class folder is the unit. Its signature is made of the hashes of its files, so a unit whose signature is the one
stored is not looked at again: its names, its findings and its record stay, undecoded. The rest goes in two steps,
because a class can only be compiled when all names are known:

1. Survey: units that changed are read, file by file, and assembled; only their names are kept of them.
2. Compile: every unit that changed, every one that asked for names which are now others (`Unit.needs`), and every one
   that inherits from a unit that changed (`Unit.reads`).

Few files are held at a time; what the second step needs of a large datastore it takes from the cache again.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple
from zlib import crc32

from aelang import ir, model
from aelang.building.files import FileReader, Root, batches, class_roles, read_class
from aelang.building.reports import Json, pack_diagnostics, unpack_diagnostics
from aelang.building.units import NOTHING_KNOWN, Known, Unit, name_text, unit_entry
from aelang.cache import Cache
from aelang.compiler.classes import compile_class
from aelang.compiler.overlay import changed_paths, class_entry
from aelang.diagnostics import Diagnostic
from aelang.ir.store import Header, encode_class, place_records
from aelang.loader.assemble import assemble_class, assemble_domain, domain_name
from aelang.loader.layout import ClassFolder, DomainFolder, Layout, lay_out
from aelang.loader.order import order_domains
from aelang.loader.records import FileRecord, Role
from aelang.names import fold
from aelang.rules import check
from aelang.rules.compiled import Compiled
from aelang.rules.outline import Outline, read_outline, take_outline, write_outline

_KEPT_FILES = 6_000  # classes of so many files stay in memory from the survey to the compilation
_CLASSES_AT_ONCE = 500
_PARENTS_REMEMBERED = 50
_OUTLINES_REMEMBERED = 1_000


class Built(NamedTuple):
    """All of a project but the records of its classes, which are in the cache."""

    header: Header
    units: dict[str, Unit]
    digests: list[dict[str, bytes]]
    diagnostics: tuple[Diagnostic, ...]
    remarks: tuple[Diagnostic, ...]
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
    roots: Sequence[Root], explicit: Sequence[str] | None, cache: Cache, project: str, known: Known = NOTHING_KNOWN
) -> Built:
    """Compile the datastore in `roots` under the domain order `explicit`, into `cache` under the key `project`.

    Raises NotADatastore where a root has no domain, CacheError where the cache cannot be used.
    """
    return _Build(roots, explicit, cache, project, known).run()


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
        self, roots: Sequence[Root], explicit: Sequence[str] | None, cache: Cache, project: str, known: Known
    ) -> None:
        self.roots = roots
        self.explicit = explicit
        self.cache = cache
        self.project = project
        self.known = known
        self.files = FileReader(roots, cache, known.digests)
        self.units: dict[str, Unit] = {}
        self.folders: dict[str, tuple[int, str, ClassFolder]] = {}
        self.kept: dict[str, model.Class] = {}
        self.kept_files = 0
        self.said: list[Diagnostic] = []
        self.outlines: dict[str, Outline] = {}

    def run(self) -> Built:
        layouts = [lay_out(root.listing, root.tree.display) for root in self.roots]
        self._check_roots(layouts)
        domains = [self._survey(at, folder) for at, layout in enumerate(layouts) for folder in layout.domains]
        order, owners = self._order(domains)
        keys = self._units_in_order(order, owners)
        entries = tuple(unit_entry(self.units[key]) for key in keys)
        domain_entries = tuple(ir.DomainEntry(each.name, each.name in order.enabled) for each in order.domains)
        index = ir.Index(domain_entries, entries)
        self._forget_others(keys)
        self.files.asks_cache = True
        compiled = self._compile(keys, index)
        records = place_records((self.units[key].length, self.units[key].check) for key in keys)
        now = {fold(entry.path) for entry in entries}
        return Built(
            header=Header(domain_entries, entries, records),
            units=self.units,
            digests=self.files.digests,
            diagnostics=self._diagnostics(),
            remarks=self._remarks(keys, index),
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
        self.files.look_at(at, roles)
        records, _ = self.files.records(at, roles)
        name = domain_name(folder, records[folder.declaration.path], root.tree.name)
        domain = _Domain(at, folder, name, records, [])
        for batch in batches(folder.classes):
            self._survey_batch(domain, batch)
        return domain

    def _survey_batch(self, domain: _Domain, batch: Sequence[ClassFolder]) -> None:
        roles = {folder.folder: class_roles(folder) for folder in batch}
        self.files.look_at(domain.at, (entry for each in roles.values() for entry in each))
        changed: list[tuple[str, str, ClassFolder]] = []
        for folder in batch:
            key = f"{domain.at}:{folder.folder}"
            domain.unit_keys.append(key)
            self.folders[key] = (domain.at, domain.name, folder)
            signature = self.files.signature(domain.at, domain.name, roles[folder.folder])
            before = self.known.units.get(key)
            if before is not None and before.signature == signature:
                self.units[key] = before
            else:
                changed.append((key, signature, folder))
        wanted = {entry: role for _, _, folder in changed for entry, role in roles[folder.folder].items()}
        records, codes = self.files.records(domain.at, wanted)
        for key, signature, folder in changed:
            self._survey_unit(key, signature, domain, folder, records, codes)

    def _survey_unit(
        self,
        key: str,
        signature: str,
        domain: _Domain,
        folder: ClassFolder,
        records: Mapping[str, FileRecord],
        codes: Mapping[str, str],
    ) -> None:
        assembled = assemble_class(folder, domain.name, records, codes, self.roots[domain.at].tree.display)
        klass = assembled.klass
        entry = class_entry(klass)
        name = klass.attributes.get("name", model.Text(None))
        self.units[key] = Unit(
            signature, domain.name, klass.path, klass.source, (name.line, name.column),
            tuple(entry.instances.values()), tuple(entry.methods.values()),
            survey_findings=pack_diagnostics(assembled.diagnostics),
            allowances=assembled.allowances,
        )  # fmt: skip
        self.kept_files += 1 + len(folder.instances) + len(folder.methods)
        if self.kept_files <= _KEPT_FILES:
            self.kept[key] = klass

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
            self.units[key] = self.units[key]._replace(needs=(), reads=(), length=0, check=0, findings=(), outline="")

    def _compile(self, keys: Sequence[str], index: ir.Index) -> int:
        moved = changed_paths(self.known.names, index) if self.known.units else frozenset[str]()
        at = {fold(self.units[key].full_path): key for key in keys}
        changed = self._changed(at)
        work = [
            key
            for key in keys
            if not (unit := self.units[key]).length
            or not moved.isdisjoint(unit.needs)
            or not changed.isdisjoint(unit.reads)
        ]
        parents = _Parents(at, self._model)
        made: list[tuple[str, bytes]] = []
        for key in work:
            made.append(self._compile_unit(key, index, parents))
            if len(made) >= _CLASSES_AT_ONCE:
                self.cache.add_classes(self.project, made)
                made = []
        if made:
            self.cache.add_classes(self.project, made)
        return len(work)

    def _changed(self, at: Mapping[str, str]) -> frozenset[str]:
        """The full paths at which another content counts than in the build before."""
        before = self.known.units
        if not before:
            return frozenset()
        same = (key for key, unit in before.items() if unit.length and key in self.units)
        kept = {key for key in same if before[key].signature == self.units[key].signature}
        return frozenset(path for path, key in at.items() if key not in kept)

    def _compile_unit(self, key: str, index: ir.Index, parents: "_Parents") -> tuple[str, bytes]:
        klass = self._model(key)
        compiled = compile_class(klass, index, parents)
        self.kept.pop(key, None)
        record = encode_class(compiled.klass)
        outline = take_outline(klass, compiled.klass)
        if len(self.outlines) < _OUTLINES_REMEMBERED:
            self.outlines[fold(compiled.klass.path)] = outline
        self.units[key] = self.units[key]._replace(
            needs=tuple(sorted(compiled.needs)),
            reads=tuple(sorted(compiled.reads)),
            length=len(record),
            check=crc32(record),
            findings=pack_diagnostics(compiled.diagnostics),
            outline=write_outline(outline),
        )
        return fold(compiled.klass.path), record

    def _model(self, key: str) -> model.Class:
        kept = self.kept.get(key)
        if kept is not None:
            return kept
        at, domain, folder = self.folders[key]
        return read_class(self.files, at, domain, folder)

    # -- findings ----------------------------------------------------------------------------------------------

    def _diagnostics(self) -> tuple[Diagnostic, ...]:
        found = list(self.said)
        for key, unit in self.units.items():
            if not self.roots[self.folders[key][0]].reference:
                found += unpack_diagnostics(unit.survey_findings)
                found += unpack_diagnostics(unit.findings)
        return _sorted(found)

    def _allowances(self) -> list[Json]:
        """What the comments in the project's own classes allow, as plain data."""
        own = (unit for key, unit in self.units.items() if not self.roots[self.folders[key][0]].reference)
        return [each for unit in own for each in unit.allowances]

    def _remarks(self, keys: Sequence[str], index: ir.Index) -> tuple[Diagnostic, ...]:
        """What the rules find in the project's own classes."""
        texts = {fold((unit := self.units[key]).full_path): unit.outline for key in keys}

        def outline(path: str) -> Outline | None:
            text = texts.get(path)
            return None if text is None else self.outlines.get(path) or read_outline(text)

        own = [self.units[key].full_path for key in keys if not self.roots[self.folders[key][0]].reference]
        return _sorted(check(Compiled(index, outline, own, self._code_files())))

    def _code_files(self) -> list[str]:
        """The files beside the declarations of methods that look like code."""
        classes = {(at, folder.folder) for at, _, folder in self.folders.values()}
        return [
            root.tree.display(entry.path)
            for at, root in enumerate(self.roots)
            if not root.reference
            for entry in root.listing.entries
            if entry.path.endswith((".rb", ".py")) and (at, entry.path.rpartition("/__methods__/")[0]) in classes
        ]


def _sorted(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(sorted(found, key=lambda each: (each.span, each.kind.slug, each.message)))


class _Parents:
    """Gives classes by their full paths to those that inherit from them; a few are remembered, since siblings ask for
    the same ones."""

    def __init__(self, keys: Mapping[str, str], read: Callable[[str], model.Class]) -> None:
        self._keys = keys
        self._read = read
        self._remembered: dict[str, model.Class] = {}

    def __call__(self, path: str) -> model.Class | None:
        key = self._keys.get(fold(path))
        if key is None:
            return None
        found = self._remembered.get(key)
        if found is None:
            if len(self._remembered) >= _PARENTS_REMEMBERED:
                self._remembered.clear()
            found = self._remembered[key] = self._read(key)
        return found
