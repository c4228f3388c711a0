"""Workers killed at every step and at random moments: the same ends as without (AELANG_LONG is the size, 20 the usual).

The small form is tests/requests/test_worker_crashes.py.
"""

import os
from collections import Counter
from pathlib import Path

import pytest

from aelang.requests import recovery
from aelang.requests.clock import SystemClock
from aelang.requests.store import open_store
from tests.requests import crashing
from tests.requests.stores import Stores

_SIZE = int(os.environ.get("AELANG_LONG") or 0)


def _whole(bench: crashing.Bench, calm: crashing.Found) -> None:
    """What must hold of a workload that was disturbed, `calm` being the same one undisturbed."""
    found = crashing.look(bench)
    assert calm.ends == found.ends
    assert calm.states == found.states
    assert ([], [], 0, []) == (found.done_more_than_once, found.queue, found.locks, found.again)
    assert all(times == 1 for times in found.paid.values())


def _calm(stores: Stores, folder: Path, requests: int) -> crashing.Found:
    bench = _bench(stores, folder / "calm", requests)
    crashing.finish(bench)
    return crashing.look(bench)


def _bench(stores: Stores, folder: Path, requests: int) -> crashing.Bench:
    folder.mkdir()
    store = stores.new()
    bench = crashing.lay_out(store, folder, requests)
    store.close()
    return bench


def test_a_worker_dies_at_every_step_of_the_queue(either: Stores, tmp_path: Path) -> None:
    calm, number, dies = _calm(either, tmp_path, 2), 0, True
    while dies:
        number += 1
        bench = _bench(either, tmp_path / str(number), 2)
        dies = crashing.die_at(bench, number)
        crashing.finish(bench)
        _whole(bench, calm)
    assert number > 60


@pytest.mark.parametrize("workers", [1, 4])
def test_fifty_requests_and_a_death_at_each_step_in_turn(either: Stores, tmp_path: Path, workers: int) -> None:
    calm, bench, rounds = _calm(either, tmp_path, 50), _bench(either, tmp_path / "one", 50), 0
    while crashing.die_at(bench, 1 + rounds % 19, workers):
        rounds += 1
    _whole(bench, calm)
    assert rounds > 100 / workers


@pytest.mark.parametrize("workers", [1, 4])
def test_fifty_requests_and_two_hundred_deaths_at_random_moments(either: Stores, tmp_path: Path, workers: int) -> None:
    calm, bench = _calm(either, tmp_path, 50), _bench(either, tmp_path / "one", 50)
    crashing.kill_at_random(bench, workers, 10 * _SIZE, seed=workers)
    _say_what_became_of_payments(bench)
    crashing.finish(bench)
    _whole(bench, calm)


def _say_what_became_of_payments(bench: crashing.Bench) -> None:
    """Where a worker was killed in the middle of a method that may run only once, somebody has to say how far it
    came; nobody but an operator does."""
    paid = Counter(int(line.split()[1]) for line in bench.log.read_text().splitlines() if line.split()[2] == "pay")
    store = open_store(bench.place)
    with store.writing() as connection:
        for each in bench.numbers:
            if recovery.waiting(connection, each):
                now = SystemClock().now()
                assert recovery.repair(connection, each, paid[each] > 0, "admin", now) is None
                assert recovery.go_on(connection, each, now) is None
    store.close()
