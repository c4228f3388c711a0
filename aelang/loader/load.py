"""Loading: roots in, domains and diagnostics out; for those who need no cache."""

import gc
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from aelang.diagnostics import Diagnostic
from aelang.loader.assemble import assemble_class, assemble_domain, domain_name
from aelang.loader.layout import ClassFolder, DomainFolder, lay_out
from aelang.loader.read import read_file
from aelang.loader.records import FileRecord, Role
from aelang.loader.trees import Entry, Tree, open_tree
from aelang.model import Class, Domain

__all__ = ["Loaded", "load", "load_tree"]

_FILES_AT_ONCE = 1000


class Loaded(NamedTuple):
    """The domains in the order of roots and folders, and everything that is wrong with their files."""

    domains: tuple[Domain, ...]
    diagnostics: tuple[Diagnostic, ...]


def load(roots: Iterable[str]) -> Loaded:
    """The domains of all `roots`; each root as `open_tree` takes it. A root that cannot be read is a diagnostic."""
    domains: list[Domain] = []
    diagnostics: list[Diagnostic] = []
    for root in roots:
        tree = open_tree(root)
        if isinstance(tree, Diagnostic):
            diagnostics.append(tree)
            continue
        found = load_tree(tree)
        domains += found.domains
        diagnostics += found.diagnostics
    return Loaded(tuple(domains), tuple(diagnostics))


def load_tree(tree: Tree) -> Loaded:
    """The domains of one tree. What is broken is left out and said; the rest still loads."""
    layout = lay_out(tree.listing(), tree.display)
    domains: list[Domain] = []
    diagnostics = list(layout.diagnostics)
    collecting = gc.isenabled()
    gc.disable()  # a tree of tuples has no cycles to find, and looking for them costs a quarter of the time
    try:
        for folder in layout.domains:
            domain, said = _load_domain(tree, folder)
            domains.append(domain)
            diagnostics += said
    finally:
        if collecting:
            gc.enable()
    return Loaded(tuple(domains), tuple(diagnostics))


def _load_domain(tree: Tree, folder: DomainFolder) -> tuple[Domain, list[Diagnostic]]:
    roles = {folder.declaration: Role.DOMAIN} | dict.fromkeys(
        (each.declaration for each in folder.namespaces), Role.NAMESPACE
    )
    records = _read_records(tree, roles)
    name = domain_name(folder, records[folder.declaration.path], tree.name)
    said: list[Diagnostic] = []
    classes: list[Class] = []
    for klass, inner, codes, unread in _read_folders(tree, folder.classes):
        assembled = assemble_class(klass, name, inner, codes, tree.display)
        classes.append(assembled.klass)
        said += (*unread, *assembled.diagnostics)
    domain, own = assemble_domain(folder, records, classes, tree.name, tree.display)
    return domain, [*own, *said]


def _read_records(tree: Tree, roles: dict[Entry, Role]) -> dict[str, FileRecord]:
    contents = tree.read([entry.path for entry in roles])
    return {
        entry.path: FileRecord(role, False, {}, diagnostics=(data,))
        if isinstance(data, Diagnostic)
        else read_file(role, data)
        for (entry, role), data in zip(roles.items(), contents, strict=True)
    }


def _read_folders(
    tree: Tree, folders: Iterable[ClassFolder]
) -> Iterator[tuple[ClassFolder, dict[str, FileRecord], dict[str, str], list[Diagnostic]]]:
    """Each class folder with its records, its codes, and the code files that cannot be read; some folders at a time."""
    for batch in _batches(folders):
        roles = {entry: role for folder in batch for entry, role in roles_of(folder).items()}
        records = _read_records(tree, roles)
        code = [each for folder in batch for each in folder.code_files()]
        contents = dict(zip((each.path for each in code), tree.read([each.path for each in code]), strict=True))
        texts = {path: data.decode("utf-8", "replace") for path, data in contents.items() if isinstance(data, bytes)}
        for folder in batch:
            own = [contents[each.path] for each in folder.code_files()]
            yield folder, records, texts, [each for each in own if isinstance(each, Diagnostic)]


def _batches(folders: Iterable[ClassFolder]) -> Iterator[list[ClassFolder]]:
    batch: list[ClassFolder] = []
    size = 0
    for folder in folders:
        batch.append(folder)
        size += len(folder.instances) + len(folder.methods)
        if size >= _FILES_AT_ONCE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def roles_of(folder: ClassFolder) -> dict[Entry, Role]:
    """The YAML files of a class folder and what each is."""
    instances = dict.fromkeys(folder.instances, Role.INSTANCE)
    methods = dict.fromkeys((each.declaration for each in folder.methods), Role.METHOD)
    return {folder.declaration: Role.AEL if folder.is_ael() else Role.CLASS} | instances | methods
