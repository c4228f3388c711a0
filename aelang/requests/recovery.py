"""Recovery: what an operator does with what cannot go on by itself.

It only puts things back into the queue, and writes down who said what: the work is done by a worker, as any other.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, update

from aelang.requests import starting
from aelang.requests.cancelling import cancel, stopped
from aelang.requests.decision import AUTOMATE, Decision, Message, Refused
from aelang.requests.once import AGAIN, DONE, IN_PROGRESS, METHOD, OK, REPAIR
from aelang.requests.queue import DEAD, FUTURE, READY, RUNNING, Item, hurry, list_items, requeue
from aelang.requests.rows import Case, Person, Task
from aelang.requests.store.cases import carry_out, enqueue, read_case
from aelang.requests.store.keeping import Entry, read_journal, release_locks, write_journal
from aelang.requests.store.schema import REQUESTS, TASKS
from aelang.requests.tasks import report
from aelang.requests.transactions.words import UNDO_IN_PROGRESS
from aelang.requests.types import PROVISIONING
from aelang.services.models import ancestors


class Waiting(NamedTuple):
    """A method of which nobody knows whether it has done its work: the task, the path of the method, since when, and
    the number of the dead message. `said` is what an operator has said meanwhile: Done or Again."""

    task: int | None
    method: str
    since: datetime
    message: int
    call: str
    said: str | None = None


def calls_in_doubt(connection: Connection, request: int, message: int) -> tuple[Waiting, ...]:
    """The calls of `message` of which nobody knows whether they have done their work, and what was said of them."""
    journal = read_journal(connection, request)
    ended = {each.detail["call"] for each in journal if each.phase == METHOD and each.status == OK}
    return tuple(each for each in _calls(journal) if each.message == message and each.call not in ended)


def waiting(connection: Connection, request: int) -> tuple[Waiting, ...]:
    """What of `request` waits for an operator to say."""
    dead = {each.number for each in list_items(connection, (DEAD,), request)}
    return tuple(each for each in _calls(read_journal(connection, request)) if each.message in dead)


def _calls(entries: tuple[Entry, ...]) -> Iterator[Waiting]:
    """The calls that were not brought to an end that can be gone on from."""
    found: dict[str, Waiting] = {}
    for entry in entries:
        detail = entry.detail if isinstance(entry.detail, dict) else {}
        call = detail.get("call")
        if not isinstance(call, str):
            continue
        if entry.phase == REPAIR and call in found:
            found[call] = found[call]._replace(said=entry.status)
        elif entry.phase == METHOD and "result" in detail:
            found.pop(call, None)
        elif entry.phase == METHOD and (entry.status == IN_PROGRESS or call not in found):
            number, path = int(call.partition(":")[0]), str(detail.get("path"))
            found[call] = Waiting(entry.task_id, path, entry.at, number, call)
    yield from found.values()


def repair(
    connection: Connection, request: int, done: bool, by: str, now: datetime, task: int | None = None
) -> Refused | None:
    """Writes down what `by` says of each method of `request` (of its task `task`) that waits: it has done its work, or
    is to do it again. `go_on` then has the task go on."""
    found = [each for each in waiting(connection, request) if task is None or each.task == task]
    if not found:
        return _repair_rollback(connection, request, done, by, now, task)
    for each in found:
        status = DONE if done else AGAIN
        detail = {"call": each.call, "path": each.method, "by": by}
        write_journal(connection, Entry(request, REPAIR, status, now, each.task, None, None, by, detail))
    return None


def _repair_rollback(
    connection: Connection, request: int, done: bool, by: str, now: datetime, wanted: int | None
) -> Refused | None:
    """The same of tasks of which an undo failed: what it was to do was done by hand, and so they have ended."""
    case = read_case(connection, request)
    tasks = () if case is None else case.tasks
    failed = [each for each in tasks if each.state == "rollback_failed" and wanted in (None, each.id)]
    if case is None or not failed:
        return Refused(f"nothing of request {request} waits for an operator: there is nothing to repair")
    if case.request.type == PROVISIONING:
        return Refused(
            f"request {request} is a transaction: say how its commands stand, with `aelang request repair {request}"
            " --command ID --status STATUS --because TEXT`"
        )
    if not done:
        return Refused(f"no undo of request {request} is run again: do by hand what it was to do, and say --done")
    for each in failed:
        write_journal(connection, Entry(request, REPAIR, DONE, now, each.id, None, None, by, {"by": by}))
        ended = {"state": "finished", "status": "Error", "needs_operator": False, "message": "Rolled back by hand"}
        if each.cancelation_status is None:
            decision = report(case, each.id, ended, now)
        else:
            decision = stopped(case, each.id, now)
            task = decision.case.task(each.id)._replace(needs_operator=False)
            decision = decision._replace(case=decision.case.with_task(task))
        carry_out(connection, case, decision, now)
        case = decision.case
    if case.request.request_state == "finished":
        release_locks(connection, request)
    return None


def go_on(connection: Connection, request: int, now: datetime) -> Refused | None:
    """Puts what is dead of `request` back into the queue. Refused where something waits to be repaired first."""
    open_ = [each for each in waiting(connection, request) if each.said is None]
    if open_:
        return Refused(f"{open_[0].method} waits: say first whether it is done, with `aelang request repair {request}`")
    dead = list_items(connection, (DEAD,), request)
    if not dead:
        return Refused(f"nothing of request {request} was given up: it goes on by itself, or is finished")
    for each in dead:
        put_back(connection, each, now)
    return None


def put_back(connection: Connection, item: Item, now: datetime) -> bool:
    """Puts a dead message back into the queue; its task, or its request, waits for nobody any more. False where it is
    not dead."""
    if not requeue(connection, item.number):
        return False
    if item.request_id is not None:
        write_journal(connection, Entry(item.request_id, "queue", "Back", now, None, None, None, item.reason,
                                        {"message": item.number}))  # fmt: skip
    if item.method == "create_request_tasks":
        case = read_case(connection, item.of.id)
        answer = None if case is None else starting.to_create_again(case, now)
        if isinstance(answer, Decision):
            carry_out(connection, case, answer, now)
    elif ancestors(item.of.model)[-1] == "MiqRequestTask":
        of = and_(TASKS.c.id == item.of.id, TASKS.c.needs_operator)
        connection.execute(update(TASKS).where(of).values(needs_operator=False, status="Ok", updated_on=now))
    return True


# -- no more -----------------------------------------------------------------------------------------------------


CANCEL = "cancel"
"""The phase of the line that says who wanted a request cancelled, and why."""


def cancel_request(connection: Connection, case: Case, by: Person, now: datetime, reason: str = "") -> Refused | None:
    """R9, and who asked for it, and why. What waits for its time, or was given up, is worked at once: it finds that it
    is to stop. What waits for an operator to say something still does."""
    answer = cancel(case, by, now)
    if isinstance(answer, Refused):
        return answer
    request = case.request.id
    carry_out(connection, case, answer, now)
    write_journal(connection, Entry(request, CANCEL, "Asked", now, message=reason or None,
                                    detail={"by": by.userid, "name": by.name}))  # fmt: skip
    hurry(connection, request)
    unsaid = {each.message for each in waiting(connection, request) if each.said is None}
    for each in list_items(connection, (DEAD,), request):
        if each.number not in unsaid:
            put_back(connection, each, now)
    return None


# -- again -------------------------------------------------------------------------------------------------------


def run_again(
    connection: Connection, request: int, now: datetime, state: str | None = None, task: int | None = None
) -> Refused | None:
    """Has the tasks of `request` that ended in error begin again (or the task `task`): at `state`, without one at the
    state in which they failed. The request goes on with them."""
    case = read_case(connection, request)
    if case is None:
        return Refused(f"there is no request {request}")
    if case.request.type == PROVISIONING:
        return Refused(f"request {request} is a transaction: it is not run again, order anew what is wanted")
    failed = [each for each in case.tasks if _is_to_begin(case, each, task)]
    if not failed:
        return Refused(f"no task of request {request} ended in error: there is nothing to begin again")
    if state is not None and len(failed) > 1:
        numbers = ", ".join(str(each.id) for each in failed)
        return Refused(f"several tasks ended in error ({numbers}): say which is to go on from {state}")
    entries = read_journal(connection, request)
    if state is not None:  # as it is written in the datastore, where that is known
        state = next((each.state for each in entries if each.state and each.state.lower() == state.lower()), state)
    for each in failed:
        _begin(connection, case, each, _failed_at(entries, each.id) if state is None else {"state": state}, now)
    aside = [each for each in case.tasks if task is None and _is_set_aside(case, each)]
    above = _above(case, [*failed, *aside])
    for each in _without_message(connection, case, [*above, *(each for each in aside if each.begun)]):
        _begin(connection, case, each, _failed_at(entries, each.id), now)
    _open(connection, case, [*failed, *above, *(each for each in aside if each.begun)], now)
    unbegun = TASKS.c.id.in_([each.id for each in aside if not each.begun])
    connection.execute(update(TASKS).where(unbegun).values(state="pending", status="Ok", message=None, updated_on=now))
    return None


def _is_to_begin(case: Case, task: Task, wanted: int | None) -> bool:
    ended = task.state == "finished" and task.status == "Error" and task.cancelation_status is None
    return ended and wanted in (None, task.id) and not any(each.status == "Error" for each in case.children(task.id))


def _is_set_aside(case: Case, task: Task) -> bool:
    """Whether it was finished since another failed: before that had begun it, or before its machine came to work."""
    forgotten = task.state == "finished" and task.status == "Warn" and task.cancelation_status is None
    return forgotten and not any(each.status == "Warn" and each.begun for each in case.children(task.id))


def _above(case: Case, tasks: Sequence[Task]) -> list[Task]:
    """The tasks that are above `tasks`, and not among them."""
    known = {each.id for each in tasks}
    parents = {each.miq_request_task_id for each in tasks}
    for each in reversed(case.tasks):
        if each.id in parents:
            parents.add(each.miq_request_task_id)
    return [each for each in case.tasks if each.id in parents and each.id not in known]


def _without_message(connection: Connection, case: Case, tasks: Sequence[Task]) -> list[Task]:
    """Those of `tasks` that nothing in the queue would let go on: their machines were left when their parts failed."""
    waiting_ = list_items(connection, (READY, FUTURE, RUNNING), case.request.id)
    busy = {each.of.id for each in waiting_ if each.method == "deliver"}
    return [each for each in tasks if each.kind.driven and each.id not in busy]


def _failed_at(entries: Sequence[Entry], task: int) -> dict[str, Any]:
    """Where the last run of `task` ended, as the arguments of the message that begins there: the state of the outermost
    machine, and of each that is inside of that. Where states were undone then, the first of these: what comes after it
    builds on it."""
    own = [each for each in entries if each.task_id == task]
    ended = [each for each in own if each.phase == "step" and each.state]
    if not ended:
        return {}
    position = ended[-1].detail.get("position") or [["", ended[-1].state]]
    undone = _first_undone(own)
    if undone:
        position = _at(position, undone)
    return {"state": position[0][1]} if len(position) == 1 else {"state": position[0][1], "inner": position[1:]}


def _first_undone(own: Sequence[Entry]) -> tuple[str, ...]:
    """The state that was completed first of those that were undone since a task was last begun, behind the states that
    it is in; nothing where none was. Undone is the last first."""
    begun = max((place for place, each in enumerate(own) if (each.phase, each.status) == (REPAIR, "Retry")), default=-1)
    done = [each for each in own[begun + 1 :] if (each.phase, each.status) == ("state", "Ok")]
    found: Entry | None = None
    for each in own[begun + 1 :]:
        if each.phase != "undo" or each.status == UNDO_IN_PROGRESS:
            continue
        while done:
            last = done.pop()
            if last.state == each.state:
                found = last
                break
    if found is None:
        return ()
    within = found.detail.get("within", ()) if isinstance(found.detail, dict) else ()
    return (*within, found.state or "")


def _at(position: Sequence[Sequence[str]], path: tuple[str, ...]) -> list[Sequence[str]]:
    """`position`, but at the state that `path` names; a machine that it was not in is begun anew."""
    depth = len(path) - 1
    if depth < len(position) and all(at[1] == state for at, state in zip(position, path[:depth], strict=False)):
        return [*position[:depth], [position[depth][0], path[depth]]]
    return [["", path[0]]]


def _begin(connection: Connection, case: Case, task: Task, arguments: dict[str, Any], now: datetime) -> None:
    message = Message("deliver", task.reference, arguments, AUTOMATE, task_id=task.task_id)
    enqueue(connection, [message], now, case.request.id)
    write_journal(connection, Entry(case.request.id, REPAIR, "Retry", now, task.id, arguments.get("state"), None, None,
                                    arguments))  # fmt: skip


def _open(connection: Connection, case: Case, tasks: Sequence[Task], now: datetime) -> None:
    """What was finished is open again: `tasks`, and the request."""
    columns = {"state": "active", "status": "Ok", "message": "In Process", "updated_on": now}
    connection.execute(update(TASKS).where(TASKS.c.id.in_([each.id for each in tasks])).values(columns))
    of = REQUESTS.c.id == case.request.id
    connection.execute(update(REQUESTS).where(of).values(
        request_state="active", status="Ok", message="In Process", fulfilled_on=None, updated_on=now))  # fmt: skip
