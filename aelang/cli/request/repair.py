"""`aelang request repair --done|--again`: an operator says what became of a method that a crash cut short."""

from datetime import datetime
from typing import Any

from aelang.cli.options import HOW, JSON, Command, Given, Misused, Option
from aelang.cli.request.deciding import REQUEST, change_one
from aelang.cli.request.retry import TASK
from aelang.cli.stores import STORE, USER

COMMAND = Command(
    text="""A method that is declared with `effect: once` is not run again by itself when a crash cut it short: look
whether it had done its work, and say so. Then `aelang request continue` lets the request go on.""",
    arguments=(REQUEST,),
    options=(
        STORE,
        USER,
        Option(("--done",), "It has done its work: it is not run again."),
        Option(("--again",), "It has not: it is run again."),
        TASK,
        JSON,
        *HOW,
    ),
    examples=(("aelang request repair 4 --done", "`aelang request show 4` names the method"),),
)


def execute(given: Given) -> int:
    """Keeps what the operator says; 1 where nothing waits for it. Raises Misused."""
    if given.flag("done") == given.flag("again"):
        raise Misused("say either --done (it had done its work) or --again (run it again)")

    def repair(connection: Any, number: int, at: datetime) -> str | None:
        from aelang.requests import recovery

        by, task = given.text("user") or "admin", given.number("task", 0) or None
        refused = recovery.repair(connection, number, given.flag("done"), by, at, task)
        return None if refused is None else refused.sentence

    return change_one(given, repair, "request continue {}")
