"""The engine: works a transaction, a command a message (REQUESTS 6.3, 6.4).

Before a module runs, the journal says that its command is in progress; what came of it is written in the transaction
that ends the message, and puts in the next one. A worker that dies in between leaves a command in progress, and the
message to another worker, which sees it. Nothing is final before the locks are given back: both are written at once.
"""

from collections.abc import Generator
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Connection

from aelang.names.provisioning import COMPLEX
from aelang.requests import tasks as lifecycle
from aelang.requests.cancelling import is_to_stop, stopped, undoing
from aelang.requests.clock import later
from aelang.requests.decision import AUTOMATE, Message
from aelang.requests.images import image_of
from aelang.requests.rows import Case, Task
from aelang.requests.steps import Effect, Lapsed, Run, Step, Work, see
from aelang.requests.transactions import moves, words
from aelang.requests.transactions.evaluating import Unresolved
from aelang.requests.transactions.journal import CLEAN_UP, COMMAND, UNDO, line, write_line
from aelang.requests.transactions.keeping import services_at
from aelang.requests.transactions.rows import ADD, MODIFY, Command, Transaction
from aelang.requests.transactions.running import (
    Came,
    came_of,
    keep_produced,
    run_of,
    told_of,
    transform,
    work_out,
)
from aelang.requests.transactions.standing import (
    Standing,
    changed_services,
    count_failure,
    read_front,
    read_standing,
    revert,
    settle,
    write_command,
    write_status,
)
from aelang.requests.transactions.tree import StoreTree

_MOST_MOVES = 100_000


class _At(NamedTuple):
    """Where a transaction is being worked."""

    step: Step
    connection: Connection
    case: Case
    task: Task

    @property
    def now(self) -> datetime:
        return self.step.now()

    def write(self, status: str, message: str | None = None) -> None:
        """From now on the transaction stands at `status`."""
        write_status(self.connection, self.step.request, status, self.now, self.task.id, message)

    def note(self, command: Command, phase: str, status: str, message: str | None = None) -> None:
        """A line of the journal about `command`."""
        entry = line(self.step.request, phase, status, self.now, self.task.id, message, command.attempts + 1)
        write_line(self.connection, entry, command.id)

    def report(self, **columns: object) -> "_At":
        """The task says so, and the request follows."""
        decision = lifecycle.report(self.case, self.task.id, columns, self.now)
        case = self.step.carry(self.connection, self.case, decision)
        return self._replace(case=case, task=case.task(self.task.id))


def work_transaction(step: Step, connection: Connection, case: Case, task: Task) -> "Work | None":
    """What the message of a task of a transaction is for: the next command, or what follows when there is none."""
    at = _At(step, connection, case, task)
    for _ in range(_MOST_MOVES):
        standing = _front(at)
        move = moves.next_move(standing.transaction, standing.commands, cancelled=is_to_stop(at.task))
        match move:
            case moves.Execute(command):
                told = _begin(at, standing.transaction, command)
                if told is not None:
                    return _execute(at, command, told)
            case moves.Undo(command):
                at.note(command, UNDO, words.UNDO_IN_PROGRESS)
                write_command(connection, command, at.now, status=words.ROLLBACK)
                return _undo(at, command, told_of(connection, command, undo=True))
            case moves.CleanUp(command):
                return _clean_up(at, command, told_of(connection, command))
            case moves.Ask(command):
                _ask(at, command)
                return None
            case moves.Rest():
                raise Lapsed(f"the transaction of request {step.request} stands at {standing.transaction.status}")
            case moves.End(status):
                _end(at, _standing(at), status)
                return None
            case moves.Begin() | moves.Repeat() | moves.RollBack():
                at = _step_on(at, move)
    raise AssertionError(f"request {step.request} moves in a circle")


def _standing(at: _At) -> Standing:
    return _prepared(at, read_standing(at.connection, at.step.request))


def _front(at: _At) -> Standing:
    return _prepared(at, read_front(at.connection, at.step.request))


def _prepared(at: _At, found: Standing | None) -> Standing:
    if found is None:
        raise Lapsed(f"request {at.step.request} is no transaction: it was not prepared")
    return found


# -- moves within the store --------------------------------------------------------------------------------------


def _step_on(at: _At, move: "moves.Begin | moves.Repeat | moves.RollBack") -> _At:
    match move:
        case moves.Begin():
            at.write(words.PROVISIONING)
            return at.report(state="active", status="Ok", message="In Process")
        case moves.RollBack():
            return _roll_back(at, _standing(at))
        case moves.Repeat(command, status):
            phase, word = (COMMAND, words.FAILED) if status == words.PENDING else (UNDO, words.UNDO_FAILED)
            at.note(command, phase, word, "its worker died, and it may be done again")
            partial = command.partial or (phase == COMMAND and command.effect != "none")
            write_command(at.connection, command, at.now, status=status, partial=partial)
            return at


def _roll_back(at: _At, standing: Standing) -> _At:
    reason = _reason(standing)
    at.write(words.ROLLBACK, reason)
    if is_to_stop(at.task):
        case = at.step.carry(at.connection, at.case, undoing(at.case, at.task.id, at.now))
        return at._replace(case=case, task=case.task(at.task.id))
    return at.report(state="rolling_back", status="Warn", message=f"Rolling back: {reason}")


def _reason(standing: Standing) -> str:
    """Why a transaction is rolled back: the last command that failed says it."""
    failed = [each.message for each in standing.commands if each.status == words.FAILED and each.message]
    undone = [each.message for each in standing.commands if each.message]
    return next(iter([*failed[-1:], *undone[-1:]]), "it was cancelled")


