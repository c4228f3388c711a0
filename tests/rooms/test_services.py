"""Service models: names and ancestry, records found by model, id and conditions, what may be read of them."""

import pytest

from aelang.interpreter.values import Symbol
from aelang.services import Catalog, Inventory, Record, ancestors, class_name, default_catalog, is_model
from aelang.services.linking import link
from aelang.services.records import Reference

_RECORDS = {
    "Vm": [
        {"id": 7, "name": "web", "evm_owner": Reference("User", 1), "host": Reference("Host", 3), "vendor": "vmware"},
        {"id": 8, "name": "db", "vendor": "vmware"},
    ],
    "MiqTemplate": [{"id": 9, "name": "rhel", "vendor": "redhat"}],
    "User": [{"id": 1, "name": "Ann", "userid": "ann"}],
    "Host": [{"id": 3, "name": "esx1", "vms": [Reference("Vm", 8)], "storages": [Reference("Storage", 2)]}],
    "Storage": [{"id": 2, "name": "ds1"}],
}


def _catalog() -> Catalog:
    return Catalog(Inventory(link(_RECORDS)))


def _record(model: str, number: int) -> Record:
    found = _catalog().find(model, number)
    assert found is not None
    return found


def test_a_record_is_found_by_model_and_id() -> None:
    assert ("MiqAeServiceVm", 7) == (_record("Vm", 7).class_name, _record("Vm", 7).id)


def test_a_record_is_found_by_what_its_model_is_a_kind_of() -> None:
    assert _record("Vm", 7) == _record("VmOrTemplate", 7)


def test_a_record_is_not_found_by_a_narrower_model() -> None:
    assert Catalog(Inventory({"VmOrTemplate": [{"id": 7}]})).find("Vm", 7) is None


def test_the_model_asked_for_comes_before_its_kinds() -> None:
    found = Catalog(Inventory({"Vm": [{"id": 7}], "VmOrTemplate": [{"id": 7}]})).find("VmOrTemplate", 7)
    assert found is not None
    assert "MiqAeServiceVmOrTemplate" == found.class_name


def test_an_association_reads_as_the_record_that_it_names() -> None:
    assert _record("User", 1) == _record("Vm", 7).read("evm_owner")


def test_another_word_for_an_association_reads_the_same() -> None:
    assert _record("User", 1) == _record("Vm", 7).read("owner")


def test_a_host_has_the_vms_that_it_lists_and_those_that_name_it() -> None:
    assert [_record("Vm", 7), _record("Vm", 8)] == _record("Host", 3).read("vms")


def test_a_storage_has_the_hosts_that_list_it() -> None:
    assert [_record("Host", 3)] == _record("Storage", 2).read("hosts")


def test_an_association_to_a_record_that_is_not_there_reads_as_nil() -> None:
    catalog = Catalog(Inventory({"Vm": [{"id": 7, "host_id": 99}]}))
    assert catalog.where("Vm", {})[0].read("host") is None


def test_what_the_model_does_not_declare_cannot_be_read() -> None:
    with pytest.raises(LookupError, match="MiqAeServiceVm has no `nmae`: did you mean `name`"):
        _record("Vm", 7).read("nmae")


def test_what_does_something_cannot_stand_in_a_substitution() -> None:
    with pytest.raises(LookupError, match="`stop` of MiqAeServiceVm does something"):
        _record("Vm", 7).read("stop")


def test_a_method_may_call_what_does_something() -> None:
    vm = _record("Vm", 7)
    assert [True, "off"] == [vm.call("stop"), vm.call("power_state")]


def test_a_method_that_gets_too_few_arguments_says_how_many_it_takes() -> None:
    with pytest.raises(ValueError, match="`custom_set` of MiqAeServiceVm takes 2 arguments, not 1"):
        _record("Vm", 7).call("custom_set", ("rack",))


def test_an_attribute_takes_no_argument() -> None:
    with pytest.raises(LookupError, match="takes no argument"):
        _record("Vm", 7).read("name", ("x",))


@pytest.mark.parametrize(
    ("name", "expected"),
    [("name", "value"), ("host_name", "value"), ("host", "value"), ("stop", "method"), ("status", None)],
)
def test_a_name_is_a_value_a_method_or_nothing(name: str, expected: str | None) -> None:
    assert expected == _record("Vm", 7).kind(name)


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({}, [7, 8, 9]),
        ({"name": "web"}, [7]),
        ({"id": "8"}, [8]),
        ({"vendor": ["vmware", "redhat"]}, [7, 8, 9]),
        ({"vendor": Symbol("redhat")}, [9]),
        ({"host_name": "esx1"}, [7, 8]),
        ({"name": "web", "vendor": "redhat"}, []),
    ],
)
def test_records_are_found_by_conditions(conditions: dict[str, object], expected: list[int]) -> None:
    assert expected == [each.id for each in _catalog().where("VmOrTemplate", conditions)]  # type: ignore[arg-type]


