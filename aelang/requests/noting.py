"""Noting: what the run at work has done so far is written to its message, so that nobody has to guess at it.

1. What would undo a state is written before the state begins, and what it gave when the next one begins: a worker may
   die at any moment, and the request be cancelled before another one takes the message over. Machines without an `undo`
   write nothing.
2. Where a run is, is written by the thread that holds its lease, of a run that takes long.
3. A run that takes long looks now and then, between two states, whether its request is to be cancelled, and is left
   there if so: it comes back as one that wants to go on at once.
"""

import threading
import time
from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select

from aelang.interpreter.outcome import Undo
from aelang.interpreter.trace import Dropped, Event, MethodCalled, MethodEnded, StateEntered, StateProcessed
from aelang.interpreter.workspace import Workspace
from aelang.requests.cancelling import CANCEL_REQUESTED
from aelang.requests.progress import Inside, Left, Progress, progress_values, read_progress
from aelang.requests.queue import Claimed, Queue
from aelang.requests.steps import Run, StateAt, Step
from aelang.requests.store import Store
from aelang.requests.store.prepared import Prepared
from aelang.requests.store.schema import TASKS
from aelang.requests.traces import Telling
from aelang.requests.worker_journal import task_number
from aelang.value_json import ValueWriting

_LOOK = 1.0  # seconds between two looks whether the request is to be cancelled
_MOST_STATES = 200  # that are told, of a machine that goes round and round

_STANDS = Prepared(select(TASKS.c.cancelation_status).where(TASKS.c.id == bindparam("number")))


class CutShort(Exception):
    """The run is to be left where it is, between two states."""


class _AtWork(NamedTuple):
    """A run that is looked after: its message, what it tells, how far the attempt before it had come, and the task
    whose machine it runs."""

    claimed: Claimed
    telling: Telling
    before: Progress
    task: int | None


class Notes:
    """Looks after one run after the other. `watch` and `tell` may be called at any time, `tell` by another thread."""

    def __init__(self, store: Store, queue: Queue) -> None:
        self._store = store
        self._queue = queue
        self._one = threading.Lock()  # what is older must not be written over what is newer
        self._at: _AtWork | None = None
        self._looked = 0.0
        self._noted: object = None
        self._told: object = None
        self._last = ("", "")
        self.workspace: Workspace | None = None

    def serve(self, step: Step, run: Run, telling: Telling) -> None:
        """From now on `run` is at work. What its journal says already is left to that."""
        before = read_progress(step.claimed.progress) or Progress()
        back = None if run.checkpoint is None else run.checkpoint.rollback
        self._last = (before.machine, before.state) if back is None else (back.machine, back.state)
        self._looked, self._noted, self._told = time.monotonic(), (0, None), (0, ())
        if run.checkpoint is not None and run.checkpoint.undos:
            self._noted = _stamp(run.checkpoint.undos)
        self._at = _AtWork(step.claimed, telling, before, None if run.written else task_number(step))

    def end(self) -> None:
        """It has come back. Who is just telling of it, tells all of it."""
        with self._one:
            self._at = self.workspace = None

    def watch(self, workspace: Workspace) -> None:
        """Its objects are built in `workspace`."""
        self.workspace = workspace
        if self._at is not None and self._at.task is not None:
            workspace.ahead = self._begins

    def tell(self, claimed: Claimed) -> None:
        """Writes down where the run of `claimed` is, if that has changed. Raises StoreError."""
        with self._one:
            at = self._at
            if at is None or at.claimed is not claimed or self._told == _where(at.telling):
                return
            with self._store.writing() as connection:
                self._write(connection, at)

    def _begins(self, undo: Undo | None) -> None:
        """A state begins, which `undo` would undo. Raises CutShort, StoreError, Lost."""
        at, workspace = self._at, self.workspace
        assert at is not None and workspace is not None  # it is called for a run that is looked after
        if undo is None and self._noted == _stamp(workspace.undos):
            if time.monotonic() - self._looked >= _LOOK:
                with self._store.reading() as connection:
                    self._look(connection, at)
            return
        with self._one, self._store.writing() as connection:
            self._queue.check(connection, at.claimed)
            self._look(connection, at)
            at.telling.foretell(undo)
            self._write(connection, at)

    def _look(self, connection: Connection, at: _AtWork) -> None:
        self._looked = time.monotonic()
        is_to_stop = _STANDS.value(connection, {"number": at.task}) == CANCEL_REQUESTED
        if is_to_stop and not _is_in_method(at.telling.events):
            raise CutShort

    def _write(self, connection: Connection, at: _AtWork) -> None:
        where, inside = _where(at.telling), tuple(at.telling.inside)
        undos = () if self.workspace is None else tuple(self.workspace.undos)  # a state left since then is among both
        self._queue.note(connection, at.claimed, progress_values(self._progress(at, inside, undos)))
        self._noted, self._told = _stamp(undos), where

    def _progress(self, at: _AtWork, inside: tuple[StateAt, ...], undos: tuple[Undo, ...]) -> Progress:
        left = at.telling.states[-_MOST_STATES:]
        back = None if self.workspace is None else self.workspace.rollback
        if back is not None:
            self._last = back.machine, back.state
        elif inside:
            self._last = inside[0].event.machine, inside[0].event.state
        done = {each[:2] for each in undos}
        at_work = [each.undo for each in reversed(inside) if each.undo is not None and each.undo[:2] not in done]
        progress = Progress(
            tuple(Left(each.event.state, each.at, each.event.result, each.attempt, each.within) for each in left),
            tuple(Inside(each.event.state, each.event.machine, each.since, each.attempt) for each in inside),
            *self._last,
            tuple(map(_that_can_be_kept, (*undos, *at_work))),
            tuple(each[:2] for each in at_work),
            at.claimed.fence,
        )
        return progress if back is not None else progress.after(at.before)


def _stamp(undos: "Iterable[Undo]") -> object:
    """What changes when a state is completed."""
    found = list(undos)
    return len(found), found[-1] if found else None


def _where(telling: Telling) -> object:
    """What changes when a state is entered or left."""
    return len(telling.states), tuple((each.event, each.since) for each in telling.inside)


def _that_can_be_kept(undo: Undo) -> Undo:
    """`undo`, without what its state gave where that cannot be kept, such as an object of the run."""
    try:
        ValueWriting().value(undo.value)
    except (AttributeError, ValueError, RecursionError):
        return undo._replace(value=None)
    return undo


def _is_in_method(events: Iterable[Event]) -> bool:
    """Whether the last of `events` is told while a method is at work, which instantiates: it must get its answer."""
    called: int | None = None
    for each in list(events):
        if called is None:
            called = each.depth if type(each) is MethodCalled else None
        elif each.depth <= called and isinstance(each, MethodEnded | StateEntered | StateProcessed | Dropped):
            called = None
    return called is not None
