"""The store as the records behind service models: what a method reads and writes, and what it has happen.

Each call is a transaction of its own: a run may take its time, and nobody waits for it. What is asked of requests,
approvals and tasks is decided by the same functions as everywhere; anything else happens as it does in an inventory.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import NamedTuple, Protocol, TypeAlias, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DataError, DBAPIError, StatementError

from aelang.interpreter.values import RunValue, to_text
from aelang.requests import approving, creating
from aelang.requests import tasks as lifecycle
from aelang.requests.acting import DECLINED, NO_ACTS, Act, Acting, Acts, Asked, Declined, Outside
from aelang.requests.decision import Answer as Decided
from aelang.requests.decision import Refused
from aelang.requests.people import find_person
from aelang.requests.rows import Case, Person
from aelang.requests.store.cases import RowNumbers, carry_out, read_case, request_of
from aelang.requests.store.record_rows import create_row, delete_row, find_row, find_rows, write_row
from aelang.services.executing import NewRequest, requested
from aelang.services.models import ancestors
from aelang.services.ports import Answer, Command
from aelang.services.records import Reference, Row
from aelang.services.simulation import act

_Arguments = tuple[RunValue, ...]
_Written = TypeVar("_Written")


class Transactions(Protocol):
    """A store, or what stands before it."""

    def reading(self) -> AbstractContextManager[Connection]:
        """A transaction that sees one state of the store. Raises StoreError."""

    def writing(self) -> AbstractContextManager[Connection]:
        """A transaction that writes all or nothing. Raises StoreError."""


class StoreRecords:
    """Fills `ports.KeptRecords` from `store`. `context` is the task id of the message that is being worked, `request`
    what it is about: events that come of its run have them too. `acts` go before what happens in an inventory."""

    def __init__(
        self,
        store: Transactions,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        rules: approving.Rules = approving.RULES,
        context: str | None = None,
        acts: Acts = NO_ACTS,
    ) -> None:
        self._store = store
        self._now = now
        self._rules = rules
        self._acts = acts
        self.context = context
        self.request: int | None = None
        self.message: int | None = None
        self.calls = 0

    def now(self) -> datetime:
        """The time."""
        return self._now()

    def find(self, model: str, id: int) -> Row | None:  # noqa: A002 - the records' own word
        """The record of `model`, or of a kind of it. Raises StoreError."""
        with self._store.reading() as connection:
            return find_row(connection, model, id)

    def where(self, model: str, conditions: Mapping[str, RunValue]) -> Sequence[Row]:
        """The records of `model` and its kinds whose columns equal `conditions`, by id. Raises StoreError."""
        with self._store.reading() as connection:
            return find_rows(connection, model, conditions)

    def write(self, of: Reference, change: Callable[[Mapping[str, RunValue]], Mapping[str, RunValue]]) -> None:
        """Writes what `change` gives for the columns as they stand, under lock. Raises ValueError where the record is
        gone, or where a value cannot be kept; StoreError."""
        with self._store.writing() as connection:
            row = find_row(connection, of.model, of.id)
            if row is None:
                raise ValueError(f"{of.model} {of.id} is not there any more")
            _kept(lambda: write_row(connection, row, change(row.columns)))

    def create(self, model: str, columns: Mapping[str, RunValue]) -> Reference:
        """Takes a record in. Raises ValueError for what cannot be kept; StoreError."""
        with self._store.writing() as connection:
            return _kept(lambda: create_row(connection, model, columns))

    def delete(self, of: Reference) -> None:
        """Takes a record away. Raises StoreError."""
        with self._store.writing() as connection:
            delete_row(connection, of)

    def execute(self, command: Command) -> Answer:
        """Does `command`. Raises LookupError for one that is not known, ValueError for arguments that it cannot take
        and for a request that cannot be made; StoreError."""
        if command.of is None:
            wanted = requested(self, command.name, command.arguments)
            return act(self, command) if wanted is None else self._create(wanted)
        asked = (ancestors(command.of.model)[-1], command.name)
        decide = _DECIDED.get(asked)
        if decide is not None:
            self._decide(command.of, command.arguments, decide)
            return None
        answer = self._act(command.of, command, self._acts[asked]) if asked in self._acts else DECLINED
        return act(self, command) if isinstance(answer, Declined) else answer

    def _act(self, of: Reference, command: Command, act: Act | Outside) -> "Answer | Declined":
        if isinstance(act, Outside):
            row = self.find(*of)
            if row is None:
                raise ValueError(f"{of.model} {of.id} is not there any more")
            self.calls += 1
            key = f"{self.message}.{self.calls}"
            done = act.first(Asked(self.find, row, command.arguments, self.now(), key, self.context, self.request))
            if isinstance(done, Declined):
                return done
            then = act.then
            return self._act_within(of, command, lambda acting: then(acting, done))
        return self._act_within(of, command, act)

    def _act_within(self, of: Reference, command: Command, act: Act) -> "Answer | Declined":
        with self._store.writing() as connection:
            row = find_row(connection, *of)
            if row is None:
                raise ValueError(f"{of.model} {of.id} is not there any more")
            acting = Acting(connection, row, command.arguments, self.now(), self.context, self.request)
            return _kept(lambda: act(acting))

    # -- requests --------------------------------------------------------------------------------------------------

    def _create(self, wanted: NewRequest) -> Reference:
        columns = dict(wanted.columns)
        source, options = columns.get("source_id"), columns.get("options")
        asked = creating.Wanted(
            wanted.model,
            options if isinstance(options, dict) else {},
            to_text(columns.get("description")),
            to_text(columns.get("request_type")) or None,
            Reference(to_text(columns["source_type"]), source) if isinstance(source, int) else None,
            auto_approve=wanted.approved,
        )
        requester = find_person(self, wanted.userid, automate=True)
        with self._store.writing() as connection:
            now = self.now()
            made = creating.create(asked, requester, RowNumbers(connection), now, self._rules)
            if isinstance(made, Refused):
                raise ValueError(made.sentence)
            _kept(lambda: carry_out(connection, None, made, now, self.context))
            return made.case.request.reference

    def _decide(self, of: Reference, arguments: _Arguments, decide: "_Decide") -> None:
        """What is refused changes nothing, and a method is not told: it gets true whatever becomes of it."""
        by, reason = self._speaker(arguments) if decide in (_approve, _deny) else (_NOBODY, "")
        with self._store.writing() as connection:
            case, now = _case(connection, of), self.now()
            decision = decide(_Asked(case, of, arguments, by, reason, now, self._rules))
            if not isinstance(decision, Refused):
                _kept(lambda: carry_out(connection, case, decision, now, self.context))

    def _speaker(self, arguments: _Arguments) -> tuple[Person, str]:
        """For whom a method speaks, and why; one who is not known is only a name."""
        userid, reason = (*map(to_text, arguments), "", "")[:2]
        return find_person(self, userid, automate=True) or Person(userid, name=userid, automate=True), reason


_NOBODY = Person("", automate=True)


class _Asked(NamedTuple):
    """What a method asks of a request, an approval or a task."""

    case: Case
    of: Reference
    arguments: _Arguments
    by: Person
    reason: str
    now: datetime
    rules: approving.Rules


def _case(connection: Connection, of: Reference) -> Case:
    number = request_of(connection, of)
    case = None if number is None else read_case(connection, number)
    if case is None:
        raise ValueError(f"{of.model} {of.id} is not there any more")
    return case


def _kept(write: Callable[[], _Written]) -> _Written:
    """Does `write`. Raises ValueError for values that the database does not take."""
    try:
        return write()
    except StatementError as fault:
        if isinstance(fault, DBAPIError) and not isinstance(fault, DataError):
            raise
        raise ValueError(f"this cannot be kept: {str(fault.orig).splitlines()[0]}") from None


def _approve(asked: _Asked) -> Decided:
    return approving.approve(asked.case, asked.by, asked.reason, asked.now, asked.rules, _meant(asked.of))


def _deny(asked: _Asked) -> Decided:
    return approving.deny(asked.case, asked.by, asked.reason, asked.now, _meant(asked.of))


def _meant(of: Reference) -> int | None:
    """The approval that is meant, where one was asked and not its request."""
    return of.id if of.model == "MiqApproval" else None


def _pending(asked: _Asked) -> Decided:
    return approving.pending(asked.case)


def _execute(asked: _Asked) -> Decided:
    return lifecycle.execute(asked.case, asked.of.id, asked.now)


def _update(asked: _Asked) -> Decided:
    (columns,) = asked.arguments
    assert isinstance(columns, dict)  # `options` calls it so
    return lifecycle.update(asked.case, asked.of.id, columns, asked.now)


_Decide: TypeAlias = Callable[[_Asked], Decided]

_DECIDED: Mapping[tuple[str, str], _Decide] = {
    ("MiqApproval", "approve"): _approve,
    ("MiqApproval", "deny"): _deny,
    ("MiqRequest", "approve"): _approve,
    ("MiqRequest", "deny"): _deny,
    ("MiqRequest", "pending"): _pending,
    ("MiqRequestTask", "execute"): _execute,
    ("MiqRequestTask", "update_task"): _update,
}
"""What the life of a request decides, by the base of the model that is asked."""
