"""Opening a store: where it is, how SQLite and PostgreSQL are set up, and its two kinds of transactions."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from aelang.requests.store.faults import StoreError, locked, told
from aelang.requests.store.prepared import begin_writing, tell_driver
from aelang.requests.store.turns import Turns
from aelang.requests.store.versions import check_version

WAIT = 10.0
"""Seconds for which another process may hold the store."""

_FILE = "store.sqlite"
_DRIVERS = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}


def default_place() -> str:
    """The file of the user's store."""
    home = os.environ.get("XDG_DATA_HOME") or os.path.join(os.path.expanduser("~"), ".local", "share")
    return os.path.join(home, "aelang", _FILE)


def open_store(place: str | None = None, *, wait: float = WAIT) -> "Store":
    """The store at `place`, a file or a URL; the user's without one. Raises StoreError, also for a store of another
    version, or one that was never made."""
    store = connect(place, wait=wait)
    try:
        with store.reading() as connection:
            check_version(connection, store.name)
    except StoreError:
        store.close()
        raise
    return store


def connect(place: str | None = None, *, wait: float = WAIT, create: bool = False) -> "Store":
    """The store at `place`, whatever is in it; with `create` a file that is not there yet is made."""
    named = place or default_place()
    if "://" not in named:
        return _of_file(os.path.abspath(named), wait, create)
    try:
        url = make_url(named)
    except ArgumentError:
        raise StoreError(f"{named} is no URL: write postgresql://user@host/database") from None
    if url.drivername.startswith("sqlite"):
        return _of_file(os.path.abspath(url.database or default_place()), wait, create)
    if url.drivername not in (*_DRIVERS, *_DRIVERS.values()):
        raise StoreError(f"{url.render_as_string()}: a store is a SQLite file or in PostgreSQL: postgresql://...")
    return _of_server(url.set(drivername=_DRIVERS.get(url.drivername, url.drivername)))


def _of_file(path: str, wait: float, create: bool) -> "Store":
    if create:
        _make_file(path)
    elif not os.path.exists(path):
        raise StoreError(f"there is no store {path}: `aelang store init` makes it")
    if os.path.isdir(path):
        raise StoreError(f"the store {path} is a folder: name a file in it")
    engine = create_engine(
        URL.create("sqlite", database=path), connect_args={"timeout": wait, "check_same_thread": False}
    )
    event.listen(engine, "connect", _set_up_sqlite)
    return Store(engine, path, path, wait)


def _make_file(path: str) -> None:
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as fault:
        raise StoreError(f"the store {path} cannot be made: {fault.strerror or fault}") from None


def _set_up_sqlite(connection: Any, _: object) -> None:  # a connection of the driver
    connection.isolation_level = None  # we say ourselves where a transaction begins
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA cache_size=-16000")
    cursor.execute("PRAGMA wal_autocheckpoint=4000")  # most commits write the same few pages: 16 MB of them at a time
    cursor.close()


def _of_server(url: URL) -> "Store":
    try:
        engine = create_engine(url, pool_pre_ping=True)
    except ImportError:
        raise StoreError("a store in PostgreSQL needs the extra `postgres`: pip install 'aelang[postgres]'") from None
    return Store(engine, url.set(drivername="postgresql").render_as_string(), None)


class Store:
    """A store that is open. `name` is how people know it; `path` its file, if it is one."""

    def __init__(self, engine: Engine, name: str, path: str | None, wait: float = WAIT) -> None:
        self.name = name
        self.path = path
        self.engine = engine
        self._writing = engine.execution_options(writing=True)
        self._wait = wait
        self._one_writer = threading.Lock()  # of all in this process: those of SQLite would wait unfairly
        self._turns = None if path is None else Turns(path)
        self._stamp = _stamp(path)
        self._idle: tuple[list[Connection], list[Connection]] = [], []
        """Of SQLite, those who read and those who write: to take one from a pool and to give it back takes longer than
        a transaction."""

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the store. Raises StoreError."""
        if self.path is None:
            with told(self.name), self.engine.begin() as connection:
                yield connection
            return
        with self._in_place(), self._transaction() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that writes all or, where something is raised in it, nothing. Raises StoreError. On SQLite
        there is one at a time; it must not be nested."""
        if self._turns is None:
            with told(self.name), self._writing.begin() as connection:
                yield connection
            return
        with self._one_writer, self._in_place():
            try:
                with self._transaction(self._turns) as connection:
                    yield connection
            finally:
                self._turns.pass_on()

    def close(self) -> None:
        """Lets go of all connections."""
        if self._turns is not None:
            self._turns.close()
        for each in self._idle:
            while each:
                each.pop().close()
        self.engine.dispose()

    @contextmanager
    def _transaction(self, turns: Turns | None = None) -> Iterator[Connection]:
        """One that writes when its turn has come; one that reads without `turns`."""
        writing = turns is not None
        idle = self._idle[writing]
        connection = idle.pop() if idle else self._new(writing=writing)
        try:
            with connection.begin():
                if turns is not None:
                    self._begin_writing(connection, turns)
                else:
                    tell_driver(connection, "BEGIN")
                yield connection
        finally:
            idle.append(connection)

    def _new(self, *, writing: bool) -> Connection:
        connection = (self._writing if writing else self.engine).connect()
        if writing:
            tell_driver(connection, "PRAGMA busy_timeout=0")  # `_begin_writing` waits
        return connection

    def _begin_writing(self, connection: Connection, turns: Turns) -> None:
        """A writer takes its lock at once: one that began by reading could be refused half-way. SQLite's own waiting
        looks again after ever longer times, up to 100 ms, and whoever has just written comes first again."""
        if begin_writing(connection):
            return
        began = time.monotonic()
        turns.listen()
        while not begin_writing(connection):
            waited = time.monotonic() - began
            if waited >= self._wait:
                raise locked(self.name)
            turns.wait(waited)

    @contextmanager
    def _in_place(self) -> Iterator[None]:
        """What the database says of a file that was taken away in the meantime is beside the point."""
        self._check_place()
        try:
            with told(self.name):
                yield
        except StoreError:
            self._check_place()
            raise

    def _check_place(self) -> None:
        """SQLite goes on writing into a file that was deleted: what it keeps there is lost."""
        if self._stamp != _stamp(self.path):
            raise StoreError(f"the store {self.name} was deleted or replaced while it was open")


def _stamp(path: str | None) -> tuple[int, int] | None:
    if path is None:
        return None
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
