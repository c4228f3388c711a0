"""A worker with a datastore and methods of its own, for tests: what is asked of it is written down, not done."""

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aelang.interpreter.ports import MethodCall, MethodResult, MethodRunner
from aelang.interpreter.values import to_text
from aelang.project import Compilation, open_project
from aelang.requests import creating, recovery
from aelang.requests.clock import VirtualClock, WorkClock
from aelang.requests.images import Images
from aelang.requests.people import find_person
from aelang.requests.queue import EmbeddedQueue, Taker
from aelang.requests.rows import Case
from aelang.requests.runs import Kit
from aelang.requests.store import Store
from aelang.requests.store.cases import RowNumbers, carry_out, read_case
from aelang.requests.store.records import StoreRecords
from aelang.requests.worker_loop import Manner, Worker

BEGIN = datetime(2026, 11, 22, 10, tzinfo=UTC)

DOMAIN = """object_type: domain
version: 1.0
object:
  attributes: {name: Demo, priority: 1, enabled: true}
"""


def machine(name: str, states: Mapping[str, str], methods: Mapping[str, str] = {}, options: str = "") -> dict[str, str]:
    """The files of a class whose states have these values, with an instance `one`, and the methods with their
    effects."""
    fields = [
        f"  - field: {{name: {state}, aetype: state, default_value: '{value}', max_retries: 100{options}}}"
        for state, value in states.items()
    ]
    folder = f"Demo/Sys/{name}.class"
    schema = "\n".join(fields)
    files = {
        f"{folder}/__class__.yaml": (
            f"object_type: class\nobject:\n  attributes: {{name: {name}}}\n  schema:\n{schema}\n"
        ),
        f"{folder}/one.yaml": "object_type: instance\nobject:\n  attributes: {name: one}\n  fields: []\n",
    }
    for method, effect in methods.items():
        files[f"{folder}/__methods__/{method}.yaml"] = (
            "object_type: method\nobject:\n  attributes: "
            f"{{name: {method}, language: python, location: inline, scope: instance, effect: {effect}}}\n  inputs: []\n"
        )
        files[f"{folder}/__methods__/{method}.py"] = "def main(evm):\n    pass\n"
    return files


def write_datastore(folder: Path, *parts: Mapping[str, str]) -> Path:
    """A datastore of `parts` in `folder`."""
    files = {"Demo/__domain__.yaml": DOMAIN, "Demo/Sys/__namespace__.yaml": _NAMESPACE.format("Sys")}
    files |= {"Demo/System/__namespace__.yaml": _NAMESPACE.format("System"), **_PROCESS}
    for part in parts:
        files.update(part)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


_NAMESPACE = "object_type: namespace\nobject:\n  attributes: {{name: {}}}\n"
_PROCESS = {
    "Demo/System/Process.class/__class__.yaml": "object_type: class\nobject:\n  attributes: {name: Process}\n"
    "  schema:\n  - field: {name: about, aetype: attribute}\n",
    **{
        f"Demo/System/Process.class/{name}.yaml": (
            f"object_type: instance\nobject:\n  attributes: {{name: {name}}}\n  fields: []\n"
        )
        for name in ("Event", "REQUEST", "AUTOMATION")
    },
}

Act = Callable[[MethodCall], "MethodResult | None"]


class Methods:
    """Methods of a datastore that are functions here, by their name; each call is noted as `method state`. One that
    has no function does nothing."""

    def __init__(self, acts: Mapping[str, Act] = {}, log: Path | None = None) -> None:
        self.calls: list[str] = []
        self.acts = acts
        self._log = log

    def run(self, call: MethodCall) -> MethodResult:
        """Notes the call, and does it."""
        root = call.handle.root or {}
        line = f"{call.method.name} {to_text(root.get('ae_state'))}"
        self.calls.append(line)
        if self._log is not None:
            with open(self._log, "a") as stream:
                stream.write(line + "\n")
        act = self.acts.get(call.method.name)
        return (None if act is None else act(call)) or MethodResult()


def wait(times: int, interval: str = "1.minute") -> Act:
    """Asks to be called again, so often."""

    def act(call: MethodCall) -> None:
        root: Any = call.handle.root
        if int(root.get("ae_state_retries") or 0) < times:
            root.update(ae_result="retry", ae_retry_interval=interval)

    return act


def fail(call: MethodCall) -> None:
    """Ends in error."""
    root: Any = call.handle.root
    root.update(ae_result="error", ae_reason="no room on the rack")


class AtWork:
    """A worker in this process over `store`, with the datastore `opened` and `methods`: its clock is put forward over
    waits, and what it tells is kept."""

    def __init__(
        self, store: Store, opened: Compilation, methods: MethodRunner, clock: WorkClock | None = None,
        poll: float = 0, drain: bool = True,
    ) -> None:  # fmt: skip
        self.store = store
        self.opened = opened
        self.told: list[str] = []
        self.clock = clock or VirtualClock(BEGIN)
        self.queue = EmbeddedQueue()
        self.images = Images(store, lambda: opened, self.told.append)
        self.manner = Manner(Taker(f"test:{os.getpid()}"), lease=30, poll=poll, drain=drain)
        self.worker = Worker(store, self.queue, self.images, self.clock, self.manner, Kit(methods), self.told.append)

    @property
    def admin(self) -> Any:
        """Who asks."""
        return find_person(StoreRecords(self.store), "admin")

    def work(self) -> None:
        """Works until nothing is left that will ever be due."""
        self.worker.work()

    def cancel(self, number: int) -> None:
        """The administrator cancels the request."""
        with self.store.writing() as connection:
            case = read_case(connection, number)
            assert case is not None
            assert recovery.cancel_request(connection, case, self.admin, BEGIN) is None

    def case(self, number: int) -> Case:
        """The request as it stands."""
        with self.store.reading() as connection:
            found = read_case(connection, number)
        assert found is not None
        return found


class Work(AtWork):
    """One that runs the datastore in `folder`."""

    def __init__(self, store: Store, folder: Path, methods: Methods | None = None, drain: bool = True) -> None:
        self.methods = methods or Methods()
        super().__init__(store, open_project([str(folder)], cache=False), self.methods, drain=drain)

    def request(self, type_: str = "automation", instance: str = "Machine/one", **others: Any) -> int:
        """A new request that is approved, for an instance of the datastore."""
        klass, _, name = instance.partition("/")
        options = others.pop("options", {"namespace": "Sys", "class_name": klass, "instance_name": name})
        with self.store.writing() as connection:
            wanted = creating.Wanted(type_, options, auto_approve=True, **others)
            made = creating.create(wanted, self.admin, RowNumbers(connection), self.clock.now())
            assert not isinstance(made, tuple) or hasattr(made, "case"), made
            carry_out(connection, None, made, self.clock.now())  # type: ignore[arg-type]  # a decision
            return made.case.request.id  # type: ignore[union-attr]
