"""Files: what each file of the project says, from the cache where its content was read before."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from aelang import model
from aelang.cache import Cache, CacheError
from aelang.diagnostics import Diagnostic
from aelang.digests import sha256
from aelang.loader.assemble import assemble_class
from aelang.loader.layout import ClassFolder
from aelang.loader.load import roles_of
from aelang.loader.read import read_file
from aelang.loader.records import FileRecord, Role, record_from_json, record_to_json
from aelang.loader.trees import Entry, Listing, Tree

_CODE = "code"
_to_text = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode  # records are trees
_FILES_AT_ONCE = 1000


class Root(NamedTuple):
    """A tree of the project with the files in it; findings in a `reference` are not reported."""

    tree: Tree
    listing: Listing
    reference: bool


class FileReader:
    """Reads the files of the roots, from the cache where their content is known, and keeps there what it read.

    `known` are the digests of files that did not change since they were read; `digests` those of all looked at.
    """

    def __init__(self, roots: Sequence[Root], cache: Cache, known: Sequence[dict[str, bytes]]) -> None:
        self.roots = roots
        self.cache = cache
        self.known = known or [{} for _ in roots]
        self.digests: list[dict[str, bytes]] = [{} for _ in roots]
        self.files_read = 0
        self.asks_cache = not cache.is_new  # while the first build of a new cache fills it, there is nothing in it
        self._contents: dict[str, bytes | Diagnostic] = {}

    def look_at(self, at: int, entries: Iterable[Entry]) -> None:
        """Read those of `entries` of root `at` whose digest is not known; what was read before is let go."""
        known, digests = self.known[at], self.digests[at]
        unknown: list[str] = []
        for path, _ in entries:
            if path not in digests:
                if path in known:
                    digests[path] = known[path]
                else:
                    unknown.append(path)
        contents = self.roots[at].tree.read(unknown) if unknown else []
        self.files_read += len(unknown)
        self._contents = dict(zip(unknown, contents, strict=True))
        for path, data in self._contents.items():
            if isinstance(data, bytes):
                digests[path] = sha256(data).digest()

    def signature(self, at: int, domain: str, roles: Mapping[Entry, str]) -> str:
        """A text that changes with everything that the class of these files depends on, names of others apart."""
        digests = self.digests[at]
        parts = [domain]
        for entry, role in roles.items():
            digest = digests.get(entry.path)
            parts += (role, entry.path, self._objection(entry.path) if digest is None else digest.hex())
        return str(sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest())

    def _objection(self, path: str) -> str:
        data = self._contents.get(path)
        return data.message if isinstance(data, Diagnostic) else ""

    def records(self, at: int, roles: Mapping[Entry, str]) -> tuple[dict[str, FileRecord], dict[str, str]]:
        """The records of YAML files and the texts of code files, by path."""
        digests = self.digests[at]
        keys = {
            entry.path: _file_key(role, digest)
            for entry, role in roles.items()
            if (digest := digests.get(entry.path)) is not None
        }
        stored = self.cache.file_records(list(keys.values())) if self.asks_cache else {}
        made: list[tuple[bytes, bytes]] = []
        records: dict[str, FileRecord] = {}
        codes: dict[str, str] = {}
        for entry, role in roles.items():
            key = keys.get(entry.path, b"")
            kept = stored.get(key)
            if role == _CODE:
                data = self._content(at, entry.path) if kept is None else kept
                if isinstance(data, bytes):
                    codes[entry.path] = data.decode("utf-8", "replace")
                    if kept is None:
                        made.append((key, data))
            elif kept is not None:
                records[entry.path] = _from_store(role, kept)
            else:
                data = self._content(at, entry.path)
                records[entry.path] = record = _read(Role(role), data)
                if key:
                    made.append((key, _to_store(role, record, data)))
        if made:
            self.cache.add_files(made)
        return records, codes

    def _content(self, at: int, path: str) -> bytes | Diagnostic:
        """What was read of a file. One that the cache has lost is read again, if it still is the same."""
        found = self._contents.get(path)
        if found is None:
            found = self.roots[at].tree.read([path])[0]
            self.files_read += 1
            if not isinstance(found, bytes) or sha256(found).digest() != self.digests[at].get(path):
                raise CacheError(damaged=False)
        return found


_STORED_AS_WRITTEN = frozenset((Role.CLASS.value,))
"""A schema is nine tenths of all that a cold start would write as JSON; reading the one of a class again is cheap."""


def _read(role: Role, data: bytes | Diagnostic) -> FileRecord:
    if isinstance(data, Diagnostic):
        return FileRecord(role, False, {}, diagnostics=(data,))
    return read_file(role, data)


def _to_store(role: str, record: FileRecord, data: bytes | Diagnostic) -> bytes:
    if role in _STORED_AS_WRITTEN and isinstance(data, bytes):
        return data
    return _to_text(record_to_json(record)).encode()


def _from_store(role: str, kept: bytes) -> FileRecord:
    if role in _STORED_AS_WRITTEN:
        return read_file(Role(role), kept)
    return record_from_json(json.loads(kept))


def _file_key(role: str, digest: bytes) -> bytes:
    return role.encode() + digest


def read_class(files: FileReader, at: int, domain: str, folder: ClassFolder) -> model.Class:
    """The class of `folder`, as its author wrote it."""
    roles = class_roles(folder)
    files.look_at(at, roles)
    records, codes = files.records(at, roles)
    return assemble_class(folder, domain, records, codes, files.roots[at].tree.display).klass


def class_roles(folder: ClassFolder) -> dict[Entry, str]:
    """The files of `folder` with what each of them is."""
    roles = {entry: role.value for entry, role in roles_of(folder).items()}
    roles.update((entry, _CODE) for method in folder.methods for entry in method.code)
    return roles


def batches(folders: Iterable[ClassFolder]) -> Iterator[list[ClassFolder]]:
    """`folders` in their order, so many at a time that not too many files are held at once."""
    batch: list[ClassFolder] = []
    size = 0
    for folder in folders:
        batch.append(folder)
        size += 1 + len(folder.instances) + len(folder.methods)
        if size >= _FILES_AT_ONCE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
