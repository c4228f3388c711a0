"""The datastore of a project as its authors wrote it; a class is read when it is asked for."""

from collections.abc import Iterator, Mapping, Sequence

from aelang import model
from aelang.building.files import FileReader, Root, read_class
from aelang.building.units import Known
from aelang.cache import Cache
from aelang.loader.assemble import assemble_domain
from aelang.loader.layout import ClassFolder, DomainFolder, lay_out
from aelang.loader.order import order_domains
from aelang.loader.records import Role
from aelang.names import fold


def read_datastore(
    roots: Sequence[Root], explicit: Sequence[str] | None, cache: Cache, known: Known
) -> model.Datastore:
    """The domains in `roots`, whose class folders `known` has named. Raises CacheError where the cache fails."""
    files = FileReader(roots, cache, known.digests)
    domains = [
        _domain(files, at, folder, known)
        for at, root in enumerate(roots)
        for folder in lay_out(root.listing, root.tree.display).domains
    ]
    return order_domains(domains, explicit)[0]


def _domain(files: FileReader, at: int, folder: DomainFolder, known: Known) -> model.Domain:
    tree = files.roots[at].tree
    roles = {folder.declaration: Role.DOMAIN.value}
    roles.update((each.declaration, Role.NAMESPACE.value) for each in folder.namespaces)
    files.look_at(at, roles)
    records, _ = files.records(at, roles)
    domain, _ = assemble_domain(folder, records, (), tree.name, tree.display)
    return domain._replace(classes=_Classes(files, at, domain.name, folder.classes, known))


class _Classes(Mapping[str, model.Class]):
    """The classes of a domain by their folded paths."""

    def __init__(self, files: FileReader, at: int, domain: str, folders: Sequence[ClassFolder], known: Known) -> None:
        self._files = files
        self._at = at
        self._domain = domain
        self._folders: dict[str, ClassFolder] = {}
        self._read: dict[str, model.Class] = {}
        for folder in folders:
            unit = known.units.get(f"{at}:{folder.folder}")
            if unit is not None:
                self._folders.setdefault(fold(unit.path), folder)

    def __getitem__(self, path: str) -> model.Class:
        key = fold(path)
        if key not in self._read:
            self._read[key] = read_class(self._files, self._at, self._domain, self._folders[key])
        return self._read[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._folders)

    def __len__(self) -> int:
        return len(self._folders)
