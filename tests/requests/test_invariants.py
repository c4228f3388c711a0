"""What always holds of requests (REQUESTS 8), and which test shows it.

1, 2, 4, 8, 9   the life of requests as a machine: `machine.Lives`, in memory (tests/properties/test_requests.py), on
                SQLite and on PostgreSQL (tests/properties/test_requests_stored.py)
3               the same; `test_a_request_has_as_many_tasks_as_it_asks_for`; here, where making them fails
5               `test_roll_up_...` (tests/properties/test_requests.py), `test_a_parent_follows_from_its_children`,
                `test_a_request_says_the_gravest_of_what_its_tasks_came_to`; here, that finished stays finished
6               `test_a_higher_limit_never_blocks_...`, `test_fewer_vms_never_block_...`
7               `test_an_option_that_is_set_is_read`, `test_of_a_list_an_option_is_the_first`,
                `test_no_two_tasks_share_their_options`
10              tests/properties/test_names.py
11              `events_make_words` of the machine, `test_each_request_event_has_one_row_and_is_told_once`
12              `the_queue_is_in_order` of the machine
17, 18          `test_a_machine_that_is_stopped_and_resumed_...`, by files and by the queue (tests/properties);
                here, how often a state is tried
19              here
20              here, `test_the_clock_is_put_forward_over_the_waits`
21              tests/requests/test_worker_crashes.py, tests/long/test_crashes.py
"""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aelang.interpreter.ports import MethodCall
from aelang.interpreter.states import seconds_of
from aelang.requests import starting, tasks
from aelang.requests.queue import list_items
from aelang.requests.store import Store
from aelang.requests.store.keeping import read_journal
from tests.requests.making import NOW, begun
from tests.requests.working import BEGIN, Methods, Work, fail, machine, wait, write_datastore

ONE = machine("Machine", {"slow": "METHOD::slow"}, {"slow": "none"})


def test_a_request_that_has_some_of_its_tasks_goes_on_with_those() -> None:
    case = starting.failed_to_create(begun("template", options={"number_of_vms": 2}), "no more room", NOW).case
    assert ("active", "Warn", "Error: no more room") == case.request[5:8]


def test_a_request_without_any_task_ends_in_error() -> None:
    case = begun("template")._replace(tasks=())
    assert ("finished", "Error", "Error: no room") == starting.failed_to_create(case, "no room", NOW).case.request[5:8]


@given(st.lists(st.tuples(st.integers(1, 3), st.sampled_from(["ok", "error", "retry"])), max_size=6))
def test_a_request_that_is_finished_stays_as_it_is(ends: list[tuple[int, str]]) -> None:
    case = begun("template", options={"number_of_vms": 3})
    for number in (1, 2, 3):
        case = tasks.automate_ended(case, number, "ok", NOW).case
    before = case.request
    for number, result in ends:
        case = tasks.automate_ended(case, number, result, NOW).case
    assert ("finished", before) == (before.request_state, case.request)


@pytest.mark.parametrize("most", [0, 1, 3])
def test_a_state_is_tried_once_more_than_it_may_be_tried_again(store: Store, tmp_path: Path, most: int) -> None:
    files = {name: text.replace("max_retries: 100", f"max_retries: {most}") for name, text in ONE.items()}
    work = Work(store, write_datastore(tmp_path, files), Methods({"slow": wait(99)}))
    number = work.request()
    work.work()
    assert (most + 1, "Error") == (len(work.methods.calls), work.case(number).request.status)


def test_after_an_error_no_message_is_left(store: Store, tmp_path: Path) -> None:
    work = Work(store, write_datastore(tmp_path, ONE), Methods({"slow": fail}))
    work.request()
    work.work()
    with store.reading() as connection:
        assert () == list_items(connection)


def test_a_task_that_is_tried_again_is_not_before_its_time(store: Store, tmp_path: Path) -> None:
    begun: list[float] = []

    def look(call: MethodCall) -> None:
        begun.append((work.clock.now() - BEGIN).total_seconds())
        wait(2, "90.seconds")(call)

    work = Work(store, write_datastore(tmp_path, ONE), Methods({"slow": look}))
    number = work.request()
    work.work()
    with store.reading() as connection:
        waited = [each.detail["after"] for each in read_journal(connection, number) if each.status == "Retry"
                  and each.phase == "step"]  # fmt: skip
    assert ([0, 90, 180], [90, 90]) == (begun, waited)


@given(st.integers(0, 10**5), st.sampled_from([("second", 1), ("minute", 60), ("hour", 3600), ("day", 86400)]))
def test_an_interval_is_so_many_of_its_unit(number: int, unit: tuple[str, int]) -> None:
    assert [number * unit[1]] * 2 == [seconds_of(f"{number}.{unit[0]}"), seconds_of(f"{number}.{unit[0]}s")]


@given(st.integers(0, 10**6), st.text("abc .", max_size=4))
def test_of_any_other_interval_the_first_digits_are_seconds(number: int, behind: str) -> None:
    assert [number, 0] == [seconds_of(f"{number} {behind}"), seconds_of(f"x{behind}")]
