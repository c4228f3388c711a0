"""Policies and alerts: instances that say what is done about an event, and who hears of it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from aelang.events.handlers import acts
from aelang.events.ports import Looking, Ports
from aelang.interpreter.trace import Logged
from aelang.requests.decision import Message
from aelang.requests.queue import list_items
from aelang.requests.steps import Step
from aelang.services.records import Reference, Row
from aelang.shipped import datastore_folder
from tests.events.hearing import Hearing, Raised
from tests.events.test_rows import HOST, VM

DOMAIN = "object_type: domain\nobject:\n  attributes: {{name: {}, priority: {}, enabled: true}}\n"
NAMESPACE = "object_type: namespace\nobject:\n  attributes: {{name: {}}}\n"


def write_domain(folder: Path, name: str, priority: int, policies: str = "", alerts: str = "") -> Path:
    """A domain with these instances of policies and alerts."""
    root = folder / name
    files = {"__domain__.yaml": DOMAIN.format(name, priority), "System/__namespace__.yaml": NAMESPACE.format("System"),
             "System/Control/__namespace__.yaml": NAMESPACE.format("Control")}  # fmt: skip
    if policies:
        files["System/Control/Policy.ael"] = f"class Policy < super\n\n{policies}"
    if alerts:
        files["System/Control/Alert.ael"] = f"class Alert < super\n\n{alerts}"
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


@pytest.fixture
def site(hear: Callable[..., Hearing], tmp_path: Path) -> Iterator[Callable[..., Hearing]]:
    """The base domain with a domain above it."""

    def make(policies: str = "", alerts: str = "", **others: Any) -> Hearing:
        return hear(write_domain(tmp_path, "Site", 10, policies, alerts), datastore_folder(), **others)

    yield make


def note(name: str, event: str = "", scope: str = "") -> str:
    """A policy that writes down its name, where these hold."""
    lines = [f"  instance {name}", f"    action1 = note(text => '{name}')"]
    lines += [f"    event = {event}"] if event else []
    lines += [f"    scope = {scope}"] if scope else []
    return "\n".join(lines) + "\n"


NOTE = """
  method note(text) python
    code
      def main(evm):
          evm.log("info", evm.inputs["text"])
