"""Evaluating: what the properties of a service come to, among the services around it (REQUESTS 6.3).

It happens when a command is executed, since a property may use what earlier commands produced. That each property
which is named is there, and that none is made from itself, is checked before: when types are validated, and again when
a transaction is prepared.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Protocol, assert_never

from aelang.diagnostics import did_you_mean
from aelang.interpreter.values import Password, RunValue, to_text
from aelang.names import fold
from aelang.names.provisioning import SIMPLE
from aelang.requests.transactions.rows import Service
from aelang.syntax import property as syntax


class Unresolved(ValueError):
    """An expression that names what is not there, or goes round in a circle; the text says which and where."""


class Tree(Protocol):
    """Services that belong together."""

    def service(self, number: int) -> Service:
        """The service with that id."""

    def part(self, number: int, name: str) -> Service | None:
        """The part `name` of the service."""

    def resource(self, service: Service) -> Mapping[str, RunValue]:
        """The properties of the resource on which the service lives."""

    def account(self) -> Mapping[str, RunValue]:
        """The properties of the account."""


@cache
def expression_of(text: str) -> syntax.PropertyExpression:
    """The expression that `text` is. Raises Unresolved where it is none."""
    node, faults = syntax.read_property(text)
    if node is None:
        raise Unresolved(faults[0].message)
    return node


def evaluate(tree: Tree, service: Service, name: str, trail: tuple[tuple[int, str], ...] = ()) -> RunValue:
    """What the property `name` of `service` comes to. Raises Unresolved."""
    key = (service.id, fold(name))
    if key in trail:
        told = " from ".join(each for _, each in (*trail[trail.index(key) :], key))
        raise Unresolved(f"the property `{name}` of {service.name} is made from itself: {told}")
    param = service.params[_known(service, name)]
    if param.expression is None:
        return param.value
    values = [_value(tree, service, term, (*trail, key)) for term in expression_of(param.expression)]
    if len(values) == 1:
        return values[0]
    if any(isinstance(each, Password) for each in values):
        raise Unresolved(
            f"`{name}` of {service.name} is joined from a password, which only a module reads: use it alone"
        )
    return "".join(map(to_text, values))


def _value(tree: Tree, service: Service, term: syntax.Term, trail: tuple[tuple[int, str], ...]) -> RunValue:
    if isinstance(term, syntax.Fixed):
        return term.value
    found = place_of(tree, service, term)
    if isinstance(found, Service):
        return evaluate(tree, found, term.name, trail)
    return found.get(term.name) if term.name in found else found.get(fold(term.name))


def place_of(tree: Tree, service: Service, term: syntax.Property) -> "Service | Mapping[str, RunValue]":
    """The service whose property `term` names in an expression of `service`, or the properties of its resource or
    account. Raises Unresolved."""
    match term.origin:
        case syntax.Own():
            return service
        case syntax.Enclosing(name, parts):
            return _down(tree, _enclosing(tree, service, name), parts)
        case syntax.Parent(levels):
            return _parent(tree, service, levels)
        case syntax.OfResource():
            if service.resource is None:
                raise Unresolved(f"`resource::{term.name}`: {service.name} lives on no resource")
            return _having(tree.resource(service), term.name, f"resource {service.resource}")
        case syntax.OfAccount():
            return _having(tree.account(), term.name, "account")
        case _:
            assert_never(term.origin)


def _having(properties: Mapping[str, RunValue], name: str, what: str) -> Mapping[str, RunValue]:
    if name not in properties and fold(name) not in properties:
        raise Unresolved(f"the {what} has no property `{name}`{_hint(name, properties)}")
    return properties


def _known(service: Service, name: str) -> str:
    if name in service.params:
        return name
    found = next((each for each in service.params if fold(each) == fold(name)), None)
    if found is None:
        raise Unresolved(f"{service.class_name} has no property `{name}`{_hint(name, service.params)}")
    return found


def _hint(name: str, known: Mapping[str, object]) -> str:
    found = did_you_mean(name, sorted(known))
    return f"; {found}" if found else ""


def above(tree: Tree, service: Service) -> Iterator[Service]:
    """The services around `service`, the nearest first."""
    while service.parent_id is not None:
        service = tree.service(service.parent_id)
        yield service


def _enclosing(tree: Tree, service: Service, name: str) -> Service:
    for each in (service, *above(tree, service)):
        if each.kind != SIMPLE and fold(each.class_name) == fold(name):
            return each
    raise Unresolved(f"`${name}` refers to nothing: no complex service {name} is around {service.name}")


def _down(tree: Tree, service: Service, parts: tuple[str, ...]) -> Service:
    for name in parts:
        found = tree.part(service.id, name)
        if found is None:
            raise Unresolved(f"{service.class_name} has no part `{name}`")
        service = found
    return service


def _parent(tree: Tree, service: Service, levels: int) -> Service:
    found = [each for each in above(tree, service) if each.kind == SIMPLE]
    if len(found) < levels:
        raise Unresolved(f"`{'/' * levels}::` refers to nothing: {service.name} is no part of a simple service")
    return found[levels - 1]


def uses(tree: Tree, service: Service, name: str) -> Iterator[tuple[Service, str]]:
    """The properties of services that the property `name` of `service` is made from. Raises Unresolved."""
    expression = service.params[name].expression
    for term in () if expression is None else expression_of(expression):
        if isinstance(term, syntax.Property):
            found = place_of(tree, service, term)
            if isinstance(found, Service):
                yield found, _known(found, term.name)


def check_properties(tree: Tree, services: "tuple[Service, ...]") -> None:
    """Sees that every expression of `services` can be evaluated. Raises Unresolved."""
    sound: set[tuple[int, str]] = set()
    for service in services:
        for name in service.params:
            _check(tree, service, name, {}, sound)


def _check(
    tree: Tree, service: Service, name: str, trail: dict[tuple[int, str], str], sound: set[tuple[int, str]]
) -> None:
    key = (service.id, name)
    if key in trail:
        told = " from ".join([*list(trail.values())[list(trail).index(key) :], name])
        raise Unresolved(f"the property `{name}` of {service.name} is made from itself: {told}")
    if key in sound:
        return
    trail[key] = name
    for other, of_other in uses(tree, service, name):
        _check(tree, other, of_other, trail, sound)
    del trail[key]
    sound.add(key)


def dependents(tree: Tree, services: tuple[Service, ...], changed: set[tuple[int, str]]) -> set[int]:
    """The physical ids of those of `services` of which a property is `changed`, or made from one that is. Properties
    are named by the physical ids of their services."""
    touched = set(changed)
    while True:
        more = {
            (service.physical_id, name)
            for service in services
            for name in service.params
            if (service.physical_id, name) not in touched and _is_made_from(tree, service, name, touched)
        }
        if not more:
            return {number for number, _ in touched}
        touched |= more


def _is_made_from(tree: Tree, service: Service, name: str, touched: set[tuple[int, str]]) -> bool:
    try:
        return any((other.physical_id, of_other) in touched for other, of_other in uses(tree, service, name))
    except Unresolved:  # of a service that nobody wants to change: it was so before
        return False
