"""Runs of Automate for a step: its image, its caller, its records, and what came of it."""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from aelang.engine import Engine
from aelang.interpreter.limits import Limits
from aelang.interpreter.outcome import Checkpoint, Retry
from aelang.interpreter.ports import MethodRunner
from aelang.interpreter.values import RunValue
from aelang.interpreter.workspace import Workspace
from aelang.requests.approving import RULES, Rules
from aelang.requests.clock import WorkClock
from aelang.requests.images import Images
from aelang.requests.once import OnceMethods
from aelang.requests.queue import Claimed, Queue
from aelang.requests.steps import Ended, Run, Step
from aelang.requests.store.opening import Store
from aelang.requests.store.records import StoreRecords
from aelang.requests.traces import Telling, pack_text
from aelang.services.catalog import Catalog
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

    def __init__(self, store: Fenced, now: Callable[[], datetime], rules: Rules) -> None:
        super().__init__(store, now, rules)
        self._found: dict[tuple[str, int], tuple[float, Row | None]] = {}

    def serve(self, context: str | None) -> None:
        """From now on the run of another step asks."""
        self.context = context
        self._found = {key: found for key, found in self._found.items() if key[0] in _STEADY}

    def find(self, model: str, id: int) -> Row | None:  # noqa: A002 - the records' own word
        """The record of `model`, or of a kind of it. Raises StoreError."""
        now, key = time.monotonic(), (model, id)
        known = self._found.get(key)
        if known is None or known[0] < now:
            known = self._found[key] = now + (_STEADY_FOR if model in _STEADY else _A_MOMENT), super().find(model, id)
        return known[1]

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
    """What runs are made with: methods, limits, how requests are approved."""

    methods: MethodRunner
    limits: Limits = Limits()
    rules: Rules = RULES


class Runs:
    """Runs Automate for steps, one after the other. An engine an image is kept: what it has worked out serves on."""

    def __init__(self, store: Store, queue: Queue, images: Images, clock: WorkClock, kit: Kit) -> None:
        self._images = images
        self._clock = clock
        self._kit = kit
        self._fenced = Fenced(store, queue)
        self._records = RunRecords(self._fenced, clock.now, kit.rules)
        self._catalog = _Served(self._records)
        self._methods = OnceMethods(kit.methods, clock.now, self._catalog.present)
        self._engines: dict[str, Engine] = {}

    def run(self, step: Step, run: Run) -> Ended:
        """Runs `run`. Raises ImageError, WaitsForOperator, StoreError, Lost."""
        digest = run.image or self._images.current().digest
        engine = self._engine(digest)
        self._records.serve(step.context)
        self._fenced.claimed = step.claimed
        self._catalog.serve(run.user)
        self._methods.serve(step, self._fenced.writing)
        telling = Telling(self._clock.now, _attempts(run.checkpoint))
        if run.checkpoint is None:
            outcome = engine.run(run.uri, trace=telling.take)
        else:
            outcome = engine.resume(self._revived(run.checkpoint), trace=telling.take)
        workspace = _shown(outcome.workspace) if step.context is not None else None
        outcome.workspace.release()
        state = telling.entered if not isinstance(outcome, Retry) else str(outcome.checkpoint.root.get("ae_state"))
        return Ended(outcome, tuple(telling.events), tuple(telling.states), digest, workspace, state)

    def _engine(self, digest: str) -> Engine:
        if digest not in self._engines:
            image = self._images.image(digest)
            while len(self._engines) >= _ENGINES:
                del self._engines[next(iter(self._engines))]
            self._engines[digest] = Engine(image, self._methods, self._catalog, self._clock, self._kit.limits)
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


def _attempts(checkpoint: Checkpoint | None) -> int:
    """How often the state at which it goes on was tried before."""
    found = None if checkpoint is None else checkpoint.root.get("ae_state_retries")
    return found if isinstance(found, int) else 0


def _shown(workspace: Workspace) -> bytes:
    from aelang.interpreter.dump import workspace_xml

    return pack_text(workspace_xml(workspace))
