"""`aelang request broken`: transactions that wait for an operator."""

from typing import TYPE_CHECKING

from aelang.cli.console import Console, printable
from aelang.cli.options import HOW, JSON, Command, Given
from aelang.cli.stores import STORE, print_json, with_store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aelang.requests.store import Store
    from aelang.requests.transactions.operating import Broken

COMMAND = Command(
    text="""Lists the transactions that came to rest before their end, and that no worker has in hand: since a worker
died in the middle of a command (1) or of an undo (2), or since an undo failed (3); and what to look at. Exit code 1 if
there are any.""",
    options=(STORE, JSON, *HOW),
    examples=(("aelang request broken", "what to look at"),),
)

_SITUATIONS = {
    1: "was cut short in the middle of its commands",
    2: "was cut short in the middle of its rollback",
    3: "could not be rolled back",
}


def execute(given: Given) -> int:
    """Prints the list; 1 where something waits, or the store cannot be used."""
    console = Console(given)
    return with_store(given, console, lambda store: _print(store, given, console))


def _print(store: "Store", given: Given, console: Console) -> int:
    from aelang.requests.transactions.operating import broken_transactions

    with store.reading() as connection:
        found = broken_transactions(connection)
    if given.flag("json"):
        print_json(console, found)
    elif not found:
        console.result("no transaction waits for an operator")
    for each in () if given.flag("json") else found:
        console.result("\n".join(map(printable, _lines(each))))
    return 1 if found else 0


def _lines(broken: "Broken") -> "Iterator[str]":
    yield f"request {broken.request}  {broken.status}  situation {broken.situation}: {_SITUATIONS[broken.situation]}"
    for each in broken.commands:
        said = f": {each.message}" if each.message else ""
        yield f"  command {each.id}  {each.action} on {each.resource}  {each.status}{said}"
    if broken.commands:
        yield f"  {broken.look}"
        yield f"    aelang request repair {broken.request} --command ID --status STATUS --because TEXT"
    yield f"    aelang request continue {broken.request}"
