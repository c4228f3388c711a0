"""Requests live in a store as they do in memory: the same machine, on SQLite and on PostgreSQL (REQUESTS 8)."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from aelang.interpreter.values import Symbol
from aelang.requests.store import open_store
from aelang.requests.store.record_rows import keep_rows
from aelang.requests.store.records import StoreRecords
from aelang.requests.store.upkeep import init_store
from aelang.services import Inventory
from aelang.services.ports import Records
from aelang.services.records import Reference
from tests.properties.examples import examples
from tests.requests.living import Kept
from tests.requests.machine import Lives
from tests.requests.stores import SqliteStores, emptied

_SETTINGS = settings(max_examples=examples(6), stateful_step_count=20, deadline=None)


def test_any_life_of_requests_is_sound_on_sqlite(stores: SqliteStores) -> None:
    class OnSqlite(Lives):
        def __init__(self) -> None:
            self.store = stores.new()
            super().__init__(Kept(self.store))

        def teardown(self) -> None:
            super().teardown()
            self.store.close()

    run_state_machine_as_test(OnSqlite, settings=_SETTINGS)


def test_any_life_of_requests_is_sound_on_postgresql(server: str) -> None:
    init_store(server)
    store = open_store(server)

    class OnPostgresql(Lives):
        def __init__(self) -> None:
            super().__init__(Kept(emptied(store)))

    run_state_machine_as_test(OnPostgresql, settings=_SETTINGS)
    store.close()


_MODELS = ("Service", "ServiceOrchestration", "Vm", "MiqTemplate", "Host", "Tag", "AutomationRequest", "AutomationTask")
_NAMES = st.sampled_from(
    ["name", "tenant_id", "host_id", "retired", "options", "message", "power_state", "created_on", "odd name"]
)
_SCALARS = st.none() | st.booleans() | st.sampled_from([2, 3, -3, 2**70, "", "a", "3", Symbol("a")])
_VALUES = _SCALARS | st.dictionaries(st.sampled_from(["a", 2]), _SCALARS, max_size=2)
_COLUMNS = st.dictionaries(_NAMES, _VALUES, max_size=4)
_CONDITIONS = st.dictionaries(_NAMES, _SCALARS | st.lists(_SCALARS, max_size=2), max_size=2)
_RECORDS = st.lists(st.tuples(st.sampled_from(_MODELS), _COLUMNS), min_size=1, max_size=4)


def _seen(
    records: Records, model: str, conditions: dict[str, Any], names: set[str]
) -> list[tuple[int, dict[str, Any]]]:
    """What records say of the columns that a test wrote; what a table fills in by itself is left out."""
    found = records.where(model, conditions)
    return [(each.id, {name: each.columns.get(name) for name in sorted(names)}) for each in found]


@settings(max_examples=examples(15), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_RECORDS, _COLUMNS, st.sampled_from((*_MODELS, "VmOrTemplate", "MiqRequest")), _CONDITIONS)
def test_a_store_says_of_records_what_an_inventory_does(
    stores: SqliteStores, written: list[tuple[str, Any]], change: Any, model: str, conditions: Any
) -> None:
    rows: dict[str, list[dict[str, Any]]] = {}
    for number, (kind, columns) in enumerate(written, 1):
        rows.setdefault(kind, []).append({**_whole(kind, columns), "id": number})
    store, inventory = stores.new(), Inventory(rows)
    with store.writing() as connection:
        keep_rows(connection, rows)
    kept = StoreRecords(store)
    first = Reference(written[0][0], 1)
    for records in (inventory, kept):
        records.write(first, lambda _: change)
    names = {*change, *(name for _, columns in written for name in columns)}
    asked = {name: value for name, value in conditions.items() if name in names}
    try:
        assert _seen(inventory, model, asked, names) == _seen(kept, model, asked, names)
    finally:
        store.close()


def _whole(model: str, columns: dict[str, Any]) -> dict[str, Any]:
    """Requests and tasks always have options."""
    return {"options": {}, **columns} if model.startswith("Automation") else columns
