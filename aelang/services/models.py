"""The service models: their names, and which is a kind of which (ENGINE-FACTS 5.7, 11.3; REQUESTS 1.2)."""

from functools import lru_cache
from typing import NamedTuple

PROVIDERS = "ManageIQ::Providers::"
"""What the name of a provider's own model begins with."""

_KINDS: dict[str, str] = {
    "": (
        "AnsibleTowerJob Authentication AvailabilityZone CinderBackup Classification CloudNetwork CloudSubnet "
        "CloudTenant CloudVolume CloudVolumeBackup CloudVolumeSnapshot Condition ConfigurationScriptBase "
        "ConfiguredSystem Container ContainerGroup ContainerImage ContainerNode ContainerProject ContainerReplicator "
        "CustomAttribute CustomizationTemplate Disk EmsCluster EmsFolder EventStream ExtManagementSystem "
        "Filesystem Flavor FloatingIp GenericObject GenericObjectDefinition GuestApplication GuestDevice "
        "Hardware Host IsoImage Job Lan MiqAeDomain MiqAlert MiqApproval MiqGroup MiqPolicy MiqRequest MiqRequestTask "
        "MiqScheduler MiqServer MiqUserRole MiqWidget NetworkPort NetworkRouter NetworkService Notification "
        "OperatingSystem OrchestrationStack OrchestrationTemplate PhysicalServer PxeImage PxeServer "
        "RequestLog ResourceAction ResourceGroup ResourcePool SecurityGroup Service ServiceOrder "
        "ServiceResource ServiceTemplate ServiceTemplateCatalog Snapshot Storage Switch Tag Tenant "
        "TenantQuota User VmOrTemplate WindowsImage Zone"
    ),
    "Authentication": "AuthPrivateKey",
    "ConfigurationScriptBase": "ConfigurationScript ConfigurationScriptPayload",
    "CustomizationTemplate": (
        "CustomizationTemplateCloudInit CustomizationTemplateKickstart CustomizationTemplateSysprep"
    ),
    "EventStream": "CustomEvent EmsEvent MiqEvent RequestEvent",
    "ExtManagementSystem": (
        "EmsCloud EmsInfra EmsNetwork EmsPhysicalInfra EmsStorage AutomationManager ConfigurationManager "
        "ContainerManager"
    ),
    "Lan": "DistributedVirtualLan",
    "MiqRequest": (
        "AutomationRequest MiqHostProvisionRequest MiqProvisionConfigurationScriptRequest "
        "MiqProvisionConfiguredSystemRequest MiqProvisionRequest "
        "MiqRetireRequest PhysicalServerFirmwareUpdateRequest PhysicalServerProvisionRequest ProvisioningRequest "
        "ServiceReconfigureRequest ServiceTemplateProvisionRequest VmCloudReconfigureRequest VmMigrateRequest "
        "VmReconfigureRequest"
    ),
    "MiqProvisionRequest": "MiqProvisionRequestTemplate",
    "MiqRetireRequest": "OrchestrationStackRetireRequest ServiceRetireRequest VmRetireRequest",
    "MiqRequestTask": (
        "AutomationTask MiqHostProvision MiqProvisionTask MiqRetireTask PhysicalServerFirmwareUpdateTask "
        "PhysicalServerProvisionTask ProvisioningTask ServiceReconfigureTask ServiceTemplateProvisionTask "
        "VmCloudReconfigureTask VmMigrateTask VmReconfigureTask"
    ),
    "MiqProvisionTask": ("MiqProvision MiqProvisionConfigurationScriptTask MiqProvisionConfiguredSystemTask"),
    "MiqProvision": "MiqProvisionCloud MiqProvisionRedhat MiqProvisionVmware",
    "MiqProvisionCloud": "MiqProvisionAmazon MiqProvisionOpenstack",
    "MiqProvisionRedhat": "MiqProvisionRedhatViaIso MiqProvisionRedhatViaPxe",
    "MiqProvisionVmware": "MiqProvisionVmwareViaNetAppRcu MiqProvisionVmwareViaPxe",
    "MiqRetireTask": "OrchestrationStackRetireTask ServiceRetireTask VmRetireTask",
    "Service": "ServiceAnsiblePlaybook ServiceAnsibleTower ServiceGeneric ServiceOrchestration",
    "ServiceTemplate": "ServiceTemplateAnsiblePlaybook ServiceTemplateAnsibleTower ServiceTemplateOrchestration",
    "Switch": "DistributedVirtualSwitch",
    "VmOrTemplate": "MiqTemplate Vm",
    "MiqTemplate": "TemplateCloud TemplateInfra",
    "Vm": "VmCloud VmInfra",
}
"""Each model, under the one that it is a kind of."""

