"""The cache: one SQLite file with what was read and compiled before.

It holds three things: the record of a file by the hash of its content; the compiled classes of a project; and of each
project the stamps of its files with all that the next start needs. Every row carries a check sum over what it says and
where it belongs, because SQLite does not notice a flipped bit. What does not fit is as good as absent.

Nothing here may hurt: a cache that is damaged is put away and begun anew, one that is locked or cannot be written is
done without. Both are a `CacheError`, which `project` answers with a private cache that lives as long as the process.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple
from zlib import crc32

from aelang import __version__, shipped

CACHE_VERSION = 8
"""Grows with every change of the tables, of the records of files, or of what the compiler makes of them."""

_FILE = f"cache-{CACHE_VERSION}-{__version__}.sqlite"
_WAIT = 2.0  # seconds for which another process may hold the file
_LARGEST = 1 << 30  # bytes; a cache that has outgrown this is begun anew
_ROWS_AT_ONCE = 400

_TABLES = """
CREATE TABLE about (text TEXT NOT NULL);
CREATE TABLE files (key BLOB PRIMARY KEY, check_sum INTEGER NOT NULL, record BLOB NOT NULL);
CREATE TABLE classes (project TEXT, path TEXT, check_sum INTEGER NOT NULL, record BLOB NOT NULL,
                      PRIMARY KEY (project, path));
CREATE TABLE projects (key TEXT PRIMARY KEY, check_sum INTEGER NOT NULL, stamp BLOB NOT NULL, header BLOB NOT NULL,
                       findings BLOB NOT NULL);
CREATE TABLE builds (key TEXT PRIMARY KEY, check_sum INTEGER NOT NULL, units BLOB NOT NULL);
CREATE TABLE contents (key TEXT, number INTEGER, part BLOB NOT NULL, PRIMARY KEY (key, number));
"""

_HARMLESS = frozenset(
    (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL,
     sqlite3.SQLITE_PERM, sqlite3.SQLITE_INTERRUPT)
)  # fmt: skip

_ERRORS = (sqlite3.Error, UnicodeError, MemoryError)
"""What SQLite raises; a damaged file may also have texts or sizes in it that Python cannot take."""


class CacheError(Exception):
    """The cache cannot be used now. `damaged` says that it never will be, as it is."""

    def __init__(self, damaged: bool) -> None:
        super().__init__("the cache is damaged" if damaged else "the cache cannot be used")
        self.damaged = damaged


class StoredProject(NamedTuple):
    """What a start needs of a project: a stamp that tells whether anything changed since, the header of its image,
    and what is wrong in it."""

    stamp: bytes
    header: bytes
    findings: bytes


class StoredBuild(NamedTuple):
    """What the next build needs of a project: the header again, its units, and the digests of its files in parts."""

    header: bytes
    units: bytes
    contents: Iterable[bytes]


def cache_file(project_folder: str | None) -> str | None:
    """Where the cache is: `AELANG_CACHE`, else `.aelang/` of the project, else the user's; None where it is unknown."""
    named = os.environ.get("AELANG_CACHE")
    if named:
        return os.path.join(named, _FILE)
    if project_folder is not None and os.path.isdir(os.path.join(project_folder, ".aelang")):
        return os.path.join(project_folder, ".aelang", _FILE)
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(home, "aelang", _FILE) if os.path.isabs(home) else None


def open_cache(path: str) -> "Cache | None":
    """The cache in the file `path`, made where there is none; None where it cannot be used."""
    for _ in range(2):
        try:
            os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)  # it repeats what the datastore says
            return Cache(path)
        except CacheError as fault:
            if not fault.damaged:
                return None
            remove_cache(path)
        except OSError:
            return None
    return None


def private_cache() -> "Cache":
    """A cache of this process alone; what is too large for memory goes to a nameless file."""
    return Cache("")


