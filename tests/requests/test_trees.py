"""Trees of tasks, and thresholds (REQUESTS 1.6, 2.5)."""

from typing import Any

import pytest

from aelang.interpreter.values import Symbol
from aelang.requests import cancelling, tasks, thresholds, trees
from aelang.requests.rows import Case, Request
from aelang.services.records import Reference
from tests.requests.living import ANN, Memory
from tests.requests.making import NOW, begun, done, make

_PARTS = (trees.Part(1, Reference("MiqProvisionRequestTemplate", 9)), trees.Part(2, Reference("ServiceTemplate", 5), 2))


def _numbers(case: Case) -> Any:
    used = iter(range(len(case.tasks) + 1, 99))
    return lambda model: next(used)


def _grown() -> Case:
    case = begun("clone_to_service", options={"dialog": {"dialog_name": "web"}})
    return trees.add_parts(case, 1, _PARTS, 3, _numbers(case), NOW).case


def _template(**options: Any) -> Request:
    made = make("MiqProvisionRequestTemplate", options={"src_vm_id": [7, "rhel"], **options})
    return made.case.request._replace(id=9, source_id=7, source_type="VmOrTemplate")


def _with_vms() -> Case:
    case = _grown()
    owner = trees.Owner("Builders", "ann@example.com", "Ann", "Lee")
    return trees.add_vms(case, 2, _template(), 2, owner, "guid-3", _numbers(case), NOW).case


def test_a_part_has_as_many_tasks_as_its_scaling_says() -> None:
    assert [9, 5, 5] == [each.source_id for each in _grown().children(1)]


def test_a_part_knows_its_place() -> None:
    options = _grown().task(4).options
    names = (
        "dialog",
        "src_id",
        "scaling_idx",
        "scaling_min",
        "service_resource_id",
        "parent_service_id",
        "parent_task_id",
    )
    assert [{}, 5, 1, 2, 2, 3, 1] == [options[Symbol(name)] for name in names]


def test_parts_that_are_there_are_not_made_again() -> None:
    case = _grown()
    assert case == trees.add_parts(case, 1, _PARTS, 3, Memory().numbers, NOW).case


def test_vms_of_a_service_belong_to_its_request() -> None:
    case = _with_vms()
    found = [(each.type, each.miq_request_id, each.options[Symbol("pass")]) for each in case.children(2)]
    assert [("MiqProvision", 1, 0), ("MiqProvision", 1, 1)] == found


def test_vms_of_a_service_have_its_owner() -> None:
    options = _with_vms().children(2)[0].options
    names = ("owner_email", "owner_group", "service_guid", "miq_force_unique_name", "service_template_request")
    assert ["ann@example.com", "Builders", "guid-3", [True, 1], False] == [options[Symbol(name)] for name in names]


def test_a_vm_is_named() -> None:
    task = trees.named(_with_vms(), 5, "a-very-long-name-for-a-vm", "windows", NOW).case.task(5)
    assert ("a-very-long-nam", "Provision from [rhel] to [a-very-long-name-for-a-vm]") == (
        task.options[Symbol("vm_target_hostname")], task.description,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("dialog", "template", "scaling", "expected"),
    [
        ({"dialog_option_0_number_of_vms": "4", "dialog_option_1_number_of_vms": "5"}, {}, 1, 4),
        ({"dialog_option_1_number_of_vms": "5", "dialog_option_number_of_vms": "6"}, {}, 1, 5),
        ({"dialog_option_number_of_vms": "6", "dialog_number_of_vms": "7"}, {}, 1, 6),
        ({"dialog_number_of_vms": "7"}, {"number_of_vms": [2, "2"]}, 1, 7),
        ({"dialog_number_of_vms": "many"}, {"number_of_vms": [2, "2"]}, 1, 2),
        ({}, {}, 3, 3),
        ({}, {}, 0, 1),
    ],
)
def test_how_many_vms_a_part_is(dialog: dict[str, str], template: dict[str, Any], scaling: int, expected: int) -> None:
    part = trees.Part(1, Reference("MiqProvisionRequestTemplate", 9), scaling)
    options = {Symbol(name): value for name, value in template.items()}
    assert expected == trees.vm_count(part, dialog, options)


