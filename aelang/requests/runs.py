"""Runs of Automate for a step: its image, its caller, its records, and what came of it."""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from aelang.engine import Engine
from aelang.interpreter.failures import AutomateError
from aelang.interpreter.limits import Limits
from aelang.interpreter.outcome import Checkpoint, Failed, Outcome, Retry
from aelang.interpreter.ports import MethodRunner
from aelang.interpreter.states import cut_short
from aelang.interpreter.trace import Event, Logged, PassedOver, StateEntered
from aelang.interpreter.values import RunValue
from aelang.interpreter.workspace import Workspace
from aelang.requests.acting import NO_ACTS, Acts
from aelang.requests.approving import RULES, Rules
from aelang.requests.clock import WorkClock
from aelang.requests.editing import WorkEditor
from aelang.requests.images import Images
from aelang.requests.noting import CutShort, Notes
from aelang.requests.once import OnceMethods
from aelang.requests.queue import Claimed, Queue
from aelang.requests.steps import Ended, Handler, Run, Step
from aelang.requests.store.opening import Store
from aelang.requests.store.record_rows import base_of
from aelang.requests.store.records import StoreRecords
from aelang.requests.traces import Telling, pack_events, pack_text
from aelang.services.catalog import Catalog
from aelang.services.models import ancestors
from aelang.services.ports import Answer, Command
from aelang.services.records import Reference, Row


class Fenced:
    """The store for one message: nothing is written any more when another worker has it."""

    def __init__(self, store: Store, queue: Queue) -> None:
        self._store = store
        self._queue = queue
        self.claimed: Claimed | None = None

    def reading(self) -> contextlib.AbstractContextManager[Connection]:
        """As the store's. Raises StoreError."""
        return self._store.reading()

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """As the store's. Raises StoreError, and Lost."""
        with self._store.writing() as connection:
            if self.claimed is not None:
                self._queue.check(connection, self.claimed)
            yield connection


class RunRecords(StoreRecords):
    """The records of a run. What was found is found again for a moment without a look into the store, unless the run
    itself has written since: each run asks several times who its user is. People and servers are known a little
    longer, from one run to the next."""

    def __init__(self, store: Fenced, now: Callable[[], datetime], kit: "Kit") -> None:
        super().__init__(store, now, kit.rules, acts=kit.acts)
        self._found: dict[tuple[str, int], tuple[float, Row | None]] = {}

    def serve(
        self, context: str | None, request: int | None, message: int | None = None, seen: Sequence[Row] = ()
    ) -> None:
        """From now on the run of another step asks; `seen` was found in the transaction that has just ended."""
        self.context = context
        self.request = request
        self.message, self.calls = message, 0
        self._found = {key: found for key, found in self._found.items() if key[0] in _STEADY}
        until = time.monotonic() + _A_MOMENT
        self._found.update({(base_of(each.model), each.id): (until, each) for each in seen})

    def find(self, model: str, id: int) -> Row | None:  # noqa: A002 - the records' own word
        """The record of `model`, or of a kind of it. Raises StoreError."""
        now, key = time.monotonic(), (base_of(model), id)
        known = self._found.get(key)
        if known is None or known[0] < now:
            known = self._found[key] = now + (_STEADY_FOR if key[0] in _STEADY else _A_MOMENT), super().find(*key)
        row = known[1]
        return row if row is not None and model in ancestors(row.model) else None

    def write(self, of: Reference, change: Callable[[Mapping[str, RunValue]], Mapping[str, RunValue]]) -> None:
        """Writes as `StoreRecords` does."""
        self._found = {}
        super().write(of, change)

    def create(self, model: str, columns: Mapping[str, RunValue]) -> Reference:
        """Takes in as `StoreRecords` does."""
        self._found = {}
        return super().create(model, columns)

    def delete(self, of: Reference) -> None:
        """Takes away as `StoreRecords` does."""
        self._found = {}
        super().delete(of)

    def execute(self, command: Command) -> Answer:
        """Does as `StoreRecords` does."""
        self._found = {}
        answer = super().execute(command)
        self._found = {}
        return answer


_STEADY = frozenset(("User", "MiqGroup", "Tenant", "MiqServer"))
_A_MOMENT, _STEADY_FOR = 0.02, 1.0  # seconds


class _Served(Catalog):
    """The service models of the step at work."""

    __slots__ = ()

    def serve(self, caller: int | None) -> None:
        self._caller = caller


class Kit(NamedTuple):
    """What runs are made with: methods, limits, how requests are approved; and what rooms above add: `handlers` of
    messages, by their method, and `acts`."""

    methods: MethodRunner
    limits: Limits = Limits()
    rules: Rules = RULES
    handlers: Mapping[str, Handler] = {}
    acts: Acts = NO_ACTS