def remove_cache(path: str) -> None:
    """Put a damaged cache away; where that is not allowed, it stays and is not used."""
    for name in (path, path + "-journal"):
        try:
            os.unlink(name)
        except OSError:
            continue


class Cache:
    """An open cache. Every method may raise CacheError; rows that are not what was written count as absent."""

    __slots__ = ("_connection", "is_new", "path")

    def __init__(self, path: str) -> None:
        self.path = path
        self.is_new = False  # made by this process: no file is known yet, unless by another one meanwhile
        if path and not os.path.exists(path):
            os.close(os.open(path, os.O_CREAT, 0o600))  # SQLite would make it later, and `_place` asks for it
        try:
            self._connection = sqlite3.connect(path, timeout=_WAIT, isolation_level=None, check_same_thread=False)
        except _ERRORS as error:
            raise _fault(error) from error
        try:
            self._prepare()
        except CacheError:
            self._connection.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def __del__(self) -> None:
        connection = getattr(self, "_connection", None)  # there is none where it could not be opened
        if connection is not None:
            connection.close()  # whoever uses a project once need not close it; Python 3.13 warns of one left open

    def project(self, key: str) -> StoredProject | None:
        """What a start needs of the project `key`."""
        rows = self._rows("SELECT check_sum, stamp, header, findings FROM projects WHERE key = ?", (key,))
        return next((StoredProject(*parts) for check, *parts in rows if _is_right(check, key, *parts)), None)

    def build(self, key: str) -> StoredBuild | None:
        """What the next build needs of the project `key`; all of one and the same build."""
        rows = self._rows(
            "SELECT b.check_sum, p.header, b.units FROM projects p JOIN builds b USING (key) WHERE key = ?", (key,)
        )
        contents = [part for (part,) in self._rows("SELECT part FROM contents WHERE key = ? ORDER BY number", (key,))]
        for check, header, units in rows:
            if _is_right(check, key, header, units, *contents):
                return StoredBuild(header, units, contents)
        return None

    def class_record(self, project: str, path: str) -> bytes | None:
        """The record of the class with the folded `path`."""
        rows = self._rows("SELECT check_sum, record FROM classes WHERE project = ? AND path = ?", (project, path))
        return next((record for check, record in rows if _is_right(check, path, record)), None)

    def file_records(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """The records of files by their keys, so far as they are known."""
        found: dict[bytes, bytes] = {}
        for start in range(0, len(keys), _ROWS_AT_ONCE):
            asked = keys[start : start + _ROWS_AT_ONCE]
            marks = ",".join("?" * len(asked))
            rows = self._rows(f"SELECT key, check_sum, record FROM files WHERE key IN ({marks})", asked)
            found.update((key, record) for key, check, record in rows if _is_right(check, key, record))
        return found

    def forget(self, key: str) -> None:
        """Drop what is known of a project; its files and classes stay."""
        self._write([("DELETE FROM projects WHERE key = ?", [(key,)])])

    def add_files(self, records: Iterable[tuple[bytes, bytes]]) -> None:
        """Keep records of files by their keys."""
        rows = [(key, _sum(key, record), record) for key, record in records]
        self._write([("INSERT OR REPLACE INTO files VALUES (?, ?, ?)", rows)])

    def add_classes(self, project: str, records: Iterable[tuple[str, bytes]]) -> None:
        """Keep records of classes by their folded paths."""
        rows = [(project, path, _sum(path, record), record) for path, record in records]
        self._write([("INSERT OR REPLACE INTO classes VALUES (?, ?, ?, ?)", rows)])

    def save_project(self, key: str, stored: StoredProject, build: StoredBuild, gone: Iterable[str]) -> None:
        """Keep what is known of a project; the classes with the folded paths in `gone` are dropped."""
        check = _sum(key, build.header, build.units)

        def parts() -> Iterator[tuple[str, int, bytes]]:
            nonlocal check
            for number, part in enumerate(build.contents):
                check = _sum(part, begun=check)
                yield key, number, part

        self._write(
            [
                ("DELETE FROM classes WHERE project = ? AND path = ?", ((key, path) for path in gone)),
                ("DELETE FROM contents WHERE key = ?", [(key,)]),
                ("INSERT INTO contents VALUES (?, ?, ?)", parts()),
                ("INSERT OR REPLACE INTO builds VALUES (?, ?, ?)", ((key, check, build.units) for _ in (0,))),
                ("INSERT OR REPLACE INTO projects VALUES (?, ?, ?, ?, ?)", [(key, _sum(key, *stored), *stored)]),
            ]
        )

    def _prepare(self) -> None:
        try:
            self._connection.execute("PRAGMA synchronous = OFF")  # a cache lost with the power is made again
            about = f"{_place(self.path)} {_makers()}"
            if not self._is_ours(about):
                self._begin_anew(about)
        except _ERRORS as error:
            raise _fault(error) from error

    def _is_ours(self, about: str) -> bool:
        names = [name for (name,) in self._connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        if not names:
            return False
        if "about" not in names or self._connection.execute("SELECT text FROM about").fetchall() != [(about,)]:
            raise CacheError(damaged=True)
        if self.path and os.path.getsize(self.path) > _LARGEST:
            raise CacheError(damaged=True)
        return True

    def _begin_anew(self, about: str) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        if not self._is_ours(about):  # another process may have been quicker
            for statement in _TABLES.split(";\n"):
                self._connection.execute(statement)
            self._connection.execute("INSERT INTO about VALUES (?)", (about,))
            self.is_new = True
        self._connection.execute("COMMIT")

    def _rows(
        self, statement: str, values: Sequence[object]
    ) -> list[tuple[Any, ...]]:  # Any: what SQLite holds, checked by its sum
        try:
            return self._connection.execute(statement, values).fetchall()
        except _ERRORS as error:
            raise _fault(error) from error

    def _write(self, work: Iterable[tuple[str, Iterable[Sequence[object]]]]) -> None:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for statement, rows in work:
                self._connection.executemany(statement, rows)
            self._connection.execute("COMMIT")
        except _ERRORS as error:
            if self._connection.in_transaction:
                self._connection.rollback()
            raise _fault(error) from error


def _place(path: str) -> str:
    """A cache inside a project may have come with it, from anyone: only one made in this very place is used."""
    if os.path.basename(os.path.dirname(path)) != ".aelang" or not os.path.exists(path):
        return ""
    found = os.stat(path)
    return f"{found.st_dev}:{found.st_ino}"


_MAKERS = ("building", "compiler", "ir", "loader", "model", "names", "rules", "syntax")


def _makers() -> str:
    """What makes the records: in a checkout the modules that do, since they change while the version stays."""
    if not shipped.is_checkout():
        return ""
    total = 0
    folders = [os.path.join(shipped.package_folder(), name) for name in _MAKERS]
    for folder in (*folders, os.path.dirname(shipped.grammar_file(""))):
        with os.scandir(folder) as found:
            for item in sorted(found, key=_name):
                if item.name.endswith((".py", ".lark")):
                    status = item.stat()
                    total = crc32(f"{item.name} {status.st_size} {status.st_mtime_ns}".encode(), total)
    return f"{total:08x}"


def _name(item: "os.DirEntry[str]") -> str:
    return item.name


def _fault(error: Exception) -> CacheError:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
    return CacheError(damaged=code & 0xFF not in _HARMLESS)


def _sum(*parts: str | bytes, begun: int = 0) -> int:
    total = begun
    for part in parts:
        total = crc32(part.encode() if isinstance(part, str) else part, total)
        total = crc32(b"\0", total)
    return total


def _is_right(check: object, *parts: Any) -> bool:  # Any: what SQLite holds
    return all(isinstance(part, str | bytes) for part in parts) and _sum(*parts) == check