PARENTS: dict[str, str] = {name: parent for parent, names in _KINDS.items() for name in names.split()}
"""Every model with the one that it is a kind of; a blank one is a kind of none."""

EVENTS = frozenset(_KINDS["EventStream"].split())
"""The models of events."""

_OF_PROVIDERS = {
    "Vm": "Vm", "Template": "MiqTemplate", "Host": "Host", "Provision": "MiqProvision",
    "OrchestrationStack": "OrchestrationStack", "InfraManager": "EmsInfra", "CloudManager": "EmsCloud",
    "NetworkManager": "EmsNetwork", "StorageManager": "EmsStorage", "PhysicalInfraManager": "EmsPhysicalInfra",
    "AutomationManager": "AutomationManager", "ConfigurationManager": "ConfigurationManager",
    "ContainerManager": "ContainerManager", "Job": "OrchestrationStack", "ConfigurationScript": "ConfigurationScript",
    "ConfiguredSystem": "ConfiguredSystem", "Flavor": "Flavor", "CloudNetwork": "CloudNetwork",
    "CloudSubnet": "CloudSubnet", "CloudTenant": "CloudTenant", "CloudVolume": "CloudVolume", "Cluster": "EmsCluster",
    "PhysicalServer": "PhysicalServer", "SecurityGroup": "SecurityGroup", "Storage": "Storage",
    "FloatingIp": "FloatingIp", "AvailabilityZone": "AvailabilityZone",
}  # fmt: skip
"""What a provider's own model is a kind of, by the last part of its name."""


def is_model(name: str) -> bool:
    """Whether there is a service model `name`: `Vm`, or a provider's, `ManageIQ::Providers::X::InfraManager::Vm`."""
    return name in PARENTS or _parent_of(name) != ""


def class_name(name: str) -> str:
    """The class that methods and traces see for the model `name`: `MiqAeServiceVm`."""
    return "MiqAeService" + name.replace("::", "_")


@lru_cache(512)
def snake_name(name: str) -> str:
    """The model `name` as keys and links write it: `miq_provision_request`."""
    last = name.rpartition("::")[2]
    return "".join("_" + each.lower() if each.isupper() else each for each in last).lstrip("_")


@lru_cache(512)
def ancestors(name: str) -> tuple[str, ...]:
    """`name` and the models that it is a kind of, nearest first."""
    found = [name]
    while parent := _parent_of(found[-1]):
        found.append(parent)
    return tuple(found)


class Kinds(NamedTuple):
    """The models that are a kind of one: by name, and providers' own by the last part of theirs."""

    models: tuple[str, ...]
    ends: tuple[str, ...]


def kinds_of(base: str) -> Kinds:
    """What is a kind of `base`, itself among them."""
    ends = (end for end, model in _OF_PROVIDERS.items() if base in ancestors(model))
    return Kinds(tuple(each for each in PARENTS if base in ancestors(each)), tuple(ends))


def _parent_of(name: str) -> str:
    if name.startswith(PROVIDERS):
        return _OF_PROVIDERS.get(name.rpartition("::")[2], "")
    return PARENTS.get(name, "")
