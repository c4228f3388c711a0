"""Purging: old events go, with what was followed for them (REQUESTS 5.5). Nothing is deleted unless it is asked for.

What is still needed stays: an event with a message in the queue, and those of requests that are not finished. It goes
by parts, each in a transaction of its own, so that workers do not wait for all of it.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select

from aelang.requests.store import Store
from aelang.requests.store.schema import EVENTS, QUEUE, REQUESTS, TRACES
from aelang.services.models import EVENTS as MODELS
from aelang.services.models import kinds_of

_PART = 500

_QUEUED = select(QUEUE.c.of_id).where(QUEUE.c.of_model.in_(sorted(MODELS)))
_OPEN = select(REQUESTS.c.id).where(REQUESTS.c.request_state != "finished")
_OLD = (
    select(EVENTS.c.id)
    .where(
        EVENTS.c.id > bindparam("after"),
        EVENTS.c.created_on < bindparam("before"),
        EVENTS.c.id.not_in(_QUEUED),
        ~(EVENTS.c.target_type.in_(kinds_of("MiqRequest").models) & EVENTS.c.target_id.in_(_OPEN))
        | EVENTS.c.target_type.is_(None),
    )
    .order_by(EVENTS.c.id)
    .limit(_PART)
)


def count_old(store: Store, before: datetime) -> int:
    """How many events would go that came before a time."""
    with store.reading() as connection:
        return sum(len(part) for part in _parts(lambda after: _old(connection, after, before)))


def purge(store: Store, before: datetime) -> int:
    """Deletes the events that came before a time, and says how many. Raises StoreError."""

    def remove(after: int) -> list[int]:
        with store.writing() as connection:
            numbers = _old(connection, after, before)
            connection.execute(delete(TRACES).where(TRACES.c.event_id.in_(numbers), TRACES.c.request_id.is_(None)))
            connection.execute(delete(EVENTS).where(EVENTS.c.id.in_(numbers)))
            return numbers

    return sum(map(len, _parts(remove)))


def _parts(take: Callable[[int], list[int]]) -> Iterator[list[int]]:
    after = 0
    while numbers := take(after):
        yield numbers
        after = numbers[-1]


def _old(connection: Connection, after: int, before: datetime) -> list[int]:
    return list(connection.execute(_OLD, {"after": after, "before": before}).scalars())
