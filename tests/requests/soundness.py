"""What must hold of every request (REQUESTS 8, invariants 1 to 4 and 9)."""

from aelang.interpreter.values import Symbol
from aelang.requests import approving
from aelang.requests.options import get
from aelang.requests.rows import Case, Task


def check_approval(case: Case) -> None:
    """Approved is what its approvals say, and what is denied has ended before it began."""
    request = case.request
    assert (request.approval_state == "approved") == approving.is_approved(case)
    if request.approval_state == "denied":
        assert ((), "finished", "Denied") == (case.tasks, request.request_state, request.status)


def check_tasks(case: Case, started: bool) -> None:
    """Tasks are there for what was approved and started, as many as were asked for."""
    if not case.tasks:
        return
    request = case.request
    assert started
    assert request.approval_state == "approved"
    expected = {"one": 1, "vms": get(request.options, "number_of_vms"), "source": 1}.get(request.kind.tasks)
    if expected is None:
        expected = len(request.options[Symbol("src_ids")])
    assert expected == len(case.children(None))
    assert [] == [each for each in case.tasks if each.message is not None and len(each.message) > 255]


def check_end(case: Case, given_up: bool) -> None:
    """A request that is finished has nothing left to do, and says when it was fulfilled."""
    request = case.request
    assert request.message is None or len(request.message) <= 255
    if request.request_state != "finished":
        return
    assert [] == [each for each in case.tasks if each.state != "finished"]
    without_work = request.status == "Denied" or request.cancelation_status == "canceled"
    assert without_work or request.fulfilled_on is not None
    if given_up:
        assert "Error" == request.status


def unbegun(case: Case, task: Task) -> bool:
    """Whether tasks wait for `task` to deliver them."""
    return any(each.is_unbegun for each in case.children(task.id))


def has_ended(case: Case) -> bool:
    """Whether nothing is left to do but what people have to do."""
    waits = case.request.approval_state == "pending_approval"
    operator = any(each.needs_operator for each in case.tasks)
    return case.request.request_state == "finished" or waits or operator
