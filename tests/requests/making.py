"""Cases as far along as a test needs them."""

from datetime import timedelta
from typing import Any

from aelang.requests import creating, starting
from aelang.requests.decision import Decision, Refused
from aelang.requests.rows import Case, Person
from tests.requests.living import ANN, BEGIN, Memory

NOW = BEGIN + timedelta(minutes=1)
_AUTOMATION = {"namespace": "A", "class_name": "B", "instance_name": "c"}


def make(type_: str = "automation", by: Person = ANN, **wanted: Any) -> Decision:
    """A new request, as it was decided."""
    options = {**(_AUTOMATION if type_ == "automation" else {}), **wanted.pop("options", {})}
    answer = creating.create(creating.Wanted(type_, options, **wanted), by, Memory().numbers, BEGIN)
    assert isinstance(answer, Decision), answer
    return answer


def new_case(type_: str = "automation", **wanted: Any) -> Case:
    """A new request."""
    return make(type_, **wanted).case


def done(answer: Decision | Refused) -> Case:
    """The case after a transition that may be."""
    assert isinstance(answer, Decision), answer
    return answer.case


def begun(type_: str, **wanted: Any) -> Case:
    """A request that was approved, and has its tasks."""
    memory = Memory()
    case = done(starting.create_tasks(new_case(type_, auto_approve=True, **wanted), memory.numbers, NOW))
    return starting.deliver_tasks(case, NOW).case


def said(answer: Decision | Refused) -> str:
    """Why a transition may not be."""
    assert isinstance(answer, Refused), answer
    return answer.sentence
