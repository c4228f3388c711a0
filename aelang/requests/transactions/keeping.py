"""Services in the store: read with their properties, written, and put back as they were."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, delete, exists, func, insert, or_, select, update

from aelang.interpreter.values import RunValue
from aelang.names import fold
from aelang.requests.store.prepared import Prepared
from aelang.requests.store.schema import ACTIONS, COMMANDS, LOCKS, LOGICAL_SERVICES, PHYSICAL_SERVICES, SERVICE_PARAMS
from aelang.requests.transactions.rows import PHYSICAL, SERVICE, Deed, Param, Service
from aelang.requests.transactions.words import DELETED

_L, _P = LOGICAL_SERVICES, PHYSICAL_SERVICES
_PARAMS = SERVICE_PARAMS
_SERVICES: Select[Any] = select(
    _L.c.id, _L.c.part, _L.c.account_id, _L.c.physical_id, _P.c.name, _P.c.type, _P.c.kind, _L.c.package_id,
    _L.c.parent_id, _L.c.status, _P.c.resource, _P.c.module, _P.c.status.label("physical_status"), _P.c.shared,
    _PARAMS.c.name.label("param"), _PARAMS.c.value, _PARAMS.c.expression,
).join_from(_L, _P, _L.c.physical_id == _P.c.id).outerjoin(_PARAMS, _PARAMS.c.service_id == _P.c.id)  # fmt: skip
"""A row a property: to ask twice takes longer than to be told the same of a service several times."""
_LIVING = _L.c.status != DELETED
_THERE = or_(_LIVING, exists().where(LOCKS.c.resource_kind == SERVICE, LOCKS.c.resource_id == _L.c.id))
"""What a request has deleted that has not ended may yet be put back: whoever looks for it must see it, and finds it
locked."""
_IS_HELD = exists().where(LOCKS.c.resource_kind == PHYSICAL, LOCKS.c.resource_id == _P.c.id)
_BY_ID = _SERVICES.order_by(_L.c.id, _PARAMS.c.name)
_AT = Prepared(_BY_ID.where(_L.c.id == bindparam("number"), _THERE))
_PART = Prepared(_BY_ID.where(_L.c.parent_id == bindparam("number"), func.lower(_L.c.part) == bindparam("name"),
                              _THERE))  # fmt: skip
_DEEDS = Prepared(
    _SERVICES.add_columns(ACTIONS.c.action, ACTIONS.c.id.label("at"))
    .join(ACTIONS, ACTIONS.c.service_id == _L.c.id)
    .where(ACTIONS.c.command_id == bindparam("command"))
    .order_by(ACTIONS.c.id, _PARAMS.c.name)
)
_WRITE_PARAM = Prepared(
    update(SERVICE_PARAMS)
    .where(SERVICE_PARAMS.c.service_id == bindparam("of"), SERVICE_PARAMS.c.name == bindparam("called"))
    .values(value=bindparam("value"), expression=bindparam("expression"))
)
_TOLD = Prepared(
    select(COMMANDS.c.resource_properties)
    .join_from(_L, ACTIONS, ACTIONS.c.service_id == _L.c.id)
    .join(COMMANDS, COMMANDS.c.id == ACTIONS.c.command_id)
    .where(_L.c.physical_id == bindparam("number"), COMMANDS.c.resource == bindparam("path"))
    .order_by(COMMANDS.c.id.desc())
    .limit(1)
)
_MOST = 500  # ids in one question: SQLite takes 999 at least


def read_services(connection: Connection, *conditions: ColumnElement[bool]) -> tuple[Service, ...]:
    """The services that meet `conditions`, by id, with their properties."""
    return _read(connection.execute(_BY_ID.where(*conditions)))


def deeds_of(connection: Connection, command: int) -> tuple[Deed, ...]:
    """What a command does to which services, in its order; whether they are there still or not."""
    rows = groupby(_DEEDS.all(connection, {"command": command}), key=lambda row: row[-2:])
    return tuple(Deed(key[0], _service(list(each))) for key, each in rows)


def _read(rows: Iterable[Sequence[Any]]) -> tuple[Service, ...]:
    return tuple(_service(list(each)) for _, each in groupby(rows, key=lambda row: row[0]))


_OF_SERVICE = len(Service._fields) - 1  # columns that are not of a property


def _service(rows: Sequence[Sequence[Any]]) -> Service:
    """The service of which each of `rows` has a property, if it has any."""
    at = _OF_SERVICE
    params = {row[at]: Param(row[at + 1], row[at + 2]) for row in rows if row[at] is not None}
    return Service._make([*rows[0][:at], params])


def services_at(connection: Connection, numbers: Iterable[int]) -> dict[int, Service]:
    """The services with these ids, by them."""
    wanted = list(numbers)
    return {each.id: each for some in _bits(wanted) for each in read_services(connection, _L.c.id.in_(some))}


def service_at(connection: Connection, number: int) -> Service | None:
    """The service with that id, None where there is none, or none any more."""
    return next(iter(_read(_AT.all(connection, {"number": number}))), None)


def part_of(connection: Connection, number: int, name: str) -> Service | None:
    """The part `name` of a service."""
    return next(iter(_read(_PART.all(connection, {"number": number, "name": fold(name)}))), None)


def subtree(connection: Connection, root: Service) -> tuple[Service, ...]:
    """`root` and all below it, each before its parts."""
    below: dict[int, list[Service]] = {}
    level = [root.id]
    while level:
        found = [each for some in _bits(level) for each in read_services(connection, _L.c.parent_id.in_(some), _THERE)]
        for each in found:
            below.setdefault(each.parent_id or 0, []).append(each)
        level = [each.id for each in found]
    ordered, left = [], [root]
    while left:
        ordered.append(left.pop())
        left.extend(reversed(below.get(ordered[-1].id, [])))
    return tuple(ordered)


def services_of(connection: Connection, account: int) -> tuple[Service, ...]:
    """The services of an account, without those that were deleted."""
    return read_services(connection, _L.c.account_id == account, _LIVING)


def shared_service(connection: Connection, account: int, path: str) -> Service | None:
    """A service of that type that the account has, and that is to be had once only."""
    of = (_L.c.account_id == account, _P.c.type == path, _P.c.shared, or_(_P.c.status != DELETED, _IS_HELD), _THERE)
    return next(iter(read_services(connection, *of)), None)


def pointers(connection: Connection, physical: int) -> tuple[int, ...]:
    """The ids of the services behind which the physical one stands, without those that were deleted."""
    return tuple(connection.execute(select(_L.c.id).where(_L.c.physical_id == physical, _LIVING)).scalars())


def told_properties(connection: Connection, service: Service) -> Mapping[str, RunValue]:
    """The properties of its resource, as the module was told them that last did something about `service`."""
    found = _TOLD.value(connection, {"number": service.physical_id, "path": service.resource})
    return found if isinstance(found, Mapping) else {}


def _bits(numbers: Sequence[int]) -> Iterable[Sequence[int]]:
    return (numbers[at : at + _MOST] for at in range(0, len(numbers), _MOST))


# -- writing -----------------------------------------------------------------------------------------------------


def insert_services(connection: Connection, services: Sequence[Service]) -> None:
    """Takes in `services`, each with the physical one behind it where that is new."""
    known = {number for some in _bits([each.physical_id for each in services])
             for number in connection.execute(select(_P.c.id).where(_P.c.id.in_(some))).scalars()}  # fmt: skip
    physical: dict[int, dict[str, Any]] = {}
    params: list[dict[str, Any]] = []
    for each in services:
        if each.physical_id not in known | physical.keys():
            physical[each.physical_id] = _physical(each)
            params += _param_rows(each.physical_id, each.params)
    if physical:
        connection.execute(insert(_P), list(physical.values()))
    connection.execute(insert(_L), [_logical(each) for each in services])
    if params:
        connection.execute(insert(SERVICE_PARAMS), params)


def _logical(service: Service) -> dict[str, Any]:
    return {name: getattr(service, name) for name in
            ("id", "account_id", "package_id", "parent_id", "physical_id", "part", "status")}  # fmt: skip


def _physical(service: Service) -> dict[str, Any]:
    return {**{name: getattr(service, name) for name in
               ("name", "type", "kind", "resource", "module", "account_id", "shared")},
            "id": service.physical_id, "status": service.physical_status}  # fmt: skip


def _param_rows(physical: int, params: Mapping[str, Param]) -> list[dict[str, Any]]:
    return [{"service_id": physical, "name": name, **param._asdict()} for name, param in params.items()]


def write_params(connection: Connection, changed: Iterable[tuple[Service, Mapping[str, Param]]]) -> None:
    """Writes other values of properties that services have."""
    rows = [{"of": service.physical_id, "called": name, "value": param.value, "expression": param.expression}
            for service, params in changed for name, param in params.items()]  # fmt: skip
    if rows:
        _WRITE_PARAM.run_each(connection, rows)


def write_statuses(connection: Connection, services: Iterable[Service], status: str, *, physical: bool = True) -> None:
    """Has `services` stand at `status`, and the physical ones behind them."""
    found = list(services)
    for some in _bits([each.id for each in found]):
        connection.execute(update(_L).where(_L.c.id.in_(some)).values(status=status))
    for some in _bits([each.physical_id for each in found] if physical else []):
        connection.execute(update(_P).where(_P.c.id.in_(some)).values(status=status))


def write_status_of(connection: Connection, chosen: Select[Any], status: str) -> None:
    """The same of the services whose ids `chosen` gives."""
    connection.execute(update(_L).where(_L.c.id.in_(chosen)).values(status=status))
    behind = select(_L.c.physical_id).where(_L.c.id.in_(chosen))
    connection.execute(update(_P).where(_P.c.id.in_(behind)).values(status=status))


def image_of(service: Service) -> dict[str, Any]:
    """A service as a database command keeps it."""
    params = {name: list(param) for name, param in service.params.items()}
    return {**service._asdict(), "params": params}


def service_of(image: Mapping[str, Any]) -> Service:
    """The service that `image_of` kept."""
    params = {name: Param(*param) for name, param in image["params"].items()}
    return Service(**{**image, "params": params})


def restore(connection: Connection, number: int, before: Mapping[str, RunValue] | None) -> None:
    """Puts the service `number` back as it was `before`; one that was not there goes."""
    if before is None:
        _remove(connection, number)
        return
    service = service_of(before)
    logical, physical = _logical(service), _physical(service)
    connection.execute(update(_L).where(_L.c.id == logical.pop("id")).values(**logical))
    connection.execute(update(_P).where(_P.c.id == physical.pop("id")).values(**physical))
    connection.execute(delete(SERVICE_PARAMS).where(SERVICE_PARAMS.c.service_id == service.physical_id))
    if service.params:
        connection.execute(insert(SERVICE_PARAMS), _param_rows(service.physical_id, service.params))


def _remove(connection: Connection, number: int) -> None:
    physical = connection.execute(select(_L.c.physical_id).where(_L.c.id == number)).scalar()
    connection.execute(delete(_L).where(_L.c.id == number))
    others = connection.execute(select(_L.c.id).where(_L.c.physical_id == physical).limit(1)).scalar()
    if physical is not None and others is None:
        connection.execute(delete(SERVICE_PARAMS).where(SERVICE_PARAMS.c.service_id == physical))
        connection.execute(delete(_P).where(_P.c.id == physical))