def test_records_are_found_by_a_record_that_they_belong_to() -> None:
    catalog = _catalog()
    assert [7, 8] == [each.id for each in catalog.where("Vm", {"host": catalog.find("Host", 3)})]


def test_a_condition_on_what_the_model_does_not_declare_is_refused() -> None:
    with pytest.raises(LookupError, match="MiqAeServiceVm has no `nmae` to look for: did you mean `name`"):
        _catalog().where("Vm", {"nmae": "web"})


def test_what_a_run_changes_in_a_hash_does_not_change_the_record() -> None:
    catalog = Catalog(Inventory({"MiqRequest": [{"id": 1, "options": {Symbol("a"): [1]}}]}))
    request = catalog.where("MiqRequest", {})[0]
    request.read("options")[Symbol("a")].append(2)  # type: ignore[index,call-overload]
    assert {Symbol("a"): [1]} == request.read("options")


def test_a_record_that_is_gone_says_so() -> None:
    vm = _record("Vm", 7)
    vm.call("remove_from_vmdb")
    with pytest.raises(LookupError, match="MiqAeServiceVm 7 is not there any more"):
        vm.read("name")


def test_custom_attributes_are_kept() -> None:
    vm = _record("Vm", 7)
    vm.call("custom_set", (Symbol("rack"), "B12"))
    assert ["B12", ["rack"]] == [vm.call("custom_get", ("rack",)), vm.call("custom_keys")]


def test_an_owner_is_a_user_or_nil() -> None:
    with pytest.raises(ValueError, match="nil or a User is expected"):
        _record("Vm", 7).call("owner=", ("ann",))


def test_tags_of_a_record_are_told_by_category() -> None:
    vm = _record("Vm", 7)
    vm.call("tag_assign", ("environment/prod",))
    assert [["environment/prod"], ["prod"], True] == [
        vm.call("tags"),
        vm.call("tags", (Symbol("environment"),)),
        vm.call("tagged_with?", ("environment", "prod")),
    ]


def test_the_caller_comes_with_tenant_and_group() -> None:
    caller = default_catalog().caller()
    assert {"user": "User", "tenant": "Tenant", "miq_group": "MiqGroup"} == {
        name: record.model for name, record in caller.items()
    }


def test_a_caller_without_record_is_nobody() -> None:
    assert {} == default_catalog(user=99).caller()


def test_the_tenant_of_a_caller_may_be_that_of_the_group() -> None:
    rows = {
        "User": [{"id": 1, "current_group_id": 2}],
        "MiqGroup": [{"id": 2, "tenant_id": 3}],
        "Tenant": [{"id": 3, "name": "Build"}],
    }
    assert 3 == Catalog(Inventory(rows), caller=1).caller()["tenant"].id


@pytest.mark.parametrize(
    "records",
    [{"Nonsense": [{"id": 1}]}, {"Vm": [{"name": "no id"}]}, {"Vm": [{"id": True}]}, {"Vm": [{"id": 1}, {"id": 1}]}],
)
def test_records_that_cannot_be_are_refused(records: dict[str, list[dict[str, object]]]) -> None:
    with pytest.raises(ValueError):
        Inventory(records)  # type: ignore[arg-type]


def test_a_providers_own_model_has_underscores_in_its_class_name() -> None:
    assert class_name("ManageIQ::Providers::Vmware::InfraManager::Vm") == (
        "MiqAeServiceManageIQ_Providers_Vmware_InfraManager_Vm"
    )


def test_a_providers_own_model_is_a_kind_of_the_common_one() -> None:
    assert ancestors("ManageIQ::Providers::Redhat::InfraManager::Provision") == (
        "ManageIQ::Providers::Redhat::InfraManager::Provision",
        "MiqProvision",
        "MiqProvisionTask",
        "MiqRequestTask",
    )


def test_a_providers_own_model_has_what_the_common_one_declares() -> None:
    catalog = Catalog(Inventory({"ManageIQ::Providers::Vmware::InfraManager::Vm": [{"id": 1, "name": "web"}]}))
    assert "web" == catalog.where("Vm", {})[0].read("name")


def test_names_of_models_are_exact() -> None:
    assert [True, False, False] == [
        is_model(name) for name in ("VmOrTemplate", "vmOrTemplate", "ManageIQ::Providers::Vm2")
    ]
