"""`aelang request check-out`: what lies in a cart is ordered."""

from typing import TYPE_CHECKING

from aelang.cli.console import Console
from aelang.cli.options import HOW, JSON, Command, Given, Hindered
from aelang.cli.stores import STORE, USER, case_of, now, print_json, with_store

if TYPE_CHECKING:
    from aelang.requests.store import Store

COMMAND = Command(
    text="""Orders all that lies in the cart of --user, where `aelang request order --cart` has put it: now the
datastore decides whether somebody has to approve it.""",
    options=(STORE, USER, JSON, *HOW),
    examples=(("aelang request check-out --user pat", "`aelang worker` works it then"),),
)


def execute(given: Given) -> int:
    """Orders; 1 where the cart is empty."""
    console = Console(given)
    return with_store(given, console, lambda store: _check_out(store, given, console))


def _check_out(store: "Store", given: Given, console: Console) -> int:
    from aelang.requests.ordering import check_out

    try:
        numbers = check_out(store, given.text("user") or "admin", now())
    except ValueError as fault:
        raise Hindered(str(fault)) from None
    with store.reading() as connection:
        requests = [case_of(connection, each).request for each in numbers]
    if given.flag("json"):
        print_json(console, requests)
        return 0
    for each in requests:
        console.result(f"request {each.id}: {each.type}, {each.description}, {each.approval_state}")
    console.note("next: aelang worker --drain")
    return 0
