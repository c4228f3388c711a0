"""The journal of a transaction: whatever is changed in it, taken away from it or added to it is found out."""

from collections.abc import Iterator, Sequence
from contextlib import suppress

import pytest
from sqlalchemy import text

from aelang.project import Compilation
from aelang.requests.store import Store
from aelang.requests.store.upkeep import check_store
from aelang.requests.transactions import operating
from aelang.requests.transactions.operating import Repair
from aelang.requests.transactions.planning import Add
from aelang.requests.transactions.reports import check_transactions
from tests.requests.transactions.shop import Company, Servers, open_company, values, write_company
from tests.requests.working import BEGIN

SITE = Add("/Hosting/WebSite/standard", values(domain="example.org"))
COLUMNS = {
    "request_id": 2, "task_id": 77, "command_id": 99, "attempt": 9, "at": "2020-01-01 00:00:00", "phase": "clean_up",
    "status": "RollBackSuccessful", "state": "elsewhere", "message": "all went well", "detail": '{"by": "eve"}',
    "hash": "0" * 64,
}  # fmt: skip
AT = ("min(id)", "max(id)", "(min(id) + max(id)) / 2")
EVERY = "SELECT {} FROM journal WHERE request_id = 1 AND hash IS NOT NULL AND phase <> 'step'"


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Compilation:
    return open_company(write_company(tmp_path_factory.mktemp("company")))


@pytest.fixture(scope="module", params=["stores", "databases"])
def kept(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, opened: Compilation
) -> Iterator[Store]:
    """A store with a transaction that could not be rolled back, was repaired and continued, and another."""
    store: Store = request.getfixturevalue(request.param).new()
    folder = tmp_path_factory.mktemp("devices")
    work = Company(store, folder, Servers(folder / "s.json", None, None, "before", "before", "before"), opened)
    work.account()
    work.order(SITE)
    work.work()
    with store.writing() as connection:
        assert operating.repair(connection, 1, Repair("FailedUndoDone", "looked at it", "ann", 2), BEGIN) is None
        assert operating.go_on(connection, 1, BEGIN) is None
    work.work()
    work.order(SITE)
    yield store
    store.close()


def complaints(store: Store, *statements: str) -> Sequence[str]:
    """What is found wrong where these are done to the store, which is as it was afterwards."""
    found: list[str] = []
    with suppress(_Undone), store.writing() as connection:
        for each in statements:
            connection.execute(text(each))
        found += check_transactions(connection)
        raise _Undone
    return found


class _Undone(Exception):
    """Has a transaction leave nothing behind."""


def test_a_journal_that_nobody_touched_is_in_order(kept: Store) -> None:
    assert [] == complaints(kept)


@pytest.mark.parametrize("at", AT)
@pytest.mark.parametrize("column", COLUMNS)
def test_whatever_is_changed_in_a_line_is_found_out(kept: Store, column: str, at: str) -> None:
    value = COLUMNS[column]
    written = str(value) if isinstance(value, int) else f"'{value}'"
    found = complaints(kept, f"UPDATE journal SET {column} = {written} WHERE id = ({EVERY.format(at)})")
    assert any("the journal of request 1" in each for each in found)


@pytest.mark.parametrize("at", AT)
def test_a_line_that_was_taken_away_is_found_out(kept: Store, at: str) -> None:
    found = complaints(kept, f"DELETE FROM journal WHERE id = ({EVERY.format(at)})")
    assert any("the journal of request 1" in each for each in found)


def test_a_repair_that_was_taken_away_is_found_out(kept: Store) -> None:
    assert complaints(kept, "DELETE FROM journal WHERE phase = 'repair'")


def test_lines_that_were_exchanged_are_found_out(kept: Store) -> None:
    first, last = EVERY.format("min(id)"), EVERY.format("max(id)")
    found = complaints(
        kept,
        f"UPDATE journal SET id = -1 WHERE id = ({first})",
        f"UPDATE journal SET id = -2 WHERE id = ({last})",
        "UPDATE journal SET id = 100000 WHERE id = -1",
        "UPDATE journal SET id = -1 WHERE id = -2",
    )
    assert any("the journal of request 1" in each for each in found)


@pytest.mark.parametrize("digest", ["hash", "NULL"])
@pytest.mark.parametrize("phase", ["phase", "'step'"])
def test_a_line_that_was_added_is_found_out(kept: Store, phase: str, digest: str) -> None:
    columns = "request_id, task_id, command_id, attempt, at, status, state, message, detail"
    added = f"SELECT {columns}, {phase}, {digest} FROM journal WHERE id = ({EVERY.format('max(id)')})"
    found = complaints(kept, f"INSERT INTO journal ({columns}, phase, hash) {added}")
    assert any("the journal of request 1" in each for each in found)


@pytest.mark.parametrize("table", ["journal", "transactions"])
def test_what_is_gone_altogether_is_found_out(kept: Store, table: str) -> None:
    assert complaints(kept, f"DELETE FROM {table} WHERE request_id = 1")


@pytest.mark.parametrize(
    "change", ["UPDATE requests SET request_state = 'active' WHERE id = 1", "DELETE FROM requests WHERE id = 1",
               "UPDATE requests SET request_state = 'finished' WHERE id = 2"]
)  # fmt: skip
def test_a_request_that_stands_otherwise_than_its_transaction_is_found_out(kept: Store, change: str) -> None:
    (found,) = complaints(kept, change)
    assert "and its transaction stands at" in found


def test_locks_that_are_gone_or_left_are_found_out(kept: Store) -> None:
    assert ["request 2 stands at Pending, and locks nothing: others may change its services"] == complaints(
        kept, "DELETE FROM locks WHERE request_id = 2"
    )
    left = "INSERT INTO locks VALUES ('Account', 99, 1, '2026-01-01 00:00:00')"
    assert ["request 1 has ended with Failed, and still locks services"] == complaints(kept, left)


def test_a_line_about_a_message_that_was_changed_is_found_out(kept: Store) -> None:
    of = "SELECT {} FROM journal WHERE request_id = 1 AND phase = 'step'"
    for at in ("min(id)", "max(id)"):
        assert complaints(kept, f"UPDATE journal SET message = 'changed' WHERE id = ({of.format(at)})")


def test_in_a_file_no_line_at_all_can_be_taken_away(kept: Store) -> None:
    if kept.path is None:
        pytest.skip("in PostgreSQL, lines about messages are sealed one by one")
    assert () == check_store(kept.path)
    last = "DELETE FROM journal WHERE id = (SELECT max(id) FROM journal WHERE request_id = 1)"
    assert complaints(kept, last)
