"""Workers: one process works by itself; of several, each works alone, and one more looks after them.

They are processes and not threads: a run keeps one processor busy, and SQLite lets one of a process write at a time.
A worker that dies is replaced; what it had in hand is taken over by the others, at once and not only when its lease is
over. All end after the step in hand when one of them is asked to: SIGTERM or SIGINT; asked again, they leave it to the
next to begin it anew.
"""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from types import FrameType
from typing import TYPE_CHECKING, NamedTuple

from aelang.requests.telling import Serious, Tell

if TYPE_CHECKING:
    from aelang.project import Compilation
    from aelang.requests.clock import WorkClock
    from aelang.requests.runs import Kit

_PAUSE = 0.05
_LONGEST_PAUSE = 5.0
_QUIET = 30.0


class Wanted(NamedTuple):
    """What work is wanted: of which store (the user's for None), with which datastore, by how many processes. With
    `drain` they end when nothing is due, with `virtual` the waits are jumped over too. A message is held for `lease`
    seconds, and longer while its worker lives. `zone`, `roles` and `server` say which messages are for these."""

    place: str | None = None
    roots: tuple[str, ...] = ()
    domains: tuple[str, ...] | None = None
    references: tuple[str, ...] = ()
    concurrency: int = 1
    drain: bool = False
    virtual: bool = False
    lease: float = 30.0
    poll: float = 0.5
    zone: str | None = None
    roles: tuple[str, ...] | None = None
    server: int = 1
    cache: bool = True
    start: datetime | None = None
    speed: float = 1.0
    """A clock of its own begins at `start`; `speed` times as fast as that of the machine, which it then agrees with."""
    extend: "Callable[[Kit], Kit] | None" = None
    """Adds to what runs are made with, for rooms above."""


def run_workers(wanted: Wanted, tell: Tell) -> int:
    """Works until it is asked to end, or with `drain` until nothing is due; tells what people should know. 0, or 1
    where store or datastore cannot be used."""
    if wanted.concurrency > 1 and wanted.virtual:
        tell(Serious("a clock that is put forward takes one worker: leave out --concurrency, or --clock virtual"))
        return 1
    return work(wanted, tell) if wanted.concurrency <= 1 else _Team(wanted, tell).work()


# -- one worker --------------------------------------------------------------------------------------------------


def work(wanted: Wanted, tell: Tell, boss: int | None = None) -> int:
    """Works in this process. `boss` is the id of the one that looks after it: it ends when that is gone."""
    from aelang.ir import ImageError
    from aelang.project import ProjectError
    from aelang.requests.images import Images
    from aelang.requests.queue import EmbeddedQueue, Taker
    from aelang.requests.store import StoreError, open_store
    from aelang.requests.worker_loop import Interrupted, Manner, Worker

    try:
        kit = _kit() if wanted.extend is None else wanted.extend(_kit())
        store = open_store(wanted.place)
    except (StoreError, ValueError) as fault:
        tell(Serious(fault))
        return 1
    try:
        images = Images(store, lambda: _opened(wanted), tell)
        taker = Taker(worker_name(os.getpid()), wanted.zone, wanted.server, wanted.roles)
        manner = Manner(taker, wanted.lease, wanted.poll, wanted.drain)
        worker = Worker(store, EmbeddedQueue(), images, _clock(wanted), manner, kit, tell)
        if boss is not None:
            worker.watch(lambda: os.getppid() == boss)
        with _signals(worker.end, Interrupted):
            tell(f"worker {taker.name} works on {store.name}")
            worker.work()
    except (StoreError, ProjectError, ImageError) as fault:
        tell(Serious(fault))
        return 1
    except Interrupted:
        tell("the step in hand was left: it will be begun anew")
    finally:
        _close(kit)
        store.close()
    return 0


def worker_name(process: int) -> str:
    """How the worker that is the process `process` of this machine is known to others."""
    return f"{socket.gethostname()}:{process}"


