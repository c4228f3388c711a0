"""The base domain decides as the pure functions beside it."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aelang.engine import Engine
from aelang.interpreter.values import Symbol
from aelang.project import open_project
from aelang.requests.thresholds import Thresholds, over, reason_text
from aelang.services import Catalog, Inventory
from aelang.services.inventory import default_rows
from aelang.shipped import datastore_folder

NUMBERS = st.one_of(st.none(), st.integers(0, 9), st.integers(0, 9).map(str), st.just("many"), st.just([3, "three"]))
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "number_of_vms": NUMBERS, "number_of_cpus": NUMBERS, "number_of_sockets": NUMBERS, "cores_per_socket": NUMBERS,
        "vm_memory": NUMBERS, "retirement": st.one_of(NUMBERS, st.integers(0, 10).map(lambda days: days * 86_400)),
    },
)  # fmt: skip
LIMITS = st.fixed_dictionaries({}, optional=dict.fromkeys(
    ("prov_max_cpu", "prov_max_memory", "prov_max_vm", "prov_max_retirement_days"), st.integers(0, 9)))  # fmt: skip
TARGET = "/Infrastructure/VM/Provisioning/StateMachines/ProvisionRequestApproval/Default?MiqRequest::miq_request=1"


@pytest.fixture(scope="module")
def image() -> Any:  # an ir.Image
    compiled = open_project([datastore_folder()], cache=False)
    Engine(compiled.image).run("/System/Request/hello")  # a first run raises the recursion limit, once and for all
    yield compiled.image
    compiled.close()


def decided(image: Any, options: Mapping[str, Any], limits: Mapping[str, int]) -> tuple[str, str | None]:
    """What becomes of a request with `options` from a template with `limits` for tags: its approval and message."""
    request: dict[str, Any] = {
        "id": 1, "type": "MiqProvisionRequest", "approval_state": "pending_approval", "request_state": "pending",
        "source_id": 5, "source_type": "VmOrTemplate",
        "options": {Symbol(name): each for name, each in options.items()},
    }  # fmt: skip
    template = {"id": 5, "name": "rhel", "tags": [f"{name}/{number}" for name, number in limits.items()]}
    approval = {"id": 1, "miq_request_id": 1, "state": "pending"}
    rows = {**default_rows(), "MiqProvisionRequest": [request], "MiqTemplate": [template], "MiqApproval": [approval]}
    inventory = Inventory(rows)
    Engine(image, catalog=Catalog(inventory, 1)).run(TARGET)
    found = inventory.find("MiqProvisionRequest", 1)
    assert found is not None
    return str(found.columns["approval_state"]), found.columns.get("message")


@settings(max_examples=25, deadline=None)
@given(options=OPTIONS, limits=LIMITS)
def test_a_request_for_machines_is_approved_unless_it_goes_beyond_a_threshold(
    image: Any, options: dict[str, Any], limits: dict[str, int]
) -> None:
    thresholds = Thresholds(
        limits.get("prov_max_cpu"),
        limits.get("prov_max_memory"),
        limits.get("prov_max_vm") or 1,  # the limit of the instance `Default`
        limits.get("prov_max_retirement_days"),
    )
    reasons = over({Symbol(name): each for name, each in options.items()}, thresholds)
    wanted = ("pending_approval", reason_text(reasons)) if reasons else ("approved", None)
    assert wanted == decided(image, options, limits)
