"""What happened to a request, read together: the request, its approvals and tasks, their states, the last error, and
what it waits for."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, Table, or_, select

from aelang.requests import recovery
from aelang.requests.progress import AT_WORK, CUT_OFF, read_progress, state_lines
from aelang.requests.queue import DEAD, RUNNING, Item, list_items
from aelang.requests.rows import Case, Request, Task
from aelang.requests.store.cases import read_case
from aelang.requests.store.keeping import Entry, read_journal
from aelang.requests.store.schema import QUEUE, REQUESTS, TASKS, TRACES, TRANSACTIONS
from aelang.requests.transactions.words import UNDO_FAILED, UNDO_IN_PROGRESS, UNDO_OK
from aelang.requests.types import PROVISIONING, TEMPLATE, type_named
from aelang.services.models import ancestors

if TYPE_CHECKING:
    from aelang.requests.transactions.standing import Standing

_ERROR = "Error"
_FAILED = (_ERROR, "Failed", "Dead")
_PLACE = re.compile(r'File "/?([^"]+)", line (\d+)|(?:^|\s)/?([\w./-]+\.(?:rb|ael|py|yaml)):(\d+)')
"""How a method of Python or Ruby says where it failed."""


class StateSeen(NamedTuple):
    """A state of a task's machine: how often it was tried, when first and last, and what it came to the last time.
    `within` are the states of the machines around its own, the outermost first."""

    task: int
    name: str
    attempts: int
    first: datetime
    last: datetime
    result: str
    message: str
    within: tuple[str, ...] = ()


class Fault(NamedTuple):
    """What went wrong last: when, in which state of which task, and why; what the method said, and where in the
    datastore it was, if that is known."""

    at: datetime
    task: int | None
    state: str
    message: str
    said: str = ""
    place: str = ""


class Cancelation(NamedTuple):
    """Who asked for it that the request be cancelled: his userid and his name, when, and why if he said so."""

    by: str
    name: str
    at: datetime
    reason: str | None


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
    transaction: "Standing | None" = None
    cancelation: Cancelation | None = None


def read_history(connection: Connection, number: int) -> History | None:
    """The history of the request `number`; None where there is none."""
    case = read_case(connection, number)
    if case is None:
        return None
    journal = read_journal(connection, number)
    items = list_items(connection, request=number)
    operator = recovery.waiting(connection, number)
    fault = _fault(journal, case)
    if fault is not None and not fault.place:
        fault = _with_place(connection, case, fault)
    hints = tuple(_hints(case, items, operator))
    found = History(case, (), fault, items, hints, cancelation=_cancelation(journal))
    if case.request.type == PROVISIONING:
        return _of_transaction(connection, found)
    return found._replace(states=states_seen(journal, items))


def _cancelation(journal: Sequence[Entry]) -> Cancelation | None:
    found = next((each for each in reversed(journal) if each.phase == recovery.CANCEL), None)
    return None if found is None else Cancelation(found.detail["by"], found.detail["name"], found.at, found.message)


def _of_transaction(connection: Connection, history: History) -> History:
    from aelang.requests.transactions import operating, standing  # few requests are transactions

    number = history.case.request.id
    if history.fault is not None:  # the command says it, and the place is that of its resource's class
        history = history._replace(fault=history.fault._replace(place="", said=""))
    found, broken = standing.read_standing(connection, number), operating.situation_of(connection, number)
    if broken is not None:
        waits = (Hint(f"an operator: {broken.look}" if broken.look else "an operator", "aelang request broken"),)
        return history._replace(transaction=found, waits_for=waits)
    if history.case.request.request_state == "finished":
        return history._replace(transaction=found, waits_for=())
    return history._replace(transaction=found)


_UNDONE = {UNDO_OK: "Undone", UNDO_IN_PROGRESS: "Being undone", UNDO_FAILED: "Undo failed"}


def states_seen(journal: Iterable[Entry], items: Iterable[Item] = ()) -> tuple[StateSeen, ...]:
    """The states that `journal` tells of, in the order in which they were first entered; a machine inside of a state
    stands behind that. `items` are messages of the queue, which know of the runs that have not come back."""
    seen: dict[tuple[int, tuple[str, ...]], StateSeen] = {}
    for each in (*journal, *(entry for item in items for entry in _in_hand(item))):
        if each.task_id is None or not each.state:
            continue
        if each.phase == "state":
            path = (*_detail(each, "within"), each.state)
            _enter(seen, each, path)
            seen[each.task_id, path] = _tried(seen[each.task_id, path], each, each.message or "")
        elif each.phase == "undo":
            _undo(seen, each)
        elif each.phase == "step" and each.status == _ERROR:
            path = tuple(name for _, name in _detail(each, "position")) or (each.state,)
            _enter(seen, each, path)
            for at in range(1, len(path) + 1):
                key, said = (each.task_id, path[:at]), (each.message or "") if at == len(path) else ""
                known = seen[key]
                told = (known.last, known.result) == (each.at, _ERROR)  # a line of the state itself stands before it
                seen[key] = known._replace(message=said) if told else _tried(known, each, said)
    return tuple(seen.values())


def _in_hand(item: Item) -> Iterable[Entry]:
    """The lines that the journal would have of a run that has not come back; and of the states that it is in."""
    progress = read_progress(item.progress)
    if progress is None or ancestors(item.of.model)[-1] != "MiqRequestTask":
        return ()
    is_at_work = item.state == RUNNING and item.fence == progress.fence
    line = Entry(item.request_id or 0, "state", "", item.created_on, item.of.id)
    return state_lines(progress, line, AT_WORK if is_at_work else CUT_OFF)


def _undo(seen: dict[tuple[int, tuple[str, ...]], StateSeen], entry: Entry) -> None:
    """The state is as if it had not been; the journal does not say in which machines it is."""
    for (task, path), state in reversed(seen.items()):
        if task == entry.task_id and path[-1] == entry.state:
            seen[task, path] = state._replace(result=_UNDONE.get(entry.status, entry.status), last=entry.at, message="")
            return


def _detail(entry: Entry, name: str) -> Sequence[Any]:
    return entry.detail.get(name, ()) if isinstance(entry.detail, Mapping) else ()


def _enter(seen: dict[tuple[int, tuple[str, ...]], StateSeen], entry: Entry, path: tuple[str, ...]) -> None:
    """The state at `path`, and those around it, are there."""
    task = entry.task_id or 0
    for at in range(1, len(path) + 1):
        seen.setdefault((task, path[:at]), StateSeen(task, path[at - 1], 0, entry.at, entry.at, "", "", path[: at - 1]))


def _tried(state: StateSeen, entry: Entry, message: str) -> StateSeen:
    return state._replace(attempts=state.attempts + 1, last=entry.at, result=entry.status, message=message)


def _fault(journal: Sequence[Entry], case: Case) -> Fault | None:
    """The last step that failed; the state in it is told by the entries before it, where it does not say so itself. An
    event that ended in an error is one only if the request ended with that, before it had any task: one that is not
    approved by itself, say, waits for a person instead."""
    request = case.request
    ended = (request.request_state, request.status) == ("finished", _ERROR) and not (
        case.tasks or request.cancelation_status
    )
    found = [each for each in journal if each.status in _FAILED and (ended or each.task_id or each.phase == "queue")]
    if not found:
        return None
    last = found[-1]
    same = [each for each in found if each.task_id == last.task_id]
    place = next((str(each.detail["place"]) for each in reversed(same) if _has_place(each)), "")
    message = next((each.message for each in reversed(same) if each.message), "")
    before = [] if last.phase == "step" and last.status == _ERROR else same
    state = last.state or next((each.state for each in reversed(before) if each.state), "")
    return Fault(last.at, last.task_id, state or "", message or "", place=place)


def _with_place(connection: Connection, case: Case, fault: Fault) -> Fault:
    """`fault` with what the method said that failed, as the trace of its run has it."""
    from aelang.interpreter.trace import Logged
    from aelang.requests.traces import read_events, said_by_method

    context = next((each.task_id for each in case.tasks if each.id == fault.task), "")
    of = (TRACES.c.request_id == case.request.id) & (TRACES.c.task_id == context) & (TRACES.c.at == fault.at)
    body = connection.execute(select(TRACES.c.body).where(of).order_by(TRACES.c.id.desc()).limit(1)).scalar()
    events = () if body is None else read_events(body)
    texts = [each.text for each in events if isinstance(each, Logged) and each.level == "error"]
    of_method = [text.partition("> ")[2] for text in texts if text.startswith("<AEMethod ")]
    found = [match for text in of_method if (match := _PLACE.search(text))]
    place = "" if not found else f"{found[-1][1] or found[-1][3]}:{found[-1][2] or found[-1][4]}"
    return fault._replace(said=said_by_method(events), place=place)


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
        yield Hint("its order: it lies in a cart", f"aelang request check-out --user {request.userid}")
    elif request.approval_state == "pending_approval":
        yield Hint(_approvers(case), f"aelang request approve {request.id}")
    told = {each.message for each in operator}
    yield from _of_items([each for each in items if each.number not in told])


def _of_ended(case: Case) -> Iterable[Hint]:
    request = case.request
    if request.status != "Error" or request.cancelation_status is not None:
        return
    if any(each.status == "Error" for each in case.tasks):
        yield Hint("nothing: it ended in an error, and may be run again", f"aelang request retry {request.id}")
        yield Hint("to run it again on the datastore as it is now, say first", f"aelang request move-to {request.id}")
    else:
        yield Hint("nothing: it ended in an error before it had tasks; put that right and make a new one")


def _approvers(case: Case) -> str:
    open_ones = [each for each in case.approvals if each.state == "pending"]
    names = sorted({each.approver_name for each in open_ones if each.approver_name})
    given = sum(each.state == "approved" for each in case.approvals)
    needed = (case.request.approvals_needed or len(case.approvals)) - given
    who = f"the approval of {', '.join(names)}" if names else "an approval by someone who may"
    return who if needed == len(open_ones) else f"{who} ({needed} of them)"


def _of_items(items: Sequence[Item]) -> Iterable[Hint]:
    """Hints on messages of the queue; of many that stand alike only how many there are."""
    by_state: dict[str, list[Item]] = {}
    for each in items:
        by_state.setdefault(each.state, []).append(each)
    for state, of in _OF_STATE.items():
        found = by_state.get(state, [])
        if len(found) > _SHOWN[state]:
            yield of.many(found)
        else:
            yield from map(of.one, found)


def _said(item: Item) -> str:
    return f"`{item.method}`" + (f" of {item.task_id}" if item.task_id else "")


def _due(item: Item) -> str:
    return f"{item.deliver_on:%Y-%m-%d %H:%M:%S} UTC"


class _Telling(NamedTuple):
    one: Callable[[Item], Hint]
    many: Callable[[Sequence[Item]], Hint]


_SHOWN = {"ready": 1, "future": 3, "running": 3, "dead": 3}
_OF_STATE = {
    "running": _Telling(
        lambda item: Hint(f"worker {item.worker}, which works {_said(item)}"),
        lambda items: Hint(f"{len({each.worker for each in items})} workers, which work {len(items)} messages"),
    ),
    "ready": _Telling(
        lambda item: Hint(f"a worker: {_said(item)} is due", "aelang worker --drain"),
        lambda items: Hint(
            f"a worker: {len(items)} messages are due, {_said(items[0])} first", "aelang worker --drain"
        ),
    ),
    "future": _Telling(
        lambda item: Hint(f"its time: {_said(item)} is due at {_due(item)}"),
        lambda items: Hint(f"its time: {len(items)} messages are due later, the first at {min(map(_due, items))}"),
    ),
    "dead": _Telling(
        lambda item: Hint(
            f"an operator: {_said(item)} was given up after {item.attempts} attempts: {item.reason}",
            f"aelang queue requeue {item.number}",
        ),
        lambda items: Hint(
            f"an operator: {len(items)} messages were given up, the first {_said(items[0])}: {items[0].reason}",
            f"aelang queue list --state dead --request {items[0].request_id}",
        ),
    ),
}
"""What is told of the messages in each state, one by one or together."""


# -- lists -------------------------------------------------------------------------------------------------------


class Wish(NamedTuple):
    """Which requests or tasks are wanted; a blank says nothing. `kind` is a model or a request type, `user` a userid;
    `waiting` are those that wait for an operator, `transaction` is the status of those that are transactions."""

    state: str | None = None
    approval: str | None = None
    status: str | None = None
    kind: str | None = None
    user: str | None = None
    request: int | None = None
    waiting: bool = False
    limit: int = 50
    transaction: str | None = None


def list_requests(connection: Connection, wish: Wish) -> tuple[Request, ...]:
    """The newest requests that are as `wish` says, at most as many as its limit; templates only if it asks for them."""
    conditions = {"request_state": wish.state, "approval_state": wish.approval, "status": wish.status,
                  "userid": wish.user}  # fmt: skip
    kind = None if wish.kind is None else type_named(wish.kind)
    if kind is not None:
        conditions["type"] = kind.request
        conditions["request_type"] = wish.kind if wish.kind in kind.kinds else None
    found = select(*(REQUESTS.c[each] for each in Request._fields))
    for name, wanted in conditions.items():
        found = found if wanted is None else found.where(REQUESTS.c[name] == wanted)
    if kind is None:
        found = found.where(REQUESTS.c.type != TEMPLATE)  # nobody asked for that: the catalog has it
    if wish.waiting:
        of_tasks = select(TASKS.c.miq_request_id).where(TASKS.c.needs_operator)
        given_up = select(QUEUE.c.request_id).where(QUEUE.c.state == DEAD, QUEUE.c.request_id.is_not(None))
        found = found.where(or_(REQUESTS.c.id.in_(of_tasks), REQUESTS.c.id.in_(given_up)))
    if wish.transaction is not None:
        standing = select(TRANSACTIONS.c.request_id).where(TRANSACTIONS.c.status == wish.transaction)
        found = found.where(REQUESTS.c.id.in_(standing))
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
