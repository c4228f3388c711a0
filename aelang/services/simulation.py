"""Simulation: what becomes of records when something is to happen in the world.

Enough for a method to see the difference: a VM that was started is on, a request that was denied is finished. What
nobody can see is only noted. The life of requests, their events and roll-up are the request layer's.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from aelang.interpreter.values import RunValue, Symbol, to_text
from aelang.services.ports import Answer, Command, KeptRecords
from aelang.services.record import Record
from aelang.services.records import Reference, Row

_Arguments = tuple[RunValue, ...]


def act(records: KeptRecords, command: Command) -> Answer:
    """Acts `command` out. Raises LookupError for one that is asked of nobody and is not known, ValueError for
    arguments that it cannot take and for a record that is gone."""
    if command.of is None:
        from aelang.services.executing import execute

        return execute(records, command.name, command.arguments)
    row = records.find(*command.of)
    if row is None:
        raise ValueError(f"{command.of.model} {command.of.id} is not there any more")
    known = _OF_RECORDS.get(command.name)
    return None if known is None else known(records, row, command.arguments)


def _write(records: KeptRecords, of: Reference, **columns: RunValue) -> None:
    records.write(of, lambda _: columns)


# -- requests and tasks ------------------------------------------------------------------------------------------


def approve(records: KeptRecords, row: Row, arguments: _Arguments) -> Answer:
    """Approves a request, or one of its approvals; the arguments are a userid and a reason."""
    if row.model == "MiqApproval":
        return _decide(records, row, "approved", arguments)
    for each in _approvals(records, row):
        _decide(records, each, "approved", arguments)
    return None


def _deny(records: KeptRecords, row: Row, arguments: _Arguments) -> Answer:
    if row.model == "MiqApproval":
        return _decide(records, row, "denied", arguments)
    return _decide(records, _approvals(records, row)[0], "denied", arguments)


def _approvals(records: KeptRecords, row: Row) -> Sequence[Row]:
    """The approvals of a request; every request has at least one."""
    if not records.where("MiqApproval", {"miq_request_id": row.id}):
        records.create("MiqApproval", new_approval(records, row.id))
    return records.where("MiqApproval", {"miq_request_id": row.id})


def new_approval(records: KeptRecords, request: int) -> dict[str, RunValue]:
    """The approval that every request begins with."""
    return {
        "description": "Default Approval",
        "state": "pending",
        "miq_request_id": request,
        "created_on": records.now(),
    }


def _decide(records: KeptRecords, approval: Row, state: str, arguments: _Arguments) -> Answer:
    userid, reason = (*map(to_text, arguments), "", "")[:2]
    stamper = next(iter(records.where("User", {"userid": userid})), None)
    _write(
        records,
        approval.reference,
        state=state,
        reason=reason,
        stamped_on=records.now(),
        stamper_id=None if stamper is None else stamper.id,
        stamper_name=userid if stamper is None else stamper.columns.get("name"),
    )
    request = approval.columns.get("miq_request_id")
    if isinstance(request, int):
        _settle(records, request)
    return None


def _settle(records: KeptRecords, number: int) -> None:
    """The request follows from its approvals (REQUESTS 1.3)."""
    request = records.find("MiqRequest", number)
    states = {row.columns.get("state") for row in records.where("MiqApproval", {"miq_request_id": number})}
    if request is None:
        return
    if "denied" in states:
        _write(records, request.reference, approval_state="denied", request_state="finished", status="Denied")
    elif states == {"approved"}:
        _write(records, request.reference, approval_state="approved")


def _update_task(records: KeptRecords, row: Row, arguments: _Arguments) -> Answer:
    """A task reports; a request with one task says what that one says (REQUESTS 3.6)."""
    (changes,) = arguments
    assert isinstance(changes, dict)
    _write(records, row.reference, **changes, updated_on=records.now())
    request = row.columns.get("miq_request_id")
    tasks = records.where("MiqRequestTask", {"miq_request_id": request})
    found = records.find("MiqRequest", request) if isinstance(request, int) else None
    if found is not None and len(tasks) == 1 and "message" in changes:
        _write(records, found.reference, message=changes["message"])
    return None


def _execute(records: KeptRecords, row: Row, arguments: _Arguments) -> Answer:
    if "MiqRequestTask" in _kinds(row):
        _write(records, row.reference, state="queued", status="Ok", message="State Machine Initializing")
    return None


def _kinds(row: Row) -> tuple[str, ...]:
    from aelang.services.models import ancestors

    return ancestors(row.model)


# -- VMs, services, stacks ---------------------------------------------------------------------------------------


def _turn(state: str) -> "_OfRecord":
    def turn(records: KeptRecords, row: Row, arguments: _Arguments) -> Answer:
        _write(records, row.reference, power_state=state)
        return None

    return turn


def _set(**columns: RunValue) -> "_OfRecord":
    def set_columns(records: KeptRecords, row: Row, arguments: _Arguments) -> Answer:
        _write(records, row.reference, **columns)
        return None

    return set_columns


def _finish_retirement(records: KeptRecords, row: Row, arguments: _Arguments) -> Answer:
    _write(records, row.reference, retired=True, retirement_state="retired", retires_on=records.now())
    return None


def _extend_retirement(records: KeptRecords, row: Row, arguments: _Arguments) -> Answer:
    days, *rest = arguments
    begin = rest[0] if rest else records.now()
    if not isinstance(days, int) or not isinstance(begin, datetime):
        raise ValueError("extend_retires_on takes a number of days, and the time to count from")
    try:
        _write(records, row.reference, retires_on=begin + timedelta(days=days))
    except OverflowError:
        raise ValueError(f"{days} days from then is no date") from None
    return None


def _delete(records: KeptRecords, row: Row, arguments: _Arguments) -> Answer:
    records.delete(row.reference)
    return None


def _unregister(records: KeptRecords, row: Row, arguments: _Arguments) -> Answer:
    _write(records, row.reference, ems_id=None, host_id=None)
    return None


def _migrate(records: KeptRecords, row: Row, arguments: _Arguments) -> Answer:
    host, *rest = arguments
    if not isinstance(host, Record) or not host.model_is("Host"):
        raise ValueError(f"a VM migrates to a Host, not to {to_text(host)!r}")
    columns: dict[str, RunValue] = {"host_id": host.id}
    if rest and isinstance(rest[0], Record):
        columns["resource_pool_id"] = rest[0].id
    _write(records, row.reference, **columns)
    return None


def _create_snapshot(records: KeptRecords, row: Row, arguments: _Arguments) -> Answer:
    name, text = (*arguments, None)[:2]
    for each in records.where("Snapshot", {"vm_or_template_id": row.id}):
        _write(records, each.reference, current=False)
    columns: dict[str, RunValue] = {"name": name, "description": text, "vm_or_template_id": row.id, "current": True}
    return records.create("Snapshot", {**columns, "create_time": records.now()})


def _remove_snapshots(records: KeptRecords, row: Row, arguments: _Arguments) -> Answer:
    for each in records.where("Snapshot", {"vm_or_template_id": row.id}):
        records.delete(each.reference)
    return None


def _prevent(records: KeptRecords, row: Row, arguments: _Arguments) -> Answer:
    """A policy says that what an event announces must not be."""
    reason = to_text(arguments[0]) if arguments else ""
    found = row.columns.get("full_data")
    data: dict[RunValue, RunValue] = dict(found) if isinstance(found, dict) else {}
    data[Symbol("policy")] = {Symbol("prevented"): True}
    _write(records, row.reference, full_data=data, message=reason or "prevented by a policy")
    return None


def _add_resource(records: KeptRecords, row: Row, arguments: _Arguments) -> Answer:
    (other,) = arguments
    return _put_in(records, row.reference, _reference(other))


def _remove_resource(records: KeptRecords, row: Row, arguments: _Arguments) -> Answer:
    (other,) = arguments
    _take_out(records, _reference(other), row.id)
    return None


def _add_to_service(records: KeptRecords, row: Row, arguments: _Arguments) -> Answer:
    (service,) = arguments
    return _put_in(records, _reference(service), row.reference)


def _remove_from_service(records: KeptRecords, row: Row, arguments: _Arguments) -> Answer:
    _take_out(records, row.reference, None)
    return None


def _reference(value: RunValue) -> Reference:
    if not isinstance(value, Record):
        raise ValueError(f"a service model is expected, not {to_text(value)!r}")
    return value.reference


def _put_in(records: KeptRecords, service: Reference, resource: Reference) -> Reference:
    _take_out(records, resource, service.id)
    columns: dict[str, RunValue] = {
        "service_id": service.id,
        "resource_id": resource.id,
        "resource_type": resource.model,
    }
    return records.create("ServiceResource", columns)


def _take_out(records: KeptRecords, resource: Reference, service: int | None) -> None:
    for each in records.where("ServiceResource", {"resource_id": resource.id, "resource_type": resource.model}):
        if service is None or each.columns.get("service_id") == service:
            records.delete(each.reference)


_OfRecord: TypeAlias = Callable[[KeptRecords, Row, _Arguments], Answer]

_OF_RECORDS: dict[str, _OfRecord] = {
    "add_resource": _add_resource,
    "add_to_service": _add_to_service,
    "approve": approve,
    "create_snapshot": _create_snapshot,
    "deny": _deny,
    "execute": _execute,
    "extend_retires_on": _extend_retirement,
    "finish_retirement": _finish_retirement,
    "migrate": _migrate,
    "prevent": _prevent,
    "remove_all_snapshots": _remove_snapshots,
    "remove_from_disk": _set(ems_id=None, host_id=None, storage_id=None),  # what is known of it is kept
    "remove_from_service": _remove_from_service,
    "remove_from_vmdb": _delete,
    "remove_resource": _remove_resource,
    "retire_now": _finish_retirement,
    "set_node_maintenance": _set(maintenance=True),
    "shutdown_guest": _turn("off"),
    "standby_guest": _turn("suspended"),
    "start": _turn("on"),
    "start_retirement": _set(retirement_state="retiring"),
    "stop": _turn("off"),
    "suspend": _turn("suspended"),
    "unregister": _unregister,
    "unset_node_maintenance": _set(maintenance=False),
    "update_task": _update_task,
}
"""What a record may be asked to do; of all else it is only noted that it was asked."""
