"""`aelang request move-to`: a request goes on with another datastore than it began with."""

from datetime import datetime
from typing import Any

from aelang.cli.options import HOW, JSON, Argument, Command, Given
from aelang.cli.request.deciding import REQUEST, change_one
from aelang.cli.stores import STORE

COMMAND = Command(
    text="""A request goes on with the datastore that it began with, whatever changes meanwhile. This lets it take
another one from its next step on: the one that the worker then has, or an earlier one by its HASH.""",
    arguments=(REQUEST, Argument("hash", "[HASH]", required=False)),
    options=(STORE, JSON, *HOW),
    examples=(("aelang request move-to 4", "after a fault of the datastore was put right"),),
)


def execute(given: Given) -> int:
    """Moves it; 1 where that may not be."""

    def move(connection: Any, number: int, at: datetime) -> str | None:
        from aelang.requests import images

        refused = images.move_to(connection, number, given.text("hash"))
        return None if refused is None else refused.sentence

    return change_one(given, move, "request show {}")
