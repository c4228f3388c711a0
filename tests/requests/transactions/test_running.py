"""What comes of a command: what modules produce, and what they may not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aelang.interpreter.ports import MethodCall, MethodResult
from aelang.interpreter.values import Symbol
from aelang.project import Compilation
from aelang.requests.transactions.journal import read_lines
from aelang.requests.transactions.keeping import services_of
from aelang.requests.transactions.planning import Add
from tests.requests.stores import SqliteStores
from tests.requests.transactions.shop import Company, Servers, open_company, values, write_company

ZONE = Add("/Hosting/Zone/standard", values(domain="acme.example"))


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Compilation:
    return open_company(write_company(tmp_path_factory.mktemp("company")))


class Module(Servers):
    """A module that does what a test says, and nothing on any resource."""

    def __init__(self, act: Callable[[Any, dict[str, Any]], None]) -> None:
        super().__init__(Path())
        self.act = act

    def _execute(self, call: MethodCall) -> None:
        command: Any = call.handle.state_vars["command"]
        self.calls.append(f"{command['action']} {command['attempt']}" + (" undo" if command["undo"] else ""))
        self.act(call.handle.root, command)


def company(stores: SqliteStores, opened: Compilation, act: Callable[[Any, dict[str, Any]], None]) -> Company:
    made = Company(stores.new(), Path(), Module(act), opened)
    made.account()
    return made


def produce(*produced: Any) -> Callable[[Any, dict[str, Any]], None]:
    """Produces that each time; all else is as if there were nothing to do."""

    def act(root: Any, command: dict[str, Any]) -> None:
        if not command["undo"]:
            root["produced"] = produced[0]

    return act


def test_what_a_module_produces_is_kept(stores: SqliteStores, opened: Compilation) -> None:
    work = company(stores, opened, produce({Symbol("PRODUCED_ID"): 7}))
    work.order(ZONE)
    work.work()
    with work.store.reading() as connection:
        (zone,) = services_of(connection, 1)
    assert 7 == zone.values["produced_id"]


@pytest.mark.parametrize(
    ("produced", "said"),
    [
        ("garbage", "the module gave `produced` as 'garbage': write a hash of properties"),
        ([1], "the module gave `produced` as '[1]': write a hash of properties"),
        ({"serial": 1}, "`serial` was produced, which is no property of /Hosting/Zone/standard"),
        ({"produced_id": [1]}, "`produced_id` was produced as a list: write a text or a number"),
        ({"99": {"produced_id": 1}}, "something was produced of a service '99', which the command is not about"),
    ],
)
def test_garbage_fails_the_command_and_what_was_done_is_undone(
    stores: SqliteStores, opened: Compilation, produced: Any, said: str
) -> None:
    work = company(stores, opened, produce(produced))
    number = work.order(ZONE)
    work.work()
    assert ["add 1", "add 2", "add 3", "delete 4 undo"] == work.servers.calls
    standing = work.standing(number)
    assert ("Failed", ["FailedUndoDone"]) == (standing.transaction.status, [each.status for each in standing.commands])
    with work.store.reading() as connection:
        failed = [each.entry.message for each in read_lines(connection, number) if each.entry.status == "Failed"]
    assert said == failed[0]


def test_a_command_whose_module_was_not_called_has_failed(stores: SqliteStores, tmp_path: Path) -> None:
    never = "class Driver < /Provisioning/Module\n\n  assertion never on execute = 1 == 2\n\n  instance files\n"
    opened = open_company(write_company(tmp_path, {"Driver": never}))
    work = company(stores, opened, produce(None))
    number = work.order(ZONE)
    work.work()
    assert [] == work.servers.calls
    (command,) = work.standing(number).commands
    assert ("Failed", "the module /Hosting/Driver/files did nothing: none of its methods was called") == (
        command.status,
        command.message,
    )


def test_a_module_that_asks_for_a_retry_is_tried_again_when_it_wants(stores: SqliteStores, opened: Compilation) -> None:
    def act(root: Any, command: dict[str, Any]) -> None:
        if command["attempt"] == 1:
            root.update(ae_result="retry", ae_retry_interval="10.minutes")

    work = company(stores, opened, act)
    began = work.clock.now()
    number = work.order(ZONE)
    work.work()
    assert (["add 1", "add 2"], 600.0) == (work.servers.calls, (work.clock.now() - began).total_seconds())
    assert "Ok" == work.standing(number).transaction.status


def test_prepare_runs_before_each_attempt_and_clean_up_at_the_end(stores: SqliteStores, tmp_path: Path) -> None:
    driver = (
        "class Driver < /Provisioning/Module\n\n  method prepare on execute = check\n"
        "  method clean_up on clean_up = tidy\n\n  instance files\n"
        + "".join(f"\n  method {each}() python\n    code\n      pass\n" for each in ("execute", "check", "tidy"))
    )
    opened = open_company(write_company(tmp_path, {"Driver": driver}))

    class Each(Servers):
        def run(self, call: MethodCall) -> MethodResult:
            if "Driver" in call.method.path:
                self.calls.append(call.method.name)
            return MethodResult()

    work = Company(stores.new(), Path(), Each(Path()), opened)
    work.account()
    work.order(ZONE)
    work.work()
    assert ["check", "execute", "tidy"] == work.servers.calls
