"""A change of a service reaches what is made from it, wherever that is; and what others are made from stays."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from aelang.project import Compilation
from aelang.requests.store import Store
from aelang.requests.transactions.accounts import find_account
from aelang.requests.transactions.keeping import services_of
from aelang.requests.transactions.planning import Add, CannotPrepare, Delete, Modify
from aelang.requests.transactions.rows import Service
from tests.requests.transactions.shop import WEB_SITE, Company, Servers, open_company, simple, values, write_company

SITE = Add("/Hosting/WebSite/standard", values(domain="example.org"))
COUNTED = """class Counted < /Provisioning/ComplexService

  attribute seen = "'every ' + $Counted/statistics::period"
  relationship statistics on init = /Hosting/Statistics/standard
  relationship report on init = /Hosting/Report/standard?period=$Counted/statistics::period

  instance standard
"""
TWICE = """class Twice < /Provisioning/ComplexService

  relationship one on init = /Hosting/Counted/standard
  relationship two on init = /Hosting/Counted/standard

  instance standard
"""
CHANGED = {
    "WebSite": WEB_SITE.replace("= 100\n", '= 100\n  attribute told = "$WebSite/zone::produced_id"\n'),
    "Counted": COUNTED,
    "Twice": TWICE,
    "Report": simple("Report", "two", "period"),
}


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Compilation:
    return open_company(write_company(tmp_path_factory.mktemp("company"), CHANGED))


@pytest.fixture
def work(store: Store, tmp_path: Path, opened: Compilation) -> Company:
    made = Company(store, tmp_path, Servers(tmp_path / "servers.json"), opened)
    made.account()
    return made


def ordered(work: Company, *changes: Add) -> dict[str, Service]:
    """The services, by name, when `changes` have been made."""
    for each in changes:
        work.order(each)
        work.work()
    work.servers.calls.clear()
    return services(work)


def services(work: Company) -> dict[str, Service]:
    with work.store.reading() as connection:
        found = services_of(connection, find_account(connection, "acme").id)
    return {each.name: each for each in reversed(found)}


def told(work: Company, server: str) -> list[Mapping[str, object]]:
    return list(work.servers.services[f"/Hosting/Server/{server}"].values())


def test_what_is_made_from_a_part_is_changed_with_it(work: Company) -> None:
    zone = ordered(work, SITE)["zone"]
    work.order(Modify(zone.id, values(produced_id="Z99")))
    work.work()
    assert ["modify zone", "modify mail"] == work.servers.calls
    assert "Z99" in [each.get("zone_id") for each in told(work, "mail")]
    assert "Z99" == services(work)["WebSite"].values["told"]
    assert {"Ok"} == {each.status for each in services(work).values()}


def test_what_is_made_from_a_part_is_locked_with_it(work: Company) -> None:
    found = ordered(work, SITE)
    work.order(Modify(found["zone"].id, values(produced_id="Z99")))
    with pytest.raises(CannotPrepare, match="Service mail is already involved in request with id: 2"):
        work.order(Modify(found["mail"].id, values(address="x")))
    work.order(Modify(found["space"].id, values(quota=7)))


def test_what_is_made_from_a_part_is_put_back_with_it(work: Company) -> None:
    before = ordered(work, SITE)
    resources = work.servers.services
    work.servers.faults = [None, "before", "before"]
    work.order(Modify(before["zone"].id, values(produced_id="Z99")))
    work.work()
    assert ["modify zone", "modify mail", "modify mail", "undo: modify zone"] == work.servers.calls
    assert (before, resources) == (services(work), work.servers.services)


def test_a_shared_service_is_changed_for_all_that_share_it(work: Company) -> None:
    counted = Add("/Hosting/Counted/standard")
    statistics = ordered(work, counted, counted._replace(name="Second"))["statistics"]
    work.order(Modify(statistics.id, values(period="weekly")))
    work.work()
    assert ["modify statistics", "modify report", "modify report"] == work.servers.calls
    assert [{"period": "weekly"}] * 2 == told(work, "two")
    assert "every weekly" == services(work)["Second"].values["seen"]


def test_what_is_shared_twice_in_one_tree_is_changed_once(work: Company) -> None:
    found = ordered(work, Add("/Hosting/Twice/standard"), Add("/Hosting/Counted/standard"))
    work.order(Modify(found["statistics"].id, values(period="weekly")))
    work.work()
    assert ["modify statistics", "modify report", "modify report", "modify report"] == work.servers.calls


def test_what_another_service_is_made_from_is_not_deleted_alone(work: Company) -> None:
    found = ordered(work, SITE)
    why = f"`told` of WebSite, service {found['WebSite'].id}, is made from its `produced_id`"
    with pytest.raises(CannotPrepare, match=f"zone cannot be deleted alone: {why}"):
        work.order(Delete(found["zone"].id))
    work.order(Delete(found["mail"].id))
    work.work()
    work.order(Delete(found["WebSite"].id))
    work.work()
    assert {} == services(work)


def test_it_is_deleted_once_the_others_are_given_values_of_their_own(work: Company) -> None:
    found = ordered(work, SITE)
    for name, given in (("mail", values(zone_id="Z2")), ("WebSite", values(told="Z2"))):
        work.order(Modify(found[name].id, given))
        work.work()
    work.order(Delete(found["zone"].id))
    work.work()
    assert "zone" not in services(work)
