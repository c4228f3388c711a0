"""Transactions under a worker: commands, failures, rollback, crashes, and what an operator does then."""

from pathlib import Path

import pytest
from sqlalchemy import text

from aelang.project import Compilation
from aelang.requests.queue import list_items
from aelang.requests.store import Store
from aelang.requests.store.upkeep import check_store
from aelang.requests.transactions import operating
from aelang.requests.transactions.accounts import find_account
from aelang.requests.transactions.journal import broken_lines, read_lines, seal_of
from aelang.requests.transactions.keeping import services_at, services_of
from aelang.requests.transactions.operating import Repair
from aelang.requests.transactions.planning import Add, CannotPrepare, Delete, Modify
from aelang.requests.transactions.standing import actions_of
from tests.requests.stores import SqliteStores
from tests.requests.transactions.shop import WEB_SITE, Company, Servers, open_company, simple, values, write_company
from tests.requests.working import BEGIN

SITE = Add("/Hosting/WebSite/standard", values(domain="example.org"))
ADDED = ["add zone", "add space", "add mail, add alias"]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Compilation:
    return open_company(write_company(tmp_path_factory.mktemp("company")))


@pytest.fixture(scope="module")
def repeatable(tmp_path_factory: pytest.TempPathFactory) -> Compilation:
    """The company whose modules may do everything twice."""
    return open_company(write_company(tmp_path_factory.mktemp("company"), effect="idempotent"))


@pytest.fixture
def kept(stores: SqliteStores) -> Store:
    return stores.new()


def company(store: Store, folder: Path, opened: Compilation, *faults: str | None) -> Company:
    made = Company(store, folder, Servers(folder / "servers.json", *faults), opened)
    made.account()
    return made


def again(before: Company, *faults: str | None) -> Company:
    """The same company after a restart."""
    before.servers.faults, before.servers.calls = list(faults), []
    return Company(before.store, Path(), before.servers, before.opened)


def ends(work: Company, number: int) -> tuple[str, str, str]:
    """How a transaction and its request stand."""
    request = work.case(number).request
    return work.standing(number).transaction.status, request.request_state, request.status


def statuses(work: Company, number: int) -> list[str]:
    return [each.status for each in work.standing(number).commands]


def locks(work: Company) -> int:
    with work.store.reading() as connection:
        return int(connection.execute(text("SELECT count(*) FROM locks")).scalar_one())


def names(work: Company) -> dict[str, str]:
    with work.store.reading() as connection:
        return {each.name: each.status for each in services_of(connection, find_account(connection, "acme").id)}


def test_a_service_is_made_with_all_its_parts(store: Store, tmp_path: Path, opened: Compilation) -> None:
    work = company(store, tmp_path, opened)
    number = work.order(SITE)
    work.work()
    assert ADDED == work.servers.calls
    assert ("Ok", "finished", "Ok") == ends(work, number)
    assert 0 == locks(work)
    assert {"Ok"} == set(names(work).values())


def test_properties_are_worked_out_when_the_command_is_executed(
    kept: Store, tmp_path: Path, opened: Compilation
) -> None:
    work = company(kept, tmp_path, opened)
    work.order(SITE)
    work.work()
    found = {name: sorted(each.values(), key=str) for name, each in work.servers.services.items()}
    assert {"address": "info@example.org", "zone_id": "Z2"} in found["/Hosting/Server/mail"]
    assert {"of": "info@example.org"} in found["/Hosting/Server/mail"]
    expected = {"address": "10.0.0.2", "host": "www.example.org", "owner": "acme", "quota": "100"}
    assert [expected] == found["/Hosting/Server/two"]


