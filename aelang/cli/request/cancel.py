"""`aelang request cancel`: requests are cancelled."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from aelang.cli.options import HOW, JSON, Command, Given
from aelang.cli.request.deciding import REASON, REQUESTS, settle_each
from aelang.cli.stores import STORE, USER

if TYPE_CHECKING:
    from aelang.requests.decision import Refused
    from aelang.requests.rows import Case, Person

COMMAND = Command(
    text="""Cancels each REQUEST. One that nobody has begun is finished at once; one that is being worked stops at its
next state, after the `undo` of what its states have done. --user is its requester, or someone who may approve it.""",
    arguments=(REQUESTS,),
    options=(STORE, USER, REASON, JSON, *HOW),
    examples=(("aelang request cancel 1 --reason 'not needed any more'", "`aelang request watch` shows it stop"),),
)


def execute(given: Given) -> int:
    """Cancels; 1 where one may not be."""

    def cancel(connection: Any, case: "Case", by: "Person", at: datetime) -> "Refused | None":
        from aelang.requests.recovery import cancel_request

        return cancel_request(connection, case, by, at, given.text("reason") or "")

    return settle_each(given, cancel)
