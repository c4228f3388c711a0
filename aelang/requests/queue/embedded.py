"""The queue in the store's own table.

What is due is found by a partial index over `ready` messages; later ones have a state of their own until they are due.
That no two of a task id run at once is looked at when one is chosen, and guarded by a unique index over the running
ones: of two workers who choose at the same moment, the second is turned away and chooses again.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    delete,
    func,
    literal,
    or_,
    select,
    text,
    update,
)  # fmt: skip
from sqlalchemy.exc import IntegrityError

from aelang.requests.decision import Message
from aelang.requests.queue.port import DEAD, READY, Claimed, Item, Lost, Taker
from aelang.requests.store.cases import enqueue
from aelang.requests.store.prepared import Given, Prepared, Row
from aelang.requests.store.schema import QUEUE
from aelang.services.records import Reference

MOST_DEATHS = 25
"""How often a message may be at work when its worker dies: it may be what kills them."""

_FRESH = timedelta(milliseconds=20)  # what became due since then may wait for it
_CHOICES = 50  # that many times another worker may be faster
_DIED = "the worker died each time while it was at this"

_ITEM = [
    QUEUE.c[each]
    for each in ("id", "state", "method", "of_model", "of_id", "request_id", "arguments", "role", "zone", "server",
                 "priority", "task_id", "deliver_on", "created_on", "worker", "fence", "attempts", "lease_until",
                 "reason", "progress")
]  # fmt: skip
_CLAIMED = [
    QUEUE.c[each]
    for each in ("id", "fence", "method", "of_model", "of_id", "request_id", "arguments", "role", "priority",
                 "task_id", "attempts", "progress")
]  # fmt: skip


def _is(state: str) -> ColumnElement[bool]:
    """In words, and not as a parameter: only then SQLite looks into a partial index."""
    return text(f"queue.state = '{state}'")  # type: ignore[return-value]  # a condition it is


_HELD = and_(_is("running"), QUEUE.c.id == bindparam("number"), QUEUE.c.fence == bindparam("held"))
_DUE = Prepared(update(QUEUE).where(_is("future"), QUEUE.c.deliver_on <= bindparam("now")).values(state=READY))
_CHECK = Prepared(select(QUEUE.c.id).where(_HELD).with_for_update())
_DONE = Prepared(delete(QUEUE).where(_HELD))
_PROLONG = Prepared(update(QUEUE).where(_HELD).values(lease_until=bindparam("until")))
_NOTE = Prepared(update(QUEUE).where(_HELD).values(progress=bindparam("said")))
_LET_GO: dict[str, None] = {"worker": None, "lease_until": None}
_BACK = Prepared(update(QUEUE).where(_HELD).values(
    state=bindparam("next"), deliver_on=bindparam("due"), reason=bindparam("why"),
    attempts=QUEUE.c.attempts - bindparam("less", type_=QUEUE.c.attempts.type), **_LET_GO,
))  # fmt: skip
_BURY = Prepared(update(QUEUE).where(_HELD).values(state=DEAD, reason=bindparam("why"), **_LET_GO))
_TOO_OFTEN = QUEUE.c.attempts >= MOST_DEATHS
_FREE = update(QUEUE).values(
    state=case((_TOO_OFTEN, literal(DEAD)), else_=literal(READY)),
    reason=case((_TOO_OFTEN, literal(_DIED)), else_=QUEUE.c.reason),
    **_LET_GO,
).returning(*_ITEM)  # fmt: skip
_RELEASE = _FREE.where(_is("running"), QUEUE.c.worker == bindparam("name"))
_TAKE_OVER = _FREE.where(_is("running"), QUEUE.c.lease_until < bindparam("today"))
_SHORTEN = update(QUEUE).where(_is("running"), QUEUE.c.lease_until > bindparam("longest")).values(
    lease_until=bindparam("longest")
)  # fmt: skip


class EmbeddedQueue:
    """Fills `port.Queue`."""

    def __init__(self) -> None:
        self._promoted: datetime | None = None

    def put(self, connection: Connection, messages: Iterable[Message], now: datetime, request: int | None) -> None:
        """Puts `messages` in, in their order."""
        enqueue(connection, messages, now, request)

    def claim(self, connection: Connection, taker: Taker, now: datetime, until: datetime) -> Claimed | None:
        """Takes the first message that is due and `taker` may have."""
        is_fresh = self._promoted is not None and timedelta(0) <= now - self._promoted < _FRESH
        if not is_fresh:
            self._promote(connection, now)
        found = self._take(connection, taker, until)
        if found is None and is_fresh:
            self._promote(connection, now)
            found = self._take(connection, taker, until)
        return found

    def _promote(self, connection: Connection, now: datetime) -> None:
        _DUE.run(connection, {"now": now})
        self._promoted = now

    def _take(self, connection: Connection, taker: Taker, until: datetime) -> Claimed | None:
        given = {"name": taker.name, "until": until, "my_zone": taker.zone, "my_server": taker.server}
        statement = _claim(taker.roles)
        if connection.dialect.name == "sqlite":  # one writer at a time: nobody can be faster
            return _claimed(statement.first(connection, given))
        for _ in range(_CHOICES):
            try:
                with connection.begin_nested():
                    return _claimed(statement.first(connection, given))
            except IntegrityError:
                continue
        return None

    def check(self, connection: Connection, claimed: Claimed) -> None:
        """Sees that the message is still the worker's."""
        if _CHECK.first(connection, _held(claimed)) is None:
            raise Lost

    def acknowledge(self, connection: Connection, claimed: Claimed) -> None:
        """The message is done."""
        _hit(connection, _DONE, _held(claimed))

    def put_back(
        self, connection: Connection, claimed: Claimed, reason: str | None, due: datetime, now: datetime
    ) -> None:
        """The message is to be tried again, not before `due`."""
        waits = due > now
        given = {"next": "future" if waits else READY, "due": due if waits else None, "why": reason}
        _hit(connection, _BACK, {**_held(claimed), **given, "less": 1 if reason is None else 0})

    def bury(self, connection: Connection, claimed: Claimed, reason: str) -> None:
        """The message is given up."""
        _hit(connection, _BURY, {**_held(claimed), "why": reason})

    def prolong(self, connection: Connection, claimed: Claimed, until: datetime) -> bool:
        """Prolongs the lease."""
        return _PROLONG.run(connection, {**_held(claimed), "until": until}) == 1

    def note(self, connection: Connection, claimed: Claimed, progress: Mapping[str, Any]) -> bool:
        """Notes how far it has come."""
        return _NOTE.run(connection, {**_held(claimed), "said": progress}) == 1

    def release(self, connection: Connection, worker: str) -> tuple[Item, ...]:
        """Frees what a dead worker had."""
        return _buried(connection.execute(_RELEASE, {"name": worker}).all())

    def take_over(self, connection: Connection, today: datetime, longest: datetime) -> tuple[Item, ...]:
        """Frees what is held beyond its lease."""
        connection.execute(_SHORTEN, {"longest": longest})
        return _buried(connection.execute(_TAKE_OVER, {"today": today}).all())


