"""`aelang request list`: the requests, newest first."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from aelang.cli.options import HOW, JSON, Command, Given, Hindered, Option
from aelang.cli.stores import LIMIT, STORE, Columns, print_list, shown

if TYPE_CHECKING:
    from aelang.requests.rows import Request

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
        Option(("--transaction",), "Only the transactions at this status: `Pending`, `FailedRollbackError`, ...",
               "STATUS"),
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

    def find(connection: Any, limit: int) -> "Sequence[Request]":
        from aelang.requests.history import Wish, list_requests
        from aelang.requests.types import type_named, unknown_type

        kind = given.text("type")
        if kind is not None and type_named(kind) is None:
            raise Hindered(unknown_type(kind))
        wish = Wish(given.text("state"), given.text("approval"), given.text("status"), kind, given.text("user"),
                    waiting=given.flag("waiting"), limit=limit, transaction=_transaction(given))  # fmt: skip
        return list_requests(connection, wish)

    return print_list(given, Columns("requests", _TITLES, _cells), find)


def _cells(row: "Request") -> tuple[str, ...]:
    return (str(row.id), row.type, row.request_state, row.status, row.approval_state, row.userid,
            shown(row.created_on), row.message or "")  # fmt: skip


def _transaction(given: Given) -> str | None:
    """The status that --transaction means, by whichever of its names. Raises Hindered."""
    from aelang.requests.transactions.words import TRANSACTION_STATUSES, transaction_status

    text = given.text("transaction")
    found = None if text is None else transaction_status(text)
    if text is not None and found is None:
        raise Hindered(f"`{text}` is no status of a transaction: there are {', '.join(TRANSACTION_STATUSES)}")
    return found
