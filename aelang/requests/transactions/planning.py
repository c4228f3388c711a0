"""Planning: what a change comes to, before anything of it is written (REQUESTS 6.2).

A service is added with all that its init list asks for, and that of its parts; it is deleted with all its parts, the
last one first. Where a property is changed, those services are modified that are made from it. Ids are given in the
order in which services are met, from the root down: locks are taken in their order.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeAlias

from aelang.diagnostics import did_you_mean
from aelang.interpreter.values import RunValue
from aelang.names import fold
from aelang.names.provisioning import COMPLEX, SIMPLE, is_property_expression
from aelang.requests.transactions.grouping import Planned
from aelang.requests.transactions.rows import ADD, DELETE, Param, Service
from aelang.requests.transactions.types import PartType, ServiceType, Types

MOST_SERVICES = 10_000
_DEEPEST = 50


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
    """Where ids for new services come from, and what is there to be shared: the physical service of a type."""

    logical: Callable[[], int]
    physical: Callable[[], int]
    shared: Callable[[str], Service | None] = lambda _: None


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
            return
        if of.shared:
            self.known[fold(of.path)] = service
        for each in of.parts:
            self._part(service, each, of, root, depth)

    def _part(self, service: Service, part: PartType, of: ServiceType, root: Service | None, depth: int) -> None:
        inner = self.types.type(part.type)
        given = {key: _param(text) for key, text in part.parameters.items()}
        self.add(inner, part.name, given, service, root or (service if of.kind == SIMPLE else None), depth + 1)

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
            return shared._replace(id=number, part=name, parent_id=above, package_id=self.package)
        params = {each: _param(text) for each, text in of.properties.items()} | named(of, given)
        service = Service(number, name, self.account, self.ids.physical(), name, of.path, of.kind, self.package, above,
                          shared=of.shared, params=params)  # fmt: skip
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
    """`given` under the names that the type has for them. Raises CannotPrepare for others."""
    names = {fold(each): each for each in of.properties}
    found = {}
    for name, param in given.items():
        if fold(name) not in names:
            hint = did_you_mean(name, sorted(of.properties)) or f"it has {', '.join(sorted(of.properties)) or 'none'}"
            raise CannotPrepare(f"{of.path} has no property `{name}`: {hint}")
        found[names[fold(name)]] = param
    return found


def _action(action: str, service: Service, root: Service) -> Planned:
    return Planned(action, service.id, root.id, service.resource or "", service.module or "")


def actions_for(
    action: str, services: tuple[Service, ...], root_of: Callable[[Service], Service], only: set[int] | None = None
) -> tuple[Planned, ...]:
    """What is to be done on resources where `services` are modified or deleted; with `only`, those alone. The parts of
    a simple service are done with it."""
    wanted = [each for each in services if each.kind == SIMPLE and (only is None or each.id in only)]
    return tuple(_action(action, each, root_of(each)) for each in (reversed(wanted) if action == DELETE else wanted))
