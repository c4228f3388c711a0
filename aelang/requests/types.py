"""The types of requests and tasks: one row an operation (REQUESTS 1.1, 1.3, 1.7)."""

from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

Count: TypeAlias = Literal["one", "vms", "sources", "source"]
"""How many tasks a request has: one; `number_of_vms`; one for each of `src_ids` (or `src_host_ids`); one, for
`src_id`."""

SERVICE_TASK = "ServiceTemplateProvisionTask"
VM_TASK = "MiqProvision"
PROVISIONING = "ProvisioningRequest"
TEMPLATE = "MiqProvisionRequestTemplate"
"""What a catalog item keeps of a VM request: never executed, it only lends its options (REQUESTS 1.6)."""


class RequestType(NamedTuple):
    """An operation: the models of its request and task, and what differs from one to the other.

    `kinds` are the values of `request_type`, the first is the default. `says` begins its messages. `role` works its
    messages. `done` is the state of a task that has done its work and waits for its machine to end; `states` are those
    that a request may have beside pending, queued, active and finished. `driven` ones are run by Automate, the others
    execute at once. `waits` ones may lie in a cart, and are processed when its order is placed. `sent` is what Automate
    is told as `request` when a task is delivered, where that is not the value of `request_type`.
    """

    request: str
    task: str
    kinds: tuple[str, ...]
    says: str
    tasks: Count = "sources"
    source: str | None = None
    driven: bool = True
    done: str | None = None
    states: tuple[str, ...] = ()
    role: str = "ems_operations"
    waits: bool = False
    sent: str = ""


_MIGRATED, _RECONFIGURED, _RETIRED = ("migrated",), ("reconfigured",), ("retired",)
_PROVISIONED = ("migrated", "provisioned")

REQUEST_TYPES: dict[str, RequestType] = {
    each.request: each
    for each in (
        RequestType("AutomationRequest", "AutomationTask", ("automation",), "Automation Request", "one", driven=False,
                    role="automate"),
        RequestType("MiqHostProvisionRequest", "MiqHostProvision", ("host_pxe_install",), "Host Provisioning",
                    source="Host", done="provisioned"),
        RequestType("MiqProvisionRequest", VM_TASK, ("template", "clone_to_vm", "clone_to_template"),
                    "VM Provisioning", "vms", done="provisioned", states=_PROVISIONED, sent="vm_provision"),
        RequestType(TEMPLATE, VM_TASK, ("template",), "VM Provisioning", "vms", done="provisioned",
                    states=_PROVISIONED, sent="vm_provision"),
        RequestType("ServiceTemplateProvisionRequest", SERVICE_TASK, ("clone_to_service",),
                    "Service_Template_Provisioning", "one", done="provisioned", states=_MIGRATED, waits=True),
        RequestType("ServiceReconfigureRequest", "ServiceReconfigureTask", ("service_reconfigure",),
                    "Service Reconfigure", "source", "Service", states=_RECONFIGURED),
        RequestType("VmReconfigureRequest", "VmReconfigureTask", ("vm_reconfigure",), "VM Reconfigure",
                    source="VmOrTemplate", driven=False, states=_RECONFIGURED),
        RequestType("VmCloudReconfigureRequest", "VmCloudReconfigureTask", ("vm_cloud_reconfigure",),
                    "VM Cloud Reconfigure", source="VmOrTemplate", driven=False, states=_RECONFIGURED),
        RequestType("VmMigrateRequest", "VmMigrateTask", ("vm_migrate",), "VM Migrate", source="VmOrTemplate",
                    done="migrated", states=_MIGRATED),
        RequestType("VmRetireRequest", "VmRetireTask", ("vm_retire",), "VM Retire", source="VmOrTemplate",
                    done="retired", states=_RETIRED),
        RequestType("ServiceRetireRequest", "ServiceRetireTask", ("service_retire",), "Service Retire",
                    source="Service", done="retired", states=_RETIRED),
        RequestType("OrchestrationStackRetireRequest", "OrchestrationStackRetireTask",
                    ("orchestration_stack_retire",), "Orchestration Stack Retire", source="OrchestrationStack",
                    done="retired", states=_RETIRED),
        RequestType("PhysicalServerProvisionRequest", "PhysicalServerProvisionTask", ("provision_physical_server",),
                    "Physical Server Provisioning", source="PhysicalServer", done="provisioned",
                    sent="physical_server_provision"),
        RequestType("PhysicalServerFirmwareUpdateRequest", "PhysicalServerFirmwareUpdateTask",
                    ("physical_server_firmware_update",), "Physical Server Firmware Update", source="PhysicalServer"),
        RequestType("MiqProvisionConfiguredSystemRequest", "MiqProvisionConfiguredSystemTask",
                    ("provision_via_foreman",), "Configured System Provisioning", source="ConfiguredSystem",
                    done="provisioned", sent="configured_system_provision"),
        RequestType("MiqProvisionConfigurationScriptRequest", "MiqProvisionConfigurationScriptTask",
                    ("provision_via_automation_manager",), "Configuration Script Provisioning",
                    source="ConfigurationScriptBase", done="provisioned"),
        RequestType(PROVISIONING, "ProvisioningTask", ("add_service", "modify_service", "delete_service"),
                    "Provisioning", "one", role="automate"),
    )
}  # fmt: skip
"""Every operation, by the model of its request."""

TASK_TYPES: dict[str, RequestType] = {each.task: each for each in REQUEST_TYPES.values() if each.request != TEMPLATE}
"""The same, by the model of its task; all of a provider's own are `MiqProvision`."""


@lru_cache(512)
def type_of_task(model: str) -> RequestType:
    """The operation that a task of `model` belongs to."""
    from aelang.services.models import ancestors

    return next(TASK_TYPES[each] for each in ancestors(model) if each in TASK_TYPES)


def type_named(name: str) -> RequestType | None:
    """The operation whose request is of the model `name`, or that has `name` among its values of `request_type`."""
    if name in REQUEST_TYPES:
        return REQUEST_TYPES[name]
    return next((each for each in REQUEST_TYPES.values() if name in each.kinds), None)


def unknown_type(name: str) -> str:
    """That there is no operation called `name`, and which it may have meant."""
    from aelang.diagnostics import did_you_mean

    kinds = list(dict.fromkeys(each for known in REQUEST_TYPES.values() for each in known.kinds))
    meant = did_you_mean(name, [*REQUEST_TYPES, *kinds]) or f"there are {', '.join(kinds)}"
    return f"there is no request type `{name}`: {meant}"
