"""The store: made, migrated, backed up, checked; what is wrong with it is told (SQLite and PostgreSQL)."""

import os
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, insert, text
from sqlalchemy.exc import OperationalError

from aelang.requests.store import Store, StoreError, open_store
from aelang.requests.store.faults import told
from aelang.requests.store.opening import connect, default_place
from aelang.requests.store.schema import TABLES, TASKS
from aelang.requests.store.tables import define, define_indexes
from aelang.requests.store.upkeep import Migrated, back_up_store, check_store, init_store, migrate_store
from aelang.requests.store.versions import REVISIONS
from tests.requests.living import BEGIN
from tests.requests.stores import SqliteStores


def _fault(act: Callable[[], object]) -> str:
    with pytest.raises(StoreError) as raised:
        act()
    return str(raised.value)


def _path(store: Store) -> str:
    assert store.path is not None
    return store.path


def _tables() -> MetaData:
    return define_indexes(define(MetaData(), TABLES), TABLES)


# -- making and migrating


def test_the_migrations_make_the_tables_that_the_program_needs(stores: SqliteStores) -> None:
    store = stores.new()
    with store.reading() as connection:
        assert [] == compare_metadata(MigrationContext.configure(connection), _tables())
    store.close()


def test_the_migrations_make_the_same_tables_in_postgresql(server: str) -> None:
    init_store(server)
    store = open_store(server)
    with store.reading() as connection:
        assert [] == compare_metadata(MigrationContext.configure(connection), _tables())
    store.close()


def test_a_new_store_is_of_the_latest_version(tmp_path: Path) -> None:
    path = str(tmp_path / "deep" / "store.sqlite")
    assert Migrated(path, None, REVISIONS[-1]) == init_store(path)


def test_a_store_that_is_there_stays_as_it_is(stores: SqliteStores) -> None:
    store = stores.new()
    assert Migrated(_path(store), REVISIONS[-1], REVISIONS[-1]) == init_store(_path(store))
    store.close()


def test_a_store_is_its_owners_alone(tmp_path: Path) -> None:
    init_store(str(tmp_path / "store.sqlite"))
    assert 0o600 == (tmp_path / "store.sqlite").stat().st_mode & 0o777


def test_a_store_of_this_version_is_not_migrated(stores: SqliteStores) -> None:
    store = stores.new()
    assert REVISIONS[-1] == migrate_store(_path(store)).before
    store.close()


def test_the_usual_place_is_in_the_users_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    assert "/data/aelang/store.sqlite" == default_place()


def test_sqlite_keeps_what_it_was_told_to_keep(stores: SqliteStores) -> None:
    store = stores.new()
    with store.reading() as connection:
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]
    store.close()
    assert ["wal", 2] == found


# -- what is wrong


def test_a_store_that_is_not_there_is_told(tmp_path: Path) -> None:
    path = str(tmp_path / "none.sqlite")
    assert f"there is no store {path}: `aelang store init` makes it" == _fault(lambda: open_store(path))


def test_a_store_without_tables_is_told(tmp_path: Path) -> None:
    path = str(tmp_path / "empty.sqlite")
    sqlite3.connect(path).close()
    assert f"the store {path} has no tables: `aelang store init` makes them" == _fault(lambda: open_store(path))


def test_a_file_of_another_kind_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.sqlite").write_text("no store" * 200)
    assert "is no store: it is a file of another kind" in _fault(lambda: open_store(str(tmp_path / "x.sqlite")))


def test_a_folder_is_told(tmp_path: Path) -> None:
    assert f"the store {tmp_path} is a folder: name a file in it" == _fault(lambda: open_store(str(tmp_path)))


def test_a_newer_store_is_told(stores: SqliteStores) -> None:
    store = stores.new()
    with store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    expected = (
        f"the store {_path(store)} is of version 9999, which is newer than this aelang"
        f" (it knows {REVISIONS[-1]}): use the one that made it"
    )
    store.close()
    acts: tuple[Callable[[str], object], ...] = (open_store, init_store, migrate_store)
    assert [expected] * 3 == [_fault(partial(act, _path(store))) for act in acts]


def test_a_locked_store_is_told_and_may_be_tried_again(stores: SqliteStores) -> None:
    store = stores.new()
    other = connect(_path(store), wait=0.01)
    with store.writing(), pytest.raises(StoreError) as raised, other.writing():
        pass
    store.close()
    other.close()
    assert (True, True) == ("is locked by another process" in str(raised.value), raised.value.passing)


