"""`aelang request show`: what happened to a request."""

from typing import TYPE_CHECKING

from aelang.cli.console import Console, printable
from aelang.cli.options import HOW, JSON, Command, Given, Hindered
from aelang.cli.request.deciding import REQUEST
from aelang.cli.stores import STORE, number_of, print_json, unknown, with_store

if TYPE_CHECKING:
    from aelang.requests.store import Store

COMMAND = Command(
    text="""Shows on one screen how REQUEST stands: who approved or denied it, when and why; its tasks, with how often
each state of their machines was tried; the last error with its place in the datastore; what it waits for, and the
command that helps. REQUEST is an id, or a context as traces show it: `automation_request_4`.""",
    arguments=(REQUEST,),
    options=(STORE, JSON, *HOW),
    examples=(("aelang request show 1", "`aelang request trace 1` shows what was followed and called"),),
)


def execute(given: Given) -> int:
    """Shows it; 1 where there is no such request."""
    console = Console(given)
    return with_store(given, console, lambda store: _show(store, given, console))


def _show(store: "Store", given: Given, console: Console) -> int:
    from aelang.cli.request.report import document, lines
    from aelang.requests.history import read_history

    number = number_of(given.text("request") or "", "request")
    with store.reading() as connection:
        history = read_history(connection, number)
    if history is None:
        raise Hindered(unknown("request", number))
    if given.flag("json"):
        print_json(console, document(history))
    else:
        console.result("\n".join(map(printable, lines(history))))
    return 0
