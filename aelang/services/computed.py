"""Virtual attributes and associations that are worked out from other records. Each function gets the record and the
name that was asked for; what the record itself keeps under that name comes before it."""

from collections.abc import Callable, Mapping

from aelang.interpreter.values import RunValue, to_text
from aelang.services.machines import each_once
from aelang.services.models import ancestors, class_name, snake_name
from aelang.services.record import NORMALIZED, Record, normalized, word
from aelang.services.records import Reference

_A_REGION = 1_000_000_000_000
"""So many ids has a region: the first digits of an id tell whose it is."""

DISPLAYS: Mapping[str, str] = {
    "add_service": "Service Addition",
    "automation": "Automation",
    "clone_to_service": "Service Provision",
    "clone_to_template": "VM Publish",
    "clone_to_vm": "VM Clone",
    "delete_service": "Service Deletion",
    "host_pxe_install": "Host Provision",
    "modify_service": "Service Modification",
    "orchestration_stack_retire": "Orchestration Stack Retire",
    "physical_server_firmware_update": "Physical Server Firmware Update",
    "provision_physical_server": "Physical Server Provision",
    "provision_via_automation_manager": "Configuration Script Provision",
    "provision_via_foreman": "Configured System Provision",
    "service_reconfigure": "Service Reconfigure",
    "service_retire": "Service Retire",
    "template": "VM Provision",
    "vm_cloud_reconfigure": "VM Cloud Reconfigure",
    "vm_migrate": "VM Migrate",
    "vm_reconfigure": "VM Reconfigure",
    "vm_retire": "VM Retire",
}
"""How a request type is shown (REQUESTS 1.1)."""


# -- every model -------------------------------------------------------------------------------------------------


def _region_number(record: Record, name: str) -> RunValue:
    return record.id // _A_REGION


def _region_description(record: Record, name: str) -> RunValue:
    return f"Region {record.id // _A_REGION}"


def _column(record: Record, name: str, wanted: RunValue) -> RunValue:
    """`record['x']`: the column, whatever a method of that name makes of it (the status of a task, REQUESTS 1.7)."""
    attribute = word(wanted)
    return record.column(attribute) if attribute in record.declared.attributes else record.read(attribute)


def _attributes(record: Record, name: str) -> RunValue:
    columns = record.columns
    return {each: record.catalog.present(columns.get(each)) for each in sorted(record.declared.attributes)}


def _inspect(record: Record, name: str) -> RunValue:
    return f"#<{record.class_name}:{record.id}>"


def _href_slug(record: Record, name: str) -> RunValue:
    return f"{snake_name(record.model)}s/{record.id}"


def _model_suffix(record: Record, name: str) -> RunValue:
    return class_name(record.model).removeprefix("MiqAeService")


def _object_class(record: Record, name: str) -> RunValue:
    return record.model


def _to_s(record: Record, name: str) -> RunValue:
    return str(record)


def _reload(record: Record, name: str) -> RunValue:
    return record


def _given(record: Record, name: str, *arguments: RunValue) -> RunValue:
    """What the record keeps under the method's own name: only an inventory, or a provider, can know."""
    return record.column(name.rstrip("?="))


# -- requests ----------------------------------------------------------------------------------------------------


def _reason(record: Record, name: str) -> RunValue:
    return _of_first_approval(record, "reason")


def _stamped_on(record: Record, name: str) -> RunValue:
    return _of_first_approval(record, "stamped_on")


def _v_approved_by(record: Record, name: str) -> RunValue:
    return ", ".join(to_text(each.column("stamper_name")) for each in _stamped(record))


def _v_approved_by_email(record: Record, name: str) -> RunValue:
    stampers = [each.one("stamper") for each in _stamped(record)]
    return ", ".join(to_text(each.column("email")) for each in stampers if each is not None and each.column("email"))


def _stamped(record: Record) -> list[Record]:
    return [each for each in record.all("miq_approvals") if each.column("stamper_name")]


def _of_first_approval(record: Record, name: str) -> RunValue:
    found = record.all("miq_approvals")
    return found[0].column(name) if found else None


def _approvers(record: Record, name: str) -> RunValue:
    found = [each.one("approver") for each in record.all("miq_approvals")]
    return [each for each in found if each is not None and each.model == "User"]


def _request_type_display(record: Record, name: str) -> RunValue:
    found = to_text(record.column("request_type"))
    return "VM Provision Template" if record.model == "MiqProvisionRequestTemplate" else DISPLAYS.get(found, found)


def _resource_type(record: Record, name: str) -> RunValue:
    return record.model


def _is_authorized(record: Record, name: str) -> RunValue:
    return record.column("approval_state") == "approved"


