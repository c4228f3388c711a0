"""The transitions of tasks, roll-up and cancelling, one by one (REQUESTS 1.7, 3.6, R9)."""

import pytest

from aelang.requests import cancelling, creating, tasks
from aelang.requests.rows import Case, Task
from tests.requests.living import ANN, GREG
from tests.requests.making import NOW, begun, done, new_case, said

# -- T1 to T9


def _one(case: Case) -> Task:
    return case.tasks[0]


def test_automate_is_to_begin_with_a_task_that_it_drives() -> None:
    task = _one(begun("template"))
    assert ("pending", "Ok", "Automation Starting") == (task.state, task.status, task.message)


def test_a_task_that_automate_does_not_drive_is_executed() -> None:
    task = _one(begun("automation"))
    assert ("queued", "Ok", "State Machine Initializing") == (task.state, task.status, task.message)


@pytest.mark.parametrize(
    ("type_", "state"), [("template", "pending"), ("clone_to_service", "active"), ("vm_retire", "active")]
)
def test_only_services_and_what_is_retired_are_told_that_automate_starts(type_: str, state: str) -> None:
    case = begun(type_, options={"src_ids": [4]})
    assert state == _one(done(tasks.automate_starts(case, 1, NOW))).state


def test_the_message_of_a_task_at_work_is_that_of_its_request() -> None:
    case = done(tasks.executing(begun("automation"), 1, NOW))
    assert ("active", "Automation Request initiated") == (case.request.request_state, case.request.message)


@pytest.mark.parametrize(
    ("result", "state", "status", "message"),
    [
        ("ok", "finished", "Ok", "Automation Request completed"),
        ("OK", "finished", "Ok", "Automation Request completed"),
        ("error", "finished", "Error", "Automation Request failed"),
        ("what", "finished", "Error", "Automation Request failed"),
        ("retry", "queued", "Ok", "State Machine Initializing"),
    ],
)
def test_a_task_ends_as_its_run_does(result: str, state: str, status: str, message: str) -> None:
    task = _one(tasks.automate_ended(begun("automation"), 1, result, NOW).case)
    assert (state, status, message) == (task.state, task.status, task.message)


def test_a_vm_that_failed_keeps_its_message() -> None:
    case = done(tasks.update(begun("template"), 1, {"message": "no room"}, NOW))
    assert "no room" == _one(tasks.automate_ended(case, 1, "error", NOW).case).message


def test_a_finished_task_says_nothing_more() -> None:
    case = tasks.automate_ended(begun("template", options={"number_of_vms": 2}), 1, "ok", NOW).case
    assert "task 1 is finished: it says nothing more" == said(tasks.update(case, 1, {"message": "late"}, NOW))


def test_a_message_of_a_task_is_cut() -> None:
    case = done(tasks.update(begun("template"), 1, {"message": "x" * 300}, NOW))
    assert "x" * 252 + "..." == _one(case).message


def test_when_a_task_of_a_service_fails_those_that_wait_never_begin() -> None:
    case = tasks.automate_ended(begun("vm_retire", options={"src_ids": [4, 5]}), 1, "error", NOW).case
    assert ("finished", "Warn", "Error in Request: 1. Setting pending Task: 2 to finished.") == (
        case.tasks[1].state, case.tasks[1].status, case.tasks[1].message,
    )  # fmt: skip


def test_a_request_says_the_gravest_of_what_its_tasks_came_to() -> None:
    case = tasks.automate_ended(begun("vm_retire", options={"src_ids": [4, 5]}), 1, "error", NOW).case
    assert ("finished", "Error", "Request completed with errors") == case.request[5:8]


def test_a_message_for_people_stands_before_all_others() -> None:
    said = done(creating.edit(begun("automation"), {"user_message": "on its way"}, NOW))
    assert "on its way" == done(tasks.executing(said, 1, NOW)).request.message


# -- 3.6


def _family(*children: tuple[str, str]) -> Case:
    case = begun("clone_to_service")
    parent = _one(case)._replace(state="active", message="In Process")
    made = tuple(
        parent._replace(id=number, miq_request_task_id=parent.id, state=state, status=status)
        for number, (state, status) in enumerate(children, 2)
    )
    return case._replace(tasks=(parent, *made))


@pytest.mark.parametrize(
    ("children", "expected"),
    [
        ([("finished", "Ok"), ("finished", "Ok")], ("provisioned", "Ok", "Task complete")),
        ([("finished", "Ok"), ("active", "Ok")], ("active", "Ok", "Active = 1; Finished = 1")),
        ([("finished", "Error"), ("finished", "Ok")], ("finished", "Error", "Task completed with errors")),
        ([("provisioned", "Ok"), ("provisioned", "Ok")], ("provisioned", "Ok", "Provisioned = 2")),
        ([("pending", "Ok"), ("pending", "Ok")], ("active", "Ok", "Pending = 2")),
    ],
)
def test_a_parent_follows_from_its_children(children: list[tuple[str, str]], expected: tuple[str, str, str]) -> None:
    parent = _one(tasks.report(_family(*children), 2, {"phase": "x"}, NOW).case)
    assert expected == (parent.state, parent.status, parent.message)


def test_a_service_that_is_there_is_told_once() -> None:
    case = _family()
    case = case.with_task(_one(case)._replace(destination_id=3, destination_type="Service"))
    ended = tasks.automate_ended(case, 1, "ok", NOW)
    again = tasks.report(ended.case, 1, {"message": "x"}, NOW)
    assert [["service_provisioned"], []] == [[event.name for event in each.events] for each in (ended, again)]


def test_a_state_that_a_request_does_not_have_is_active() -> None:
    case = done(tasks.update(begun("clone_to_service"), 1, {"state": "provisioned"}, NOW))
    assert "active" == case.request.request_state


# -- R9


def test_what_nobody_has_begun_is_cancelled_at_once() -> None:
    request = done(cancelling.cancel(new_case(), ANN, NOW)).request
    assert ("finished", "Error", "canceled", "Request is canceled by user.") == (
        request.request_state, request.status, request.cancelation_status, request.message,
    )  # fmt: skip


def test_what_is_at_work_stops_at_its_next_step() -> None:
    asked = done(cancelling.cancel(begun("automation"), ANN, NOW))
    assert (True, "cancel_requested") == (cancelling.is_to_stop(_one(asked)), asked.request.cancelation_status)
    stopped = cancelling.stopped(asked, 1, NOW).case.request
    assert ("finished", "Error", "canceled") == (stopped.request_state, stopped.status, stopped.cancelation_status)


def test_where_an_undo_failed_an_operator_is_waited_for() -> None:
    asked = done(cancelling.cancel(begun("automation"), ANN, NOW))
    case = cancelling.stopped(asked, 1, NOW, undone=False).case
    assert (True, "active", "Error") == (_one(case).needs_operator, case.request.request_state, case.request.status)


def test_only_its_requester_and_who_approves_may_cancel_a_request() -> None:
    assert "greg may not cancel request 1: it is another's" == said(cancelling.cancel(new_case(), GREG, NOW))
