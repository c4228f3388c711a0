"""How a transaction and its commands stand in the store."""

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, or_, select, union_all, update

from aelang.names.provisioning import COMPLEX
from aelang.requests.store.keeping import release_locks
from aelang.requests.store.prepared import Prepared
from aelang.requests.store.schema import (
    ACTIONS,
    COMMANDS,
    DATABASE_COMMANDS,
    LOGICAL_SERVICES,
    PHYSICAL_SERVICES,
    TRANSACTIONS,
)
from aelang.requests.transactions import words
from aelang.requests.transactions.journal import TRANSACTION, line, write_line
from aelang.requests.transactions.keeping import (
    pointers,
    read_services,
    restore,
    write_status_of,
    write_statuses,
)
from aelang.requests.transactions.rows import DELETE, Action, Command, DatabaseCommand, Service, Transaction

_TRANSACTION = Prepared(
    select(*(TRANSACTIONS.c[each] for each in Transaction._fields)).where(
        TRANSACTIONS.c.request_id == bindparam("request")
    )
)
_COMMANDS = (
    select(*(COMMANDS.c[each] for each in Command._fields))
    .where(COMMANDS.c.request_id == bindparam("request"))
    .order_by(COMMANDS.c.place)
)
_OF_REQUEST = select(*(COMMANDS.c[each] for each in Command._fields)).where(
    COMMANDS.c.request_id == bindparam("request")
)
_PLACE, _STANDS = COMMANDS.c.place, COMMANDS.c.status


def _first(found: Select[Any]) -> Select[Any]:
    return select(found.limit(1).subquery())


_FRONTS = {
    words.PROVISIONING: Prepared(union_all(
        _OF_REQUEST.where(or_(_STANDS == words.IN_PROGRESS, _STANDS == words.FAILED)),
        _first(_OF_REQUEST.where(_STANDS == words.PENDING).order_by(_PLACE)),
    )),
    words.ROLLBACK: Prepared(union_all(
        _OF_REQUEST.where(or_(_STANDS == words.ROLLBACK, and_(_STANDS == words.FAILED, COMMANDS.c.partial))),
        _first(_OF_REQUEST.where(_STANDS == words.OK).order_by(_PLACE.desc())),
        _first(_OF_REQUEST.where(_STANDS == words.NOT_UNDONE)),
    )),
}  # fmt: skip
_TO_CLEAN = Prepared(_OF_REQUEST.where(COMMANDS.c.cleans).order_by(_PLACE).limit(1))
_ACTIONS = Prepared(
    select(*(ACTIONS.c[each] for each in Action._fields))
    .where(ACTIONS.c.command_id == bindparam("command"))
    .order_by(ACTIONS.c.id)
)
_DATABASE = (
    select(*(DATABASE_COMMANDS.c[each] for each in DatabaseCommand._fields))
    .where(DATABASE_COMMANDS.c.request_id == bindparam("request"))
    .order_by(DATABASE_COMMANDS.c.id)
)
_OF = TRANSACTIONS.c.request_id == bindparam("of")
_STATUS = Prepared(update(TRANSACTIONS).where(_OF).values(status=bindparam("word"), updated_on=bindparam("now")))
_FAILURE = Prepared(update(TRANSACTIONS).where(_OF).values(failures=TRANSACTIONS.c.failures + 1))
_OF_ACTIONS = Prepared(update(ACTIONS).where(ACTIONS.c.command_id == bindparam("of")).values(status=bindparam("word")))


@cache
def _write_columns(columns: tuple[str, ...]) -> Prepared:
    written: dict[str, Any] = {each: bindparam(each) for each in columns}
    return Prepared(update(COMMANDS).where(COMMANDS.c.id == bindparam("of")).values(written))


class Standing(NamedTuple):
    """A transaction with its commands, by their places."""

    transaction: Transaction
    commands: tuple[Command, ...]


def read_standing(connection: Connection, request: int) -> Standing | None:
    """How the transaction of `request` stands; None for a request that is none."""
    found = _TRANSACTION.first(connection, {"request": request})
    if found is None:
        return None
    rows = connection.execute(_COMMANDS, {"request": request}).all()
    return Standing(Transaction(*found), tuple(Command(*row) for row in rows))


