"""A worker that is killed at a write, of the store or of a device: an operator says how the command in question stands,
and all goes on. Every write is in tests/long/test_hosting_crashes.py.
"""

import os
from pathlib import Path

import pytest

from aelang.requests.store import open_store
from aelang.requests.store.upkeep import check_store
from aelang.requests.transactions.accounts import find_account
from aelang.requests.transactions.ordering import Order, place_order
from aelang.requests.transactions.planning import Add
from tests.hosting import crashing
from tests.hosting.bench import SITE as SITE_TYPE
from tests.hosting.bench import Hoster
from tests.hosting.crashing import Outcome
from tests.hosting.scenarios import Scenario, Told
from tests.requests.stores import SqliteStores, Stores

SITE = Scenario("add")
HOPELESS = Scenario("add", (Told("mail", "fail", 2),), (Told("web", "fail-after"),))


def whole(place: str, calm: Outcome, found: Outcome) -> None:
    """What must hold of what was disturbed. What a device was told to do wrong is used up by an attempt that was cut
    short: one more may go well."""
    assert ([], 0, ()) == (found.end.differences, found.end.locks, check_store(place))
    assert found.end.status in (calm.end.status, "Ok")
    if found.end.status == calm.end.status:
        assert calm.stored == found.stored


def disturbed(stores: Stores, folder: Path, scenario: Scenario, step: int) -> int:
    """Kills a worker at each `step`th write of the scenario; gives how many writes there are."""
    bench = crashing.lay_out(stores.new(), folder / "calm", scenario)
    writes = crashing.points(bench)
    calm = crashing.restart(bench)
    for point in range(1, writes + 1, step):
        bench = crashing.lay_out(stores.new(), folder / str(point), scenario)
        assert crashing.die(bench, point)
        whole(bench.place, calm, crashing.restart(bench))
    return writes


@pytest.mark.parametrize(("scenario", "step"), [(SITE, 9), (Scenario("delete"), 17), (HOPELESS, 17)])
def test_a_worker_killed_at_a_write_changes_nothing_of_the_end(
    stores: SqliteStores, tmp_path: Path, scenario: Scenario, step: int
) -> None:
    assert disturbed(stores, tmp_path, scenario, step) > 40


def test_the_same_in_either_store(either: Stores, tmp_path: Path) -> None:
    assert disturbed(either, tmp_path, SITE, 23) > 40


def test_who_is_killed_while_an_order_is_prepared_leaves_nothing_behind(either: Stores, tmp_path: Path) -> None:
    hoster = Hoster(either.new(), tmp_path / "devices")
    hoster.account()
    place = hoster.store.path or hoster.store.name
    hoster.store.close()
    assert -9 == crashing.await_end(crashing.begin(lambda: _die_while_ordering(place, tmp_path)))
    hoster = Hoster(open_store(place), tmp_path / "devices")
    assert [] == hoster.stored()
    number = hoster.site()
    hoster.work()
    assert ("Ok", 0, []) == (hoster.end(number).status, hoster.end(number).locks, hoster.differences())
    hoster.store.close()


def _die_while_ordering(place: str, folder: Path) -> None:
    hoster = Hoster(open_store(place), folder / "devices")
    assert hoster.requester is not None
    with hoster.store.writing() as connection:
        order = Order(find_account(connection, "acme"), Add(SITE_TYPE, {"domain": "acme.example"}))
        place_order(connection, hoster.types, order, hoster.requester, hoster.clock.now())
        os.kill(os.getpid(), 9)


def test_what_devices_had_said_before_a_worker_was_killed_is_kept(stores: SqliteStores, tmp_path: Path) -> None:
    calm = crashing.restart(crashing.lay_out(stores.new(), tmp_path / "calm", SITE))
    bench = crashing.lay_out(stores.new(), tmp_path / "one", SITE)
    deaths = 0
    while deaths < 4:  # one for each device
        if crashing.die(bench, 0, crashing.Deadly):
            deaths += 1
        else:
            assert crashing.say_how_it_stands(bench)
    found = crashing.restart(bench)
    whole(bench.place, calm, found)
    assert calm.stored == found.stored


def test_a_worker_killed_again_and_again_comes_to_the_same_end(stores: SqliteStores, tmp_path: Path) -> None:
    calm_bench = crashing.lay_out(stores.new(), tmp_path / "calm", SITE)
    calm = crashing.restart(calm_bench)
    bench = crashing.lay_out(stores.new(), tmp_path / "one", SITE)
    deaths, goes_on = 0, True
    while goes_on:
        dies = crashing.die(bench, 3 + deaths % 13)
        goes_on = dies or crashing.say_how_it_stands(bench)
        deaths += dies
    assert deaths > 3
    whole(bench.place, calm, crashing.restart(bench))
