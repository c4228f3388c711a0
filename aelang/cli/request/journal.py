"""`aelang request journal`: what was done for a transaction, line by line."""

import time
from typing import TYPE_CHECKING

from aelang.cli.console import Console, printable
from aelang.cli.options import HOW, JSON, Command, Given, Option
from aelang.cli.request.deciding import REQUEST
from aelang.cli.stores import STORE, as_json, case_of, number_of, shown, with_store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aelang.requests.store import Store
    from aelang.requests.transactions.journal import Line

COMMAND = Command(
    text="""Prints the journal of REQUEST, the oldest line first: how a transaction came on, each command and each undo
with how it went, what operators wrote and why. With --all also each message that was worked, and each state of a
machine. With --follow it goes on printing until the request has ended.""",
    arguments=(REQUEST,),
    options=(
        STORE,
        Option(("--all",), "The lines about messages, states and methods, too."),
        Option(("--follow",), "Go on until the request has ended, or Ctrl-C is pressed."),
        JSON,
        *HOW,
    ),
    examples=(("aelang request journal 5", "what happened to a transaction"),),
)

_EVERY = 0.5
_OF_TRANSACTIONS = ("transaction", "command", "undo", "clean_up", "repair")


def execute(given: Given) -> int:
    """Prints it, as a line of JSON each with --json; 1 where there is no such request."""
    console = Console(given)
    return with_store(given, console, lambda store: _print(store, given, console))


def _print(store: "Store", given: Given, console: Console) -> int:
    number = number_of(given.text("request") or "", "request")
    seen = 0
    try:
        for some in _lines(store, number, follow=given.flag("follow")):
            for each in some:
                if each.number > seen and (given.flag("all") or each.entry.phase in _OF_TRANSACTIONS):
                    console.result(_json(each) if given.flag("json") else printable(_text(each)))
            seen = max((each.number for each in some), default=seen)
    except KeyboardInterrupt:
        pass
    return 0


def _lines(store: "Store", number: int, *, follow: bool) -> "Iterator[Sequence[Line]]":
    """The journal as it is, and with `follow` again and again until the request has ended."""
    from aelang.requests.transactions.journal import read_lines

    while True:
        with store.reading() as connection:
            request = case_of(connection, number).request
            found = read_lines(connection, number)
        yield found
        if not follow or request.request_state == "finished":
            return
        time.sleep(_EVERY)


def _text(line: "Line") -> str:
    entry = line.entry
    what = f"{entry.phase} {line.command}" if line.command is not None else entry.phase
    state = f" {entry.state}" if entry.state else ""
    attempt = f", attempt {entry.attempt}" if entry.attempt and entry.phase == "command" else ""
    by = f" by {entry.detail['by']}" if isinstance(entry.detail, dict) and "by" in entry.detail else ""
    said = f": {entry.message}" if entry.message else ""
    return f"{shown(entry.at)}  {what}{state}  {entry.status}{attempt}{by}{said}"


def _json(line: "Line") -> str:
    import json

    told = {"id": line.number, "command": line.command, **line.entry._asdict()}
    return json.dumps(as_json(told), ensure_ascii=False)
