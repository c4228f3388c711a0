"""Inventory files: records by model in YAML, references by id or name, what is wrong with them and where."""

import re
from datetime import UTC, datetime

import pytest

from aelang.interpreter.values import Symbol
from aelang.inventory_file import load_inventory, read_inventory
from aelang.services import Catalog, Record
from aelang.source import Source
from tests.service_listing import PAGE


def _catalog(text: str) -> Catalog:
    loaded = read_inventory(Source("lab.yaml", text.encode()))
    assert () == loaded.diagnostics
    assert loaded.catalog is not None
    return loaded.catalog


def _first(text: str, model: str) -> Record:
    return _catalog(text).where(model, {})[0]


def _complaints(text: str) -> list[tuple[str, int, int, str]]:
    found = read_inventory(Source("lab.yaml", text.encode())).diagnostics
    return [(each.kind.slug, each.span.line, each.span.column, each.help) for each in found]


def test_a_record_without_id_gets_the_next_one() -> None:
    text = "Vm: [{name: a}, {id: 7}]\nMiqTemplate: [{name: b}]"
    assert [7, 8, 9] == [each.id for each in _catalog(text).where("VmOrTemplate", {})]


def test_a_model_may_be_written_as_in_vmdb() -> None:
    assert "web" == _first("vm: [{name: web}]", "Vm").read("name")


def test_a_reference_may_be_a_name_an_id_or_come_later() -> None:
    text = "Vm: [{id: 1, host: esx1}, {id: 2, host: 3}]\nHost: [{id: 3, name: esx1}]"
    assert [1, 2] == [each.id for each in _first(text, "Host").read("vms")]  # type: ignore[union-attr]


@pytest.mark.parametrize("source", ["{Vm: web}", "{model: Vm, id: 7}", "{model: Vm, name: web}", "{Vm: 7}"])
def test_a_reference_to_any_model_says_which(source: str) -> None:
    text = f"AutomationRequest: [{{source: {source}}}]\nVm: [{{id: 7, name: web}}]"
    assert "web" == _first(text, "AutomationRequest").read("source").read("name")  # type: ignore[union-attr]


def test_options_are_kept_under_symbols() -> None:
    text = "AutomationRequest:\n  - options: {size: [3, large], attrs: {':userid': admin}}"
    assert {Symbol("size"): [3, "large"], Symbol("attrs"): {Symbol("userid"): "admin"}} == _first(
        text, "AutomationRequest"
    ).read("options")


def test_a_time_is_read_as_one() -> None:
    found = _first("Vm: [{retires_on: 2026-01-31 12:00:00}]", "Vm").read("retires_on")
    assert datetime(2026, 1, 31, 12, tzinfo=UTC) == found


def test_text_that_yaml_takes_for_something_else_is_text_where_text_is_declared() -> None:
    vm = _first("Vm: [{power_state: on, guid: 010}]", "Vm")
    assert ["on", "010"] == [vm.read("power_state"), vm.read("guid")]


def test_tags_and_custom_attributes_are_kept() -> None:
    vm = _first("Vm: [{tags: [env/prod], custom_attributes: {rack: B12}}]", "Vm")
    assert [["prod"], "B12"] == [vm.call("tags", ("env",)), vm.call("custom_get", ("rack",))]


def test_what_only_a_provider_could_know_is_given() -> None:
    task = _first("MiqProvision: [{get_domain_name: example.com}]", "MiqProvision")
    assert "example.com" == task.call("get_domain_name")


def test_what_is_eligible_is_given_by_name() -> None:
    text = "MiqProvision: [{eligible_hosts: [esx2]}]\nHost: [{id: 1, name: esx1}, {id: 2, name: esx2}]"
    assert [2] == [each.id for each in _first(text, "MiqProvision").call("eligible_hosts")]  # type: ignore[union-attr]


def test_the_usual_caller_is_there_unless_the_file_has_another() -> None:
    assert ["Admin", "Ann"] == [
        _catalog(text).caller()["user"].read("name") for text in ("", "User: [{id: 1, name: Ann}]")
    ]


def test_the_usual_records_may_be_named() -> None:
    assert 1 == _first("Vm: [{tenant: My Company}]", "Vm").read("tenant").id  # type: ignore[union-attr]


def test_a_user_is_in_the_group_that_he_acts_for() -> None:
    text = "User: [{id: 2, userid: ann, current_group: Builders}]\nMiqGroup: [{id: 2, description: Builders}]"
    assert [2] == [each.id for each in _catalog(text).find("MiqGroup", 2).read("users")]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Vmm: []", ("unknown-model", 1, 1, "did you mean `Vm`?")),
        ("Vm:\n  - {nmae: web}", ("unknown-attribute", 2, 6, "did you mean `name`?")),
        ("Host: [{id: 1, name: esx1}]\nVm:\n  - {host: esx}", ("unknown-record", 3, 12, "did you mean `esx1`?")),
        ("Vm:\n  - {host: 4}", ("unknown-record", 2, 12, "list it under `Host:`")),
        ("Vm: 3", ("invalid-record", 1, 5, "write `Vm:` and below it `- {id: 7, name: web}`")),
        ("Vm: [3]", ("invalid-record", 1, 6, "write `Vm:` and below it `- {id: 7, name: web}`")),
        ("- 1", ("invalid-record", 1, 1, "write `Vm:` and below it `- {id: 7, name: web}`")),
        ("Vm: [{id: x}]", ("invalid-record", 1, 11, "write `id: 7`")),
        ("Vm: [{id: 7}]\nMiqTemplate: [{id: 7}]", ("invalid-record", 2, 20, "give one another id")),
        ("Vm: [{template: 3}]", ("invalid-record", 1, 17, "write true or false")),
        ("Vm: [{boot_time: soon}]", ("invalid-record", 1, 18, "write it as 2026-01-31 12:00:00")),
        (
            "Host: [{name: a}, {name: a}]\nVm: [{host: a}]",
            ("invalid-record", 2, 13, "name it by its id: 1, 2"),
        ),
        (
            "AutomationRequest: [{source: 3}]",
            ("invalid-record", 1, 30, "write `{Vm: web}`: the model, and the id or the name"),
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_a_way_out(text: str, expected: tuple[str, int, int, str]) -> None:
    assert [expected] == _complaints(text)


def test_the_inventory_of_the_page_loads() -> None:
    found = re.search(r"^```yaml\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S)
    assert found is not None
    assert "esx1" == _first(found[1], "Vm").read("host_name")


def test_all_faults_are_told_at_once_in_their_order() -> None:
    text = "Vm:\n  - {x: 1, host: h}\nNone: []\nHost: 3"
    assert [2, 2, 3, 4] == [line for _, line, *_ in _complaints(text)]


def test_yaml_that_does_not_parse_is_told() -> None:
    assert ["unreadable-yaml"] == [slug for slug, *_ in _complaints("Vm: [")]


def test_a_file_that_is_not_there_is_told() -> None:
    assert ["unreadable-file"] == [each.kind.slug for each in load_inventory("no/such.yaml").diagnostics]
