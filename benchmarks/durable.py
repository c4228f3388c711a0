"""Requests on a durable store: the time of a transition, and requests a second with one worker and with four.

A transition is what lies between two runs: what came of a step is saved with its journal entry, trace and workspace,
the next message is queued, this one is taken out, and the next is claimed. Its floor is an fdatasync in the same
folder, measured in turns with it. Requests are of a machine of three states and go all the way: approved when they are
made, both their events told, begun, run, finished. Their rates are the best of several stretches, those that are held
against each other in turns: what else the machine does hits both alike.
"""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aelang.interpreter.ports import MethodCall, MethodResult
from benchmarks import datastores
from benchmarks.processes import Bench
from benchmarks.report import Broken, Figure, NotBuilt

if TYPE_CHECKING:
    from aelang.project import Compilation
    from aelang.requests.store import Store
    from aelang.requests.worker_loop import Worker

_TRANSITIONS = 400
_REQUESTS = 200
_STRETCHES = 3
_FINISHED = 100_000
_NEW = 100


def transition(bench: Bench) -> Figure:
    """The median time of a transition in milliseconds, to that of an fdatasync."""
    with _store(bench) as store:
        _create(store, 1)
        worker = _worker(store, _datastore(bench), Steps(waits=_TRANSITIONS + 50))
        at_work, taken, floor = worker._first(), [], []
        sync = _Sync(bench.scratch)
        while at_work is not None:
            begin = time.perf_counter()
            ended = worker._runs.run(at_work.step, at_work.run)
            ran = time.perf_counter() - begin
            begin = time.perf_counter()
            with worker._writing() as connection:
                at_work = worker._settle(connection, at_work, ended)
            taken.append(time.perf_counter() - begin + ran)
            floor.append(sync.time())
        worker._lease.close()
        return Figure(_median(taken[30:]) * 1000, _median(floor) * 1000, f"{len(taken)} transitions, the run in them")


def one_worker(bench: Bench) -> Figure:
    """Three-state requests a second with one worker."""
    (rate,) = _rates(bench, Steps(), 1)
    return Figure(rate, None, "events, tasks and all; by the time between first and last step")


def four_workers(bench: Bench) -> Figure:
    """The same with four, to one."""
    return Figure(*_rates(bench, Steps(), 4, 1))


def four_workers_slow(bench: Bench) -> Figure:
    """The same with four, to one, each state taking 2 ms."""
    return Figure(*_rates(bench, Steps(0.002), 4, 1))


def beside_finished(bench: Bench) -> Figure:
    """The time of a new request in a store with a hundred thousand finished ones, to that in an empty one."""
    full, empty = [], []
    with _store(bench) as store, _store(bench) as other:
        _fill(store, _datastore(bench))
        for _ in range(5):  # in turns: what else the machine does hits both alike
            for each, times in ((store, full), (other, empty)):
                times.append(_time(each, _datastore(bench)))
    return Figure(min(full) / _NEW * 1000, min(empty) / _NEW * 1000, f"{_FINISHED} finished requests")


class Steps:
    """Fills `ports.MethodRunner` with steps that do nothing, or sleep; one may ask so often to be called again."""

    def __init__(self, seconds: float = 0.0, waits: int = 0) -> None:
        self._seconds = seconds
        self._waits = waits

    def run(self, call: MethodCall) -> MethodResult:
        """Sleeps, or not."""
        if self._seconds:
            time.sleep(self._seconds)
        root: Any = call.handle.root
        if int(root.get("ae_state_retries") or 0) < self._waits:
            root.update(ae_result="retry", ae_retry_interval="0")
        return MethodResult()


class _Sync:
    def __init__(self, folder: Path) -> None:
        self._file = os.open(folder / "sync", os.O_RDWR | os.O_CREAT, 0o600)
        os.write(self._file, b"-" * 4096)

    def time(self) -> float:
        """Seconds that a write in place takes until it is on the disk."""
        os.pwrite(self._file, os.urandom(4096), 0)
        begin = time.perf_counter()
        os.fdatasync(self._file)
        return time.perf_counter() - begin


