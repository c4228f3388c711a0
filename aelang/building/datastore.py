"""The datastore of a project as its authors wrote it; a class is read when it is asked for."""

from collections.abc import Iterator, Mapping, Sequence

from aelang import model
from aelang.building.files import FileReader, Placed, read_class
from aelang.building.stored import StoredBuild
from aelang.building.units import unit_key
from aelang.loader.assemble import assemble_domain
from aelang.loader.layout import ClassFolder, DomainFolder, lay_out
from aelang.loader.order import order_domains
from aelang.loader.records import Role
from aelang.names import fold


def read_datastore(stored: StoredBuild, explicit: Sequence[str] | None) -> model.Datastore:
    """The domains of the project, whose class folders building has named.

    Raises CacheError where a file has changed since, here or when a class is reached.
    """
    files = FileReader(stored.roots, stored.digests())
    paths = {key: fold(unit.path) for key, unit in stored.units()}
    domains = [
        _domain(files, at, folder, paths)
        for at, root in enumerate(stored.roots)
        for folder in lay_out(root.listing, root.tree.display).domains
    ]
    return order_domains(domains, explicit)[0]


def _domain(files: FileReader, at: int, folder: DomainFolder, paths: Mapping[str, str]) -> model.Domain:
    tree = files.roots[at].tree
    roles = {folder.declaration: Role.DOMAIN.value}
    roles.update((each.declaration, Role.NAMESPACE.value) for each in folder.namespaces)
    records = files.records(files.look_at(at, (roles,), whole=True), roles).files
    domain, _ = assemble_domain(folder, records, (), tree.name, tree.display)
    return domain._replace(classes=_Classes(files, at, domain.name, folder.classes, paths))


class _Classes(Mapping[str, model.Class]):
    """The classes of a domain by their folded paths."""

    def __init__(
        self, files: FileReader, at: int, domain: str, folders: Sequence[ClassFolder], paths: Mapping[str, str]
    ) -> None:
        self._files = files
        self._at = at
        self._domain = domain
        self._folders: dict[str, ClassFolder] = {}
        self._read: dict[str, model.Class] = {}
        for folder in folders:
            path = paths.get(unit_key(at, folder.folder))
            if path is not None:
                self._folders.setdefault(path, folder)

    def __getitem__(self, path: str) -> model.Class:
        key = fold(path)
        if key not in self._read:
            self._read[key] = read_class(self._files, Placed(self._at, self._domain, self._folders[key]))
        return self._read[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._folders)

    def __len__(self) -> int:
        return len(self._folders)
