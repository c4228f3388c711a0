"""What people, authors and devices get wrong: each is told what, in which thing, and nothing is left half done."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from aelang.interpreter.ports import MethodCall, MethodResult
from aelang.interpreter.values import Symbol
from aelang.requests.queue import list_items
from aelang.requests.store import open_store
from aelang.requests.store.upkeep import check_store
from aelang.requests.transactions import operating
from aelang.requests.transactions.operating import Repair
from aelang.requests.transactions.planning import Delete, Modify
from tests.hosting import scenarios
from tests.hosting.bench import Hoster, Modules
from tests.hosting.crashing import await_end, begin
from tests.hosting.example import EXAMPLE
from tests.hosting.scenarios import Scenario, Told
from tests.requests.stores import SqliteStores, Stores
from tests.transcripts import ROOT, run_command

STUCK = Scenario("add", (Told("mail", "fail", 2),), (Told("web", "fail-after"),))
ORDER = "aelang request create add_service /Hosting/WebSite/standard --account acme --quiet -o domain="


@pytest.fixture
def run(stores: SqliteStores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """What a command prints, in a copy of the example with a store in which there is an account."""
    store = stores.new()
    Hoster(store, tmp_path / "devices").account()
    store.close()
    monkeypatch.setenv("AELANG_STORE", str(store.path))
    shutil.copytree(EXAMPLE / "automate", tmp_path / "automate")
    (tmp_path / "aelang.toml").write_text(f'roots = ["automate", "{ROOT}/datastore"]\n')
    return lambda command: run_command(command, tmp_path)


def write(folder: Path, name: str, *changes: tuple[str, str]) -> None:
    """Changes the class `name` of the copy."""
    path = folder / f"automate/Hoster/Hosting/{name}.ael"
    changed = path.read_text()
    for old, new in changes:
        assert old in changed
        changed = changed.replace(old, new)
    path.write_text(changed)


# -- orders ------------------------------------------------------------------------------------------------------


def test_a_service_that_a_request_has_is_refused_to_others_by_its_name(run: Callable[[str], str]) -> None:
    run(ORDER + "a.example")
    told = run("aelang request create modify_service --account acme --service 3 -o quota=5")
    assert "error: Service space is already involved in request with id: 1\nexit 1" == told


def test_a_service_that_is_being_deleted_is_refused_in_the_same_way(store_with_site: Hoster) -> None:
    hoster = store_with_site
    hoster.order(Delete(hoster.root()))
    with pytest.raises(ValueError, match="WebSite is already involved in request with id: 2"):
        hoster.order(Modify(1, {"quota": "5"}))


def test_a_change_that_touches_no_device_has_no_commands(run: Callable[[str], str], tmp_path: Path) -> None:
    empty = "class Empty < /Provisioning/ComplexService\n\n  instance standard\n"
    (tmp_path / "automate/Hoster/Hosting/Empty.ael").write_text(empty)
    run("aelang request create add_service /Hosting/Empty/standard --account acme --quiet")
    assert "there are no such commands" == run("aelang request commands 1 --services")
    run("aelang request create automation /System/Request/hello --quiet")
    assert "error: request 2 is no transaction: it has no commands\nexit 1" == run("aelang request commands 2")


def test_an_order_that_is_refused_leaves_nothing_behind(run: Callable[[str], str]) -> None:
    run(ORDER + "a.example")
    before = run("aelang account show acme")
    assert run(ORDER + "b.example").endswith("exit 1")
    assert before == run("aelang account show acme")


def test_a_type_that_is_not_there_is_named_with_one_that_is(run: Callable[[str], str]) -> None:
    told = run("aelang request create add_service /Hosting/WebSyte/standard --account acme")
    assert "there is no complex or simple service `/Hosting/WebSyte/standard`" in told
    assert "/Hosting/WebSite/standard" in told


def test_a_device_is_no_type_of_service(run: Callable[[str], str]) -> None:
    told = run("aelang request create add_service /Hosting/Device/dns --account acme")
    assert "`/Hosting/Device/dns` is a resource, where a complex or simple service is wanted" in told


def test_a_property_that_no_service_has_is_told_by_validate_and_when_it_is_ordered(
    run: Callable[[str], str], tmp_path: Path
) -> None:
    write(tmp_path, "WebSite", ("owner=$WebSite/space::user", "owner=$WebSite/space::usr"))
    assert "[unknown-property]" in run("aelang validate")
    assert "has no property `usr`" in run(ORDER + "a.example")


def test_an_expression_that_refers_to_no_service_is_told(run: Callable[[str], str], tmp_path: Path) -> None:
    write(tmp_path, "WebSite", ("owner=$WebSite/space::user", "owner=$Shop/space::user"))
    told = run(ORDER + "a.example")
    assert "`$Shop` refers to nothing" in told
    assert told.endswith("exit 1")


def test_a_property_that_is_made_from_itself_is_told_by_validate_and_when_it_is_ordered(
    run: Callable[[str], str], tmp_path: Path
) -> None:
    write(tmp_path, "WebSite", ("attribute quota : integer = 100", 'attribute quota = "::host"'),
          ("'www.' + ::domain", "::quota"))  # fmt: skip
    assert "[property-circle]" in run("aelang validate")
    assert "is made from itself" in run(ORDER + "a.example")


# -- modules -----------------------------------------------------------------------------------------------------


class Garbage(Modules):
    """Modules one of which, that of the database, does its work and says `garbage`."""

    def __init__(self, folder: Path, garbage: Callable[[Any], MethodResult | None]) -> None:
        super().__init__(folder)
        self.garbage = garbage

    def run(self, call: MethodCall) -> MethodResult:
        """Runs the method."""
        found = super().run(call)
        if "/Work/" in f"/{call.method.path}":
            command = self._command(call)
            if command["resource"].endswith("/databases") and not command["undo"]:
                return self.garbage(call.handle.root) or found
        return found


GARBAGE: dict[str, Any] = {
    "a number": 42,
    "a text": "db4",
    "a list": ["db4"],
    "a property that it has not": {"colour": "red"},
    "a list for a property": {"schema": ["db4"]},
    "a hash for a property": {"schema": {"schema": "db4"}},
    "of a service that it was not given": {"99": {"schema": "db4"}},
    "by symbols": {Symbol("colour"): "red"},
}


@pytest.fixture
def ordered(stores: SqliteStores, tmp_path: Path) -> Callable[[Callable[[Any], MethodResult | None]], Hoster]:
    """A hoster whose databases say garbage, with a site that was ordered and worked."""

    def order(garbage: Callable[[Any], MethodResult | None]) -> Hoster:
        hoster = Hoster(stores.new(), tmp_path / "devices", Garbage(tmp_path / "devices", garbage))
        hoster.account()
        hoster.site()
        hoster.work()
        return hoster

    return order


@pytest.mark.parametrize("name", GARBAGE)
def test_what_a_module_produces_and_nobody_understands_is_taken_back(ordered: Any, name: str) -> None:
    hoster = ordered(lambda root: root.update(produced=GARBAGE[name]))
    assert ("Failed", ("FailedUndoDone", "FailedUndoDone", "FailedUndoDone", "Pending"), 0, []) == hoster.end(1)
    assert "produced" in str(hoster.standing(1).commands[2].message)


@pytest.mark.parametrize("code", [1, 3, 16, -9])
def test_a_module_that_dies_may_have_done_its_work_which_is_taken_back(ordered: Any, code: int) -> None:
    hoster = ordered(lambda root: MethodResult(code, "Method exited with rc=Unknown RC: [1]", None, "killed"))
    assert ("Failed", 0, []) == (hoster.end(1).status, hoster.end(1).locks, hoster.end(1).differences)


@pytest.mark.parametrize("result", ["purple", 17, None, ["ok"]])
def test_a_result_that_is_none_changes_nothing(ordered: Any, result: Any) -> None:
    hoster = ordered(lambda root: root.update(ae_result=result))
    assert ("Ok", []) == (hoster.end(1).status, hoster.end(1).differences)


def test_a_module_that_did_nothing_at_all_is_not_believed(stores: SqliteStores, tmp_path: Path) -> None:
    hoster = Hoster(stores.new(), tmp_path / "devices", Silent(tmp_path / "devices"))
    hoster.account()
    hoster.site()
    hoster.work()
    assert "Failed" == hoster.end(1).status


class Silent(Modules):
    """Modules that end without having been told to do anything."""

    def run(self, call: MethodCall) -> MethodResult:
        """Ends in error."""
        return MethodResult(8, "Method exited with rc=MIQ_STOP", 8)


# -- operators ---------------------------------------------------------------------------------------------------


@pytest.fixture
def store_with_site(stores: SqliteStores, tmp_path: Path) -> Iterator[Hoster]:
    """A hoster whose account has a web site."""
    hoster = Hoster(stores.new(), tmp_path / "devices")
    hoster.account()
    hoster.site()
    hoster.work()
    yield hoster
    hoster.store.close()


def stuck(hoster: Hoster) -> int:
    """A request that could not be rolled back."""
    number = scenarios.place(hoster, STUCK, "acme")
    hoster.work()
    assert "FailedRollbackError" == hoster.end(number).status
    return number


def refusal(hoster: Hoster, number: int, said: Repair) -> str | None:
    """Why what an operator says is not taken."""
    with hoster.store.writing() as connection:
        refused = operating.repair(connection, number, said, hoster.clock.now())
    return None if refused is None else refused.sentence


@pytest.mark.parametrize("status", ["Pending", "InProgress", "Failed", "Deleted", "done", ""])
def test_a_status_that_is_not_allowed_is_refused_with_those_that_are(
    stores: SqliteStores, tmp_path: Path, status: str
) -> None:
    hoster = Hoster(stores.new(), tmp_path / "devices")
    number = stuck(hoster)
    assert f"command 2 stands at FailedUndoFailed: write FailedUndoDone or Ok, not `{status}`" == refusal(
        hoster, number, Repair(status, "looked", "olga", 2)
    )
    assert "FailedUndoFailed" == hoster.standing(number).commands[1].status


def test_a_command_that_is_in_order_is_not_to_be_repaired(stores: SqliteStores, tmp_path: Path) -> None:
    hoster = Hoster(stores.new(), tmp_path / "devices")
    number = stuck(hoster)
    assert "command 1 stands at FailedUndoDone, and is not to be repaired" == refusal(
        hoster, number, Repair("Ok", "looked", "olga", 1)
    )


@pytest.mark.parametrize("said", ["--done", "--again"])
def test_a_transaction_cannot_be_declared_to_be_rolled_back(stores: SqliteStores, tmp_path: Path, said: str) -> None:
    hoster = Hoster(stores.new(), tmp_path / "devices")
    stuck(hoster)
    told = run_command(f"aelang request repair 1 {said} --store {hoster.store.path}", tmp_path)
    assert "request 1 is a transaction: say how its commands stand" in told
    assert ("FailedRollbackError", "active") == (hoster.end(1).status, hoster.case(1).request.request_state)


def test_only_a_command_that_was_executed_has_produced_something(stores: SqliteStores, tmp_path: Path) -> None:
    hoster = Hoster(stores.new(), tmp_path / "devices")
    number, said = stuck(hoster), Repair("Ok", "looked", "olga", 2, {"user": "u3"})
    assert "only a command that has been executed has produced something: command 2 has not" == refusal(
        hoster, number, said
    )


@pytest.mark.parametrize("produced", ["nonsense", "=x", "3:=x", "zone_id=z --produced 2:zone_id=z"])
def test_what_a_command_is_said_to_have_produced_is_a_pair(run: Callable[[str], str], produced: str) -> None:
    told = run(f"aelang request repair 1 --status Ok --because looked --produced {produced}")
    assert "write `--produced" in told
    assert told.endswith("exit 2")


def test_nobody_repairs_in_the_name_of_one_who_is_not_there(run: Callable[[str], str]) -> None:
    run(ORDER + "a.example")
    told = run("aelang request repair 1 --command 1 --status Ok --because looked --user olgga")
    assert "error: there is no user `olgga`; there are: admin\nexit 1" == told


def test_two_who_continue_at_the_same_time_have_it_go_on_once(either: Stores, tmp_path: Path) -> None:
    hoster = Hoster(either.new(), tmp_path / "devices")
    number = stuck(hoster)
    with hoster.store.writing() as connection:
        said = Repair("FailedUndoDone", "looked", "olga", 2)
        assert operating.repair(connection, number, said, hoster.clock.now()) is None
    place = hoster.store.path or hoster.store.name
    hoster.store.close()
    reading, writing = os.pipe()
    processes = [begin(lambda: _continue(place, number, (reading, writing))) for _ in range(4)]
    os.close(reading)
    os.close(writing)  # now they all go
    assert [0] * 4 == [await_end(each) for each in processes]
    hoster = Hoster(open_store(place), tmp_path / "devices")
    with hoster.store.reading() as connection:
        assert 1 == len(list_items(connection, request=number))
    hoster.work()
    assert ("Failed", 0, []) == (hoster.end(number).status, hoster.end(number).locks, hoster.end(number).differences)
    hoster.store.close()


def test_two_commands_that_continue_at_the_same_time_have_it_go_on_once(either: Stores, tmp_path: Path) -> None:
    hoster = Hoster(either.new(), tmp_path / "devices")
    number = stuck(hoster)
    with hoster.store.writing() as connection:
        assert (
            operating.repair(connection, number, Repair("FailedUndoDone", "seen", "olga", 2), hoster.clock.now())
            is None
        )
    place = hoster.store.path or hoster.store.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "aelang", "request", "continue", str(number), "--store", place, "--quiet"]
    both = [subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, env=_environment()) for _ in range(2)]
    assert [b"request 1: approved, active, Warn\n"] * 2 == [each.communicate()[0] for each in both]
    with hoster.store.reading() as connection:
        assert 1 == len(list_items(connection, request=number))
    hoster.work()
    assert ("Failed", 0, []) == (hoster.end(number).status, hoster.end(number).locks, hoster.end(number).differences)
    hoster.store.close()


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def _continue(place: str, number: int, pipe: tuple[int, int]) -> None:
    os.close(pipe[1])
    os.read(pipe[0], 1)
    store = open_store(place)
    with store.writing() as connection:
        assert operating.go_on(connection, number, Hoster(store, Path("/nowhere")).clock.now()) is None
    store.close()


# -- the journal -------------------------------------------------------------------------------------------------

TAMPERED = {
    "a status": "UPDATE journal SET status = 'RollBackSuccessful' WHERE status = 'RollBackFailed'",
    "a message": "UPDATE journal SET message = 'all went well' WHERE status = 'RollBackFailed'",
    "a time": "UPDATE journal SET at = '2020-01-01 00:00:00' WHERE status = 'RollBackFailed'",
    "a line that is gone": "DELETE FROM journal WHERE status = 'RollBackFailed'",
    "the last line, gone": "DELETE FROM journal WHERE id = (SELECT max(id) FROM journal WHERE hash IS NOT NULL)",
    "another command": "UPDATE journal SET command_id = 1 WHERE status = 'RollBackFailed'",
    "two lines exchanged": "UPDATE journal SET hash = (SELECT o.hash FROM journal o WHERE o.status = 'RollBackFailed')"
    " WHERE id = (SELECT max(id) FROM journal WHERE status = 'RollBackSuccessful')",
    "a line without its hash": "UPDATE journal SET hash = NULL WHERE status = 'RollBackFailed'",
}


@pytest.mark.parametrize("name", TAMPERED)
def test_a_journal_that_was_tampered_with_is_found_out(stores: SqliteStores, tmp_path: Path, name: str) -> None:
    hoster = Hoster(stores.new(), tmp_path / "devices")
    stuck(hoster)
    assert () == check_store(hoster.store.path)
    with hoster.store.writing() as connection:
        connection.execute(text(TAMPERED[name]))
    assert "request 1" in " ".join(check_store(hoster.store.path))


def test_store_check_says_that_the_journal_was_tampered_with(stores: SqliteStores, tmp_path: Path) -> None:
    hoster = Hoster(stores.new(), tmp_path / "devices")
    stuck(hoster)
    with hoster.store.writing() as connection:
        connection.execute(text(TAMPERED["a message"]))
    hoster.store.close()
    told = run_command(f"aelang store check --store {hoster.store.path}", tmp_path)
    assert "of the journal of request 1 was changed, or one before it" in told
    assert told.endswith("exit 1")


@pytest.mark.parametrize("garbage", ["eve", '{"by": "eve"}', "[", "7"])
def test_a_line_that_nobody_can_read_is_told_as_such(stores: SqliteStores, tmp_path: Path, garbage: str) -> None:
    hoster = Hoster(stores.new(), tmp_path / "devices")
    stuck(hoster)
    with hoster.store.writing() as connection:
        last = text("UPDATE journal SET detail = :garbage WHERE id = (SELECT max(id) FROM journal)")
        connection.execute(last, {"garbage": garbage})
    hoster.store.close()
    assert "request 1" in run_command(f"aelang store check --store {hoster.store.path}", tmp_path)
    for command in ("journal", "show"):
        told = run_command(f"aelang request {command} 1 --store {hoster.store.path}", tmp_path)
        assert "Traceback" not in told
