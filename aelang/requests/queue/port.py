"""The port `Queue`: what a worker needs of a queue, whatever keeps it.

Everything is done in a transaction of the store, given as its connection: a message is put in with the writes that
ask for it, and goes with those that came of it. Times are of two kinds: `now` says what is due and may be a clock that
is put forward; `until` and `today` are the time of the machine, by which leases run out.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Connection

from aelang.requests.decision import Message
from aelang.services.records import Reference

READY, FUTURE, RUNNING, DEAD = "ready", "future", "running", "dead"
"""The states of a message. A done one is gone."""


class Item(NamedTuple):
    """A message as it stands in the queue."""

    number: int
    state: str
    method: str
    of: Reference
    request_id: int | None
    arguments: Mapping[str, Any]
    role: str | None
    zone: str | None
    server: int | None
    priority: int
    task_id: str | None
    deliver_on: datetime | None
    created_on: datetime
    worker: str | None
    fence: int
    attempts: int
    lease_until: datetime | None
    reason: str | None
    progress: Mapping[str, Any] | None = None


class Taker(NamedTuple):
    """Who takes messages: a worker, where it is, and the `roles` that it works for; all for None."""

    name: str
    zone: str | None = None
    server: int = 1
    roles: tuple[str, ...] | None = None


class Claimed(NamedTuple):
    """A message that a worker has taken. `fence` is higher for each one who takes it: who has a lower one than the
    message itself may not write any more. `attempts` counts how often it was taken, this time included; `progress` is
    how far the one before had come, where that was noted."""

    number: int
    fence: int
    method: str
    of: Reference
    request_id: int | None
    arguments: Mapping[str, Any]
    role: str | None
    priority: int
    task_id: str | None
    attempts: int
    progress: Mapping[str, Any] | None = None


class Lost(Exception):
    """The message was taken over by another worker: nothing of what was done with it may be written."""


class Queue(Protocol):
    """A queue. No two messages of one task id are running at once."""

    def put(self, connection: Connection, messages: Iterable[Message], now: datetime, request: int | None) -> None:
        """Puts `messages` in, in their order; `request` is what they are about."""

    def claim(self, connection: Connection, taker: Taker, now: datetime, until: datetime) -> Claimed | None:
        """Takes the first message by priority and number that is due and `taker` may have, under a lease `until`; None
        where there is none."""

    def check(self, connection: Connection, claimed: Claimed) -> None:
        """Sees, and keeps others from changing it, that the message is still the worker's. Raises Lost."""

    def acknowledge(self, connection: Connection, claimed: Claimed) -> None:
        """The message is done. Raises Lost."""

    def put_back(
        self, connection: Connection, claimed: Claimed, reason: str | None, due: datetime, now: datetime
    ) -> None:
        """The message is to be tried again, not before `due`; without a `reason` this attempt does not count. Raises
        Lost."""

    def bury(self, connection: Connection, claimed: Claimed, reason: str) -> None:
        """The message is given up, and waits with the `reason` for someone to look at it. Raises Lost."""

    def prolong(self, connection: Connection, claimed: Claimed, until: datetime) -> bool:
        """Prolongs the lease of a message at work; False where it was lost."""

    def note(self, connection: Connection, claimed: Claimed, progress: Mapping[str, Any]) -> bool:
        """Notes how far a message at work has come; who takes it next is told. False where it was lost."""

    def release(self, connection: Connection, worker: str) -> tuple[Item, ...]:
        """Frees what a worker had who is known to be dead; gives those that are buried for that, since it happened too
        often."""

    def take_over(self, connection: Connection, today: datetime, longest: datetime) -> tuple[Item, ...]:
        """Frees what is held beyond its lease, as `release` does. A lease that ends later than `longest`, as it may
        when a clock was put back, ends then."""
