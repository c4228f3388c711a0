"""Events of a stream, and workers that are killed: none is lost, none is handled twice."""

from pathlib import Path

from aelang.project import Compilation
from tests.events import storm
from tests.requests.stores import SqliteStores


def test_a_worker_killed_at_each_step_in_turn_loses_no_event_and_handles_none_twice(
    stores: SqliteStores, base: Compilation, tmp_path: Path
) -> None:
    store = stores.new()
    laid = storm.lay_out(store, base, tmp_path, 5)
    store.close()
    assert 0 == storm.await_end(storm.begin_listener(laid))
    deaths = 0
    while storm.await_end(worker := storm.begin_worker(laid, 1 + deaths % 9, drain=True)):
        storm.free(laid, worker)
        deaths += 1
    found = storm.look(laid)
    assert deaths > 10
    assert (storm.wanted(laid), [], []) == (found.events, found.failed, found.queue)
    assert found.events == found.handled


def test_a_listener_that_is_killed_goes_on_where_it_was(
    stores: SqliteStores, base: Compilation, tmp_path: Path
) -> None:
    store = stores.new()
    laid = storm.lay_out(store, base, tmp_path, 30)
    store.close()
    with open(laid.stream, "rb") as stream:
        lines = stream.readlines()
    for end in (7, 20, len(lines)):  # as much of the stream as is there, each time to a new listener
        laid.stream.write_bytes(b"".join(lines[:end]) + lines[min(end, len(lines) - 1)][:9])
        assert 0 == storm.await_end(storm.begin_listener(laid))
    assert 0 == storm.await_end(storm.begin_worker(laid, drain=True))
    assert storm.wanted(laid) == storm.look(laid).handled
