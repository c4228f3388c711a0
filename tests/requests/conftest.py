"""The databases that tests may use."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from aelang.requests.store import Store, open_store
from aelang.requests.store.record_rows import keep_rows
from aelang.requests.store.upkeep import init_store
from aelang.services.inventory import default_rows
from tests.requests.servers import postgresql, program
from tests.requests.stores import PostgresqlStores, SqliteStores, Stores, emptied


@pytest.fixture(scope="session")
def stores(tmp_path_factory: pytest.TempPathFactory) -> SqliteStores:
    """New stores in SQLite."""
    return SqliteStores(Path(tmp_path_factory.mktemp("stores")))


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The URL of a PostgreSQL server."""
    pytest.importorskip("psycopg", reason="psycopg is not installed: the extra `postgres` brings it")
    if program("initdb") is None:
        pytest.skip("PostgreSQL is not installed: Debian's package `postgresql` brings it")
    with postgresql() as url:
        yield url


@pytest.fixture(scope="session")
def databases(server: str) -> PostgresqlStores:
    """New stores in PostgreSQL."""
    return PostgresqlStores(server)


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest) -> Stores:
    """New stores of either kind."""
    found: Stores = request.getfixturevalue("stores" if request.param == "sqlite" else "databases")
    return found


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, stores: SqliteStores) -> Iterator[Store]:
    """A new store of either kind."""
    if request.param == "sqlite":
        made = stores.new()
    else:
        place = request.getfixturevalue("server")
        init_store(place)
        made = emptied(open_store(place))
        with made.writing() as connection:
            keep_rows(connection, default_rows())
    yield made
    made.close()
