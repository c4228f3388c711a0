"""Devices that go wrong: each change of a web site ends well or is taken back, and the devices are as the store says.

All of them are in tests/long/test_hosting_faults.py.
"""

from pathlib import Path

import pytest

from aelang.requests.store.upkeep import check_store
from tests.hosting import scenarios
from tests.hosting.bench import Hoster
from tests.hosting.scenarios import Scenario, Told
from tests.requests.stores import SqliteStores, Stores

SOME = [
    *list(scenarios.going_forward())[::7],
    *list(scenarios.going_back())[::9],
    *list(scenarios.going_all_wrong())[::4],
]


@pytest.fixture(scope="module")
def hoster(stores: SqliteStores, tmp_path_factory: pytest.TempPathFactory) -> Hoster:
    return Hoster(stores.new(), tmp_path_factory.mktemp("hoster") / "devices")


@pytest.mark.parametrize("number", range(len(SOME)), ids=[repr(each) for each in SOME])
def test_a_change_ends_well_or_is_taken_back(hoster: Hoster, number: int) -> None:
    scenarios.check(hoster, SOME[number], f"a{number}")


def test_after_all_that_the_store_is_sound(hoster: Hoster) -> None:
    assert () == check_store(hoster.store.path)


def test_the_same_with_either_store(either: Stores, tmp_path: Path) -> None:
    hoster = Hoster(either.new(), tmp_path / "devices")
    for number, each in enumerate(SOME[::9]):
        scenarios.check(hoster, each, f"a{number}")
    hoster.store.close()


def test_a_device_that_lies_is_found_out_by_comparing(stores: SqliteStores, tmp_path: Path) -> None:
    hoster = Hoster(stores.new(), tmp_path / "devices")
    number = scenarios.place(hoster, Scenario("add", (Told("databases", "lie"),)), "acme")
    hoster.work()
    assert ("Ok", ["- databases 4 Database owner=u3 schema=db4"]) == (hoster.end(number)[0], hoster.differences())


def test_a_module_looks_before_it_tries_again(stores: SqliteStores, tmp_path: Path) -> None:
    hoster = Hoster(stores.new(), tmp_path / "devices")
    scenarios.place(hoster, Scenario("add", (Told("web", "hang-after"),)), "acme")
    hoster.work()
    assert ["space is there already"] == hoster.modules.found