"""


def noted(hearing: Hearing, number: int = 1) -> list[str]:
    """What the policies wrote down."""
    said = [each.text for each in hearing.trace(number) if isinstance(each, Logged)]
    return [text.rpartition("> ")[2] for text in said if text.startswith("<AEMethod note>")]


# -- which policies ------------------------------------------------------------------------------------------------


def test_a_policy_without_conditions_hears_of_everything_that_policies_are_about(site: Callable[..., Hearing]) -> None:
    hearing = site(note("all") + NOTE)
    hearing.raised("vm_start")
    hearing.raised("host_failure", "Host", 5)
    hearing.work()
    assert [["all"], ["all"]] == [noted(hearing, number) for number in (1, 2)]


def test_a_policy_is_for_its_event_and_within_its_scope(site: Callable[..., Hearing]) -> None:
    rules = (
        note("starts", "${/#event_type} == 'vm_start'")
        + note("stops", "${/#event_type} == 'vm_poweroff'")
        + note("clouds", scope="${/#vm.vendor} == 'openstack'")
    )
    hearing = site(rules + NOTE)
    hearing.raised("vm_start")
    hearing.raised("vm_poweroff", "Vm", 13)
    hearing.work()
    assert [["starts"], ["clouds", "stops"]] == [noted(hearing, number) for number in (1, 2)]


def test_policies_are_not_about_services(site: Callable[..., Hearing]) -> None:
    from aelang.requests.store.record_rows import keep_rows

    hearing = site(note("all") + NOTE)
    with hearing.store.writing() as connection:
        keep_rows(connection, {"Service": [{"id": 1, "name": "shop"}]})
    hearing.raised("service_provisioned", "Service", 1)
    hearing.work()
    assert [] == noted(hearing)


def test_the_policies_of_all_domains_are_enforced_those_of_one_name_once(
    hear: Callable[..., Hearing], tmp_path: Path
) -> None:
    low = write_domain(tmp_path, "Low", 5, note("same") + note("low") + NOTE)
    high = write_domain(tmp_path, "High", 10, note("high") + note("same", scope="false") + NOTE)
    hearing = hear(high, low, datastore_folder())
    hearing.raised("vm_start")
    hearing.work()
    assert ["high", "low"] == noted(hearing)


# -- what they do --------------------------------------------------------------------------------------------------


def test_a_policy_has_the_target_do_something(site: Callable[..., Hearing]) -> None:
    hearing = site("  instance off\n    action1 = do(what => 'stop')\n")
    hearing.raised("vm_start")
    hearing.work()
    assert "off" == _machine(hearing).columns["power_state"]


def test_a_policy_runs_any_instance_of_the_datastore(site: Callable[..., Hearing]) -> None:
    hearing = site(
        "  instance call\n    action1 = call_instance(namespace => 'System', class => 'Event', instance => 'my_own')\n"
    )
    hearing.raised("vm_start")
    hearing.work()
    assert any("/System/Event/my_own" in line for line in hearing.lines())


def test_what_is_prevented_does_not_follow(site: Callable[..., Hearing]) -> None:
    hearing = site("  instance no\n    action1 = prevent(reason => 'not on Sundays')\n")
    then = Message("put_on", VM)
    hearing.raised("request_vm_start", then=then)
    hearing.work()
    (event,) = hearing.events()
    assert ("not on Sundays", []) == (event.columns["message"], _waiting(hearing))


def test_what_nobody_prevents_follows(hear: Callable[..., Hearing]) -> None:
    followed: list[Step] = []
    hearing = hear(datastore_folder(), handlers={"put_on": lambda step, connection: followed.append(step)})
    hearing.raised("request_vm_start", then=Message("put_on", VM, {"by": 1}, "ems_operations", 50, "vm_task_3"))
    hearing.work()
    (claimed,) = [each.claimed for each in followed]
    assert (VM, {"by": 1}, "ems_operations", 50, "vm_task_3") == (
        claimed.of, claimed.arguments, claimed.role, claimed.priority, claimed.task_id,
    )  # fmt: skip


# -- alerts --------------------------------------------------------------------------------------------------------


def test_an_alert_raises_an_event_of_its_own(site: Callable[..., Hearing]) -> None:
    hearing = site(alerts="  instance hot\n    notify1 = management_event(name => 'too_hot')\n")
    hearing.raised("host_failure", "Host", 5)
    hearing.work()
    (made,) = hearing.events("CustomEvent")
    assert ("too_hot", "Alert", 5) == tuple(made.columns[each] for each in ("event_type", "source", "target_id"))
    assert "Following /System/Event/CustomEvent/Alert/too_hot#create" in hearing.lines(made.id)


def test_alerts_hear_after_policies(site: Callable[..., Hearing]) -> None:
    hearing = site(note("policy") + NOTE, "  instance alert\n    notify1 = note(text => 'alert')\n")
    hearing.raised("vm_start")
    hearing.work()
    assert ["policy", "alert"] == noted(hearing)


# -- tags ----------------------------------------------------------------------------------------------------------


def test_what_is_in_a_host_hears_of_its_tag(hearing: Hearing) -> None:
    hearing.raised("assigned_company_tag", "Host", 5)
    hearing.work()
    assert [Raised("assigned_company_tag", HOST), Raised("assigned_company_tag_parent_host", VM)] == hearing.general()


def test_a_machine_has_nothing_in_it_that_could_hear(hearing: Hearing) -> None:
    hearing.raised("assigned_company_tag")
    hearing.work()
    assert 1 == len(hearing.general())


# -- looking again -------------------------------------------------------------------------------------------------


def test_the_provider_is_asked_what_is_to_be_looked_at(hear: Callable[..., Hearing]) -> None:
    asked: list[Looking] = []
    hearing = hear(datastore_folder(), ports=Ports(refresh=asked.append, scan=asked.append))
    hearing.receive("USER_STOP_VM")
    hearing.receive("ExitMaintenanceMode_Task_Complete", source="EVM", host_ems_ref="/hosts/5")
    hearing.work()
    provider = Reference("ExtManagementSystem", 1)
    assert [(provider, VM), (provider, HOST), (provider, HOST)] == [(each.provider, each.target) for each in asked]


def test_an_event_that_says_the_state_changes_the_machine_at_once(hearing: Hearing) -> None:
    hearing.receive("VmPoweredOffEvent", source="VC")
    hearing.work()
    assert "off" == _machine(hearing).columns["power_state"]


def test_the_state_of_a_machine_that_nobody_knows_is_no_failure(hearing: Hearing) -> None:
    hearing.receive("VmPoweredOffEvent", source="VC", vm_ems_ref="/vms/none")
    hearing.work()
    assert None is hearing.failure()


def test_a_machine_becomes_a_template_and_back(hearing: Hearing) -> None:
    hearing.receive("MarkAsTemplate_Complete", source="EVM")
    hearing.work()
    assert True is _machine(hearing).columns["template"]
    hearing.receive("MarkAsVirtualMachine", source="VC")
    hearing.work()
    assert False is _machine(hearing).columns["template"]


def test_every_command_of_events_has_someone_who_does_it() -> None:
    from aelang.services.declaring import declared

    commands = {
        name for model in ("EmsEvent", "MiqEvent") for name, method in declared(model).methods.items()
        if method.how == "commands"
    }  # fmt: skip
    elsewhere = {"prevent", "src_vm_disconnect_storage"}
    assert commands - elsewhere == {name for _, name in acts(Ports())}


def test_a_policy_that_fails_hinders_no_other(site: Callable[..., Hearing]) -> None:
    hearing = site("  instance a_bad\n    action1 = do(what => 'fly')\n" + note("b_good") + NOTE)
    hearing.raised("vm_start")
    hearing.work()
    assert ["b_good"] == noted(hearing)


def _machine(hearing: Hearing) -> Row:
    from aelang.requests.store.record_rows import find_row

    with hearing.store.reading() as connection:
        found = find_row(connection, *VM)
    assert found is not None
    return found


def _waiting(hearing: Hearing) -> list[str]:
    with hearing.store.reading() as connection:
        return [item.method for item in list_items(connection)]
