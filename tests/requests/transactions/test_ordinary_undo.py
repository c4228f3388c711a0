"""Undos of ordinary machines: the journal has the words of transactions, and an undo that failed waits for a person."""

from pathlib import Path

from aelang.interpreter.ports import MethodCall
from aelang.requests import recovery
from aelang.requests.store import Store
from aelang.requests.store.keeping import read_journal
from tests.requests.stores import SqliteStores
from tests.requests.working import BEGIN, Methods, Work, fail, machine, write_datastore

UNDOING = machine("Machine", {"first": "METHOD::act", "second": "METHOD::slow"},
                  {"act": "none", "slow": "none", "back": "none"}, ", undo: back")  # fmt: skip


def _undos(store: Store, number: int) -> list[tuple[str, str | None]]:
    with store.reading() as connection:
        return [(each.status, each.state) for each in read_journal(connection, number) if each.phase == "undo"]


def _worked(stores: SqliteStores, folder: Path, methods: Methods) -> tuple[Work, int]:
    work = Work(stores.new(), write_datastore(folder, UNDOING), methods)
    number = work.request()
    work.work()
    return work, number


def test_what_is_undone_is_in_the_journal(stores: SqliteStores, tmp_path: Path) -> None:
    work, number = _worked(stores, tmp_path, Methods({"slow": fail}))
    assert [("RollBackSuccessful", "first")] == _undos(work.store, number)
    assert ("finished", "Error") == (work.case(number).request.request_state, work.case(number).request.status)


def test_an_undo_that_fails_is_put_right_by_hand(stores: SqliteStores, tmp_path: Path) -> None:
    def back(call: MethodCall) -> None:
        fail(call)

    work, number = _worked(stores, tmp_path, Methods({"slow": fail, "back": back}))
    assert [("RollBackFailed", "first")] == _undos(work.store, number)
    assert ("rollback_failed", True) == (work.case(number).tasks[0].state, work.case(number).tasks[0].needs_operator)
    with work.store.writing() as connection:
        refused = recovery.repair(connection, number, False, "ann", BEGIN)
        assert refused is not None
        assert f"no undo of request {number} is run again: do by hand what it was to do, and say --done" == (
            refused.sentence
        )
        assert recovery.repair(connection, number, True, "ann", BEGIN) is None
    case = work.case(number)
    assert ("finished", "Error", False) == (
        case.request.request_state,
        case.request.status,
        case.tasks[0].needs_operator,
    )