def test_a_property_may_be_made_from_the_resource_of_another_service(kept: Store, tmp_path: Path) -> None:
    site = WEB_SITE.replace("$WebSite::contact", "$WebSite/space::address").replace(
        "'info@' + ::domain", "$WebSite/space::address"
    )
    work = company(kept, tmp_path, open_company(write_company(tmp_path / "shop", {"WebSite": site})))
    number = work.order(SITE)
    work.work()
    assert ("Ok", "finished", "Ok") == ends(work, number)
    mail = work.servers.services["/Hosting/Server/mail"].values()
    assert ["10.0.0.2"] == [each["address"] for each in mail if "address" in each]
    with kept.reading() as connection:
        found = {each.name: each.values for each in services_of(connection, find_account(connection, "acme").id)}
    assert "10.0.0.2" == found["WebSite"]["contact"]


def test_a_part_may_be_made_from_the_resource_of_what_is_there_already(kept: Store, tmp_path: Path) -> None:
    extra = simple("Alias", "one", 'of = "$WebSite/space::address"')
    work = company(kept, tmp_path, open_company(write_company(tmp_path / "shop", {"Alias": extra})))
    work.order(SITE)
    work.work()
    number = work.order(Add("/Hosting/Alias/standard", {}, parent=1))
    work.work()
    assert ("Ok", "finished", "Ok") == ends(work, number)
    assert {"of": "10.0.0.2"} in work.servers.services["/Hosting/Server/one"].values()


def test_a_command_that_fails_is_tried_again(kept: Store, tmp_path: Path, opened: Compilation) -> None:
    work = company(kept, tmp_path, opened, "before", "before")
    number = work.order(SITE)
    work.work()
    assert ["add zone", "add zone", *ADDED] == work.servers.calls
    assert ("Ok", "finished", "Ok") == ends(work, number)


def test_a_command_that_keeps_failing_rolls_back_what_was_done(
    store: Store, tmp_path: Path, opened: Compilation
) -> None:
    work = company(store, tmp_path, opened, None, None, "before", "before")  # the mail server has two attempts
    number = work.order(SITE)
    work.work()
    undone = ["undo: delete space", "undo: delete zone"]
    assert [*ADDED, ADDED[-1], *undone] == work.servers.calls
    assert ("Failed", "finished", "Error") == ends(work, number)
    assert ["FailedUndoDone", "FailedUndoDone", "Failed"] == statuses(work, number)
    assert ({}, {}, 0) == (work.servers.services, names(work), locks(work))


def test_what_may_be_half_done_is_undone_too(kept: Store, tmp_path: Path, opened: Compilation) -> None:
    work = company(kept, tmp_path, opened, "part", "part", "part")
    number = work.order(SITE)
    work.work()
    assert "undo: delete zone" == work.servers.calls[-1]
    assert ({}, "Failed") == (work.servers.services, ends(work, number)[0])


def test_a_transaction_may_be_allowed_fewer_failures_than_its_commands(
    kept: Store, tmp_path: Path, opened: Compilation
) -> None:
    work = company(kept, tmp_path, opened, "before", None, "before")
    number = work.order(SITE, most_failures=1)
    work.work()
    assert ["FailedUndoDone", "Failed", "Pending"] == statuses(work, number)


def test_an_undo_that_fails_keeps_the_locks_and_waits(store: Store, tmp_path: Path, opened: Compilation) -> None:
    work = company(store, tmp_path, opened, None, None, "before", "before", "before")
    number = work.order(SITE)
    held = locks(work)
    work.work()
    assert ("FailedRollbackError", "active", "Error") == ends(work, number)
    assert ["FailedUndoDone", "FailedUndoFailed", "Failed"] == statuses(work, number)
    assert (held, True) == (locks(work), work.case(number).tasks[0].needs_operator)
    with store.reading() as connection:
        (broken,) = operating.broken_transactions(connection)
    assert (number, 3, [2]) == (broken.request, broken.situation, [each.id for each in broken.commands])


