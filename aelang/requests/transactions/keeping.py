"""Services in the store: read with their properties, written, and put back as they were."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, delete, exists, func, insert, or_, select, update

from aelang.interpreter.values import RunValue
from aelang.names import fold
from aelang.requests.store.prepared import Prepared
from aelang.requests.store.schema import ACTIONS, LOCKS, LOGICAL_SERVICES, PHYSICAL_SERVICES, SERVICE_PARAMS
from aelang.requests.transactions.rows import PHYSICAL, SERVICE, Param, Service
from aelang.requests.transactions.words import DELETED

_L, _P = LOGICAL_SERVICES, PHYSICAL_SERVICES
_SERVICES: Select[Any] = select(
    _L.c.id, _L.c.part, _L.c.account_id, _L.c.physical_id, _P.c.name, _P.c.type, _P.c.kind, _L.c.package_id,
    _L.c.parent_id, _L.c.status, _P.c.resource, _P.c.module, _P.c.status.label("physical_status"), _P.c.shared,
).join_from(_L, _P, _L.c.physical_id == _P.c.id)  # fmt: skip
_LIVING = _L.c.status != DELETED
_THERE = or_(_LIVING, exists().where(LOCKS.c.resource_kind == SERVICE, LOCKS.c.resource_id == _L.c.id))
"""What a request has deleted that has not ended may yet be put back: whoever looks for it must see it, and finds it
locked."""
_IS_HELD = exists().where(LOCKS.c.resource_kind == PHYSICAL, LOCKS.c.resource_id == _P.c.id)
_BY_ID = _SERVICES.order_by(_L.c.id)
_PARAMS = select(SERVICE_PARAMS.c.service_id, SERVICE_PARAMS.c.name, SERVICE_PARAMS.c.value,
                 SERVICE_PARAMS.c.expression).order_by(SERVICE_PARAMS.c.service_id, SERVICE_PARAMS.c.name)  # fmt: skip
_AT = Prepared(_BY_ID.where(_L.c.id == bindparam("number"), _THERE))
_PARAMS_AT = Prepared(_PARAMS.where(SERVICE_PARAMS.c.service_id == bindparam("number")))
_PART = Prepared(_BY_ID.where(_L.c.parent_id == bindparam("number"), func.lower(_L.c.part) == bindparam("name"),
                              _THERE))  # fmt: skip
_OF_COMMAND = ACTIONS.c.command_id == bindparam("command")
_COMMANDED = Prepared(_BY_ID.join(ACTIONS, ACTIONS.c.service_id == _L.c.id).where(_OF_COMMAND))
_PARAMS_COMMANDED = Prepared(
    _PARAMS.join(ACTIONS, ACTIONS.c.physical_id == SERVICE_PARAMS.c.service_id).where(_OF_COMMAND)
)
_WRITE_PARAM = Prepared(
    update(SERVICE_PARAMS)
    .where(SERVICE_PARAMS.c.service_id == bindparam("of"), SERVICE_PARAMS.c.name == bindparam("called"))
    .values(value=bindparam("value"), expression=bindparam("expression"))
)
_MOST = 500  # ids in one question: SQLite takes 999 at least


def read_services(connection: Connection, *conditions: ColumnElement[bool]) -> tuple[Service, ...]:
    """The services that meet `conditions`, by id, with their properties."""
    found = [Service(*row) for row in connection.execute(_BY_ID.where(*conditions))]
    params = _params(connection, [each.physical_id for each in found])
    return tuple(each._replace(params=params.get(each.physical_id, {})) for each in found)


def services_of_command(connection: Connection, command: int) -> dict[int, Service]:
    """The services that a command is about, by their ids; whether they are there still or not."""
    found = [Service(*row) for row in _COMMANDED.all(connection, {"command": command})]
    params = _by_service(_PARAMS_COMMANDED.all(connection, {"command": command}))
    return {each.id: each._replace(params=params.get(each.physical_id, {})) for each in found}


def _one(connection: Connection, row: Sequence[Any] | None) -> Service | None:
    if row is None:
        return None
    service = Service(*row)
    params = _by_service(_PARAMS_AT.all(connection, {"number": service.physical_id}))
    return service._replace(params=params.get(service.physical_id, {}))


def services_at(connection: Connection, numbers: Iterable[int]) -> dict[int, Service]:
    """The services with these ids, by them."""
    wanted = list(numbers)
    return {each.id: each for some in _bits(wanted) for each in read_services(connection, _L.c.id.in_(some))}


def service_at(connection: Connection, number: int) -> Service | None:
    """The service with that id, None where there is none, or none any more."""
    return _one(connection, _AT.first(connection, {"number": number}))


def part_of(connection: Connection, number: int, name: str) -> Service | None:
    """The part `name` of a service."""
    return _one(connection, _PART.first(connection, {"number": number, "name": fold(name)}))


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


def _params(connection: Connection, physical: Sequence[int]) -> dict[int, dict[str, Param]]:
    asked = [_PARAMS.where(SERVICE_PARAMS.c.service_id.in_(some)) for some in _bits(physical)]
    return _by_service([row for each in asked for row in connection.execute(each)])


def _by_service(rows: Iterable[Sequence[Any]]) -> dict[int, dict[str, Param]]:
    found: dict[int, dict[str, Param]] = {}
    for number, name, value, expression in rows:
        found.setdefault(number, {})[name] = Param(value, expression)
    return found


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


def write_params(connection: Connection, service: Service, changed: Mapping[str, Param]) -> None:
    """Writes other values of properties that the service has."""
    rows = [{"of": service.physical_id, "called": name, **param._asdict()} for name, param in changed.items()]
    if rows:
        _WRITE_PARAM.run_each(connection, rows)


def write_statuses(connection: Connection, services: Iterable[Service], status: str, *, physical: bool = True) -> None:
    """Has `services` stand at `status`, and the physical ones behind them."""
    found = list(services)
    for some in _bits([each.id for each in found]):
        connection.execute(update(_L).where(_L.c.id.in_(some)).values(status=status))
    for some in _bits([each.physical_id for each in found] if physical else []):
        connection.execute(update(_P).where(_P.c.id.in_(some)).values(status=status))


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
