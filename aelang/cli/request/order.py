"""`aelang request order ITEM`: an item of the catalog is ordered."""

from typing import TYPE_CHECKING

from aelang.cli.console import Console
from aelang.cli.options import HOW, JSON, Argument, Command, Given, Hindered, Misused, Option
from aelang.cli.stores import STORE, USER, case_of, now, print_json, rules, with_store

if TYPE_CHECKING:
    from aelang.interpreter.values import RunValue
    from aelang.requests.store import Store

COMMAND = Command(
    text="""Orders ITEM, an item of the catalog by its name or id, at once: its request is made, and the datastore
decides whether somebody has to approve it. `aelang worker` works it. With --cart it lies in the cart of --user until
`aelang request check-out`.

What the item's dialog asks is answered by options, named as the fields of the dialog: `number_of_vms`,
`option_0_vm_memory` (of the whole service), `option_1_vm_memory` (of its first part).""",
    arguments=(Argument("item", "ITEM"),),
    options=(
        STORE,
        USER,
        Option(("-o", "--option"), "What a field of the dialog is answered; may be given again.", "FIELD=VALUE",
               many=True),
        Option(("--approve",), "It is approved as soon as it is ordered."),
        Option(("--cart",), "It lies in the cart until that is ordered."),
        JSON,
        *HOW,
    ),
    examples=(
        ("aelang request order 'RHEL server' --user pat", "one, as the catalog has it"),
        ("aelang request order 'RHEL server' -o number_of_vms=3 -o option_0_vm_memory=4096", "three, and larger"),
    ),
)  # fmt: skip


def execute(given: Given) -> int:
    """Orders; 1 where the catalog has no such item, or it cannot be ordered. Raises Misused."""
    console = Console(given)
    return with_store(given, console, lambda store: _order(store, given, console))


def _order(store: "Store", given: Given, console: Console) -> int:
    from aelang.requests.ordering import Order, place_order

    values = dict(_answer(text) for text in given.many("option"))
    order = Order(given.text("item") or "", values, given.text("user") or "admin", given.flag("approve"),
                  given.flag("cart"))  # fmt: skip
    try:
        number = place_order(store, order, now(), rules())
    except ValueError as fault:
        raise Hindered(str(fault)) from None
    with store.reading() as connection:
        request = case_of(connection, number).request
    if given.flag("json"):
        print_json(console, request)
        return 0
    console.result(f"request {number}: {request.type}, {request.description}, {request.approval_state}")
    console.note(f"next: aelang {'worker --drain' if request.process else checking_out(given)}")
    return 0


def checking_out(given: Given) -> str:
    """The words that order what lies in the cart of who asks."""
    user = given.text("user")
    return f"request check-out --user {user}" if user else "request check-out"


def _answer(text: str) -> "tuple[str, RunValue]":
    field, equals, value = text.partition("=")
    if not equals or not field.strip():
        raise Misused(f"`--option {text}` is no pair: write `--option field=value`")
    return field.strip(), value
