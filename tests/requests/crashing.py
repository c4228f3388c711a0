"""Workers that are killed: each a process that this one forks, so that it costs no start."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import text

from aelang.interpreter.ports import MethodCall, MethodResult
from aelang.interpreter.values import to_text
from aelang.project import Compilation, open_project
from aelang.requests import crash_points
from aelang.requests.clock import SystemClock
from aelang.requests.images import Images
from aelang.requests.queue import EmbeddedQueue, Taker, list_items
from aelang.requests.runs import Kit
from aelang.requests.store import Store, open_store
from aelang.requests.store.cases import read_case
from aelang.requests.store.keeping import read_journal
from aelang.requests.worker_loop import Manner, Worker
from tests.requests.working import Methods, Work, machine, wait, write_datastore

LEASE = 1.0

NESTED = machine(
    "Outer",
    {"first": "METHOD::act", "inner": "/Sys/Inner/one", "pay": "METHOD::pay", "last": "METHOD::act"},
    {"act": "none", "pay": "once"},
)
INNER = machine("Inner", {"one": "METHOD::act", "two": "METHOD::slow", "three": "METHOD::act"},
                {"act": "none", "slow": "none"})  # fmt: skip


class Bench(NamedTuple):
    """A store with requests, the datastore of their machines, and the file in which methods note their calls."""

    place: str
    datastore: Compilation
    log: Path
    numbers: tuple[int, ...]


def lay_out(store: Store, folder: Path, requests: int) -> Bench:
    """`requests` requests in `store`, each a machine with one inside that asks for retries."""
    written = write_datastore(folder / "datastore", NESTED, INNER)
    work = Work(store, written)
    work.clock._now = SystemClock().now()
    numbers = tuple(work.request(instance="Outer/one") for _ in range(requests))
    return Bench(store.path or store.name, open_project([str(written)], cache=False), folder / "calls", numbers)


class Noted(Methods):
    """Methods that note for which message they run, and whether the journal says that this was done already."""

    def __init__(self, store: Store, log: Path) -> None:
        super().__init__({"slow": wait(2, "0")})
        self._store = store
        self._file = log
        self.worker: Worker | None = None

    def run(self, call: MethodCall) -> MethodResult:
        """Notes the call, and does it."""
        assert self.worker is not None
        held = self.worker._lease._held
        assert held is not None
        with self._store.reading() as connection:
            done = [each for each in read_journal(connection, held.request_id or 0) if _is_end(each, held.number)]
        state = to_text((call.handle.root or {}).get("ae_state"))
        twice = "again" if done else "once"
        with open(self._file, "a") as stream:
            stream.write(f"{held.number} {held.request_id} {call.method.name} {state} {twice}\n")
        return super().run(call)


def _is_end(entry: object, number: int) -> bool:
    detail = getattr(entry, "detail", None) or {}
    return detail.get("message") == number and getattr(entry, "status", "") in ("Ok", "Retry", "Error")


def begin(bench: Bench, die_at: int = 0, drain: bool = True) -> int:
    """Starts a worker; gives its process. It dies at that point."""
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        crash_points._left = die_at
        store = open_store(bench.place)
        methods = Noted(store, bench.log)
        images = Images(store, lambda: bench.datastore, _say_nothing)
        manner = Manner(Taker(f"test:{os.getpid()}"), LEASE, 0.02, drain)
        worker = Worker(store, EmbeddedQueue(), images, SystemClock(), manner, Kit(methods), _say_nothing)
        methods.worker = worker
        worker.work()
        code = 0
    except BaseException:  # pytest, which was forked too, must not go on here
        import traceback

        traceback.print_exc()
    finally:
        os._exit(code)


def _say_nothing(text: str) -> None:
    pass


def await_end(process: int) -> int:
    """How the worker ended: 0, or minus the signal."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def free(bench: Bench, process: int) -> None:
    """What the dead worker had is free, as whoever looks after workers has it."""
    store = open_store(bench.place)
    with store.writing() as connection:
        EmbeddedQueue().release(connection, f"test:{process}")
    store.close()


def die_at(bench: Bench, number: int, workers: int = 1) -> bool:
    """Has workers die at that point, each of several one point later, and frees what they had; False where all came to
    their end before."""
    started = [begin(bench, number + each) for each in range(workers)]
    dead = [process for process in started if await_end(process) != 0]
    for process in dead:
        free(bench, process)
    return bool(dead)


def kill_at_random(bench: Bench, workers: int, kills: int, seed: int) -> None:
    """Kills one of several workers, and starts another, again and again; the leases of the dead run out by
    themselves."""
    chance = random.Random(seed)
    alive = [begin(bench, drain=False) for _ in range(workers)]
    for _ in range(kills):
        time.sleep(chance.uniform(0.0, 0.12))
        dead = alive.pop(chance.randrange(len(alive)))
        os.kill(dead, signal.SIGKILL)
        await_end(dead)
        alive.append(begin(bench, drain=False))
    _until(lambda: not _is_busy(bench), 120)
    for each in alive:
        os.kill(each, signal.SIGKILL)
        await_end(each)


def _until(done: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "work is left that nobody does"
        time.sleep(0.1)


def _is_busy(bench: Bench) -> bool:
    store = open_store(bench.place)
    with store.reading() as connection:
        left = list_items(connection, ("ready", "future", "running"))
    store.close()
    return bool(left)


def finish(bench: Bench) -> None:
    """Works until nothing is left."""
    assert await_end(begin(bench)) == 0


# -- what must hold ----------------------------------------------------------------------------------------------


class Found(NamedTuple):
    """What is left: how each request ended, how often each message was done, what lies in the queue, locks, calls made
    after their message was done, and how often each request paid."""

    ends: Counter[tuple[str, str]]
    done_more_than_once: list[int]
    queue: list[str]
    locks: int
    again: list[str]
    paid: Counter[int]
    states: Counter[tuple[str, str]]


def look(bench: Bench) -> Found:
    """Looks at what is left."""
    store = open_store(bench.place)
    with store.reading() as connection:
        cases = [read_case(connection, each) for each in bench.numbers]
        entries = [entry for each in bench.numbers for entry in read_journal(connection, each)]
        queue = [f"{each.state} {each.method} {each.reason}" for each in list_items(connection)]
        locks = connection.execute(text("SELECT count(*) FROM locks")).scalar_one()
    store.close()
    ends = Counter((case.request.request_state, case.request.status) for case in cases if case is not None)
    done = Counter(
        entry.detail["message"] for entry in entries
        if entry.phase == "step" and entry.status in ("Ok", "Retry", "Error")
        and entry.detail["method"] != "create_request_tasks"
    )  # fmt: skip
    lines = [line.split() for line in bench.log.read_text().splitlines()]
    return Found(
        ends,
        [number for number, times in done.items() if times != 1],
        queue,
        locks,
        [" ".join(line) for line in lines if line[-1] == "again"],
        Counter(int(line[1]) for line in lines if line[2] == "pay"),
        Counter((str(entry.state), entry.status) for entry in entries if entry.phase == "state"),
    )
