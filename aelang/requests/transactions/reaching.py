"""What a change of a service reaches beyond its own parts: services beside and above it may be made from it, and a
shared one stands in several places."""

from collections.abc import Container, Iterable, Iterator, Sequence

from sqlalchemy import Connection

from aelang.requests.transactions.evaluating import Unresolved, above, dependents, uses
from aelang.requests.transactions.keeping import pointers, services_at, subtree
from aelang.requests.transactions.planning import CannotPrepare
from aelang.requests.transactions.rows import Service
from aelang.requests.transactions.tree import StoreTree


def reached(
    connection: Connection, tree: StoreTree, services: Sequence[Service], names: Iterable[str]
) -> tuple[Service, ...]:
    """The services of which a property is made from those with `names` of the first of `services`, and that itself:
    first among `services`, which belong together, then elsewhere."""
    root = services[0]
    known = {each.id for each in services}
    places = services_at(connection, pointers(connection, root.physical_id)) if root.shared else {root.id: root}
    beyond = {each.id: each for place in places.values() for each in _around(connection, tree, place, known)}
    for each in beyond.values():
        tree.take(each)
    found = (*services, *beyond.values())
    touched = dependents(tree, found, {(root.physical_id, name) for name in names})
    return tuple(each for each in found if each.physical_id in touched)


def _around(connection: Connection, tree: StoreTree, service: Service, known: Container[int]) -> Iterator[Service]:
    """All that `service` belongs together with, but for those `known`: what is below the uppermost one around it."""
    top = [service, *above(tree, service)][-1]
    if top.id not in known:  # else all that is below it is known, too
        yield from (each for each in subtree(connection, top) if each.id not in known)


def refuse_needed(connection: Connection, tree: StoreTree, services: Sequence[Service]) -> None:
    """Raises CannotPrepare where `services`, the first one with all its parts, cannot go since something else is made
    from one of them."""
    root = services[0]
    going = {each.id: each for each in services}
    for each in _around(connection, tree, root, going):
        for name in each.params:
            for other, of_other in _known_uses(tree, each, name):
                if other.id in going:
                    raise CannotPrepare(
                        f"{root.name} cannot be deleted alone: `{name}` of {each.name}, service {each.id}, is made from"
                        f" its `{of_other}`; give that another value first, with `modify_service`"
                    )


def _known_uses(tree: StoreTree, service: Service, name: str) -> Iterator[tuple[Service, str]]:
    """What a property is made from, as far as that is there."""
    try:
        yield from uses(tree, service, name)
    except Unresolved:  # it was so before
        return