def _held(claimed: Claimed) -> dict[str, Any]:
    return {"number": claimed.number, "held": claimed.fence}


def _hit(connection: Connection, statement: Prepared, given: Given) -> None:
    if statement.run(connection, given) != 1:
        raise Lost


@cache
def _claim(roles: tuple[str, ...] | None) -> Prepared:
    return Prepared(
        update(QUEUE)
        .where(QUEUE.c.id == _first(roles).scalar_subquery())
        .values(
            state="running",
            worker=bindparam("name"),
            lease_until=bindparam("until"),
            fence=func.coalesce(QUEUE.c.fence, 0) + 1,
            attempts=QUEUE.c.attempts + 1,
        )
        .returning(*_CLAIMED)
    )


def _first(roles: tuple[str, ...] | None) -> Select[Any]:
    waiting, running = QUEUE.alias("waiting"), QUEUE.alias("at_work")
    same = select(running.c.id).where(text("at_work.state = 'running'"), running.c.task_id == waiting.c.task_id)
    chosen = select(waiting.c.id).where(
        text("waiting.state = 'ready'"),
        ~same.exists(),
        or_(waiting.c.zone.is_(None), waiting.c.zone == bindparam("my_zone")),
        or_(waiting.c.server.is_(None), waiting.c.server == bindparam("my_server")),
    )
    if roles is not None:
        chosen = chosen.where(or_(waiting.c.role.is_(None), *(waiting.c.role == each for each in roles)))
    return chosen.order_by(waiting.c.priority, waiting.c.id).limit(1).with_for_update(skip_locked=True, of=waiting)


def _claimed(row: Row | None) -> Claimed | None:
    if row is None:
        return None
    number, fence, method, model, of, *others = tuple(row)
    return Claimed(number, fence, method, Reference(model, of), *others)


def _buried(rows: Iterable[Row]) -> tuple[Item, ...]:
    return tuple(item for item in map(_item, rows) if item.state == DEAD)


def _item(row: Row) -> Item:
    number, state, method, model, of, *others = tuple(row)
    item = Item(number, state, method, Reference(model, of), *others)
    return item._replace(fence=item.fence or 0)


# -- for people --------------------------------------------------------------------------------------------------


def list_items(
    connection: Connection, states: Iterable[str] | None = None, request: int | None = None, limit: int = 1000
) -> tuple[Item, ...]:
    """The messages that there are, in the order in which they are worked when all are due; those in `states`, and of
    `request`, where that is said."""
    asked = select(*_ITEM).order_by(QUEUE.c.priority, QUEUE.c.id).limit(limit)
    if states is not None:
        asked = asked.where(QUEUE.c.state.in_(list(states)))
    if request is not None:
        asked = asked.where(QUEUE.c.request_id == request)
    return tuple(map(_item, connection.execute(asked)))


def read_item(connection: Connection, number: int) -> Item | None:
    """The message `number`, None where it is done or never was."""
    found = connection.execute(select(*_ITEM).where(QUEUE.c.id == number)).one_or_none()
    return None if found is None else _item(found)


def requeue(connection: Connection, number: int) -> bool:
    """Makes a dead message ready again, as if it had never been tried; False where it is not dead."""
    again = update(QUEUE).where(QUEUE.c.id == number, QUEUE.c.state == DEAD)
    done = connection.execute(again.values(state=READY, reason=None, attempts=0, deliver_on=None))
    return done.rowcount == 1


def next_due(connection: Connection) -> datetime | None:
    """When the next message that waits is due."""
    first = select(QUEUE.c.deliver_on).where(_is("future")).order_by(QUEUE.c.deliver_on).limit(1)
    return connection.execute(first).scalar()


def hurry(connection: Connection, request: int) -> None:
    """Makes the messages of `request` that wait due at once; but for those that a worker is just making ready itself:
    it may wait for the request, which is locked here."""
    of = and_(_is("future"), QUEUE.c.request_id == request)
    free = select(QUEUE.c.id).where(of).with_for_update(skip_locked=True)
    connection.execute(update(QUEUE).where(QUEUE.c.id.in_(free)).values(state=READY, deliver_on=None))
