"""Creating requests, ordering and editing them (REQUESTS 1.4: R1, R1s, R2, R11)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from aelang.interpreter.values import RunValue, Symbol, to_text
from aelang.requests import approving
from aelang.requests.decision import Answer, Decision, Event, Refused
from aelang.requests.options import SOURCE_VM, InvalidOptions, as_options, check_count, get, merged, with_options
from aelang.requests.rows import Approval, Case, Options, Person, Request
from aelang.requests.types import TEMPLATE, RequestType, type_named, unknown_type
from aelang.services.options import read_option
from aelang.services.records import Reference

Numbers: TypeAlias = Callable[[str], int]
"""Gives the id of a new row: of `MiqRequest`, `MiqApproval` or `MiqRequestTask`."""


class Approver(NamedTuple):
    """Who is to approve: a `User`, or a `MiqGroup` of which any member may."""

    type: str
    id: int
    name: str


class Wanted(NamedTuple):
    """A request that somebody wants. `type` is its model, or one of the values of `request_type`. One for a service,
    and no other, may lie in a `cart` until its order is placed."""

    type: str
    options: Mapping[Any, Any] = {}
    description: str = ""
    request_type: str | None = None
    source: Reference | None = None
    auto_approve: bool = False
    approvers: tuple[Approver, ...] = ()
    approvals_needed: int | None = None
    cart: bool = False


def create(
    wanted: Wanted, requester: Person | None, numbers: Numbers, now: datetime, rules: approving.Rules = approving.RULES
) -> Answer:
    """R1: the request with its approvals, and R2 where it is approved at once. A template of a request has neither
    events nor a life (REQUESTS 1.6)."""
    kind = type_named(wanted.type)
    if kind is None:
        return Refused(unknown_type(wanted.type))
    if requester is None or requester.id is None:
        return Refused("a request needs a requester: name a user that there is")
    request_type = wanted.request_type or (wanted.type if wanted.type in kind.kinds else kind.kinds[0])
    if request_type not in kind.kinds:
        return Refused(f"a {kind.request} has no request type `{request_type}`: write {' or '.join(kind.kinds)}")
    if wanted.cart and not kind.waits:
        return Refused(f"a request of the type `{kind.kinds[0]}` cannot lie in a cart: only one for a service can")
    try:
        options = _options(kind, wanted, requester, now)
    except InvalidOptions as fault:
        return Refused(str(fault))
    request = _request(kind, wanted, requester, options, numbers("MiqRequest"), now)
    case = Case(request._replace(request_type=request_type))
    if kind.request == TEMPLATE:
        return Decision(case)
    return _begun(case, wanted, numbers, now, rules)


def _begun(case: Case, wanted: Wanted, numbers: Numbers, now: datetime, rules: approving.Rules) -> Answer:
    if wanted.auto_approve and not case.request.process:
        return Refused("what lies in a cart is approved when its order is placed: order it, or leave it unapproved")
    request, needed = case.request, wanted.approvals_needed or rules.approvals
    if wanted.approvers and needed is not None:
        if (wanted.approvals_needed or 0) > len(wanted.approvers):
            return Refused(f"{needed} of {len(wanted.approvers)} approvers cannot approve: ask for fewer approvals")
        needed = min(needed, len(wanted.approvers))
    asked = wanted.approvers or (None,) * (needed or 1)
    approvals = tuple(_approval(each, request.id, numbers, now) for each in asked)
    made = Decision(Case(request._replace(approvals_needed=needed), approvals), _created(request))
    return approving.approve_all(made, now) if wanted.auto_approve else made


def _created(request: Request) -> tuple[Event, ...]:
    return (Event("request_created", request.reference),) if request.process else ()


def _approval(approver: Approver | None, request: int, numbers: Numbers, now: datetime) -> Approval:
    made = Approval(numbers("MiqApproval"), request, created_on=now, updated_on=now)
    if approver is None:
        return made
    return made._replace(
        description=f"Approval of {approver.name}",
        approver_id=approver.id,
        approver_type=approver.type,
        approver_name=approver.name,
    )


def _request(
    kind: RequestType, wanted: Wanted, requester: Person, options: Options, number: int, now: datetime
) -> Request:
    return Request(
        id=number,
        type=kind.request,
        request_type=kind.kinds[0],
        description=wanted.description or _description(kind, options, wanted.source),
        message=f"{kind.says} - Request Created",
        userid=requester.userid,
        requester_id=requester.id,
        requester_name=requester.name,
        options=options,
        process=not (kind.waits and wanted.cart),
        source_id=None if wanted.source is None else wanted.source.id,
        source_type=None if wanted.source is None else wanted.source.model,
        tenant_id=requester.tenant_id,
        created_on=now,
        updated_on=now,
    )


def _options(kind: RequestType, wanted: Wanted, requester: Person, now: datetime) -> Options:
    options: Options = merged({}, as_options(wanted.options), now)
    if kind.tasks == "vms":
        options = {Symbol("number_of_vms"): 1, **options}
    if kind.request == "AutomationRequest":
        options = _automation_options(options, requester)
    check_count(kind, options)
    return options


def _automation_options(options: Options, requester: Person) -> Options:
    """What is called, and for whom: the attributes carry the userid of the requester."""
    attrs = read_option(options, "attrs")
    if attrs is not None and not isinstance(attrs, dict):
        raise InvalidOptions(f"the option `attrs` is {to_text(attrs)!r}: write a hash of attributes")
    return with_options(
        options, attrs={**as_options(attrs or {}), Symbol("userid"): requester.userid}, user_id=requester.id
    )


def _description(kind: RequestType, options: Options, source: Reference | None) -> str:
    if kind.request == TEMPLATE:
        name = _name_of(read_option(options, SOURCE_VM)) or (source.id if source else "")
        return f"Miq Provision Request Template for {name}" if name else "Miq Provision Request Template"
    if kind.tasks == "vms":
        return vm_description(options)
    return "Automation Task" if kind.request == "AutomationRequest" else kind.says


def vm_description(options: Options, name: str | None = None) -> str:
    """How a request for VMs, or a task that makes one called `name`, is described."""
    template = _name_of(read_option(options, SOURCE_VM))
    made = name or to_text(get(options, "vm_name"))
    text = f"Provision from [{template}]" if template else "Provision"
    return f"{text} to [{made}]" if made else text


def _name_of(choice: RunValue) -> str:
    return to_text(choice[1]) if isinstance(choice, list) and len(choice) > 1 else ""


def check_out(case: Case, now: datetime) -> Answer:
    """R1s: the order of a service was placed: its life begins. The order's own row is the caller's to write."""
    request = case.request
    if request.process:
        return Refused(f"request {request.id} was ordered already")
    if request.request_state == "finished":
        return Refused(f"request {request.id} is finished: order the service anew")
    return Decision(case.with_request(process=True, updated_on=now), (Event("request_created", request.reference),))


def edit(case: Case, options: Options, now: datetime) -> Answer:
    """R11: `options` take the place of their like. Tasks that are made already never learn of it."""
    request = case.request
    if request.request_state == "finished":
        return Refused(f"request {request.id} is finished: its options stay as they are")
    try:
        new = merged(request.options, options, now)
        check_count(request.kind, new)
    except InvalidOptions as fault:
        return Refused(str(fault))
    after = case.with_request(options=new, updated_on=now)
    if request.kind.tasks == "vms" and _says_vm(request.description):
        after = after.with_request(description=vm_description(new))
    names = {key.name if isinstance(key, Symbol) else key for key in options}
    return Decision(after, () if names <= {"user_message"} else (Event("request_updated", request.reference),))


def _says_vm(description: str) -> bool:
    """Whether a description is ours, and may be written anew."""
    return description.startswith("Provision")
