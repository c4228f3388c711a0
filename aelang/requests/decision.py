"""Decisions: what a transition makes of a case, what is to be queued after it; or why it is refused."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from aelang.requests.rows import Approval, Case, Request, Task
from aelang.services.records import Reference

DEFAULT_PRIORITY = 100
HIGH_PRIORITY = 20
AUTOMATE = "automate"


class Message(NamedTuple):
    """What a worker is to do: the method `method` of the record `of`. No two of one `task_id` are worked at once. Only
    workers of its `zone`, and of its `server`, take it, where it says one."""

    method: str
    of: Reference
    arguments: Mapping[str, Any] = {}
    role: str | None = None
    priority: int = DEFAULT_PRIORITY
    task_id: str | None = None
    deliver_on: datetime | None = None
    zone: str | None = None
    server: int | None = None


class Event(NamedTuple):
    """What Automate is told has happened to `of`. `policy` events go their own way. A `queued` one becomes a message
    of its own; any other is raised by whoever carries out the decision, before anything else."""

    name: str
    of: Reference
    policy: bool = False
    queued: bool = True


class Decision(NamedTuple):
    """A case after a transition, the events that it raises, and the messages that follow, in this order."""

    case: Case
    events: tuple[Event, ...] = ()
    messages: tuple[Message, ...] = ()

    def then(self, other: "Decision") -> "Decision":
        """This decision with `other`, which went on from its case, behind it."""
        return Decision(other.case, self.events + other.events, self.messages + other.messages)


class Refused(NamedTuple):
    """A transition that may not be: nothing changes. The sentence says why, for people."""

    sentence: str


Answer: TypeAlias = Decision | Refused
"""What becomes of a transition."""


class Write(NamedTuple):
    """Columns of a row to be written."""

    of: Reference
    columns: Mapping[str, Any]


class Changes(NamedTuple):
    """What a decision does to the rows: those that are new, and what is written to those that were there."""

    new: tuple[Request | Approval | Task, ...]
    writes: tuple[Write, ...]


def changes(before: Case | None, after: Case) -> Changes:
    """What leads from `before` (None: from nothing) to `after`, and not a column more."""
    known = {} if before is None else {each.reference: each for each in _rows(before)}
    new: list[Request | Approval | Task] = []
    writes: list[Write] = []
    for each in _rows(after):
        old = known.get(each.reference)
        if old is None:
            new.append(each)
        elif old is not each and (columns := _differing(old, each)):
            writes.append(Write(each.reference, columns))
    return Changes(tuple(new), tuple(writes))


def _rows(case: Case) -> Iterator[Request | Approval | Task]:
    yield case.request
    yield from case.approvals
    yield from case.tasks


def _differing(old: Request | Approval | Task, new: Request | Approval | Task) -> dict[str, Any]:
    pairs = zip(old._fields, old, new, strict=True)
    return {name: value for name, was, value in pairs if was is not value and was != value}
