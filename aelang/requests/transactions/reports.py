"""Reports of transactions: commands by resource, what each does with which services, and the journal by command
(REQUESTS 6.1); and whether the journal and the commands agree."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from aelang.names import fold
from aelang.requests.store.schema import COMMANDS, JOURNAL, LOCKS, REQUESTS, TRANSACTIONS
from aelang.requests.transactions import words
from aelang.requests.transactions.journal import (
    COMMAND,
    REPAIR,
    TRANSACTION,
    UNDO,
    Line,
    broken_lines,
    read_lines,
    seal_of,
)
from aelang.requests.transactions.keeping import services_at
from aelang.requests.transactions.rows import Action, Command, Service
from aelang.requests.transactions.standing import actions_of, read_standing
from aelang.requests.types import PROVISIONING


class Done(NamedTuple):
    """What a command does with one service: the action, and the service as it is now, None where it is gone."""

    action: Action
    service: Service | None


class CommandReport(NamedTuple):
    """A command with what it does."""

    command: Command
    done: tuple[Done, ...]


def commands_of(connection: Connection, request: int) -> tuple[CommandReport, ...]:
    """The commands of a request with what they do, in their order."""
    standing = read_standing(connection, request)
    found = () if standing is None else standing.commands
    return tuple(CommandReport(each, _done(connection, each)) for each in found)


def commands_on(connection: Connection, resource: str) -> tuple[Command, ...]:
    """The commands for a resource, of whatever request, by their ids; its path in whatever case."""
    wanted = f"/{fold(resource.strip('/'))}"
    asked = select(*(COMMANDS.c[each] for each in Command._fields)).where(func.lower(COMMANDS.c.resource) == wanted)
    return tuple(Command(*row) for row in connection.execute(asked.order_by(COMMANDS.c.id)))


def _done(connection: Connection, command: Command) -> tuple[Done, ...]:
    actions = actions_of(connection, command.id)
    services = services_at(connection, [each.service_id for each in actions])
    return tuple(Done(each, services.get(each.service_id)) for each in actions)


# -- checks ------------------------------------------------------------------------------------------------------

_MEANS = {
    (COMMAND, words.IN_PROGRESS): (words.IN_PROGRESS,),
    (COMMAND, words.OK): (words.OK,),
    (COMMAND, words.FAILED): (words.FAILED, words.PENDING),
    (UNDO, words.UNDO_IN_PROGRESS): (words.ROLLBACK,),
    (UNDO, words.UNDO_OK): (words.UNDONE,),
    (UNDO, words.UNDO_FAILED): (words.NOT_UNDONE, words.OK),
}
"""At which statuses a command may stand, by the last line of the journal about it."""


_KNOWN = frozenset(words.TRANSACTION_STATUSES)


def check_transactions(connection: Connection) -> Iterator[str]:
    """What is wrong with transactions: a journal that was changed, commands that stand otherwise than it says, locks
    that should not be."""
    asked = select(TRANSACTIONS.c.request_id, TRANSACTIONS.c.status, REQUESTS.c.request_state)
    asked = asked.outerjoin(REQUESTS, REQUESTS.c.id == TRANSACTIONS.c.request_id)
    found = connection.execute(asked.order_by(TRANSACTIONS.c.request_id))
    for request, status, state in found.all():
        if (status in words.FINAL) != (state == "finished"):
            yield f"request {request} is {state or 'not there'}, and its transaction stands at {status}"
        try:
            yield from _wrong_with(connection, request, status)
        except ValueError as fault:  # a value that was not written by us
            yield f"the journal of request {request} cannot be read: {fault}"
    yield from _without_transaction(connection)


def _wrong_with(connection: Connection, request: int, status: str) -> Iterator[str]:
    lines = read_lines(connection, request)
    for each in broken_lines(lines, seal_of(connection, request)):
        if each is None:
            yield f"the last line of the journal of request {request} was taken away, or added"
        else:
            yield f"line {each.number} of the journal of request {request} was changed, or one before it"
    yield from _disagreeing(connection, request, lines)
    said = [each.entry.status for each in lines if each.entry.phase == TRANSACTION and each.entry.status in _KNOWN]
    if said[-1:] != [status]:
        yield f"request {request} stands at {status}; its journal says {said[-1] if said else 'nothing'}"
    locks = connection.execute(select(LOCKS.c.request_id).where(LOCKS.c.request_id == request).limit(1)).first()
    if status in words.FINAL and locks is not None:
        yield f"request {request} has ended with {status}, and still locks services"
    if status not in words.FINAL and locks is None:
        yield f"request {request} stands at {status}, and locks nothing: others may change its services"


def _without_transaction(connection: Connection) -> Iterator[str]:
    known = select(TRANSACTIONS.c.request_id)
    of = REQUESTS.c.type == PROVISIONING
    for number in connection.execute(select(REQUESTS.c.id).where(of, REQUESTS.c.id.not_in(known))).scalars():
        yield f"request {number} is a transaction, and what it was to do is not there"
    of = JOURNAL.c.hash.is_not(None)
    strays = select(JOURNAL.c.request_id).where(of, JOURNAL.c.request_id.not_in(known)).distinct()
    for number in connection.execute(strays).scalars():
        yield f"request {number} is no transaction, and its journal has lines of one"


def _disagreeing(connection: Connection, request: int, lines: tuple[Line, ...]) -> Iterator[str]:
    standing = read_standing(connection, request)
    last = {each.command: each.entry for each in lines if each.entry.phase in (COMMAND, UNDO, REPAIR)}
    for command in () if standing is None else standing.commands:
        entry = last.get(command.id)
        if entry is None:
            allowed: tuple[str, ...] = (words.PENDING,)
        else:
            allowed = (entry.status,) if entry.phase == REPAIR else _MEANS.get((entry.phase, entry.status), ())
        if command.status not in allowed:
            said = "nothing" if entry is None else f"{entry.phase} {entry.status}"
            yield f"command {command.id} of request {request} stands at {command.status}; its journal says {said}"
