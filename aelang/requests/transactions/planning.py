"""Planning: what a change comes to, before anything of it is written (REQUESTS 6.2).

A service is added with all that its init list asks for, and that of its parts; it is deleted with all its parts, the
last one first. Where a property is changed, those services are modified that are made from it. Ids are given in the
order in which services are met, from the root down: locks are taken in their order. What is shared stands below each
service that asked for it, with its parts, which are shared like itself.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeAlias

from aelang.diagnostics import did_you_mean
from aelang.interpreter.datatypes import DataType, datatype_named
from aelang.interpreter.values import Password, RunValue, to_text
from aelang.names import fold, is_blank
from aelang.names.provisioning import COMPLEX, SIMPLE, is_property_expression
from aelang.requests.transactions.grouping import Planned
from aelang.requests.transactions.rows import ADD, DELETE, Param, Service
from aelang.requests.transactions.types import PartType, ServiceType, Types
from aelang.requests.transactions.words import DIRTY
from aelang.services.passwords import KeyFile, is_ciphertext

MOST_SERVICES = 10_000
_DEEPEST = 50
_MOST_SHOWN = 60


class CannotPrepare(ValueError):
    """A change that cannot be made; the text says why, and of which service."""


class Add(NamedTuple):
    """A new service of the type at `type`, for the account, in a package, or as a part of the service `parent`."""

    type: str
    properties: Mapping[str, RunValue] = {}
    name: str | None = None
    parent: int | None = None
    package: int | None = None


class Modify(NamedTuple):
    """Other values of properties of a service."""

    service: int
    properties: Mapping[str, RunValue]


class Delete(NamedTuple):
    """A service goes, with all its parts."""

    service: int


Change: TypeAlias = Add | Modify | Delete


class Ids(NamedTuple):
    """Where ids for new services come from, and what is there to be shared: the service of a type, and what stands
    below it, each before its parts."""

    logical: Callable[[], int]
    physical: Callable[[], int]
    shared: Callable[[str], Service | None] = lambda _: None
    below: Callable[[Service], tuple[Service, ...]] = lambda _: ()


class Plan(NamedTuple):
    """What is to be done: the services that are new, and what is done on resources."""

    services: tuple[Service, ...]
    actions: tuple[Planned, ...]


def plan_add(types: Types, account: int, add: Add, parent: Service | None, ids: Ids) -> Plan:
    """Raises CannotPrepare and UnknownType."""
    planner = _Planner(types, account, add.package if parent is None else parent.package_id, ids)
    found = types.type(add.type)
    name = (add.name or found.class_name).strip()
    given = {each: Param(value) for each, value in add.properties.items()}
    inside = None if parent is None or parent.kind != SIMPLE else parent
    planner.add(found, name, given, parent, inside, 0)
    return Plan(tuple(planner.services), tuple(planner.actions))


class _Planner:
    def __init__(self, types: Types, account: int, package: int | None, ids: Ids) -> None:
        self.types = types
        self.account = account
        self.package = package
        self.ids = ids
        self.services: list[Service] = []
        self.actions: list[Planned] = []
        self.known: dict[str, Service] = {}

    def add(
        self, of: ServiceType, name: str, given: Mapping[str, Param], parent: Service | None, root: Service | None,
        depth: int,
    ) -> None:  # fmt: skip
        """Plans a service with its parts; `root` is the simple service with which it is made."""
        if depth > _DEEPEST or len(self.services) >= MOST_SERVICES:
            raise CannotPrepare(f"{of.path} has no end: it is a part of itself, or has over {MOST_SERVICES} parts")
        if root is not None and of.kind == COMPLEX:
            raise CannotPrepare(f"{of.path} is a complex service, and can be no part of the simple service {root.type}")
        shared = self._shared(of)
        service = self._service(of, name, given, parent, root, shared)
        self.services.append(service)
        if of.kind == SIMPLE and shared is None:
            self.actions.append(_action(ADD, service, root or service))
        if shared is not None:
            self._share_parts(shared, service)
            return
        if of.shared:
            self.known[fold(of.path)] = service
        for each in of.parts:
            self._part(service, each, of, root, depth)

    def _part(self, service: Service, part: PartType, of: ServiceType, root: Service | None, depth: int) -> None:
        inner = self.types.type(part.type)
        given = {key: _param(text) for key, text in part.parameters.items()}
        self.add(inner, part.name, given, service, root or (service if of.kind == SIMPLE else None), depth + 1)

    def _share_parts(self, shared: Service, service: Service) -> None:
        """Below `service` stands what stands below `shared`, which it shares."""
        numbers = {shared.id: service.id}
        is_new = shared.id in (each.id for each in self.services)
        for each in tuple(self.services) if is_new else self.ids.below(shared):
            if each.parent_id in numbers:
                numbers[each.id] = self.ids.logical()
                self.services.append(self._standing_for(each, numbers[each.id], numbers[each.parent_id]))

    def _standing_for(self, shared: Service, number: int, above: int | None) -> Service:
        return shared._replace(id=number, parent_id=above, package_id=self.package, status=DIRTY)

    def _shared(self, of: ServiceType) -> Service | None:
        """The service that is there already, where there is to be one only."""
        if not of.shared:
            return None
        return self.known.get(fold(of.path)) or self.ids.shared(of.path)

    def _service(
        self, of: ServiceType, name: str, given: Mapping[str, Param], parent: Service | None, root: Service | None,
        shared: Service | None,
    ) -> Service:  # fmt: skip
        number, above = self.ids.logical(), None if parent is None else parent.id
        if shared is not None:
            return self._standing_for(shared, number, above)._replace(part=name)
        usual = {each: _sealed(of, each, _param(text)) for each, text in of.properties.items()}
        params = usual | named(of, given)
        is_shared = of.shared or (parent is not None and parent.kind == SIMPLE and parent.shared)
        service = Service(number, name, self.account, self.ids.physical(), name, of.path, of.kind, self.package, above,
                          shared=is_shared, params=params)  # fmt: skip
        if of.kind == COMPLEX:
            return service
        if root is not None:
            return service._replace(resource=root.resource, module=root.module)
        if of.resource is None:
            raise CannotPrepare(f"{of.path} lives nowhere: write `relationship resource = /Ns/Class/instance`")
        resource = self.types.resource(of.resource)
        return service._replace(resource=resource.path, module=resource.module)


def _param(text: str | None) -> Param:
    return Param(None, text) if text is not None and is_property_expression(text) else Param(text)


def named(of: ServiceType, given: Mapping[str, Param]) -> dict[str, Param]:
    """`given` under the names that the type has for them. Raises CannotPrepare for others, and for a value that is not
    of the data type of its property."""
    names = {fold(each): each for each in of.properties}
    found = {}
    for name, param in given.items():
        if fold(name) not in names:
            hint = did_you_mean(name, sorted(of.properties)) or f"it has {', '.join(sorted(of.properties)) or 'none'}"
            raise CannotPrepare(f"{of.path} has no property `{name}`: {hint}")
        found[names[fold(name)]] = _sealed(of, names[fold(name)], param)
    refuse_untyped(of, found)
    return found


def _sealed(of: ServiceType, name: str, param: Param) -> Param:
    return param._replace(value=sealed(of, name, param.value))


def sealed(of: ServiceType, name: str, value: RunValue) -> RunValue:
    """The `value` of a property of `of`; that of a password as its ciphertext, in which alone it is kept. Raises
    CannotPrepare without a key."""
    if of.datatype(name) != "password" or not isinstance(value, str) or not value:
        return value
    if is_ciphertext(value):
        return Password(value)
    try:
        return Password(KeyFile().encrypt(value))
    except ValueError as fault:
        raise CannotPrepare(f"`{name}` of {of.path} cannot be kept: {fault}") from None


def refuse_untyped(of: ServiceType, given: Mapping[str, Param]) -> None:
    """Raises CannotPrepare for a value that is not of the data type which `of` declares for its property. What is made
    from an expression is not known yet."""
    for name, param in given.items():
        datatype = datatype_named(of.datatypes.get(name))
        if datatype is not None and param.expression is None and not _is_of(param.value, datatype):
            said = repr(to_text(param.value)[:_MOST_SHOWN])
            raise CannotPrepare(f"`{name}` of {of.path} is {said}, and no {datatype.name}: {datatype.help}")


def _is_of(value: RunValue, datatype: DataType) -> bool:
    match value:
        case None:
            return True
        case str():
            return is_blank(value) or datatype.accepts(value.strip())
        case bool():
            return datatype.name == "boolean"
        case int() | float():
            return datatype.name not in ("boolean", "time") and datatype.accepts(to_text(value))
        case _:
            return False


def _action(action: str, service: Service, root: Service) -> Planned:
    return Planned(action, service.id, root.id, service.resource or "", service.module or "")


def actions_for(
    action: str, services: tuple[Service, ...], root_of: Callable[[Service], Service], only: set[int] | None = None
) -> tuple[Planned, ...]:
    """What is to be done on resources where `services` are modified or deleted; with `only`, those alone. The parts of
    a simple service are done with it."""
    wanted = [each for each in services if each.kind == SIMPLE and (only is None or each.id in only)]
    return tuple(_action(action, each, root_of(each)) for each in (reversed(wanted) if action == DELETE else wanted))
