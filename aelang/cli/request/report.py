"""What happened to a request, as lines for one screen, and as JSON."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from aelang.cli.stores import shown
from aelang.services.options import read_option

if TYPE_CHECKING:
    from aelang.requests.history import History, StateSeen
    from aelang.requests.rows import Approval, Request, Task

_MARGIN = 11
_USUAL_TARGET = ("System", "Process", "AUTOMATION_REQUEST")


def lines(history: "History") -> Iterator[str]:
    """The report: what it is, how it stands, who decided, its tasks with their states, what it waits for."""
    request = history.case.request
    yield f"request {request.id}  {request.type}  {request.description}"
    for name, said in _head(request):
        yield f"  {name.ljust(_MARGIN)}{said}"
    yield from _section("approvals", map(_approval, history.case.approvals))
    yield from _section("tasks", _tasks(history, None, ""))
    overcome = request.request_state == "finished" and request.status == "Ok"
    yield from _section("last error, overcome since" if overcome else "last error", _fault(history))
    yield from _section("waits for", _waits(history))


def _waits(history: "History") -> Iterator[str]:
    for hint in history.waits_for:
        yield hint.text
        if hint.command:
            yield f"  {hint.command}"


def _section(title: str, found: Iterator[str]) -> Iterator[str]:
    for at, line in enumerate(found):
        if at == 0:
            yield ""
            yield title
        yield f"  {line}"


def _head(request: "Request") -> Iterator[tuple[str, str]]:
    canceled = f", {request.cancelation_status}" if request.cancelation_status else ""
    yield "state", f"{request.request_state}, {request.status}{canceled}: {request.message or '-'}"
    yield "approval", request.approval_state
    yield "requester", f"{request.requester_name or request.userid} ({request.userid})"
    if called := _called(request):
        yield "runs", called
    if request.source_id is not None:
        yield "source", f"{request.source_type} {request.source_id}"
    yield "created", shown(request.created_on)
    scheduled = read_option(request.options, "schedule_time")
    if isinstance(scheduled, datetime):
        yield "scheduled", shown(scheduled)
    if request.fulfilled_on is not None:
        yield "ended", f"{shown(request.fulfilled_on)}, after {_span(request.created_on, request.fulfilled_on)}"


def _called(request: "Request") -> str:
    """What an automation request runs."""
    names = [read_option(request.options, each) for each in ("namespace", "class_name", "instance_name")]
    if request.type != "AutomationRequest" or not any(names):
        return ""
    path = "/".join(str(each or usual) for each, usual in zip(names, _USUAL_TARGET, strict=True))
    message = read_option(request.options, "message")
    return f"/{path.lstrip('/')}" + (f"#{message}" if message else "")


def _approval(row: "Approval") -> str:
    asked = row.approver_name
    if row.state == "pending":
        return f"{row.id}  pending" + (f": {asked} is asked" if asked else "")
    who = row.stamper_name or "-"
    told = f"{row.id}  {row.state} by {who}" + (f" for {asked}" if asked not in (None, who) else "")
    return f"{told} at {shown(row.stamped_on)}" + (f": {row.reason}" if row.reason else "")


def _tasks(history: "History", parent: int | None, indent: str) -> Iterator[str]:
    for task in history.case.children(parent):
        yield indent + _task(task)
        for state in history.states:
            if state.task == task.id:
                yield f"{indent}  {state_line(state)}"
        yield from _tasks(history, task.id, indent + "  ")


def _task(task: "Task") -> str:
    said = f"task {task.id}  {task.type}  {task.state}, {task.status}: {task.message or '-'}"
    return said + ("  (waits for an operator)" if task.needs_operator else "")


def state_line(state: "StateSeen") -> str:
    """How a state of a machine went."""
    tries = "1 attempt" if state.attempts == 1 else f"{state.attempts} attempts"
    took = f", over {_span(state.first, state.last)}" if state.last > state.first else ""
    reason = f": {state.message}" if state.message else ""
    return f"{state.name}  {state.result.lower()} at {shown(state.last)}, {tries}{took}{reason}"


def _fault(history: "History") -> Iterator[str]:
    fault = history.fault
    if fault is None:
        return
    of = f"task {fault.task}" if fault.task is not None else "the request"
    state = f", state {fault.state}" if fault.state else ""
    yield f"{of}{state}, at {shown(fault.at)}: {fault.message or 'no reason was given'}"
    if fault.said:
        yield f"  {fault.said}"
    if fault.place:
        yield f"  --> {fault.place}"


def _span(first: datetime | None, last: datetime | None) -> str:
    seconds = 0 if first is None or last is None else max(0, round((last - first).total_seconds()))
    parts = [(seconds // 86400, "d"), (seconds // 3600 % 24, "h"), (seconds // 60 % 60, "min"), (seconds % 60, "s")]
    told = [f"{number} {unit}" for number, unit in parts if number]
    return " ".join(told[:2]) or "less than a second"


def document(history: "History") -> dict[str, Any]:
    """The report for a program."""
    case = history.case
    return {
        **case.request._asdict(),
        "approvals": case.approvals,
        "tasks": case.tasks,
        "states": history.states,
        "last_error": history.fault,
        "queue": history.items,
        "waits_for": history.waits_for,
    }
