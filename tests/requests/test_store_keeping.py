"""Journal, locks, workspaces, traces and images in the store (SQLite and PostgreSQL)."""

import pytest

from aelang.interpreter.values import Symbol
from aelang.requests.store import Store
from aelang.requests.store.keeping import (
    Entry,
    KeptWorkspace,
    Taken,
    TracePart,
    add_trace,
    keep_image,
    keep_workspace,
    read_image,
    read_journal,
    read_trace,
    read_workspace,
    release_locks,
    take_lock,
    write_journal,
)
from tests.requests.living import BEGIN


def test_the_journal_has_everything_in_its_order(store: Store) -> None:
    entries = tuple(
        Entry(1, "step", status, BEGIN, 2, "Reserve", 1, None, {Symbol("a"): 1}) for status in ("InProgress", "Ok")
    )
    with store.writing() as connection:
        for each in (*entries, Entry(9, "step", "Ok", BEGIN)):
            write_journal(connection, each)
        assert entries == read_journal(connection, 1)


def test_a_lock_is_one_requests(store: Store) -> None:
    with store.writing() as connection:
        take_lock(connection, "Service", 4, 1, BEGIN)
        take_lock(connection, "Service", 4, 1, BEGIN)
        with pytest.raises(Taken, match="Service 4 is already involved in request 1"):
            take_lock(connection, "Service", 4, 2, BEGIN)


def test_a_lock_that_was_given_back_can_be_taken(store: Store) -> None:
    with store.writing() as connection:
        take_lock(connection, "Service", 4, 1, BEGIN)
        release_locks(connection, 1)
        take_lock(connection, "Service", 4, 2, BEGIN)


def test_of_a_task_the_last_workspace_is_kept(store: Store) -> None:
    first, last = (KeptWorkspace(guid, "automation_task_1", 1, "/A/B/c", BEGIN, b"x") for guid in ("a", "b"))
    with store.writing() as connection:
        keep_workspace(connection, first)
        keep_workspace(connection, last)
        found = [read_workspace(connection, name) for name in ("automation_task_1", "b", "a")]
    assert [last, last, None] == found


def _part(number: int, size: int = 10) -> TracePart:
    return TracePart(1, f"automation_task_{number}", BEGIN, 1, bytes([number]) * size)


def test_a_trace_is_read_in_its_order(store: Store) -> None:
    with store.writing() as connection:
        for number in (1, 2, 3):
            add_trace(connection, _part(number))
        assert (_part(1), _part(2), _part(3)) == read_trace(connection, 1)


def test_of_a_trace_that_outgrows_its_limit_the_oldest_goes(store: Store) -> None:
    with store.writing() as connection:
        for number in (1, 2, 3):
            add_trace(connection, _part(number), limit=25)
        assert (_part(2), _part(3)) == read_trace(connection, 1)


def test_the_newest_part_of_a_trace_stays_however_large(store: Store) -> None:
    with store.writing() as connection:
        for number in (1, 2):
            add_trace(connection, _part(number, 100), limit=25)
        assert (_part(2, 100),) == read_trace(connection, 1)


def test_an_image_is_kept_once(store: Store) -> None:
    with store.writing() as connection:
        keep_image(connection, "abc", b"image", BEGIN)
        keep_image(connection, "abc", b"another", BEGIN)
        assert (b"image", None) == (read_image(connection, "abc"), read_image(connection, "none"))
