"""Finding records by conditions: on columns the records look, on everything else each record is asked."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from aelang.diagnostics import did_you_mean
from aelang.interpreter.values import RunValue, Symbol, to_text
from aelang.services.declaring import Declared, declared
from aelang.services.models import class_name
from aelang.services.record import Record
from aelang.services.records import Row

if TYPE_CHECKING:
    from aelang.services.catalog import Catalog


def find_rows(catalog: "Catalog", model: str, conditions: Mapping[str, RunValue]) -> Sequence[Row]:
    """The rows of `model` and its kinds that meet all `conditions`, by id. Raises LookupError for what the model does
    not declare."""
    known = declared(model)
    columns: dict[str, RunValue] = {}
    others: dict[str, RunValue] = {}
    for name, value in conditions.items():
        _enter(known, name, value, columns, others)
    rows = catalog.records.where(model, columns)
    return [row for row in rows if _meets(Record(row.model, row.id, catalog), others)] if others else rows


def _enter(
    known: Declared, name: str, value: RunValue, columns: dict[str, RunValue], others: dict[str, RunValue]
) -> None:
    kind = known.attributes.get(name)
    association = known.associations.get(name)
    if kind is not None:
        columns[name] = _typed(value, kind)
    elif name in known.virtual:
        others[name] = value
    elif association is not None and not association.many:
        if association.how == "by" and association.model != "any":
            columns[association.key] = _number(value)
        else:
            others[name] = value
    else:
        hint = did_you_mean(name, [*known.attributes, *known.virtual])
        raise LookupError(f"{class_name(known.model)} has no `{name}` to look for" + (f": {hint}" if hint else ""))


def _typed(value: RunValue, kind: str) -> RunValue:
    """What a condition asks for, in the type of the column: ids come as text from a query."""
    match value:
        case list():
            return [_typed(each, kind) for each in value]
        case str() if kind == "Integer" and value.strip().lstrip("-").isdigit():
            return int(value)
        case Symbol(name) if kind == "String":
            return name
        case int() | float() if kind == "String" and not isinstance(value, bool):
            return to_text(value)
        case _:
            return value


def _number(value: RunValue) -> RunValue:
    match value:
        case list():
            return [_number(each) for each in value]
        case Record():
            return value.id
        case _:
            return _typed(value, "Integer")


def _meets(record: Record, conditions: Mapping[str, RunValue]) -> bool:
    for name, wanted in conditions.items():
        found = record.call(name)
        if found not in (wanted if isinstance(wanted, list) else [wanted]):
            return False
    return True
