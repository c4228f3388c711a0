"""Statements that are worked often say the same, and fail alike, as those that SQLAlchemy works (SQLite and
PostgreSQL)."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError, StatementError

from aelang.interpreter.values import Symbol
from aelang.requests.store import Store
from aelang.requests.store.keeping import Entry, write_entries
from aelang.requests.store.prepared import Prepared
from aelang.requests.store.schema import JOURNAL, LOCKS, SERVICE_ORDERS
from aelang.services.records import Reference

_AT = datetime(2026, 11, 22, 10, 30, 0, 25, tzinfo=UTC)
_DETAILS: tuple[Any, ...] = (
    None, 0, 1, 1.5, True, "", "3", "ünï", [], {}, {Symbol("a"): [1, {"b": None}]}, Reference("Vm", 3), _AT,
    float("inf"), 1.0, 12345678901234567890,
)  # fmt: skip
_COLUMNS = [JOURNAL.c[each] for each in Entry._fields]
_READ = select(*_COLUMNS).where(JOURNAL.c.request_id == bindparam("request")).order_by(JOURNAL.c.id)


def _entries(request: int) -> list[Entry]:
    return [Entry(request, "step", "Ok", _AT, 1, None, at, "told", each) for at, each in enumerate(_DETAILS)]


def _typed(rows: Any) -> list[list[tuple[type, object]]]:
    return [[(type(value), value) for value in row] for row in rows]


@pytest.mark.parametrize("shared", [False, True])
def test_what_one_writes_the_other_reads(store: Store, shared: bool) -> None:
    with store.writing() as connection:
        write_entries(connection, _entries(1))
        connection.execute(insert(JOURNAL), [each._asdict() for each in _entries(2)])
    prepared = Prepared(_READ, shared=shared)
    with store.reading() as connection:
        for request in (1, 2):
            expected = _typed(_entries(request))
            assert expected == _typed(prepared.all(connection, {"request": request}))
            assert expected == _typed(connection.execute(_READ, {"request": request}))


def test_it_says_how_many_rows_it_was_done_to(store: Store) -> None:
    with store.writing() as connection:
        write_entries(connection, _entries(1))
        told = Prepared(update(JOURNAL).where(JOURNAL.c.attempt < bindparam("less")).values(message="new", state=None))
        assert [3, 0] == [told.run(connection, {"less": less}) for less in (3, 0)]


def test_what_is_not_there_is_none(store: Store) -> None:
    with store.reading() as connection:
        assert Prepared(_READ).first(connection, {"request": 0}) is None
        assert Prepared(_READ).value(connection, {"request": 0}) is None


def test_a_fault_is_the_one_that_sqlalchemy_raises(store: Store) -> None:
    lock = {"resource_kind": "Vm", "resource_id": 1, "request_id": 1, "taken_on": _AT}
    take = Prepared(insert(LOCKS).inline(), tuple(lock))
    with store.writing() as connection, pytest.raises(IntegrityError), connection.begin_nested():
        take.run_each(connection, [lock, lock])


def test_a_value_that_cannot_be_written_is_a_fault_of_the_statement(store: Store) -> None:
    order = {"name": "a", "more": {"x": object()}}
    with store.writing() as connection, pytest.raises(StatementError):
        Prepared(insert(SERVICE_ORDERS).inline(), tuple(order)).run(connection, order)
