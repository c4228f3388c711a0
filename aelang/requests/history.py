"""What happened to a request, read together: the request, its approvals and tasks, their states, the last error, and
what it waits for."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, select

from aelang.requests import recovery
from aelang.requests.queue import Item, list_items
from aelang.requests.rows import Case, Request, Task
from aelang.requests.store.cases import read_case
from aelang.requests.store.keeping import Entry, read_journal
from aelang.requests.store.schema import REQUESTS, TASKS, TRACES
from aelang.requests.types import type_named

_ERROR = "Error"
_FAILED = (_ERROR, "Failed", "Dead")
_PLACE = re.compile(r'File "/?([^"]+)", line (\d+)|(?:^|\s)/?([\w./-]+\.(?:rb|ael|py|yaml)):(\d+)')
"""How a method of Python or Ruby says where it failed."""


class StateSeen(NamedTuple):
    """A state of a task's machine: how often it was tried, when first and last, and what it came to the last time."""

    task: int
    name: str
    attempts: int
    first: datetime
    last: datetime
    result: str
    message: str


class Fault(NamedTuple):
    """What went wrong last: when, in which state of which task, and why; what the method said, and where in the
    datastore it was, if that is known."""

    at: datetime
    task: int | None
    state: str
    message: str
    said: str = ""
    place: str = ""


class Hint(NamedTuple):
    """What a request waits for, and the command that helps, where one does."""

    text: str
    command: str = ""


class History(NamedTuple):
    """All there is to say of a request."""

    case: Case
    states: tuple[StateSeen, ...]
    fault: Fault | None
    items: tuple[Item, ...]
    waits_for: tuple[Hint, ...]


def read_history(connection: Connection, number: int) -> History | None:
    """The history of the request `number`; None where there is none."""
    case = read_case(connection, number)
    if case is None:
        return None
    journal = read_journal(connection, number)
    items = list_items(connection, request=number)
    operator = recovery.waiting(connection, number)
    fault = _fault(journal, case.request)
    if fault is not None and not fault.place:
        fault = _with_place(connection, case, fault)
    return History(case, states_seen(journal), fault, items, tuple(_hints(case, items, operator)))


def states_seen(journal: Iterable[Entry]) -> tuple[StateSeen, ...]:
    """The states that `journal` tells of, in the order in which they were first entered."""
    seen: dict[tuple[int, str], StateSeen] = {}
    for each in journal:
        if each.task_id is None or not each.state:
            continue
        key = (each.task_id, each.state)
        known = seen.get(key, StateSeen(*key, 0, each.at, each.at, "", ""))
        if each.phase == "step" and each.status == _ERROR and (known.last, known.result) == (each.at, _ERROR):
            seen[key] = known._replace(message=each.message or "")  # a line of the state itself stands before it
        elif each.phase == "state" or (each.phase == "step" and each.status == _ERROR):
            tried = known.attempts + 1
            seen[key] = known._replace(attempts=tried, last=each.at, result=each.status, message=each.message or "")
    return tuple(seen.values())


def _fault(journal: Sequence[Entry], request: Request) -> Fault | None:
    """The last step that failed; the state in it is told by the entries before it, where it does not say so itself. An
    event that ended in an error is one only if the request ended with that: one that is not approved by itself, say,
    waits for a person instead."""
    ended = request.request_state == "finished" and request.status == _ERROR
    found = [each for each in journal if each.status in _FAILED and (ended or each.task_id or each.phase == "queue")]
    if not found:
        return None
    last = found[-1]
    same = [each for each in found if each.task_id == last.task_id]
    place = next((str(each.detail["place"]) for each in reversed(same) if _has_place(each)), "")
    message = next((each.message for each in reversed(same) if each.message), "")
    state = next((each.state for each in reversed(same) if each.state), "")
    return Fault(last.at, last.task_id, state or "", message or "", place=place)


def _with_place(connection: Connection, case: Case, fault: Fault) -> Fault:
    """`fault` with what the method said that failed, as the trace of its run has it."""
    from aelang.interpreter.trace import Logged
    from aelang.requests.traces import read_events

    context = next((each.task_id for each in case.tasks if each.id == fault.task), "")
    of = (TRACES.c.request_id == case.request.id) & (TRACES.c.task_id == context) & (TRACES.c.at == fault.at)
    body = connection.execute(select(TRACES.c.body).where(of).order_by(TRACES.c.id.desc()).limit(1)).scalar()
    texts = [] if body is None else [
        each.text for each in read_events(body) if isinstance(each, Logged) and each.level == "error"
    ]  # fmt: skip
    of_method = [text.partition("> ")[2] for text in texts if text.startswith("<AEMethod ")]
    found = [match for text in of_method if (match := _PLACE.search(text))]
    place = "" if not found else f"{found[-1][1] or found[-1][3]}:{found[-1][2] or found[-1][4]}"
    return fault._replace(said=of_method[-1].strip() if of_method else "", place=place)


