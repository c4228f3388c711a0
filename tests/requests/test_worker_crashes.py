"""A worker that is killed at any step of the queue: nothing is lost, nothing that is done is done again."""

from collections import Counter
from pathlib import Path

from tests.requests import crashing
from tests.requests.stores import Stores


def test_a_worker_killed_at_each_step_in_turn_loses_nothing_and_repeats_nothing(either: Stores, tmp_path: Path) -> None:
    store = either.new()
    bench = crashing.lay_out(store, tmp_path, 1)
    store.close()
    deaths = 0
    while crashing.die_at(bench, 1 + deaths % 9):
        deaths += 1
    found = crashing.look(bench)
    assert deaths > 20
    assert Counter({("finished", "Ok"): 1}) == found.ends
    assert ([], [], 0, []) == (found.done_more_than_once, found.queue, found.locks, found.again)
    assert all(times == 1 for times in found.paid.values())
