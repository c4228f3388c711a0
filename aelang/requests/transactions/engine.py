"""The engine: works a transaction, command by command (REQUESTS 6.3, 6.4).

Before a module runs, the journal says that its command is in progress; what came of it is written in the transaction
that writes the next one ahead. A message is for a few commands, or for one that takes long; then another is put in. A
worker that dies leaves a command in progress, and the message to another worker, which sees it. Nothing is final before
the locks are given back: both are written at once.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, select

from aelang.requests import tasks as lifecycle
from aelang.requests.cancelling import is_to_stop, stopped, undoing
from aelang.requests.clock import later
from aelang.requests.decision import AUTOMATE, Answer, Message
from aelang.requests.rows import Case, Task
from aelang.requests.steps import Lapsed, Run, Step, Work, see
from aelang.requests.store.prepared import Prepared, undone_alone
from aelang.requests.store.schema import REQUESTS, TASKS
from aelang.requests.transactions import moves, running, words
from aelang.requests.transactions.evaluating import Unresolved
from aelang.requests.transactions.journal import CLEAN_UP, COMMAND, UNDO, line, write_line
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
    changed_complexes,
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
    """Where a transaction is being worked: its task, for which user and with which image modules are run."""

    step: Step
    connection: Connection
    task: Task
    user: int | None
    image: str | None

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
        return self.carry(lambda case: lifecycle.report(case, self.task.id, columns, self.now))

    def carry(self, decide: Callable[[Case], Answer]) -> "_At":
        """Writes what `decide` makes of the request as it stands."""
        before = self.step.case(self.connection)
        case = self.step.carry(self.connection, before, decide(before))
        return self._replace(task=case.task(self.task.id))

    def later(self, connection: Connection) -> "_At":
        """The same in another transaction, which has the request locked: what another process may have written
        meanwhile is read again. Raises Lapsed where the task is gone."""
        image = _LOCK.value(connection, {"request": self.step.request})
        found = _STANDS.first(connection, {"task": self.task.id})
        if found is None:
            raise Lapsed(f"task {self.task.id} is not there any more")
        state, asked = found
        task = self.task._replace(state=state, cancelation_status=asked)
        return self._replace(connection=connection, task=task, image=image)


_LOCK = Prepared(select(REQUESTS.c.image_hash).where(REQUESTS.c.id == bindparam("request")).with_for_update())
_STANDS = Prepared(  # another statement: one that has waited for the lock sees the task as it was before
    select(TASKS.c.state, TASKS.c.cancelation_status).where(TASKS.c.id == bindparam("task"))
)


def work_transaction(step: Step, connection: Connection, case: Case, task: Task) -> "Work | None":
    """What the message of a task of a transaction is for: the next command, or what follows when there is none. Its
    worker may stay with it for some more."""
    request = case.request
    ahead = _next_run(_At(step, connection, task, request.requester_id, request.image_hash))
    return None if ahead is None else _work(ahead)


def _work(ahead: "_Ahead | None") -> Work:
    """Runs what is written ahead, and what follows it."""
    while ahead is not None:
        connection, ended = yield ahead.run
        at = ahead.at.later(connection)
        due = _settle(at, ahead, came_of(ended, ahead.command, ahead.told["services"]))
        ahead = _go_on(at, due)


def _go_on(at: _At, due: datetime | None) -> "_Ahead | None":
    """The next run, in the transaction that settles the one before it; None where it is for another message. What goes
    wrong here goes wrong there again, which is told of it, and does not touch what was settled."""
    if due is None and at.step.stays():
        try:
            with undone_alone(at.connection):
                return _next_run(at)
        except Exception:  # whatever it is, it is for the next message to tell
            pass
    _put(at, due)
    return None


def _put(at: _At, due: datetime | None) -> None:
    """The next command is for another message: who wants to end a worker, or waits for one, need not wait for all."""
    task = at.task
    at.step.put(at.connection, Message("deliver", task.reference, {}, AUTOMATE, task_id=task.task_id, deliver_on=due))


class _Ahead(NamedTuple):
    """A run that the journal says is in progress: of `phase` of a command, whose module is told `told`."""

    at: _At
    command: Command
    phase: str
    told: dict[str, Any]  # run values
    run: Run


def _next_run(at: _At) -> _Ahead | None:
    """Moves on until a module is to be run; None where the message is done without."""
    for _ in range(_MOST_MOVES):
        standing = _front(at)
        move = moves.next_move(standing.transaction, standing.commands, cancelled=is_to_stop(at.task))
        match move:
            case moves.Execute(command):
                told = _begin(at, standing.transaction, command)
                if told is not None:
                    return _ahead(at, command, running.EXECUTE, told)
            case moves.Undo(command):
                at.note(command, UNDO, words.UNDO_IN_PROGRESS)
                write_command(at.connection, command, at.now, status=words.ROLLBACK)
                return _ahead(at, command, running.UNDO, told_of(at.connection, command, undo=True))
            case moves.CleanUp(command):
                return _ahead(at, command, running.CLEAN_UP, told_of(at.connection, command))
            case moves.Ask(command):
                _ask(at, command)
                return None
            case moves.Rest():
                raise Lapsed(f"the transaction of request {at.step.request} stands at {standing.transaction.status}")
            case moves.End(status):
                _end(at, standing.transaction, status)
                return None
            case moves.Begin() | moves.Repeat() | moves.RollBack():
                at = _step_on(at, move)
    raise AssertionError(f"request {at.step.request} moves in a circle")


def _ahead(at: _At, command: Command, phase: str, told: dict[str, Any]) -> _Ahead:
    seen = see(at.connection, at.task.reference)
    return _Ahead(at, command, phase, told, run_of(command, phase, told, at.task, at.user, at.image, seen))


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
    reason = _reason(at, standing)
    at.write(words.ROLLBACK, reason)
    if is_to_stop(at.task):
        return at.carry(lambda case: undoing(case, at.task.id, at.now))
    return at.report(state="rolling_back", status="Warn", message=f"Rolling back: {reason}")


def _reason(at: _At, standing: Standing) -> str:
    """Why a transaction is rolled back: the last command that failed says it, if it failed for good."""
    failed = [each.message for each in standing.commands if each.status == words.FAILED and each.message]
    undone = [] if _is_cancelled(at) else [each.message for each in standing.commands if each.message]
    return next(iter([*failed[-1:], *undone[-1:]]), "it was cancelled")


def _is_cancelled(at: _At) -> bool:
    return at.task.cancelation_status is not None


def _ask(at: _At, command: Command) -> None:
    """Nobody but an operator can say what became of `command`: the message is done, and `continue` puts in another."""
    verb = "executed" if command.status == words.IN_PROGRESS else "undone"
    at.report(needs_operator=True, status="Error", message=f"Command {command.id} was cut short: has it been {verb}?")


def _end(at: _At, transaction: Transaction, status: str) -> None:
    match status:
        case words.OK:
            _work_out_rest(at, transaction)
            settle(at.connection, transaction)
            at.write(status)
            at.report(state="finished", status="Ok", message="Provisioning completed")
        case words.FAILED:
            reason = _reason(at, _standing(at))
            revert(at.connection, at.step.request)
            at.write(status, reason)
            if _is_cancelled(at):
                at.carry(lambda case: stopped(case, at.task.id, at.now))
            else:
                at.report(state="finished", status="Error", message=f"Provisioning failed: {reason}")
        case _:
            left = _not_undone(_standing(at))
            at.write(status, left)
            at.report(state="rollback_failed", status="Error", needs_operator=True, message=left)


def _not_undone(standing: Standing) -> str:
    """The last error says what it is about; there may be more."""
    failed = [each for each in standing.commands if each.status == words.NOT_UNDONE]
    return f"Command {failed[0].id} could not be undone: {failed[0].message}"


def _work_out_rest(at: _At, transaction: Transaction) -> None:
    """Complex services have no command: what is made of the properties of others is worked out when all is done."""
    if transaction.action not in (ADD, MODIFY):
        return
    found = changed_complexes(at.connection, transaction.request_id)
    tree = StoreTree(at.connection, transaction.account_id, {}, found)
    for each in found:
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
        deeds = transform(at.connection, transaction.account_id, command)
    except Unresolved as fault:
        at.note(command, COMMAND, words.FAILED, str(fault))
        columns = {"status": words.FAILED, "attempts": command.attempts + 1, "message": str(fault)}
        write_command(at.connection, command, at.now, **columns)
        return None
    write_command(at.connection, command, at.now, status=words.IN_PROGRESS)
    return told_of(at.connection, command, deeds)


def _settle(at: _At, ahead: _Ahead, came: Came) -> datetime | None:
    """Writes what came of a run; gives when the work goes on, where not at once."""
    match ahead.phase:
        case running.EXECUTE:
            return _executed(at, ahead.command, came)
        case running.UNDO:
            _undone(at, ahead.command, came)
        case _:
            _cleaned_up(at, ahead.command, came)
    return None


def _executed(at: _At, command: Command, came: Came) -> datetime | None:
    attempts = command.attempts + 1
    if came.reason is None:
        keep_produced(at.connection, came.produced)
        at.note(command, COMMAND, words.OK)
        write_command(at.connection, command, at.now, status=words.OK, attempts=attempts, partial=False)
        return None
    status = moves.after_failure(_front(at).transaction, command)
    at.note(command, COMMAND, words.FAILED, came.reason)
    columns = {"status": status, "attempts": attempts, "message": came.reason}
    write_command(at.connection, command, at.now, partial=command.partial or came.partial, **columns)
    count_failure(at.connection, at.step.request)
    return None if came.after is None else later(at.now, came.after)


def _undone(at: _At, command: Command, came: Came) -> None:
    if came.reason is None:
        at.note(command, UNDO, words.UNDO_OK)
        write_command(at.connection, command, at.now, status=words.UNDONE)
    else:
        at.note(command, UNDO, words.UNDO_FAILED, came.reason)
        write_command(at.connection, command, at.now, status=words.NOT_UNDONE, message=came.reason)


def _cleaned_up(at: _At, command: Command, came: Came) -> None:
    """What fails here changes nothing any more: the work is done."""
    at.note(command, CLEAN_UP, words.OK if came.reason is None else words.FAILED, came.reason)
    write_command(at.connection, command, at.now, cleans=False)
