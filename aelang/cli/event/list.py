"""`aelang event list`: the events, newest first."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from aelang.cli.options import HOW, JSON, Command, Given, Option
from aelang.cli.stores import LIMIT, STORE, Columns, print_list, shown

if TYPE_CHECKING:
    from aelang.events.listing import Seen

COMMAND = Command(
    text="""Lists events, the newest first; several filters must all hold. An event is `waiting` until Automate has been
told of it, then `handled`, or `failed` with the reason.""",
    options=(
        STORE,
        Option(("--type",), "Only those of this name: `USER_RUN_VM`, `vm_start`.", "TYPE"),
        Option(("--kind",), "Only those of providers, policies, requests or alerts.",
               choices=("provider", "policy", "request", "custom")),
        Option(("--source",), "Only those of this source: `RHEVM`, `POLICY`.", "SOURCE"),
        Option(("--target",), "Only those about this: `Vm:12`.", "MODEL:ID"),
        Option(("--ems",), "Only those of this provider, by id or name.", "PROVIDER"),
        Option(("--state",), "Only those in this state.", choices=("waiting", "handled", "failed")),
        LIMIT,
        JSON,
        *HOW,
    ),
    examples=(
        ("aelang event list --state failed", "what Automate could not be told of, and why"),
        ("aelang event list --target Vm:12", "what happened to a machine"),
    ),
)  # fmt: skip

_KINDS = {"provider": "EmsEvent", "policy": "MiqEvent", "request": "RequestEvent", "custom": "CustomEvent"}
_TITLES = ("id", "time", "source", "type", "about", "state", "failure")


def execute(given: Given) -> int:
    """Prints the list; 1 where the store cannot be used, or there is no such record or provider."""

    def find(connection: Any, limit: int) -> "Sequence[Seen]":
        from aelang.cli.event.targets import provider_of, target_of
        from aelang.events.listing import Wish, list_events

        target, ems = given.text("target"), given.text("ems")
        return list_events(connection, Wish(
            given.text("type"), _KINDS.get(given.text("kind") or ""), given.text("source"),
            None if target is None else target_of(target), None if ems is None else provider_of(connection, ems),
            given.text("state"), limit,
        ))  # fmt: skip

    return print_list(given, Columns("events", _TITLES, _cells), find)


def _cells(row: "Seen") -> tuple[str, ...]:
    return (str(row.id), shown(row.timestamp), row.source or "-", row.event_type or "-", row.about or "-",
            row.state, row.failure or "")  # fmt: skip
