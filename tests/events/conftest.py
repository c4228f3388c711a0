"""What tests of events share: the base domain, opened once, and stores."""

from collections.abc import Callable, Iterator

import pytest

from aelang.project import Compilation, open_project
from aelang.shipped import datastore_folder
from tests.events.hearing import Hearing
from tests.requests.conftest import databases, either, server, stores
from tests.requests.stores import SqliteStores

__all__ = ["databases", "either", "server", "stores"]


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Compilation:
    """The base domain."""
    return open_project([datastore_folder()], cache=False)


@pytest.fixture
def hearing(stores: SqliteStores, base: Compilation) -> Iterator[Hearing]:
    """A worker that hears of events, with the base domain."""
    made = Hearing(stores.new(), base)
    yield made
    made.close()


@pytest.fixture
def hear(stores: SqliteStores) -> Iterator[Callable[..., Hearing]]:
    """The same with another datastore, by its roots, highest first."""
    made: list[Hearing] = []

    def make(*roots: object, **others: object) -> Hearing:
        opened = open_project([str(each) for each in roots], cache=False)
        made.append(Hearing(stores.new(), opened, **others))  # type: ignore[arg-type]  # as it takes them
        return made[-1]

    yield make
    for each in made:
        each.close()
