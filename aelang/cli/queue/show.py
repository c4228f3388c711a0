"""`aelang queue show`: a message of the queue."""

from typing import TYPE_CHECKING

from aelang.cli.console import Console, printable
from aelang.cli.options import HOW, JSON, Argument, Command, Given, Hindered
from aelang.cli.stores import STORE, as_json, number_of, print_json, unknown, with_store

if TYPE_CHECKING:
    from aelang.requests.store import Store

COMMAND = Command(
    text="""Shows MESSAGE: what is to be done, for what, when, by which worker it is being done, and why it was given
up.""",
    arguments=(Argument("message", "MESSAGE"),),
    options=(STORE, JSON, *HOW),
    examples=(("aelang queue show 1", "`aelang queue list` lists the ids"),),
)


def execute(given: Given) -> int:
    """Shows it; 1 where there is no such message, or no more."""
    console = Console(given)
    return with_store(given, console, lambda store: _show(store, given, console))


def _show(store: "Store", given: Given, console: Console) -> int:
    from aelang.requests.queue import read_item

    number = number_of(given.text("message") or "", "message")
    with store.reading() as connection:
        found = read_item(connection, number)
    if found is None:
        raise Hindered(f"{unknown('message', number)}; one that was worked is gone")
    if given.flag("json"):
        print_json(console, found)
        return 0
    for name, value in as_json(found).items():
        if value not in (None, {}):
            console.result(printable(f"{name.ljust(13)}{_text(value)}"))
    return 0


def _text(value: object) -> str:
    match value:
        case {"model": model, "id": number}:
            return f"{model} {number}"
        case dict():
            return ", ".join(f"{name}={each}" for name, each in value.items())
        case _:
            return str(value)