def _median(times: list[float]) -> float:
    if not times:
        raise Broken("nothing was measured")
    return sorted(times)[len(times) // 2]


# -- stores, requests, workers -----------------------------------------------------------------------------------


@contextmanager
def _store(bench: Bench) -> "Iterator[Store]":
    try:
        from aelang.requests.store import open_store
        from aelang.requests.store.upkeep import init_store
    except ImportError as why:
        raise NotBuilt(str(why)) from why
    place = str(bench.scratch / f"store-{time.monotonic_ns()}.sqlite")
    init_store(place)
    store = open_store(place)
    try:
        yield store
    finally:
        store.close()
        for each in ("", "-wal", "-shm"):
            Path(place + each).unlink(missing_ok=True)


def _datastore(bench: Bench) -> "Compilation":
    from aelang.project import open_project

    folder = bench.scratch / "durable"
    if not folder.exists():
        for name, text in _files().items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    return open_project([str(folder)], cache=False)


def _files() -> Mapping[str, str]:
    return datastores.durable_machine(3)


def _worker(store: "Store", datastore: "Compilation", steps: Steps) -> "Worker":
    from aelang.requests.clock import SystemClock
    from aelang.requests.images import Images
    from aelang.requests.queue import EmbeddedQueue, Taker
    from aelang.requests.runs import Kit
    from aelang.requests.worker_loop import Manner, Worker

    images = Images(store, lambda: datastore, _say_nothing)
    manner = Manner(Taker(f"bench:{os.getpid()}"), poll=0.01, drain=True)
    return Worker(store, EmbeddedQueue(), images, SystemClock(), manner, Kit(steps), _say_nothing)


def _say_nothing(text: str) -> None:
    pass


def _create(store: "Store", number: int) -> None:
    from datetime import UTC, datetime

    from aelang.requests import creating
    from aelang.requests.decision import Decision
    from aelang.requests.people import find_person
    from aelang.requests.store.cases import RowNumbers, carry_out
    from aelang.requests.store.records import StoreRecords

    options = {"namespace": "Run", "class_name": "Machine", "instance_name": "one"}
    admin = find_person(StoreRecords(store), "admin")
    with store.writing() as connection:
        for _ in range(number):
            now = datetime.now(UTC)
            wanted = creating.Wanted("automation", options, auto_approve=True)
            made = creating.create(wanted, admin, RowNumbers(connection), now)
            if not isinstance(made, Decision):
                raise Broken(made.sentence)
            carry_out(connection, None, made, now)


def _rates(bench: Bench, steps: Steps, *workers: int) -> list[float]:
    """Requests a second with so many workers, each the best of stretches that take turns."""
    stretches = [[_rate(bench, each, steps) for each in workers] for _ in range(_STRETCHES)]
    return [max(each) for each in zip(*stretches, strict=True)]


def _rate(bench: Bench, workers: int, steps: Steps) -> float:
    """Requests a second, from the moment at which all workers stand ready to the last end."""
    with _store(bench) as store:
        _create(store, _REQUESTS)
        datastore = _datastore(bench)
        taken = _worked(store, datastore, workers, steps)
        _check(store, _REQUESTS)
        return _REQUESTS / taken


def _worked(store: "Store", datastore: "Compilation", workers: int, steps: Steps) -> float:
    reading, writing = os.pipe()
    ready, go = os.pipe()
    children = [_fork(store, datastore, steps, (reading, writing, ready, go)) for _ in range(workers)]
    os.close(reading)
    for _ in children:
        os.read(ready, 1)
    begin = time.perf_counter()
    os.close(writing)  # they all begin
    bad = [code for code in (os.waitstatus_to_exitcode(os.waitpid(each, 0)[1]) for each in children) if code]
    taken = time.perf_counter() - begin
    os.close(ready)
    os.close(go)
    if bad:
        raise Broken(f"a worker ended with {bad[0]}")
    return taken


def _fork(store: "Store", datastore: "Compilation", steps: Steps, pipes: tuple[int, int, int, int]) -> int:
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        from aelang.requests.store import open_store

        reading, writing, _, go = pipes
        os.close(writing)
        worker = _worker(open_store(store.path), datastore, steps)
        os.write(go, b"!")
        os.read(reading, 1)
        worker.work()
        code = 0
    finally:
        os._exit(code)


def _time(store: "Store", datastore: "Compilation") -> float:
    _create(store, _NEW)
    return _worked(store, datastore, 1, Steps())


def _check(store: "Store", number: int) -> None:
    from sqlalchemy import text

    with store.reading() as connection:
        asked = "SELECT count(*) FROM requests WHERE request_state = 'finished' AND status = 'Ok'"
        found = connection.execute(text(asked)).scalar_one()
    if found < number:
        raise Broken(f"{found} of {number} requests were finished")


_KEYS = {
    "requests": (), "approvals": ("miq_request_id",), "tasks": ("miq_request_id",), "events": ("target_id",),
    "journal": ("request_id",), "traces": ("request_id",), "workspaces": ("request_id",),
}  # fmt: skip
"""The tables with rows of a request, and their columns that say of which."""


def _fill(store: "Store", datastore: "Compilation") -> None:
    """Copies of one request that a worker has finished, with all its rows."""
    _create(store, 1)
    _worker(store, datastore, Steps()).work()
    with store.writing() as connection:
        for name, keys in _KEYS.items():
            connection.exec_driver_sql(_copying(name, keys))


def _copying(name: str, keys: tuple[str, ...]) -> str:
    from aelang.requests.store.schema import METADATA

    written: dict[str, str] = {}
    for each in METADATA.tables[name].columns:
        if each.name == "id":
            written["id"] = f"(SELECT max(id) FROM {name}) * n + id"
        elif each.name in keys:
            written[each.name] = f"{each.name} + n"
        elif each.name in ("guid", "task_id") and name == "workspaces":
            written[each.name] = f"{each.name} || n"
        else:
            written[f'"{each.name}"'] = f'"{each.name}"'
    return (
        f"WITH RECURSIVE copies(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < {_FINISHED})"
        f" INSERT INTO {name} ({', '.join(written)}) SELECT {', '.join(written.values())} FROM {name}, copies"
    )
