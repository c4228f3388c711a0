"""`aelang queue list`: what waits to be worked, is worked, or was given up."""

from typing import TYPE_CHECKING

from aelang.cli.console import Console
from aelang.cli.options import HOW, JSON, Command, Given, Option
from aelang.cli.request.list import LIMIT
from aelang.cli.stores import STORE, number_of, print_json, print_table, shown, with_store

if TYPE_CHECKING:
    from aelang.requests.store import Store

COMMAND = Command(
    text="""Lists the messages of the queue in the order in which they are worked: `ready` to be worked, `future` until
their time has come, `running` at a worker, `dead` when they were given up. A message that was worked is gone.""",
    options=(
        STORE,
        Option(("--state",), "Only those in this state; may be given again.",
               choices=("ready", "future", "running", "dead"), many=True),
        Option(("--request",), "Only those of this request.", "ID"),
        LIMIT,
        JSON,
        *HOW,
    ),
    examples=(
        ("aelang queue list", "what is still to be done"),
        ("aelang queue list --state dead", "what was given up, and why"),
    ),
)  # fmt: skip

_TITLES = ("id", "state", "priority", "method", "of", "context", "due", "attempts", "reason")


def execute(given: Given) -> int:
    """Prints the list; 1 where the store cannot be used."""
    console = Console(given)
    return with_store(given, console, lambda store: _list(store, given, console))


def _list(store: "Store", given: Given, console: Console) -> int:
    from aelang.requests.queue import list_items

    of, limit = given.text("request"), given.number("limit", 50)
    states = given.many("state") or None
    with store.reading() as connection:
        found = list_items(connection, states, None if of is None else number_of(of, "request"), limit + 1)
    if given.flag("json"):
        print_json(console, found[:limit])
        return 0
    rows = [
        (str(each.number), each.state, str(each.priority), each.method, f"{each.of.model} {each.of.id}",
         each.task_id or "-", shown(each.deliver_on), str(each.attempts), each.reason or "")
        for each in found[:limit]
    ]  # fmt: skip
    if rows:
        print_table(console, _TITLES, rows)
    else:
        console.note("there are no such messages")
    if len(found) > limit:
        console.note(f"there are more: --limit {2 * limit} shows twice as many")
    return 0
