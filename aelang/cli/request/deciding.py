"""What approving, denying, cancelling and the operator's commands have in common: each is decided and carried out in a
transaction of its own, and what is refused is told."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from aelang.cli.console import Console
from aelang.cli.options import HOW, JSON, Argument, Given, Option
from aelang.cli.stores import STORE, USER, case_of, find_person, now, number_of, print_json, with_store

if TYPE_CHECKING:
    from aelang.requests.decision import Answer, Refused
    from aelang.requests.rows import Case, Person
    from aelang.requests.store import Store

REQUESTS = Argument("requests", "REQUEST...", many=True)
REQUEST = Argument("request", "REQUEST")
REASON = Option(("--reason",), "Why: kept with the decision.", "TEXT")
APPROVAL = Option(("--approval",), "The approval that is meant, where several are asked for.", "ID", least=1)
OF_APPROVALS = (STORE, USER, REASON, APPROVAL, JSON, *HOW)
"""The options of who approves or denies."""

Decide: TypeAlias = "Callable[[Case, Person, datetime], Answer]"
Settle: TypeAlias = "Callable[[Any, Case, Person, datetime], Refused | None]"
"""Decides by a connection, and carries it out."""
Change: TypeAlias = "Callable[[Any, int, datetime], str | None]"
"""Changes something of a request by a connection; gives why not, where it may not be."""


def decide_each(given: Given, decide: Decide) -> int:
    """Decides on each request that is named; 1 where one was refused."""

    def settle(connection: Any, case: "Case", by: "Person", at: datetime) -> "Refused | None":
        from aelang.requests.decision import Refused
        from aelang.requests.store.cases import carry_out

        answer = decide(case, by, at)
        if isinstance(answer, Refused):
            return answer
        carry_out(connection, case, answer, at)
        return None

    return settle_each(given, settle)


def settle_each(given: Given, settle: Settle) -> int:
    """Settles each request that is named; 1 where one was refused."""
    console = Console(given)

    def work(store: "Store") -> int:
        numbers = [number_of(each, "request") for each in given.many("requests")]
        by = find_person(store, given)

        def change(connection: Any, number: int, at: datetime) -> str | None:
            refused = settle(connection, case_of(connection, number), by, at)
            return None if refused is None else refused.sentence

        return _change_all(store, given, console, numbers, change)

    return with_store(given, console, work)


def change_one(given: Given, change: Change, then: str) -> int:
    """Carries out what an operator says of the request that is named, and tells what to do `then`; 1 where that may not
    be."""
    console = Console(given)

    def work(store: "Store") -> int:
        number = number_of(given.text("request") or "", "request")
        if given.text("user") is not None:
            find_person(store, given)  # nobody speaks for one who is not there
        code = _change_all(store, given, console, [number], change)
        if code == 0:
            console.note(f"next: aelang {then.format(number)}")
        return code

    return with_store(given, console, work)


def _change_all(store: "Store", given: Given, console: Console, numbers: list[int], change: Change) -> int:
    told: list[dict[str, Any]] = []
    with store.reading() as connection:
        for number in numbers:
            case_of(connection, number)  # before anything is changed
    for number in dict.fromkeys(numbers):
        with store.writing() as connection:
            case_of(connection, number)
            refused = change(connection, number, now())
        with store.reading() as connection:
            request = case_of(connection, number).request
        told.append({"id": number, "refused": refused, "approval_state": request.approval_state,
                     "request_state": request.request_state, "status": request.status})  # fmt: skip
        if given.flag("json"):
            continue
        if refused:
            console.error(refused)
        else:
            console.result(f"request {number}: {request.approval_state}, {request.request_state}, {request.status}")
    if given.flag("json"):
        print_json(console, told)
    return 1 if any(each["refused"] for each in told) else 0
