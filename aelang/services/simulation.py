"""Simulation: what an inventory does when something is to happen in the world.

Enough for a method to see the difference: a VM that was started is on, a request that was denied is finished. What
nobody can see is only noted. The life of requests, their events and roll-up are the request layer's.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

from aelang.interpreter.values import RunValue, Symbol, to_text
from aelang.services.record import Record
from aelang.services.records import Answer, Command, Reference, Row

if TYPE_CHECKING:
    from aelang.services.inventory import Inventory

_Arguments = tuple[RunValue, ...]


def act(inventory: "Inventory", command: Command) -> Answer:
    """Acts `command` out. Raises LookupError for one that is asked of nobody and is not known, ValueError for
    arguments that it cannot take and for a record that is gone."""
    if command.of is None:
        free = _FREE.get(command.name)
        if free is None:
            from aelang.diagnostics import did_you_mean

            hint = did_you_mean(command.name, _FREE)
            raise LookupError(
                f"nothing can be executed that is called `{command.name}`" + (f": {hint}" if hint else "")
            )
        return free(inventory, command.arguments)
    row = inventory.find(*command.of)
    if row is None:
        raise ValueError(f"{command.of.model} {command.of.id} is not there any more")
    known = _OF_RECORDS.get(command.name)
    return None if known is None else known(inventory, row, command.arguments)


def _write(inventory: "Inventory", of: Reference, **columns: RunValue) -> None:
    inventory.write(of, lambda _: columns)


# -- requests and tasks ------------------------------------------------------------------------------------------


def _approve(inventory: "Inventory", row: Row, arguments: _Arguments) -> Answer:
    if row.model == "MiqApproval":
        return _decide(inventory, row, "approved", arguments)
    for each in _approvals(inventory, row):
        _decide(inventory, each, "approved", arguments)
    return None


def _deny(inventory: "Inventory", row: Row, arguments: _Arguments) -> Answer:
    if row.model == "MiqApproval":
        return _decide(inventory, row, "denied", arguments)
    return _decide(inventory, _approvals(inventory, row)[0], "denied", arguments)


def _approvals(inventory: "Inventory", row: Row) -> Sequence[Row]:
    """The approvals of a request; every request has at least one."""
    if not inventory.where("MiqApproval", {"miq_request_id": row.id}):
        inventory.create("MiqApproval", _new_approval(inventory, row.id))
    return inventory.where("MiqApproval", {"miq_request_id": row.id})


def _new_approval(inventory: "Inventory", request: int) -> dict[str, RunValue]:
    return {
        "description": "Default Approval",
        "state": "pending",
        "miq_request_id": request,
        "created_on": inventory.now(),
    }


def _decide(inventory: "Inventory", approval: Row, state: str, arguments: _Arguments) -> Answer:
    userid, reason = (*map(to_text, arguments), "", "")[:2]
    stamper = next(iter(inventory.where("User", {"userid": userid})), None)
    _write(
        inventory,
        approval.reference,
        state=state,
        reason=reason,
        stamped_on=inventory.now(),
        stamper_id=None if stamper is None else stamper.id,
        stamper_name=userid if stamper is None else stamper.columns.get("name"),
    )
    request = approval.columns.get("miq_request_id")
    if isinstance(request, int):
        _settle(inventory, request)
    return None


def _settle(inventory: "Inventory", number: int) -> None:
    """The request follows from its approvals (REQUESTS 1.3)."""
    request = inventory.find("MiqRequest", number)
    states = {row.columns.get("state") for row in inventory.where("MiqApproval", {"miq_request_id": number})}
    if request is None:
        return
    if "denied" in states:
        _write(inventory, request.reference, approval_state="denied", request_state="finished", status="Denied")
    elif states == {"approved"}:
        _write(inventory, request.reference, approval_state="approved")


def _update_task(inventory: "Inventory", row: Row, arguments: _Arguments) -> Answer:
    """A task reports; a request with one task says what that one says (REQUESTS 3.6)."""
    (changes,) = arguments
    assert isinstance(changes, dict)
    _write(inventory, row.reference, **changes, updated_on=inventory.now())
    request = row.columns.get("miq_request_id")
    tasks = inventory.where("MiqRequestTask", {"miq_request_id": request})
    found = inventory.find("MiqRequest", request) if isinstance(request, int) else None
    if found is not None and len(tasks) == 1 and "message" in changes:
        _write(inventory, found.reference, message=changes["message"])
    return None


def _execute(inventory: "Inventory", row: Row, arguments: _Arguments) -> Answer:
    if "MiqRequestTask" in _kinds(row):
        _write(inventory, row.reference, state="queued", status="Ok", message="State Machine Initializing")
    return None


def _kinds(row: Row) -> tuple[str, ...]:
    from aelang.services.models import ancestors

    return ancestors(row.model)


# -- VMs, services, stacks ---------------------------------------------------------------------------------------


def _turn(state: str) -> "_OfRecord":
    def turn(inventory: "Inventory", row: Row, arguments: _Arguments) -> Answer:
        _write(inventory, row.reference, power_state=state)
        return None

    return turn


def _set(**columns: RunValue) -> "_OfRecord":
    def set_columns(inventory: "Inventory", row: Row, arguments: _Arguments) -> Answer:
        _write(inventory, row.reference, **columns)
        return None

    return set_columns


def _finish_retirement(inventory: "Inventory", row: Row, arguments: _Arguments) -> Answer:
    _write(inventory, row.reference, retired=True, retirement_state="retired", retires_on=inventory.now())
    return None


def _extend_retirement(inventory: "Inventory", row: Row, arguments: _Arguments) -> Answer:
    days, *rest = arguments
    begin = rest[0] if rest else inventory.now()
    if not isinstance(days, int) or not isinstance(begin, datetime):
        raise ValueError("extend_retires_on takes a number of days, and the time to count from")
    _write(inventory, row.reference, retires_on=begin + timedelta(days=days))
    return None


def _delete(inventory: "Inventory", row: Row, arguments: _Arguments) -> Answer:
    inventory.delete(row.reference)
    return None


def _unregister(inventory: "Inventory", row: Row, arguments: _Arguments) -> Answer:
    _write(inventory, row.reference, ems_id=None, host_id=None)
    return None


def _migrate(inventory: "Inventory", row: Row, arguments: _Arguments) -> Answer:
    host, *rest = arguments
    if not isinstance(host, Record) or not host.model_is("Host"):
        raise ValueError(f"a VM migrates to a Host, not to {to_text(host)!r}")
    columns: dict[str, RunValue] = {"host_id": host.id}
    if rest and isinstance(rest[0], Record):
        columns["resource_pool_id"] = rest[0].id
    _write(inventory, row.reference, **columns)
    return None


def _create_snapshot(inventory: "Inventory", row: Row, arguments: _Arguments) -> Answer:
    name, text = (*arguments, None)[:2]
    for each in inventory.where("Snapshot", {"vm_or_template_id": row.id}):
        _write(inventory, each.reference, current=False)
    columns: dict[str, RunValue] = {"name": name, "description": text, "vm_or_template_id": row.id, "current": True}
    return inventory.create("Snapshot", {**columns, "create_time": inventory.now()})


def _remove_snapshots(inventory: "Inventory", row: Row, arguments: _Arguments) -> Answer:
    for each in inventory.where("Snapshot", {"vm_or_template_id": row.id}):
        inventory.delete(each.reference)
    return None


def _add_resource(inventory: "Inventory", row: Row, arguments: _Arguments) -> Answer:
    (other,) = arguments
    return _put_in(inventory, row.reference, _reference(other))


def _remove_resource(inventory: "Inventory", row: Row, arguments: _Arguments) -> Answer:
    (other,) = arguments
    _take_out(inventory, _reference(other), row.id)
    return None


def _add_to_service(inventory: "Inventory", row: Row, arguments: _Arguments) -> Answer:
    (service,) = arguments
    return _put_in(inventory, _reference(service), row.reference)


def _remove_from_service(inventory: "Inventory", row: Row, arguments: _Arguments) -> Answer:
    _take_out(inventory, row.reference, None)
    return None


def _reference(value: RunValue) -> Reference:
    if not isinstance(value, Record):
        raise ValueError(f"a service model is expected, not {to_text(value)!r}")
    return value.reference


def _put_in(inventory: "Inventory", service: Reference, resource: Reference) -> Reference:
    _take_out(inventory, resource, service.id)
    columns: dict[str, RunValue] = {
        "service_id": service.id,
        "resource_id": resource.id,
        "resource_type": resource.model,
    }
    return inventory.create("ServiceResource", columns)


def _take_out(inventory: "Inventory", resource: Reference, service: int | None) -> None:
    for each in inventory.where("ServiceResource", {"resource_id": resource.id, "resource_type": resource.model}):
        if service is None or each.columns.get("service_id") == service:
            inventory.delete(each.reference)


# -- evm.execute -------------------------------------------------------------------------------------------------


def _create_automation_request(inventory: "Inventory", arguments: _Arguments) -> Answer:
    options, userid, approved = (*arguments, "admin", False)[:3] if len(arguments) < 3 else arguments[:3]
    if not isinstance(options, dict):
        raise ValueError("create_automation_request takes a hash with namespace, class_name, instance_name, attrs")
    columns: dict[str, RunValue] = {
        "request_type": "automation",
        "description": "Automation Task",
        "options": _symbols(options),
    }
    return _create_request(inventory, "AutomationRequest", columns, to_text(userid), approved)


def _create_provision_request(inventory: "Inventory", arguments: _Arguments) -> Answer:
    """The arguments are those of ManageIQ's web service: version, template, VM, requester, tags, values, ..."""
    template, vm, requester = ((*map(_fields, arguments[1:4]), {}, {}, {}))[:3]
    found = inventory.where("MiqTemplate", {"name": template.get("name")}) if "name" in template else ()
    if not found:
        raise ValueError(f"there is no template {template.get('name')!r} to provision from")
    options: dict[Symbol, RunValue] = {Symbol("number_of_vms"): 1, Symbol("src_vm_id"): [found[0].id, template["name"]]}
    options.update(_symbols(vm))
    options.update(_symbols({key: value for key, value in requester.items() if key.startswith("owner_")}))
    columns: dict[str, RunValue] = {
        "request_type": to_text(vm.get("request_type") or "template"),
        "description": f"Provision from [{template['name']}]",
        "source_id": found[0].id,
        "source_type": "VmOrTemplate",
        "options": options,
    }
    return _create_request(
        inventory, "MiqProvisionRequest", columns, to_text(requester.get("user_name") or "admin"),
        requester.get("auto_approve") in (True, "true"),
    )  # fmt: skip