def _ask(at: _At, command: Command) -> None:
    """Nobody but an operator can say what became of `command`: the message is done, and `continue` puts in another."""
    verb = "executed" if command.status == words.IN_PROGRESS else "undone"
    at.report(needs_operator=True, status="Error", message=f"Command {command.id} was cut short: has it been {verb}?")


def _end(at: _At, standing: Standing, status: str) -> None:
    match status:
        case words.OK:
            _work_out_rest(at, standing.transaction)
            settle(at.connection, standing.transaction)
            at.write(status)
            at.report(state="finished", status="Ok", message="Provisioning completed")
        case words.FAILED:
            reason = _reason(standing)
            revert(at.connection, at.step.request)
            at.write(status, reason)
            if is_to_stop(at.task) or at.task.cancelation_status is not None:
                at.step.carry(at.connection, at.case, stopped(at.case, at.task.id, at.now))
            else:
                at.report(state="finished", status="Error", message=f"Provisioning failed: {reason}")
        case _:
            at.write(status, _not_undone(standing))
            at.report(state="rollback_failed", status="Error", needs_operator=True, message=_not_undone(standing))


def _not_undone(standing: Standing) -> str:
    """The last error says what it is about; there may be more."""
    failed = [each for each in standing.commands if each.status == words.NOT_UNDONE]
    return f"Command {failed[0].id} could not be undone: {failed[0].message}"


def _work_out_rest(at: _At, transaction: Transaction) -> None:
    """Complex services have no command: what is made of the properties of others is worked out when all is done."""
    if transaction.action not in (ADD, MODIFY):
        return
    found = services_at(at.connection, changed_services(at.connection, transaction.request_id)).values()
    tree = StoreTree(at.connection, transaction.account_id, {}, found)
    for each in found:
        if each.kind == COMPLEX:
            try:
                work_out(at.connection, tree, [each])
            except Unresolved as fault:  # it was sound when it was prepared; nothing on a resource depends on it
                write_line(at.connection, line(at.step.request, COMMAND, words.UNKNOWN, at.now, at.task.id, str(fault)))


# -- moves with a run --------------------------------------------------------------------------------------------


def _begin(at: _At, transaction: Transaction, command: Command) -> "dict[str, object] | None":
    """Writes ahead that `command` is in progress; gives what its module is told, None where that cannot be worked
    out, and so it has failed."""
    at.note(command, COMMAND, words.IN_PROGRESS)
    try:
        services = transform(at.connection, transaction.account_id, command)
    except Unresolved as fault:
        at.note(command, COMMAND, words.FAILED, str(fault))
        columns = {"status": words.FAILED, "attempts": command.attempts + 1, "message": str(fault)}
        write_command(at.connection, command, at.now, **columns)
        return None
    write_command(at.connection, command, at.now, status=words.IN_PROGRESS)
    return told_of(at.connection, command, services)


def _execute(at: _At, command: Command, told: dict[str, object]) -> Work:
    at, came = yield from _run(at, command, "execute", told)
    if came.reason is None:
        keep_produced(at.connection, came.produced)
        at.note(command, COMMAND, words.OK)
        write_command(at.connection, command, at.now, status=words.OK, attempts=command.attempts + 1, partial=False)
    else:
        transaction = _front(at).transaction
        status = moves.after_failure(transaction, command)
        at.note(command, COMMAND, words.FAILED, came.reason)
        columns = {"attempts": command.attempts + 1, "message": came.reason}
        partial = command.partial or came.partial
        write_command(at.connection, command, at.now, status=status, partial=partial, **columns)
        count_failure(at.connection, at.step.request)
    _go_on(at, came.after if came.reason is not None else None)


def _undo(at: _At, command: Command, told: dict[str, object]) -> Work:
    at, came = yield from _run(at, command, "undo", told)
    if came.reason is None:
        at.note(command, UNDO, words.UNDO_OK)
        write_command(at.connection, command, at.now, status=words.UNDONE)
    else:
        at.note(command, UNDO, words.UNDO_FAILED, came.reason)
        write_command(at.connection, command, at.now, status=words.NOT_UNDONE, message=came.reason)
    _go_on(at)


def _clean_up(at: _At, command: Command, told: dict[str, object]) -> Work:
    """What fails here changes nothing any more: the work is done."""
    at, came = yield from _run(at, command, "clean_up", told)
    at.note(command, CLEAN_UP, words.OK if came.reason is None else words.FAILED, came.reason)
    write_command(at.connection, command, at.now, cleans=False)
    _go_on(at)


_Ran: TypeAlias = Generator[Run | Effect, tuple[Connection, Any], tuple[_At, Came]]


def _run(at: _At, command: Command, phase: str, told: dict[str, object]) -> _Ran:
    """Runs the module, and gives where the work goes on: in another transaction."""
    step = at.step
    run = run_of(at.case, at.task, command, phase, told, image_of(at.connection, step.request))
    connection, ended = yield run._replace(seen=see(at.connection, at.task.reference))
    case = step.case(connection)
    found = told["services"]
    assert isinstance(found, list)  # `told_of` made it
    return _At(step, connection, case, step.task(case)), came_of(ended, command, found)


def _go_on(at: _At, after: float | None = None) -> None:
    """The next command is for another message: who wants to end a worker, or to cancel, need not wait for all."""
    due = None if after is None else later(at.now, after)
    task = at.task
    at.step.put(at.connection, Message("deliver", task.reference, {}, AUTOMATE, task_id=task.task_id, deliver_on=due))
