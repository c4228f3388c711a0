"""`aelang task list`: the tasks of requests, newest first."""

from typing import TYPE_CHECKING

from aelang.cli.console import Console
from aelang.cli.options import HOW, JSON, Command, Given, Option
from aelang.cli.request.list import LIMIT
from aelang.cli.stores import STORE, number_of, print_json, print_table, shown, with_store

if TYPE_CHECKING:
    from aelang.requests.store import Store

COMMAND = Command(
    text="""Lists tasks, the newest first; several filters must all hold.""",
    options=(
        STORE,
        Option(("--request",), "Only those of this request.", "ID"),
        Option(("--state",), "Only those in this state: pending, queued, active, finished, provisioned, ...", "STATE"),
        Option(("--status",), "Only those of this status.", choices=("Ok", "Warn", "Error", "Timeout")),
        Option(("--type",), "Only those of this model: `AutomationTask`, `MiqProvision`, ...", "MODEL"),
        Option(("--user",), "Only those of requests that this user made.", "USERID"),
        Option(("--waiting",), "Only those that wait for an operator."),
        LIMIT,
        JSON,
        *HOW,
    ),
    examples=(
        ("aelang task list --request 1", "the tasks of one request"),
        ("aelang task list --waiting", "what an operator has to look at"),
    ),
)

_TITLES = ("id", "request", "parent", "type", "state", "status", "updated", "message")


def execute(given: Given) -> int:
    """Prints the list; 1 where the store cannot be used."""
    console = Console(given)
    return with_store(given, console, lambda store: _list(store, given, console))


def _list(store: "Store", given: Given, console: Console) -> int:
    from aelang.requests.history import Wish, list_tasks

    of, limit = given.text("request"), given.number("limit", 50)
    wish = Wish(given.text("state"), None, given.text("status"), given.text("type"), given.text("user"),
                None if of is None else number_of(of, "request"), given.flag("waiting"), limit + 1)  # fmt: skip
    with store.reading() as connection:
        found = list_tasks(connection, wish)
    if given.flag("json"):
        print_json(console, found[:limit])
        return 0
    rows = [
        (str(each.id), str(each.miq_request_id), str(each.miq_request_task_id or "-"), each.type, each.state,
         each.status, shown(each.updated_on), each.message or "")
        for each in found[:limit]
    ]  # fmt: skip
    if rows:
        print_table(console, _TITLES, rows)
    else:
        console.note("there are no such tasks")
    if len(found) > limit:
        console.note(f"there are more: --limit {2 * limit} shows twice as many")
    return 0