def _create_service_provision_request(inventory: "Inventory", arguments: _Arguments) -> Answer:
    template, options = (*arguments, None)[:2]
    if not isinstance(template, Record) or not template.model_is("ServiceTemplate"):
        raise ValueError("create_service_provision_request takes a service template, and a hash of dialog values")
    name = to_text(template.column("name"))
    columns: dict[str, RunValue] = {
        "request_type": "clone_to_service",
        "description": f"Provisioning Service [{name}] from [{name}]",
        "source_id": template.id,
        "source_type": "ServiceTemplate",
        "options": {Symbol("dialog"): options if isinstance(options, dict) else {}, Symbol("src_id"): template.id},
    }
    return _create_request(inventory, "ServiceTemplateProvisionRequest", columns, "admin", False)


def _create_request(
    inventory: "Inventory", model: str, columns: Mapping[str, RunValue], userid: str, approved: RunValue
) -> Reference:
    """A request as it is when it was just made (REQUESTS 1.4, R1 and R2)."""
    requester = next(iter(inventory.where("User", {"userid": userid})), None)
    now = inventory.now()
    made = inventory.create(
        model,
        {
            "approval_state": "pending_approval",
            "request_state": "pending",
            "status": "Ok",
            "type": model,
            "message": f"{_TASKS[model]} - Request Created",
            "userid": userid,
            "requester_id": None if requester is None else requester.id,
            "requester_name": userid if requester is None else requester.columns.get("name"),
            "tenant_id": None if requester is None else requester.columns.get("current_tenant_id"),
            "process": model != "ServiceTemplateProvisionRequest",
            "created_on": now,
            "updated_on": now,
            **columns,
        },
    )
    inventory.create("MiqApproval", _new_approval(inventory, made.id))
    if approved:
        row = inventory.find(*made)
        assert row is not None
        _approve(inventory, row, (userid, "Auto-Approved"))
    return made