def read_front(connection: Connection, request: int) -> Standing | None:
    """The same, with those commands alone from which the next move follows: a transaction may have thousands."""
    found = _TRANSACTION.first(connection, {"request": request})
    if found is None:
        return None
    transaction, given = Transaction(*found), {"request": request}
    front = _FRONTS.get(transaction.status)
    rows = [] if front is None else front.all(connection, given)
    if not rows and transaction.status == words.PROVISIONING:
        rows = _TO_CLEAN.all(connection, given)
    return Standing(transaction, tuple(sorted((Command(*row) for row in rows), key=lambda each: each.place)))


def before_of(connection: Connection, request: int, services: Iterable[int]) -> tuple[DatabaseCommand, ...]:
    """What the transaction has changed in the store of these services."""
    asked = _DATABASE.where(DATABASE_COMMANDS.c.service_id.in_(list(services)))
    return tuple(DatabaseCommand(*row) for row in connection.execute(asked, {"request": request}))


def actions_of(connection: Connection, command: int) -> tuple[Action, ...]:
    """The actions that a command does, in their order."""
    return tuple(Action(*row) for row in _ACTIONS.all(connection, {"command": command}))


def database_commands(connection: Connection, request: int) -> tuple[DatabaseCommand, ...]:
    """What the transaction has changed in the store, in its order."""
    return tuple(DatabaseCommand(*row) for row in connection.execute(_DATABASE, {"request": request}))


def changed_services(connection: Connection, request: int, *conditions: ColumnElement[bool]) -> tuple[Service, ...]:
    """The services that the transaction has changed in the store, those that meet `conditions`."""
    return read_services(connection, LOGICAL_SERVICES.c.id.in_(_changed(request)), *conditions)


def changed_complexes(connection: Connection, request: int) -> tuple[Service, ...]:
    """The complex ones among them: no command is about these."""
    return changed_services(connection, request, PHYSICAL_SERVICES.c.kind == COMPLEX)


def _changed(request: int) -> Select[Any]:
    return select(DATABASE_COMMANDS.c.service_id).where(DATABASE_COMMANDS.c.request_id == request)


# -- writing -----------------------------------------------------------------------------------------------------


def write_status(
    connection: Connection, request: int, status: str, now: datetime, task: int | None = None,
    message: str | None = None,
) -> None:  # fmt: skip
    """From now on the transaction stands at `status`: the journal says so."""
    _STATUS.run(connection, {"of": request, "word": status, "now": now})
    write_line(connection, line(request, TRANSACTION, status, now, task, message))


def count_failure(connection: Connection, request: int) -> None:
    """One more command has failed."""
    _FAILURE.run(connection, {"of": request})


def write_command(connection: Connection, command: Command, now: datetime, **columns: Any) -> None:
    """Writes `columns` of a command; its actions stand as it does."""
    written = {**columns, "updated_on": now}
    _write_columns(tuple(written)).run(connection, {**written, "of": command.id})
    if "status" in columns:
        _OF_ACTIONS.run(connection, {"of": command.id, "word": columns["status"]})


# -- the end -----------------------------------------------------------------------------------------------------


def settle(connection: Connection, transaction: Transaction) -> None:
    """All is done: what the store shows is true now, and free."""
    request = transaction.request_id
    if transaction.action == DELETE:
        _settle_deleted(connection, changed_services(connection, request))
    else:
        write_status_of(connection, _changed(request), words.OK)
    _end(connection, request, words.OK)


def _settle_deleted(connection: Connection, services: Collection[Service]) -> None:
    """What was shared stays, as long as there is one more for which it is there."""
    write_statuses(connection, services, words.DELETED, physical=False)
    gone = [each for each in services if not each.shared or not pointers(connection, each.physical_id)]
    write_statuses(connection, gone, words.DELETED)


def revert(connection: Connection, request: int) -> None:
    """Nothing is left of what the preparation wrote; what was there before is there again, and free."""
    for each in reversed(database_commands(connection, request)):
        restore(connection, each.service_id, each.before)
    _end(connection, request, words.UNDONE)


def _end(connection: Connection, request: int, status: str) -> None:
    of = DATABASE_COMMANDS.c.request_id == request
    connection.execute(update(DATABASE_COMMANDS).where(of).values(status=status))
    release_locks(connection, request)


def abandon(connection: Connection, request: int, now: datetime, message: str | None = None) -> None:
    """The request has ended before any command was executed: the preparation is reverted."""
    found = read_standing(connection, request)
    if found is not None and found.transaction.status == words.PENDING:
        revert(connection, request)
        write_status(connection, request, words.FAILED, now, None, message)
