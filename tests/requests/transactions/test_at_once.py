"""Several at once: of those who want one service one gets it, and whoever continues twice has it continued once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from aelang.project import Compilation
from aelang.requests.queue import list_items
from aelang.requests.store import Store, open_store
from aelang.requests.transactions import operating
from aelang.requests.transactions.keeping import services_of
from aelang.requests.transactions.operating import Repair
from aelang.requests.transactions.planning import Add, CannotPrepare, Delete, Modify
from aelang.requests.transactions.rows import Service
from tests.requests.transactions.shop import Company, Servers, open_company, values, write_company
from tests.requests.working import BEGIN

SITE = Add("/Hosting/WebSite/standard", values(domain="example.org"))


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Compilation:
    return open_company(write_company(tmp_path_factory.mktemp("company")))


def company(store: Store, folder: Path, opened: Compilation, *faults: str | None) -> Company:
    made = Company(store, folder, Servers(folder / "servers.json", *faults), opened)
    made.account()
    return made


def elsewhere(store: Store) -> Store:
    """The same store, as another process has it."""
    return open_store(store.path or store.engine.url.render_as_string(hide_password=False))


def at_once(store: Store, work: Callable[[Store], object], times: int) -> list[object]:
    """What `work` gives, done so often at once, each time with the store as another process has it."""

    def alone(_: int) -> object:
        other = elsewhere(store)
        try:
            return work(other)
        finally:
            other.close()

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(alone, range(times)))


def test_one_of_those_who_want_a_service_gets_it(store: Store, tmp_path: Path, opened: Compilation) -> None:
    work = company(store, tmp_path, opened)
    work.order(SITE)
    work.work()
    changes = [Delete(1), Modify(1, values(quota=5)), Modify(3, values(quota=6)), Delete(3)]

    def order(other: Store) -> object:
        try:
            return Company(other, tmp_path, work.servers, opened).order(changes.pop())
        except CannotPrepare as fault:
            return str(fault)

    found = at_once(store, order, 4)
    (holder,) = [each for each in found if isinstance(each, int)]
    refused = [str(each) for each in found if each != holder]
    assert 3 == len(refused)
    assert [] == [each for each in refused if not each.endswith(f"is already involved in request with id: {holder}")]


def test_a_service_that_is_to_be_shared_is_made_by_one_of_those_who_want_it_first(
    store: Store, tmp_path: Path, opened: Compilation
) -> None:
    work = company(store, tmp_path, opened)
    for _ in range(4):
        work.order(SITE)
        work.work()
    parents = [each.id for each in services(work) if each.name == "WebSite"]

    def order(other: Store) -> object:
        try:
            change = Add("/Hosting/Statistics/standard", parent=parents.pop())
            return Company(other, tmp_path, work.servers, opened).order(change)
        except CannotPrepare as fault:
            return str(fault)

    found = at_once(store, order, 4)
    (holder,) = [each for each in found if isinstance(each, int)]
    refused = f"Service Statistics is already involved in request with id: {holder}"
    assert [refused] * 3 == [each for each in found if each != holder]
    work.work()
    assert 1 == len({each.physical_id for each in services(work) if each.name == "Statistics"})


def services(work: Company) -> tuple[Service, ...]:
    """What the account has."""
    with work.store.reading() as connection:
        return services_of(connection, 1)


def test_a_transaction_that_is_continued_twice_at_once_goes_on_once(
    store: Store, tmp_path: Path, opened: Compilation
) -> None:
    work = company(store, tmp_path, opened, "die")
    number = work.order(SITE)
    work.work_until_death()
    again = Company(store, tmp_path, work.servers, opened)
    again.work()
    with store.writing() as connection:
        assert operating.repair(connection, number, Repair("Pending", "it is not there", "ann"), BEGIN) is None

    def go_on(other: Store) -> object:
        with other.writing() as connection:
            return operating.go_on(connection, number, BEGIN)

    assert [None] * 4 == at_once(store, go_on, 4)
    with store.reading() as connection:
        assert 1 == len(list_items(connection, request=number))
    again.work()
    assert "Ok" == again.standing(number).transaction.status