@pytest.mark.parametrize(("status", "calls"), [("Ok", ["undo: delete space"]), ("FailedUndoDone", [])])
def test_after_the_repair_the_rollback_goes_on(
    store: Store, tmp_path: Path, opened: Compilation, status: str, calls: list[str]
) -> None:
    work = company(store, tmp_path, opened, None, None, "before", "before", "before")
    number = work.order(SITE)
    work.work()
    with store.writing() as connection:
        refused = operating.go_on(connection, number, BEGIN)
        assert refused is not None
        assert "--command 2 --status FailedUndoDone|Ok" in refused.sentence
        said = Repair(status, "looked at it", "ann", 2)
        assert operating.repair(connection, number, said, BEGIN) is None
        assert operating.go_on(connection, number, BEGIN) is None
    after = again(work)
    after.work()
    assert calls == after.servers.calls
    assert (("Failed", "finished", "Error"), 0) == (ends(after, number), locks(after))


@pytest.mark.parametrize(("fault", "status", "calls"), [("die", "Pending", ADDED), ("die late", "Ok", ADDED[1:])])
def test_a_command_that_a_crash_cut_short_waits_for_an_operator(
    store: Store, tmp_path: Path, opened: Compilation, fault: str, status: str, calls: list[str]
) -> None:
    work = company(store, tmp_path, opened, fault)
    number = work.order(SITE)
    work.work_until_death()
    after = again(work)
    after.work()
    assert [] == after.servers.calls
    assert (["InProgress", "Pending", "Pending"], True) == (
        statuses(after, number),
        after.case(number).tasks[0].needs_operator,
    )
    with store.writing() as connection:
        assert operating.repair(connection, number, Repair(status, "looked at it", "ann"), BEGIN) is None
        assert operating.go_on(connection, number, BEGIN) is None
        assert operating.go_on(connection, number, BEGIN) is None  # once is enough, twice does no harm
        assert 1 == len(list_items(connection, request=number))
    after.work()
    assert (calls, ("Ok", "finished", "Ok")) == (after.servers.calls, ends(after, number))


def test_a_command_that_may_be_repeated_goes_on_by_itself(kept: Store, tmp_path: Path, repeatable: Compilation) -> None:
    work = company(kept, tmp_path, repeatable, "die")
    number = work.order(SITE)
    work.work_until_death()
    after = again(work)
    after.work()
    assert (ADDED, ("Ok", "finished", "Ok")) == (after.servers.calls, ends(after, number))


def test_a_rollback_that_a_crash_cut_short_goes_on_after_the_repair(
    store: Store, tmp_path: Path, opened: Compilation
) -> None:
    work = company(store, tmp_path, opened, None, None, "before", "before", "die late")
    number = work.order(SITE)
    work.work_until_death()
    after = again(work)
    after.work()
    with store.writing() as connection:
        assert 2 == operating.broken_transactions(connection)[0].situation
        refused = operating.repair(connection, number, Repair("Pending", "why not", "ann"), BEGIN)
        assert refused is not None
        assert "command 2 stands at RollbackInProgress: write FailedUndoDone or Ok, not `Pending`" == refused.sentence
        assert operating.repair(connection, number, Repair("failedundodone", "it is gone", "ann"), BEGIN) is None
        assert operating.go_on(connection, number, BEGIN) is None
    after.work()
    assert (["undo: delete zone"], {}) == (after.servers.calls, after.servers.services)
    assert ("Failed", "finished", "Error") == ends(after, number)


def test_a_change_of_a_property_modifies_what_is_made_from_it(
    store: Store, tmp_path: Path, opened: Compilation
) -> None:
    work = company(store, tmp_path, opened)
    work.order(SITE)
    work.work()
    after = again(work)
    number = after.order(Modify(1, values(quota=500)))
    assert {"WebSite": "Dirty", "zone": "Ok", "space": "Dirty", "mail": "Ok", "alias": "Ok"} == names(after)
    after.work()
    assert (["modify space"], "Ok") == (after.servers.calls, ends(after, number)[0])
    (space,) = after.servers.services["/Hosting/Server/two"].values()
    assert 500 == space["quota"]


