"""Files: what each file of the project says, and the digest by which a change of it is known."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from aelang import model
from aelang.building.contents import FileDigests
from aelang.cache import CacheError
from aelang.diagnostics import Diagnostic
from aelang.digests import sha256
from aelang.loader.assemble import assemble_class
from aelang.loader.layout import ClassFolder
from aelang.loader.load import roles_of
from aelang.loader.read import read_file
from aelang.loader.records import FileRecord, Role
from aelang.loader.trees import UNREADABLE_FILE, Entry, Listing, Tree
from aelang.source import Span

_CODE = "code"
_FILES_AT_ONCE = 1000
_BYTES_AT_ONCE = 16 << 20

MAX_FOLDER_BYTES = 16 << 20
"""How much of one class folder is read: a class is held in memory as a whole."""


class Root(NamedTuple):
    """A tree of the project with the files in it; findings in a `reference` are not reported."""

    tree: Tree
    listing: Listing
    reference: bool


class Placed(NamedTuple):
    """A class folder, the number of the root that it is in, and the name of its domain."""

    at: int
    domain: str
    folder: ClassFolder


Roles = Mapping[Entry, str]
"""The files of a class folder, or of a domain without its classes, and what each of them is."""


class Look(NamedTuple):
    """A look at some folders of the root number `at`: what was read of their files and is still held."""

    at: int
    contents: dict[str, bytes | Diagnostic]


class FileReader:
    """Reads the files of the roots, each once if it can be.

    `known` are the digests of files that did not change since they were read; `digests` those of all looked at.
    """

    def __init__(self, roots: Sequence[Root], known: Sequence[FileDigests]) -> None:
        self.roots = roots
        self.digests = [FileDigests(root.listing.entries) for root in roots]
        self.known = known or self.digests
        self.files_read = 0

    def look_at(self, at: int, folders: Iterable[Roles], *, whole: bool = False) -> Look:
        """Read those files in `folders` of root `at` whose digest is not known; with `whole`, all of them.

        Raises CacheError where a file is no longer what it was when the project was opened.
        """
        look = Look(at, {})
        known, digests = self.known[at], self.digests[at]
        paths: list[str] = []
        waiting = held = 0
        for folder in folders:
            total = 0
            for entry in folder:
                path, size = entry.path, _size(entry)
                total += size
                if total > MAX_FOLDER_BYTES:
                    look.contents[path] = _too_much(self.roots[at].tree.display(path))
                    continue
                if digests.adopt(path, known) and not whole:
                    continue
                paths.append(path)
                waiting += size
                if waiting > _BYTES_AT_ONCE:
                    held += self._read(look, paths, held)
                    paths, waiting = [], 0
        self._read(look, paths, held)
        return look

    def _read(self, look: Look, paths: Sequence[str], held: int = 0) -> int:
        """Read `paths`, and hold so much of it as there is room for beside what is `held`; how much that was."""
        if not paths:
            return 0
        self.files_read += len(paths)
        read = 0
        for path, data in zip(paths, self.roots[look.at].tree.read(paths), strict=True):
            self._compare(look.at, path, data)
            if held + read + len(data) <= _BYTES_AT_ONCE:
                look.contents[path] = data
                read += len(data)
        return read

    def _compare(self, at: int, path: str, data: bytes | Diagnostic) -> None:
        """Note the digest of `data`, which is what it was if that is known."""
        digests = self.digests[at]
        before = digests.get(path)
        if isinstance(data, bytes):
            digest = sha256(data).digest()
            if before is None:
                digests.keep(path, digest)
                return
            before = None if before == digest else before
        if before is not None:
            raise CacheError(damaged=False)

    def signature(self, look: Look, domain: str, folder: Roles) -> str:
        """A text that changes with everything that the class of these files depends on, names of others apart."""
        digests = self.digests[look.at]
        parts = [domain]
        for entry, role in folder.items():
            said = look.contents.get(entry.path)
            digest = None if isinstance(said, Diagnostic) else digests.get(entry.path)
            parts += (role, entry.path, digest.hex() if digest is not None else _objection(said))
        return str(sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:32])

    def records(self, look: Look, folder: Roles) -> "Records":
        """What the files of one of the folders say that `look` is at; what is held of them is let go."""
        self._read(look, [entry.path for entry in folder if entry.path not in look.contents])
        said = Records({}, {}, {})
        for entry, role in folder.items():
            data = look.contents.pop(entry.path)
            if role != _CODE:
                said.files[entry.path] = _record(Role(role), data)
            elif isinstance(data, bytes):
                said.codes[entry.path] = data.decode("utf-8", "replace")
            else:
                said.unread[entry.path] = data
        return said


class Records(NamedTuple):
    """What the files of a folder say, by path: the records of YAML files, the texts of code files, and why the other
    code files cannot be read."""

    files: dict[str, FileRecord]
    codes: dict[str, str]
    unread: dict[str, Diagnostic]


def _record(role: Role, data: bytes | Diagnostic) -> FileRecord:
    if isinstance(data, Diagnostic):
        return FileRecord(role, False, {}, diagnostics=(data,))
    return read_file(role, data)


def _objection(said: bytes | Diagnostic | None) -> str:
    return said.message if isinstance(said, Diagnostic) else ""


def _size(entry: Entry) -> int:
    """The size of the file as its stamp has it; 0 where it does not."""
    size, dash, _ = entry.stamp.partition("-")
    return int(size) if dash else 0


def _too_much(name: str) -> Diagnostic:
    reason = f"with it the class folder comes to more than {MAX_FOLDER_BYTES >> 20} MB"
    return UNREADABLE_FILE.at(Span(name), "take out of the datastore what is not part of the class", reason=reason)


def read_classes(files: FileReader, folders: Iterable[Placed]) -> Iterator[model.Class]:
    """The classes in `folders`, as their authors wrote them. Raises CacheError as `look_at`."""
    for at, some in groupby(folders, key=lambda each: each.at):
        for batch in batches(some):
            roles = [class_roles(each.folder) for each in batch]
            look = files.look_at(at, roles, whole=True)
            display = files.roots[at].tree.display
            for each, own in zip(batch, roles, strict=True):
                read = files.records(look, own)
                yield assemble_class(each.folder, each.domain, read.files, read.codes, display).klass


def read_class(files: FileReader, placed: Placed) -> model.Class:
    """The class of `placed`, as its author wrote it. Raises CacheError as `look_at`."""
    return next(read_classes(files, (placed,)))


def class_roles(folder: ClassFolder) -> dict[Entry, str]:
    """The files of `folder` with what each of them is."""
    roles = {entry: role.value for entry, role in roles_of(folder).items()}
    roles.update((entry, _CODE) for entry in folder.code_files())
    return roles


def batches(placed: Iterable[Placed]) -> Iterator[list[Placed]]:
    """`placed` in their order, so many at a time that not too many files are held at once."""
    batch: list[Placed] = []
    size = 0
    for each in placed:
        batch.append(each)
        size += file_count(each.folder)
        if size >= _FILES_AT_ONCE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def file_count(folder: ClassFolder) -> int:
    """How many files of YAML are in `folder`."""
    return 1 + len(folder.instances) + len(folder.methods)
