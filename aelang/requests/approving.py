"""Approving and denying requests (REQUESTS 1.4: R2 to R5, R8).

Everyone asked must approve, or as many of them as are needed, and nobody deny. Each approves once, with a reason.
Nobody approves a request of his own but an administrator, and not even he where the rules say so; methods of the
datastore approve for whom they name.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from aelang.requests.decision import Answer, Decision, Event, Message, Refused
from aelang.requests.options import due
from aelang.requests.rows import Approval, Case, Person, Request
from aelang.requests.types import TEMPLATE


class Rules(NamedTuple):
    """How approvals go here, the table `[requests]` of aelang.toml: how many `approvals` are needed (None: those of
    everyone asked), and whether an administrator may approve what he asked for himself."""

    approvals: int | None = None
    own_by_administrator: bool = True


RULES = Rules()


def read_rules(table: Mapping[str, Any]) -> Rules:
    """The rules that `table` has, the usual ones beside. Raises ValueError for a wrong key or value."""
    for name, value in table.items():
        if name not in Rules._fields:
            raise ValueError(f"[requests] has no `{name}`: it has {', '.join(Rules._fields)}")
        if name == "approvals" and (isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 100):
            raise ValueError(f"`approvals` in [requests] is {value!r}, and not a number from 1 to 99")
        if name == "own_by_administrator" and not isinstance(value, bool):
            raise ValueError(f"`own_by_administrator` in [requests] is {value!r}, and not true or false")
    return RULES._replace(**table)


def pending(case: Case) -> Answer:
    """R3: a method found that the request cannot be approved by itself; people are told, while there is something for
    them to do."""
    if refused := _closed(case.request, "approve"):
        return refused
    return Decision(case, (Event("request_pending", case.request.reference),))


def approve(
    case: Case, by: Person, reason: str, now: datetime, rules: Rules = RULES, only: int | None = None
) -> Answer:
    """R4, and R5 when this was the last approval needed. `by` approves in the first place where he may; `only` is the
    id of the approval that he means."""
    row = _approval_of(case, by, only, "approve")
    if isinstance(row, Refused):
        return row
    if refused := _own(case.request, by, rules):
        return refused
    return _settled(Decision(_stamped(case, row, "approved", by, reason, now)), now)


def approve_all(made: Decision, now: datetime) -> Decision:
    """R2: approved when it is made: everyone's approval is given, in the name of the requester."""
    case, request = made.case, made.case.request
    by = Person(request.userid, request.requester_id, request.requester_name or "")
    for each in case.approvals:
        case = _stamped(case, each, "approved", by, "Auto-Approved", now)
    return made.then(_settled(Decision(case), now))


def deny(case: Case, by: Person, reason: str, now: datetime, only: int | None = None) -> Answer:
    """R8: one who denies it is enough. What has tasks can only be cancelled."""
    request = case.request
    if refused := _closed(request, "deny"):
        return refused
    if request.request_state != "pending" or case.tasks:
        return Refused(f"request {request.id} is {_at(request)}, too late to deny it: cancel it")
    row = _approval_of(case, by, only, "deny")
    if isinstance(row, Refused):
        return row
    denied = _stamped(case, row, "denied", by, reason, now)
    after = denied.with_request(approval_state="denied", request_state="finished", status="Denied", updated_on=now)
    return Decision(after, (Event("request_denied", request.reference),))


def _at(request: Request) -> str:
    return "being worked" if request.request_state == "pending" else request.request_state


# -- who may -----------------------------------------------------------------------------------------------------


def _approval_of(case: Case, by: Person, only: int | None, verb: str) -> Approval | Refused:
    """The approval that `by` decides on."""
    request = case.request
    if refused := _closed(request, verb):
        return refused
    if verb == "approve" and any(each.stamper_id == by.id for each in _given(case) if by.id is not None):
        return Refused(f"{by.name or by.userid} has approved request {request.id} already: others are still asked")
    asked = [each for each in case.approvals if only in (None, each.id)]
    if not asked:
        return Refused(f"request {request.id} has no approval {only}: `aelang request show {request.id}` lists them")
    open_ones = [each for each in asked if each.state == "pending" or verb == "deny"]
    if not open_ones:
        return Refused(f"nobody is asked to {verb} request {request.id} any more")
    ours = sorted(
        (each for each in open_ones if _may(each, by)),
        key=lambda each: (each.state != "pending", not _names(each, by), each.id),
    )
    if not ours:
        who = by.name or by.userid
        return Refused(f"{who} may not {verb} request {request.id}: the role of their group does not let them")
    return ours[0]


def _closed(request: Request, verb: str) -> Refused | None:
    if request.type == TEMPLATE:
        return Refused(f"request {request.id} is a template: it is never executed, so there is nothing to {verb}")
    if not request.process:
        return Refused(f"request {request.id} lies in a cart: place its order first")
    if request.approval_state == "denied":
        return Refused(f"request {request.id} was denied, and stays so: make a new one")
    if request.request_state == "finished":
        return Refused(f"request {request.id} is finished: there is nothing to {verb}")
    if request.approval_state == "approved" and verb == "approve":
        return Refused(f"request {request.id} is approved already")
    return None


def _given(case: Case) -> list[Approval]:
    return [each for each in case.approvals if each.state == "approved"]


def _may(approval: Approval, by: Person) -> bool:
    return by.automate or by.approves or by.administrator or _names(approval, by)


def _names(approval: Approval, by: Person) -> bool:
    """Whether it is `by`, or a group of his, that was asked."""
    if approval.approver_type == "MiqGroup":
        return approval.approver_id in by.groups
    return approval.approver_id is not None and approval.approver_id == by.id


def _own(request: Request, by: Person, rules: Rules) -> Refused | None:
    if by.automate or by.id is None or by.id != request.requester_id:
        return None
    if by.administrator and rules.own_by_administrator:
        return None
    return Refused(f"request {request.id} is {by.name or by.userid}'s own: somebody else has to approve it")


# -- what follows ------------------------------------------------------------------------------------------------


def _stamped(case: Case, row: Approval, state: str, by: Person, reason: str, now: datetime) -> Case:
    stamped = row._replace(
        state=state, reason=reason, stamper_id=by.id, stamper_name=by.name or by.userid, stamped_on=now, updated_on=now
    )
    return case._replace(approvals=tuple(stamped if each.id == row.id else each for each in case.approvals))


def is_approved(case: Case) -> bool:
    """Whether as many approved as are needed, and nobody denied."""
    needed = case.request.approvals_needed or len(case.approvals)
    states = [each.state for each in case.approvals]
    return bool(states) and "denied" not in states and states.count("approved") >= needed


def _settled(decision: Decision, now: datetime) -> Decision:
    """The request follows from its approvals, and is executed when it is approved."""
    case = decision.case
    if not is_approved(case):
        return decision
    after = case.with_request(approval_state="approved", updated_on=now)
    approved = Decision(after, (Event("request_approved", case.request.reference),), execute(after))
    return decision.then(approved)


def execute(case: Case) -> tuple[Message, ...]:
    """R5: an approved request that nobody has begun gets its tasks, when it is due. Anything else is passed over."""
    request = case.request
    if request.approval_state != "approved" or request.request_state != "pending" or case.tasks:
        return ()
    deliver_on = due(request.options)
    return (
        Message("create_request_tasks", request.reference, {}, request.kind.role, task_id=request.task_id,
                deliver_on=deliver_on),
    )  # fmt: skip
