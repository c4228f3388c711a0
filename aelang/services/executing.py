"""Executing: what an inventory does for `evm.execute`: requests, notifications, categories and tags."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from aelang.diagnostics import did_you_mean
from aelang.interpreter.values import RunValue, Symbol, to_text
from aelang.services.ports import Answer
from aelang.services.record import Record
from aelang.services.records import Reference, Row
from aelang.services.simulation import approve, new_approval

if TYPE_CHECKING:
    from aelang.services.inventory import Inventory

_Arguments = tuple[RunValue, ...]


def execute(inventory: "Inventory", name: str, arguments: _Arguments) -> Answer:
    """Does what is called `name`. Raises LookupError where nothing is, ValueError for arguments it cannot take."""
    if name not in _COMMANDS:
        hint = did_you_mean(name, _COMMANDS)
        raise LookupError(f"nothing can be executed that is called `{name}`" + (f": {hint}" if hint else ""))
    least, most, act = _COMMANDS[name]
    if not least <= len(arguments) <= most:
        number = str(least) if least == most else f"{least} to {most}"
        raise ValueError(f"`{name}` takes {number} arguments, not {len(arguments)}")
    return act(inventory, arguments)


def _create_automation_request(inventory: "Inventory", arguments: _Arguments) -> Answer:
    options = arguments[0]
    userid = arguments[1] if len(arguments) > 1 else "admin"
    approved = len(arguments) > 2 and arguments[2]
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
    inventory.create("MiqApproval", new_approval(inventory, made.id))
    if approved:
        row = inventory.find(*made)
        assert row is not None
        approve(inventory, row, (userid, "Auto-Approved"))
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

_COMMANDS: dict[str, tuple[int, int, _Free]] = {
    "category_create": (1, 1, _category_create),
    "category_exists?": (1, 1, _category_exists),
    "create_automation_request": (1, 3, _create_automation_request),
    "create_notification": (1, 1, _create_notification),
    "create_notification!": (1, 1, _create_notification),
    "create_provision_request": (2, 9, _create_provision_request),
    "create_service_provision_request": (1, 2, _create_service_provision_request),
    "tag_create": (2, 2, _tag_create),
    "tag_exists?": (2, 2, _tag_exists),
}
"""What `evm.execute` may ask for: how many arguments it takes, and what does it."""
