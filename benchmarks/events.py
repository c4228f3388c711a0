"""Events of providers: how many a second go through `event listen` and a worker, and how long one takes from its
arrival until it is handled.

The stream is a file, listened to by a process of its own with little room before it waits for the worker; the worker
runs the base domain. Every fourth event means something general, which is handled like another event.
"""

import json
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.processes import Bench
from benchmarks.report import Broken, Figure

if TYPE_CHECKING:
    from aelang.requests.store import Store
    from aelang.requests.worker_loop import Worker

_EVENTS = 800
_ROOM = 20
_TYPES = ("USER_RUN_VM", "USER_STARTED_VM", "USER_UPDATE_VM_DISK", "USER_STARTED_VM")
_INVENTORY = {
    "ExtManagementSystem": [{"id": 1, "name": "rhev", "emstype": "rhevm"}],
    "Vm": [{"id": 12, "name": "web", "ems_id": 1, "ems_ref": "/vms/12"}],
}
_kept: dict[str, tuple[float, list[float]]] = {}


def rate(bench: Bench) -> Figure:
    """Events of the stream a second, from its beginning until all is handled."""
    taken, waits = _measured(bench)
    return Figure(_EVENTS / taken, None, f"{_EVENTS} events, {len(waits) - _EVENTS} general ones beside them")


def median_wait(bench: Bench) -> Figure:
    """The median time from arrival to handled, in milliseconds."""
    return Figure(_quantile(_measured(bench)[1], 0.5) * 1000, None, f"with room for {_ROOM} waiting messages")


def longest_wait(bench: Bench) -> Figure:
    """The time that one of a hundred events exceeds."""
    return Figure(_quantile(_measured(bench)[1], 0.99) * 1000, None, f"with room for {_ROOM} waiting messages")


def _measured(bench: Bench) -> tuple[float, list[float]]:
    if "" not in _kept:
        _kept[""] = _measure(bench)
    return _kept[""]


def _measure(bench: Bench) -> tuple[float, list[float]]:
    from aelang.requests.store import open_store
    from aelang.requests.store.record_rows import keep_rows
    from aelang.requests.store.upkeep import init_store

    place, stream = str(bench.scratch / "events.sqlite"), bench.scratch / "events.jsonl"
    init_store(place)
    store = open_store(place)
    try:
        with store.writing() as connection:
            keep_rows(connection, _INVENTORY)
        _write(stream)
        worker = _worker(store)
        begin = time.perf_counter()
        process = _listen(place, stream)
        worker.work()
        taken = time.perf_counter() - begin
        if os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]):
            raise Broken("the listener failed")
        return taken, _waits(store)
    finally:
        store.close()


def _write(stream: Path) -> None:
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    with open(stream, "w") as out:
        for number in range(_EVENTS):
            at = (begin + timedelta(seconds=number)).isoformat()
            event = {"event_type": _TYPES[number % 4], "ems_id": 1, "timestamp": at, "vm_ems_ref": "/vms/12"}
            out.write(json.dumps(event) + "\n")


def _listen(place: str, stream: Path) -> int:
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        from aelang.events.listening import Manner, Place, Told, listen
        from aelang.requests.store import open_store

        number = os.open(stream, os.O_RDONLY)
        listen(open_store(place), Place(number, "stream"), Manner(most=_ROOM), Told(_say_nothing, _say_nothing))
        code = 0
    finally:
        os._exit(code)


def _worker(store: "Store") -> "Worker":
    """One that works until all events of the stream are handled, and those that they mean."""
    from aelang.events.joining import extended
    from aelang.methods import Runners
    from aelang.project import open_project
    from aelang.requests.clock import SystemClock
    from aelang.requests.images import Images
    from aelang.requests.queue import EmbeddedQueue, Taker
    from aelang.requests.runs import Kit
    from aelang.requests.worker_loop import Manner, Worker
    from aelang.shipped import datastore_folder

    datastore = open_project([datastore_folder()], cache=False)
    images = Images(store, lambda: datastore, _say_nothing)
    manner = Manner(Taker(f"bench:{os.getpid()}"), poll=0.01)
    worker = Worker(store, EmbeddedQueue(), images, SystemClock(), manner, extended(Kit(Runners())), _say_nothing)
    worker.watch(_Watch(store).is_wanted)
    return worker


class _Watch:
    """Looks now and then whether there is anything left to do."""

    def __init__(self, store: "Store") -> None:
        self._store = store
        self._next = 0.0

    def is_wanted(self) -> bool:
        """Whether something is left."""
        if time.monotonic() < self._next:
            return True
        self._next = time.monotonic() + 0.1
        return len(_waits(self._store)) < _EVENTS + _EVENTS // 4


def _waits(store: "Store") -> list[float]:
    """How long each handled event took, in seconds."""
    from sqlalchemy import select

    from aelang.requests.store.schema import EVENTS

    asked = select(EVENTS.c.created_on, EVENTS.c.handled_on).where(EVENTS.c.handled_on.is_not(None))
    with store.reading() as connection:
        return [(handled - created).total_seconds() for created, handled in connection.execute(asked)]


def _quantile(values: list[float], part: float) -> float:
    return sorted(values)[int(len(values) * part)]


def _say_nothing(text: str) -> None:
    pass
