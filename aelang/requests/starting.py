"""Starting: an approved request is begun, and gets its tasks (REQUESTS 1.4: R6 to R7e; 1.5).

Between `begin` and `create_tasks` whoever carries them out raises `request_starting`, and looks at the case again: a
method may have denied the request meanwhile. `create_tasks` may be repeated after a crash: what is there is left.
`deliver_tasks` belongs into the transaction that ends the message.
"""

from datetime import datetime

from aelang.requests import tasks as lifecycle
from aelang.requests.creating import Numbers
from aelang.requests.decision import Answer, Decision, Event, Refused
from aelang.requests.options import InvalidOptions, as_options, check_count, deep_copy, with_options, without
from aelang.requests.rollup import rolled_request
from aelang.requests.rows import Case, Options, Request, Task
from aelang.requests.types import SERVICE_TASK, RequestType
from aelang.services.models import PROVIDERS, is_model
from aelang.services.options import cut


def begin(case: Case) -> Answer:
    """R6: the message that makes the tasks is at work; the event is raised in it, before anything else."""
    request = case.request
    if refused := _not_to_be_worked(case):
        return refused
    return Decision(case, (Event("request_starting", request.reference, queued=False),))


def _not_to_be_worked(case: Case) -> Refused | None:
    request = case.request
    match request.request_state:
        case "finished":
            return Refused(f"request {request.id} has already been processed")
        case "pending":
            pass
        case _:
            return Refused(f"request {request.id} is already being processed")
    if request.approval_state != "approved":
        return Refused(f"approval is required for request {request.id}")
    return None


def not_started(case: Case, reason: str, now: datetime) -> Answer:
    """R6e: what `request_starting` called ended in an error. A request that a method denied meanwhile stays so."""
    if refused := _not_to_be_worked(case):
        return refused
    return Decision(_ended(case, reason, now))


def _ended(case: Case, reason: str, now: datetime) -> Case:
    return case.with_request(
        request_state="finished", status="Error", message=cut(reason), fulfilled_on=now, updated_on=now
    )


def create_tasks(case: Case, numbers: Numbers, now: datetime) -> Answer:
    """R7: the request's own tasks, as many as it asks for, each with what it has from the request."""
    if refused := _not_to_be_worked(case):
        return refused
    if case.tasks:
        return Decision(case)
    request = case.request
    request = request._replace(options=with_options(request.options, delivered_on=now), updated_on=now)
    try:
        indices = check_count(request.kind, request.options)
    except InvalidOptions as fault:
        return failed_to_create(case, str(fault), now)
    made = tuple(inherited(request, index, numbers("MiqRequestTask"), now) for index in indices)
    return Decision(case._replace(request=request, tasks=made))


def failed_to_create(case: Case, reason: str, now: datetime) -> Decision:
    """R7e: making the tasks failed: with none made that ends the request, with some it goes on with those."""
    if not case.tasks:
        return Decision(_ended(case, f"Error: {reason}", now))
    return Decision(
        case.with_request(request_state="active", status="Warn", message=cut(f"Error: {reason}"), updated_on=now)
    )


def cannot_create(case: Case, reason: str, now: datetime) -> Answer:
    """The message that makes the tasks fails again and again, and is given up: the request says why. An operator puts
    it back, when he has put the cause right."""
    if refused := _not_to_be_worked(case):
        return refused
    return Decision(case.with_request(status="Error", message=cut(reason), updated_on=now))


def to_create_again(case: Case, now: datetime) -> Answer:
    """It was put back."""
    if refused := _not_to_be_worked(case):
        return refused
    message = f"{case.request.kind.says} - Request Created"
    return Decision(case.with_request(status="Ok", message=message, updated_on=now))


def deliver_tasks(case: Case, now: datetime) -> Decision:
    """The second half of R7: each task of the request itself is delivered; those below wait for their parents."""
    decision = Decision(case)
    for each in case.children(None):
        delivered = lifecycle.deliver(decision.case, each.id, now)
        if isinstance(delivered, Decision):
            decision = decision.then(delivered)
    return decision._replace(case=_first_roll_up(decision.case, now))


def _first_roll_up(case: Case, now: datetime) -> Case:
    rolled = rolled_request(case)
    after = case.with_request(request_state=rolled.state, status=rolled.status, message=rolled.message, updated_on=now)
    return after.with_request(description=case.tasks[0].description) if len(case.tasks) == 1 else after


# -- what a task has from its request ----------------------------------------------------------------------------


def inherited(request: Request, index: int, number: int, now: datetime) -> Task:
    """The task `number` of `request`, for `index`: the number of its VM, or the id of its source. Its options are its
    own: a later change on either side is not seen on the other."""
    kind = request.kind
    source_id, source_type = request.source_id, request.source_type
    if kind.tasks in ("source", "sources"):
        source_id, source_type = index, kind.source
    return Task(
        id=number,
        type=task_model(kind, request.source_type),
        request_type=request.request_type,
        miq_request_id=request.id,
        description=request.description,
        message=request.message,
        options=_options(request, kind, index),
        userid=request.userid,
        source_id=source_id,
        source_type=source_type,
        destination_id=request.destination_id,
        destination_type=request.destination_type,
        tenant_id=request.tenant_id,
        created_on=now,
        updated_on=now,
    )


def _options(request: Request, kind: RequestType, index: int) -> Options:
    options = deep_copy(without(as_options(request.options), "user_message"))
    return with_options(options, **{"pass": index}) if kind.tasks == "vms" or kind.task == SERVICE_TASK else options


def task_model(kind: RequestType, source: str | None) -> str:
    """The model of a task of `kind`: a provider's own where it is to make a VM from a provider's own template."""
    if kind.tasks != "vms" or source is None or not source.startswith(PROVIDERS):
        return kind.task
    own = source.rpartition("::")[0] + "::Provision"
    return own if is_model(own) else kind.task
