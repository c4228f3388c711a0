"""`aelang queue list`: what waits to be worked, is worked, or was given up."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from aelang.cli.options import HOW, JSON, Command, Given, Option
from aelang.cli.stores import LIMIT, STORE, Columns, number_of, print_list, shown

if TYPE_CHECKING:
    from aelang.requests.queue import Item

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

    def find(connection: Any, limit: int) -> "Sequence[Item]":
        from aelang.requests.queue import list_items

        of = given.text("request")
        wanted = None if of is None else number_of(of, "request")
        return list_items(connection, given.many("state") or None, wanted, limit)

    return print_list(given, Columns("messages", _TITLES, _cells), find)


def _cells(row: "Item") -> tuple[str, ...]:
    from aelang.services.references import write_reference

    return (str(row.number), row.state, str(row.priority), row.method, write_reference(row.of),
            row.task_id or "-", shown(row.deliver_on), str(row.attempts), row.reason or "")  # fmt: skip
