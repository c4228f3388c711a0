"""Stores for tests: made once, copied or emptied for each."""

import shutil
from pathlib import Path
from typing import Protocol

from sqlalchemy import text

from aelang.requests.store import Store, open_store
from aelang.requests.store.opening import connect
from aelang.requests.store.schema import METADATA
from aelang.requests.store.upkeep import init_store


class Stores(Protocol):
    """Where new stores come from."""

    def new(self) -> Store:
        """A store as it is when it was just made."""


class SqliteStores:
    """New stores in `folder`, each a copy of the first: making one takes a tenth of a second."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._number = 0
        self.first = folder / "first.sqlite"
        init_store(str(self.first))

    def new(self) -> Store:
        """A store as it is when it was just made."""
        self._number += 1
        path = self._folder / f"{self._number}.sqlite"
        shutil.copy(self.first, path)
        return open_store(str(path))


class PostgresqlStores:
    """New stores in the server at `url`, each a database that is copied from the first."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._number = 0
        self._make("first", "template1")
        init_store(self._place("first"))

    def new(self) -> Store:
        """A store as it is when it was just made."""
        self._number += 1
        name = f"store{self._number}"
        self._make(name, "first")
        return open_store(self._place(name))

    def lose(self, store: Store) -> None:
        """Takes away what `store` is in, whoever uses it."""
        self._tell(f"DROP DATABASE {store.engine.url.database} WITH (FORCE)")

    def _make(self, name: str, template: str) -> None:
        self._tell(f"CREATE DATABASE {name} TEMPLATE {template}")

    def _tell(self, statement: str) -> None:
        server = connect(self._url)
        with server.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(statement)
        server.close()

    def _place(self, name: str) -> str:
        return self._url.replace("/postgres?", f"/{name}?")


def emptied(store: Store) -> Store:
    """`store`, a server's, as if it were new."""
    names = ", ".join(METADATA.tables)
    with store.writing() as connection:
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
    return store


def waits(store: Store) -> bool:
    """Whether somebody waits for a lock of PostgreSQL."""
    with store.reading() as connection:
        return bool(connection.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar())
