"""The words of events: which kinds there are, which say nothing, what a task's last event is (REQUESTS 5.2, 5.5)."""

from collections.abc import Mapping

_IGNORED = """
AlarmActionTriggeredEvent AlarmCreatedEvent AlarmEmailCompletedEvent AlarmEmailFailedEvent AlarmReconfiguredEvent
AlarmRemovedEvent AlarmScriptCompleteEvent AlarmScriptFailedEvent AlarmSnmpCompletedEvent AlarmSnmpFailedEvent
AlarmStatusChangedEvent AlreadyAuthenticatedSessionEvent EventEx UserLoginSessionEvent UserLogoutSessionEvent
UNASSIGNED USER_REMOVE_VG USER_REMOVE_VG_FAILED USER_VDC_LOGIN USER_VDC_LOGIN_FAILED USER_VDC_LOGOUT
scheduler.run_instance.start scheduler.run_instance.scheduled scheduler.run_instance.end
ConfigurationSnapshotDeliveryStarted ConfigurationSnapshotDeliveryCompleted ConfigurationSnapshotDeliveryFailed
"""
IGNORED = frozenset(_IGNORED.split())
"""Names of provider events that are passed over, where aelang.toml says no others."""

FINALS: Mapping[str, tuple[str, ...]] = {
    "VmClonedEvent": ("CloneVM_Task",),
    "VmCreatedEvent": ("CreateVM_Task",),
    "VmGuestRebootEvent": ("RebootGuest",),
    "VmGuestShutdownEvent": ("ShutdownGuest",),
    "VmPoweredOffEvent": ("PowerOffVM_Task",),
    "VmPoweredOnEvent": ("PowerOnVM_Task",),
    "VmReconfiguredEvent": ("ReconfigVM_Task",),
    "VmRelocatedEvent": ("RelocateVM_Task",),
    "VmRemovedEvent": ("DestroyVM_Task", "UnregisterVM"),
    "VmResettingEvent": ("ResetVM_Task",),
    "VmSuspendedEvent": ("SuspendVM_Task",),
}
"""The event that ends a task, with those that may have begun it."""

SOURCES: Mapping[str, str] = {
    "azure": "AZURE",
    "ec2": "AMAZON",
    "gce": "GOOGLE",
    "kubernetes": "KUBERNETES",
    "kubevirt": "KUBEVIRT",
    "openshift": "KUBERNETES",
    "openstack": "OPENSTACK",
    "rhevm": "RHEVM",
    "vmwarews": "VC",
}
"""What the events of a provider have for a source, by its `emstype`, where they do not say it."""

CATCHERS: Mapping[str, str] = {
    "azure": "Azure",
    "ec2": "Amazon",
    "gce": "Google",
    "kubernetes": "Kubernetes",
    "kubevirt": "Kubevirt",
    "openshift": "Openshift",
    "openstack": "Openstack",
    "rhevm": "Redhat",
    "vmwarews": "Vmware",
}
"""How the log of an appliance calls what catches the events of a provider, by its `emstype`."""

FAMILIES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "EmsCluster": (("Host", "ems_cluster_id"), ("VmOrTemplate", "ems_cluster_id")),
    "Host": (("VmOrTemplate", "host_id"),),
    "ResourcePool": (("VmOrTemplate", "resource_pool_id"),),
    "Storage": (("VmOrTemplate", "storage_id"),),
}
"""Whose children hear of a tag too: their models, and the column that names the parent."""

TOLD_TO_CHILDREN = frozenset(("assigned_company_tag", "unassigned_company_tag"))

CALLS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "change_event_target_state": ("change_event_target_state", ("target", "param")),
    "event_action_policy": ("policy", ("target", "policy_event", "param")),
    "event_action_refresh": ("refresh", ("target", "target2")),
    "event_action_refresh_sync": ("refresh_sync", ("target", "target2")),
    "event_action_scan": ("scan", ("target", "target2")),
    "src_vm_as_template": ("src_vm_as_template", ("flag",)),
    "src_vm_destroy_all_snapshots": ("src_vm_destroy_all_snapshots", ()),
}
"""Handlers that the classic layout may call: what they have the event do, and what of the call goes along."""

_OF_TARGETS = frozenset("/?#")


def is_name(text: str) -> bool:
    """Whether an event can be called so: its name becomes a part of the target that Automate is asked for."""
    return bool(text.strip()) and text.isprintable() and _OF_TARGETS.isdisjoint(text)
