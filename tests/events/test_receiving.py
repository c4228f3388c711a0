"""What becomes of an event of a provider: its row, once; what it is about; its chain; what Automate is told."""

from datetime import timedelta

import pytest

from aelang.events.settings import Settings
from aelang.interpreter.values import RunValue
from aelang.requests.queue import list_items
from tests.events.hearing import BEGIN, Hearing, Raised
from tests.events.test_rows import VM


def columns(hearing: Hearing, number: int = 1) -> dict[str, RunValue]:
    """The columns of an event."""
    return dict(next(row.columns for row in hearing.events() if row.id == number))


# -- what it is about ----------------------------------------------------------------------------------------------


def test_the_references_of_the_provider_become_records(hearing: Hearing) -> None:
    hearing.receive("X", host_ems_ref="/hosts/5", ems_cluster_ems_ref="/clusters/9")
    found = columns(hearing)
    wanted = {"vm_or_template_id": 12, "vm_name": "web", "host_id": 5, "host_name": "h5", "ems_cluster_id": 9}
    assert wanted == {name: found[name] for name in wanted}


def test_a_reference_means_a_record_of_its_own_provider(hearing: Hearing) -> None:
    hearing.receive("X", 2, source="OPENSTACK", host_ems_ref="/hosts/5")
    found = columns(hearing)
    assert (13, 6) == (found["vm_or_template_id"], found["host_id"])


def test_a_machine_is_found_by_its_uid_too(hearing: Hearing) -> None:
    hearing.receive("X", vm_ems_ref=None, vm_uid_ems="u12")
    assert 12 == columns(hearing)["vm_or_template_id"]


def test_what_a_thing_became_is_found_alike(hearing: Hearing) -> None:
    hearing.receive("X", dest_vm_ems_ref="/vms/12", dest_host_ems_ref="/hosts/5")
    found = columns(hearing)
    assert (12, 5) == (found["dest_vm_or_template_id"], found["dest_host_id"])


def test_only_references_of_machines_stay(hearing: Hearing) -> None:
    hearing.receive("X", vm_ems_ref="/vms/99", host_ems_ref="/hosts/99", vm_uid_ems="u99")
    found = columns(hearing)
    assert ["vm_ems_ref"] == [name for name in found if name.endswith(("_ref", "uid_ems"))]


def test_a_machine_that_became_known_since_is_found_when_the_event_is_handled(hearing: Hearing) -> None:
    from aelang.requests.store.record_rows import create_row

    hearing.receive("USER_RUN_VM", vm_ems_ref="/vms/77")
    with hearing.store.writing() as connection:
        create_row(connection, "Vm", {"id": 77, "name": "new", "ems_id": 1, "ems_ref": "/vms/77"})
    hearing.work()
    assert [("vm_start", 77)] == [(each.name, each.of.id) for each in hearing.general()]


def test_an_event_about_no_known_machine_reaches_the_provider_and_no_policy(hearing: Hearing) -> None:
    hearing.receive("USER_RUN_VM", vm_ems_ref="/vms/77")
    hearing.work()
    assert ([["refresh", "ExtManagementSystem", "1"]], []) == (hearing.handled(), hearing.general())
    assert "the event 1 has no src_vm" in str(hearing.trace())


# -- source and mistakes -------------------------------------------------------------------------------------------


def test_the_source_follows_from_the_provider(hearing: Hearing) -> None:
    hearing.receive("X")
    assert "RHEVM" == columns(hearing)["source"]