def test_what_a_service_forgot_to_begin_ends_with_it() -> None:
    case = tasks.automate_ended(_grown(), 1, "ok", NOW).case
    assert ("finished", "Warn") == (case.request.request_state, case.request.status)
    assert {"Task 1 has ended without beginning this one."} == {each.message for each in case.children(1)}


def test_what_nobody_has_begun_of_a_cancelled_service_is_cancelled_with_it() -> None:
    case = cancelling.stopped(done(cancelling.cancel(_grown(), ANN, NOW)), 1, NOW).case
    assert ({"canceled"}, "canceled") == (
        {each.cancelation_status for each in case.tasks}, case.request.cancelation_status,
    )  # fmt: skip


def test_a_part_that_was_told_of_its_machines_names_is_not_begun_by_that() -> None:
    case = _with_vms()
    for each in case.children(2):
        case = trees.named(case, each.id, f"web-{each.id}", "linux", NOW).case
    ended = tasks.automate_ended(case, 1, "ok", NOW).case
    assert {"finished"} == {each.state for each in ended.tasks} | {ended.request.request_state}


def test_a_service_that_is_to_stop_is_ended_by_its_own_machine() -> None:
    """Not by its parts: its machine has to undo what it has done."""
    working = done(tasks.work_children(_grown(), 1, NOW))
    case = done(cancelling.cancel(working, ANN, NOW))
    for each in case.children(1):
        case = cancelling.stopped(case, each.id, NOW).case
    assert (working.task(1).state, "cancel_requested") == (case.task(1).state, case.task(1).cancelation_status)


def test_a_service_that_is_being_undone_is_left_at_that_by_its_parts() -> None:
    case = done(cancelling.cancel(done(tasks.work_children(_grown(), 1, NOW)), ANN, NOW))
    case = cancelling.undoing(case, 1, NOW).case
    case = cancelling.stopped(case, 2, NOW).case
    assert "rolling_back" == tasks.look_after(case, 1, NOW).case.task(1).state


def test_work_of_a_service_begins_its_parts() -> None:
    begun_ = tasks.work_children(_grown(), 1, NOW)
    assert ["deliver", "deliver", "deliver", "do_post_provision"] == [each.method for each in begun_.messages]  # type: ignore[union-attr]  # not refused


def test_a_service_without_parts_has_done_its_work() -> None:
    case = done(tasks.work_children(begun("clone_to_service"), 1, NOW))
    assert ("provisioned", "Service does not have children processes") == (case.tasks[0].state, case.tasks[0].message)


# -- thresholds


@pytest.mark.parametrize(
    ("options", "limits", "expected"),
    [
        ({"number_of_cpus": 4}, {"max_cpus": 4}, ()),
        ({"number_of_cpus": [5, "5"]}, {"max_cpus": "4"}, ("Requested CPUs 5 limit is 4",)),
        ({"number_of_sockets": 2, "cores_per_socket": 4}, {"max_cpus": 4}, ("Requested CPUs 8 limit is 4",)),
        ({"vm_memory": "2048"}, {"max_memory": 1024}, ("Requested Memory 2048MB limit is 1024MB",)),
        ({"number_of_vms": 9}, {"max_vms": "0"}, ()),
        ({"number_of_vms": 9}, {}, ()),
        ({"retirement": 172_800}, {"max_retirement_days": 1}, ("Requested Retirement Days 2 limit is 1",)),
        ({"retirement": ""}, {"max_retirement_days": 1}, ()),
    ],
)
def test_what_is_over_a_threshold(options: dict[str, Any], limits: dict[str, Any], expected: tuple[str, ...]) -> None:
    asked = {Symbol(name): value for name, value in options.items()}
    assert expected == thresholds.over(asked, thresholds.Thresholds(**limits))


def test_reasons_stand_in_parentheses() -> None:
    text = "Request was not auto-approved for the following reasons: (a) (b) "
    assert text == thresholds.reason_text(("a", "b"))
