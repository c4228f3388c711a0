"""The cache: one SQLite file with what was read and compiled before.

It holds the compiled classes of each project, their outlines, and what the rules saw of them; the stamps of its files
with all that the next start needs; notes about the very state that a project is in; and what was found out about a
text, by the hash of the text. Every row carries a check sum over what it says and where it belongs, because SQLite does
not notice a flipped bit. What does not fit is as good as absent. Files are not kept: to read one again costs no more
than to ask for it here.

Nothing here may hurt: a cache that is damaged is put away and begun anew, one that is locked or cannot be written is
done without. Both are a `CacheError`, which `project` answers with a private cache that lives as long as the process.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, NamedTuple
from zlib import crc32

from aelang import __version__, shipped

CACHE_VERSION = 12
"""Grows with every change of the tables, or of what is made of a datastore and kept in them."""

_FILE = f"cache-{CACHE_VERSION}-{__version__}.sqlite"
_WAIT = 2.0  # seconds for which another process may hold the file
_LARGEST = 1 << 30  # bytes; a cache that has outgrown this is begun anew
_ROWS_AT_ONCE = 400
_THE_END = b""

_TABLES = """
CREATE TABLE about (text TEXT NOT NULL);
CREATE TABLE projects (key TEXT PRIMARY KEY, check_sum INTEGER NOT NULL, stamp BLOB NOT NULL, header BLOB NOT NULL,
                       findings BLOB NOT NULL, state TEXT NOT NULL);
CREATE TABLE parts (key TEXT, name TEXT, number INTEGER, check_sum INTEGER NOT NULL, part BLOB NOT NULL,
                    PRIMARY KEY (key, name, number));
CREATE TABLE notes (key TEXT, name TEXT, check_sum INTEGER NOT NULL, note BLOB NOT NULL, PRIMARY KEY (key, name));
CREATE TABLE classes (project TEXT, path TEXT, check_sum INTEGER NOT NULL, record BLOB NOT NULL,
                      PRIMARY KEY (project, path));
CREATE TABLE outlines (project TEXT, path TEXT, mark TEXT NOT NULL, check_sum INTEGER NOT NULL, outline BLOB NOT NULL,
                       PRIMARY KEY (project, path));
CREATE TABLE seen (project TEXT, path TEXT, mark TEXT NOT NULL, check_sum INTEGER NOT NULL, said BLOB NOT NULL,
                   PRIMARY KEY (project, path));
