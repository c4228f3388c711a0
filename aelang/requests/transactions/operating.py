"""What an operator does with a transaction that came to rest before its end (REQUESTS 6.5).

He looks at the resource, writes how the command in question really stands, and lets the transaction go on. Nothing of
that is done while a worker has it in hand, and every word of it is in the journal, with who wrote it and why.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, select, update

from aelang.interpreter.values import RunValue
from aelang.requests import recovery
from aelang.requests import tasks as lifecycle
from aelang.requests.decision import AUTOMATE, Message, Refused
from aelang.requests.queue import DEAD, RUNNING, Item, list_items, requeue
from aelang.requests.rows import Case, Task
from aelang.requests.store.cases import carry_out, enqueue, read_case
from aelang.requests.store.schema import QUEUE, TRANSACTIONS
from aelang.requests.transactions import moves, words
from aelang.requests.transactions.journal import COMMAND, REPAIR, TRANSACTION, UNDO, line, write_line
from aelang.requests.transactions.rows import Command
from aelang.requests.transactions.running import keep_produced, read_produced, told_of
from aelang.requests.transactions.standing import Standing, read_standing, write_command, write_status

_SITUATIONS = {words.PROVISIONING: 1, words.ROLLBACK: 2, words.ROLLBACK_ERROR: 3}
_LOOK = {
    1: "has it been executed? then its status is Ok, and --produced says what came of it; else Pending",
    2: "has it been undone? then its status is FailedUndoDone, else Ok",
    3: "put the resource right; when it is as before, the status is FailedUndoDone; to undo it again, Ok",
}
_WORD = {
    (words.IN_PROGRESS, words.OK): (COMMAND, words.OK),
    (words.IN_PROGRESS, words.PENDING): (COMMAND, words.FAILED),
    (words.ROLLBACK, words.UNDONE): (UNDO, words.UNDO_OK),
    (words.ROLLBACK, words.OK): (UNDO, words.UNDO_FAILED),
    (words.NOT_UNDONE, words.UNDONE): (UNDO, words.UNDO_OK),
}
"""What the journal says of a command, when an operator has said of one at a status that it stands at another."""


class Broken(NamedTuple):
    """A transaction that waits for an operator: in which situation (1: in the middle, 2: in the middle of a rollback,
    3: something could not be undone), which commands are in question, and what to look at. There is no command where
    it need only be continued."""

    request: int
    situation: int
    status: str
    commands: tuple[Command, ...]
    look: str


class Repair(NamedTuple):
    """What `by` says of a command, and why: that it stands at `status`. Without a command, the one in question. Of one
    that was executed, also what it `produced`: properties of its first service, or by the ids of services."""

    status: str
    because: str
    by: str
    command: int | None = None
    produced: Mapping[str, RunValue] = {}


def broken_transactions(connection: Connection) -> tuple[Broken, ...]:
    """The transactions that wait for an operator, the oldest first."""
    asked = select(TRANSACTIONS.c.request_id).where(TRANSACTIONS.c.status.in_(list(_SITUATIONS)))
    numbers = connection.execute(asked.order_by(TRANSACTIONS.c.request_id)).scalars()
    return tuple(each for number in numbers if (each := situation_of(connection, number)) is not None)


def situation_of(connection: Connection, request: int) -> Broken | None:
    """Why a transaction waits for an operator; None where it does not."""
    standing = read_standing(connection, request)
    if standing is None or standing.transaction.status not in _SITUATIONS:
        return None
    if any(_is_at_work(each) or _is_due(each) for each in list_items(connection, request=request)):
        return None
    number = _SITUATIONS[standing.transaction.status]
    commands = _in_question(standing)
    return Broken(request, number, standing.transaction.status, commands, _LOOK[number] if commands else "")


def _in_question(standing: Standing) -> tuple[Command, ...]:
    return tuple(each for each in standing.commands if moves.allowed_repairs(standing.transaction, each))


def _is_at_work(item: Item) -> bool:
    """Whether a worker that lives has the message."""
    if item.state != RUNNING:
        return False
    return item.lease_until is not None and item.lease_until >= datetime.now(UTC)


def _is_due(item: Item) -> bool:
    return item.state not in (RUNNING, DEAD)


# -- repair ------------------------------------------------------------------------------------------------------


def repair(connection: Connection, request: int, said: Repair, now: datetime) -> Refused | None:
    """Writes what an operator says of a command of the transaction of `request`."""
    case = read_case(connection, request)
    standing = read_standing(connection, request)
    if case is None or standing is None:
        return _no_transaction(request)
    if refused := _held(connection, request):
        return refused
    command = _meant(standing, said.command)
    if isinstance(command, Refused):
        return command
    status = words.command_status(said.status)
    allowed = moves.allowed_repairs(standing.transaction, command)
    if status not in allowed:
        return _not_allowed(command, said.status, allowed)
    if not said.because.strip():
        return Refused("say why: what was found on the resource is kept in the journal")
    try:
        keep_produced(connection, _produced(connection, command, status, said))
    except ValueError as fault:
        return Refused(str(fault))
    _write_repair(connection, case, command, status, said, now)
    return None


def _produced(
    connection: Connection, command: Command, status: str, said: Repair
) -> Mapping[int, Mapping[str, RunValue]]:
    """What the module would have told, had it come that far; by the ids that reports show, which are not those that
    modules see. Raises ValueError."""
    if not said.produced:
        return {}
    if status != words.OK or command.status != words.IN_PROGRESS:
        raise ValueError(f"only a command that has been executed has produced something: command {command.id} has not")
    told = told_of(connection, command)["services"]
    return read_produced(dict(said.produced), [{**each, "id": each["logical_id"]} for each in told])


def _no_transaction(request: int) -> Refused:
    return Refused(f"request {request} is no transaction: it has no commands")


def _held(connection: Connection, request: int) -> Refused | None:
    for each in list_items(connection, request=request):
        if _is_at_work(each):
            return Refused(f"worker {each.worker} is at work on request {request}: wait until it has ended")
    return None


def _meant(standing: Standing, number: int | None) -> Command | Refused:
    request = standing.transaction.request_id
    if number is not None:
        found = next((each for each in standing.commands if each.id == number), None)
        return found or Refused(f"request {request} has no command {number}: `aelang request commands {request}`")
    open_ones = _in_question(standing)
    if len(open_ones) == 1:
        return open_ones[0]
    if not open_ones:
        return Refused(f"no command of request {request} is in question: there is nothing to repair")
    return Refused(f"several commands are in question ({_listed(open_ones)}): say which with --command")


def _listed(commands: Iterable[Command]) -> str:
    return ", ".join(str(each.id) for each in commands)


def _not_allowed(command: Command, status: str, allowed: tuple[str, ...]) -> Refused:
    if not allowed:
        return Refused(f"command {command.id} stands at {command.status}, and is not to be repaired")
    return Refused(f"command {command.id} stands at {command.status}: write {' or '.join(allowed)}, not `{status}`")


def _write_repair(
    connection: Connection, case: Case, command: Command, status: str, said: Repair, now: datetime
) -> None:
    request, task = case.request.id, _task(case)
    word = _WORD.get((command.status, status))
    detail = {"by": said.by, "because": said.because, "before": command.status}
    if word is not None:
        told = f"{said.by}: {said.because}"
        write_line(connection, line(request, *word, now, task.id, told, command.attempts + 1), command.id)
    write_line(connection, line(request, REPAIR, status, now, task.id, said.because, None, detail), command.id)
    columns = {"attempts": command.attempts + 1} if command.status == words.IN_PROGRESS else {}
    write_command(connection, command, now, status=status, **columns)


def _task(case: Case) -> Task:
    return case.tasks[0]


# -- continue ----------------------------------------------------------------------------------------------------


def go_on(connection: Connection, request: int, now: datetime) -> Refused | None:
    """Lets the transaction of `request` go on. One that goes on by itself already stays as it is."""
    case = read_case(connection, request)
    standing = read_standing(connection, request)
    if case is None or standing is None:
        return _no_transaction(request)
    if standing.transaction.status == words.PENDING and list_items(connection, (DEAD,), request):
        return recovery.go_on(connection, request, now)  # it was given up before it was a transaction's turn
    if refused := _not_to_go_on(connection, standing):
        return refused
    items = list_items(connection, request=request)
    if any(map(_is_due, items)):
        return None
    if standing.transaction.status == words.ROLLBACK_ERROR:
        write_status(connection, request, words.ROLLBACK, now, _task(case).id, "continued")
    else:
        write_line(connection, line(request, TRANSACTION, "Continued", now, _task(case).id))
    _open_task(connection, case, standing, now)
    _put_in(connection, case, items, now)
    return None


def _not_to_go_on(connection: Connection, standing: Standing) -> Refused | None:
    transaction = standing.transaction
    request = transaction.request_id
    if transaction.status in words.FINAL:
        return Refused(f"request {request} has ended with {transaction.status}: there is nothing to continue")
    if transaction.status not in _SITUATIONS:
        return Refused(f"request {request} is {transaction.status}: a worker will begin it")
    if refused := _held(connection, request):
        return refused
    if transaction.status == words.ROLLBACK_ERROR:
        open_ones = _in_question(standing)
    else:
        move = moves.next_move(transaction, standing.commands)
        open_ones = (move.command,) if isinstance(move, moves.Ask) else ()
    if open_ones:
        first = open_ones[0]
        allowed = "|".join(moves.allowed_repairs(transaction, first))
        return Refused(
            f"command {first.id} stands at {first.status}: say first how it really is,"
            f" with `aelang request repair {request} --command {first.id} --status {allowed} --because TEXT`"
        )
    return None


def _open_task(connection: Connection, case: Case, standing: Standing, now: datetime) -> None:
    """The task waits for nobody any more."""
    if standing.transaction.status == words.PROVISIONING:
        columns = {"state": "active", "status": "Ok", "message": "In Process"}
    else:
        columns = {"state": "rolling_back", "status": "Warn", "message": "Rolling back"}
    decision = lifecycle.report(case, _task(case).id, {**columns, "needs_operator": False}, now)
    carry_out(connection, case, decision, now)


def _put_in(connection: Connection, case: Case, items: Iterable[Item], now: datetime) -> None:
    """Puts the message of the task back: one that was given up, or that a worker had which lives no more; else a new
    one."""
    task = _task(case)
    for each in items:
        if each.task_id != task.task_id:
            continue
        if each.state == DEAD and requeue(connection, each.number):
            return
        if each.state == RUNNING:
            free = {"state": "ready", "worker": None, "lease_until": None}
            connection.execute(update(QUEUE).where(QUEUE.c.id == each.number).values(**free))
            return
    enqueue(connection, [Message("deliver", task.reference, {}, AUTOMATE, task_id=task.task_id)], now, case.request.id)
