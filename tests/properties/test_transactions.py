"""Transactions: what must hold of them whatever their services, whatever fails, and whenever a worker dies
(REQUESTS 8, invariants 24 to 31)."""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, text

from aelang.names.provisioning import SIMPLE
from aelang.project import Compilation
from aelang.requests.store import Store, open_store
from aelang.requests.store.record_rows import keep_rows
from aelang.requests.store.schema import METADATA
from aelang.requests.store.upkeep import init_store
from aelang.requests.transactions import moves, operating, words
from aelang.requests.transactions.grouping import Planned, group_actions
from aelang.requests.transactions.journal import read_lines
from aelang.requests.transactions.keeping import services_of
from aelang.requests.transactions.operating import Repair
from aelang.requests.transactions.planning import Add, CannotPrepare, Delete, Modify
from aelang.requests.transactions.reports import check_transactions
from aelang.requests.transactions.rows import Command, Service, Transaction
from aelang.requests.transactions.standing import read_front, read_standing
from aelang.services.inventory import default_rows
from aelang.syntax.property import parse_property, print_property
from tests import strategies
from tests.properties.examples import examples
from tests.requests.stores import SqliteStores, emptied
from tests.requests.transactions.shop import Company, Servers, open_company, write_company
from tests.requests.transactions.trees import ROOT, Grown, GrownTypes, faults, grown
from tests.requests.working import BEGIN

# -- the language of properties ----------------------------------------------------------------------------------


@given(strategies.property_expressions)
@settings(max_examples=examples(100), deadline=None)
def test_an_expression_that_is_printed_is_read_as_it_was(expression: Any) -> None:
    found, complaints = parse_property(print_property(expression))
    assert () == complaints
    assert found is not None
    assert expression == tuple(each if not hasattr(each, "at") else each._replace(at=(0, 0)) for each in found)


@given(st.text("abR$/:'\"+ 019é\n", max_size=20))
@settings(max_examples=examples(100), deadline=None)
def test_any_text_is_an_expression_or_has_a_fault_in_it(text: str) -> None:
    found, complaints = parse_property(text)
    assert (found is None) == bool(complaints)


# -- grouping ----------------------------------------------------------------------------------------------------

_ACTIONS = st.lists(
    st.builds(
        Planned, st.just("add"), st.integers(1, 9), st.integers(1, 3), st.sampled_from("ab"), st.sampled_from("mn")
    ),
    max_size=20,
)


@given(_ACTIONS)
@settings(max_examples=examples(100), deadline=None)
def test_groups_are_the_actions_in_their_order(actions: list[Planned]) -> None:
    groups = group_actions(actions)
    assert actions == [each for group in groups for each in group]
    assert all(len({each.key for each in group}) == 1 for group in groups)
    assert all(one[-1].key != other[0].key for one, other in pairwise(groups))


# -- moves -------------------------------------------------------------------------------------------------------

_WORD = re.compile(
    r"((InProgress )((Ok )|(Failed )))*((RollBackInProgress )?((RollBackSuccessful )|(RollBackFailed )))*\Z"
)


@given(st.integers(0, 6), st.integers(1, 3), st.none() | st.integers(0, 3), st.data())
@settings(max_examples=examples(100), deadline=None)
def test_a_transaction_ends_with_all_done_or_all_undone(
    count: int, attempts: int, most_failures: int | None, data: st.DataObject
) -> None:
    transaction = Transaction(1, 1, "add", words.PENDING, most_failures)
    commands = [Command(at, 1, at, "r", "m", "add", most_attempts=attempts) for at in range(count)]
    done, undone = [], []
    while transaction.status not in (*words.FINAL, words.ROLLBACK_ERROR):
        match moves.next_move(transaction, commands):
            case moves.Begin():
                transaction = transaction._replace(status=words.PROVISIONING)
            case moves.RollBack():
                transaction = transaction._replace(status=words.ROLLBACK)
            case moves.End(status):
                transaction = transaction._replace(status=status)
            case moves.Execute(command):
                assert all(each.status == words.OK for each in commands[: command.place])
                fails = data.draw(st.booleans())
                status = moves.after_failure(transaction, command) if fails else words.OK
                failures = transaction.failures + fails
                transaction = transaction._replace(failures=failures)
                commands[command.place] = command._replace(status=status, attempts=command.attempts + 1)
                done += [] if fails else [command.id]
            case moves.Undo(command):
                status = data.draw(st.sampled_from((words.UNDONE, words.UNDONE, words.NOT_UNDONE)))
                commands[command.place] = command._replace(status=status)
                undone.append(command.id)
            case move:
                raise AssertionError(f"{move} is for what was cut short")
    assert transaction.status == words.OK or done[::-1] == undone
    statuses = [each.status for each in commands]
    assert (transaction.status == words.OK) == (set(statuses) <= {words.OK})
    assert (transaction.status == words.ROLLBACK_ERROR) == (words.NOT_UNDONE in statuses)
    assert all(each.attempts <= attempts for each in commands)


