"""The simulated provider: it does a thing once, tells all that happened, and depends on no clock but the asker's."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aelang.providers.ports import Clone, Happened, ProviderError
from aelang.providers.settings import connect_all
from aelang.providers.simulated import Simulated, connect
from aelang.providers.simulated.rhevm import OPERATIONS, SECONDS

BEGIN = datetime(2026, 1, 1, 12, tzinfo=UTC)
WANTED = Clone("web", "/api/templates/1", {"number_of_cpus": 2, "vm_memory": 2048})


def _at(seconds: float) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


@pytest.fixture
def rhevm(tmp_path: Path) -> Simulated:
    return connect({}, str(tmp_path))


def _told(found: Simulated, at: datetime) -> list[str]:
    return [str(each.event["event_type"]) for each in found.happened(0, at)]


def test_a_clone_takes_its_time(rhevm: Simulated) -> None:
    rhevm.clone("one", WANTED, BEGIN)
    states = [rhevm.progress("one", _at(seconds)).state for seconds in (0, 234, 235)]
    assert ["working", "working", "done"] == states
    assert [] == rhevm.machines("/api/vms/9999", _at(235))
    (machine,) = rhevm.machines(None, _at(235))
    assert ("web", "off", 2, 2048) == (
        machine.columns["name"], machine.columns["power_state"], machine.hardware["cpu_sockets"],
        machine.hardware["memory_mb"],
    )  # fmt: skip


def test_what_was_begun_under_a_key_is_begun_once(rhevm: Simulated) -> None:
    for _ in range(2):
        rhevm.clone("one", WANTED, BEGIN)
    assert 1 == len(rhevm.machines(None, _at(300)))
    assert ["USER_ADD_VM_STARTED", "USER_ADD_VM_FINISHED_SUCCESS"] == _told(rhevm, _at(300))


def test_a_machine_is_locked_while_it_gets_a_disk(rhevm: Simulated) -> None:
    rhevm.clone("one", WANTED, BEGIN)
    (machine,) = rhevm.machines(None, _at(300))
    rhevm.act("disk", machine.ref, "add_disk", {"size_mb": 1024}, _at(300))
    with pytest.raises(ProviderError, match="web is locked: a disk is being added to it"):
        rhevm.act("start", machine.ref, "start", {}, _at(305))
    rhevm.act("disk", machine.ref, "add_disk", {"size_mb": 1024}, _at(305))  # a crash has it asked again
    rhevm.act("start", machine.ref, "start", {}, _at(311))
    (after,) = rhevm.machines(None, _at(400))
    assert ("on", "up", 2) == (after.columns["power_state"], after.columns["raw_power_state"], len(after.disks))


def test_events_are_told_at_the_next_turn(rhevm: Simulated) -> None:
    rhevm.clone("one", WANTED, BEGIN)
    assert [_at(0), _at(240)] == [each.due for each in rhevm.happened(0, _at(300))]


def test_when_to_ask_again_is_known_while_something_is_under_way(rhevm: Simulated) -> None:
    assert rhevm.next_event(0, BEGIN) is None
    rhevm.clone("one", WANTED, BEGIN)
    assert _at(235) == rhevm.next_event(0, BEGIN)
    assert rhevm.next_event(0, _at(235)) is None


def test_what_it_does_not_know_it_says(rhevm: Simulated) -> None:
    with pytest.raises(ProviderError, match="RHEVM has no machine /api/vms/7"):
        rhevm.act("x", "/api/vms/7", "start", {}, BEGIN)
    with pytest.raises(ProviderError, match="RHEVM knows nothing of x"):
        rhevm.progress("x", BEGIN)


@settings(max_examples=15, deadline=None)
@given(
    looks=st.lists(st.integers(0, 400), max_size=8),
    operations=st.lists(st.sampled_from(sorted(OPERATIONS)), max_size=4),
)
def test_what_happens_does_not_depend_on_how_often_it_is_looked_at(looks: list[int], operations: list[str]) -> None:
    assert _lived(operations, []) == _lived(operations, sorted(looks))


def _lived(operations: list[str], looks: list[int]) -> tuple[object, ...]:
    with TemporaryDirectory() as folder:
        found = connect({"seconds": {"clone": 30}}, folder)
        found.clone("first", WANTED, BEGIN)
        told: list[Happened] = []
        for number, operation in enumerate(operations):
            at = 40 + 100 * number
            for each in looks:
                if each < at:
                    found.machines(None, _at(each if not number else at))
            if operation == "clone" or not found.machines(None, _at(at)):
                continue
            found.act(f"{number}", "/api/vms/0001", operation, {}, _at(at))
        told.extend(found.happened(0, _at(1000)))
        return tuple(told), tuple(found.machines(None, _at(1000)))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"secnods": {}}, "it has no `secnods`: did you mean `seconds`?"),
        ({"seconds": {"clone": -1}}, "`clone` is -1: write a number of seconds"),
        ({"faults": {"lose": ["USER_RUN_WM"]}}, "`lose` has no `USER_RUN_WM`: did you mean `USER_RUN_VM`?"),
        ({"faults": {"fail": "clone"}}, "`fail` is 'clone': write a list of names"),
        ({"faults": {"late": {"USER_RUN_VM": "soon"}}}, "`USER_RUN_VM` is 'soon': write a number of seconds"),
        ({"state": 7}, "`state` is 7: write the name of a file"),
    ],
)
def test_a_wrong_setting_is_told_with_what_to_write(tmp_path: Path, written: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match="RHEVM") as fault:
        connect_all({"RHEVM": {"module": "aelang.providers.simulated", **written}}, str(tmp_path))
    assert f"[providers.RHEVM]: {said}" == str(fault.value)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({}, "[providers.X] needs a `module`, such as aelang.providers.simulated"),
        ({"module": "no.such"}, "[providers.X]: the module no.such cannot be imported: No module named 'no'"),
        ({"module": "json"}, "[providers.X]: the module json has no `connect(settings, folder)`"),
    ],
)
def test_a_provider_that_cannot_be_connected_is_told(tmp_path: Path, table: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=r"providers\.X") as fault:
        connect_all({"X": table}, str(tmp_path))
    assert said == str(fault.value)


def test_every_time_that_a_step_takes_can_be_set() -> None:
    assert set(SECONDS) == {each.after for steps in OPERATIONS.values() for each in steps if each.after}