@pytest.mark.parametrize(
    ("provider", "event", "said"),
    [
        (1, {"event_type": " "}, "an event needs an `event_type`"),
        (1, {"event_type": None}, "an event needs an `event_type`"),
        (1, {"chain_id": "x" * 501}, "`chain_id` is longer than 500 characters"),
        (1, {"name": "x" * 501}, "`event_type` is longer than 500 characters"),
        (1, {"timestamp": "today"}, "`timestamp` of X is 'today', and not a time"),
        (2, {}, "the provider 2 has the emstype '': an event of it needs a `source`"),
        (3, {}, "there is no provider 3"),
    ],
)
def test_what_is_no_event_is_refused(hearing: Hearing, provider: int, event: dict[str, RunValue], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        hearing.receive(**{"name": "X", "ems_id": provider, **event})  # type: ignore[arg-type]  # wrong on purpose
    assert [] == hearing.events()


# -- once ----------------------------------------------------------------------------------------------------------


def test_an_event_that_comes_again_is_known(hearing: Hearing) -> None:
    first, again = hearing.receive("USER_RUN_VM"), hearing.receive("USER_RUN_VM")
    assert first.event is not None
    assert again.event is None
    assert 1 == len(hearing.events())


def test_one_without_a_time_and_an_id_of_its_own_is_never_known(hearing: Hearing) -> None:
    hearing.receive("X", timestamp=None)
    hearing.receive("X", timestamp=None)
    assert 2 == len(hearing.events())


def test_one_without_a_time_is_known_by_the_id_that_the_provider_gave_it(hearing: Hearing) -> None:
    hearing.receive("X", timestamp=None, ems_ref="e7")
    assert hearing.receive("X", timestamp=None, ems_ref="e7").event is None


def test_what_was_done_about_an_event_is_not_done_again_when_it_is_handled_anew(hearing: Hearing) -> None:
    from aelang.requests.decision import AUTOMATE, HIGH_PRIORITY, Message
    from aelang.requests.store.cases import enqueue

    hearing.receive("USER_RUN_VM")
    with hearing.store.writing() as connection:
        (item,) = list_items(connection)
        again = Message("deliver", item.of, item.arguments, AUTOMATE, HIGH_PRIORITY)
        enqueue(connection, [again], hearing.clock.now(), None)
    hearing.work()
    assert [Raised("vm_start", VM)] == hearing.general()


# -- chains --------------------------------------------------------------------------------------------------------


def test_the_last_event_of_a_task_makes_the_one_that_it_is_complete(hearing: Hearing) -> None:
    hearing.receive("PowerOnVM_Task", source="VC", chain_id=0)
    found = hearing.receive("VmPoweredOnEvent", source="VC", chain_id=0, timestamp=BEGIN + timedelta(seconds=9))
    assert ["PowerOnVM_Task_Complete"] == [
        row.columns["event_type"] for row in hearing.events() if row.reference in found.also
    ]
    made = columns(hearing, found.also[0].id)
    wanted = {"source": "EVM", "is_task": True, "chain_id": "0", "vm_or_template_id": 12, "ems_id": 1,
              "timestamp": BEGIN + timedelta(seconds=9)}  # fmt: skip
    assert wanted == {name: made[name] for name in wanted}


def test_the_order_in_which_the_two_come_does_not_matter(hearing: Hearing) -> None:
    hearing.receive("VmPoweredOnEvent", source="VC", chain_id=4)
    found = hearing.receive("PowerOnVM_Task", source="VC", chain_id=4)
    assert "PowerOnVM_Task_Complete" == columns(hearing, found.also[0].id)["event_type"]


def test_it_is_complete_once(hearing: Hearing) -> None:
    for seconds in range(3):
        hearing.receive("PowerOnVM_Task", source="VC", chain_id=4, timestamp=BEGIN + timedelta(seconds=seconds))
        hearing.receive("VmPoweredOnEvent", source="VC", chain_id=4, timestamp=BEGIN + timedelta(seconds=seconds))
    assert 1 == sum(row.columns["event_type"] == "PowerOnVM_Task_Complete" for row in hearing.events())


def test_events_of_other_chains_and_providers_end_no_task(hearing: Hearing) -> None:
    hearing.receive("PowerOnVM_Task", source="VC", chain_id=4)
    hearing.receive("VmPoweredOnEvent", source="VC", chain_id=5)
    hearing.receive("VmPoweredOnEvent", 2, source="VC", chain_id=4)
    hearing.receive("VmPoweredOnEvent", source="VC")
    assert 4 == len(hearing.events())


def test_a_clone_is_from_one_machine_and_to_another(hearing: Hearing) -> None:
    hearing.receive("CloneVM_Task", source="VC", chain_id=4)
    found = hearing.receive("VmClonedEvent", source="VC", chain_id=4, vm_or_template_id=40, vm_name="copy")
    made = columns(hearing, found.also[0].id)
    assert (12, "web", 40, "copy") == tuple(
        made[name] for name in ("vm_or_template_id", "vm_name", "dest_vm_or_template_id", "dest_vm_name")
    )


def test_what_is_looked_at_may_belong_to_the_first_event_of_the_chain(hearing: Hearing) -> None:
    hearing.receive("RelocateVM_Task", source="VC", chain_id=4, host_ems_ref="/hosts/5")
    hearing.receive("VmRelocatedEvent", source="VC", chain_id=4, host_ems_ref="/hosts/none")
    hearing.work()
    assert [["refresh", "Host", "5"], ["refresh", "ExtManagementSystem", "1"]] == hearing.handled(2)


# -- what Automate is told -----------------------------------------------------------------------------------------


def test_automate_is_told_once_before_all_others_and_outside_of_any_task(hearing: Hearing) -> None:
    found = hearing.receive("USER_RUN_VM")
    with hearing.store.reading() as connection:
        (item,) = list_items(connection)
    assert ("deliver", found.event, "automate", 20, None, None) == (
        item.method, item.of, item.role, item.priority, item.task_id, item.request_id,
    )  # fmt: skip


def test_the_provider_is_told_of_only_by_vcenter(hearing: Hearing) -> None:
    hearing.receive("VmRenamedEvent", source="VC")
    hearing.receive("USER_RUN_VM", source="RHEVM")
    hearing.work()
    asked = [hearing.lines(number)[0] for number in (1, 2)]
    assert [True, False] == ["ExtManagementSystem%3A%3Aems=1" in line and "ems_id=1" in line for line in asked]


def test_the_log_says_what_the_handler_does(hearing: Hearing) -> None:
    begun = "Processing EMS event [USER_RUN_VM] chain_id [0] on EMS [1]..."
    assert (begun, begun + "Complete") == hearing.receive("USER_RUN_VM", chain_id=0).lines


def test_an_alertable_event_is_told_to_policies_by_its_own_name(hearing: Hearing) -> None:
    hearing.settings = Settings(alertable=frozenset({"VM_DOWN"}))
    hearing.receive("VM_DOWN")
    assert [Raised("VM_DOWN", VM)] == hearing.general()
