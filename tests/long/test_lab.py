"""The laboratory, again and again: fifty runs with four workers, every event lost, every phase that fails."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from aelang.providers.simulated.rhevm import OPERATIONS, SECONDS
from tests.lab.bench import Bench
from tests.lab.conftest import bench, usual, work  # noqa: F401 - the laboratories
from tests.lab.test_failures import FAILED, OK, TOLD, check_lost
from tests.lab.test_trace import check_free, needs_log

Work = Callable[..., Bench]


@needs_log
@pytest.mark.parametrize("number", range(50))
def test_four_workers_follow_the_same_and_break_no_constraint(work: Work, number: int) -> None:  # noqa: F811
    check_free(work(workers=4, speed=60.0))


DELAYS = [
    {"clone": 3.0, "update": 0.0, "network": 0.0, "disk": 0.0, "start": 0.0},
    {"clone": 601.0, "update": 2.0, "network": 1.0, "disk": 33.0, "start": 61.0},
    {"clone": 59.0, "update": 300.0, "network": 301.0, "disk": 300.0, "start": 300.0},
]


@needs_log
@pytest.mark.parametrize("seconds", DELAYS, ids=["quick", "slow to clone", "slow in all"])
def test_with_other_delays_no_constraint_is_broken(work: Work, seconds: dict[str, float]) -> None:  # noqa: F811
    check_free(work(seconds=seconds))


@needs_log
@pytest.mark.parametrize("seed", range(20))
def test_with_any_delays_no_constraint_is_broken(work: Work, seed: int) -> None:  # noqa: F811
    chance = random.Random(seed)
    check_free(work(seconds={name: round(chance.uniform(0, 400), 1) for name in SECONDS}))


@pytest.mark.parametrize("event", TOLD)
def test_an_event_that_is_lost_keeps_nothing_from_its_end(work: Work, usual: Bench, event: str) -> None:  # noqa: F811
    check_lost(work, usual, event)


@pytest.mark.parametrize(
    ("faults", "message"),
    [
        ({"refuse": ["clone"]}, "Error: RHEVM refuses to clone"),
        ({"refuse": ["reconfigure"]}, "Error: RHEVM refuses to reconfigure"),
        ({"refuse": ["start"]}, "Error while starting the machine: State=<StartVM>"),
        ({"fail": ["start"]}, "Error while starting the machine: vm-app-001 was started 3 times, and does not run"),
    ],
    ids=["clone refused", "customization refused", "start refused", "start failed"],
)
def test_a_phase_in_which_the_provider_fails_ends_the_tasks_with_its_reason(
    work: Work, faults: dict[str, list[str]], message: str  # noqa: F811
) -> None:  # fmt: skip
    lab = work(faults=faults)
    assert FAILED == lab.ended
    ((state, status, said),) = lab.machines
    assert ("finished", "Error") == (state, status)
    assert (said or "").startswith(message)


def test_what_fails_behind_the_back_of_a_task_is_told_by_an_event_and_ends_nothing(work: Work) -> None:  # noqa: F811
    lab = work(faults={"fail": ["reconfigure"]})
    assert OK == lab.ended
    assert OPERATIONS["reconfigure"][-1].failed.lower() in lab.events


def test_a_worker_that_dies_behind_the_method_of_each_state_leaves_a_request_that_ends_well(
    bench: Work, usual: Bench, tmp_path: Path  # noqa: F811
) -> None:  # fmt: skip
    lab = bench()
    lab.order()
    assert lab.work_dying(tmp_path / "died", after=True) > 25
    assert OK == lab.ended
    assert 2 == len(lab.rows("Disk"))
    assert set(usual.events) == set(lab.events)
