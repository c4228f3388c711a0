"""`aelang request deny`: requests are denied."""

from datetime import datetime
from typing import TYPE_CHECKING

from aelang.cli.options import Command, Given, Misused
from aelang.cli.request.deciding import OF_APPROVALS, REQUESTS, decide_each

if TYPE_CHECKING:
    from aelang.requests.decision import Answer
    from aelang.requests.rows import Case, Person

COMMAND = Command(
    text="""Denies each REQUEST in the name of --user, with a reason. A denied request stays so; one that is being
worked can only be cancelled.""",
    arguments=(REQUESTS,),
    options=OF_APPROVALS,
    examples=(("aelang request deny 1 --reason 'too large: ask for 2'", "the requester sees the reason"),),
)


def execute(given: Given) -> int:
    """Denies; 1 where one may not be. Raises Misused."""
    from aelang.requests import approving

    reason = given.text("reason")
    if not (reason or "").strip():
        raise Misused("a denial needs a reason: add --reason 'why not'")

    def deny(case: "Case", by: "Person", at: datetime) -> "Answer":
        return approving.deny(case, by, reason or "", at, given.number("approval", 0) or None)

    return decide_each(given, deny)