def test_a_full_store_is_told_and_keeps_what_it_had(stores: SqliteStores) -> None:
    store = stores.new()

    def fill() -> None:
        with store.writing() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count=70")
            for _ in range(99):
                connection.execute(text("INSERT INTO images VALUES (hex(randomblob(9)), zeroblob(9999), '2026-11-22')"))

    assert "is full: there is no room on its disk" in _fault(fill)
    with store.reading() as connection:
        assert 0 == connection.execute(text("SELECT count(*) FROM images")).scalar()
    store.close()


@pytest.mark.parametrize(("free", "said"), [(0, "is full: there is no room"), (99, "its disk reports an error")])
def test_an_error_of_a_disk_without_room_is_that_it_is_full(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, free: int, said: str
) -> None:
    """SQLite says no more than that where there is no room for its shared memory."""
    monkeypatch.setattr(os, "statvfs", lambda path: SimpleNamespace(f_bavail=free, f_frsize=4096))

    def fail() -> None:
        with told(str(tmp_path / "store.sqlite")):
            raise OperationalError("SELECT 1", {}, sqlite3.OperationalError("disk I/O error"))

    assert said in _fault(fail)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_a_store_that_may_not_be_written_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert "cannot be made: Permission denied" in _fault(lambda: init_store(str(tmp_path / "store.sqlite")))


def test_a_read_only_store_is_told(stores: SqliteStores) -> None:
    store = stores.new()

    def write() -> None:
        with store.writing() as connection:
            connection.exec_driver_sql("PRAGMA query_only=ON")
            connection.execute(text("DELETE FROM images"))

    assert "cannot be written: its file, or its folder, belongs to another user or is read-only" in _fault(write)
    store.close()


def test_a_store_that_is_deleted_while_it_is_open_is_told(stores: SqliteStores) -> None:
    store = stores.new()
    os.unlink(_path(store))

    def write() -> None:
        with store.writing():
            pass

    assert f"the store {store.name} was deleted or replaced while it was open" == _fault(write)
    store.close()


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("mysql://host/db", "a store is a SQLite file or in PostgreSQL"),
        ("://", "is no URL"),
        ("postgresql://nobody@127.0.0.1:1/none", "does not answer: nothing listens at the address of its URL"),
    ],
)
def test_a_place_that_is_none_is_told(place: str, told: str) -> None:
    pytest.importorskip("psycopg", reason="psycopg is not installed: the extra `postgres` brings it")
    assert told in _fault(lambda: open_store(place))


def test_a_database_that_is_not_there_is_told(server: str) -> None:
    assert "is not there: make the database first, and check its URL" in _fault(
        lambda: open_store(server.replace("/postgres?", "/nothing?"))
    )


# -- transactions


def test_what_fails_leaves_nothing_behind(stores: SqliteStores) -> None:
    store = stores.new()
    with pytest.raises(KeyError), store.writing() as connection:
        connection.execute(text("INSERT INTO images VALUES ('x', 'y', '2026-11-22')"))
        raise KeyError
    with store.reading() as connection:
        assert 0 == connection.execute(text("SELECT count(*) FROM images")).scalar()
    store.close()


# -- backing up and checking


def test_a_backup_is_a_store_with_the_same_contents(stores: SqliteStores, tmp_path: Path) -> None:
    store = stores.new()
    with store.writing() as connection:
        connection.execute(text("INSERT INTO images VALUES ('x', 'y', '2026-11-22')"))
    target = str(tmp_path / "copy.sqlite")
    size = back_up_store(_path(store), target)
    assert size == os.path.getsize(target)
    copy = open_store(target)
    with copy.reading() as connection:
        assert 1 == connection.execute(text("SELECT count(*) FROM images")).scalar()
    copy.close()
    store.close()


def test_a_backup_overwrites_nothing(stores: SqliteStores, tmp_path: Path) -> None:
    store = stores.new()
    (tmp_path / "kept").write_text("kept")
    told = _fault(lambda: back_up_store(_path(store), str(tmp_path / "kept")))
    store.close()
    assert "is there already, and is left as it is: name a new file" in told
    assert ["kept"] == os.listdir(tmp_path)


def test_a_sound_store_has_nothing_wrong(stores: SqliteStores) -> None:
    store = stores.new()
    assert () == check_store(_path(store))
    store.close()


def test_rows_that_belong_to_nothing_are_found(stores: SqliteStores) -> None:
    store = stores.new()
    row = {"type": "AutomationTask", "request_type": "automation", "miq_request_id": 9, "description": "", "state": "x",
           "status": "Ok", "userid": "", "needs_operator": False, "created_on": BEGIN}  # fmt: skip
    with store.writing() as connection:
        connection.execute(insert(TASKS).values(row))
    assert ("1 rows of tasks belong to no request",) == check_store(_path(store))
    store.close()
