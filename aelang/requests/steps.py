"""The vocabulary of working a message: what it does in the store, and the runs of Automate in between.

A message is worked by a function of a `Step` and a connection. It writes what is to be written at once; where Automate
is to be run, or the world touched, it gives back a generator, which yields each `Run` and `Effect` and is sent a new
connection with what came of it. Each stretch between two of them is one transaction; the last one also takes the
message out of the queue.
"""

from collections.abc import Callable, Generator, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Connection

from aelang.interpreter.outcome import Checkpoint, Failed, Finished, Outcome, Rollback, Undo
from aelang.interpreter.trace import Dropped, Event, StateEntered, StateProcessed
from aelang.requests.decision import AUTOMATE, Answer, Message, Refused
from aelang.requests.queue import Claimed
from aelang.requests.rows import Case, Task
from aelang.requests.store.cases import carry_out, enqueue, read_case
from aelang.requests.store.record_rows import see_row
from aelang.services.records import Reference, Row


class Run(NamedTuple):
    """A run of Automate: its target, for which user, and on which image, by its hash (None: as the datastore now is).
    With a `checkpoint` it goes on there; `begins_at` is the state at which that has it begin anew. `written`: the
    journal says already that its methods are at work. `seen` are records that it will ask for, as they stand at the
    end of the transaction before it. `said` is a line that its trace begins with."""

    uri: str
    user: int | None
    image: str | None
    checkpoint: Checkpoint | None = None
    begins_at: str | None = None
    written: bool = False
    seen: tuple[Row, ...] = ()
    said: str = ""


class Effect(NamedTuple):
    """Something that is done in the world, in no transaction: what `do` gives comes back. A crash may have it done
    again."""

    do: Callable[[], object]


class StateLeft(NamedTuple):
    """When a state was left, and how; `within` are the states of the machines around it, the outermost first."""

    at: datetime
    event: StateProcessed
    attempt: int
    within: tuple[str, ...] = ()


class StateAt(NamedTuple):
    """A state that was entered, when, and what would undo it."""

    event: StateEntered
    since: datetime
    attempt: int
    undo: Undo | None = None


class Ended(NamedTuple):
    """A run that came back: its outcome, what it told, and the states it went through."""

    outcome: Outcome
    events: tuple[Event, ...]
    states: tuple[StateLeft, ...]
    image: str
    workspace: bytes | None = None
    """What its workspace looked like, packed."""
    state: str | None = None
    """The state in which it came to its end, or waits."""
    position: tuple[tuple[str, str], ...] = ()
    """Where it came to its end: the machine and its state, the outermost first."""
    edited: bool = False
    """Whether a method of it changed the datastore, and `image` is what came of that."""
    trace: bytes = b""
    """The events, packed, and when each was told."""

    @property
    def reason(self) -> str | None:
        """Why it did not do what it was to do; None where it did."""
        match self.outcome:
            case Failed(error):
                return error.message or type(error).__name__
            case Finished(result, reason, workspace=workspace) if result.lower() == "error":
                return _why_nothing(self) if workspace.root is None else reason or "it ended in error"
            case _:
                return None


def _why_nothing(ended: Ended) -> str:
    dropped = [each for each in ended.events if isinstance(each, Dropped)]
    return "nothing was instantiated" + "".join(f": {each.message}" for each in dropped[-1:])


class Step(NamedTuple):
    """A message that is being worked. `stays` says whether its worker may stay with it for one more run, where it could
    as well be put in again: others wait meanwhile."""

    claimed: Claimed
    now: Callable[[], datetime]
    server: int
    stays: Callable[[], bool] = lambda: False

    @property
    def request(self) -> int:
        """The id of the request that it is about. Raises Lapsed for a message that is about none."""
        if self.claimed.request_id is None:
            raise Lapsed("it is about no request")
        return self.claimed.request_id

    @property
    def context(self) -> str | None:
        """The task id of the message: what its lines, and the events that come of it, have for a context."""
        return self.claimed.task_id

    def case(self, connection: Connection) -> Case:
        """The request and its tasks as they stand. Raises Lapsed where it is gone."""
        found = read_case(connection, self.request, approvals=False)  # no step looks at them
        if found is None:
            raise Lapsed(f"request {self.request} is not there any more")
        return found

    def record(self, connection: Connection) -> Row:
        """The request as a record, for those who only look. Raises Lapsed where it is gone."""
        found = see_row(connection, "MiqRequest", self.request)
        if found is None:
            raise Lapsed(f"request {self.request} is not there any more")
        return found

    def task(self, case: Case) -> Task:
        """The task that the message is of. Raises Lapsed where it is gone."""
        try:
            return case.task(self.claimed.of.id)
        except KeyError:
            raise Lapsed(f"task {self.claimed.of.id} is not there any more") from None

    def carry(self, connection: Connection, before: Case, answer: Answer) -> Case:
        """Writes what was decided, and gives the case after it. Raises Lapsed for what was refused."""
        if isinstance(answer, Refused):
            raise Lapsed(answer.sentence)
        carry_out(connection, before, answer, self.now(), self.context)
        return answer.case

    def again(self, checkpoint: Checkpoint, due: datetime, server: int | None) -> Message:
        """The message with which a task goes on at `due`."""
        return Message(
            "deliver", self.claimed.of, {"checkpoint": checkpoint_values(checkpoint)}, AUTOMATE, 100,
            self.claimed.task_id, due, server=server,
        )  # fmt: skip

    def put(self, connection: Connection, *messages: Message) -> None:
        """Queues `messages`."""
        enqueue(connection, messages, self.now(), self.claimed.request_id)


def see(connection: Connection, *asked: Reference) -> tuple[Row, ...]:
    """The records `asked` as they stand, for a `Run` that will ask for them; those that are gone are left out."""
    found = (see_row(connection, *each) for each in asked)
    return tuple(each for each in found if each is not None)


class Lapsed(Exception):
    """There is nothing more to do for the message: the text says why."""


Work: TypeAlias = Generator["Run | Effect", tuple[Connection, Any], None]
"""Sent back to it are a new connection, and the `Ended` of a run or what an effect gave."""
Handler: TypeAlias = Callable[[Step, Connection], "Work | None"]


# -- checkpoints in messages -------------------------------------------------------------------------------------


def checkpoint_values(checkpoint: Checkpoint) -> dict[str, object]:
    """`checkpoint` as the arguments of a message have it."""
    rollback = checkpoint.rollback
    return {
        "uri": checkpoint.uri,
        "root": dict(checkpoint.root),
        "state_vars": dict(checkpoint.state_vars),
        "state_info": {name: dict(saved) for name, saved in checkpoint.state_info.items()},
        "undos": undo_values(checkpoint.undos),
        "rollback": None if rollback is None else list(rollback),
    }


def read_checkpoint(step: Step) -> Checkpoint | None:
    """The checkpoint of a message, its records as references; None for one that begins."""
    found = step.claimed.arguments.get("checkpoint")
    if found is None:
        return None
    undos, rollback = read_undos(found["undos"]), None if found["rollback"] is None else Rollback(*found["rollback"])
    return Checkpoint(found["uri"], found["state_vars"], found["state_info"], found["root"], undos, rollback)


def undo_values(undos: Iterable[Undo]) -> list[list[Any]]:
    """`undos` as a message has them."""
    return [[*each[:3], list(each.texts), each.value] for each in undos]


def read_undos(kept: Iterable[Sequence[Any]]) -> tuple[Undo, ...]:
    """The undos of a message."""
    return tuple(Undo(machine, state, owner, tuple(texts), value) for machine, state, owner, texts, value in kept)