class Runs:
    """Runs Automate for steps, one after the other. An engine an image is kept: what it has worked out serves on."""

    def __init__(self, store: Store, queue: Queue, images: Images, clock: WorkClock, kit: Kit) -> None:
        self._images = images
        self._clock = clock
        self._kit = kit
        self._fenced = Fenced(store, queue)
        self._records = RunRecords(self._fenced, clock.now, kit)
        self._catalog = _Served(self._records)
        self._methods = OnceMethods(kit.methods, clock.now, self._catalog.present)
        self._engines: dict[str, Engine] = {}
        self._editor = WorkEditor(images)
        self._notes = Notes(store, queue)

    def tell(self, claimed: Claimed) -> None:
        """Writes down where the run of `claimed` is, if one is at work, and that has changed. Raises StoreError."""
        self._notes.tell(claimed)

    def run(self, step: Step, run: Run) -> Ended:
        """Runs `run`. Raises ImageError, WaitsForOperator, StoreError, Lost."""
        digest = run.image or self._images.current().digest
        engine = self._engine(digest)
        self._records.serve(step.context, step.claimed.request_id, step.claimed.number, run.seen)
        self._fenced.claimed = step.claimed
        self._catalog.serve(run.user)
        self._methods.serve(None if run.written else step, self._fenced.writing)
        self._editor.serve(digest, begins=run.image is None)
        telling = Telling(self._clock.now, _attempts(run.checkpoint))
        if run.said:
            telling.take(Logged(0, "info", run.said))
        self._notes.serve(step, run, telling)
        try:
            outcome = self._run(engine, run, telling)
        finally:
            self._notes.end()
            if self._editor.digest != digest:  # the engine went on with what its methods made of the datastore
                self._engines[self._editor.digest] = self._engines.pop(digest)
        return self._ended(step, run, telling, outcome)

    def _run(self, engine: Engine, run: Run, telling: Telling) -> Outcome:
        try:
            if run.checkpoint is None:
                return engine.run(run.uri, trace=telling.take)
            return engine.resume(self._revived(run.checkpoint), trace=telling.take)
        except CutShort:
            assert self._notes.workspace is not None  # it is what was cut short
            telling.take(Logged(0, "info", "the request is to be cancelled: the run goes no further"))
            return cut_short(self._notes.workspace, run.uri)

    def _ended(self, step: Step, run: Run, telling: Telling, outcome: Outcome) -> Ended:
        workspace = _shown(outcome.workspace) if step.context is not None else None
        outcome.workspace.release()
        ended = Ended(
            outcome, tuple(telling.events), tuple(telling.states), self._editor.digest, workspace, telling.entered,
            edited=self._editor.has_moved, trace=pack_events(telling.events, telling.moments),
        )  # fmt: skip
        if isinstance(outcome, Retry):
            return ended._replace(state=str(outcome.checkpoint.root.get("ae_state")))
        position = tuple((each.event.machine, each.event.state) for each in telling.inside)
        state = position[-1][1] if position else telling.entered
        begun = _begun_at(outcome, run.begins_at, telling.events)
        return ended._replace(outcome=begun, state=state, position=position)

    def _engine(self, digest: str) -> Engine:
        if digest not in self._engines:
            image = self._images.image(digest)
            while len(self._engines) >= _ENGINES:
                del self._engines[next(iter(self._engines))]
            self._engines[digest] = Engine(image, self._methods, self._catalog, self._clock, self._kit.limits,
                                           editor=self._editor, watch=self._notes.watch)  # fmt: skip
        return self._engines[digest]

    def _revived(self, checkpoint: Checkpoint) -> Checkpoint:
        """`checkpoint` with its records in place of what refers to them; nil for those that are gone."""
        present: Callable[[object], RunValue] = self._catalog.present
        return checkpoint._replace(
            state_vars={name: present(value) for name, value in checkpoint.state_vars.items()},
            state_info={
                name: {key: present(value) for key, value in saved.items()}
                for name, saved in checkpoint.state_info.items()
            },
            undos=tuple(each._replace(value=present(each.value)) for each in checkpoint.undos),
        )


_ENGINES = 8


def _begun_at(outcome: Outcome, state: str | None, events: Sequence[Event]) -> Outcome:
    """`outcome`, or a failure where the run was to begin at a `state` that no machine of it has: it did nothing."""
    if state is None or any(isinstance(each, StateEntered | PassedOver) and each[1] == state for each in events):
        return outcome
    return Failed(AutomateError(f"its machine has no state `{state}` to begin at"), outcome.workspace)


def _attempts(checkpoint: Checkpoint | None) -> int:
    """How often the state at which it goes on was tried before."""
    found = None if checkpoint is None else checkpoint.root.get("ae_state_retries")
    return found if isinstance(found, int) else 0


def _shown(workspace: Workspace) -> bytes:
    from aelang.interpreter.dump import workspace_xml

    return pack_text(workspace_xml(workspace))
