"""`aelang request continue`: a request goes on that waited for an operator."""

from datetime import datetime
from typing import Any

from aelang.cli.options import HOW, JSON, Command, Given
from aelang.cli.request.deciding import REQUEST, change_one
from aelang.cli.stores import STORE

COMMAND = Command(
    text="""Puts what REQUEST waits with back into the queue: after `aelang request repair`, after an undo that failed
was done by hand, or after a message was given up.""",
    arguments=(REQUEST,),
    options=(STORE, JSON, *HOW),
    examples=(("aelang request continue 4", "`aelang request show 4` says what it waits for"),),
)


def execute(given: Given) -> int:
    """Lets it go on; 1 where there is nothing to continue."""

    def go_on(connection: Any, number: int, at: datetime) -> str | None:
        from aelang.requests import recovery

        refused = recovery.go_on(connection, number, at)
        return None if refused is None else refused.sentence

    return change_one(given, go_on, "worker --drain")
