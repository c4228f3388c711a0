"""The vocabulary of working a message: what it does in the store, and the runs of Automate in between.

A message is worked by a function of a `Step` and a connection. It writes what is to be written at once; where Automate
is to be run it gives back a generator, which yields each `Run` and is sent a new connection with what came of it. Each
stretch between two runs is one transaction; the last one also takes the message out of the queue.
"""

from collections.abc import Callable, Generator
from datetime import datetime
from typing import NamedTuple, TypeAlias

from sqlalchemy import Connection

from aelang.interpreter.outcome import Checkpoint, Failed, Finished, Outcome, Rollback, Undo
from aelang.interpreter.trace import Dropped, Event, StateProcessed
from aelang.requests.decision import AUTOMATE, Answer, Message, Refused
from aelang.requests.queue import Claimed
from aelang.requests.rows import Case, Task
from aelang.requests.store.cases import carry_out, enqueue, read_case


class Run(NamedTuple):
    """A run of Automate: its target, for which user, and on which image, by its hash (None: as the datastore now is).
    With a `checkpoint` it goes on there."""

    uri: str
    user: int | None
    image: str | None
    checkpoint: Checkpoint | None = None


class StateLeft(NamedTuple):
    """When a state was left, and how."""

    at: datetime
    event: StateProcessed
    attempt: int


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
    """A message that is being worked."""

    claimed: Claimed
    now: Callable[[], datetime]
    server: int

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


class Lapsed(Exception):
    """There is nothing more to do for the message: the text says why."""


Work: TypeAlias = Generator[Run, tuple[Connection, Ended], None]
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
        "undos": [[*each[:3], list(each.texts), each.value] for each in checkpoint.undos],
        "rollback": None if rollback is None else list(rollback),
    }


def read_checkpoint(step: Step) -> Checkpoint | None:
    """The checkpoint of a message, its records as references; None for one that begins."""
    found = step.claimed.arguments.get("checkpoint")
    if found is None:
        return None
    undos = tuple(Undo(machine, state, owner, tuple(texts), value) for machine, state, owner, texts, value in
                  found["undos"])  # fmt: skip
    rollback = None if found["rollback"] is None else Rollback(*found["rollback"])
    return Checkpoint(found["uri"], found["state_vars"], found["state_info"], found["root"], undos, rollback)
