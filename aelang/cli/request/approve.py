"""`aelang request approve`: requests are approved."""

from datetime import datetime
from typing import TYPE_CHECKING

from aelang.cli.options import Command, Given
from aelang.cli.request.deciding import OF_APPROVALS, REQUESTS, decide_each
from aelang.cli.stores import rules

if TYPE_CHECKING:
    from aelang.requests.decision import Answer
    from aelang.requests.rows import Case, Person

COMMAND = Command(
    text="""Approves each REQUEST in the name of --user. One that has all the approvals it needs is worked from then on,
or at the time that it is scheduled for. Nobody approves a request of his own but an administrator, and not even he
where `own_by_administrator = false` stands in the table `[requests]` of aelang.toml.""",
    arguments=(REQUESTS,),
    options=OF_APPROVALS,
    examples=(("aelang request approve 1 --reason 'as discussed'", "by the user `admin`"),),
)


def execute(given: Given) -> int:
    """Approves; 1 where one may not be."""
    from aelang.requests import approving

    def approve(case: "Case", by: "Person", at: datetime) -> "Answer":
        only = given.number("approval", 0) or None
        return approving.approve(case, by, given.text("reason") or "", at, rules(), only)

    return decide_each(given, approve)
