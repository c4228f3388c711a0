"""`aelang request list`: the requests, newest first."""

from typing import TYPE_CHECKING

from aelang.cli.console import Console
from aelang.cli.options import HOW, JSON, Command, Given, Hindered, Option
from aelang.cli.stores import STORE, print_json, print_table, shown, with_store

if TYPE_CHECKING:
    from aelang.requests.store import Store

LIMIT = Option(("-n", "--limit"), "At most so many, 50 without it.", "N", least=1)
_STATES = ("pending", "queued", "active", "finished", "migrated", "provisioned", "reconfigured", "retired")

COMMAND = Command(
    text="""Lists requests, the newest first; several filters must all hold.""",
    options=(
        STORE,
        Option(("--state",), "Only those in this state.", choices=_STATES),
        Option(("--approval",), "Only those whose approval stands so.",
               choices=("pending_approval", "approved", "denied")),
        Option(("--status",), "Only those of this status.", choices=("Ok", "Warn", "Error", "Timeout", "Denied")),
        Option(("--type",), "Only those of this type: `automation`, `AutomationRequest`, `clone_to_service`, ...",
               "TYPE"),
        Option(("--user",), "Only those that this user made.", "USERID"),
        Option(("--waiting",), "Only those that wait for an operator."),
        LIMIT,
        JSON,
        *HOW,
    ),
    examples=(
        ("aelang request list --approval pending_approval", "what is to be decided"),
        ("aelang request list --state finished --status Error", "what went wrong"),
        ("aelang request list --type automation --json", "for a program"),
    ),
)  # fmt: skip

_TITLES = ("id", "type", "state", "status", "approval", "user", "created", "message")


def execute(given: Given) -> int:
    """Prints the list; 1 where the store cannot be used or there is no such type."""
    console = Console(given)
    return with_store(given, console, lambda store: _list(store, given, console))


def _list(store: "Store", given: Given, console: Console) -> int:
    from aelang.requests.history import Wish, list_requests
    from aelang.requests.types import type_named

    kind, limit = given.text("type"), given.number("limit", 50)
    if kind is not None and type_named(kind) is None:
        raise Hindered(unknown_type(kind))
    wish = Wish(given.text("state"), given.text("approval"), given.text("status"), kind, given.text("user"),
                waiting=given.flag("waiting"), limit=limit + 1)  # fmt: skip
    with store.reading() as connection:
        found = list_requests(connection, wish)
    if given.flag("json"):
        print_json(console, found[:limit])
        return 0
    rows = [
        (str(each.id), each.type, each.request_state, each.status, each.approval_state, each.userid,
         shown(each.created_on), each.message or "")
        for each in found[:limit]
    ]  # fmt: skip
    if rows:
        print_table(console, _TITLES, rows)
    else:
        console.note("there are no such requests")
    if len(found) > limit:
        console.note(f"there are more: --limit {2 * limit} shows twice as many")
    return 0


def unknown_type(kind: str) -> str:
    """That there is no such type, and which ones there are."""
    from aelang.diagnostics import did_you_mean
    from aelang.requests.types import REQUEST_TYPES

    kinds = list(dict.fromkeys(each for known in REQUEST_TYPES.values() for each in known.kinds))
    hint = did_you_mean(kind, [*REQUEST_TYPES, *kinds]) or f"there are: {', '.join(kinds)}"
    return f"there is no request type `{kind}`; {hint}"
