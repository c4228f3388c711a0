"""What reaches a provider, and what its inventory tells: around the order of the laboratory."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from aelang.providers.connected import catch
from aelang.requests.decision import Message
from aelang.requests.naming import numbered
from aelang.requests.ordering import Order, place_order
from aelang.requests.raising import Raising, raise_event
from aelang.requests.store.cases import enqueue
from aelang.requests.store.record_rows import create_row, find_row
from aelang.services.records import Reference, Row
from tests.lab.bench import ROOT, Bench
from tests.transcripts import write_files

Work = Callable[..., Bench]

ASKING = """class Ask
  method act
  instance suspend  act = ask(what => 'suspend')
  instance stop  act = ask(what => 'stop')
  instance remove  act = ask(what => 'remove_from_disk')

  method ask(what) python
    code
      def main(evm):
          getattr(evm.root["vm"], str(evm.inputs["what"]))()
"""

EVENTS = """class POLICY < super

  instance ask_to_suspend  rel1 = /Site/Ask/suspend
  instance ask_to_stop  rel1 = /Site/Ask/stop
  instance ask_to_remove  rel1 = /Site/Ask/remove
"""

PREVENTING = """class Policy < super

  instance never_suspend
    event = ${/#event_type} == 'request_vm_suspend'
    action1 = prevent(reason => 'it runs the bank')
"""


def _domain(folder: Path, files: dict[str, str]) -> str:
    write_files(folder / "asking", {f"Asking/{name}": text for name, text in files.items()})
    domain = folder / "asking" / "Asking" / "__domain__.yaml"
    domain.write_text(domain.read_text().replace("priority: 1", "priority: 9"))
    return str(folder / "asking")


def _machine(lab: Bench) -> Row:
    (vm,) = [each for each in lab.rows("Vm") if each.model.endswith("::Vm")]
    return vm


class Asked(NamedTuple):
    """The events that Automate heard of when a method had asked for something, and the machine after it."""

    events: list[str]
    machine: Row


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Asked]]:
    """What came of asking to suspend, stop and remove a machine, one after the other."""
    folder = tmp_path_factory.mktemp("asked")
    files = {
        "Site/Ask.ael": ASKING,
        "System/Event/MiqEvent/POLICY.ael": EVENTS,
        "System/Control/Policy.ael": PREVENTING,
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("AELANG_SPOOL", str(folder / "mail"))
        lab = Bench(folder, before=(_domain(folder, files),))
        lab.order()
        lab.work()
        yield {each: _ask(lab, each) for each in ("suspend", "stop", "remove")}
    lab.store.close()


def _ask(lab: Bench, what: str) -> Asked:
    before = len(lab.events)
    with lab.store.writing() as connection:
        raise_event(connection, Raising(_machine(lab).reference, f"ask_to_{what}"), lab.latest())
    lab.go_on()
    if what == "remove":
        with lab.store.writing() as connection:
            refresh = Message("refresh_inventory", Reference("ExtManagementSystem", 1), {}, "ems_inventory")
            enqueue(connection, [refresh], lab.latest(), None)
        lab.go_on()
    return Asked(lab.events[before:], _machine(lab))


def test_what_a_policy_prevents_is_not_done(asked: dict[str, Asked]) -> None:
    assert ["ask_to_suspend", "request_vm_suspend"] == asked["suspend"].events
    assert "up" == asked["suspend"].machine.columns["raw_power_state"]


def test_a_machine_is_stopped_when_automate_has_heard_that_it_is_to_be(asked: dict[str, Asked]) -> None:
    told = ["ask_to_stop", "request_vm_poweroff", "user_stop_vm", "vm_poweroff", "vm_down"]
    assert told == asked["stop"].events
    assert ("off", "down") == tuple(asked["stop"].machine.columns[each] for each in ("power_state", "raw_power_state"))


def test_a_machine_that_is_gone_belongs_to_no_provider(asked: dict[str, Asked]) -> None:
    assert asked["remove"].machine.columns.get("ems_id") is None


OWN = (ROOT / "docs" / "providers.md").read_text("utf-8").partition("```python\n")[2].partition("```")[0]


def test_the_provider_of_the_page_makes_a_machine(bench: Work, tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(OWN)
    table = {"RHEVM": {"module": str(tmp_path / "own.py")}}
    lab = bench(before=(_domain(tmp_path, {"Integration/RedHat/Methods.ael": NOTHING}),), providers=table)
    lab.order()
    lab.work()
    assert ("finished", "Ok") == lab.ended[:2]
    (vm,) = [each for each in lab.rows("Vm") if each.columns.get("name") == "vm-app-001"]
    assert 1 == vm.columns["ems_id"]


NOTHING = """class Methods < super

  instance AddDisk  execute = nil
  instance StartVM  execute = nil
"""


# -- what is not taken in ----------------------------------------------------------------------------------------

SAYING = """from datetime import timedelta

from aelang.providers.ports import Happened, Machine


class Saying:
    \"""Says the same three times every seven seconds, five times, and once more two minutes later.\"""

    def happened(self, after, now):
        said = {"event_type": "USER_RUN_VM", "source": "RHEVM", "timestamp": now}
        return [Happened(at + 1, now, {**said, "ems_ref": str(at)}) for at in range(after, after + 3)]

    def machines(self, ref, now):
        return [Machine("web", {"name": "web", "ems_ref": "web"})]

    def next_event(self, after, now):
        waits = {15: 120, 18: None}.get(after, 7)
        return None if waits is None else now + timedelta(seconds=waits)


def connect(settings, folder):
    return Saying()
"""


def _hearing(bench: Work, tmp_path: Path, settings: str) -> Bench:
    """A laboratory that has heard all that this provider says."""
    (tmp_path / "aelang.toml").write_text(f"[events]\n{settings}\n")
    (tmp_path / "saying.py").write_text(SAYING)
    lab = bench(providers={"RHEVM": {"module": str(tmp_path / "saying.py")}})
    with lab.store.writing() as connection:
        catch(connection, Reference("ExtManagementSystem", 1), lab.lab.begin)
    lab.work()
    return lab


def _heard(bench: Work, tmp_path: Path, settings: str) -> int:
    """How often Automate is told of it."""
    return _hearing(bench, tmp_path, settings).events.count("user_run_vm")


def test_what_a_provider_says_is_heard(bench: Work, tmp_path: Path) -> None:
    assert 18 == _heard(bench, tmp_path, "flood = false")


def test_what_nobody_wants_is_not_taken_in_of_a_provider_that_is_connected(bench: Work, tmp_path: Path) -> None:
    assert 0 == _heard(bench, tmp_path, 'ignored = ["USER_RUN_VM"]')


def test_a_provider_that_is_connected_is_held_back_when_it_says_the_same_again_and_again(
    bench: Work, tmp_path: Path
) -> None:
    """Five a minute are reached with the second three; a minute later it is heard again."""
    assert 6 + 3 == _heard(bench, tmp_path, "flood = true\nflood_per_minute = 5")


def test_what_the_classic_layout_has_done_about_an_event_is_done_for_a_provider_that_is_connected(
    bench: Work, tmp_path: Path
) -> None:
    handling = 'layout = "classic"\nhandling = {USER_RUN_VM = ["event_action_refresh?target=ems"]}'
    lab = _hearing(bench, tmp_path, handling)
    assert "web" in [each.columns.get("name") for each in lab.rows("Vm")]


# -- orders ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (Order("RHEL servr"), "the catalog has no item `RHEL servr`: did you mean `RHEL server`?"),
        (Order("RHEL server", userid="kim"), "there is no user `kim` in the store: `aelang store load` takes users in"),
    ],
)
def test_an_order_that_cannot_be_is_told(bench: Work, order: Order, said: str) -> None:
    lab = bench()
    with pytest.raises(ValueError, match=r"there is no|the catalog") as fault:
        place_order(lab.store, order, lab.lab.begin)
    assert said == str(fault.value)


def test_items_of_one_name_are_ordered_by_their_id(bench: Work) -> None:
    lab = bench()
    with lab.store.writing() as connection:
        create_row(connection, "ServiceTemplate", {"name": "RHEL server"})
    with pytest.raises(ValueError, match="order one by its id: 1, 2"):
        place_order(lab.store, Order("RHEL server"), lab.lab.begin)
    number = place_order(lab.store, Order("2"), lab.lab.begin)
    with lab.store.reading() as connection:
        request = find_row(connection, "MiqRequest", number)
    assert request is not None
    assert 2 == request.columns["source_id"]


def test_a_name_gets_the_next_number_that_none_has(bench: Work) -> None:
    lab = bench()
    with lab.store.writing() as connection:
        assert "web-001" == numbered(connection, "web-$n{3}")
        for name in ("web-001", "web-007", "web-9-old", "websphere-044"):
            create_row(connection, "Vm", {"name": name})
        assert "web-008" == numbered(connection, "web-$n{3}")
        assert "web-0001.example.com" == numbered(connection, "web-$n{4}.example.com")
        assert "plain" == numbered(connection, "plain")