# -- a store and its resources -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Compilation:
    return open_company(write_company(tmp_path_factory.mktemp("company")))


_CHANGES = st.lists(st.tuples(st.sampled_from(("add", "modify", "delete")), st.integers(0, 9), faults), max_size=3)
_SETTINGS = settings(
    max_examples=examples(5), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@given(grown(), faults, _CHANGES)
@_SETTINGS
def test_any_transaction_ends_well_on_sqlite(
    stores: SqliteStores, opened: Compilation, tmp_path: Path, tree: Grown, first: list[str | None], changes: Any
) -> None:
    store = stores.new()
    _live(Run(store, opened, tmp_path, tree), [("add", 0, first), *changes])
    store.close()


@given(grown(), faults, _CHANGES)
@_SETTINGS
def test_any_transaction_ends_well_on_postgresql(
    server: str, opened: Compilation, tmp_path: Path, tree: Grown, first: list[str | None], changes: Any
) -> None:
    init_store(server)
    store = emptied(open_store(server))
    with store.writing() as connection:
        keep_rows(connection, default_rows())
    _live(Run(store, opened, tmp_path, tree), [("add", 0, first), *changes])
    store.close()


class Run:
    """A company whose services are of grown types."""

    def __init__(self, store: Store, opened: Compilation, folder: Path, tree: Grown) -> None:
        self.servers = Servers(folder / "servers.json")
        self.servers.file.unlink(missing_ok=True)
        self.servers.is_strict = tree.effect == "once"
        self.store, self.opened, self.tree = store, opened, tree
        self.company = self.restarted()
        self.company.account()

    def restarted(self) -> Company:
        """The company, with another worker."""
        company = Company(self.store, Path(), self.servers, self.opened)
        company.types = GrownTypes(self.tree)
        return company

    def services(self) -> tuple[Service, ...]:
        """What the account has."""
        with self.store.reading() as connection:
            return services_of(connection, 1)

    def finish(self, number: int) -> None:
        """Works until the transaction has ended, with whatever operators have to do: they see what is true."""
        for _ in range(60):
            self.company.work_until_death()
            self.check_locks()
            self.check_front(number)
            with self.store.writing() as connection:
                broken = operating.situation_of(connection, number)
                for command in () if broken is None else broken.commands:
                    said = Repair(self.true_status(command), "looked at it", "ann", command.id)
                    assert operating.repair(connection, number, said, BEGIN) is None
                if broken is not None:
                    assert operating.go_on(connection, number, BEGIN) is None
            if self.company.standing(number).transaction.status in words.FINAL:
                return
            self.company = self.restarted()
        raise AssertionError("it does not end")

    def true_status(self, command: Command) -> str:
        """How a command really stands, by its resource."""
        is_done = self.servers.done.get(command.id, False)
        if command.status == words.IN_PROGRESS:
            return words.OK if is_done else words.PENDING
        return words.OK if is_done else words.UNDONE

    def check_front(self, number: int) -> None:
        """What is looked at for the next move is enough for it."""
        with self.store.reading() as connection:
            front, whole = read_front(connection, number), read_standing(connection, number)
        assert front is not None
        assert whole is not None
        assert moves.next_move(*whole) == moves.next_move(*front)

    def check_locks(self) -> None:
        """24: a lock is one of a transaction that has not ended."""
        with self.store.reading() as connection:
            held = text("SELECT DISTINCT t.status FROM locks l JOIN transactions t ON t.request_id = l.request_id")
            assert not words.FINAL & set(connection.execute(held).scalars())


def _live(run: Run, changes: Iterable[tuple[str, int, list[str | None]]]) -> None:
    for kind, chosen, wrong in changes:
        before, on_servers = run.services(), run.servers.services
        change = _change(kind, chosen, before)
        if change is None:
            continue
        number = run.company.order(change)
        run.servers.faults, run.servers.calls = list(wrong), []
        run.finish(number)
        _check(run, number, before, on_servers)


def _change(kind: str, chosen: int, services: tuple[Service, ...]) -> Add | Modify | Delete | None:
    if kind == "add":
        return Add(ROOT, {"name": f"root{chosen}"})
    if not services:
        return None
    service = services[chosen % len(services)]
    return Delete(service.id) if kind == "delete" else Modify(service.id, {"name": f"changed{chosen}"})


def _check(run: Run, number: int, before: tuple[Service, ...], on_servers: dict[str, Any]) -> None:
    standing = run.company.standing(number)
    with run.store.reading() as connection:
        assert [] == list(check_transactions(connection))  # 27: journal and commands agree, and no lock is left
        lines = read_lines(connection, number)
    for command in standing.commands:
        entries = [each.entry.status for each in lines
                   if each.command == command.id and each.entry.phase in ("command", "undo")]  # fmt: skip
        assert _WORD.match("".join(f"{each} " for each in entries)), entries
    if standing.transaction.status == words.FAILED:  # 28: as if nothing had been
        assert before == run.services()
        assert on_servers == run.servers.services
    else:  # 31: all was done
        assert {words.OK} >= {each.status for each in standing.commands}
    assert _on_servers(run.services()) == run.servers.services


def _on_servers(services: tuple[Service, ...]) -> dict[str, Any]:
    """What the servers should have, by the store."""
    found: dict[str, Any] = {}
    for each in services:
        assert words.OK == each.status
        if each.kind == SIMPLE:
            found.setdefault(each.resource, {})[str(each.physical_id)] = each.values
    return found


# -- preparation -------------------------------------------------------------------------------------------------


class Broke(RuntimeError):
    """Stands for whatever may go wrong with a statement."""


@given(grown(), st.sampled_from(("add", "modify", "delete")), st.integers(0, 60))
@_SETTINGS
def test_a_preparation_that_fails_anywhere_leaves_the_store_as_it_was(
    stores: SqliteStores, opened: Compilation, tmp_path: Path, tree: Grown, kind: str, at: int
) -> None:
    store = stores.new()
    run = Run(store, opened, tmp_path, tree)
    run.finish(run.company.order(Add(ROOT)))
    change = _change(kind, at, run.services())
    assert change is not None
    before = _all_rows(store)
    left = at

    def fail(*_: object) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Broke

    event.listen(store.engine, "before_cursor_execute", fail)
    try:
        run.company.order(change)
    except Broke:
        event.remove(store.engine, "before_cursor_execute", fail)
        assert before == _all_rows(store)
    else:
        event.remove(store.engine, "before_cursor_execute", fail)
    store.close()


def _all_rows(store: Store) -> dict[str, list[Any]]:
    with store.reading() as connection:
        return {name: connection.execute(table.select().order_by(*table.primary_key)).all()
                for name, table in METADATA.tables.items()}  # type: ignore[misc]  # rows  # fmt: skip


def test_what_is_locked_is_refused_to_everyone_else(stores: SqliteStores, opened: Compilation, tmp_path: Path) -> None:
    tree = Grown(dict(_chain()), "once", 3)
    store = stores.new()
    run = Run(store, opened, tmp_path, tree)
    run.finish(run.company.order(Add(ROOT)))
    holder = run.company.order(Modify(run.services()[-1].id, {"name": "held"}))
    for each in run.services():
        with pytest.raises(CannotPrepare, match=f"is already involved in request with id: {holder}"):
            run.company.order(Delete(each.id))
    store.close()


def _chain() -> Iterator[tuple[str, Any]]:
    from aelang.names.provisioning import COMPLEX
    from aelang.requests.transactions.types import PartType, ServiceType

    yield ROOT, ServiceType(ROOT, COMPLEX, {"name": "root"}, (PartType("part", "/Trees/Leaf/x", {}),))
    yield "/Trees/Leaf/x", ServiceType("/Trees/Leaf/x", SIMPLE, {"name": "leaf"}, (), "/Hosting/Server/one")
