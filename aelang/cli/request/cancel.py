"""`aelang request cancel`: requests are cancelled."""

from datetime import datetime
from typing import TYPE_CHECKING

from aelang.cli.options import HOW, JSON, Command, Given
from aelang.cli.request.deciding import REQUESTS, decide_each
from aelang.cli.stores import STORE, USER

if TYPE_CHECKING:
    from aelang.requests.decision import Answer
    from aelang.requests.rows import Case, Person

COMMAND = Command(
    text="""Cancels each REQUEST. One that nobody has begun is finished at once; one that is being worked stops at its
next step, after the `undo` of what its states have done. --user is its requester, or someone who may approve it.""",
    arguments=(REQUESTS,),
    options=(STORE, USER, JSON, *HOW),
    examples=(("aelang request cancel 1", "`aelang request watch` shows it stop"),),
)


def execute(given: Given) -> int:
    """Cancels; 1 where one may not be."""
    from aelang.requests import cancelling
    from aelang.requests.queue import hurry

    def cancel(case: "Case", by: "Person", at: datetime) -> "Answer":
        return cancelling.cancel(case, by, at)

    return decide_each(given, cancel, hurry)  # what waits for a retry stops now, not then
