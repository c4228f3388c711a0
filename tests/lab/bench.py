"""A laboratory on the bench: the one of `examples/lab`, with what a test wants to be otherwise."""

import os
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from aelang.interpreter.ports import MethodCall, MethodResult, MethodRunner
from aelang.interpreter.values import to_text
from aelang.providers.joining import extended
from aelang.requests.queue import EmbeddedQueue
from aelang.requests.rows import Case
from aelang.requests.runs import Kit
from aelang.requests.store import Store, open_store
from aelang.requests.store.record_rows import find_rows
from aelang.requests.store.schema import JOURNAL, QUEUE, TRACES
from aelang.requests.worker import worker_name
from aelang.services.records import Row
from tests.lab.comparing import Said, said
from tests.lab.constraints import Timed

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "examples" / "lab"))

import laboratory  # noqa: E402 - it lies beside the lab's program
import tracing  # noqa: E402


class Bench:
    """A laboratory in `folder`, with `faults` and `seconds` of its provider, and other datastores before its own."""

    def __init__(
        self,
        folder: Path,
        *,
        faults: Mapping[str, Any] = {},
        seconds: Mapping[str, float] = {},
        workers: int = 1,
        speed: float = 1.0,
        before: tuple[str, ...] = (),
        roots: tuple[str, ...] | None = None,
        providers: Mapping[str, Any] | None = None,
    ) -> None:
        self._tables = providers or {
            name: {**each, "faults": faults, "seconds": seconds} for name, each in laboratory.settings().items()
        }
        own = roots or (str(Path(laboratory.HERE) / "automate"), laboratory.datastore_folder())
        self.lab = laboratory.set_up(
            str(folder), workers=workers, virtual=workers == 1, speed=speed, providers=self._tables,
            roots=(*before, *own),
        )  # fmt: skip
        self.store: Store = open_store(self.lab.place)
        self.number = 0

    def order(self, values: Mapping[str, str] = {}) -> None:
        """Orders the item of the catalog for Pat."""
        self.number = laboratory.order(self.lab, "RHEL server", values, "pat")

    def work(self) -> None:
        """Has the workers do what is to be done."""
        process = laboratory.begin_work(self.lab)
        try:
            while not laboratory.has_ended(process):
                if not self.lab.wanted.virtual and laboratory.is_done(self.store):
                    break
                time.sleep(0.02)
            else:
                process = 0
        finally:
            if process:
                laboratory.end_work(process)

    def work_dying(self, note: Path, after: bool) -> int:
        """Has one worker after the other do it: each dies in the first state that none has died in; the states are
        noted in `note`. Gives how many died."""
        wanted = self.lab.wanted
        for deaths in range(200):
            kit = partial(_deadly, wanted.extend, note, after)
            self.lab = self.lab._replace(wanted=wanted._replace(extend=kit, start=self.latest()))
            process = laboratory.begin_work(self.lab)
            if os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0:
                return deaths
            with self.store.writing() as connection:
                EmbeddedQueue().release(connection, worker_name(process))
        raise AssertionError("the work does not end")

    def go_on(self) -> None:
        """Has the workers do what came up since, from the time that it was then."""
        self.lab = self.lab._replace(wanted=self.lab.wanted._replace(start=self.latest()))
        self.work()

    def latest(self) -> Any:
        """How far the clock has come."""
        columns = (QUEUE.c.created_on, JOURNAL.c.at, TRACES.c.at)
        with self.store.reading() as connection:
            times = [connection.execute(select(func.max(each))).scalar() for each in columns]
        return max((each for each in times if each is not None), default=self.lab.begin)

    # -- what came of it -------------------------------------------------------------------------------------------

    @property
    def case(self) -> Case:
        """The request and its tasks."""
        return laboratory.case_of(self.store, self.number)

    @property
    def ended(self) -> tuple[str, str, str | None]:
        """How the request stands."""
        return self.case.request.request_state, self.case.request.status, self.case.request.message

    @property
    def machines(self) -> list[tuple[str, str, str | None]]:
        """The same of the tasks for machines."""
        tasks = [each for each in self.case.tasks if each.kind.task == "MiqProvision"]
        return [(each.state, each.status, each.message) for each in tasks]

    def rows(self, model: str) -> list[Row]:
        """The records of a model."""
        with self.store.reading() as connection:
            return find_rows(connection, model, {})

    @property
    def trace(self) -> list[Said]:
        """The trace, one run after the other, in the one form."""
        runs = tracing.read_runs(self.store)
        return said((line.context, line.event, line.uri) for run in runs for line in run.lines)

    @property
    def timed(self) -> list[Timed]:
        """Its lines in the order in which they were told; those of several runs may have been told at once."""
        shown = [line for line in tracing.in_order(tracing.read_runs(self.store)) if tracing.is_shown(line)]
        lines = said((line.context, line.event, line.uri) for line in shown)
        return [Timed(line.at, each) for line, each in zip(shown, lines, strict=True)]

    @property
    def events(self) -> list[str]:
        """The events that Automate was told of, in order."""
        told = [each.uri for each in self.trace if each.following and each.uri.startswith("/system/event/")]
        return [each.rpartition("/")[2].removesuffix("#create") for each in told]


class _Deadly:
    """Methods of which the first of each state kills its worker: before it runs, or when it has."""

    def __init__(self, methods: MethodRunner, note: Path, after: bool) -> None:
        self._methods = methods
        self._note = note
        self._after = after

    def run(self, call: MethodCall) -> MethodResult:
        """Runs it, or dies."""
        root = call.handle.root or {}
        state = f"{to_text(root.get('vmdb_object_type'))} {to_text(root.get('ae_state'))} {call.method.name}"
        dies = bool(root.get("ae_state")) and state not in _read(self._note)
        if dies and not self._after:
            self._die(state)
        result = self._methods.run(call)
        if dies:
            self._die(state)
        return result

    def _die(self, state: str) -> None:
        with open(self._note, "a") as stream:
            stream.write(f"{state}\n")
        os.kill(os.getpid(), 9)

    def close(self) -> None:
        """Ends what the methods have started."""
        self._methods.close()  # type: ignore[attr-defined]  # of Runners


def _read(note: Path) -> list[str]:
    return note.read_text().splitlines() if note.exists() else []


def _deadly(extend: Callable[[Kit], Kit] | None, note: Path, after: bool, kit: Kit) -> Kit:
    made = extended(kit) if extend is None else extend(kit)
    return made._replace(methods=_Deadly(made.methods, note, after))
