"""The work of one process: it takes messages one after the other, and works each to its end.

The transaction that ends a message also takes the next one, and writes what its run must find: between two runs there
is one transaction. Automate runs outside of any. Who comes too late, since another has taken the message over, writes
nothing. Whatever goes wrong, a message is done, waits in the queue to be tried again, or is dead and says why.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import chain, repeat
from typing import NamedTuple

from sqlalchemy import Connection
from sqlalchemy.exc import DataError, SQLAlchemyError

from aelang.ir import ImageError
from aelang.requests.clock import WorkClock, later
from aelang.requests.crash_points import point
from aelang.requests.deliver import HANDLERS, give_up
from aelang.requests.images import Images, fix_image, follow_image
from aelang.requests.once import WaitsForOperator
from aelang.requests.queue import Claimed, Item, Lost, Queue, Taker, next_due
from aelang.requests.runs import Kit, Runs
from aelang.requests.steps import Effect, Ended, Lapsed, Run, Step, Work
from aelang.requests.store import Store, StoreError
from aelang.requests.store.prepared import undone_alone
from aelang.requests.telling import Serious, Tell
from aelang.requests.worker_journal import keep_run, note, tell_cut_off
from aelang.requests.worker_lease import Lease

ATTEMPTS = 5
"""How often a message that fails is tried before it is dead."""

_IN_A_ROW = 50  # messages without a run that one transaction works
_A_WHILE = timedelta(seconds=0.25)  # for which a message that could be put in again may be stayed with
_PATIENCE = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)  # seconds between attempts to write into a store that is locked


class Interrupted(BaseException):
    """Someone wants the worker to end now, in the middle of a step."""


class _AtWork(NamedTuple):
    """A message that is being worked, and the run or the effect that it waits for."""

    step: Step
    work: Work
    run: Run | Effect


class Manner(NamedTuple):
    """How a worker works: who it is, for how many seconds it holds a message, how often it looks when there is
    nothing to do, and whether it ends then."""

    taker: Taker
    lease: float = 30.0
    poll: float = 0.5
    drain: bool = False


class Worker:
    """Works the messages of `queue` in `store`."""

    def __init__(
        self, store: Store, queue: Queue, images: Images, clock: WorkClock, manner: Manner, kit: Kit,
        tell: Tell,
    ) -> None:  # fmt: skip
        self._store = store
        self._queue = queue
        self._images = images
        self._clock = clock
        self._manner = manner
        self._tell = tell
        self._runs = Runs(store, queue, images, clock, kit)
        self._handlers = {**HANDLERS, **kit.handlers}
        self._lease = Lease(store, queue, manner.lease, self._runs.tell)
        self._ends = False
        self._wanted: Callable[[], bool] = lambda: True
        self._looked: tuple[float, datetime] | None = None
        self._spared = 0.0
        self._idle = False

    def end(self) -> None:
        """Has `work` return after the step in hand."""
        self._ends = True

    def watch(self, wanted: Callable[[], bool]) -> None:
        """Has `work` return as soon as `wanted` says no."""
        self._wanted = wanted

    def work(self) -> None:
        """Works until it is to end; with `drain` until nothing is due. Raises StoreError where the store cannot be
        used, and Interrupted."""
        try:
            while self._goes_on():
                self._take_over()
                at_work = self._first()
                while at_work is not None:
                    at_work = self._advance(at_work)
                if self._idle and self._goes_on() and not self._wait():
                    return
        finally:
            self._lease.close()

    def _goes_on(self) -> bool:
        return not self._ends and self._wanted()

    # -- between messages ------------------------------------------------------------------------------------------

    def _wait(self) -> bool:
        """Waits for the next message; False where none will be waited for."""
        with self._store.reading() as connection:
            due = next_due(connection)
        if due is not None and due <= self._clock.now():
            return True
        if self._clock.wait(due, 0.0 if self._manner.drain else self._manner.poll):
            return True
        return not self._manner.drain

    def _take_over(self) -> None:
        """Frees what dead workers hold, now and then. When the clock of the machine was put forward, the others have
        as long as a lease is to say that they live."""
        now, today, lease = time.monotonic(), datetime.now(UTC), self._manner.lease
        before, then = self._looked or (now - lease, today)
        if now - before < lease / 3:
            return
        if today - then > timedelta(seconds=now - before + lease / 3):
            self._spared = now + lease
        self._looked = (now, today)
        if now < self._spared:
            return
        with self._writing() as connection:
            buried = self._queue.take_over(connection, today, today + timedelta(seconds=2 * lease))
            for each in buried:
                self._give_up(connection, _step_of(each, self._clock, self._manner), each.reason or "")

    def _first(self) -> "_AtWork | None":
        with self._writing() as connection:
            at_work = self._next(connection)
            point()
        point()
        return at_work

    def _next(self, connection: Connection) -> "_AtWork | None":
        """Takes messages until one wants a run. Those that want none are done at once."""
        for _ in range(_IN_A_ROW):
            if not self._goes_on():
                return None
            until = datetime.now(UTC) + timedelta(seconds=self._manner.lease)
            claimed = self._queue.claim(connection, self._manner.taker, self._clock.now(), until)
            self._idle = claimed is None
            if claimed is None:
                return None
            at_work = self._begin(connection, claimed)
            if at_work is not None:
                self._lease.hold(claimed)
                return at_work
        return None

    # -- one message -----------------------------------------------------------------------------------------------

    def _begin(self, connection: Connection, claimed: Claimed) -> "_AtWork | None":
        """Does what is to be done before the first run; None where that was all."""
        step = Step(claimed, self._clock.now, self._manner.taker.server, self._stays_from(self._clock.now()))
        if claimed.fence > 1:
            tell_cut_off(connection, step)
        try:
            with undone_alone(connection):
                handler = self._handlers.get(claimed.method)
                if handler is None:
                    raise LookupError(f"there is no `{claimed.method}` to be done: was it put in by a newer aelang?")
                work = handler(step, connection)
                if work is not None:
                    return _AtWork(step, work, next(work))
        except Lapsed as lapse:
            note(connection, step, "Lapsed", str(lapse))
        except (SQLAlchemyError, StoreError) as fault:
            if not isinstance(fault, DataError):
                raise
            self._failed(connection, step, fault)
            return None
        except Exception as fault:  # what fails with one message must not stop the others
            self._failed(connection, step, fault)
            return None
        else:
            note(connection, step, "Ok")
        self._queue.acknowledge(connection, claimed)
        return None

    def _stays_from(self, begun: datetime) -> Callable[[], bool]:
        return lambda: self._goes_on() and timedelta(0) <= self._clock.now() - begun < _A_WHILE

    def _advance(self, at_work: _AtWork) -> "_AtWork | None":
        """Runs what a message waits for, and goes on with it; gives what is at work then, the next message too."""
        step = at_work.step
        try:
            run = at_work.run
            ended = run.do() if isinstance(run, Effect) else self._runs.run(step, run)
            point()
            with self._writing() as connection:
                after = self._settle(connection, at_work, ended)
                point()
            point()
            return after
        except Lost:
            self._tell(f"message {step.claimed.number} was taken over by another worker: nothing of it was written")
            return None
        except Interrupted:
            self._put_back(step)
            raise
        except WaitsForOperator as wait:
            self._bury(step, f"waits for an operator: {wait}")
            return None
        except ImageError as fault:
            self._bury(step, f"{fault}: `aelang request move-to` moves the request to the datastore as it is now")
            return None
        except StoreError as fault:
            if fault.passing:
                self._put_back(step)
                return None
            raise
        except Exception as fault:  # what fails with one message must not stop the others
            with self._writing() as connection:
                self._failed(connection, step, fault)
            return None

    def _settle(self, connection: Connection, at_work: _AtWork, ended: object) -> "_AtWork | None":
        """Writes what came of a run or an effect; where the message is done with it, takes the next one."""
        step, work, run = at_work
        if isinstance(run, Run) and isinstance(ended, Ended):
            self._keep(connection, step, run, ended)
        point()
        try:
            run = work.send((connection, ended))
            self._queue.check(connection, step.claimed)
            return at_work._replace(run=run)
        except StopIteration:
            pass
        except Lapsed as lapse:
            note(connection, step, "Lapsed", str(lapse))
        point()
        self._queue.acknowledge(connection, step.claimed)
        self._lease.let_go()
        point()
        return self._next(connection)

    def _keep(self, connection: Connection, step: Step, run: Run, ended: Ended) -> None:
        keep_run(connection, step, run, ended)
        if run.image == ended.image or step.context is None:
            return
        snapshot = self._images.snapshot(ended.image)
        if snapshot is not None:
            settle = fix_image if run.image is None and not ended.edited else follow_image
            settle(connection, step.request, snapshot, step.now())

    # -- what goes wrong -------------------------------------------------------------------------------------------

    def _failed(self, connection: Connection, step: Step, fault: Exception) -> None:
        """The message is tried again, after twice the pause each time, or given up."""
        reason = f"{type(fault).__name__}: {fault}"
        attempts = step.claimed.attempts
        if attempts >= ATTEMPTS:
            self._queue.bury(connection, step.claimed, reason)
            self._give_up(connection, step, reason)
            return
        due = later(self._clock.now(), 2.0 ** (attempts - 1))
        note(connection, step, "Failed", reason)
        self._queue.put_back(connection, step.claimed, reason, due, self._clock.now())
        self._tell(
            Serious(f"message {step.claimed.number} ({step.claimed.method}) failed, and is tried again: {reason}")
        )

    def _give_up(self, connection: Connection, step: Step, reason: str) -> None:
        note(connection, step, "Dead", reason)
        give_up(step, connection, reason)
        self._tell(Serious(f"message {step.claimed.number} ({step.claimed.method}) is given up: {reason}"))

    def _bury(self, step: Step, reason: str) -> None:
        with self._writing() as connection:
            self._queue.bury(connection, step.claimed, reason)
            self._give_up(connection, step, reason)

    def _put_back(self, step: Step) -> None:
        """Another attempt, that does not count, may begin at once."""
        now = self._clock.now()
        with self._writing() as connection:
            self._queue.put_back(connection, step.claimed, None, now, now)

    # -- the store -------------------------------------------------------------------------------------------------

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """A transaction; a store that others hold is waited for, longer each time, as long as it takes."""
        with ExitStack() as stack:
            yield self._entered(stack)

    def _entered(self, stack: ExitStack) -> Connection:
        pauses = chain(_PATIENCE, repeat(_PATIENCE[-1]))
        while True:
            try:
                return stack.enter_context(self._store.writing())
            except StoreError as fault:
                if not fault.passing or self._ends:
                    raise
                self._tell(f"{fault}; waiting")
                time.sleep(next(pauses))


def _step_of(item: Item, clock: WorkClock, manner: Manner) -> Step:
    """A message that somebody else had."""
    claimed = Claimed(item.number, item.fence, item.method, item.of, item.request_id, item.arguments, item.role,
                      item.priority, item.task_id, item.attempts)  # fmt: skip
    return Step(claimed, clock.now, manner.taker.server)
