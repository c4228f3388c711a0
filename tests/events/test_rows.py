"""Every row of the table of general events: what a provider says becomes the one event that policies know."""

from collections.abc import Iterator

import pytest

from aelang.services.records import Reference
from tests.events.hearing import Hearing, Raised

VM = Reference("Vm", 12)
HOST = Reference("Host", 5)

# general event: source, then the provider's events
ROWS = """
vm_start                     RHEVM      USER_RUN_VM
vm_start                     OPENSTACK  compute.instance.power_on.end
vm_start                     EVM        PowerOnVM_Task_Complete
vm_start                     AMAZON     AWS_EC2_Instance_running
vm_start                     AZURE      virtualMachines_start_EndRequest
vm_start                     GOOGLE     GceOperationDone_compute.instances.start
vm_poweroff                  RHEVM      USER_STOP_VM USER_STOPPED_VM_INSTEAD_OF_SHUTDOWN VM_DOWN_ERROR
vm_poweroff                  OPENSTACK  compute.instance.power_off.end
vm_poweroff                  VC         VmPoweredOffEvent
vm_poweroff                  AMAZON     AWS_EC2_Instance_stopped AWS_EC2_Instance_shutting-down
vm_poweroff                  AZURE      virtualMachines_powerOff_EndRequest virtualMachines_deallocate_EndRequest
vm_poweroff                  GOOGLE     GceOperationDone_compute.instances.stop
vm_shutdown_guest            RHEVM      USER_INITIATED_SHUTDOWN_VM
vm_shutdown_guest            OPENSTACK  compute.instance.shutdown.end
vm_shutdown_guest            EVM        ShutdownGuest_Complete
vm_reboot_guest              OPENSTACK  compute.instance.reboot.end
vm_reboot_guest              EVM        RebootGuest_Complete
vm_suspend                   RHEVM      USER_SUSPEND_VM_OK USER_SUSPEND_VM_FINISH_SUCCESS
vm_suspend                   OPENSTACK  compute.instance.suspend
vm_suspend                   EVM        SuspendVM_Task_Complete
vm_pause                     OPENSTACK  compute.instance.pause.end
vm_resume                    OPENSTACK  compute.instance.unpause.end compute.instance.resume.end
vm_reset                     OPENSTACK  compute.instance.reset.end
vm_reset                     EVM        ResetVM_Task_Complete
vm_reconfigure               RHEVM      USER_UPDATE_VM
vm_reconfigure               EVM        ReconfigVM_Task_Complete
vm_create                    VC         MarkAsVirtualMachine
vm_create                    KUBEVIRT   VIRTUALMACHINE_CREATED
vm_clone_start               VC         CloneVM_Task
vm_clone                     EVM        CloneVM_Task_Complete
vm_destroy                   RHEVM      USER_REMOVE_VM USER_REMOVE_VM_FINISHED USER_REMOVE_VM_TEMPLATE_FINISHED
vm_destroy                   OPENSTACK  compute.instance.delete.end
vm_destroy                   EVM        DestroyVM_Task_Complete
vm_destroy                   AMAZON     AWS_EC2_Instance_DELETE
vm_destroy                   AZURE      virtualMachines_delete_EndRequest
vm_destroy                   GOOGLE     GceOperationDone_compute.instances.delete
vm_unregister                EVM        UnregisterVM_Complete
vm_migrate                   RHEVM      VM_MIGRATION_DONE USER_MOVED_VM_FINISHED_SUCCESS
vm_migrate                   RHEVM      USER_MOVED_TEMPLATE_FINISHED_SUCCESS
vm_migrate                   VC         MigrateVM_Task DrsMigrateVM_Task
vm_migrate                   EVM        RelocateVM_Task_Complete
vm_snapshot                  RHEVM      USER_CREATE_SNAPSHOT
vm_snapshot                  OPENSTACK  compute.instance.snapshot.start
vm_snapshot                  VC         CreateSnapshot_Task
vm_snapshot_complete         RHEVM      USER_CREATE_SNAPSHOT_FINISHED_SUCCESS
vm_snapshot_complete         OPENSTACK  compute.instance.snapshot.end
vm_snapshot_complete         EVM        vm_snapshot_complete
vm_template                  RHEVM      USER_ADD_VM_TEMPLATE_FINISHED_SUCCESS
vm_template                  EVM        MarkAsTemplate_Complete
vm_remote_console_connected  RHEVM      USER_LOGGED_IN_VM
vm_remote_console_connected  VC         VmRemoteConsoleConnectedEvent
vm_renamed_event             VC         VmRenamedEvent
host_connect                 RHEVM      HOST_REGISTER_SUCCEEDED
host_connect                 VC         HostConnectedEvent
host_disconnect              VC         HostDisconnectedEvent HostConnectionLostEvent
host_failure                 RHEVM      HOST_FAILURE
"""

