"""What is ordered and cannot be: said by name, with what to write instead, and nothing of it is kept."""

from pathlib import Path

import pytest
from sqlalchemy import text

from aelang.interpreter.values import RunValue
from aelang.project import Compilation
from aelang.requests.store import Store
from aelang.requests.transactions.accounts import create_account
from aelang.requests.transactions.planning import Add, CannotPrepare, Change, Delete, Modify
from aelang.requests.transactions.types import Types, UnknownType
from aelang.requests.transactions.words import command_status, transaction_status
from tests.requests.stores import SqliteStores
from tests.requests.transactions.shop import Company, Servers, open_company, simple, values, write_company
from tests.requests.working import BEGIN

NOWHERE = """class Nowhere < /Provisioning/SimpleService

  attribute domain

  instance standard
"""
ENDLESS = """class Endless < /Provisioning/ComplexService

  relationship again on init = /Hosting/Endless/standard

  instance standard
"""
UPSIDE_DOWN = simple("UpsideDown", "one", "domain", "  relationship site on init = /Hosting/WebSite/standard\n")
ROUND = simple("Round", "one", "a = ::b; b = ::a; c = ::a")
OWNED = simple("Owned", "one", "a = account::emial")
LOST = simple("Lost", "one", "a = $WebSite::domain")
PLAIN = "class Plain\n\n  attribute domain\n\n  instance standard\n"
REFERRING = simple("Referring", "one", "a = ${/#domain}")
BARE = """class Bare < /Provisioning/Resource

  instance one
  instance often  module = /Hosting/Driver/files  max_attempts = x
"""
TIMED = simple("Timed", "one", "until : time; open : boolean; rate : float")
SMALL = (
    "class Small < /Provisioning/ComplexService\n\n"
    "  relationship space on init = /Hosting/Space/standard?quota=small\n\n  instance standard\n"
)
CHANGED = {
    "Timed": TIMED, "Small": SMALL,
    "Nowhere": NOWHERE, "Endless": ENDLESS, "UpsideDown": UPSIDE_DOWN, "Round": ROUND, "Lost": LOST, "Owned": OWNED,
    "Plain": PLAIN, "Referring": REFERRING, "Bare": BARE,
}  # fmt: skip


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Compilation:
    return open_company(write_company(tmp_path_factory.mktemp("company"), CHANGED))


@pytest.fixture
def work(stores: SqliteStores, tmp_path: Path, opened: Compilation) -> Company:
    made = Company(stores.new(), tmp_path, Servers(tmp_path / "servers.json"), opened)
    made.account(packages=("gold",))
    return made