def _sources_of(record: Record, name: str) -> RunValue:
    """What the request is about: the records whose ids are its option `src_ids`."""
    from aelang.services.options import option

    ids = option(record, "src_ids")
    model = record.declared.associations[name].model
    found = [record.catalog.find(model, each) for each in ids if isinstance(each, int)] if isinstance(ids, list) else []
    return [each for each in found if each is not None]


# -- users and groups --------------------------------------------------------------------------------------------


def _role(record: Record, name: str) -> RunValue:
    group = record.one("current_group")
    return None if group is None else group.read("miq_user_role_name")


def _ldap_group(record: Record, name: str) -> RunValue:
    group = record.one("current_group")
    return None if group is None else group.column("description")


def _normalized(record: Record, name: str) -> RunValue:
    return normalized(record.read(name.removeprefix(NORMALIZED)))


def _miq_user_role_name(record: Record, name: str) -> RunValue:
    found = record.one("miq_user_role")
    return None if found is None else found.column("name")


def _current_tenant(record: Record, name: str) -> RunValue:
    kept = record.column("current_tenant_id")
    if isinstance(kept, int):
        return record.catalog.find("Tenant", kept)
    group = record.one("current_group")
    return None if group is None else group.one("tenant")


# -- services ----------------------------------------------------------------------------------------------------


def _service(record: Record, name: str) -> RunValue:
    """The service that has the record among its resources, or lists it."""
    for each in record.many("ServiceResource", resource_id=record.id):
        if each.column("resource_type") in ancestors(record.model) and each.one("service") is not None:
            return each.one("service")
    listed = (each for each in record.many("Service") if record.reference in _listed_vms(each))
    return next(listed, None)


def _listed_vms(service: Record) -> list[Reference]:
    columns = service.columns
    found: list[Reference] = []
    for name in ("vms", "direct_vms", "orchestration_stacks", "generic_objects"):
        listed = columns.get(name)
        found.extend(listed if isinstance(listed, list) else ())
    return found


def _direct_vms(record: Record, name: str) -> RunValue:
    return _resources(record, "VmOrTemplate")


def _orchestration_stacks(record: Record, name: str) -> RunValue:
    return _resources(record, "OrchestrationStack")


def _generic_objects(record: Record, name: str) -> RunValue:
    return _resources(record, "GenericObject")


def _resources(record: Record, model: str) -> list[Record]:
    found = [each.one("resource") for each in record.all("service_resources")]
    return [each for each in found if each is not None and each.model_is(model)]


def _vms(record: Record, name: str) -> RunValue:
    return each_once(each for service in (record, *_below(record)) for each in service.all("direct_vms"))


def _indirect_vms(record: Record, name: str) -> RunValue:
    return each_once(each for service in _below(record) for each in service.all("direct_vms"))


def _all_service_children(record: Record, name: str) -> RunValue:
    return list(_below(record))


def _indirect_service_children(record: Record, name: str) -> RunValue:
    direct = record.all("direct_service_children")
    return [each for each in _below(record) if each not in direct]


def _below(record: Record) -> list[Record]:
    found: list[Record] = []
    waiting = record.all("direct_service_children")
    while waiting:
        each = waiting.pop(0)
        if each not in found and each != record:
            found.append(each)
            waiting.extend(each.all("direct_service_children"))
    return found


def _root_service(record: Record, name: str) -> RunValue:
    seen = [record]
    while (parent := seen[-1].one("parent_service")) is not None and parent not in seen:
        seen.append(parent)
    return seen[-1]


def _miq_request(record: Record, name: str) -> RunValue:
    """The request that the service came from: that of the task which made it."""
    tasks = record.many("ServiceTemplateProvisionTask", destination_id=record.id)
    return tasks[0].one("miq_request") if tasks else None


FUNCTIONS: dict[str, Callable[..., RunValue]] = {
    **{
        each.__name__[1:]: each
        for each in (
            _region_number, _region_description, _column, _attributes, _inspect, _href_slug, _model_suffix,
            _object_class, _to_s, _reload, _given, _reason, _stamped_on, _v_approved_by, _v_approved_by_email,
            _approvers, _request_type_display, _resource_type, _sources_of, _role, _ldap_group, _normalized,
            _miq_user_role_name, _current_tenant, _service, _direct_vms, _orchestration_stacks, _generic_objects, _vms,
            _indirect_vms, _all_service_children, _indirect_service_children, _root_service, _miq_request,
        )
    },
    "authorized": _is_authorized,
}  # fmt: skip
"""Every function by the name that the tables use, without `?` and `=`."""
