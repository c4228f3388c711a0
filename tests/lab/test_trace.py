"""The laboratory's trace is the one that was published, and keeps its order however long things take."""

from collections import Counter
from collections.abc import Callable

import pytest

from tests.lab.bench import Bench
from tests.lab.comparing import NONE, PROVISIONING, Node, compared, log_lines, shown
from tests.lab.constraints import broken

Work = Callable[..., Bench]

needs_log = pytest.mark.skipif(not PROVISIONING.is_file(), reason=f"the log is not at {PROVISIONING} (AELANG_TRACES)")


@needs_log
def test_the_trace_equals_the_log_context_by_context_and_line_by_line(usual: Bench) -> None:
    assert shown(compared(log_lines())) == shown(compared(usual.trace))


def test_no_constraint_is_broken(usual: Bench) -> None:
    assert [] == broken(usual.timed)


def test_the_request_and_all_of_its_tasks_end_well(usual: Bench) -> None:
    assert ("finished", "Ok", "Request complete") == usual.ended
    assert {("finished", "Ok")} == {(each.state, each.status) for each in usual.case.tasks}


def test_the_service_has_the_machine_and_the_machine_its_owner(usual: Bench) -> None:
    (service,) = usual.rows("Service")
    (vm,) = [each for each in usual.rows("Vm") if each.model.endswith("::Vm")]
    parts = [each.columns for each in usual.rows("ServiceResource") if each.columns.get("service_id") == service.id]
    assert [(vm.id, vm.model)] == [(each["resource_id"], each["resource_type"]) for each in parts]
    assert usual.case.request.requester_id == vm.columns["evm_owner_id"]


def test_one_worker_on_the_virtual_clock_gives_the_same_order_each_time(usual: Bench, work: Work) -> None:
    assert usual.timed == work().timed


SLOW = {"clone": 90.0, "update": 40.0, "network": 55.0, "disk": 70.0, "start": 80.0}


@needs_log
def test_with_other_delays_the_same_is_followed_and_no_constraint_is_broken(work: Work) -> None:
    check_free(work(seconds=SLOW))


@needs_log
def test_four_workers_follow_the_same_and_break_no_constraint(work: Work) -> None:
    check_free(work(workers=4, speed=60.0))


def check_free(lab: Bench) -> None:
    """What holds whatever happens when: each task in its order, the events in any that is allowed."""
    theirs, ours = dict(compared(log_lines())), dict(compared(lab.trace))
    assert _counted(theirs.pop(NONE)) == _counted(ours.pop(NONE))
    assert shown(theirs) == shown(ours)
    assert [] == broken(lab.timed)


def _counted(found: tuple[Node, ...]) -> Counter[Node]:
    return Counter(found)
