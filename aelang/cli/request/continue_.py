"""`aelang request continue`: a request goes on that waited for an operator."""

from datetime import datetime
from typing import Any

from aelang.cli.options import HOW, JSON, Command, Given
from aelang.cli.request.deciding import REQUEST, change_one
from aelang.cli.stores import STORE, case_of

COMMAND = Command(
    text="""Puts what REQUEST waits with back into the queue: after `aelang request repair`, after an undo that failed
was done by hand, or after a message was given up. A transaction goes on where it was: with its next command, or with
its rollback.""",
    arguments=(REQUEST,),
    options=(STORE, JSON, *HOW),
    examples=(("aelang request continue 4", "`aelang request show 4` says what it waits for"),),
)


def execute(given: Given) -> int:
    """Lets it go on; 1 where there is nothing to continue."""

    def go_on(connection: Any, number: int, at: datetime) -> str | None:
        from aelang.requests import recovery
        from aelang.requests.transactions import operating
        from aelang.requests.types import PROVISIONING

        is_transaction = case_of(connection, number).request.type == PROVISIONING
        refused = (operating if is_transaction else recovery).go_on(connection, number, at)
        return None if refused is None else refused.sentence

    return change_one(given, go_on, "worker --drain")