def _has_place(entry: Entry) -> bool:
    return isinstance(entry.detail, Mapping) and bool(entry.detail.get("place"))


# -- what it waits for -------------------------------------------------------------------------------------------


def _hints(case: Case, items: Sequence[Item], operator: Sequence[recovery.Waiting]) -> Iterable[Hint]:
    request = case.request
    for each in operator:
        if each.said is None:
            command = f"aelang request repair {request.id} --done|--again"
            yield Hint(f"an operator: had {each.method} done its work when it was cut short?", command)
        else:
            yield Hint(f"an operator, who said of {each.method}: {each.said}", f"aelang request continue {request.id}")
    if request.request_state == "finished":
        yield from _of_ended(case)
    elif not request.process:
        yield Hint("its order: it lies in a cart")
    elif request.approval_state == "pending_approval":
        yield Hint(_approvers(case), f"aelang request approve {request.id}")
    told = {each.message for each in operator}
    yield from filter(None, (_of_item(each) for each in items if each.number not in told))


def _of_ended(case: Case) -> Iterable[Hint]:
    request = case.request
    if request.status != "Error" or request.cancelation_status is not None:
        return
    if any(each.status == "Error" for each in case.tasks):
        yield Hint("nothing: it ended in an error, and may be run again", f"aelang request retry {request.id}")
    else:
        yield Hint("nothing: it ended in an error before it had tasks; put that right and make a new one")


def _approvers(case: Case) -> str:
    open_ones = [each for each in case.approvals if each.state == "pending"]
    names = sorted({each.approver_name for each in open_ones if each.approver_name})
    given = sum(each.state == "approved" for each in case.approvals)
    needed = (case.request.approvals_needed or len(case.approvals)) - given
    who = f"the approval of {', '.join(names)}" if names else "an approval by someone who may"
    return who if needed == len(open_ones) else f"{who} ({needed} of them)"


def _of_item(item: Item) -> Hint | None:
    said = f"`{item.method}`" + (f" of {item.task_id}" if item.task_id else "")
    match item.state:
        case "ready":
            return Hint(f"a worker: {said} is due", "aelang worker --drain")
        case "future":
            return Hint(f"its time: {said} is due at {item.deliver_on:%Y-%m-%d %H:%M:%S} UTC")
        case "running":
            return Hint(f"worker {item.worker}, which works {said}")
        case "dead":
            return Hint(
                f"an operator: {said} was given up after {item.attempts} attempts: {item.reason}",
                f"aelang queue requeue {item.number}",
            )
        case _:
            return None


# -- lists -------------------------------------------------------------------------------------------------------


class Wish(NamedTuple):
    """Which requests or tasks are wanted; a blank says nothing. `kind` is a model or a request type, `user` a userid;
    `waiting` are those that wait for an operator."""

    state: str | None = None
    approval: str | None = None
    status: str | None = None
    kind: str | None = None
    user: str | None = None
    request: int | None = None
    waiting: bool = False
    limit: int = 50


def list_requests(connection: Connection, wish: Wish) -> tuple[Request, ...]:
    """The newest requests that are as `wish` says, at most as many as its limit."""
    conditions = {"request_state": wish.state, "approval_state": wish.approval, "status": wish.status,
                  "userid": wish.user}  # fmt: skip
    kind = None if wish.kind is None else type_named(wish.kind)
    if kind is not None:
        conditions["type"] = kind.request
    found = select(*(REQUESTS.c[each] for each in Request._fields))
    for name, wanted in conditions.items():
        found = found if wanted is None else found.where(REQUESTS.c[name] == wanted)
    if wish.waiting:
        found = found.where(REQUESTS.c.id.in_(select(TASKS.c.miq_request_id).where(TASKS.c.needs_operator)))
    rows = connection.execute(found.order_by(REQUESTS.c.id.desc()).limit(wish.limit)).all()
    return tuple(_filled(Request(*row)) for row in rows)


def list_tasks(connection: Connection, wish: Wish) -> tuple[Task, ...]:
    """The newest tasks that are as `wish` says, at most as many as its limit."""
    found = select(*(TASKS.c[each] for each in Task._fields))
    for name, wanted in {"state": wish.state, "status": wish.status, "miq_request_id": wish.request,
                         "type": wish.kind, "userid": wish.user}.items():  # fmt: skip
        found = found if wanted is None else found.where(TASKS.c[name] == wanted)
    if wish.waiting:
        found = found.where(TASKS.c.needs_operator)
    rows = connection.execute(found.order_by(TASKS.c.id.desc()).limit(wish.limit)).all()
    return tuple(_filled(Task(*row)) for row in rows)


def _filled(row: Any) -> Any:  # a Request or a Task, and gives the same
    return row if row.options else row._replace(options={})


def exists(connection: Connection, table: Table, number: int) -> bool:
    """Whether `table` has the row `number`."""
    return connection.execute(select(table.c.id).where(table.c.id == number)).first() is not None
