"""Ordering: a request for a change of services is made and prepared, in one database transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, assert_never

from sqlalchemy import Connection

from aelang.interpreter.values import RunValue
from aelang.requests import creating
from aelang.requests.approving import RULES, Rules
from aelang.requests.decision import Refused
from aelang.requests.rows import Person
from aelang.requests.store.cases import RowNumbers, carry_out
from aelang.requests.transactions.keeping import service_at
from aelang.requests.transactions.planning import Add, CannotPrepare, Change, Delete, Modify, sealed
from aelang.requests.transactions.prepare import Wish, prepare
from aelang.requests.transactions.rows import Account
from aelang.requests.transactions.types import Types, UnknownType
from aelang.requests.types import PROVISIONING


class Order(NamedTuple):
    """A change that somebody wants for an account."""

    account: Account
    change: Change
    description: str = ""
    most_failures: int | None = None


def place_order(
    connection: Connection, types: Types, order: Order, requester: Person, now: datetime, rules: Rules = RULES
) -> int:
    """Makes the request, which needs nobody's approval, and prepares it; gives its id. Raises CannotPrepare: what was
    written is undone then by whoever opened the transaction."""
    change = _sealed(connection, types, order.change)
    kind, options, about = _said(change)
    wanted = creating.Wanted(
        PROVISIONING,
        {"account": order.account.name, **options},
        order.description or f"{about} for {order.account.name}",
        kind,
        auto_approve=True,
    )
    made = creating.create(wanted, requester, RowNumbers(connection), now, rules)
    if isinstance(made, Refused):
        raise CannotPrepare(made.sentence)
    carry_out(connection, None, made, now)
    number = made.case.request.id
    prepare(connection, types, Wish(number, order.account, change, order.most_failures), now)
    return number


def _sealed(connection: Connection, types: Types, change: Change) -> Change:
    """`change` with the ciphertext of passwords, since the request keeps what was wanted. What is wrong with its type
    is told when it is prepared."""
    match change:
        case Add(path):
            pass
        case Modify(number):
            service = service_at(connection, number)
            path = "" if service is None else service.type
        case Delete():
            return change
        case _:
            assert_never(change)
    try:
        of = types.type(path)
    except UnknownType:
        return change
    return change._replace(properties={name: sealed(of, name, value) for name, value in change.properties.items()})


def _said(change: Change) -> tuple[str, Mapping[str, Any], str]:
    """The request type of `change`, the options that say what it is, and what people call it."""
    match change:
        case Add(path, properties, name, parent, _):
            options: dict[str, RunValue] = {"type": path, "properties": dict(properties), "parent": parent}
            return "add_service", options, f"Add {name or path}"
        case Modify(service, properties):
            return "modify_service", {"service": service, "properties": dict(properties)}, f"Modify service {service}"
        case Delete(service):
            return "delete_service", {"service": service}, f"Delete service {service}"
