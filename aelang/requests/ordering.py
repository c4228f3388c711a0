"""Ordering: an item of the catalog, with the values of its dialog, becomes a request (REQUESTS 1.4: R1, R1s; 1.6)."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from aelang.diagnostics import did_you_mean
from aelang.interpreter.values import RunValue, Symbol, to_text
from aelang.requests import approving, creating
from aelang.requests.decision import Decision, Refused
from aelang.requests.options import MOST_TASKS
from aelang.requests.people import find_person
from aelang.requests.rows import Person
from aelang.requests.store import Store
from aelang.requests.store.cases import RowNumbers, carry_out, read_case
from aelang.requests.store.record_rows import create_row, find_rows, write_row
from aelang.requests.store.records import StoreRecords
from aelang.services.records import Row

_REQUEST = "ServiceTemplateProvisionRequest"
_DIALOG = "dialog_"
_CART = "cart"


class Order(NamedTuple):
    """What is ordered: an item of the catalog, by its name or id; what the dialog was answered, by the names of its
    fields; for whom. With `approve` nobody is asked; with `cart` it lies in that user's cart until `check_out`."""

    item: str
    values: Mapping[str, RunValue] = {}
    userid: str = "admin"
    approve: bool = False
    cart: bool = False


def place_order(store: Store, order: Order, now: datetime, rules: approving.Rules = approving.RULES) -> int:
    """Orders at once, or into the cart: gives the id of the request. Raises ValueError, told for people, and
    StoreError."""
    requester = _requester(store, order.userid)
    _check_counts(order.values)
    with store.writing() as connection:
        rows = find_rows(connection, "ServiceTemplate", {})
        item = _item(order.item, rows)
        made = creating.create(_wanted(order, item), requester, RowNumbers(connection), now, rules)
        if isinstance(made, Refused):
            raise ValueError(made.sentence)
        made = in_order(connection, made, requester, now)
        carry_out(connection, None, made, now)
        return made.case.request.id


def in_order(connection: Connection, made: Decision, requester: Person, now: datetime) -> Decision:
    """`made`, a new request, as part of an order: of the cart of `requester` where it is to lie there, of one that is
    placed `now` otherwise."""
    if made.case.request.process:
        number = _new_order(connection, requester, now, {"state": "ordered", "placed_at": now})
    else:
        cart = _cart(connection, requester)
        number = cart.id if cart is not None else _new_order(connection, requester, now, {"state": _CART})
    return made._replace(case=made.case.with_request(service_order_id=number))


def check_out(store: Store, userid: str, now: datetime) -> tuple[int, ...]:
    """Places the order in the cart of the user `userid`: gives the ids of its requests. Raises ValueError, told for
    people, and StoreError."""
    requester = _requester(store, userid)
    with store.writing() as connection:
        cart = _cart(connection, requester)
        found = [] if cart is None else find_rows(connection, "MiqRequest", {"service_order_id": cart.id})
        placed = tuple(row.id for row in found if _begin(connection, row.id, now))
        if cart is None or not placed:
            raise ValueError(f"the cart of {requester.name or userid} is empty: there is nothing to order")
        write_row(connection, cart, {"state": "ordered", "placed_at": now, "updated_at": now})
        return placed


def _begin(connection: Connection, number: int, now: datetime) -> bool:
    """Whether the life of the request begins; one that was cancelled in the cart has none."""
    case = read_case(connection, number)
    answer = None if case is None else creating.check_out(case, now)
    if answer is None or isinstance(answer, Refused):
        return False
    carry_out(connection, case, answer, now)
    return True


def _requester(store: Store, userid: str) -> Person:
    found = find_person(StoreRecords(store), userid)
    if found is None:
        raise ValueError(f"there is no user `{userid}` in the store: `aelang store load` takes users in")
    return found


def _cart(connection: Connection, requester: Person) -> Row | None:
    found = find_rows(connection, "ServiceOrder", {"user_id": requester.id, "state": _CART})
    return next(iter(found), None)


def _new_order(connection: Connection, requester: Person, now: datetime, stands: Mapping[str, RunValue]) -> int:
    columns: dict[str, RunValue] = {
        "name": f"Order of {requester.name or requester.userid}", "user_id": requester.id,
        "user_name": requester.name, "tenant_id": requester.tenant_id, "created_at": now, "updated_at": now, **stands,
    }  # fmt: skip
    return create_row(connection, "ServiceOrder", columns).id


def _check_counts(values: Mapping[str, RunValue]) -> None:
    """How many machines are wanted is asked here: later it is too late to say that it is no number."""
    for name, value in values.items():
        text = to_text(value).strip()
        is_count = text.isdecimal() and len(text) < 10 and 0 < int(text) <= MOST_TASKS
        if name.lower().endswith("number_of_vms") and text and not is_count:
            raise ValueError(f"`{name}` is {text!r}: write a whole number from 1 to {MOST_TASKS}")


def _item(name: str, rows: list[Row]) -> Row:
    found = [row for row in rows if to_text(row.columns.get("name")) == name]
    if not found and name.isdecimal():
        found = [row for row in rows if row.id == int(name)]
    if len(found) == 1:
        return found[0]
    if found:
        numbers = ", ".join(str(row.id) for row in found)
        raise ValueError(f"{len(found)} items of the catalog are called `{name}`: order one by its id: {numbers}")
    names = [to_text(row.columns.get("name")) for row in rows]
    hint = did_you_mean(name, names) or (f"it has {', '.join(sorted(names)[:10])}" if names else "it is empty")
    raise ValueError(f"the catalog has no item `{name}`: {hint}")


def _wanted(order: Order, item: Row) -> creating.Wanted:
    name = to_text(item.columns.get("name"))
    options: dict[Symbol, RunValue] = {Symbol("src_id"): item.id, Symbol("dialog"): _dialog(order.values)}
    return creating.Wanted(
        _REQUEST, options, f"Provisioning Service [{name}] from [{name}]", source=item.reference,
        auto_approve=order.approve, cart=order.cart,
    )  # fmt: skip


def _dialog(values: Mapping[str, RunValue]) -> RunValue:
    """The answers as a dialog gives them: `dialog_` goes before the name of a field, where it is not there."""
    return {name if name.startswith(_DIALOG) or "::" in name else f"{_DIALOG}{name}": value
            for name, value in values.items()}  # fmt: skip
