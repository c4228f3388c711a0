"""The life of a task (REQUESTS 1.4: R10; 1.7: T1 to T9).

Whatever a task reports goes up: to its parent, from there on, and from the uppermost to the request. Each of these
follows from what is below it and from nothing else, so that a report may be repeated.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from aelang.requests.decision import AUTOMATE, Answer, Decision, Event, Message, Refused
from aelang.requests.options import due
from aelang.requests.rollup import is_service_task, is_vm_task, rolled_parent, rolled_request, user_message
from aelang.requests.rows import Case, Task
from aelang.services.models import ancestors
from aelang.services.options import cut
from aelang.services.records import Reference

AUTOMATION_STARTING = "Automation Starting"
CANCELED = "Request is canceled by user."
_LOOK_AGAIN = timedelta(minutes=1)

_AFTER_WORK = {
    "MiqProvision": ("provisioned", "Finished New VM Customization"),
    "VmMigrateTask": ("migrated", "VM Migrate complete"),
    "VmReconfigureTask": ("finished", "VM Reconfigure complete"),
    "VmCloudReconfigureTask": ("finished", "VM Cloud Reconfigure complete"),
    "ServiceReconfigureTask": ("reconfigured", "Service Reconfigure complete"),
}
"""What a task says when a provider has done its work (T5)."""


def report(case: Case, number: int, columns: Mapping[str, Any], now: datetime) -> Decision:
    """R10, T8, T9: writes `columns` of the task `number`, and has everything above follow."""
    before = case.task(number)
    told: dict[str, Any] = {
        name: cut(value) if name == "message" and value is not None else value for name, value in columns.items()
    }
    task = before._replace(**told)
    if task == before:
        return _reported(case, before, now)
    decision = Decision(case.with_task(task._replace(updated_on=now)), _done(before, task))
    if task.state == "finished":
        decision = _end_unbegun(decision, task, now)
    return decision.then(_reported(decision.case, task, now))


def _end_unbegun(decision: Decision, parent: Task, now: datetime) -> Decision:
    """What `parent` was to begin, and has not, never will be: without this the request would never end."""
    canceled = {"status": "Error", "cancelation_status": "canceled", "message": CANCELED}
    for each in decision.case.children(parent.id):
        if each.is_unbegun:
            forgotten = {"status": "Warn", "message": f"Task {parent.id} has ended without beginning this one."}
            columns = canceled if parent.cancelation_status == "canceled" else forgotten
            decision = decision.then(report(decision.case, each.id, {"state": "finished", **columns}, now))
    return decision


def _done(before: Task, after: Task) -> tuple[Event, ...]:
    """T8: a service is there."""
    if after.state != "finished" or before.state == "finished" or not is_service_task(after):
        return ()
    found = _destination(after)
    return () if found is None else (Event("service_provisioned", found, policy=True),)


def _destination(task: Task) -> Reference | None:
    if task.destination_id is None:
        return None
    return Reference(task.destination_type or "Service", task.destination_id)


def _reported(case: Case, task: Task, now: datetime) -> Decision:
    if task.miq_request_task_id is None:
        return Decision(_rolled_up(case, now))
    parent = case.task(task.miq_request_task_id)
    if parent.state == "finished" or parent.cancelation_status is not None:  # its own machine says how it stops
        return Decision(_rolled_up(case, now))
    rolled = rolled_parent(parent, case.children(parent.id))
    return report(case, parent.id, rolled._asdict(), now)


def _rolled_up(case: Case, now: datetime) -> Case:
    """The request says what its tasks come to; one that is finished stays as it is."""
    request = case.request
    if request.request_state == "finished":
        return case
    rolled = rolled_request(case)
    columns: dict[str, Any] = {"request_state": rolled.state, "status": rolled.status, "message": rolled.message}
    if rolled.state == "finished":
        columns["fulfilled_on"] = now
        columns.update(_canceled(case))
    after = request._replace(**columns)
    return case if after == request else case._replace(request=after._replace(updated_on=now))


def _canceled(case: Case) -> dict[str, Any]:
    """How a request ends that was to be cancelled: cancelled, if one of its tasks stopped for that."""
    if not any(each.cancelation_status == "canceled" for each in case.tasks):
        return {"cancelation_status": None}
    return {"cancelation_status": "canceled", "status": "Error", "message": user_message(case.request) or CANCELED}


# -- from delivery to the end of the work ------------------------------------------------------------------------


def deliver(case: Case, number: int, now: datetime) -> Answer:
    """T1, T1d: Automate is to begin with the task, or its work, for the types that Automate does not drive."""
    task = case.task(number)
    if case.request.approval_state != "approved":
        return Refused(f"approval is required for request {case.request.id}")
    if refused := _not_waiting(task):
        return refused
    if not task.kind.driven:
        return execute(case, number, now)
    message = Message("deliver", task.reference, {}, AUTOMATE, task_id=task.task_id)
    columns = {"state": "pending", "status": "Ok", "message": AUTOMATION_STARTING, "begun": True}
    written = report(case, number, columns, now)
    return written._replace(messages=(*written.messages, message))


def _not_waiting(task: Task) -> Refused | None:
    if task.state == "finished":
        return Refused(f"task {task.id} has already been processed")
    if task.state != "pending":
        return Refused(f"task {task.id} is already being processed")
    return None


def automate_starts(case: Case, number: int, now: datetime) -> Answer:
    """T2: Automate is about to run the task's machine; of services and of what is retired it is told. One that is
    queued has come as far as its own work before: a crash has its machine run again, and the work stays queued once."""
    task = case.task(number)
    if not _is_told(task) or task.state != "pending":
        return Decision(case)
    return report(case, number, {"state": "active", "status": "Ok", "message": "In Process"}, now)


def _is_told(task: Task) -> bool:
    return is_service_task(task) or "MiqRetireTask" in ancestors(task.type)


def execute(case: Case, number: int, now: datetime) -> Answer:
    """T3: the task's own work is to be done: its machine has come that far, or it has none."""
    task = case.task(number)
    if task.state == "finished":
        return Refused(f"task {task.id} has already been processed")
    if task.state == "queued":
        return Refused(f"task {task.id} is already being processed")
    message = Message("execute", task.reference, {}, case.request.kind.role, task_id=task.task_id,
                      deliver_on=_due(case, now))  # fmt: skip
    columns = {"state": "queued", "status": "Ok", "message": "State Machine Initializing"}
    written = report(case, number, columns, now)
    return written._replace(messages=(*written.messages, message))