CREATE TABLE results (checker TEXT, digest TEXT, check_sum INTEGER NOT NULL, result BLOB NOT NULL,
                      PRIMARY KEY (checker, digest));
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
    what is wrong in it, and a word for this state that no other state has."""

    stamp: bytes
    header: bytes
    findings: bytes
    state: str


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
        rows = self._rows("SELECT check_sum, stamp, header, findings, state FROM projects WHERE key = ?", (key,))
        return next((StoredProject(*parts) for check, *parts in rows if _is_right(check, key, *parts)), None)

    def parts(self, key: str, name: str, state: str) -> Iterator[bytes]:
        """What `save_project` kept under `name` for the project in that state; read to the end before anything else.

        Where it is not all there, it raises CacheError in the midst of it.
        """
        order = "SELECT check_sum, part FROM parts WHERE key = ? AND name = ? ORDER BY number"
        try:
            rows = self._connection.execute(order, (key, name))
            for number, (check, part) in enumerate(rows):
                if not _is_right(check, key, name, str(number), state, part):
                    break
                if part == _THE_END:
                    return
                yield part
        except _ERRORS as error:
            raise _fault(error) from error
        raise CacheError(damaged=True)

    def note(self, key: str, name: str, state: str) -> bytes | None:
        """The note `name` about the project in that state."""
        rows = self._rows("SELECT check_sum, note FROM notes WHERE key = ? AND name = ?", (key, name))
        return next((note for check, note in rows if _is_right(check, key, name, state, note)), None)

    def class_record(self, project: str, path: str) -> bytes | None:
        """The record of the class with the folded `path`."""
        rows = self._rows("SELECT check_sum, record FROM classes WHERE project = ? AND path = ?", (project, path))
        return next((record for check, record in rows if _is_right(check, path, record)), None)

    def marks(self, project: str) -> dict[str, str]:
        """The marks of the outlines that there are, by the folded paths of their classes."""
        return dict(self._rows("SELECT path, mark FROM outlines WHERE project = ?", (project,)))

    def outlines(self, project: str, marks: Mapping[str, str]) -> dict[str, bytes]:
        """The outlines of the classes with the folded paths in `marks`, so far as they have the marks given there."""
        found: dict[str, bytes] = {}
        for asked in _some(marks):
            rows = self._rows(
                f"SELECT path, mark, check_sum, outline FROM outlines WHERE project = ? AND path IN ({_places(asked)})",
                (project, *asked),
            )
            found.update(
                (path, outline)
                for path, mark, check, outline in rows
                if marks.get(path) == mark and _is_right(check, path, mark, outline)
            )
        return found

    def seen(self, project: str, paths: Sequence[str]) -> dict[str, tuple[str, bytes]]:
        """What was seen of the classes with the folded `paths`, each with its mark, so far as it is known."""
        found: dict[str, tuple[str, bytes]] = {}
        for asked in _some(paths):
            rows = self._rows(
                f"SELECT path, mark, check_sum, said FROM seen WHERE project = ? AND path IN ({_places(asked)})",
                (project, *asked),
            )
            found.update((path, (mark, said)) for path, mark, check, said in rows if _is_right(check, path, mark, said))
        return found

    def results(self, checker: str, digests: Iterable[str]) -> dict[str, bytes]:
        """What `checker` found out about texts, by their digests, so far as it is known."""
        found: dict[str, bytes] = {}
        for asked in _some(digests):
            rows = self._rows(
                f"SELECT digest, check_sum, result FROM results WHERE checker = ? AND digest IN ({_places(asked)})",
                (checker, *asked),
            )
            found.update((key, result) for key, check, result in rows if _is_right(check, checker, key, result))
        return found

    def forget(self, key: str) -> None:
        """Drop what is known of a project; its classes stay."""
        self._write([("DELETE FROM projects WHERE key = ?", [(key,)])])

    def add_results(self, checker: str, results: Mapping[str, bytes]) -> None:
        """Keep what `checker` found out about texts, by their digests."""
        rows = [(checker, digest, _sum(checker, digest, result), result) for digest, result in results.items()]
        self._write([("INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?)", rows)])

    def add_outlines(self, project: str, outlines: Iterable[tuple[str, str, bytes]]) -> None:
        """Keep outlines of classes: folded path, mark, outline."""
        rows = [(project, path, mark, _sum(path, mark, outline), outline) for path, mark, outline in outlines]
        self._write([("INSERT OR REPLACE INTO outlines VALUES (?, ?, ?, ?, ?)", rows)])

    def add_seen(self, project: str, seen: Iterable[tuple[str, str, bytes]]) -> None:
        """Keep what was seen of classes: folded path, mark, what it was."""
        rows = [(project, path, mark, _sum(path, mark, said), said) for path, mark, said in seen]
        self._write([("INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?, ?)", rows)])

    def save_note(self, key: str, name: str, state: str, note: bytes) -> None:
        """Keep a note about the project in that state."""
        row = (key, name, _sum(key, name, state, note), note)
        self._write([("INSERT OR REPLACE INTO notes VALUES (?, ?, ?, ?)", [row])])

    def add_classes(self, project: str, records: Iterable[tuple[str, bytes]]) -> None:
        """Keep records of classes by their folded paths."""
        rows = [(project, path, _sum(path, record), record) for path, record in records]
        self._write([("INSERT OR REPLACE INTO classes VALUES (?, ?, ?, ?)", rows)])

    def save_project(
        self, key: str, stored: StoredProject, parts: Mapping[str, Iterable[bytes]], gone: Sequence[str]
    ) -> None:
        """Keep what is known of a project; the classes with the folded paths in `gone` are dropped."""

        def rows(name: str, said: Iterable[bytes]) -> Iterator[tuple[str, str, int, int, bytes]]:
            for number, part in enumerate(chain(said, (_THE_END,))):
                yield key, name, number, _sum(key, name, str(number), stored.state, part), part

        self._write(
            [
                ("DELETE FROM classes WHERE project = ? AND path = ?", [(key, path) for path in gone]),
                ("DELETE FROM outlines WHERE project = ? AND path = ?", [(key, path) for path in gone]),
                ("DELETE FROM seen WHERE project = ? AND path = ?", [(key, path) for path in gone]),
                ("DELETE FROM notes WHERE key = ?", [(key,)]),
                ("DELETE FROM parts WHERE key = ?", [(key,)]),
                *(("INSERT INTO parts VALUES (?, ?, ?, ?, ?)", rows(name, said)) for name, said in parts.items()),
                ("INSERT OR REPLACE INTO projects VALUES (?, ?, ?, ?, ?, ?)", [(key, _sum(key, *stored), *stored)]),
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


_MAKERS = ("building", "code", "compiler", "ir", "loader", "model", "names", "rules", "syntax")


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


def _some(keys: Iterable[str]) -> Iterator[list[str]]:
    """`keys`, so many at a time that SQLite takes them."""
    waiting = iter(keys)
    while some := list(islice(waiting, _ROWS_AT_ONCE)):
        yield some


def _places(values: Sequence[str]) -> str:
    return ",".join("?" * len(values))


def _sum(*parts: str | bytes) -> int:
    total = 0
    for part in parts:
        total = crc32(part.encode() if isinstance(part, str) else part, total)
        total = crc32(b"\0", total)
    return total


def _is_right(check: object, *parts: Any) -> bool:  # Any: what SQLite holds
    return all(isinstance(part, str | bytes) for part in parts) and _sum(*parts) == check
