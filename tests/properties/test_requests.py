"""Requests: their life in memory, roll-up, options and thresholds (REQUESTS 8)."""

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from aelang.interpreter.values import Symbol
from aelang.requests import creating, starting, thresholds
from aelang.requests.decision import Decision, Refused, changes
from aelang.requests.options import deep_copy, get, with_options
from aelang.requests.rollup import roll_up
from aelang.requests.rows import Case, Task
from aelang.requests.types import REQUEST_TYPES
from tests.properties.examples import examples
from tests.requests.living import ANN, BEGIN, Memory
from tests.requests.machine import Lives

_STATES = st.sampled_from(["pending", "queued", "active", "provisioned", "finished"])
_STATUSES = st.sampled_from(["Ok", "Warn", "Timeout", "Error"])
_TASKS = st.lists(st.tuples(_STATES, _STATUSES), min_size=1, max_size=6)
_SCALARS = st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4)
_VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner)
)
_NAMES = st.text("abc_", min_size=1, max_size=4)
_LIMITS = st.integers(0, 20)


def test_any_life_of_requests_is_sound() -> None:
    run_state_machine_as_test(
        Lives, settings=settings(max_examples=examples(25), stateful_step_count=30, deadline=None)
    )


def _tasks(states: list[tuple[str, str]]) -> list[Task]:
    return [Task(number, "AutomationTask", "automation", 1, state=state, status=status)
            for number, (state, status) in enumerate(states)]  # fmt: skip


@given(_TASKS, st.randoms())
def test_roll_up_does_not_depend_on_the_order(states: list[tuple[str, str]], random: Any) -> None:
    mixed = list(states)
    random.shuffle(mixed)
    assert roll_up(_tasks(states), "Request") == roll_up(_tasks(mixed), "Request")


@given(_TASKS, st.integers(1, 3))
def test_roll_up_says_the_same_of_the_same_tasks_several_times(states: list[tuple[str, str]], times: int) -> None:
    once, often = roll_up(_tasks(states), "Request"), roll_up(_tasks(states * times), "Request")
    assert (once.state, once.status) == (often.state, often.status)


@given(_TASKS)
def test_roll_up_has_the_gravest_status(states: list[tuple[str, str]]) -> None:
    order = ("Error", "Timeout", "Warn", "Ok")
    assert min((status for _, status in states), key=order.index) == roll_up(_tasks(states), "Request").status


@given(st.dictionaries(_NAMES, _VALUES, max_size=4), _NAMES, _SCALARS)
def test_an_option_that_is_set_is_read(options: dict[str, Any], name: str, value: Any) -> None:
    assert value == get(with_options(options, **{name: value}), name)


@given(_NAMES, st.lists(_SCALARS, min_size=1))
def test_of_a_list_an_option_is_the_first(name: str, values: list[Any]) -> None:
    assert values[0] == get({Symbol(name): values}, name)


@settings(max_examples=examples(30))
@given(st.dictionaries(_NAMES, _VALUES, max_size=4))
def test_a_change_of_the_options_of_a_task_does_not_reach_the_request(given_: dict[str, Any]) -> None:
    case = _begun({**given_, "number_of_vms": 2})
    before = deep_copy(case.request.options)
    for each in case.tasks:
        _spoil(each.options)
    assert before == case.request.options


@settings(max_examples=examples(30))
@given(st.dictionaries(_NAMES, _VALUES, max_size=4))
def test_no_two_tasks_share_their_options(given_: dict[str, Any]) -> None:
    one, other = _begun({**given_, "number_of_vms": 2}).tasks
    before = deep_copy(other.options)
    _spoil(one.options)
    assert before == other.options


def _spoil(value: Any) -> None:
    match value:
        case dict():
            for each in value.values():
                _spoil(each)
            value["spoilt"] = True
        case list():
            for each in value:
                _spoil(each)
            value.append("spoilt")


def _begun(options: dict[str, Any]) -> Case:
    memory = Memory()
    wanted = creating.Wanted("template", options, auto_approve=True)
    made = memory.make(lambda numbers: creating.create(wanted, ANN, numbers, BEGIN), BEGIN)
    assert isinstance(made, Case)
    begun = starting.create_tasks(made, memory.numbers, BEGIN)
    assert isinstance(begun, Decision)
    return begun.case


_KNOWN = st.sampled_from(["number_of_vms", "src_ids", "src_id", "schedule_time", "attrs", "user_message"])


@given(st.sampled_from(sorted(REQUEST_TYPES)), st.dictionaries(_NAMES | _KNOWN, _VALUES, max_size=4))
def test_any_options_make_a_request_or_are_refused_with_a_sentence(type_: str, options: dict[str, Any]) -> None:
    memory = Memory()
    made = memory.make(lambda numbers: creating.create(creating.Wanted(type_, options), ANN, numbers, BEGIN), BEGIN)
    if isinstance(made, Refused):
        assert len(made.sentence.split()) > 3
    else:
        assert type_ == made.request.type


@given(st.integers(1, 5), st.integers(1, 5))
def test_what_a_decision_changes_leads_from_the_case_before_to_that_after(vms: int, minutes: int) -> None:
    before = _begun({"number_of_vms": vms})
    after = starting.deliver_tasks(before, BEGIN + timedelta(minutes=minutes)).case
    found = changes(before, after)
    rebuilt = {each.reference: each for each in (before.request, *before.approvals, *before.tasks)}
    for of, columns in found.writes:
        rebuilt[of] = rebuilt[of]._replace(**columns)
    assert {each.reference: each for each in (after.request, *after.approvals, *after.tasks)} == rebuilt


_OPTIONS = st.fixed_dictionaries({Symbol(name): _LIMITS for name in ("number_of_cpus", "vm_memory", "number_of_vms")})


@given(_OPTIONS, _LIMITS, _LIMITS)
def test_a_higher_limit_never_blocks_what_a_lower_one_lets_through(
    options: dict[Any, int], low: int, more: int
) -> None:
    if low == 0:  # no limit at all
        return
    strict, lax = (thresholds.Thresholds(*[limit] * 4) for limit in (low, low + more))
    assert set(_kinds(thresholds.over(options, lax))) <= set(_kinds(thresholds.over(options, strict)))


@given(_OPTIONS, _LIMITS, _LIMITS)
def test_fewer_vms_never_block_what_more_do_not(options: dict[Any, int], limit: int, fewer: int) -> None:
    limits = thresholds.Thresholds(max_vms=limit)
    less = {**options, Symbol("number_of_vms"): max(options[Symbol("number_of_vms")] - fewer, 0)}
    assert len(thresholds.over(less, limits)) <= len(thresholds.over(options, limits))


def _kinds(reasons: tuple[str, ...]) -> list[str]:
    return [each.split()[1] for each in reasons]
