"""Rows of records: how each model is kept in a table, and found there again.

What a row holds that its table has no column for, or a column of another type, is in `more`, by name: nothing that a
run writes is lost or changed.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    func,
    insert,
    select,
    text,
    type_coerce,
    update,
)  # fmt: skip

from aelang.interpreter.values import RunValue
from aelang.requests.rows import Approval, Request, Task
from aelang.requests.store import schema
from aelang.requests.store.columns import Named, Time, Values, is_plain
from aelang.requests.store.prepared import Prepared
from aelang.requests.types import REQUEST_TYPES, type_of_task
from aelang.services.models import ancestors
from aelang.services.records import Reference, Row, meets

_LARGEST = 2**63


class Place(NamedTuple):
    """Where the records of a base model are kept, and which column says of which model each is."""

    table: Table
    model: str | None = None


_PLACES: Mapping[str, Place] = {
    "EventStream": Place(schema.EVENTS, "model"),
    "MiqApproval": Place(schema.APPROVALS),
    "MiqGroup": Place(schema.GROUPS),
    "MiqRequest": Place(schema.REQUESTS, "type"),
    "MiqRequestTask": Place(schema.TASKS, "type"),
    "Service": Place(schema.SERVICES, "model"),
    "ServiceOrder": Place(schema.SERVICE_ORDERS),
    "ServiceResource": Place(schema.SERVICE_RESOURCES),
    "ServiceTemplate": Place(schema.SERVICE_TEMPLATES, "model"),
    "Tenant": Place(schema.TENANTS),
    "User": Place(schema.USERS),
}
_OTHERS = Place(schema.INVENTORY, "model")
_OURS = frozenset(("more", "base", "model", "image_hash", "known_as", "failure", "handled_on", "handled"))
"""Columns that are no attributes."""


def base_of(model: str) -> str:
    """The model that `model` is a kind of in the end: those share a table, and their ids."""
    return ancestors(model)[-1]


def find_row(connection: Connection, model: str, number: int) -> Row | None:
    """The record `number` of `model`, or of a kind of it; locked until its end in a transaction that writes."""
    return _found(connection, model, number, locked=bool(connection.get_execution_options().get("writing")))


def see_row(connection: Connection, model: str, number: int) -> Row | None:
    """The same, for those who only look: it is not locked, and nobody changes what it holds."""
    return _found(connection, model, number, locked=False)


def _found(connection: Connection, model: str, number: int, *, locked: bool) -> Row | None:
    if not 0 <= number < _LARGEST:
        return None
    base = base_of(model)
    place = _PLACES.get(base, _OTHERS)
    found = _find(place, locked).first(connection, {"number": number, "base": base})
    row = None if found is None else _row(place, base, found)
    return row if row is not None and model in ancestors(row.model) else None


@cache
def _find(place: Place, locked: bool) -> Prepared:
    found = select(place.table).where(_is(place, bindparam("base"), bindparam("number")))
    return Prepared(found.with_for_update()) if locked else Prepared(found, shared=True)


def find_rows(connection: Connection, model: str, conditions: Mapping[str, RunValue]) -> list[Row]:
    """The records of `model` and its kinds whose columns equal `conditions`, by id. The database looks where it can;
    what it gives is looked at again, so that equal means here what it means to a run."""
    base = base_of(model)
    place = _PLACES.get(base, _OTHERS)
    if all(_is_equality(place, name, wanted) for name, wanted in conditions.items()):
        found = _find_equal(place, tuple(conditions)).all(connection, {**conditions, "of_base": base})
    else:
        asked = [_asked(connection, place, name, wanted) for name, wanted in conditions.items()]
        found = connection.execute(_selected(place, base, *(each for each in asked if each is not None))).all()
    rows = (_row(place, base, each) for each in found)
    return [row for row in rows if model in ancestors(row.model) and meets(row, conditions)]


def _is_equality(place: Place, name: str, wanted: RunValue) -> bool:
    """Whether a condition is as most are: a column has one value, of its own type."""
    column = _column(place, name)
    return column is not None and not isinstance(column.type, Values) and _fits(column.type, wanted)


@lru_cache(256)
def _find_equal(place: Place, names: tuple[str, ...]) -> Prepared:
    equal = (place.table.c[each] == bindparam(each) for each in names)
    return Prepared(_selected(place, bindparam("of_base"), *equal), shared=True)


def _selected(place: Place, base: Any, *conditions: ColumnElement[bool]) -> Select[Any]:  # a value, or a place for one
    of_base = (schema.INVENTORY.c.base == base,) if place.table is schema.INVENTORY else ()
    return select(place.table).where(*conditions, *of_base).order_by(place.table.c.id)


def _is(place: Place, base: Any, number: Any) -> ColumnElement[bool]:  # values, or places for them
    of = place.table.c.id == number
    return and_(of, place.table.c.base == base) if place.table is schema.INVENTORY else of


def _row(place: Place, base: str, found: Sequence[Any]) -> Row:
    shape = _shape(place)
    columns = {name: found[at] for at, name in shape.attributes if found[at] is not None}
    model = base if shape.model is None else str(found[shape.model])
    more = found[shape.more]
    return Row(model, {**columns, **more} if more else columns)


class _Shape(NamedTuple):
    """Where in a row of a table attributes stand, and the model, and what has no column."""

    attributes: tuple[tuple[int, str], ...]
    model: int | None
    more: int


@cache
def _shape(place: Place) -> _Shape:
    names = [each.name for each in place.table.c]
    attributes = tuple((at, name) for at, name in enumerate(names) if name not in _OURS)
    return _Shape(attributes, None if place.model is None else names.index(place.model), names.index("more"))


def _asked(connection: Connection, place: Place, name: str, wanted: RunValue) -> ColumnElement[bool] | None:
    """What of a condition the database can tell: never less than what meets it."""
    column = _column(place, name)
    if column is not None:
        listed = wanted if isinstance(wanted, list) else [wanted]
        if isinstance(column.type, Values):
            return None
        if wanted is None:
            return column.is_(None)
        return column.in_(listed) if all(_fits(column.type, each) for each in listed) else None
    match wanted:
        case bool():
            return None
        case int() if -_LARGEST <= wanted < _LARGEST:
            return holds(connection, place.table, name, wanted)
        case str() if is_plain(wanted):
            return holds(connection, place.table, name, wanted)
        case _:
            return None


def _column(place: Place, name: str) -> Column[Any] | None:
    """The column that holds the attribute `name`; of what is kept in the inventory few have one."""
    return None if name in _OURS else place.table.c.get(name)


def holds(connection: Connection, table: Table, name: str, wanted: str | int) -> ColumnElement[bool] | None:
    """Whether a row says `wanted` for `name`, which has no column of its own; None where the database cannot tell."""
    if not name.isidentifier():
        return None
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import JSONB  # see `columns`

        return type_coerce(table.c.more, JSONB()).contains({name: wanted})
    return func.json_extract(table.c.more, f'$."{name}"') == wanted


# -- writing -----------------------------------------------------------------------------------------------------


def write_row(connection: Connection, row: Row, columns: Mapping[str, RunValue]) -> None:
    """Writes `columns` of `row`, which was found in this transaction."""
    base = base_of(row.model)
    place = _PLACES.get(base, _OTHERS)
    typed, more = _split(place, columns)
    kept = {name: value for name, value in _more_of(place, row).items() if name not in columns}
    statement = update(place.table).where(_is(place, base, row.id))
    connection.execute(statement.values(**typed, more={**kept, **more}))


def _more_of(place: Place, row: Row) -> dict[str, RunValue]:
    return _split(place, row.columns)[1]


def create_row(connection: Connection, model: str, columns: Mapping[str, RunValue]) -> Reference:
    """Takes a record in; its id is the one that `columns` have, or a new one."""
    base = base_of(model)
    place = _PLACES.get(base, _OTHERS)
    usual, _ = _split(place, _usual(model))
    typed, more = _split(place, columns)
    typed = {**usual, **typed}
    more.pop("id", None)
    if typed.get("id") is None:
        typed.pop("id", None)  # the database gives it one
    if place.model is not None:
        typed[place.model] = model
    if place.table is schema.INVENTORY:
        typed["base"] = base
        if "id" not in typed:
            typed["id"] = _next(connection, base)
    typed["more"] = more
    return Reference(model, _insert(place.table, tuple(typed)).value(connection, typed))


@lru_cache(256)
def _insert(table: Table, columns: tuple[str, ...]) -> Prepared:
    return Prepared(insert(table).returning(table.c.id), columns)


def delete_row(connection: Connection, of: Reference) -> None:
    """Takes a record away."""
    base = base_of(of.model)
    place = _PLACES.get(base, _OTHERS)
    connection.execute(delete(place.table).where(_is(place, base, of.id)))


def settle_numbers(connection: Connection) -> None:
    """After rows came with ids of their own: the next ones go on behind them. SQLite sees to that itself."""
    if connection.dialect.name != "postgresql":
        return
    for place in _PLACES.values():
        name = place.table.name
        connection.execute(
            text(
                f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), coalesce(max(id), 1), max(id) > 0) FROM {name}"
            )
        )


def _next(connection: Connection, base: str) -> int:
    """An id for a new row of the inventory, whose kinds have ids of their own."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:base))"), {"base": base})
    highest = select(func.max(schema.INVENTORY.c.id)).where(schema.INVENTORY.c.base == base)
    return (connection.execute(highest).scalar() or 0) + 1


