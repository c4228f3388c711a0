"""What happened to a request, as lines for one screen, and as JSON."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from aelang.cli.stores import as_json, shown
from aelang.interpreter.values import to_text
from aelang.requests.types import PROVISIONING
from aelang.services.options import read_option
from aelang.services.records import Reference
from aelang.services.references import write_reference

if TYPE_CHECKING:
    from aelang.requests.history import History, StateSeen
    from aelang.requests.rows import Approval, Request, Task

_MARGIN = 11
_MANY = 4  # tasks
_OPERATOR = "waits for an operator"
_MANY_COMMANDS = 12
_USUAL_TARGET = ("System", "Process", "AUTOMATION_REQUEST")
_MOST_ASKED = 200  # characters of what is asked for
_TOLD_ELSEWHERE = {
    "attrs", "namespace", "class_name", "instance_name", "message", "user_id", "schedule_type",
    "schedule_time", "delivered_on", "user_message", "quota_max_exceeded", "quota_warn_exceeded",
}  # fmt: skip


def lines(history: "History") -> Iterator[str]:
    """The report: what it is, how it stands, who decided, its tasks with their states, what it waits for."""
    request = history.case.request
    yield f"request {request.id}  {request.type}  {request.description}"
    for name, said in (*_head(request), *_canceled(history)):
        yield f"  {name.ljust(_MARGIN)}{said}"
    yield from _section("approvals", (_approval(each, request) for each in history.case.approvals))
    yield from _section("tasks", _tasks(history, None, ""))
    yield from _section("commands", _commands(history))
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
    if asked := _asked(request):
        yield "with", asked
    if request.source_id is not None and request.source_type is not None:
        yield "source", write_reference(Reference(request.source_type, request.source_id))
    yield "created", shown(request.created_on)
    scheduled = read_option(request.options, "schedule_time")
    if isinstance(scheduled, datetime):
        yield "scheduled", shown(scheduled)
    if ended := _ended(request):
        yield "ended", f"{shown(ended)}, after {_span(request.created_on, ended)}"


def _canceled(history: "History") -> Iterator[tuple[str, str]]:
    """Who wanted it cancelled; he may have come too late."""
    asked, request = history.cancelation, history.case.request
    if asked is not None:
        late = request.request_state == "finished" and request.cancelation_status is None
        who = f"{asked.name or asked.by} ({asked.by}) at {shown(asked.at)}"
        reason = f": {asked.reason}" if asked.reason else ""
        yield "cancel", f"asked for by {who}{', too late' if late else ''}{reason}"


def _ended(request: "Request") -> datetime | None:
    """When nothing more was to be done: what was denied, or cancelled before it began, is not fulfilled."""
    is_over = request.request_state == "finished"
    return request.fulfilled_on or (request.updated_on if is_over else None)


def _called(request: "Request") -> str:
    """What an automation request runs."""
    names = [read_option(request.options, each) for each in ("namespace", "class_name", "instance_name")]
    if request.type != "AutomationRequest" or not any(names):
        return ""
    path = "/".join(str(each or usual) for each, usual in zip(names, _USUAL_TARGET, strict=True))
    message = read_option(request.options, "message")
    return f"/{path.lstrip('/')}" + (f"#{message}" if message else "")


def _asked(request: "Request") -> str:
    """What the requester said of what he wants; of very much only the beginning."""
    if request.type == PROVISIONING:  # its commands tell it
        return ""
    own = {} if request.type == "AutomationRequest" else request.options
    given = {to_text(key): value for key, value in own.items() if to_text(key) not in _TOLD_ELSEWHERE}
    for name in ("attrs", "dialog"):
        found = given.pop(name, None) or read_option(request.options, name)
        given |= {to_text(key): value for key, value in found.items()} if isinstance(found, dict) else {}
    for name in ("userid", "src_id" if request.source_id is not None else ""):
        given.pop(name, None)
    text = ", ".join(f"{key}={value}" for key, value in as_json(given).items() if value is not None)
    return text if len(text) <= _MOST_ASKED else f"{text[:_MOST_ASKED]}..."


def _approval(row: "Approval", request: "Request") -> str:
    asked = row.approver_name
    if row.state == "pending" and (request.approval_state != "pending_approval" or request.request_state == "finished"):
        return f"{row.id}  not needed any more" + (f": {asked} was asked" if asked else "")
    if row.state == "pending":
        return f"{row.id}  pending" + (f": {asked} is asked" if asked else "")
    who = row.stamper_name or "-"
    told = f"{row.id}  {row.state} by {who}" + (f" for {asked}" if asked not in (None, who) else "")
    return f"{told} at {shown(row.stamped_on)}" + (f": {row.reason}" if row.reason else "")


def _tasks(history: "History", parent: int | None, indent: str) -> Iterator[str]:
    """The tasks, each with its states; of many tasks only those that did not go well have theirs."""
    for task in history.case.children(parent):
        states = [each for each in history.states if each.task == task.id]
        if states and len(history.case.tasks) > _MANY and (task.state, task.status) == ("finished", "Ok"):
            yield f"{indent}{_task(task)}  (aelang task show {task.id})"
            states = []
        else:
            yield indent + _task(task)
        yield from (f"{indent}  {state_line(each)}" for each in states)
        yield from _tasks(history, task.id, indent + "  ")


def _commands(history: "History") -> Iterator[str]:
    """How a transaction stands, and its commands; of many only those that are neither done nor still to come."""
    if history.transaction is None:
        return
    transaction, commands = history.transaction
    yield f"the transaction is {transaction.status}"
    shown_ones = [each for each in commands if len(commands) <= _MANY_COMMANDS or each.status not in ("Ok", "Pending")]
    for each in shown_ones:
        tries = "" if not each.attempts else ", 1 attempt" if each.attempts == 1 else f", {each.attempts} attempts"
        when = f" at {shown(each.updated_on)}" if each.status != "Pending" else ""
        reason = f": {each.message}" if each.message else ""
        yield f"command {each.id}  {each.action} on {each.resource}  {each.status}{when}{tries}{reason}"
    if len(shown_ones) < len(commands):
        yield f"{len(commands) - len(shown_ones)} more: aelang request commands {transaction.request_id}"


def _task(task: "Task") -> str:
    said = f"task {task.id}  {task.type}  {task.state}, {task.status}: {task.message or '-'}"
    is_told = not task.needs_operator or _OPERATOR in said
    return said if is_told else f"{said}  ({_OPERATOR})"


def state_line(state: "StateSeen") -> str:
    """How a state of a machine went, further in by the machines around it."""
    from aelang.requests.progress import AT_WORK, CUT_OFF

    name = "  " * len(state.within) + state.name
    if not state.attempts:
        return f"{name}  begun"
    tries = "1 attempt" if state.attempts == 1 else f"{state.attempts} attempts"
    if state.result in (AT_WORK, CUT_OFF):
        return f"{name}  {state.result.lower()} since {shown(state.last)}, attempt {state.attempts}"
    took = f", over {_span(state.first, state.last)}" if state.last > state.first else ""
    reason = f": {state.message}" if state.message else ""
    return f"{name}  {state.result.lower()} at {shown(state.last)}, {tries}{took}{reason}"


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


def painted(line: str) -> str:
    """A line of a report in colours: titles, and how well what it tells of went."""
    from aelang.cli.console import paint

    if not line.startswith(" "):
        return line and paint(line, "blue", bold=True)
    found = _RESULT.match(line)
    if found is None:
        return line
    return f"{found[1]}{paint(found[2], _COLORS[found[2].lower()])}{line[found.end() :]}"


_RESULT = re.compile(
    r"( +(?:state +\S+, |task \d+  \S+  \S+, |\S+  ))"
    r"(ok|warn|error|timeout|denied|retry|skip|at work|cut off|undone)\b",
    re.IGNORECASE,
)
_COLORS = {
    "ok": "green", "skip": "green", "retry": "yellow", "warn": "yellow", "error": "red", "timeout": "red",
    "denied": "red", "at work": "yellow", "cut off": "red", "undone": "yellow",
}  # fmt: skip


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
        "transaction": history.transaction,
        "cancelation": history.cancelation,
    }
