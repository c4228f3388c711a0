"""What goes wrong in the laboratory, and how each request ends then (REQUESTS 1.4 to 1.7, 2.5). The rest of these is in
tests/long."""

from collections.abc import Callable
from pathlib import Path

from aelang.providers.simulated.rhevm import OPERATIONS
from aelang.requests import approving
from aelang.requests.people import find_person
from aelang.requests.store.cases import carry_out, read_case
from aelang.requests.store.record_rows import create_row
from aelang.requests.store.records import StoreRecords
from tests.lab.bench import Bench
from tests.lab.comparing import NONE, Node, compared, shown
from tests.transcripts import write_files

Work = Callable[..., Bench]
FAILED = ("finished", "Error", "Request completed with errors")
OK = ("finished", "Ok", "Request complete")


def of_tasks(lab: Bench) -> list[str]:
    """What was followed for the request and its tasks."""
    found: dict[str, tuple[Node, ...]] = {
        context: nodes for context, nodes in compared(lab.trace).items() if context != NONE
    }
    return shown(found)


# -- the provider ------------------------------------------------------------------------------------------------


def test_a_clone_that_fails_ends_the_tasks_with_the_reason_and_leaves_no_machine(work: Work) -> None:
    lab = work(faults={"fail": ["clone"]})
    assert FAILED == lab.ended
    assert [("finished", "Error", "Error: clone of vm-app-001 came to nothing")] == lab.machines
    assert {("finished", "Error")} == {(each.state, each.status) for each in lab.case.tasks}
    assert [] == [each for each in lab.rows("Vm") if each.model.endswith("::Vm")]
    assert ["user_add_vm_started", "user_add_vm_finished_failure", "service_provisioned", "service_provisioned"] == [
        each for each in lab.events if not each.startswith("request_")
    ]


def test_a_disk_that_is_refused_ends_the_machine_with_the_status_of_its_state(work: Work) -> None:
    lab = work(faults={"refuse": ["add_disk"]})
    assert FAILED == lab.ended
    ((state, status, said),) = lab.machines
    assert ("finished", "Error") == (state, status)
    assert (said or "").startswith("Error while adding a disk: State=<AddDisk>")


def test_a_disk_that_never_comes_ends_the_machine_with_the_reason(work: Work) -> None:
    lab = work(faults={"fail": ["add_disk"]})
    said = "Error while starting the machine: the disk `data` of vm-app-001 was asked for, and never came"
    assert (FAILED, [("finished", "Error", said)]) == (lab.ended, lab.machines)
    assert ["down"] == [each.columns["raw_power_state"] for each in lab.rows("Vm") if each.model.endswith("::Vm")]


# -- its events --------------------------------------------------------------------------------------------------

TOLD = [step.event for name in ("clone", "reconfigure", "add_disk", "start") for step in OPERATIONS[name]]


def test_an_event_that_is_lost_keeps_nothing_from_its_end(work: Work, usual: Bench) -> None:
    check_lost(work, usual, "USER_ADD_VM_FINISHED_SUCCESS")


def check_lost(work: Work, usual: Bench, event: str) -> None:
    """Without `event` the machine is there and runs, and its tasks did the same."""
    lab = work(faults={"lose": [event]})
    assert OK == lab.ended
    assert event.lower() not in lab.events
    assert ["up"] == [each.columns["raw_power_state"] for each in lab.rows("Vm") if each.model.endswith("::Vm")]
    assert of_tasks(usual) == of_tasks(lab)


def test_events_that_are_told_twice_and_out_of_order_are_heard_once(work: Work, usual: Bench) -> None:
    late = {"USER_ADD_VM_STARTED": 300, "USER_ADD_VM_FINISHED_SUCCESS": 99, "USER_UPDATE_VM": 99, "USER_STARTED_VM": 90}
    lab = work(faults={"twice": TOLD, "late": late})
    assert OK == lab.ended
    assert usual.events != lab.events
    assert sorted(usual.events) == sorted(lab.events)
    assert of_tasks(usual) == of_tasks(lab)


# -- the workers -------------------------------------------------------------------------------------------------


def test_a_worker_that_dies_in_each_state_leaves_a_request_that_ends_as_if_none_had(
    bench: Work, usual: Bench, tmp_path: Path
) -> None:
    lab = bench()
    lab.order()
    deaths = lab.work_dying(tmp_path / "died", after=False)
    assert deaths == len((tmp_path / "died").read_text().splitlines()) > 25
    assert OK == lab.ended
    assert 2 == len(lab.rows("Disk"))
    assert of_tasks(usual) == of_tasks(lab)
    assert sorted(usual.events) == sorted(lab.events)


# -- people and limits -------------------------------------------------------------------------------------------


def test_an_order_beyond_the_quota_is_denied_and_has_no_tasks(bench: Work) -> None:
    lab = bench()
    with lab.store.writing() as connection:
        create_row(connection, "TenantQuota", {"name": "mem_allocated", "value": 1073741824, "tenant_id": 1})
    lab.order()
    lab.work()
    state, status, message = lab.ended
    assert ("denied", "finished", "Denied") == (lab.case.request.approval_state, state, status)
    assert (message or "").startswith("Request exceeds maximum allowed for the following: (")
    assert () == lab.case.tasks
    assert ["request_created", "request_approved", "request_starting", "request_denied"] == lab.events


MANUAL = """class ServiceProvisionRequestApproval < super

  instance Default  approval_type = manual
"""


def test_an_order_that_an_approver_denies_has_no_tasks(bench: Work, tmp_path: Path) -> None:
    lab = bench(before=(str(_manual(tmp_path)),))
    lab.order()
    lab.work()
    assert ("pending", "Ok") == lab.ended[:2]
    _deny(lab)
    lab.work()
    assert ("denied", "finished", "Denied") == (lab.case.request.approval_state, *lab.ended[:2])
    assert ("no room", ()) == (lab.case.approvals[0].reason, lab.case.tasks)
    assert ["request_created", "request_pending", "request_denied"] == lab.events


def _manual(folder: Path) -> Path:
    """A domain above the lab's, in which a person decides."""
    name = "Manual/Service/Provisioning/StateMachines/ServiceProvisionRequestApproval.ael"
    write_files(folder / "manual", {name: MANUAL})
    domain = folder / "manual" / "Manual" / "__domain__.yaml"
    domain.write_text(domain.read_text().replace("priority: 1", "priority: 9"))
    return folder / "manual"


def _deny(lab: Bench) -> None:
    admin = find_person(StoreRecords(lab.store), "admin")
    with lab.store.writing() as connection:
        case = read_case(connection, lab.number)
        assert case is not None
        assert admin is not None
        denied = approving.deny(case, admin, "no room", lab.lab.begin)
        carry_out(connection, case, denied, lab.lab.begin)  # type: ignore[arg-type]  # a decision


def test_three_machines_have_a_task_a_name_and_a_second_disk_each(work: Work) -> None:
    lab = work({"number_of_vms": "3"})
    assert OK == lab.ended
    assert [("finished", "Ok")] * 3 == [each[:2] for each in lab.machines]
    assert {f"vm-app-00{number}": "up" for number in (1, 2, 3)} == {
        each.columns["name"]: each.columns["raw_power_state"] for each in lab.rows("Vm") if each.model.endswith("::Vm")
    }
    assert (6, 3) == (len(lab.rows("Disk")), lab.events.count("vm_create"))
