"""10,000 events of a stream while the worker is killed every second, and so is now and then the listener: none is
lost, none is handled twice (AELANG_LONG is the size, 20 the usual).

The small form is tests/events/test_storm.py.
"""

import os
import signal
import time
from pathlib import Path

import pytest

from aelang.project import open_project
from aelang.shipped import datastore_folder
from tests.events import storm
from tests.requests.stores import SqliteStores

_SIZE = int(os.environ.get("AELANG_LONG") or 0)


@pytest.mark.parametrize("listeners", [1, 4])
def test_ten_thousand_events_and_a_worker_killed_every_second(
    stores: SqliteStores, tmp_path: Path, listeners: int
) -> None:
    store = stores.new()
    laid = storm.lay_out(store, open_project([datastore_folder()], cache=False), tmp_path, 500 * _SIZE)
    store.close()
    worker, began = storm.begin_worker(laid), time.monotonic()
    for _ in range(listeners - 1):
        listener = storm.begin_listener(laid)
        time.sleep(2)
        os.kill(listener, signal.SIGKILL)
        storm.await_end(listener)
    listener = storm.begin_listener(laid)
    kills = storm.kill_again_and_again(laid, worker, 1.0, 200 * _SIZE)
    assert 0 == storm.await_end(listener)
    found = storm.look(laid)
    print(f"{laid.events} events, {kills} kills, {time.monotonic() - began:.0f} s")  # noqa: T201 - a figure of the proof
    assert (storm.wanted(laid), [], []) == (found.events, found.failed, found.queue)
    assert found.events == found.handled
