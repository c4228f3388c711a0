"""The store behind service models: it gives and takes what an inventory does (SQLite and PostgreSQL)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from aelang.interpreter.values import Password, RunValue, Symbol, remember_secret
from aelang.requests.store import Store
from aelang.requests.store.record_rows import keep_rows
from aelang.requests.store.records import StoreRecords
from aelang.services import Catalog, Record
from aelang.services.records import Reference
from tests.requests.living import BEGIN


@pytest.fixture
def records(store: Store) -> StoreRecords:
    """Its records."""
    return StoreRecords(store, lambda: BEGIN)


def _request(records: StoreRecords, *, approved: bool = True) -> Record:
    catalog = Catalog(records, 1)
    made = catalog.execute("create_automation_request", ({"namespace": "A", "class_name": "B"}, "admin", approved))
    assert isinstance(made, Record)
    return made


_VALUES: list[Any] = [
    None, True, 3, 2**70, 1.5, float("inf"), "text", "é\u2028", Symbol("a"), [1, [Symbol("b")]],
    {"a": {Symbol("b"): 1}},
    {1: 2}, datetime(2026, 11, 22, tzinfo=UTC), Reference("Vm", 7), Password("v2:{AAAA}"),
]  # fmt: skip


@pytest.mark.parametrize("value", _VALUES)
@pytest.mark.parametrize("name", ["name", "tenant_id", "retired", "options", "of_no_column"])
def test_whatever_is_written_is_read(records: StoreRecords, name: str, value: RunValue) -> None:
    made = records.create("Service", {"name": "before", "tenant_id": 1})
    records.write(made, lambda _: {name: value})
    row = records.find(*made)
    assert row is not None
    assert value == row.columns.get(name)


@pytest.mark.parametrize("value", _VALUES)
@pytest.mark.parametrize("model", ["Service", "Vm"])
def test_whatever_is_kept_is_found_by_it(records: StoreRecords, model: str, value: RunValue) -> None:
    made = records.create(model, {"name": value})
    records.create(model, {"name": "another"})
    assert [made.id] == [each.id for each in records.where(model, {"name": value})]


def test_a_record_is_found_as_what_it_is_a_kind_of(records: StoreRecords) -> None:
    made = records.create("ManageIQ::Providers::Vmware::InfraManager::Vm", {"name": "web"})
    found = [records.find(model, made.id) for model in ("VmOrTemplate", "Vm", "MiqTemplate", "Host")]
    assert [made, made, None, None] == [None if each is None else each.reference for each in found]


def test_any_of_several_values_is_enough(records: StoreRecords) -> None:
    ids = [records.create("Host", {"name": name, "cpus": 2}).id for name in ("a", "b", "c")]
    assert ids[1:] == [each.id for each in records.where("Host", {"name": ["b", "c"], "cpus": [2]})]


def test_a_record_that_is_gone_is_not_there(records: StoreRecords) -> None:
    made = records.create("Host", {"name": "a"})
    records.delete(made)
    assert (None, []) == (records.find(*made), list(records.where("Host", {"name": "a"})))
    with pytest.raises(ValueError, match="Host 1 is not there any more"):
        records.write(made, lambda _: {})


def test_no_id_is_given_twice_by_a_table(records: StoreRecords) -> None:
    first = records.create("Service", {})
    records.delete(first)
    assert first.id < records.create("Service", {}).id


@pytest.mark.parametrize("number", [-1, 0, 2**63, 2**80])
def test_an_id_that_no_record_has_finds_none(records: StoreRecords, number: int) -> None:
    assert None is records.find("User", number)


def test_what_came_with_ids_is_followed_by_higher_ones(records: StoreRecords, store: Store) -> None:
    with store.writing() as connection:
        keep_rows(connection, {"Service": [{"id": 40, "name": "a"}]})
    assert 41 == records.create("Service", {}).id


def test_the_caller_has_group_and_tenant(records: StoreRecords) -> None:
    assert ["miq_group", "tenant", "user"] == sorted(Catalog(records, 1).caller())


# -- requests


def test_a_request_that_a_method_makes_begins_its_life(records: StoreRecords) -> None:
    request = _request(records)
    names = ("approval_state", "request_state", "description", "v_approved_by", "reason", "stamped_on")
    assert ["approved", "pending", "Automation Task", "Admin", "Auto-Approved", BEGIN] == [
        request.call(each) for each in names
    ]


def test_a_method_is_told_of_a_request_that_cannot_be(records: StoreRecords) -> None:
    with pytest.raises(ValueError, match="a request needs a requester: name a user that there is"):
        Catalog(records, 1).execute("create_automation_request", ({}, "nobody", False))


def test_a_method_approves_and_denies_and_is_answered_true(records: StoreRecords) -> None:
    request = _request(records, approved=False)
    answers = [request.call(name, ("admin", "why")) for name in ("approve", "approve", "deny")]
    assert ([True] * 3, "denied") == (answers, request.call("approval_state"))


def test_an_approval_can_be_asked_itself(records: StoreRecords) -> None:
    request = _request(records, approved=False)
    request.all("miq_approvals")[0].call("approve", ("admin", "why"))
    assert "approved" == request.call("approval_state")


def test_two_options_that_are_set_are_both_there(records: StoreRecords) -> None:
    request = _request(records)
    request.call("set_option", (Symbol("a"), 1))
    request.call("set_option", ("b", [2, "two"]))
    assert [1, 2] == [request.call("get_option", (name,)) for name in ("a", "b")]


def test_a_message_that_no_database_takes_is_kept_readable(records: StoreRecords) -> None:
    request = _request(records)
    request.call("set_message", ("a\0b",))
    assert "a?b" == request.call("message")


def test_a_password_in_the_clear_is_masked(records: StoreRecords) -> None:
    remember_secret("hunter22")
    request = _request(records)
    request.call("set_option", ("motto", "it is hunter22"))
    assert "it is ********" == request.call("get_option", ("motto",))


# -- the world


def test_what_happens_in_the_world_happens_as_in_an_inventory(records: StoreRecords) -> None:
    made = records.create("Vm", {"name": "web", "power_state": "off"})
    vm = Catalog(records, 1).find("Vm", made.id)
    assert vm is not None
    vm.call("start")
    assert "on" == vm.call("power_state")


def test_an_unknown_command_is_told(records: StoreRecords) -> None:
    with pytest.raises(LookupError, match="nothing can be executed that is called `create_automation_reqest`"):
        Catalog(records, 1).execute("create_automation_reqest", ())
