"""Progress: what a run that is at work has done so far, as its message in the queue has it.

The next attempt begins anew. Who looks meanwhile sees where it is; and where nothing more is to be done, since the
request is cancelled, it is known what a dead worker had done, and so it can be undone.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from aelang.interpreter.outcome import Checkpoint, Rollback, Undo
from aelang.requests.steps import read_undos, undo_values
from aelang.requests.store.keeping import Entry

AT_WORK, CUT_OFF = "At work", "Cut off"
"""What is said of a state that is not left: a worker is at it, or was when it died."""


class Left(NamedTuple):
    """A state that was left: when, how, at which attempt; `within` are the states of the machines around it."""

    state: str
    at: datetime
    result: str
    attempt: int
    within: tuple[str, ...] = ()


class Inside(NamedTuple):
    """A state that was entered and not left, the machine that it is of, since when, and at which attempt."""

    state: str
    machine: str
    since: datetime
    attempt: int = 1


class Progress(NamedTuple):
    """The states that a run has left, and those that it is in, the outermost first. `machine` is its outermost machine,
    and `state` the last state of that which it was in. `undos` undo all that it has done, last first; those of states
    `at_work` (machine and state) may find nothing to undo."""

    left: tuple[Left, ...] = ()
    inside: tuple[Inside, ...] = ()
    machine: str = ""
    state: str = ""
    undos: tuple[Undo, ...] = ()
    at_work: tuple[tuple[str, str], ...] = ()
    fence: int = 0
    """Which attempt it was."""

    def after(self, before: "Progress") -> "Progress":
        """This one, with what is to be undone of the attempt `before`: it may have come further, and what it has
        completed it knows better than who is at it again."""
        if not before.undos:
            return self
        earlier, own = before.undos_of, self.undos_of
        known = {at for at in self.at_work if at in earlier and at not in before.at_work}
        every = {**earlier, **{at: undo for at, undo in own.items() if at not in known}}
        order = [*own] if earlier.keys() <= own.keys() else [*earlier, *(at for at in own if at not in earlier)]
        at_work = ({*self.at_work} - known) | ({*before.at_work} - own.keys())
        return self._replace(undos=tuple(every[at] for at in order), at_work=tuple(sorted(at_work)))

    @property
    def undos_of(self) -> "dict[tuple[str, str], Undo]":
        """The undos by machine and state."""
        return {each[:2]: each for each in self.undos}

    def back(self, checkpoint: Checkpoint, reason: str, *, is_done: bool) -> Checkpoint | None:
        """`checkpoint`, at which the run had begun, with the rollback of all that it has done; None where that is
        nothing. `is_done` says whether the states that are at work have done something that is to be undone."""
        undos = tuple(each for each in self.undos if is_done or each[:2] not in self.at_work)
        rollback = checkpoint.rollback or Rollback(self.machine, reason, self.state, failed=False)
        return checkpoint._replace(undos=undos, rollback=rollback) if undos else None


def state_lines(progress: Progress, line: Entry, status: str) -> tuple[Entry, ...]:
    """What the journal says of the states that `progress` tells of, like `line`: those that were left came to what they
    came to, and those that were not have `status`."""
    left = (
        line._replace(status=each.result.capitalize(), at=each.at, state=each.state, attempt=each.attempt,
                      detail={"within": list(each.within)} if each.within else None)
        for each in progress.left
    )  # fmt: skip
    inside = (
        line._replace(status=status, at=each.since, state=each.state, attempt=each.attempt,
                      detail={"within": [around.state for around in progress.inside[:place]]} if place else None)
        for place, each in enumerate(progress.inside)
    )  # fmt: skip
    return (*left, *inside)


def progress_values(progress: Progress) -> dict[str, Any]:
    """`progress` as the queue keeps it."""
    states = {
        "left": [each._asdict() for each in progress.left],
        "inside": [each._asdict() for each in progress.inside],
    }
    return {**progress._asdict(), **states, "undos": undo_values(progress.undos)}


def read_progress(kept: Mapping[str, Any] | None) -> Progress | None:
    """What the queue kept; None where that is nothing."""
    if not kept:
        return None
    left = tuple(Left(**{**each, "within": tuple(each["within"])}) for each in kept["left"])
    inside = tuple(Inside(**each) for each in kept["inside"])
    at_work = tuple((machine, state) for machine, state in kept["at_work"])
    return Progress(left, inside, kept["machine"], kept["state"], read_undos(kept["undos"]), at_work, kept["fence"])
