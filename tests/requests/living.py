"""Requests as they live: in memory, or in a store. Tests carry out decisions with both and compare."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Protocol

from sqlalchemy import delete, select

from aelang.requests.creating import Numbers
from aelang.requests.decision import Answer, Decision, Event, Message, Refused
from aelang.requests.rows import Case, Person
from aelang.requests.store import Store
from aelang.requests.store.cases import RowNumbers, carry_out, read_case
from aelang.requests.store.schema import QUEUE
from aelang.services.records import Reference

BEGIN = datetime(2026, 11, 22, 10, tzinfo=UTC)
ADMIN = Person("admin", 1, "Administrator", administrator=True, approves=True)
ANN = Person("ann", 2, "Ann", tenant_id=1)
BOB = Person("bob", 3, "Bob", approves=True)
CAROL = Person("carol", 4, "Carol", approves=True)
GROUP = 7
GREG = Person("greg", 5, "greg", groups=frozenset([GROUP]))
PEOPLE = (ADMIN, ANN, BOB, CAROL, GREG)


class Queued(NamedTuple):
    """A message in the queue, as tests see it."""

    number: int
    message: Message


class Living(Protocol):
    """Where requests live."""

    def make(self, create: Callable[[Numbers], Answer], now: datetime) -> Case | Refused:
        """Carries out a creation."""

    def change(self, number: int, decide: Callable[[Case, Numbers], Answer], now: datetime) -> Answer:
        """Carries out a decision about the request `number`."""

    def case(self, number: int) -> Case:
        """The request `number` as it stands."""

    def queue(self) -> list[Queued]:
        """The messages that wait, the first first."""

    def take(self, number: int) -> None:
        """Takes a message away."""


class Memory:
    """Requests in memory."""

    def __init__(self) -> None:
        self._cases: dict[int, Case] = {}
        self._queue: list[Queued] = []
        self._numbers: dict[str, itertools.count[int]] = {}
        self._messages = itertools.count(1)

    def numbers(self, model: str) -> int:
        """The next id of a model."""
        return next(self._numbers.setdefault(model, itertools.count(1)))

    def make(self, create: Callable[[Numbers], Answer], now: datetime) -> Case | Refused:
        """Carries out a creation."""
        made = create(self.numbers)
        return made if isinstance(made, Refused) else self._keep(made)

    def change(self, number: int, decide: Callable[[Case, Numbers], Answer], now: datetime) -> Answer:
        """Carries out a decision about the request `number`."""
        decision = decide(self._cases[number], self.numbers)
        if isinstance(decision, Decision):
            self._keep(decision)
        return decision

    def _keep(self, decision: Decision) -> Case:
        self._cases[decision.case.request.id] = decision.case
        for each in (*(_raising(event) for event in decision.events if event.queued), *decision.messages):
            self._queue.append(Queued(next(self._messages), each))
        return decision.case

    def case(self, number: int) -> Case:
        """The request `number` as it stands."""
        return self._cases[number]

    def queue(self) -> list[Queued]:
        """The messages that wait, the first first."""
        return sorted(self._queue, key=lambda each: (each.message.priority, each.number))

    def take(self, number: int) -> None:
        """Takes a message away."""
        self._queue = [each for each in self._queue if each.number != number]


def _raising(event: Event) -> Message:
    method = "raise_policy_event" if event.policy else "call_automate_event"
    return Message(method, event.of, {"event": event.name})


class Kept:
    """Requests in a store."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def make(self, create: Callable[[Numbers], Answer], now: datetime) -> Case | Refused:
        """Carries out a creation."""
        with self.store.writing() as connection:
            made = create(RowNumbers(connection))
            if isinstance(made, Refused):
                return made
            carry_out(connection, None, made, now)
            return made.case

    def change(self, number: int, decide: Callable[[Case, Numbers], Answer], now: datetime) -> Answer:
        """Carries out a decision about the request `number`."""
        with self.store.writing() as connection:
            case = read_case(connection, number)
            assert case is not None
            decision = decide(case, RowNumbers(connection))
            if isinstance(decision, Decision):
                carry_out(connection, case, decision, now)
            return decision

    def case(self, number: int) -> Case:
        """The request `number` as it stands."""
        with self.store.reading() as connection:
            found = read_case(connection, number)
        assert found is not None
        return found

    def queue(self) -> list[Queued]:
        """The messages that wait, the first first."""
        with self.store.reading() as connection:
            rows = connection.execute(select(QUEUE).order_by(QUEUE.c.priority, QUEUE.c.id)).mappings().all()
        return [Queued(row["id"], _message(dict(row))) for row in rows]

    def take(self, number: int) -> None:
        """Takes a message away."""
        with self.store.writing() as connection:
            connection.execute(delete(QUEUE).where(QUEUE.c.id == number))


def _message(row: dict[str, object]) -> Message:
    of = Reference(str(row["of_model"]), row["of_id"])  # type: ignore[arg-type]  # an id
    return Message(
        str(row["method"]), of, row["arguments"], row["role"], row["priority"], row["task_id"], row["deliver_on"]  # type: ignore[arg-type]  # as written
    )  # fmt: skip


def later(steps: int) -> datetime:
    """So many minutes after the beginning."""
    return BEGIN + timedelta(minutes=steps)