def _usual(model: str) -> dict[str, Any]:
    """What the tables of requests ask for, where a record does not say it."""
    match base_of(model):
        case "MiqRequest":
            kinds = REQUEST_TYPES[model].kinds if model in REQUEST_TYPES else ("",)
            return _filled(Request(0, model, kinds[0]))
        case "MiqRequestTask":
            kinds = type_of_task(model).kinds if model != "MiqRequestTask" else ("",)
            return _filled(Task(0, model, kinds[0], 0))
        case "MiqApproval":
            return _filled(Approval(0, 0))
        case _:
            return {}


def _filled(row: Request | Task | Approval) -> dict[str, Any]:
    return {name: value for name, value in row._asdict().items() if value is not None and name != "id"}


def _split(place: Place, columns: Mapping[str, RunValue]) -> tuple[dict[str, Any], dict[str, RunValue]]:
    """`columns` into those that the table has, and those that go to `more`."""
    typed: dict[str, Any] = {}
    more: dict[str, RunValue] = {}
    for name, value in columns.items():
        column = _column(place, name)
        if column is not None and (_fits(column.type, value) or (value is None and column.nullable)):
            typed[name] = value
        else:
            if column is not None and column.nullable:
                typed[name] = None
            if value is not None:
                more[name] = value
    return typed, more


def _fits(kind: Any, value: RunValue) -> bool:  # a type of a column
    match kind:
        case Time():
            return isinstance(value, datetime)
        case Named():
            return False
        case Values():
            return value is not None
        case _ if kind.python_type is bool:
            return isinstance(value, bool)
        case _ if kind.python_type is int:
            return isinstance(value, int) and not isinstance(value, bool) and -_LARGEST <= value < _LARGEST
        case _:
            return isinstance(value, str)


def keep_rows(connection: Connection, rows: Mapping[str, Sequence[Mapping[str, RunValue]]]) -> int:
    """Takes in all of `rows`, by model, each with an id of its own and in place of a record that has it; gives how many
    there were."""
    for model, several in rows.items():
        for columns in several:
            number = columns["id"]
            assert isinstance(number, int)  # as in every inventory
            delete_row(connection, Reference(model, number))
            create_row(connection, model, columns)
    settle_numbers(connection)
    return sum(map(len, rows.values()))
