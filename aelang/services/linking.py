"""Linking: associations that are given by reference become the columns in which they are kept.

So one side is enough: a host that lists its VMs and a VM that names its host say the same.
"""

from collections.abc import Iterator, Mapping, Sequence

from aelang.interpreter.values import RunValue
from aelang.services.declaring import ANY, Association, declared
from aelang.services.models import ancestors
from aelang.services.records import Reference

Written = Mapping[str, Sequence[Mapping[str, object]]]
"""For each model its records, where an association holds a `Reference`, a list of them, or nil."""

_Rows = dict[Reference, dict[str, object]]


def link(written: Written) -> dict[str, list[Mapping[str, RunValue]]]:
    """The rows of `written`, for an `Inventory`. References must be whole: their model is the record's own."""
    rows: _Rows = {}
    for model, several in written.items():
        for each in several:
            number = each["id"]
            assert isinstance(number, int)
            rows[Reference(model, number)] = {
                name: value for name, value in each.items() if _association(model, name) is None
            }
    for model, several in written.items():
        for each in several:
            _link_one(model, each, rows)
    _join_current_groups(rows)
    found: dict[str, list[Mapping[str, RunValue]]] = {model: [] for model in written}
    for reference, columns in rows.items():
        found[reference.model].append(columns)  # type: ignore[arg-type]  # references are kept beside values
    return found


def _join_current_groups(rows: _Rows) -> None:
    """Who acts for a group is in it."""
    for reference, columns in rows.items():
        if reference.model == "User" and isinstance(columns.get("current_group_id"), int):
            group = Reference("MiqGroup", columns["current_group_id"])  # type: ignore[arg-type]  # it is, see above
            _merge(columns, "miq_groups", [group])


def _association(model: str, name: str) -> Association | None:
    known = declared(model).associations
    found = known.get(name)
    return known[found.key] if found is not None and found.how == "as" else found


def _link_one(model: str, record: Mapping[str, object], rows: _Rows) -> None:
    own = Reference(model, record["id"])  # type: ignore[arg-type]  # an id is a number, see `link`
    for name, value in record.items():
        association = _association(model, name)
        if association is not None:
            _keep(association, own, value, rows)


def _keep(association: Association, own: Reference, value: object, rows: _Rows) -> None:
    match association.how:
        case "by" if association.many:
            for other in _listed(value):
                _point(rows, other, association.key, own, _is_typed(other, association.key))
        case "by":
            if isinstance(value, Reference):
                _point(rows, own, association.key, value, association.model == ANY)
        case "whose":
            for other in _listed(value):
                kept = rows.setdefault(other, {"id": other.id}).setdefault(association.key, [])
                if isinstance(kept, list) and own not in kept:
                    kept.append(own)
        case "self":
            pass
        case _:
            _merge(rows[own], association.name, value)


def _merge(row: dict[str, object], name: str, value: object) -> None:
    """Lists that were begun from the other side are kept as well."""
    begun = row.get(name)
    if isinstance(begun, list) and isinstance(value, list):
        value = [*begun, *(each for each in value if each not in begun)]
    row[name] = value


def _point(rows: _Rows, row: Reference, column: str, to: Reference, typed: bool) -> None:
    columns = rows[row]
    columns[column] = to.id
    if typed:
        columns[column.removesuffix("_id") + "_type"] = ancestors(to.model)[-1] if _is_common(to.model) else to.model


def _is_common(model: str) -> bool:
    return ancestors(model)[-1] in ("VmOrTemplate", "ExtManagementSystem", "Host")


def _is_typed(row: Reference, column: str) -> bool:
    return any(each.key == column and each.model == ANY for each in declared(row.model).associations.values())


def _listed(value: object) -> Iterator[Reference]:
    if isinstance(value, list):
        yield from (each for each in value if isinstance(each, Reference))
    elif isinstance(value, Reference):
        yield value