# events that mean nothing general, with what is looked at again
ONLY_LOOKED_AT = """
RHEVM      USER_STARTED_VM                    -
RHEVM      USER_ADD_VM_STARTED                -
RHEVM      USER_ADD_DISK_TO_VM                -
RHEVM      VM_DOWN                            Vm
RHEVM      USER_ADD_VM_FINISHED_SUCCESS       ExtManagementSystem
RHEVM      NETWORK_UPDATE_VM_INTERFACE        Vm
OPENSTACK  compute.instance.power_off.start   -
OPENSTACK  compute.instance.power_on.start    -
"""

CONTAINERS = {"POD": ("containergroup", "container_group"), "NODE": ("containernode", "container_node"),
              "REPLICATOR": ("containerreplicator", "container_replicator")}  # fmt: skip
REASONS = {
    "POD": "CREATED FAILED FAILEDSCHEDULING KILLING OUTOFDISK SCHEDULED STARTED STOPPED UNHEALTHY",
    "NODE": "NODEREADY NODENOTREADY NODESCHEDULABLE NODENOTSCHEDULABLE REBOOTED",
    "REPLICATOR": "FAILEDCREATE SUCCESSFULCREATE",
}


def rows() -> Iterator[tuple[str, str, str]]:
    """The rows: source, the provider's event, the general one."""
    for general, source, *names in map(str.split, ROWS.strip().splitlines()):
        yield from ((source, name, general) for name in names)


def test_every_row_of_the_table_raises_its_general_event(hearing: Hearing) -> None:
    all_rows = list(rows())
    for source, name, _ in all_rows:
        hearing.receive(name, source=source, host_ems_ref="/hosts/5")
    hearing.work()
    about = {True: HOST, False: VM}
    assert [Raised(general, about[general.startswith("host_")]) for _, _, general in all_rows] == hearing.general()


@pytest.mark.parametrize("line", ONLY_LOOKED_AT.strip().splitlines())
def test_what_means_nothing_general_is_at_most_looked_at(hearing: Hearing, line: str) -> None:
    source, name, looked_at = line.split()
    hearing.receive(name, source=source)
    hearing.work()
    found = [model for word, model, _ in hearing.handled() if word == "refresh"]
    assert ([], [] if looked_at == "-" else [looked_at]) == (hearing.general(), found)


def test_what_happens_to_containers_has_a_name_in_lower_case(hearing: Hearing) -> None:
    wanted = []
    for kind, (prefix, name) in CONTAINERS.items():
        for reason in REASONS[kind].split():
            ref = {"POD": "p31", "NODE": "n32", "REPLICATOR": "r33"}[kind]
            hearing.receive(f"{kind}_{reason}", 2, source="KUBERNETES", **{f"{name}_ems_ref": ref})
            wanted.append(f"{prefix}_{reason.lower()}")
    hearing.work()
    assert wanted == [each.name for each in hearing.general()]


def test_a_power_off_is_the_same_to_policies_whoever_says_it(hearing: Hearing) -> None:
    hearing.receive("USER_STOP_VM", 1, source="RHEVM")
    hearing.receive("compute.instance.power_off.end", 2, source="OPENSTACK")
    hearing.work()
    assert [Raised("vm_poweroff", VM), Raised("vm_poweroff", Reference("Vm", 13))] == hearing.general()


def test_a_clone_goes_along_with_the_host_of_its_source(hearing: Hearing) -> None:
    hearing.receive("CloneVM_Task_Complete", source="EVM")
    hearing.work()
    assert "Host%3A%3Ahost=5" in hearing.lines(2)[0]
