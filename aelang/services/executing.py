"""Executing: what an inventory does for `evm.execute`: requests, notifications, categories and tags."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from aelang.diagnostics import did_you_mean
from aelang.interpreter.values import RunValue, Symbol, to_text
from aelang.services.ports import Answer, KeptRecords
from aelang.services.record import Record
from aelang.services.records import Reference, Row
from aelang.services.simulation import approve, new_approval

_Arguments = tuple[RunValue, ...]


class NewRequest(NamedTuple):
    """A request that a method wants made, by `userid`; `approved` at once, where it says so."""

    model: str
    columns: Mapping[str, RunValue]
    userid: str
    approved: bool


def execute(records: KeptRecords, name: str, arguments: _Arguments) -> Answer:
    """Does what is called `name`. Raises LookupError where nothing is, ValueError for arguments it cannot take."""
    wanted = requested(records, name, arguments)
    if wanted is not None:
        return _create_request(records, wanted)
    if name not in _COMMANDS:
        hint = did_you_mean(name, [*_COMMANDS, *_REQUESTS])
        raise LookupError(f"nothing can be executed that is called `{name}`" + (f": {hint}" if hint else ""))
    least, most, act = _COMMANDS[name]
    _check_number(name, arguments, least, most)
    return act(records, arguments)


def requested(records: KeptRecords, name: str, arguments: _Arguments) -> NewRequest | None:
    """The request that `name` asks to be made, None where it asks for something else. Raises ValueError for arguments
    that it cannot take."""
    if name not in _REQUESTS:
        return None
    least, most, ask = _REQUESTS[name]
    _check_number(name, arguments, least, most)
    return ask(records, arguments)


def _check_number(name: str, arguments: _Arguments, least: int, most: int) -> None:
    if not least <= len(arguments) <= most:
        number = str(least) if least == most else f"{least} to {most}"
        raise ValueError(f"`{name}` takes {number} arguments, not {len(arguments)}")


def _automation_request(records: KeptRecords, arguments: _Arguments) -> NewRequest:
    options = arguments[0]
    userid = arguments[1] if len(arguments) > 1 else "admin"
    approved = bool(len(arguments) > 2 and arguments[2])
    if not isinstance(options, dict):
        raise ValueError("create_automation_request takes a hash with namespace, class_name, instance_name, attrs")
    columns: dict[str, RunValue] = {
        "request_type": "automation",
        "description": "Automation Task",
        "options": _symbols(options),
    }
    return NewRequest("AutomationRequest", columns, to_text(userid), approved)


def _provision_request(records: KeptRecords, arguments: _Arguments) -> NewRequest:
    """The arguments are those of ManageIQ's web service: version, template, VM, requester, tags, values, ..."""
    template, vm, requester = ((*map(_fields, arguments[1:4]), {}, {}, {}))[:3]
    found = records.where("MiqTemplate", {"name": template.get("name")}) if "name" in template else ()
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
    userid = to_text(requester.get("user_name") or "admin")
    return NewRequest("MiqProvisionRequest", columns, userid, requester.get("auto_approve") in (True, "true"))


def _service_provision_request(records: KeptRecords, arguments: _Arguments) -> NewRequest:
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
    return NewRequest("ServiceTemplateProvisionRequest", columns, "admin", False)


def _create_request(records: KeptRecords, wanted: NewRequest) -> Reference:
    """A request as it is when it was just made (REQUESTS 1.4, R1 and R2)."""
    model, columns, userid, approved = wanted
    requester = next(iter(records.where("User", {"userid": userid})), None)
    now = records.now()
    made = records.create(
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
    records.create("MiqApproval", new_approval(records, made.id))
    if approved:
        row = records.find(*made)
        assert row is not None
        approve(records, row, (userid, "Auto-Approved"))
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


def _create_notification(records: KeptRecords, arguments: _Arguments) -> Answer:
    (given,) = arguments or ({},)
    fields = _fields(given)
    subject = fields.get("subject")
    columns: dict[str, RunValue] = {
        "type": to_text(fields.get("type") or "automate_user_info"),
        "level": to_text(fields.get("level") or "info"),
        "message": to_text(fields.get("message")),
        "created_at": records.now(),
    }
    if isinstance(subject, Record):
        columns.update(subject_id=subject.id, subject_type=subject.model)
    return records.create("Notification", columns)


def _category(records: KeptRecords, name: RunValue) -> Row | None:
    return next(iter(records.where("Classification", {"name": to_text(name), "parent_id": None})), None)


def _category_exists(records: KeptRecords, arguments: _Arguments) -> Answer:
    (name,) = arguments
    return _category(records, name) is not None


def _category_create(records: KeptRecords, arguments: _Arguments) -> Answer:
    (given,) = arguments
    fields = _fields(given)
    if not fields.get("name"):
        raise ValueError("category_create takes a hash with name, description and single_value")
    columns = {"single_value": fields.get("single_value", False), "description": fields.get("description")}
    return records.create("Classification", {**columns, "name": to_text(fields["name"])})


def _tag_exists(records: KeptRecords, arguments: _Arguments) -> Answer:
    category, name = arguments
    parent = _category(records, category)
    found = () if parent is None else records.where("Classification", {"parent_id": parent.id, "name": to_text(name)})
    return bool(found)


def _tag_create(records: KeptRecords, arguments: _Arguments) -> Answer:
    category, given = arguments
    parent, fields = _category(records, category), _fields(given)
    if parent is None or not fields.get("name"):
        raise ValueError("tag_create takes a category that exists, and a hash with name and description")
    columns = {"name": to_text(fields["name"]), "description": fields.get("description"), "parent_id": parent.id}
    return records.create("Classification", columns)


_Free: TypeAlias = Callable[[KeptRecords, _Arguments], Answer]

_Asks: TypeAlias = Callable[[KeptRecords, _Arguments], NewRequest]

_REQUESTS: dict[str, tuple[int, int, _Asks]] = {
    "create_automation_request": (1, 3, _automation_request),
    "create_provision_request": (2, 9, _provision_request),
    "create_service_provision_request": (1, 2, _service_provision_request),
}
"""What makes a request: how many arguments it takes, and what reads them."""

_COMMANDS: dict[str, tuple[int, int, _Free]] = {
    "category_create": (1, 1, _category_create),
    "category_exists?": (1, 1, _category_exists),
    "create_notification": (1, 1, _create_notification),
    "create_notification!": (1, 1, _create_notification),
    "tag_create": (2, 2, _tag_create),
    "tag_exists?": (2, 2, _tag_exists),
}
"""What else `evm.execute` may ask for: how many arguments it takes, and what does it."""