def test_a_change_that_fails_leaves_everything_as_it_was(store: Store, tmp_path: Path, opened: Compilation) -> None:
    work = company(store, tmp_path, opened)
    work.order(SITE)
    work.work()
    before = work.servers.services
    with store.reading() as connection:
        services = services_of(connection, 1)
    after = again(work, None, None, "before", "before")
    number = after.order(Modify(1, values(domain="example.net")))
    after.work()
    assert "Failed" == ends(after, number)[0]
    assert before == after.servers.services
    with store.reading() as connection:
        assert services == services_of(connection, 1)


def test_a_service_is_deleted_from_its_last_part_on(store: Store, tmp_path: Path, opened: Compilation) -> None:
    work = company(store, tmp_path, opened)
    work.order(SITE)
    work.work()
    after = again(work)
    number = after.order(Delete(1))
    after.work()
    assert ["delete alias, delete mail", "delete space", "delete zone"] == after.servers.calls
    assert ({}, {}, "Ok") == (after.servers.services, names(after), ends(after, number)[0])


def test_a_deletion_that_fails_puts_back_what_was_deleted(kept: Store, tmp_path: Path, opened: Compilation) -> None:
    work = company(kept, tmp_path, opened)
    work.order(SITE)
    work.work()
    before = work.servers.services
    after = again(work, None, None, "before", "before", "before")
    after.order(Delete(1))
    after.work()
    assert ["undo: add space", "undo: add mail, add alias"] == after.servers.calls[-2:]
    assert (before, {"Ok"}) == (after.servers.services, set(names(after).values()))


def test_a_service_that_is_shared_is_made_once_and_deleted_with_the_last(
    store: Store, tmp_path: Path, opened: Compilation
) -> None:
    work = company(store, tmp_path, opened)
    for _ in range(2):
        work.order(Add("/Hosting/Statistics/standard"))
        work.work()
    assert ["add Statistics"] == work.servers.calls
    after = again(work)
    after.order(Delete(1))
    after.work()
    assert [] == after.servers.calls
    after.order(Delete(2))
    after.work()
    assert (["delete Statistics"], {}) == (after.servers.calls, after.servers.services)


def test_the_parts_of_a_service_that_is_shared_are_shared_as_well(kept: Store, tmp_path: Path) -> None:
    farm = simple("Farm", "one", "shared = true", "  relationship alias on init = /Hosting/Alias/standard\n")
    pair = (
        "class Pair < /Provisioning/ComplexService\n\n  relationship one on init = /Hosting/Farm/standard\n"
        "  relationship two on init = /Hosting/Farm/standard\n\n  instance standard\n"
    )
    work = company(kept, tmp_path, open_company(write_company(tmp_path / "shop", {"Farm": farm, "Pair": pair})))
    for path in ("/Hosting/Pair/standard", "/Hosting/Farm/standard"):
        work.order(Add(path))
        work.work()
    assert ["add one, add alias"] == work.servers.calls
    with kept.reading() as connection:
        found = services_of(connection, 1)
    assert ["Pair", "one", "alias", "two", "alias", "Farm", "alias"] == [each.part for each in found]
    assert {"Ok"} == {each.status for each in found} | {each.physical_status for each in found}
    after = again(work)
    after.order(Delete(found[0].id))
    after.work()
    assert [] == after.servers.calls
    after.order(Delete(found[5].id))
    after.work()
    assert (["delete alias, delete one"], {}) == (after.servers.calls, after.servers.services)


def test_a_service_that_another_request_has_is_refused_and_named(
    store: Store, tmp_path: Path, opened: Compilation
) -> None:
    work = company(store, tmp_path, opened)
    work.order(SITE)
    work.work()
    holder = work.order(Modify(3, values(quota=7)))
    with pytest.raises(CannotPrepare, match=f"^Service space is already involved in request with id: {holder}$"):
        work.order(Delete(1))
    with pytest.raises(CannotPrepare, match=r"^Service space is already"):
        work.order(Modify(1, values(quota=8)))


