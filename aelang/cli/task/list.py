"""`aelang task list`: the tasks of requests, newest first."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from aelang.cli.options import HOW, JSON, Command, Given, Option
from aelang.cli.stores import LIMIT, STORE, Columns, number_of, print_list, shown

if TYPE_CHECKING:
    from aelang.requests.rows import Task

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

    def find(connection: Any, limit: int) -> "Sequence[Task]":
        from aelang.requests.history import Wish, list_tasks

        of = given.text("request")
        wish = Wish(given.text("state"), None, given.text("status"), given.text("type"), given.text("user"),
                    None if of is None else number_of(of, "request"), given.flag("waiting"), limit)  # fmt: skip
        return list_tasks(connection, wish)

    return print_list(given, Columns("tasks", _TITLES, _cells), find)


def _cells(row: "Task") -> tuple[str, ...]:
    return (str(row.id), str(row.miq_request_id), str(row.miq_request_task_id or "-"), row.type, row.state, row.status,
            shown(row.updated_on), row.message or "")  # fmt: skip