def _kit() -> "Kit":
    """What runs are made with, by the aelang.toml of here or above. Raises ValueError."""
    from aelang.config import read_table
    from aelang.methods import Runners
    from aelang.methods.settings import read_settings
    from aelang.requests.approving import read_rules
    from aelang.requests.runs import Kit

    settings = read_settings(read_table(".", "methods"))
    return Kit(Runners(settings=settings), rules=read_rules(read_table(".", "requests")))


def _close(kit: "Kit") -> None:
    from aelang.methods import Runners

    if isinstance(kit.methods, Runners):
        kit.methods.close()


def _opened(wanted: Wanted) -> "Compilation":
    from aelang.project import open_project

    return open_project(wanted.roots, domains=wanted.domains, references=wanted.references, cache=wanted.cache)


def _clock(wanted: Wanted) -> "WorkClock":
    from aelang.requests.clock import FastClock, SystemClock, VirtualClock

    if wanted.virtual:
        return VirtualClock(wanted.start)
    return SystemClock() if wanted.start is None else FastClock(wanted.start, wanted.speed)


@contextmanager
def _signals(end: Callable[[], None], now: type[BaseException]) -> Iterator[None]:
    """The first signal has the work end, the second ends it."""
    asked = False

    def handle(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise now
        asked = True
        end()

    before = {each: signal.signal(each, handle) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for each, old in before.items():
            signal.signal(each, old)


# -- several -----------------------------------------------------------------------------------------------------


class _Team:
    """Workers, each a process, and this one, which looks after them."""

    def __init__(self, wanted: Wanted, tell: Tell) -> None:
        self._wanted = wanted
        self._tell = tell
        self._at_work: dict[int, float] = {}
        self._asked = 0
        self._worst = 0
        self._deaths = 0

    def work(self) -> int:
        """Starts them, and replaces those that die, until all have ended by themselves."""
        before = {each: signal.signal(each, self._ask) for each in (signal.SIGTERM, signal.SIGINT)}
        try:
            for _ in range(self._wanted.concurrency):
                self._start()
            while self._at_work:
                self._await()
        finally:
            for each, old in before.items():
                signal.signal(each, old)
        return self._worst

    def _start(self) -> None:
        boss = os.getpid()
        process = os.fork()
        if process == 0:
            code = 70
            try:
                for each in (signal.SIGTERM, signal.SIGINT):
                    signal.signal(each, signal.SIG_DFL)
                code = 0 if self._asked else work(self._wanted, self._tell, boss)
            except BaseException:  # nothing may climb into what was going on when it was forked
                import traceback

                traceback.print_exc()
            finally:
                os._exit(code)
        self._at_work[process] = time.monotonic()
        if self._asked:  # while it was being started, and so it was not told
            os.kill(process, signal.SIGTERM)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self._asked += 1
        for process in self._at_work:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGTERM)

    def _await(self) -> None:
        try:
            process, status = os.wait()
        except ChildProcessError:
            self._at_work.clear()
            return
        began = self._at_work.pop(process, None)
        if began is None:
            return
        code = os.waitstatus_to_exitcode(status)
        if code >= 0:
            self._worst = max(self._worst, code)
            return
        self._tell(Serious(f"worker {process} was ended by signal {-code}"))
        self._free(process)
        if not self._asked:
            self._deaths = 0 if time.monotonic() - began > _QUIET else self._deaths + 1
            time.sleep(min(_LONGEST_PAUSE, _PAUSE * 2**self._deaths) if self._deaths else 0)
            self._start()

    def _free(self, process: int) -> None:
        """What a dead worker had in hand is free; where that cannot be done now, its lease will run out."""
        from aelang.requests.queue import EmbeddedQueue
        from aelang.requests.store import StoreError, open_store

        try:
            store = open_store(self._wanted.place)
        except StoreError:
            return
        with suppress(StoreError), store.writing() as connection:
            EmbeddedQueue().release(connection, worker_name(process))
        store.close()