def test_a_transaction_that_is_cancelled_before_it_begins_leaves_nothing(
    store: Store, tmp_path: Path, opened: Compilation
) -> None:
    work = company(store, tmp_path, opened)
    number = work.order(SITE)
    work.cancel(number)
    assert ("Failed", "finished", "Error") == ends(work, number)
    work.work()
    assert ([], {}, 0) == (work.servers.calls, names(work), locks(work))


def test_a_transaction_that_is_cancelled_in_the_middle_is_rolled_back(
    kept: Store, tmp_path: Path, opened: Compilation
) -> None:
    work = company(kept, tmp_path, opened, "before", None, "die late")
    number = work.order(SITE)
    work.work_until_death()
    with kept.writing() as connection:
        operating.repair(connection, number, Repair("Ok", "it is there", "ann"), BEGIN)
    work.cancel(number)
    after = again(work)
    with kept.writing() as connection:
        operating.go_on(connection, number, BEGIN)
    after.work()
    assert ["undo: delete space", "undo: delete zone"] == after.servers.calls
    assert ("Failed", "finished", "Error") == ends(after, number)
    assert "canceled" == after.case(number).request.cancelation_status
    with kept.reading() as connection:
        told = [each.entry.message for each in read_lines(connection, number) if each.entry.phase == "transaction"]
    assert ["it was cancelled"] * 2 == told[-2:]


def test_a_journal_that_was_changed_is_found_out(kept: Store, tmp_path: Path, opened: Compilation) -> None:
    work = company(kept, tmp_path, opened)
    number = work.order(SITE)
    work.work()
    assert () == check_store(kept.path)
    with kept.writing() as connection:
        (changed, *_) = [each for each in read_lines(connection, number) if each.entry.phase == "command"]
        connection.execute(text("UPDATE journal SET status = 'Ok' WHERE id = :id"), {"id": changed.number})
        found = broken_lines(read_lines(connection, number), seal_of(connection, number))
        assert [changed.number] == [each and each.number for each in found]
    told = f"line {changed.number} of the journal of request {number} was changed, or one before it"
    assert (told,) == check_store(kept.path)


def test_a_transaction_that_was_given_up_before_it_began_goes_on(
    kept: Store, tmp_path: Path, opened: Compilation
) -> None:
    work = company(kept, tmp_path, opened)
    number = work.order(SITE)
    with kept.writing() as connection:
        dead = text("UPDATE queue SET state = 'dead' WHERE method = 'create_request_tasks'")
        connection.execute(dead)
    work.work()
    assert "Pending" == work.standing(number).transaction.status
    with kept.writing() as connection:
        assert operating.go_on(connection, number, BEGIN) is None
    work.work()
    assert ("Ok", "finished", "Ok") == ends(work, number)


def test_what_was_produced_is_said_by_the_ids_that_people_see(kept: Store, tmp_path: Path) -> None:
    parts = "".join(
        f"  relationship {name.lower()} on init = /Hosting/{name}/standard\n" for name in ("Statistics", "Zone")
    )
    pair = f"class Pair < /Provisioning/ComplexService\n\n{parts}\n  instance standard\n"
    work = company(kept, tmp_path, open_company(write_company(tmp_path / "shop", {"Pair": pair})))
    work.order(Add("/Hosting/Pair/standard"))
    work.work()
    number = work.order(Add("/Hosting/Pair/standard"))  # its statistics are those of the first one
    work.servers.faults = ["die late"]
    work.work_until_death()
    work.work()
    with kept.writing() as connection:
        (seen,) = [each.service_id for each in actions_of(connection, work.standing(number).commands[0].id)]
        said = Repair("Ok", "it is there", "ann", produced={str(seen): {"produced_id": "Z7"}})
        assert operating.repair(connection, number, said, BEGIN) is None
        assert "Z7" == services_at(connection, [seen])[seen].values["produced_id"]
