"""How Automate is told of an event: again where it asks for that, and with the reason where it cannot be."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection

from aelang.interpreter.trace import Instantiating
from aelang.requests.decision import Message
from aelang.requests.queue import list_items
from aelang.requests.raising import Raising, raise_event
from aelang.requests.steps import Step
from aelang.services.records import Reference
from aelang.shipped import datastore_folder
from tests.events.hearing import BEGIN, Hearing
from tests.events.test_policies import write_domain
from tests.events.test_rows import VM

NAMESPACE = "object_type: namespace\nobject:\n  attributes: {{name: {}}}\n"


@pytest.fixture
def with_event(hear: Callable[..., Hearing], tmp_path: Path) -> Callable[[str], Hearing]:
    """The base domain with a class of general events of one's own above it."""

    def make(body: str) -> Hearing:
        root = write_domain(tmp_path, "Site", 10)
        folder = root / "System" / "Event" / "MiqEvent"
        folder.mkdir(parents=True)
        (root / "System" / "Event" / "__namespace__.yaml").write_text(NAMESPACE.format("Event"))
        (folder / "__namespace__.yaml").write_text(NAMESPACE.format("MiqEvent"))
        (folder / "POLICY.ael").write_text(f"class POLICY\n\n{body}")
        return hear(root, datastore_folder())

    return make


RETRYING = """
  state first  entry wait
  state second

  instance vm_start

  method wait() python
    code
      def main(evm):
          if evm.state_var("seen", 0) < 2:
              evm.set_state_var("seen", evm.state_var("seen", 0) + 1)
              evm.root["ae_result"] = "retry"
              evm.root["ae_retry_interval"] = "1.minute"
"""
FAILING = """
  method meth1

  instance vm_start  meth1 = fail

  method fail() python
    code
      def main(evm):
          evm.abort("there is no room")
"""


def test_an_event_whose_machine_asks_for_a_retry_is_told_again(with_event: Callable[[str], Hearing]) -> None:
    hearing = with_event(RETRYING.replace('evm.state_var("seen", 0)', '(evm.get_state_var("seen") or 0)'))
    hearing.raised("vm_start")
    hearing.work()
    asked = [each for each in hearing.trace() if isinstance(each, Instantiating) and each.depth == 0]
    assert (3, 120.0, None) == (len(asked), (hearing.clock.now() - BEGIN).total_seconds(), hearing.failure())


def test_an_event_that_fails_says_why(with_event: Callable[[str], Hearing]) -> None:
    hearing = with_event(FAILING)
    hearing.raised("vm_start")
    hearing.work()
    assert "there is no room" in str(hearing.failure())


def test_an_event_without_an_entry_says_so(hear: Callable[..., Hearing], tmp_path: Path) -> None:
    hearing = hear(write_domain(tmp_path, "Empty", 1))
    hearing.raised("vm_start")
    hearing.work()
    assert "nothing was instantiated" in str(hearing.failure())


def test_a_message_of_an_event_that_dies_leaves_its_reason(hear: Callable[..., Hearing]) -> None:
    def fail(step: Step, connection: Connection) -> None:
        raise RuntimeError("out of order")

    hearing = hear(datastore_folder(), handlers={"deliver": fail})
    hearing.raised("vm_start")
    hearing.work()
    assert "RuntimeError: out of order" == hearing.failure()


def test_what_follows_an_event_stands_in_its_message(hearing: Hearing) -> None:
    then = Message("put_on", VM, {"by": 1})
    with hearing.store.writing() as connection:
        raise_event(connection, Raising(VM, "request_vm_start", {"count": 3}, user=1, then=then), BEGIN)
    with hearing.store.reading() as connection:
        (item,) = list_items(connection)
    wanted = {"user": 1, "about": ["VmOrTemplate", "vm", 12],
              "then": ["put_on", "Vm", 12, {"by": 1}, None, 100, None]}  # fmt: skip
    assert wanted == {name: item.arguments[name] for name in wanted}
    assert 3 == item.arguments["attributes"]["count"]


@pytest.mark.parametrize(
    ("of", "written"),
    [
        (Reference("Vm", 12), {"VmOrTemplate::vm": 12, "vm_id": 12}),
        (Reference("MiqTemplate", 12), {"VmOrTemplate::vm": 12, "vm_id": 12}),
        (Reference("Host", 5), {"Host::host": 5, "host_id": 5}),
        (Reference("ExtManagementSystem", 1), {"ExtManagementSystem::ems": 1, "ems_id": 1}),
        (Reference("MiqPolicy", 4), {"MiqPolicy::miq_policy": 4, "policy_id": 4}),
        (Reference("EmsEvent", 8), {"EmsEvent::ems_event": 8, "ems_event_id": 8}),
        (Reference("Storage", 9), {"Storage::storage": 9, "storage_id": 9}),
    ],
)
def test_a_record_that_goes_along_has_its_own_words(hearing: Hearing, of: Reference, written: dict[str, int]) -> None:
    hearing.raised("vm_start", inputs={"what": of})
    with hearing.store.reading() as connection:
        (item,) = list_items(connection)
    told = item.arguments["attributes"]
    assert written == {name: told[name] for name in written}
