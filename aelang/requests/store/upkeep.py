"""Upkeep of a store: making it, bringing it to a newer version, backing it up, and checking it."""

import os
from contextlib import closing
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from aelang.requests.store import schema
from aelang.requests.store.faults import StoreError
from aelang.requests.store.opening import Store, connect, open_store
from aelang.requests.store.record_rows import keep_rows
from aelang.requests.store.versions import REVISIONS, check_version, version_of
from aelang.services.inventory import Rows, default_rows

_NO_ROWS: Rows = {}


class Migrated(NamedTuple):
    """From which version a store was brought to which; None where it had no tables."""

    name: str
    before: str | None
    after: str


def init_store(place: str | None = None) -> Migrated:
    """Makes the store at `place`, the user's without one, with the usual user, group, tenant and server; one that is
    there stays as it is. Raises StoreError."""
    store = connect(place, create=True)
    try:
        with store.reading() as connection:
            found = version_of(connection)
        if found is None:
            return _migrate(store, default_rows())
        with store.reading() as connection:
            check_version(connection, store.name)
        return Migrated(store.name, found, found)
    finally:
        store.close()


def migrate_store(place: str | None = None) -> Migrated:
    """Brings the store at `place` to the version of this program. Raises StoreError."""
    store = connect(place)
    try:
        with store.reading() as connection:
            found = version_of(connection)
            if found is None or found not in REVISIONS:
                check_version(connection, store.name)
        return _migrate(store) if found != REVISIONS[-1] else Migrated(store.name, found, found)
    finally:
        store.close()


def _migrate(store: Store, rows: Rows = _NO_ROWS) -> Migrated:
    """All steps in one transaction: a store is of one version or the other."""
    from alembic import command  # half a second: only who changes tables pays it
    from alembic.config import Config

    with store.writing() as connection:
        before = version_of(connection)
        config = Config()
        folder = os.path.join(os.path.dirname(__file__), "migrations")
        config.set_main_option("script_location", folder.replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        keep_rows(connection, rows)
    return Migrated(store.name, before, REVISIONS[-1])


def back_up_store(place: str | None, target: str) -> int:
    """Copies the store at `place`, a file, into the new file `target`, as it is at one moment while others go on
    with it; gives its size. Raises StoreError."""
    store = open_store(place)
    try:
        if store.path is None:
            raise StoreError(f"the store {store.name} is in PostgreSQL: pg_dump backs it up")
        if os.path.lexists(target):
            raise StoreError(f"{target} is there already, and is left as it is: name a new file")
        return _copy(store.path, target)
    finally:
        store.close()


def _copy(path: str, target: str) -> int:
    import sqlite3

    beside = f"{target}.{os.getpid()}.part"
    try:
        os.close(os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(beside)) as copy:
            source.backup(copy)
        os.link(beside, target)
        return os.path.getsize(target)
    except (OSError, sqlite3.Error) as fault:
        raise StoreError(
            f"the store cannot be copied to {target}: {getattr(fault, 'strerror', None) or fault}"
        ) from None
    finally:
        if os.path.lexists(beside):
            os.unlink(beside)


def check_store(place: str | None = None) -> tuple[str, ...]:
    """What is wrong with the store at `place`, for people; nothing where all is well. Raises StoreError where it
    cannot even be opened."""
    from aelang.requests.transactions.reports import check_transactions  # whoever makes a store has none

    store = open_store(place)
    try:
        with store.reading() as connection:
            return (*_damage(connection), *_strays(connection), *check_transactions(connection))
    finally:
        store.close()


def _damage(connection: Connection) -> tuple[str, ...]:
    if connection.dialect.name != "sqlite":
        return ()
    found = connection.exec_driver_sql("PRAGMA integrity_check(10)").scalars()
    return tuple(f"damaged: {each}" for each in found if each != "ok")


def _strays(connection: Connection) -> tuple[str, ...]:
    """Rows of requests that are not there."""
    found = []
    for table, column in (
        (schema.TASKS, "miq_request_id"), (schema.APPROVALS, "miq_request_id"), (schema.JOURNAL, "request_id"),
        (schema.LOCKS, "request_id"), (schema.WORKSPACES, "request_id"), (schema.TRACES, "request_id"),
        (schema.QUEUE, "request_id"),
    ):  # fmt: skip
        of = table.c[column]
        missing = select(func.count()).where(of.is_not(None), of.not_in(select(schema.REQUESTS.c.id)))
        if number := connection.execute(missing).scalar_one():
            found.append(f"{number} rows of {table.name} belong to no request")
    return tuple(found)
