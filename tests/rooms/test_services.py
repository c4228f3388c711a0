"""Service models: names and ancestry, records found by model and id, what may be read of them."""

import pytest

from aelang.interpreter.values import Symbol
from aelang.services import Inventory, ancestors, class_name, default_inventory, is_model

_RECORDS = {
    "Vm": [{"id": 7, "name": "web", "owner": {"model": "User", "id": 1}, "disks": [{"model": "Disk", "id": 9}]}],
    "User": [{"id": 1, "name": "Ann"}],
    "MiqProvisionRequest": [{"id": 5, "options": {"owner_email": "ann@example.com", "size": [3, "large"]}}],
}


def test_a_record_is_found_by_model_and_id() -> None:
    found = Inventory(_RECORDS).find("Vm", 7)
    assert found is not None
    assert ("MiqAeServiceVm", 7) == (found.class_name, found.id)


def test_a_record_is_found_by_what_its_model_is_a_kind_of() -> None:
    inventory = Inventory(_RECORDS)
    assert inventory.find("Vm", 7) == inventory.find("VmOrTemplate", 7)


def test_a_record_is_not_found_by_a_narrower_model() -> None:
    assert Inventory({"VmOrTemplate": [{"id": 7}]}).find("Vm", 7) is None


def test_the_model_asked_for_comes_before_its_kinds() -> None:
    found = Inventory({"Vm": [{"id": 7}], "VmOrTemplate": [{"id": 7}]}).find("VmOrTemplate", 7)
    assert found is not None
    assert found.class_name == "MiqAeServiceVmOrTemplate"


def test_a_reference_in_the_data_reads_as_that_record() -> None:
    inventory = Inventory(_RECORDS)
    vm = inventory.find("Vm", 7)
    assert vm is not None
    assert inventory.find("User", 1) == vm.read("owner")


def test_a_reference_to_a_record_that_is_not_there_reads_as_nil() -> None:
    vm = Inventory(_RECORDS).find("Vm", 7)
    assert vm is not None
    assert [None] == vm.read("disks")


def test_what_a_record_does_not_have_cannot_be_read() -> None:
    vm = Inventory(_RECORDS).find("Vm", 7)
    assert vm is not None
    with pytest.raises(LookupError):
        vm.read("destroy")


@pytest.mark.parametrize(("key", "expected"), [(Symbol("owner_email"), "ann@example.com"), ("size", 3), ("gone", None)])
def test_an_option_of_a_request_is_read_by_its_key(key: object, expected: object) -> None:
    request = Inventory(_RECORDS).find("MiqRequest", 5)
    assert request is not None
    assert expected == request.read("get_option", (key,))


def test_a_vm_has_no_options() -> None:
    vm = Inventory(_RECORDS).find("Vm", 7)
    assert vm is not None
    with pytest.raises(LookupError):
        vm.read("get_option", ("size",))


def test_the_caller_comes_with_tenant_and_group() -> None:
    caller = default_inventory().caller()
    assert {"user": "User", "tenant": "Tenant", "miq_group": "MiqGroup"} == {
        name: record.model for name, record in caller.items()
    }


def test_a_caller_without_record_is_nobody() -> None:
    assert {} == default_inventory(user=99).caller()


@pytest.mark.parametrize("records", [{"Nonsense": [{"id": 1}]}, {"Vm": [{"name": "no id"}]}, {"Vm": [{"id": True}]}])
def test_records_that_cannot_be_are_refused(records: dict[str, list[dict[str, object]]]) -> None:
    with pytest.raises(ValueError):
        Inventory(records)


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


def test_names_of_models_are_exact() -> None:
    assert [True, False, False] == [
        is_model(name) for name in ("VmOrTemplate", "vmOrTemplate", "ManageIQ::Providers::Vm2")
    ]
