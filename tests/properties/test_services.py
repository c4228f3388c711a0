"""Service models: options, what a user may see, and inventory files that nobody meant."""

import contextlib
import json
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from aelang.interpreter.values import RunValue, Symbol
from aelang.inventory_file import read_inventory
from aelang.services import Catalog, Inventory, Record
from aelang.services.declaring import declared
from aelang.services.models import PARENTS
from aelang.source import Source

_SCALARS = st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False) | st.text(max_size=5)
_NAMES = st.sampled_from(["id", "name", "host", "vms", "options", "tags", "source", "retires_on", "current_group", "x"])
_VALUES = st.recursive(
    _SCALARS | st.sampled_from(["web", "2026-01-31", ":a", "Vm"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES | st.just("Vm"), inner, max_size=3),
    max_leaves=8,
)
_MODELS = st.sampled_from(["Vm", "Host", "User", "MiqGroup", "AutomationRequest", "Service", "vm", "Nothing"])
_INVENTORIES = st.dictionaries(_MODELS, st.lists(st.dictionaries(_NAMES, _VALUES, max_size=4), max_size=3) | _VALUES)


def _request() -> Record:
    found = Catalog(Inventory({"AutomationRequest": [{"id": 1}]})).find("MiqRequest", 1)
    assert found is not None
    return found


@given(st.text(min_size=1), _SCALARS)
def test_an_option_that_is_no_list_comes_back_as_it_was_set(key: str, value: RunValue) -> None:
    request = _request()
    request.call("set_option", (key, value))
    assert value == request.call("get_option", (Symbol(key),))


@given(st.lists(_SCALARS, min_size=1))
def test_of_a_list_an_option_is_the_first_and_the_last(values: list[RunValue]) -> None:
    request = _request()
    request.call("set_option", ("key", values))
    assert [values[0], values[-1]] == [request.call(name, ("key",)) for name in ("get_option", "get_option_last")]


@given(st.text())
def test_no_message_is_longer_than_255(text: str) -> None:
    request = _request()
    request.call("user_message=", (text * 9,))
    assert len(str(request.call("message") or "")) <= 255


@given(_INVENTORIES)
def test_any_inventory_loads_or_says_where_it_is_wrong(content: object) -> None:
    loaded = read_inventory(Source("lab.yaml", json.dumps(content).encode()))
    assert (loaded.catalog is None) == bool(loaded.diagnostics)
    assert [] == [each for each in loaded.diagnostics if not each.span.line or not each.help]


@given(st.binary(max_size=60))
def test_any_bytes_load_or_are_told(data: bytes) -> None:
    loaded = read_inventory(Source("lab.yaml", data))
    assert (loaded.catalog is None) == bool(loaded.diagnostics)


@given(_INVENTORIES)
def test_whatever_loads_can_be_read_through(content: object) -> None:
    catalog = read_inventory(Source("lab.yaml", json.dumps(content).encode())).catalog
    for record in () if catalog is None else [each for model in PARENTS for each in catalog.where(model, {})]:
        known = declared(record.model)
        for name in (*known.attributes, *known.virtual, *known.associations):
            record.read(name)


@given(_INVENTORIES, st.integers(0, 3))
def test_a_user_sees_no_more_than_there_is(content: object, user: int) -> None:
    catalog = read_inventory(Source("lab.yaml", json.dumps(content).encode()), user).catalog
    for model in () if catalog is None else ("Vm", "User", "MiqRequest", "Tenant"):
        everything = catalog.where(model, {})  # type: ignore[union-attr]  # there is one, see above
        assert set(catalog.where(model, {}, as_caller=True)) <= set(everything)  # type: ignore[union-attr]


_ARGUMENTS = st.lists(
    _SCALARS
    | st.sampled_from(["environment/prod", "name", "env", Symbol("name"), Symbol("size"), 10**15, datetime(2026, 1, 1)])
    | st.lists(_SCALARS, max_size=2)
    | st.dictionaries(st.sampled_from(["name", "namespace", Symbol("name"), "type"]), _SCALARS, max_size=2),
    max_size=3,
)
_FULL = {model: [{"id": 1, "name": "a", "options": {Symbol("size"): 1}}] for model in PARENTS}
_FREE = ["category_create", "category_exists?", "create_automation_request", "create_notification",
         "create_provision_request", "create_service_provision_request", "tag_create", "tag_exists?", "x"]  # fmt: skip


@given(st.data(), st.sampled_from(sorted(PARENTS)), _ARGUMENTS, st.booleans())
def test_whatever_is_asked_of_a_record_is_answered_or_refused(
    data: st.DataObject, model: str, arguments: list[RunValue], with_record: bool
) -> None:
    catalog = Catalog(Inventory(_FULL))
    name = data.draw(st.sampled_from(sorted(declared(model).methods)))
    other = catalog.find(data.draw(st.sampled_from(sorted(PARENTS))), 1)
    with contextlib.suppress(LookupError, ValueError):
        catalog.where(model, {})[0].call(name, (*([other] if with_record else []), *arguments))


@given(st.sampled_from(_FREE), _ARGUMENTS)
def test_whatever_is_to_be_executed_is_done_or_refused(name: str, arguments: list[RunValue]) -> None:
    with contextlib.suppress(LookupError, ValueError):
        Catalog(Inventory(_FULL)).execute(name, tuple(arguments))
