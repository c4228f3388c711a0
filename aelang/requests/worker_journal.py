"""What is kept of a run: lines of the journal, its trace, its last workspace."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from aelang.interpreter.outcome import Failed, Finished, Retry
from aelang.interpreter.trace import CutOff, Undone
from aelang.interpreter.values import mask_secrets
from aelang.requests.progress import CUT_OFF, Progress, read_progress, state_lines
from aelang.requests.steps import Ended, Run, Step
from aelang.requests.store.keeping import (
    Entry,
    KeptWorkspace,
    TracePart,
    add_trace,
    keep_workspace,
    read_journal,
    write_entries,
    write_journal,
)
from aelang.requests.tasks import CANCELED
from aelang.requests.traces import pack_events
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
    lines = [*_states(step, request, ended), *_undos(step, request, ended, now)]
    if not (run.written and ended.reason is None):  # where it went well, what is written already says enough
        lines.append(_entry(step, request, ended, now))
    if lines:
        write_entries(connection, lines, plain=_is_plain(step))
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
        line = _line(step, request, "step", status, step.now(), message)
        write_entries(connection, [line], plain=_is_plain(step))


def _is_plain(step: Step) -> bool:
    """Whether the message is surely of no transaction: nobody needs to look."""
    return step.claimed.of.model not in _OF_TRANSACTIONS and step.claimed.of.model not in EVENTS


_OF_TRANSACTIONS = frozenset(("ProvisioningRequest", "ProvisioningTask"))


def tell_cut_off(connection: Connection, step: Step) -> None:
    """Says in the trace and in the journal that a run was cut off, where the attempt before this one left nothing: its
    worker had died, or had to leave it."""
    request, claimed = step.claimed.request_id, step.claimed
    if request is None:
        return
    said = [each for each in read_journal(connection, request) if _ends(each, claimed.number)]
    if len(said) >= claimed.fence - 1:
        return
    progress, now = read_progress(claimed.progress), step.now()
    state = "" if progress is None or not progress.inside else progress.inside[-1].state
    line = _line(step, request, "step", CUT_OFF, now)
    write_journal(connection, line._replace(state=state or None, attempt=claimed.attempts - 1))
    body = pack_events([CutOff(0, state)], [now.timestamp()])
    add_trace(connection, TracePart(request, step.context or NO_CONTEXT, now, 1, body))


def keep_cut_off(connection: Connection, step: Step) -> None:
    """Writes down the states of a run that was cut off, and that nobody will begin anew."""
    progress = read_progress(step.claimed.progress) or Progress()
    lines = state_lines(progress, Entry(step.request, "state", "", step.now(), task_number(step)), CUT_OFF)
    if lines:
        write_entries(connection, lines)


def _ends(entry: Entry, message: int) -> bool:
    """Whether it says that an attempt at the message came to nothing."""
    detail = entry.detail if isinstance(entry.detail, dict) else {}
    return entry.phase == "step" and entry.status in _NOTHING and detail.get("message") == message


_NOTHING = ("Failed", "Dead", CUT_OFF)


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


def _entry(step: Step, request: int, ended: Ended, now: datetime) -> Entry:
    reason = None if _is_canceled(ended) else ended.reason
    line = _line(step, request, "step", _status(ended, reason), now, reason)
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


def _is_canceled(ended: Ended) -> bool:
    """Whether it was to undo what was done, since the request is cancelled, and has: that is no error."""
    match ended.outcome:
        case Finished(reason=reason, rollback="done"):
            return reason == CANCELED
        case _:
            return False


def _status(ended: Ended, reason: str | None) -> str:
    match ended.outcome:
        case Retry():
            return "Retry"
        case Failed():
            return "Error"
        case Finished():
            return "Error" if reason is not None else "Ok"


def _guid() -> str:
    import uuid

    return str(uuid.uuid4())
