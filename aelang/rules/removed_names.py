"""Names that ManageIQ's own domain once had and has no more: those of 2016 that are gone.

Datastores written for an older ManageIQ refer to them. They are told of like any name that is not there, with what
became of it.
"""

from aelang.names import fold

CLASSES = (
    "Cloud/Orchestration/Provisioning/Email",
    "Cloud/Orchestration/Reconfiguration/Email",
    "Cloud/Orchestration/Retirement/Email",
    "Cloud/VM/Provisioning/Email",
    "Cloud/VM/Provisioning/StateMachines/ProvisionRequestQuotaVerification",
    "Cloud/VM/Retirement/Email",
    "ConfigurationManagement/AnsibleTower/Operations/JobTemplate",
    "ConfigurationManagement/AnsibleTower/Operations/StateMachines/Job",
    "ConfigurationManagement/AnsibleTower/Service/Provisioning/Email",
    "ConfigurationManagement/AnsibleTower/Service/Provisioning/StateMachines/Provision",
    "Deployment/ContainerProvider/System/StateMachine/Deployment",
    "Infrastructure/Configured_System/Provisioning/StateMachines/ProvisionRequestQuotaVerification",
    "Infrastructure/Host/Lifecycle",
    "Infrastructure/Host/Provisioning/Email",
    "Infrastructure/Host/Provisioning/Profile",
    "Infrastructure/Host/Provisioning/StateMachines/HostProvision",
    "Infrastructure/Host/Provisioning/StateMachines/Methods",
    "Infrastructure/VM/Migrate/Email",
    "Infrastructure/VM/Provisioning/Email",
    "Infrastructure/VM/Provisioning/StateMachines/ProvisionRequestQuotaVerification",
    "Infrastructure/VM/Reconfigure/Email",
    "Infrastructure/VM/Retirement/Email",
    "Service/Provisioning/Email",
    "Service/Retirement/Email",
    "System/Event/EmsEvent/Hawkular",
)
"""Classes that are gone with all that was in them."""

INSTANCES = (
    "Cloud/Orchestration/Provisioning/StateMachines/Provision/catalogiteminitization",
    "Cloud/Orchestration/Provisioning/StateMachines/Provision/default",
    "System/CommonMethods/StateMachineMethods/host_provision_finished",
    "System/Event/EmsEvent/Kubernetes/container_created",
    "System/Event/EmsEvent/Kubernetes/container_failed",
    "System/Event/EmsEvent/Kubernetes/container_killing",
    "System/Event/EmsEvent/Kubernetes/container_started",
    "System/Event/EmsEvent/Kubernetes/container_stopped",
    "System/Event/EmsEvent/Kubernetes/container_unhealthy",
    "System/Event/EmsEvent/Kubernetes/node_reboot",
    "System/Event/EmsEvent/Kubernetes/pod_failedsync",
    "System/Event/EmsEvent/VC/createfolder",
    "System/event_handlers/src_vm_refresh_on_reconfig",
    "System/Policy/miqhostprovisionrequest_approved",
    "System/Policy/miqhostprovisionrequest_created",
    "System/Policy/miqhostprovisionrequest_starting",
    "System/Policy/miqhostprovisionrequest_updated",
    "System/Request/ui_host_provision_info",
)
"""Instances that are gone, of classes that are still there."""

METHODS = (
    "Cloud/VM/Retirement/StateMachines/Methods.azure_pre_retirement",
    "Infrastructure/VM/Retirement/StateMachines/Methods.check_powered_off",
    "Infrastructure/VM/Retirement/StateMachines/Methods.power_off",
    "Service/Provisioning/StateMachines/Methods.configurechilddialog",
    "System/event_handlers.src_vm_refresh_on_reconfig",
    "System/Policy.miqhostprovision_auto_approve",
)
"""Methods that are gone, of classes that are still there."""

REMOVED_HELP = "it was removed from ManageIQ: lead elsewhere, or take it over into a domain of your own"

_REMOVED = frozenset(map(fold, (*CLASSES, *INSTANCES, *METHODS)))
_DOMAIN = "manageiq/"


def was_removed(path: str) -> bool:
    """Whether `Ns/Class`, `Ns/Class/instance` or `Ns/Class.method` is gone from ManageIQ's domain."""
    return fold(path).strip("/").removeprefix(_DOMAIN) in _REMOVED
