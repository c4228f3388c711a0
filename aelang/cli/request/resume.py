"""`aelang request resume --from STATE`: a request is run again from a state of one's choice."""

from datetime import datetime
from typing import Any

from aelang.cli.options import HOW, JSON, Command, Given, Misused, Option
from aelang.cli.request.deciding import REQUEST, change_one
from aelang.cli.request.retry import TASK
from aelang.cli.stores import STORE

COMMAND = Command(
    text="""Runs REQUEST again from STATE of its machine: an earlier one, to do things again, or a later one, to pass
over what was done by hand. The name is that of a state of the outermost machine.""",
    arguments=(REQUEST,),
    options=(STORE, Option(("--from",), "The state to begin with.", "STATE"), TASK, JSON, *HOW),
    examples=(("aelang request resume 4 --from provision", "`aelang request show 4` lists the states"),),
)


def execute(given: Given) -> int:
    """Puts the work into the queue; 1 where that may not be. Raises Misused."""
    state = given.text("from")
    if not state:
        raise Misused("name the state to begin with: --from STATE")

    def again(connection: Any, number: int, at: datetime) -> str | None:
        from aelang.requests import recovery

        refused = recovery.run_again(connection, number, at, state, given.number("task", 0) or None)
        return None if refused is None else refused.sentence

    return change_one(given, again, "worker --drain")
