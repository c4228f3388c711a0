"""Methods with `effect: once`: written down before they run, and never run twice.

Before such a method runs, the journal says InProgress; when it has ended, what it gave. Where a worker dies in between
nobody can know whether it has done its work: the next attempt finds it in progress, and an operator has to say. Where
it died later, the method is not run again: what it gave is taken from the journal.

What it gave are its result and the attributes of its object, of the root, and the state variables that it set. One
that gave what cannot be kept, such as an object, waits for an operator too.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, select

from aelang.interpreter.ports import Handle, MethodCall, MethodResult, MethodRunner
from aelang.interpreter.values import RunValue
from aelang.requests.steps import Step
from aelang.requests.store.keeping import Entry, write_journal
from aelang.requests.store.schema import JOURNAL
from aelang.value_json import ValueWriting

METHOD, REPAIR = "method", "repair"
IN_PROGRESS, OK, FAILED, DONE, AGAIN = "InProgress", "Ok", "Failed", "Done", "Again"

IN_DOUBT = "was at work when its worker died"
"""Why an operator has to say whether a method has done its work."""

_WELL = (0, 4)
_WHY = {
    IN_PROGRESS: IN_DOUBT,
    OK: "has ended, and what it gave could not be kept",
    FAILED: "has failed half-way",
}

_SAID = (
    select(JOURNAL.c.phase, JOURNAL.c.status, JOURNAL.c.detail)
    .where(JOURNAL.c.request_id == bindparam("request"), JOURNAL.c.phase.in_((METHOD, REPAIR)))
    .order_by(JOURNAL.c.id)
)


class WaitsForOperator(Exception):
    """Nobody knows whether a method has done its work."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"the method {path} {why}: say whether its work is done or is to be done again")
        self.path = path


class Found(NamedTuple):
    """What the journal says of a call: its last status, and what it gave."""

    status: str
    detail: Mapping[str, Any]


class OnceMethods:
    """Fills `ports.MethodRunner` with `methods`, and sees to those whose effect is `once`. `serve` says for which
    message they run, and where the journal is written."""

    def __init__(
        self, methods: MethodRunner, now: Callable[[], datetime], present: Callable[[object], RunValue]
    ) -> None:
        self._methods = methods
        self._now = now
        self._present = present
        self._step: Step | None = None
        self._writing: Callable[[], AbstractContextManager[Connection]] | None = None
        self._counts: dict[str, int] = {}

    def serve(self, step: Step | None, writing: Callable[[], AbstractContextManager[Connection]]) -> None:
        """From now on methods run for `step`."""
        self._step = step
        self._writing = writing
        self._counts = {}

    def run(self, call: MethodCall) -> MethodResult:
        """Runs `call`. Raises WaitsForOperator, and what `methods` raise."""
        step = self._step
        if call.method.effect != "once" or step is None or step.claimed.request_id is None:
            return self._methods.run(call)
        path = f"/{call.method.path}"
        number = self._counts[path] = self._counts.get(path, 0) + 1
        return self._once(step, call, path, f"{step.claimed.number}:{path}:{number}")

    def _once(self, step: Step, call: MethodCall, path: str, key: str) -> MethodResult:
        assert self._writing is not None  # `serve` came first
        with self._writing() as connection:
            found = _said(connection, step.request, key)
            if found is None or found.status == AGAIN:
                self._write(connection, step, path, IN_PROGRESS, {"call": key})
        if found is not None and found.status != AGAIN:
            return self._replayed(found, call.handle, path)
        before = _attributes(call.handle)
        try:
            result = self._methods.run(call)
        except Exception as fault:  # whatever ends it: it was at work, and the journal is to say how it ended
            self._ended(step, path, FAILED, {"call": key, "message": str(fault)})
            raise
        status = OK if result.code in _WELL else FAILED
        self._ended(step, path, status, {"call": key, **_given(result, before, call.handle)})
        return result

    def _replayed(self, found: Found, handle: Handle, path: str) -> MethodResult:
        if found.status == DONE:
            return MethodResult()
        if "result" not in found.detail:
            raise WaitsForOperator(path, _WHY[found.status])
        parts = _parts(handle)
        for part, values in found.detail["set"].items():
            parts[part].update({name: self._present(value) for name, value in values.items()})
        code, message, value, detail = found.detail["result"]
        return MethodResult(code, message, self._present(value), detail)

    def _ended(self, step: Step, path: str, status: str, detail: dict[str, Any]) -> None:
        assert self._writing is not None
        with self._writing() as connection:
            self._write(connection, step, path, status, detail)

    def _write(self, connection: Connection, step: Step, path: str, status: str, detail: dict[str, Any]) -> None:
        entry = Entry(step.request, METHOD, status, self._now(), _task_of(step), None, step.claimed.attempts, path,
                      {**detail, "path": path})  # fmt: skip
        write_journal(connection, entry)


def _task_of(step: Step) -> int | None:
    """The id of the task that the message is of."""
    return step.claimed.of.id if step.claimed.task_id is not None and "ask" in step.claimed.of.model else None


def _said(connection: Connection, request: int, key: str) -> Found | None:
    found = None
    for _, status, detail in connection.execute(_SAID, {"request": request}):
        if isinstance(detail, dict) and detail.get("call") == key:
            found = Found(status, detail)
    return found


def _parts(handle: Handle) -> dict[str, dict[str, RunValue]]:
    return {"root": handle.root or {}, "object": handle.object, "state_vars": handle.state_vars}


def _attributes(handle: Handle) -> dict[str, dict[str, RunValue]]:
    return {part: dict(values) for part, values in _parts(handle).items()}


def _given(result: MethodResult, before: Mapping[str, Mapping[str, RunValue]], handle: Handle) -> dict[str, Any]:
    """What a method gave, as the journal keeps it; nothing where that cannot be kept."""
    missing = object()
    changed = {
        part: {name: value for name, value in values.items() if before[part].get(name, missing) != value}
        for part, values in _parts(handle).items()
    }
    given = {"result": list(result), "set": changed}
    try:
        ValueWriting().value(given)
    except (AttributeError, ValueError, RecursionError):  # an object of the run
        return {}
    return given