_TASKS = {
    "AutomationRequest": "Automation Request",
    "MiqProvisionRequest": "VM Provisioning",
    "ServiceTemplateProvisionRequest": "Service_Template_Provisioning",
}


def _fields(value: RunValue) -> dict[str, RunValue]:
    """Fields of a web service: a hash, or `name=web|vm_memory=1024`."""
    if isinstance(value, dict):
        return {to_text(key): each for key, each in value.items()}
    pairs = (part.partition("=") for part in to_text(value).split("|") if "=" in part)
    return {key.strip(): text.strip() for key, _, text in pairs}


def _symbols(value: Mapping[Any, RunValue]) -> dict[Symbol, RunValue]:
    return {key if isinstance(key, Symbol) else Symbol(to_text(key)): each for key, each in value.items()}


def _create_notification(inventory: "Inventory", arguments: _Arguments) -> Answer:
    (given,) = arguments or ({},)
    fields = _fields(given)
    subject = fields.get("subject")
    columns: dict[str, RunValue] = {
        "type": to_text(fields.get("type") or "automate_user_info"),
        "level": to_text(fields.get("level") or "info"),
        "message": to_text(fields.get("message")),
        "created_at": inventory.now(),
    }
    if isinstance(subject, Record):
        columns.update(subject_id=subject.id, subject_type=subject.model)
    return inventory.create("Notification", columns)


