"""Cases in the store: read together, and written as a decision has it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, Table, bindparam, insert, select, text, update

from aelang.requests.decision import Decision, Event, Message, changes
from aelang.requests.rows import Approval, Case, Request, Task
from aelang.requests.store.prepared import Prepared
from aelang.requests.store.schema import APPROVALS, QUEUE, REQUESTS, TASKS
from aelang.requests.types import PROVISIONING
from aelang.services.models import ancestors
from aelang.services.records import Reference

_TABLES: dict[str, Table] = {"MiqRequest": REQUESTS, "MiqApproval": APPROVALS, "MiqRequestTask": TASKS}


def _whole(table: Table, fields: Sequence[str], key: str) -> Select[Any]:
    columns = [table.c[each] for each in fields]
    return select(*columns).where(table.c[key] == bindparam("number")).order_by(table.c.id)


_REQUEST = Prepared(_whole(REQUESTS, Request._fields, "id"), shared=True)
_REQUEST_LOCKED = Prepared(_whole(REQUESTS, Request._fields, "id").with_for_update(), shared=True)
_APPROVALS = Prepared(_whole(APPROVALS, Approval._fields, "miq_request_id"))
_TASKS = Prepared(_whole(TASKS, Task._fields, "miq_request_id"), shared=True)
_REQUEST_OF_TASK = Prepared(select(TASKS.c.miq_request_id).where(TASKS.c.id == bindparam("number")))
_REQUEST_OF_APPROVAL = Prepared(select(APPROVALS.c.miq_request_id).where(APPROVALS.c.id == bindparam("number")))


def read_case(connection: Connection, number: int, *, approvals: bool = True) -> Case | None:
    """All of the request `number`, None where there is none; without its `approvals` where nobody asks for them. Its
    row is locked until the transaction ends, if that is one that writes: whoever changes anything of a request begins
    here."""
    writing = connection.get_execution_options().get("writing")
    given = {"number": number}
    found = (_REQUEST_LOCKED if writing else _REQUEST).first(connection, given)
    if found is None:
        return None
    approved = _APPROVALS.all(connection, given) if approvals else ()
    tasks = _TASKS.all(connection, given)
    return Case(_request(found), tuple(Approval(*each) for each in approved), tuple(map(_task, tasks)))


def request_of(connection: Connection, of: Reference) -> int | None:
    """The id of the request to which a request, a task or an approval belongs; None where it is not there."""
    match ancestors(of.model)[-1]:
        case "MiqRequest":
            return of.id
        case "MiqApproval":
            return _REQUEST_OF_APPROVAL.value(connection, {"number": of.id})  # type: ignore[no-any-return]
        case "MiqRequestTask":
            return _REQUEST_OF_TASK.value(connection, {"number": of.id})  # type: ignore[no-any-return]
        case _:
            return None


def _request(row: Sequence[Any]) -> Request:
    request = Request(*row)
    return request if request.options else request._replace(options={})


def _task(row: Sequence[Any]) -> Task:
    task = Task(*row)
    return task._replace(options=task.options or {}, phase_context=task.phase_context or {})


# -- writing -----------------------------------------------------------------------------------------------------


def carry_out(
    connection: Connection, before: Case | None, decision: Decision, now: datetime, context: str | None = None
) -> tuple[Event, ...]:
    """Writes what `decision` changes of `before`, and queues its events and messages, in this order; gives the events
    that are to be raised at once. `context` is the task id of the message that is being worked: events have it too."""
    done = changes(before, decision.case)
    for row in done.new:
        _insert(_table(row.reference), row._fields).run(connection, row._asdict())
    for write in done.writes:
        statement = _update(_table(write.of), tuple(write.columns))
        statement.run(connection, {**write.columns, "of_row": write.of.id})
    request = decision.case.request.id
    queued = [each for each in decision.events if each.queued]
    messages = (*(_raising(each, context) for each in queued), *decision.messages)
    enqueue(connection, messages, now, request)
    if decision.case.request.type == PROVISIONING and decision.case.request.request_state == "finished":
        from aelang.requests.transactions.standing import abandon  # few have transactions

        abandon(connection, request, now, decision.case.request.message)
    return tuple(each for each in decision.events if not each.queued)


def _table(of: Reference) -> Table:
    return _TABLES[ancestors(of.model)[-1]]


@cache
def _insert(table: Table, columns: tuple[str, ...]) -> Prepared:
    return Prepared(insert(table).inline(), columns)


@cache
def _update(table: Table, columns: tuple[str, ...]) -> Prepared:
    written: dict[str, Any] = {each: bindparam(each) for each in columns}
    return Prepared(update(table).where(table.c.id == bindparam("of_row")).values(written))


def _raising(event: Event, context: str | None) -> Message:
    """The first hop of an event (REQUESTS 2.4)."""
    method = "raise_policy_event" if event.policy else "call_automate_event"
    return Message(method, event.of, {"event": event.name}, task_id=context)


def enqueue(connection: Connection, messages: Iterable[Message], now: datetime, request: int | None) -> None:
    """Puts `messages` into the queue, in their order; `request` is the one that they are about. One that is due later
    waits in a state of its own, so that it is no burden to those that are ready."""
    for each in messages:
        row = _queued(each, now, request)
        _insert(QUEUE, tuple(row)).run(connection, row)


def _queued(message: Message, now: datetime, request: int | None) -> dict[str, Any]:
    later = message.deliver_on is not None and message.deliver_on > now
    return {
        "state": "future" if later else "ready",
        "method": message.method,
        "of_model": message.of.model,
        "of_id": message.of.id,
        "request_id": request,
        "arguments": dict(message.arguments),
        "role": message.role,
        "priority": message.priority,
        "task_id": message.task_id,
        "zone": message.zone,
        "server": message.server,
        "deliver_on": message.deliver_on,
        "created_on": now,
        "attempts": 0,
    }


# -- ids ---------------------------------------------------------------------------------------------------------

_NEXT_SERVER = Prepared(text("SELECT nextval(pg_get_serial_sequence(:name, 'id'))"))
_NEXT = Prepared(text("UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = :name RETURNING seq"))
_FIRST = Prepared(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, 1)"))


def next_id(connection: Connection, table: Table) -> int:
    """An id for a new row of `table`; none is given twice."""
    name = {"name": table.name}
    if connection.dialect.name == "postgresql":
        return int(_NEXT_SERVER.value(connection, name))
    found = _NEXT.value(connection, name)
    if found is None:
        _FIRST.run(connection, name)
    return 1 if found is None else int(found)


class RowNumbers:
    """Fills `creating.Numbers`: ids for the rows of a case that is being made in a transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __call__(self, model: str) -> int:
        """The id of a new row of `model`."""
        return next_id(self._connection, _TABLES[model])
