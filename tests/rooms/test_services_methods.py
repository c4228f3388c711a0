"""Service models as a Python method meets them: finders, items, RBAC, what a model does."""

from collections.abc import Iterator

import pytest

from aelang.inventory_file import read_inventory
from aelang.methods import Runners
from aelang.source import Source
from tests.methods import engine, method, run

_LAB = """
User: [{id: 2, userid: ann, name: Ann, current_group: Builders, current_tenant: 2}]
MiqGroup: [{id: 2, description: Builders, tenant: 2, miq_user_role: Builder}]
MiqUserRole: [{id: 2, name: Builder}]
Tenant: [{id: 2, name: Workshop, parent: 1}]
Vm: [{id: 7, name: web, tenant: 2}, {id: 8, name: db, tenant: 1, power_state: "on"}]
AutomationTask: [{id: 3, state: active, status: Ok}]
"""


@pytest.fixture(scope="module")
def runners() -> Iterator[Runners]:
    """Children for all tests."""
    made = Runners()
    yield made
    made.close()


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("evm.vmdb('vm').find_by_name('web').id", 7),
        ("evm.vmdb('vm').find_by_name('mail')", None),
        ("[each.id for each in evm.vmdb('vm').where(name=['web', 'db'])]", [7, 8]),
        ("evm.vmdb('Vm').count()", 2),
        ("evm.vmdb('vm').first().id", 7),
        ("[each.id for each in evm.vmdb('vm').all()]", [7, 8]),
        ("evm.vmdb('vm', 8).name", "db"),
        ("evm.vmdb('automation_task', 3).status", "retry"),
        ("evm.vmdb('automation_task', 3)['status']", "Ok"),
        ("(evm.enable_rbac(), [each.id for each in evm.vmdb('vm').all()])[1]", [7]),
        ("(evm.enable_rbac(), evm.vmdb('vm').find(8))[1]", None),
        ("(evm.enable_rbac(), evm.disable_rbac(), evm.vmdb('vm').find(8).id)[2]", 8),
        ("(evm.vmdb('vm', 8).stop(), evm.vmdb('vm', 8).power_state)", [True, "off"]),
        ("evm.execute('create_automation_request', {'class_name': 'X'}, 'ann', True).approval_state", "approved"),
    ],
)
def test_a_method_gets_what_the_model_declares(runners: Runners, expression: str, expected: object) -> None:
    loaded = read_inventory(Source("lab.yaml", _LAB.encode()), 2)
    assert loaded.catalog is not None, loaded.diagnostics
    keep = "evm.root['found'] = list(found) if isinstance(found, tuple) else found"
    code = f"def main(evm):\n    found = {expression}\n    {keep}"
    ran = run(engine([method("main", code)], catalog=loaded.catalog, runners=runners))
    assert (expected, "") == (ran.root.get("found"), ran.failure)
