"""What is chosen in the dialog of an order reaches the tasks that it is meant for, and no others."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aelang.engine import Engine
from aelang.interpreter.values import Symbol
from aelang.project import open_project
from aelang.services import Catalog, Inventory
from aelang.services.inventory import default_rows
from aelang.shipped import datastore_folder
from tests.properties.examples import examples

NAMES = ("memory", "size", "zone")
KEYS = st.one_of(
    st.builds("dialog_option_{}_{}".format, st.sampled_from([0, 1, 2, 10]), st.sampled_from(NAMES)),
    st.sampled_from(["dialog_colour", "Password::dialog_option_1_key", "dialog_option_1_service_level"]),
)
VALUES = st.one_of(st.integers(0, 9), st.text("abc ,'", min_size=1, max_size=4), st.just(["a", "b"]))
DIALOGS = st.dictionaries(KEYS, st.one_of(VALUES, st.sampled_from(["", None])), max_size=6)
METHODS = "/Service/Provisioning/StateMachines/Methods"


@pytest.fixture(scope="module")
def image() -> Any:  # an ir.Image
    compiled = open_project([datastore_folder()], cache=False)
    Engine(compiled.image).run("/System/Request/hello")  # a first run raises the recursion limit, once and for all
    yield compiled.image
    compiled.close()


def given_on(image: Any, dialog: Mapping[str, Any], initialization: str) -> dict[str, Any]:
    """The options of the one part of a service that is ordered with `dialog`."""
    rows: dict[str, Any] = {
        **default_rows(),
        "ServiceTemplateProvisionTask": [
            {"id": 1, "state": "active", "options": {Symbol("dialog"): dict(dialog)}},
            {"id": 2, "state": "pending", "miq_request_task_id": 1, "options": {}},
        ],
    }
    inventory = Inventory(rows)
    for step in ("DialogParser", initialization):
        task = "?ServiceTemplateProvisionTask::service_template_provision_task=1"
        Engine(image, catalog=Catalog(inventory, 1)).run(f"{METHODS}/{step}{task}")
    found = inventory.find("MiqRequestTask", 2)
    assert found is not None
    options: Any = found.columns["options"]
    return {key.name: value for key, value in options.items()}


def chosen(dialog: Mapping[str, Any], part: int) -> dict[str, Any]:
    """The values of `dialog` for all parts and for that with the number `part`; those for it alone go before."""
    wanted = {}
    for number in (0, part):
        for key, value in dialog.items():
            name = key.rpartition("::")[2]
            of = [each for each in (0, 1, 2, 10) if name.startswith(f"dialog_option_{each}_")] or [0]
            short = name.removeprefix(f"dialog_option_{of[0]}_").removeprefix("dialog_")
            if of == [number] and value not in ("", None) and not short.startswith("service_"):
                wanted[short] = value
    return wanted


@settings(max_examples=examples(15), deadline=None)
@given(dialog=DIALOGS)
def test_an_item_gives_its_part_what_was_chosen_for_it(image: Any, dialog: dict[str, Any]) -> None:
    assert chosen(dialog, 1) == given_on(image, dialog, "CatalogItemInitialization")


@settings(max_examples=examples(15), deadline=None)
@given(dialog=DIALOGS)
def test_a_bundle_gives_its_item_what_was_chosen_for_it(image: Any, dialog: dict[str, Any]) -> None:
    wanted = {f"dialog_option_0_{name}": value for name, value in chosen(dialog, 1).items()}
    assert wanted == given_on(image, dialog, "CatalogBundleInitialization").get("dialog", {})
