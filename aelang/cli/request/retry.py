"""`aelang request retry`: a request that failed is run again from where it failed."""

from datetime import datetime
from typing import Any

from aelang.cli.options import HOW, JSON, Command, Given, Option
from aelang.cli.request.deciding import REQUEST, change_one
from aelang.cli.stores import STORE

TASK = Option(("--task",), "The task that is meant, where several come into question.", "ID", least=1)
COMMAND = Command(
    text="""Runs the tasks of REQUEST that ended in an error again, each from the state in which it failed, with its
counters at zero; where states were undone then, from the first of these.""",
    arguments=(REQUEST,),
    options=(STORE, TASK, JSON, *HOW),
    examples=(("aelang request retry 4", "once its cause is put right; `aelang worker` then works it"),),
)


def execute(given: Given) -> int:
    """Puts the work into the queue; 1 where there is nothing to run again."""

    def again(connection: Any, number: int, at: datetime) -> str | None:
        from aelang.requests import recovery

        refused = recovery.run_again(connection, number, at, None, given.number("task", 0) or None)
        return None if refused is None else refused.sentence

    return change_one(given, again, "worker --drain")
