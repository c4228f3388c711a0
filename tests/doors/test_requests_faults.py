"""The commands about requests where store, disk or queue go wrong: what is said, and the exit code."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from aelang.cli.main import execute
from aelang.requests.store import open_store, versions
from tests.doors.stores import Aelang

HELLO = ("request", "create", "automation", "/System/Request/hello", "--quiet")


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The store that all commands mean."""
    path = tmp_path / "requests.sqlite"
    monkeypatch.setenv("AELANG_STORE", str(path))
    assert 0 == execute(["store", "init", "--quiet"])
    return path


@contextmanager
def _each_connection(change: Callable[[sqlite3.Connection], object]) -> Iterator[None]:
    """Whoever opens a store meanwhile has it so."""

    def listen(connection: sqlite3.Connection, _: object) -> None:
        change(connection)

    event.listen(Engine, "connect", listen)
    try:
        yield
    finally:
        event.remove(Engine, "connect", listen)


def test_an_older_store_is_to_be_migrated(aelang: Aelang, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "REVISIONS", (*versions.REVISIONS, "9999"))
    said = f"error: the store {place} is of version 0001: `aelang store migrate` brings it to 9999\n"
    assert [(1, "", said)] * 3 == [aelang("request", "list"), aelang(*HELLO), aelang("worker", "--drain")]


def test_a_full_disk_is_told_and_nothing_of_it_was_written(aelang: Aelang, place: Path) -> None:
    def fill(connection: sqlite3.Connection) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")

    made = 0
    with _each_connection(fill):
        while (done := aelang(*HELLO)).code == 0:
            made += 1
    said = f"error: the store {place} is full: there is no room on its disk, nothing of this was written\n"
    assert (1, "", said) == done
    assert made == len(aelang("request", "list", "--limit", "9999").out.splitlines()[1:])


def test_a_store_that_another_process_holds_is_told(
    aelang: Aelang, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert open_store.__kwdefaults__ is not None
    monkeypatch.setitem(open_store.__kwdefaults__, "wait", 0.05)
    with closing(sqlite3.connect(place, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        done, seen = aelang(*HELLO), aelang("request", "list", "--quiet")
    said = f"error: the store {place} is locked by another process: try again, or end what holds it\n"
    assert [(1, "", said), (0, "", "")] == [done, seen]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_worker_whose_store_is_deleted_ends_and_says_so(place: Path, workers: str) -> None:
    words = (sys.executable, "-m", "aelang", "worker", "--concurrency", workers)
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            while "works on" not in process.stderr.readline():
                assert process.poll() is None
            os.unlink(place)
            _, told = process.communicate(timeout=60)
        finally:
            process.terminate()
    assert f"the store {place} was deleted or replaced while it was open" in told
    assert 1 == process.returncode


def test_what_a_worker_held_when_it_died_is_told_by_one_that_ends(aelang: Aelang, place: Path) -> None:
    aelang(*HELLO)
    lease = datetime.now(UTC) + timedelta(seconds=20)
    with closing(sqlite3.connect(place)) as connection, connection:
        connection.execute("UPDATE queue SET state = 'running', worker = 'host:9', fence = 1, lease_until = ?",
                           [f"{lease:%Y-%m-%d %H:%M:%S.%f}"])  # fmt: skip
    held = f"holds `call_automate_event` of AutomationRequest 1 until {lease:%Y-%m-%d %H:%M:%S} UTC"
    assert f"note: worker host:9 {held}: if it has died, it is free then\n" in aelang("worker", "--drain").err


def test_what_is_given_up_is_told_also_where_it_is_to_be_quiet(aelang: Aelang, place: Path) -> None:
    with closing(sqlite3.connect(place)) as connection, connection:
        connection.execute(
            "INSERT INTO queue (state, method, of_model, of_id, priority, attempts, created_on)"
            " VALUES ('ready', 'fly', 'MiqRequest', 99, 1, 4, '2026-11-22 10:00:00.000000')"
        )
    reason = "LookupError: there is no `fly` to be done: was it put in by a newer aelang?"
    done = aelang("worker", "--drain", "--quiet")
    assert (0, "", f"message 1 (fly) is given up: {reason}\n") == done
    assert "dead" in aelang("queue", "list").out


def test_a_worker_that_cannot_begin_says_so_also_where_it_is_to_be_quiet(aelang: Aelang, tmp_path: Path) -> None:
    (tmp_path / "aelang.toml").write_text("[requests]\napprovals = 0\n")
    said = "`approvals` in [requests] is 0, and not a number from 1 to 99\n"
    assert (1, "", said) == aelang("worker", "--drain", "--quiet")
