"""What the store keeps beside the rows of requests: journal, locks, workspaces, traces and images."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, insert, select, text
from sqlalchemy.exc import IntegrityError

from aelang.requests.store.prepared import Prepared
from aelang.requests.store.schema import IMAGES, JOURNAL, LOCKS, TRACES, TRANSACTIONS, WORKSPACES

TRACE_LIMIT = 4_000_000
"""So many bytes of trace are kept of one request; the oldest go first."""


class Entry(NamedTuple):
    """A line of the journal: in `phase` (step, method, undo, repair, ...) of `state`, how it stood (InProgress, Ok,
    ...)."""

    request_id: int
    phase: str
    status: str
    at: datetime
    task_id: int | None = None
    state: str | None = None
    attempt: int | None = None
    message: str | None = None
    detail: Any = None  # a run value


_WRITE = Prepared(insert(JOURNAL).inline(), Entry._fields)
_SEALED = Prepared(select(TRANSACTIONS.c.request_id).where(TRANSACTIONS.c.request_id == bindparam("request")))
_COLUMNS = [JOURNAL.c[each] for each in Entry._fields]
_JOURNAL = select(*_COLUMNS).where(JOURNAL.c.request_id == bindparam("request")).order_by(JOURNAL.c.id)


def write_journal(connection: Connection, entry: Entry) -> None:
    """Adds `entry`."""
    write_entries(connection, [entry])


def write_entries(connection: Connection, entries: Sequence[Entry], *, plain: bool = False) -> None:
    """Adds `entries`, which are of one request and not none, in their order. With `plain` that is surely no
    transaction, whose lines are sealed."""
    if not plain and _SEALED.first(connection, {"request": entries[0].request_id}) is not None:
        from aelang.requests.transactions.journal import write_beside  # few are

        write_beside(connection, entries)
        return
    _WRITE.run_each(connection, [each._asdict() for each in entries])


def read_journal(connection: Connection, request: int) -> tuple[Entry, ...]:
    """Everything that was written of `request`, in order."""
    return tuple(Entry(*row) for row in connection.execute(_JOURNAL, {"request": request}))


# -- locks -------------------------------------------------------------------------------------------------------


_RELEASE = Prepared(delete(LOCKS).where(LOCKS.c.request_id == bindparam("request")))


class Taken(Exception):
    """A resource that another request has; `request` is its id."""

    def __init__(self, kind: str, number: int, request: int) -> None:
        super().__init__(f"{kind} {number} is already involved in request {request}")
        self.request = request


def take_lock(connection: Connection, kind: str, number: int, request: int, now: datetime) -> None:
    """Locks a resource for `request`, which may have it already. Raises Taken."""
    of = (LOCKS.c.resource_kind == kind) & (LOCKS.c.resource_id == number)
    row = {"resource_kind": kind, "resource_id": number, "request_id": request, "taken_on": now}
    while (holder := connection.execute(select(LOCKS.c.request_id).where(of)).scalar()) is None:
        with suppress(IntegrityError):  # somebody may be faster, and done with it again
            with connection.begin_nested():
                connection.execute(insert(LOCKS).values(row))
            return
    if holder != request:
        raise Taken(kind, number, holder)


def release_locks(connection: Connection, request: int) -> None:
    """Gives back all that `request` has locked."""
    _RELEASE.run(connection, {"request": request})


_TURN = text("SELECT pg_advisory_xact_lock(1)")


def take_turn(connection: Connection) -> None:
    """Whoever else comes here waits until this transaction has ended: rows that are made from here on are seen in the
    order of their ids. With SQLite all that write do so anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(_TURN)


# -- workspaces --------------------------------------------------------------------------------------------------


class KeptWorkspace(NamedTuple):
    """The last workspace of a task: its target, and what it looked like."""

    guid: str
    task_id: str
    request_id: int
    uri: str
    kept_on: datetime
    body: bytes


