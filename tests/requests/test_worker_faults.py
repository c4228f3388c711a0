"""A worker whose store, datastore or clock goes wrong: it says what is the matter, and loses nothing."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import event, text

from aelang.interpreter.ports import MethodCall
from aelang.requests.queue import Taker, list_items
from aelang.requests.store import Store, StoreError, open_store
from aelang.requests.worker import Wanted, run_workers
from tests.requests.stores import PostgresqlStores, SqliteStores
from tests.requests.working import Methods, Work, machine, wait, write_datastore

THREE = machine("Machine", {"first": "METHOD::act", "second": "METHOD::slow", "third": "METHOD::act"},
                {"act": "none", "slow": "none"})  # fmt: skip


@pytest.fixture
def kept(stores: SqliteStores) -> Store:
    return stores.new()


def _is_finished(work: Work, number: int) -> bool:
    return work.case(number).request.request_state == "finished"


def test_a_store_that_is_deleted_ends_the_worker_and_says_so(kept: Store, tmp_path: Path) -> None:
    def lose(call: MethodCall) -> None:
        assert kept.path is not None
        os.unlink(kept.path)

    work = Work(kept, write_datastore(tmp_path, THREE), Methods({"slow": lose}))
    work.request()
    with pytest.raises(StoreError, match="was deleted or replaced while it was open"):
        work.work()


def test_a_database_that_is_dropped_ends_the_worker_and_says_so(databases: PostgresqlStores, tmp_path: Path) -> None:
    store = databases.new()
    work = Work(store, write_datastore(tmp_path, THREE), Methods({"slow": lambda call: databases.lose(store)}))
    work.request()
    with pytest.raises(StoreError, match="is not there: make the database first, and check its URL"):
        work.work()
    store.close()


def test_a_full_disk_ends_the_worker_and_what_was_not_written_is_done_later(kept: Store, tmp_path: Path) -> None:
    work = Work(kept, write_datastore(tmp_path, THREE), Methods({"slow": wait(3)}))
    number = work.request()
    kept.close()
    listen = (kept.engine, "connect", _limit)
    event.listen(*listen)
    with pytest.raises(StoreError, match="is full: there is no room on its disk"):
        for _ in range(1000):  # until a page too many is asked for
            work.request()
            work.work()
    event.remove(*listen)
    kept.close()
    again = Work(kept, tmp_path)
    with kept.writing() as connection:
        again.queue.release(connection, again.worker._manner.taker.name)
    again.clock._now = work.clock.now() + timedelta(hours=1)
    again.work()
    assert _is_finished(again, number)
    with kept.reading() as connection:
        assert () == list_items(connection)


def _limit(connection: sqlite3.Connection, _: object) -> None:
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages + 8}")


def test_a_store_that_is_locked_is_waited_for(stores: SqliteStores, tmp_path: Path) -> None:
    place = stores.new().path
    work = Work(open_store(place, wait=0.05), write_datastore(tmp_path, THREE))
    number = work.request()
    assert place is not None
    other = sqlite3.connect(place, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    def tell(said: str) -> None:
        work.told.append(said)
        other.close()

    work.worker._tell = tell
    work.work()
    assert _is_finished(work, number)
    assert [f"the store {place} is locked by another process: try again, or end what holds it; waiting"] == work.told


def test_a_store_of_a_newer_aelang_is_left_alone(kept: Store, tmp_path: Path) -> None:
    with kept.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    told: list[str] = []
    assert 1 == run_workers(Wanted(kept.path, (str(write_datastore(tmp_path, THREE)),), drain=True), told.append)
    assert "newer" in told[0]


def test_a_place_without_a_store_is_told(tmp_path: Path) -> None:
    told: list[str] = []
    assert 1 == run_workers(Wanted(str(tmp_path / "none.sqlite"), drain=True), told.append)
    assert [f"there is no store {tmp_path / 'none.sqlite'}: `aelang store init` makes it"] == told


def test_a_datastore_that_is_none_is_told(kept: Store, tmp_path: Path) -> None:
    told: list[str] = []
    assert 1 == run_workers(Wanted(kept.path, (str(tmp_path),), drain=True), told.append)
    assert 1 == len(told)


@pytest.mark.parametrize(
    "harm",
    [
        lambda folder: (folder / "Demo/Sys/Machine.class/__class__.yaml").write_text("object: ["),
        lambda folder: shutil.rmtree(folder / "Demo"),
    ],
    ids=["broken", "gone"],
)
def test_a_datastore_that_breaks_under_the_worker_is_told_once_and_the_last_one_used(
    kept: Store, tmp_path: Path, harm: Callable[[Path], object]
) -> None:
    work = Work(kept, write_datastore(tmp_path, THREE))
    harm(tmp_path)
    for _ in range(2):
        work.images._looked -= 60
        number = work.request()
        work.work()
        assert ("finished", "Ok") == work.case(number).request[5:7]
    assert 1 == len(work.told)
    assert work.told[0].endswith("requests go on with the datastore as it was; `aelang validate` shows what is wrong")


def test_a_datastore_that_changes_serves_new_requests(kept: Store, tmp_path: Path) -> None:
    work = Work(kept, write_datastore(tmp_path, THREE))
    write_datastore(tmp_path, machine("Machine", {"other": "METHOD::act"}, {"act": "none"}))
    work.images._looked -= 60
    work.request()
    work.work()
    assert ["act other"] == work.methods.calls


@pytest.mark.parametrize("hours", [-5, 5])
def test_a_clock_that_jumps_loses_nothing(kept: Store, tmp_path: Path, hours: int) -> None:
    work = Work(kept, write_datastore(tmp_path, THREE))

    def jump(call: MethodCall) -> None:
        wait(2)(call)
        work.clock._now += timedelta(hours=hours)

    work.methods.acts = {"slow": jump}
    number = work.request()
    work.work()
    assert ["act first", "slow second", "slow second", "slow second", "act third"] == work.methods.calls
    assert _is_finished(work, number)


# -- processes ---------------------------------------------------------------------------------------------------

_RUN = """
import os, sys
from aelang.requests.worker import Wanted, run_workers
place, root, concurrency, drain = sys.argv[1:]
wanted = Wanted(place, (root,), concurrency=int(concurrency), drain=drain == "drain", poll=0.05, cache=False)
sys.exit(run_workers(wanted, lambda said: os.write(1, f"{said}\\n".encode())))
"""


@contextmanager
def _start(store: Store, folder: Path, concurrency: int, *more: str) -> "Iterator[subprocess.Popen[str]]":
    """Workers; none is left behind where a test fails."""
    arguments = [sys.executable, "-c", _RUN, store.path or store.name, str(folder), str(concurrency), *more]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.terminate()


def _read(process: "subprocess.Popen[str]", words: str, times: int) -> list[str]:
    """The lines that it says until as many have those words."""
    assert process.stdout is not None
    lines: list[str] = []
    while sum(words in each for each in lines) < times:
        lines.append(process.stdout.readline())
        assert lines[-1], lines
    return lines


@pytest.mark.parametrize("concurrency", [1, 2])
def test_workers_drain_the_queue_and_end(store: Store, tmp_path: Path, concurrency: int) -> None:
    work = Work(store, write_datastore(tmp_path, THREE))
    work.clock._now -= timedelta(days=400)
    numbers = [work.request() for _ in range(3)]
    with _start(store, tmp_path, concurrency, "drain") as process:
        said, _ = process.communicate(timeout=60)
    assert 0 == process.returncode, said
    assert {True} == {_is_finished(work, each) for each in numbers}


@pytest.mark.parametrize("concurrency", [1, 2])
def test_a_worker_that_is_asked_to_end_does(store: Store, tmp_path: Path, concurrency: int) -> None:
    with _start(store, write_datastore(tmp_path, THREE), concurrency, "go") as process:
        _read(process, "works on", concurrency)
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=60)
    assert 0 == process.returncode, said


def test_a_worker_that_is_killed_is_replaced(store: Store, tmp_path: Path) -> None:
    with _start(store, write_datastore(tmp_path, THREE), 2, "go") as process:
        killed = _read(process, "works on", 2)[-1].split()[1].rpartition(":")[2]
        os.kill(int(killed), signal.SIGKILL)
        ended, replaced = _read(process, "was ended by signal 9", 1), _read(process, "works on", 1)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert f"worker {killed} was ended by signal 9\n" == ended[-1]
    assert killed != replaced[-1].split()[1].rpartition(":")[2]


def test_when_the_machines_clock_is_put_forward_those_who_work_are_left_at_it(
    kept: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed, wall = 1000.0, datetime(2026, 1, 1, tzinfo=UTC)
    today = type("Today", (datetime,), {"now": classmethod(lambda cls, zone: wall)})
    monkeypatch.setattr("aelang.requests.worker_loop.datetime", today)
    monkeypatch.setattr("aelang.requests.worker_loop.time", SimpleNamespace(monotonic=lambda: passed))
    work = Work(kept, write_datastore(tmp_path, THREE))
    work.request()
    with kept.writing() as connection:
        held = work.queue.claim(connection, Taker("another"), work.clock.now(), wall + timedelta(seconds=30))
        assert held is not None

    def state_after(seconds: int, jump: int = 0) -> str:
        nonlocal passed, wall
        passed, wall = passed + seconds, wall + timedelta(seconds=seconds + jump)
        work.worker._take_over()
        with kept.reading() as connection:
            return str(connection.execute(text("SELECT state FROM queue WHERE id = :id"), {"id": held.number}).scalar())

    assert ["running"] * 3 == [state_after(0), state_after(10, jump=3600), state_after(20)]
    with kept.writing() as connection:
        work.queue.prolong(connection, held, wall + timedelta(seconds=30))
    assert ["running", "ready"] == [state_after(20), state_after(20)]  # it has said that it lives; then no more


def test_a_clock_of_its_own_takes_one_worker(kept: Store) -> None:
    told: list[str] = []
    assert 1 == run_workers(Wanted(kept.path, concurrency=2, virtual=True), told.append)
    assert 1 == len(told)
