"""RBAC: which records a user may see (docs/services.md)."""

import pytest

from aelang.services import Catalog, Inventory
from aelang.services.records import Reference

_ROWS: dict[str, list[dict[str, object]]] = {
    "Tenant": [{"id": 1}, {"id": 2, "parent_id": 1}, {"id": 3, "parent_id": 1}],
    "MiqUserRole": [
        {"id": 1, "name": "EvmRole-super_administrator"},
        {"id": 2, "name": "user"},
        {"id": 3, "name": "self", "settings": {"restrictions": {"vms": "user"}}},
        {"id": 4, "name": "self-group", "settings": {"restrictions": {"vms": "user_or_group"}}},
        {"id": 5, "name": "approver", "features": ["miq_request_approval"]},
    ],
    "MiqGroup": [{"id": number, "miq_user_role_id": number, "tenant_id": 2} for number in range(1, 6)],
    "User": [{"id": number, "current_group_id": number, "current_tenant_id": 2} for number in range(1, 6)],
    "Vm": [
        {"id": 1, "tenant_id": 1},
        {"id": 2, "tenant_id": 2},
        {"id": 3, "tenant_id": 3},
        {"id": 4},
        {"id": 5, "tenant_id": 3, "evm_owner_id": 3},
        {"id": 6, "tenant_id": 3, "miq_group_id": 4},
    ],
    "MiqTemplate": [{"id": 7, "tenant_id": 1}, {"id": 8, "tenant_id": 3}],
    "ExtManagementSystem": [{"id": 1, "tenant_id": 1}, {"id": 2, "tenant_id": 3}],
    "AutomationRequest": [
        {"id": 1, "requester_id": 2, "tenant_id": 2},
        {"id": 2, "requester_id": 3, "tenant_id": 2},
        {"id": 3, "requester_id": 3, "tenant_id": 3},
    ],
    "AutomationTask": [{"id": 1, "miq_request_id": 1}, {"id": 2, "miq_request_id": 2}],
}  # fmt: skip


def _seen(model: str, user: int | None) -> list[int]:
    catalog = Catalog(Inventory(_ROWS), caller=user)  # type: ignore[arg-type]
    return [each.id for each in catalog.where(model, {}, as_caller=True)]


@pytest.mark.parametrize(
    ("model", "user", "expected"),
    [
        ("Vm", 1, [1, 2, 3, 4, 5, 6]),
        ("Vm", 2, [2, 4]),
        ("Vm", 3, [5]),
        ("Vm", 4, [6]),
        ("Vm", None, []),
        ("Vm", 99, []),
        ("MiqTemplate", 2, [7]),
        ("ExtManagementSystem", 2, [1]),
        ("AutomationRequest", 2, [1]),
        ("AutomationRequest", 5, [1, 2]),
        ("AutomationTask", 2, [1]),
        ("Tenant", 2, [2]),
        ("User", 2, [2]),
        ("MiqUserRole", 2, [1, 2, 3, 4, 5]),
    ],
)
def test_a_user_sees_what_the_rules_say(model: str, user: int | None, expected: list[int]) -> None:
    assert expected == _seen(model, user)


def test_users_of_one_group_see_each_other() -> None:
    rows = {**_ROWS, "User": [*_ROWS["User"], {"id": 9, "miq_groups": [Reference("MiqGroup", 2)]}]}
    catalog = Catalog(Inventory(rows), caller=2)  # type: ignore[arg-type]
    assert [2, 9] == [each.id for each in catalog.where("User", {}, as_caller=True)]


def test_without_rbac_everything_is_found() -> None:
    catalog = Catalog(Inventory(_ROWS), caller=2)  # type: ignore[arg-type]
    assert [1, 2, 3, 4, 5, 6] == [each.id for each in catalog.where("Vm", {})]


def test_tenants_in_a_circle_do_no_harm() -> None:
    rows = {
        "Tenant": [{"id": 1, "parent_id": 2}, {"id": 2, "parent_id": 1}],
        "User": [{"id": 1, "current_tenant_id": 1}],
        "Vm": [{"id": 1, "tenant_id": 2}],
    }
    assert [1] == [each.id for each in Catalog(Inventory(rows), caller=1).where("Vm", {}, as_caller=True)]