def _category(inventory: "Inventory", name: RunValue) -> Row | None:
    return next(iter(inventory.where("Classification", {"name": to_text(name), "parent_id": None})), None)


def _category_exists(inventory: "Inventory", arguments: _Arguments) -> Answer:
    (name,) = arguments
    return _category(inventory, name) is not None


def _category_create(inventory: "Inventory", arguments: _Arguments) -> Answer:
    (given,) = arguments
    fields = _fields(given)
    if not fields.get("name"):
        raise ValueError("category_create takes a hash with name, description and single_value")
    columns = {"single_value": fields.get("single_value", False), "description": fields.get("description")}
    return inventory.create("Classification", {**columns, "name": to_text(fields["name"])})


def _tag_exists(inventory: "Inventory", arguments: _Arguments) -> Answer:
    category, name = arguments
    parent = _category(inventory, category)
    found = () if parent is None else inventory.where("Classification", {"parent_id": parent.id, "name": to_text(name)})
    return bool(found)


def _tag_create(inventory: "Inventory", arguments: _Arguments) -> Answer:
    category, given = arguments
    parent, fields = _category(inventory, category), _fields(given)
    if parent is None or not fields.get("name"):
        raise ValueError("tag_create takes a category that exists, and a hash with name and description")
    columns = {"name": to_text(fields["name"]), "description": fields.get("description"), "parent_id": parent.id}
    return inventory.create("Classification", columns)


_Free: TypeAlias = Callable[["Inventory", _Arguments], Answer]
_OfRecord: TypeAlias = Callable[["Inventory", Row, _Arguments], Answer]

_FREE: dict[str, _Free] = {
    "category_create": _category_create,
    "category_exists?": _category_exists,
    "create_automation_request": _create_automation_request,
    "create_notification": _create_notification,
    "create_notification!": _create_notification,
    "create_provision_request": _create_provision_request,
    "create_service_provision_request": _create_service_provision_request,
    "tag_create": _tag_create,
    "tag_exists?": _tag_exists,
}
"""What `evm.execute` may ask for."""

_OF_RECORDS: dict[str, _OfRecord] = {
    "add_resource": _add_resource,
    "add_to_service": _add_to_service,
    "approve": _approve,
    "create_snapshot": _create_snapshot,
    "deny": _deny,
    "execute": _execute,
    "extend_retires_on": _extend_retirement,
    "finish_retirement": _finish_retirement,
    "migrate": _migrate,
    "remove_all_snapshots": _remove_snapshots,
    "remove_from_disk": _delete,
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
