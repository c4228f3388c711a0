"""Cancelling requests (REQUESTS 1.4: R9). What nobody has begun is finished at once; what is at work is asked to
stop, and does so at its next step: what it has done is undone first, where the datastore says how."""

from datetime import datetime

from aelang.requests.decision import Answer, Decision, Refused
from aelang.requests.rows import Case, Person, Task
from aelang.requests.tasks import CANCELED, report
from aelang.requests.types import TEMPLATE

CANCEL_REQUESTED, CANCELING, IS_CANCELED = "cancel_requested", "canceling", "canceled"


def cancel(case: Case, by: Person, now: datetime) -> Answer:
    """R9, asked for by `by`: the requester, or one who may approve."""
    request = case.request
    if request.type == TEMPLATE:
        return Refused(f"request {request.id} is a template: it is never executed, so there is nothing to cancel")
    if request.request_state == "finished":
        return Refused(f"request {request.id} is finished: there is nothing to cancel")
    if request.cancelation_status is not None:
        return Refused(f"request {request.id} is being cancelled already")
    if not (by.automate or by.administrator or by.approves or by.id == request.requester_id):
        return Refused(f"{by.name or by.userid} may not cancel request {request.id}: it is another's")
    if not case.tasks and request.request_state == "pending":
        return Decision(_canceled(case, now))
    asked = case.with_request(cancelation_status=CANCEL_REQUESTED, updated_on=now)
    decision = Decision(asked)
    for each in case.tasks:
        if each.state != "finished":
            task = decision.case.task(each.id)._replace(cancelation_status=CANCEL_REQUESTED, updated_on=now)
            decision = Decision(decision.case.with_task(task))
    return decision


def _canceled(case: Case, now: datetime) -> Case:
    return case.with_request(
        cancelation_status=IS_CANCELED, request_state="finished", status="Error", message=CANCELED, updated_on=now
    )


def is_to_stop(task: Task) -> bool:
    """Whether the next step of `task` is its last: someone wants the request cancelled."""
    return task.state != "finished" and task.cancelation_status == CANCEL_REQUESTED


def undoing(case: Case, number: int, now: datetime) -> Decision:
    """What the task has done is being undone."""
    columns = {"state": "rolling_back", "status": "Warn", "cancelation_status": CANCELING, "message": "Canceling"}
    asked = case.with_request(cancelation_status=CANCELING, updated_on=now)
    return report(asked, number, columns, now)


def stopped(case: Case, number: int, now: datetime, *, undone: bool = True) -> Decision:
    """The task has stopped, with nothing left of what it did; where an undo failed, it waits for an operator."""
    if not undone:
        columns = {"state": "rollback_failed", "status": "Error", "needs_operator": True, "message": "An undo failed"}
        return report(case, number, columns, now)
    columns = {"state": "finished", "status": "Error", "cancelation_status": IS_CANCELED, "message": CANCELED}
    return report(case, number, columns, now)