_KEEP = Prepared(text(
    "INSERT INTO workspaces (guid, task_id, request_id, uri, kept_on, body)"
    " VALUES (:guid, :task_id, :request_id, :uri, :kept_on, :body)"
    " ON CONFLICT (task_id) DO UPDATE SET guid = excluded.guid, request_id = excluded.request_id,"
    " uri = excluded.uri, kept_on = excluded.kept_on, body = excluded.body"
).bindparams(*(bindparam(each, type_=WORKSPACES.c[each].type) for each in KeptWorkspace._fields)))  # fmt: skip


def keep_workspace(connection: Connection, workspace: KeptWorkspace) -> None:
    """Keeps `workspace` in place of the one that its task had."""
    _KEEP.run(connection, workspace._asdict())


def read_workspace(connection: Connection, guid_or_task: str) -> KeptWorkspace | None:
    """The workspace with that guid, or the last one of that task."""
    named = (WORKSPACES.c.guid == guid_or_task) | (WORKSPACES.c.task_id == guid_or_task)
    columns = [WORKSPACES.c[each] for each in KeptWorkspace._fields]
    found = connection.execute(select(*columns).where(named)).first()
    return None if found is None else KeptWorkspace(*found)


# -- traces ------------------------------------------------------------------------------------------------------


class TracePart(NamedTuple):
    """The trace of one run: the context of its lines, how many there are, and the lines as they were written. It is
    of a request, of an event, or of both."""

    request_id: int | None
    task_id: str
    at: datetime
    lines: int
    body: bytes
    event_id: int | None = None


_ADD = Prepared(insert(TRACES).returning(TRACES.c.id), (*TracePart._fields, "size"))
_SIZE = Prepared(select(func.sum(TRACES.c.size)).where(TRACES.c.request_id == bindparam("request")))
_SELDOM = 64


def add_trace(connection: Connection, part: TracePart, limit: int = TRACE_LIMIT) -> None:
    """Adds `part`; where the request's trace outgrows `limit`, the oldest parts go. Only the size of what is there is
    looked at, and not each time for small parts."""
    number = _ADD.value(connection, {**part._asdict(), "size": len(part.body)})
    if part.request_id is None or (len(part.body) * _SELDOM < limit and number % _SELDOM):
        return
    if (_SIZE.value(connection, {"request": part.request_id}) or 0) <= limit:
        return
    of = TRACES.c.request_id == part.request_id
    sizes = connection.execute(select(TRACES.c.id, TRACES.c.size).where(of).order_by(TRACES.c.id.desc())).all()
    kept = 0
    for number, size in sizes:
        kept += size
        if kept > limit and number != sizes[0][0]:
            connection.execute(delete(TRACES).where(of, TRACES.c.id <= number))
            return


def read_trace(connection: Connection, request: int) -> tuple[TracePart, ...]:
    """The trace of `request`, as much of it as is kept, in order."""
    columns = [TRACES.c[each] for each in TracePart._fields]
    found = connection.execute(select(*columns).where(TRACES.c.request_id == request).order_by(TRACES.c.id))
    return tuple(TracePart(*row) for row in found)


def read_event_trace(connection: Connection, event: int) -> tuple[TracePart, ...]:
    """The trace of what Automate did upon an event, in order."""
    columns = [TRACES.c[each] for each in TracePart._fields]
    found = connection.execute(select(*columns).where(TRACES.c.event_id == event).order_by(TRACES.c.id))
    return tuple(TracePart(*row) for row in found)


# -- images ------------------------------------------------------------------------------------------------------


_KNOWN = Prepared(select(IMAGES.c.hash).where(IMAGES.c.hash == bindparam("hash")))
_KEEP_IMAGE = text(
    "INSERT INTO images (hash, body, kept_on) VALUES (:hash, :body, :kept_on) ON CONFLICT (hash) DO NOTHING"
).bindparams(bindparam("kept_on", type_=IMAGES.c.kept_on.type))


def keep_image(connection: Connection, digest: str, body: bytes, now: datetime) -> None:
    """Keeps an image by its hash, once."""
    if _KNOWN.first(connection, {"hash": digest}) is None:
        connection.execute(_KEEP_IMAGE, {"hash": digest, "body": body, "kept_on": now})


def read_image(connection: Connection, digest: str) -> bytes | None:
    """The image with that hash."""
    return connection.execute(select(IMAGES.c.body).where(IMAGES.c.hash == digest)).scalar()
