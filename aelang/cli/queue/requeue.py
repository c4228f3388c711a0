"""`aelang queue requeue`: messages that were given up are put back."""

from typing import TYPE_CHECKING

from aelang.cli.console import Console
from aelang.cli.options import HOW, JSON, Argument, Command, Given, Misused, Option
from aelang.cli.stores import STORE, now, number_of, print_json, with_store

if TYPE_CHECKING:
    from aelang.requests.store import Store

COMMAND = Command(
    text="""Puts each MESSAGE that was given up back into the queue, as if it had never been tried; with --dead all of
them. Put right first what made it fail: `aelang queue list --state dead` says what that was.""",
    arguments=(Argument("messages", "[MESSAGE...]", required=False, many=True),),
    options=(STORE, Option(("--dead",), "All that were given up."), JSON, *HOW),
    examples=(("aelang queue requeue --dead", "once the cause is put right"),),
)


def execute(given: Given) -> int:
    """Puts them back; 1 where one is not there or was not given up. Raises Misused."""
    if bool(given.many("messages")) == given.flag("dead"):
        raise Misused("name the messages to put back, or say --dead for all that were given up")
    console = Console(given)
    return with_store(given, console, lambda store: _requeue(store, given, console))


def _requeue(store: "Store", given: Given, console: Console) -> int:
    from aelang.requests.queue import list_items, read_item
    from aelang.requests.recovery import put_back

    numbers = [number_of(each, "message") for each in given.many("messages")]
    with store.writing() as connection:
        if given.flag("dead"):
            numbers = [each.number for each in list_items(connection, ("dead",))]
        found = {each: read_item(connection, each) for each in numbers}
        done = {each: item is not None and put_back(connection, item, now()) for each, item in found.items()}
    if given.flag("json"):
        print_json(console, [{"id": number, "requeued": put} for number, put in done.items()])
    else:
        for number, put in done.items():
            if put:
                console.result(f"message {number} is ready again")
            else:
                console.error(f"message {number} was not given up: `aelang queue list --state dead` lists those")
    return 0 if all(done.values()) else 1
