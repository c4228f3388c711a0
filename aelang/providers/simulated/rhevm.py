"""What a RHEV does when it is asked for something: a row an operation, a step of it after the other.

A step comes some time after the operation was asked for: `after` names the setting that says how many seconds. It
changes the machine, and the system tells of it.
"""

from typing import Literal, NamedTuple, TypeAlias

Change: TypeAlias = Literal[
    "nothing", "made", "updated", "disk_locked", "disk_ready", "powering_up", "up", "powering_down", "down",
    "suspended", "removed",
]  # fmt: skip


class Step(NamedTuple):
    """What becomes of the machine, and the event that tells of it; `failed` is told in its place where the operation
    comes to nothing."""

    change: Change
    event: str
    after: str = ""
    failed: str = ""


SOURCE = "RHEVM"
VENDOR = "redhat"
MODEL = "ManageIQ::Providers::Redhat::InfraManager::Vm"

OPERATIONS: dict[str, tuple[Step, ...]] = {
    "clone": (
        Step("nothing", "USER_ADD_VM_STARTED"),
        Step("made", "USER_ADD_VM_FINISHED_SUCCESS", "clone", "USER_ADD_VM_FINISHED_FAILURE"),
    ),
    "reconfigure": (
        Step("updated", "USER_UPDATE_VM", "update", "USER_FAILED_UPDATE_VM"),
        Step("nothing", "NETWORK_UPDATE_VM_INTERFACE", "network", "NETWORK_UPDATE_VM_INTERFACE_FAILED"),
    ),
    "add_disk": (
        Step("disk_locked", "USER_ADD_DISK_TO_VM"),
        Step("disk_ready", "USER_ADD_DISK_TO_VM_FINISHED_SUCCESS", "disk", "USER_ADD_DISK_TO_VM_FINISHED_FAILURE"),
    ),
    "start": (
        Step("powering_up", "USER_STARTED_VM"),
        Step("up", "USER_RUN_VM", "start", "USER_FAILED_RUN_VM"),
    ),
    "stop": (Step("powering_down", "USER_STOP_VM"), Step("down", "VM_DOWN", "stop", "USER_FAILED_STOP_VM")),
    "shutdown_guest": (
        Step("powering_down", "USER_INITIATED_SHUTDOWN_VM"),
        Step("down", "VM_DOWN", "stop", "USER_FAILED_SHUTDOWN_VM"),
    ),
    "suspend": (
        Step("powering_down", "USER_SUSPEND_VM"),
        Step("suspended", "USER_SUSPEND_VM_OK", "stop", "USER_FAILED_SUSPEND_VM"),
    ),
    "reboot_guest": (Step("powering_up", "USER_REBOOT_VM"), Step("up", "USER_RUN_VM", "start", "USER_FAILED_RUN_VM")),
    "remove": (
        Step("nothing", "USER_REMOVE_VM"),
        Step("removed", "USER_REMOVE_VM_FINISHED", "remove", "USER_REMOVE_VM_FAILED"),
    ),
}  # fmt: skip
"""Every operation that a system of this kind knows."""

SECONDS: dict[str, float] = {
    "clone": 235, "update": 1, "network": 6, "disk": 10, "start": 10, "stop": 10, "remove": 5,
}  # fmt: skip
"""How long each takes, unless the settings say otherwise."""

POWER: dict[str, tuple[str, str]] = {
    "powering_up": ("on", "powering_up"), "up": ("on", "up"), "powering_down": ("off", "powering_down"),
    "down": ("off", "down"), "suspended": ("suspended", "suspended"),
}  # fmt: skip
"""What the inventory says of a machine in each state."""
