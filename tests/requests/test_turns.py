"""Turns at a SQLite store: who waits is woken, and a bell that is none does no harm."""

import os
import resource
import select
import stat
import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from aelang.requests.store import open_store
from aelang.requests.store.turns import Turns
from tests.requests.stores import SqliteStores

pytestmark = pytest.mark.skipif(not hasattr(select, "epoll"), reason="there are no bells here: the system has no epoll")


def _rings(turns: Turns) -> bool:
    assert turns._rings is not None
    return bool(turns._rings.poll(0))


def test_who_waits_is_woken_by_who_has_written(tmp_path: Path) -> None:
    one, other = Turns(str(tmp_path / "s")), Turns(str(tmp_path / "s"))
    one.listen()
    assert not _rings(one)
    other.pass_on()
    assert _rings(one)
    one.wait(0)
    assert not _rings(one)


def test_what_rang_before_one_waits_is_of_no_interest(tmp_path: Path) -> None:
    one, other = Turns(str(tmp_path / "s")), Turns(str(tmp_path / "s"))
    one.listen()
    other.pass_on()
    one.listen()
    assert not _rings(one)


def test_a_store_that_nobody_waits_for_has_no_bell(tmp_path: Path) -> None:
    turns = Turns(str(tmp_path / "s"))
    turns.pass_on()
    assert [] == list(tmp_path.iterdir())


def test_a_bell_to_which_nobody_listens_may_ring_for_ever(tmp_path: Path) -> None:
    turns = Turns(str(tmp_path / "s"))
    turns.listen()
    for _ in range(70_000):
        turns.pass_on()
    assert _rings(turns)
    turns.listen()
    assert not _rings(turns)


@pytest.mark.parametrize("kind", ["file", "link"])
def test_what_is_no_bell_is_not_written_to(tmp_path: Path, kind: str) -> None:
    there = tmp_path / "s-turn"
    if kind == "link":
        (tmp_path / "precious").write_text("precious")
        there.symlink_to(tmp_path / "precious")
    else:
        there.write_text("precious")
    turns = Turns(str(tmp_path / "s"))
    turns.pass_on()
    turns.listen()
    turns.wait(0)
    turns.pass_on()
    assert "precious" == there.read_text()


def test_who_has_as_many_files_open_as_he_may_looks_now_and_then(tmp_path: Path) -> None:
    turns = Turns(str(tmp_path / "s"))
    free = os.dup(0)
    os.close(free)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free + 1, most[1]))  # there is room for the pipe, and for no more
    try:
        turns.listen()
        turns.wait(0)
        turns.pass_on()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, most)
    again = os.dup(0)
    os.close(again)
    assert (None, free) == (turns._bell, again)


def test_of_two_who_write_at_once_each_comes_to_its_turn(stores: SqliteStores) -> None:
    first = stores.new()
    assert first.path is not None
    second, waits, done = open_store(first.path), threading.Event(), []

    def write() -> None:
        waits.set()
        with second.writing() as connection:
            done.append(connection.execute(text("SELECT count(*) FROM positions")).scalar_one())

    other = threading.Thread(target=write)
    with first.writing() as connection:
        other.start()
        waits.wait()
        while not os.path.exists(first.path + "-turn"):
            assert other.is_alive()
        connection.execute(text(
            "INSERT INTO positions (name, stamp, position, line, at) VALUES ('a', 'b', 1, 1, '2026-01-01 00:00:00')"
        ))  # fmt: skip
    other.join()
    assert ([1], True) == (done, stat.S_ISFIFO(os.stat(first.path + "-turn").st_mode))
    second.close()
    first.close()
