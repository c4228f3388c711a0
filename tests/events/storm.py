"""A storm: a stream of events, a listener that takes it in, and workers that are killed; each a process of its own."""

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import text

from aelang.events.joining import extended
from aelang.events.listening import Manner as Listening
from aelang.events.listening import Place, Told, listen
from aelang.methods import Runners
from aelang.project import Compilation
from aelang.requests import crash_points
from aelang.requests.clock import SystemClock
from aelang.requests.images import Images
from aelang.requests.queue import EmbeddedQueue, Taker, list_items
from aelang.requests.runs import Kit
from aelang.requests.store import Store, open_store
from aelang.requests.store.record_rows import keep_rows
from aelang.requests.worker_loop import Manner, Worker
from tests.events.hearing import BEGIN, INVENTORY

LEASE = 1.0
TYPES = ("USER_RUN_VM", "USER_STARTED_VM", "USER_UPDATE_VM_DISK", "USER_STARTED_VM")
"""What comes in turn: the first of them means something general."""


class Storm(NamedTuple):
    """A store, the datastore, and the file in which the events come."""

    place: str
    datastore: Compilation
    stream: Path
    events: int


def lay_out(store: Store, datastore: Compilation, folder: Path, events: int) -> Storm:
    """So many events, every tenth of them twice, for a store that knows what they are about."""
    with store.writing() as connection:
        keep_rows(connection, INVENTORY)
    stream = folder / "stream.jsonl"
    with open(stream, "w") as out:
        for number in range(events):
            for _ in range(2 if number % 10 == 0 else 1):
                out.write(json.dumps(_event(number)) + "\n")
    return Storm(store.path or store.name, datastore, stream, events)


def _event(number: int) -> dict[str, object]:
    at = (BEGIN + timedelta(seconds=number)).isoformat()
    return {"event_type": TYPES[number % len(TYPES)], "ems_id": 1, "timestamp": at, "vm_ems_ref": "/vms/12",
            "message": f"event {number}"}  # fmt: skip


# -- processes -----------------------------------------------------------------------------------------------------


def _fork(act: Callable[[], None]) -> int:
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        act()
        code = 0
    except BaseException:  # pytest, which was forked too, must not go on here
        import traceback

        traceback.print_exc()
    finally:
        os._exit(code)


def begin_listener(storm: Storm, most: int = 300) -> int:
    """Starts a listener; gives its process."""

    def act() -> None:
        store = open_store(storm.place)
        number = os.open(storm.stream, os.O_RDONLY)
        told = Told(_say_nothing, _say_nothing)
        listen(store, Place(number, "stream", str(storm.stream)), Listening(most=most), told)

    return _fork(act)


def begin_worker(storm: Storm, die_at: int = 0, *, drain: bool = False) -> int:
    """Starts a worker; gives its process. It dies at that point."""

    def act() -> None:
        crash_points._left = die_at
        store = open_store(storm.place)
        images = Images(store, lambda: storm.datastore, _say_nothing)
        manner = Manner(Taker(f"test:{os.getpid()}"), LEASE, 0.02, drain)
        kit = extended(Kit(Runners()))
        Worker(store, EmbeddedQueue(), images, SystemClock(), manner, kit, _say_nothing).work()

    return _fork(act)


def await_end(process: int) -> int:
    """How a process ended: 0, or minus the signal."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def kill(storm: Storm, process: int) -> None:
    """Kills a worker; what it had is free, as whoever looks after workers has it."""
    os.kill(process, signal.SIGKILL)
    await_end(process)
    free(storm, process)


def free(storm: Storm, process: int) -> None:
    """What a dead worker had is free."""
    store = open_store(storm.place)
    with store.writing() as connection:
        EmbeddedQueue().release(connection, f"test:{process}")
    store.close()


def kill_again_and_again(storm: Storm, worker: int, period: float, seconds: float) -> int:
    """Kills the worker every `period` seconds and starts another, until all is handled; gives how often. No more than
    `seconds` long."""
    end, kills = time.monotonic() + seconds, 0
    while not is_done(storm):
        assert time.monotonic() < end, look(storm)
        time.sleep(period)
        kill(storm, worker)
        worker, kills = begin_worker(storm), kills + 1
    kill(storm, worker)
    return kills


def _say_nothing(said: str) -> None:
    pass


# -- what must hold ------------------------------------------------------------------------------------------------


class Found(NamedTuple):
    """What is left: how many events of each type there are and are handled, those that failed, and the queue."""

    events: Counter[str]
    handled: Counter[str]
    failed: list[str]
    queue: list[str]


def is_done(storm: Storm) -> bool:
    """Whether all events of the stream came, and all there are are handled."""
    found = look(storm)
    return sum(found.events[name] for name in set(TYPES)) == storm.events and found.events == found.handled


def look(storm: Storm) -> Found:
    """Looks at what is left."""
    store = open_store(storm.place)
    with store.reading() as connection:
        rows = connection.execute(text("SELECT event_type, handled_on, failure FROM events")).all()
        queue = [f"{each.state} {each.method} {each.reason}" for each in list_items(connection)]
    store.close()
    return Found(
        Counter(row[0] for row in rows),
        Counter(row[0] for row in rows if row[1] is not None),
        [row[2] for row in rows if row[2] is not None],
        queue,
    )


def wanted(storm: Storm) -> Counter[str]:
    """The events that there must be: those of the stream, and a general one for each that means one."""
    found = Counter(TYPES[number % len(TYPES)] for number in range(storm.events))
    return found + Counter(vm_start=found["USER_RUN_VM"])