def _counts(store: Store) -> dict[str, int]:
    names = ("requests", "transactions", "logical_services", "physical_services", "service_params", "locks", "queue",
             "commands", "actions", "database_commands", "journal")  # fmt: skip
    with store.reading() as connection:
        return {name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in names}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (Add("/Hosting/WebSit/standard"), "there is no complex or simple service `/Hosting/WebSit/standard`; did you"),
        (Add("/Hosting/Plain/standard"), "`/Hosting/Plain/standard` is no service, resource or module, where a"),
        (Add("/Hosting/Server/one"), "`/Hosting/Server/one` is a resource, where a complex or simple service is"),
        (Add("/Hosting/Zone/standard", values(domian="x")), "/Hosting/Zone/standard has no property `domian`: did you"),
        (Add("/Hosting/WebSite/standard", values(quota="abc")), "`quota` of /Hosting/WebSite/standard is 'abc', and"),
        (Add("/Hosting/WebSite/standard", values(quota=True)), "`quota` of /Hosting/WebSite/standard is 'true', and"),
        (Add("/Hosting/WebSite/standard", values(quota=1.5)), "is '1.5', and no integer: write digits only"),
        (Add("/Hosting/WebSite/standard", values(quota=[1])), "/Hosting/WebSite/standard is '[1]', and no integer"),
        (Add("/Hosting/Timed/standard", values(until="x")), "is 'x', and no time: write it as 2026-01-31 12:00:00"),
        (Add("/Hosting/Timed/standard", values(open="maybe")), "is 'maybe', and no boolean: write `true` or `false`"),
        (Add("/Hosting/Small/standard"), "`quota` of /Hosting/Space/standard is 'small', and no integer: write digits"),
        (Add("/Hosting/Nowhere/standard"), "/Hosting/Nowhere/standard lives nowhere: write `relationship resource = "),
        (Add("/Hosting/Endless/standard"), "/Hosting/Endless/standard has no end: it is a part of itself, or has over"),
        (Add("/Hosting/UpsideDown/standard"), "/Hosting/WebSite/standard is a complex service, and can be no part of"),
        (Add("/Hosting/Round/standard"), "the property `a` of Round is made from itself: a from b from a"),
        (Add("/Hosting/Lost/standard"), "`$WebSite` refers to nothing: no complex service WebSite is around Lost"),
        (Add("/Hosting/Owned/standard"), "the account has no property `emial`; did you mean `email`?"),
        (Add("/Hosting/Referring/standard"), "`a` of /Hosting/Referring/standard has a reference `${...}`: write an"),
        (Modify(7, values(quota=1)), "acme has no service 7: `aelang account show` lists them"),
        (Delete(7), "acme has no service 7"),
        (Add("/Hosting/Zone/standard", parent=7), "acme has no service 7"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_and_leaves_nothing(work: Company, change: Change, said: str) -> None:
    before = _counts(work.store)
    with pytest.raises(CannotPrepare) as found:
        work.order(change)
    assert said in str(found.value)
    assert before == _counts(work.store)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/Hosting/Bare/one", "the resource /Hosting/Bare/one has no module: write `module = /Namespace/Class/"),
        ("/Hosting/Bare/often", "`max_attempts` of /Hosting/Bare/often is 'x': write a number from 1 to 999"),
        ("/Hosting/Bare/none", "there is no resource `/Hosting/Bare/none`"),
    ],
)  # fmt: skip
def test_a_resource_that_is_not_well_formed_is_told(opened: Compilation, path: str, said: str) -> None:
    with pytest.raises(UnknownType) as found:
        Types(opened).resource(path)
    assert said in str(found.value)


def test_the_effect_that_a_method_does_not_say_is_once(tmp_path: Path) -> None:
    silent = (
        "class Driver < /Provisioning/Module\n\n  instance files\n\n  method execute() python\n    code\n      pass\n"
    )
    found = Types(open_company(write_company(tmp_path, {"Driver": silent}))).resource("/Hosting/Server/one")
    assert ("once", "once", False) == (found.effect, found.undo_effect, found.cleans)


def test_a_module_may_have_methods_of_its_own_for_undo_and_for_tidying_up(tmp_path: Path) -> None:
    driver = (
        "class Driver < /Provisioning/Module\n\n  method undo on undo = back\n"
        "  method clean_up on clean_up = tidy\n\n  instance files\n\n"
        "  method execute() python\n    effect idempotent\n    code\n      pass\n"
        "  method back() python\n    effect none\n    code\n      pass\n"
        "  method tidy() python\n    code\n      pass\n"
    )
    found = Types(open_company(write_company(tmp_path, {"Driver": driver}))).resource("/Hosting/Server/one")
    assert ("idempotent", "none", True) == (found.effect, found.undo_effect, found.cleans)


def test_two_packages_of_an_account_may_have_requests_at_once(
    stores: SqliteStores, tmp_path: Path, opened: Compilation
) -> None:
    work = Company(stores.new(), tmp_path, Servers(tmp_path / "servers.json"), opened)
    work.account(packages=("gold", "silver"))
    work.order(Add("/Hosting/Zone/standard", package=1))
    work.order(Add("/Hosting/Zone/standard", package=2))
    with pytest.raises(CannotPrepare, match=r"^Package gold is already involved in request with id: 1$"):
        work.order(Add("/Hosting/Zone/standard", package=1))


@pytest.mark.parametrize(
    "given",
    [{"until": "2026-12-24 18:00:00"}, {"open": "TRUE"}, {"open": False}, {"rate": 2}, {"rate": "1e3"}, {"open": ""}],
)
def test_a_value_of_the_data_type_of_its_property_is_taken(work: Company, given: dict[str, RunValue]) -> None:
    number = work.order(Add("/Hosting/Timed/standard", given))
    assert "Pending" == work.standing(number).transaction.status


def test_a_service_may_get_a_part_later(work: Company) -> None:
    work.order(Add("/Hosting/WebSite/standard", values(domain="acme.example")))
    work.work()
    work.order(Add("/Hosting/Zone/standard", values(domain="other.example"), "second", parent=1))
    work.work()
    assert "add second" == work.servers.calls[-1]
    with pytest.raises(CannotPrepare, match=r"^WebSite has a part `second` already"):
        work.order(Add("/Hosting/Zone/standard", name="second", parent=1))


def test_a_change_without_a_property_is_refused(work: Company) -> None:
    work.order(Add("/Hosting/WebSite/standard", values(domain="acme.example")))
    work.work()
    with pytest.raises(CannotPrepare, match="would stay as it is: say which property"):
        work.order(Modify(1, {}))
    with pytest.raises(CannotPrepare, match="has no property `quoat`: did you mean `quota`"):
        work.order(Modify(1, values(quoat=1)))
    with pytest.raises(CannotPrepare, match="`quota` of /Hosting/WebSite/standard is 'much', and no integer"):
        work.order(Modify(1, values(quota="much")))


def test_an_account_has_a_name_of_its_own(work: Company) -> None:
    for name, said in (("acme", "there is an account `acme` already"), (" ", "an account needs a name")):
        with pytest.raises(CannotPrepare, match=said), work.store.writing() as connection:
            create_account(connection, name, {}, (), BEGIN)


def test_statuses_have_other_names_as_well() -> None:
    assert ("Ok", "FailedRollbackError", "RollbackInProgress", None) == tuple(
        map(transaction_status, ("provisioned", "RollbackFailed", "ROLLBACKINPROGRESS", "Fine"))
    )
    assert ("FailedUndoDone", "Ok", "FailedUndoFailed", "FailedUndoDone", None) == tuple(
        map(command_status, ("failedundodone", "Provisioned", "RollbackFailed", "RollBackSuccessful", "Fine"))
    )
