"""What is kept of a run: lines of the journal, its trace, its last workspace."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from aelang.interpreter.outcome import Failed, Finished, Retry
from aelang.interpreter.trace import Undone
from aelang.interpreter.values import mask_secrets
from aelang.requests.steps import Ended, Run, Step
from aelang.requests.store.keeping import (
    Entry,
    KeptWorkspace,
    TracePart,
    add_trace,
    keep_workspace,
    write_entries,
)
from aelang.requests.transactions.words import UNDO_FAILED, UNDO_IN_PROGRESS, UNDO_OK
from aelang.services.models import EVENTS

NO_CONTEXT = "-"
"""The context of lines that belong to no task."""


def keep_run(connection: Connection, step: Step, run: Run, ended: Ended) -> None:
    """Writes down what `run` told and did, in the transaction in which its outcome is acted upon."""
    request, now = step.claimed.request_id, step.now()
    _keep_trace(connection, step, ended, now)
    if request is None:
        return
    undone, last = _undos(step, request, ended, now), _entry(step, request, run, ended, now)
    write_entries(connection, [*_states(step, request, ended), *undone, last])
    if ended.workspace is not None and step.context is not None:
        keep_workspace(connection, KeptWorkspace(_guid(), step.context, request, run.uri, now, ended.workspace))


def _keep_trace(connection: Connection, step: Step, ended: Ended, now: datetime) -> None:
    request, of = step.claimed.request_id, step.claimed.of
    event = of.id if of.model in EVENTS else None
    if ended.events and (request is not None or event is not None):
        context = step.context or NO_CONTEXT
        add_trace(connection, TracePart(request, context, now, len(ended.events), ended.trace, event))


def note(connection: Connection, step: Step, status: str, message: str | None = None) -> None:
    """Writes a line about the message itself."""
    request = step.claimed.request_id
    if request is not None:
        write_entries(connection, [_line(step, request, "step", status, step.now(), message)])


def _line(
    step: Step, request: int, phase: str, status: str, at: datetime, message: str | None = None
) -> Entry:  # fmt: skip
    text = None if message is None else mask_secrets(message)
    detail = {"method": step.claimed.method, "message": step.claimed.number}
    return Entry(request, phase, status, at, task_number(step), None, step.claimed.attempts, text, detail)


def task_number(step: Step) -> int | None:
    """The id of the task that the message is of, None where it is of something else."""
    return step.claimed.of.id if step.claimed.method in _OF_TASKS and step.claimed.task_id is not None else None


_OF_TASKS = frozenset(("deliver", "execute", "do_post_provision"))


def _undos(step: Step, request: int, ended: Ended, now: datetime) -> list[Entry]:
    """The undos of states, in the words of transactions."""
    task = task_number(step)
    return [
        Entry(request, "undo", _UNDONE.get(each.result, UNDO_FAILED), now, task, each.state)
        for each in ended.events
        if type(each) is Undone
    ]


_UNDONE = {"ok": UNDO_OK, "retry": UNDO_IN_PROGRESS}


def _states(step: Step, request: int, ended: Ended) -> list[Entry]:
    task = task_number(step)
    return [
        Entry(request, "state", left.event.result.capitalize(), left.at, task, left.event.state, left.attempt, None,
              {"within": list(left.within)} if left.within else None)
        for left in ended.states
    ]  # fmt: skip


def _entry(step: Step, request: int, run: Run, ended: Ended, now: datetime) -> Entry:
    line = _line(step, request, "step", _status(ended), now, ended.reason)
    detail: dict[str, Any] = {**line.detail, "image": ended.image}
    if len(ended.position) > 1:
        detail["position"] = [list(each) for each in ended.position]
    match ended.outcome:
        case Retry(after):
            detail["after"] = after
        case Failed(error):
            detail["failure"] = type(error).__name__
            if error.span.source:
                detail["place"] = str(error.span)
        case _:
            pass
    return line._replace(state=ended.state, detail=detail)


def _status(ended: Ended) -> str:
    match ended.outcome:
        case Retry():
            return "Retry"
        case Failed():
            return "Error"
        case Finished():
            return "Error" if ended.reason is not None else "Ok"


def _guid() -> str:
    import uuid

    return str(uuid.uuid4())