def _due(case: Case, now: datetime) -> datetime | None:
    found = due(case.request.options)
    return found if found is not None and found > now else None


def executing(case: Case, number: int, now: datetime) -> Answer:
    """T4: the work begins."""
    task = case.task(number)
    if task.state == "finished":
        return Refused(f"task {task.id} has already been processed")
    columns = {"state": "active", "status": "Ok", "message": f"{task.kind.says} initiated"}
    return report(case, number, columns, now)


def failed(case: Case, number: int, reason: str, now: datetime) -> Answer:
    """T3, when the work failed: the task ends."""
    if case.task(number).state == "finished":
        return Refused(f"task {number} has already been processed")
    return report(case, number, {"state": "finished", "status": "Error", "message": f"Error: {reason}"}, now)


def work_children(case: Case, number: int, now: datetime) -> Answer:
    """T5 of a service: its parts are delivered, and looked after until they are finished."""
    task = case.task(number)
    children = case.children(number)
    if not children:
        columns = {"state": "provisioned", "message": "Service does not have children processes"}
        return report(case, number, columns, now)
    decision = Decision(case)
    for each in children:
        delivered = deliver(decision.case, each.id, now)
        if isinstance(delivered, Decision):
            decision = decision.then(delivered)
    decision = decision.then(report(decision.case, number, {"message": "Service Provision started"}, now))
    return decision._replace(messages=(*decision.messages, _look_after(task, case, now)))


def look_after(case: Case, number: int, now: datetime) -> Decision:
    """T5 of a service, every minute: what its parts come to, in case a report was lost, until they are finished."""
    task = case.task(number)
    if task.state == "finished" or task.cancelation_status is not None:
        return Decision(case)
    rolled = rolled_parent(task, case.children(number))
    decision = report(case, number, rolled._asdict(), now)
    if decision.case.task(number).state in ("finished", task.kind.done):
        return decision
    return decision._replace(messages=(_look_after(task, case, now),))


def _look_after(task: Task, case: Case, now: datetime) -> Message:
    return Message("do_post_provision", task.reference, {}, case.request.kind.role, task_id=task.task_id,
                   deliver_on=now + _LOOK_AGAIN)  # fmt: skip


def worked(case: Case, number: int, now: datetime, made: Reference | None = None) -> Answer:
    """T5 of all others: a provider has done the work; `made` is the VM that came of it."""
    task = case.task(number)
    if task.state == "finished":
        return Refused(f"task {number} has already been processed")
    state, message = _AFTER_WORK.get(task.kind.task, (task.kind.done or "finished", f"{task.kind.says} complete"))
    columns: dict[str, Any] = {"state": state, "message": message}
    if made is not None:
        columns.update(destination_id=made.id, destination_type=made.model)
    decision = report(case, number, columns, now)
    if made is None or not is_vm_task(task):
        return decision
    return decision._replace(events=(Event("vm_provisioned", made, policy=True), *decision.events))


# -- what methods say, and how it ends ---------------------------------------------------------------------------


def update(case: Case, number: int, columns: Mapping[str, Any], now: datetime) -> Answer:
    """T6, T6p and `message=`: a method reports; a finished task hears no more messages, and is not opened again."""
    task = case.task(number)
    if task.state == "finished" and columns.get("state") != "finished":
        return Refused(f"task {number} is finished: it says nothing more")
    return report(case, number, columns, now)


def automate_ended(case: Case, number: int, result: str, now: datetime) -> Decision:
    """T7: what the task's machine came to, `result` being the run's ae_result; also after a failure."""
    task, outcome = case.task(number), result.lower()
    if outcome == "retry" or case.request.request_state == "finished":
        return Decision(case)
    if outcome == "ok":
        columns = {"state": "finished", "status": "Ok", "message": f"{task.kind.says} completed"}
        return report(case, number, columns, now)
    pending = _pending(case, number) if _is_told(task) else ()
    decision = _set_aside(case, pending, now)
    columns = {"state": "finished", "status": "Error"}
    if not is_vm_task(task):
        columns["message"] = f"{task.kind.says} failed"
    decision = decision.then(report(decision.case, number, columns, now))
    for each in pending:
        decision = decision.then(_reported(decision.case, decision.case.task(each.id), now))
    return decision


def _pending(case: Case, number: int) -> tuple[Task, ...]:
    """When one of the tasks of a service failed, those that nobody has begun never will be."""
    return tuple(each for each in case.tasks if each.id != number and each.state == "pending")


def _set_aside(case: Case, pending: tuple[Task, ...], now: datetime) -> Decision:
    """`pending` are finished. Nothing follows from that yet: the gravest is still to be told, and the request, once it
    is finished, stays as it is."""
    decision = Decision(case)
    for each in pending:
        message = f"Error in Request: {case.request.id}. Setting pending Task: {each.id} to finished."
        after = each._replace(state="finished", status="Warn", message=cut(message), updated_on=now)
        decision = decision.then(Decision(decision.case.with_task(after), _done(each, after)))
    return decision
