"""What a worker makes of messages: a step is written down whole, and what cannot go on says so."""

from pathlib import Path

import pytest
from sqlalchemy import Connection, text, update

from aelang.interpreter.ports import MethodCall, MethodResult
from aelang.requests import recovery
from aelang.requests.cancelling import cancel
from aelang.requests.decision import Decision
from aelang.requests.deliver_requests import create_request_tasks
from aelang.requests.history import Wish, list_requests, states_seen
from aelang.requests.queue import list_items
from aelang.requests.steps import Step
from aelang.requests.store import Store
from aelang.requests.store.cases import carry_out, read_case
from aelang.requests.store.keeping import read_journal, read_trace, read_workspace
from aelang.requests.store.schema import TASKS
from aelang.requests.tasks import execute
from aelang.requests.traces import read_body, read_events
from tests.requests.stores import Stores
from tests.requests.working import BEGIN, Methods, Work, fail, machine, wait, write_datastore

THREE = machine("Machine", {"first": "METHOD::act", "second": "METHOD::slow", "third": "METHOD::act"},
                {"act": "none", "slow": "none"})  # fmt: skip


def _ended(work: Work, number: int) -> tuple[str, str, str | None]:
    request = work.case(number).request
    return request.request_state, request.status, request.message


def test_a_machine_that_waits_goes_on_where_it_was(store: Store, tmp_path: Path) -> None:
    work = Work(store, write_datastore(tmp_path, THREE), Methods({"slow": wait(2)}))
    number = work.request()
    work.work()
    assert ["act first", "slow second", "slow second", "slow second", "act third"] == work.methods.calls
    assert ("finished", "Ok", "Automation Request completed") == _ended(work, number)


def test_the_clock_is_put_forward_over_the_waits(store: Store, tmp_path: Path) -> None:
    work = Work(store, write_datastore(tmp_path, THREE), Methods({"slow": wait(2, "1.hour")}))
    work.request()
    work.work()
    assert 7200 == (work.clock.now() - BEGIN).total_seconds()


def test_a_machine_that_ends_in_error_ends_its_task_and_request(store: Store, tmp_path: Path) -> None:
    work = Work(store, write_datastore(tmp_path, THREE), Methods({"slow": fail}))
    number = work.request()
    work.work()
    assert ("finished", "Error", "Automation Request failed") == _ended(work, number)


def test_the_journal_has_every_state_and_every_step(store: Store, tmp_path: Path) -> None:
    work = Work(store, write_datastore(tmp_path, THREE), Methods({"slow": wait(1)}))
    number = work.request()
    work.work()
    with store.reading() as connection:
        entries = read_journal(connection, number)
    told = [(each.phase, each.status, each.state, each.attempt) for each in entries if each.task_id]
    assert [
        ("state", "Ok", "first", 1),
        ("state", "Retry", "second", 1),
        ("step", "Retry", "second", 1),
        ("state", "Ok", "second", 2),
        ("state", "Ok", "third", 1),
        ("step", "Ok", "third", 1),
    ] == told


def test_trace_and_last_workspace_are_kept_with_their_context(store: Store, tmp_path: Path) -> None:
    work = Work(store, write_datastore(tmp_path, THREE))
    number = work.request()
    work.work()
    with store.reading() as connection:
        parts, workspace = read_trace(connection, number), read_workspace(connection, "automation_task_1")
    assert {"-", "automation_request_1", "automation_task_1"} == {each.task_id for each in parts}
    assert workspace is not None
    assert workspace.uri.startswith("/Sys/Machine/one?AutomationTask%3A%3Aautomation_task=1&MiqServer")
    assert 'class="Machine" instance="one"' in read_body(workspace.body)
    assert parts[-1].lines == len(read_events(parts[-1].body))


def test_each_request_event_has_one_row_and_is_told_once(store: Store, tmp_path: Path) -> None:
    work = Work(store, write_datastore(tmp_path, THREE))
    number = work.request()
    work.work()
    with store.reading() as connection:
        rows = connection.execute(text("SELECT event_type FROM events ORDER BY id")).scalars().all()
        told = [each for each in read_journal(connection, number) if (each.detail or {}).get("method") == "deliver"]
    assert ["request_created", "request_approved", "request_starting"] == sorted(rows, key=rows.index)
    assert 2 == len(told)  # request_starting is told in the message that makes the tasks


def test_a_task_that_is_cancelled_undoes_what_it_did(store: Store, tmp_path: Path) -> None:
    undoing = machine("Machine", {"first": "METHOD::act", "second": "METHOD::slow"},
                      {"act": "none", "slow": "none", "back": "none"}, ", undo: back")  # fmt: skip
    number = 0

    def stop(call: MethodCall) -> None:
        wait(99)(call)
        with store.writing() as connection:
            case = read_case(connection, number)
            assert case is not None
            if case.request.cancelation_status is None:
                carry_out(connection, case, cancel(case, work.admin, BEGIN), BEGIN)  # type: ignore[arg-type]

    work = Work(store, write_datastore(tmp_path, undoing), Methods({"slow": stop}))
    number = work.request()
    work.work()
    assert ["act first", "slow second", "back first"] == work.methods.calls
    assert ("finished", "Error", "Request is canceled by user.") == _ended(work, number)
    assert "canceled" == work.case(number).request.cancelation_status


_DRIVEN = {
    "Demo/System/Process.class/__class__.yaml": "object_type: class\nobject:\n  attributes: {name: Process}\n"
    "  schema:\n  - field: {name: rel1, aetype: relationship}\n",
    "Demo/System/Process.class/AUTOMATION.yaml": "object_type: instance\nobject:\n  attributes: {name: AUTOMATION}\n"
    "  fields:\n  - rel1: {value: /Sys/Machine/one}\n",
}
"""Automate is told of tasks, and runs a machine for them."""


def test_a_task_whose_own_work_waits_is_undone_by_its_machine(store: Store, tmp_path: Path) -> None:
    undoing = machine("Machine", {"first": "METHOD::act", "second": "METHOD::slow"},
                      {"act": "none", "slow": "none", "back": "none"}, ", undo: back")  # fmt: skip
    number = 0

    def stop(call: MethodCall) -> None:
        wait(99)(call)
        with store.writing() as connection:
            case = read_case(connection, number)
            assert case is not None
            if case.request.cancelation_status is None:
                begun = execute(case, case.tasks[0].id, BEGIN)
                assert isinstance(begun, Decision)
                carry_out(connection, case, begun, BEGIN)
                carry_out(connection, begun.case, cancel(begun.case, work.admin, BEGIN), BEGIN)  # type: ignore[arg-type]

    work = Work(store, write_datastore(tmp_path, undoing, _DRIVEN), Methods({"slow": stop}))
    number = work.request("vm_migrate", options={"src_ids": [7]})
    work.work()
    assert ["act first", "slow second", "back first"] == work.methods.calls
    assert ("finished", "Error", "Request is canceled by user.") == _ended(work, number)


def test_a_request_stays_on_the_image_with_which_it_began(store: Store, tmp_path: Path) -> None:
    before = Work(store, write_datastore(tmp_path, THREE))

    def change(call: MethodCall) -> None:
        wait(1)(call)
        write_datastore(tmp_path, machine("Machine", {"other": "METHOD::act"}, {"act": "none"}))
        before.worker.end()

    before.methods.acts = {"slow": change}
    first = before.request()
    before.work()
    after = Work(store, tmp_path)
    second = after.request()
    after.work()
    assert {"finished"} == {after.case(each).request.request_state for each in (first, second)}
    assert ["act other", "act third", "slow second"] == sorted(after.methods.calls)


def test_a_request_may_be_moved_to_the_datastore_as_it_is(store: Store, tmp_path: Path) -> None:
    from aelang.requests.images import image_of, move_to

    work = Work(store, write_datastore(tmp_path, THREE))
    number = work.request()
    work.work()
    with store.writing() as connection:
        assert image_of(connection, number) == work.images.current().digest
        assert move_to(connection, number) is None
        assert image_of(connection, number) is None
        refused = move_to(connection, number, "nothing")
    assert refused is not None


ONCE = machine("Machine", {"first": "METHOD::pay", "second": "METHOD::slow"}, {"pay": "once", "slow": "none"})


class Died(BaseException):
    """Stands for kill -9."""


def _killed(work: Work) -> None:
    """Works until a method kills the worker; its lease is then over."""
    with pytest.raises(Died):
        work.work()
    with work.store.writing() as connection:
        work.queue.release(connection, work.worker._manner.taker.name)


def _die(call: MethodCall) -> None:
    raise Died


def test_a_once_method_found_in_progress_waits_for_an_operator(store: Store, tmp_path: Path) -> None:
    folder = write_datastore(tmp_path, ONCE)
    dying = Work(store, folder, Methods({"pay": _die}))
    number = dying.request()
    _killed(dying)
    work = Work(store, folder)
    work.work()
    assert [] == work.methods.calls
    assert work.case(number).tasks[0].needs_operator
    with store.reading() as connection:
        (waits,) = recovery.waiting(connection, number)
        (item,) = list_items(connection, ["dead"])
    assert ("/Demo/Sys/Machine/pay", None) == (waits.method, waits.said)
    assert "was at work when its worker died" in str(item.reason)


@pytest.mark.parametrize(("done", "calls"), [(True, ["slow second"]), (False, ["pay first", "slow second"])])
def test_after_the_operator_has_said_it_goes_on(store: Store, tmp_path: Path, done: bool, calls: list[str]) -> None:
    folder = write_datastore(tmp_path, ONCE)
    dying = Work(store, folder, Methods({"pay": _die}))
    number = dying.request()
    _killed(dying)
    work = Work(store, folder)
    work.work()
    with store.writing() as connection:
        assert recovery.go_on(connection, number, BEGIN) is not None  # it must be said first
        assert recovery.repair(connection, number, done, "admin", BEGIN) is None
        assert recovery.go_on(connection, number, BEGIN) is None
    work.work()
    assert calls == work.methods.calls
    assert "finished" == work.case(number).request.request_state


def test_a_once_method_that_had_ended_is_not_run_again(store: Store, tmp_path: Path) -> None:
    def pay(call: MethodCall) -> MethodResult:
        call.handle.state_vars["receipt"] = 7
        return MethodResult(value="paid")

    folder = write_datastore(tmp_path, ONCE)
    dying = Work(store, folder, Methods({"pay": pay, "slow": _die}))
    number = dying.request()
    _killed(dying)
    found: list[object] = []

    def look(call: MethodCall) -> None:
        found.append(call.handle.state_vars.get("receipt"))

    work = Work(store, folder, Methods({"slow": look}))
    work.work()
    assert ["slow second"] == work.methods.calls
    assert [7] == found
    assert ("finished", "Ok", "Automation Request completed") == _ended(work, number)


def test_a_message_that_keeps_failing_is_dead_and_can_be_put_back(store: Store, tmp_path: Path) -> None:
    def broken(call: MethodCall) -> None:
        raise RuntimeError("a fault of ours")

    work = Work(store, write_datastore(tmp_path, THREE), Methods({"slow": broken}))
    number = work.request()
    work.work()
    assert 5 == work.methods.calls.count("slow second")
    with store.writing() as connection:
        (item,) = list_items(connection, ["dead"])
        assert "RuntimeError: a fault of ours" == item.reason
        assert recovery.go_on(connection, number, BEGIN) is None
    work.methods.acts = {}
    work.work()
    assert "finished" == work.case(number).request.request_state


def test_a_request_whose_tasks_cannot_be_made_says_why_and_waits_for_an_operator(store: Store, tmp_path: Path) -> None:
    folder = write_datastore(tmp_path, THREE)
    work = Work(store, folder)
    number, other = work.request(), work.request()

    def make(step: Step, connection: Connection) -> "object | None":
        if step.request == number:
            raise RuntimeError("a fault of ours")
        return create_request_tasks(step, connection)

    work.worker._handlers["create_request_tasks"] = make  # type: ignore[assignment]  # what it gives is a Work
    work.work()
    request = work.case(number).request
    assert ("pending", "Error", "Error: RuntimeError: a fault of ours") == request[5:8]
    with store.writing() as connection:
        assert [number] == [each.id for each in list_requests(connection, Wish(waiting=True))]
        connection.execute(update(TASKS).values(needs_operator=True))  # a task with the number of the request
        assert recovery.go_on(connection, number, BEGIN) is None
    (task,) = work.case(other).tasks
    assert (number, True) == (task.id, task.needs_operator)
    Work(store, folder).work()
    assert ("finished", "Ok", "Automation Request completed") == _ended(work, number)


def test_a_message_that_waits_for_an_operator_does_not_keep_others_from_being_worked(
    store: Store, tmp_path: Path
) -> None:
    folder = write_datastore(tmp_path, ONCE)
    dying = Work(store, folder, Methods({"pay": _die}))
    dying.request()
    _killed(dying)
    work = Work(store, folder)
    other = work.request()
    work.work()
    with store.reading() as connection:
        assert ["dead"] == [each.state for each in list_items(connection)]
    assert "finished" == work.case(other).request.request_state


def test_messages_without_a_run_are_all_worked_however_many_there_are(store: Store, tmp_path: Path) -> None:
    work = Work(store, write_datastore(tmp_path, THREE))
    with store.writing() as connection:
        connection.execute(text(
            "INSERT INTO queue (state, method, of_model, of_id, priority, attempts, created_on)"
            " VALUES ('ready', 'create_request_tasks', 'MiqRequest', 99, 100, 0, '2026-11-22 10:00:00.000000')"
        ), [{} for _ in range(120)])  # fmt: skip
    work.work()
    with store.reading() as connection:
        assert () == list_items(connection)


def test_a_task_that_ended_in_error_can_begin_again_where_it_failed(store: Store, tmp_path: Path) -> None:
    work = Work(store, write_datastore(tmp_path, THREE), Methods({"slow": fail}))
    number = work.request()
    work.work()
    work.methods.acts, work.methods.calls = {}, []
    with store.writing() as connection:
        assert recovery.run_again(connection, number, BEGIN) is None
    work.work()
    assert ["slow second", "act third"] == work.methods.calls
    assert ("finished", "Ok") == _ended(work, number)[:2]


OUTER = machine("Outer", {"before": "METHOD::act", "inner": "/Sys/Inner/one", "after": "METHOD::act"}, {"act": "none"})
INNER = machine("Inner", {"first": "METHOD::act", "second": "METHOD::slow", "third": "METHOD::act"},
                {"act": "none", "slow": "none"})  # fmt: skip


def test_a_machine_inside_of_another_begins_again_where_it_failed(store: Store, tmp_path: Path) -> None:
    work = Work(store, write_datastore(tmp_path, OUTER, INNER), Methods({"slow": fail}))
    number = work.request(instance="Outer/one")
    work.work()
    work.methods.acts, work.methods.calls = {}, []
    with store.writing() as connection:
        assert recovery.run_again(connection, number, BEGIN) is None
    work.work()
    assert ["slow second", "act third", "act after"] == work.methods.calls
    assert ("finished", "Ok") == _ended(work, number)[:2]


def test_the_states_of_a_machine_stand_inside_of_the_state_that_it_works(store: Store, tmp_path: Path) -> None:
    work = Work(store, write_datastore(tmp_path, OUTER, INNER), Methods({"slow": fail}))
    number = work.request(instance="Outer/one")
    work.work()
    with store.reading() as connection:
        seen = states_seen(read_journal(connection, number))
    assert [
        ((), "before", "Ok"),
        ((), "inner", "Error"),
        (("inner",), "first", "Ok"),
        (("inner",), "second", "Error"),
    ] == [(each.within, each.name, each.result) for each in seen]


def test_a_state_that_no_machine_has_is_not_begun_at(store: Store, tmp_path: Path) -> None:
    work = Work(store, write_datastore(tmp_path, THREE), Methods({"slow": fail}))
    number = work.request()
    work.work()
    work.methods.acts, work.methods.calls = {}, []
    with store.writing() as connection:
        assert recovery.run_again(connection, number, BEGIN, "nowhere") is None
    work.work()
    with store.reading() as connection:
        said = read_journal(connection, number)[-1].message
    assert "its machine has no state `nowhere` to begin at" == said
    assert ([], ("finished", "Error")) == (work.methods.calls, _ended(work, number)[:2])


def test_a_message_of_another_aelang_fails_without_harm_to_others(store: Store, tmp_path: Path) -> None:
    work = Work(store, write_datastore(tmp_path, THREE))
    with store.writing() as connection:
        connection.execute(text(
            "INSERT INTO queue (state, method, of_model, of_id, priority, attempts, created_on)"
            " VALUES ('ready', 'fly', 'MiqRequest', 99, 1, 0, '2026-11-22 10:00:00.000000')"))  # fmt: skip
    number = work.request()
    work.work()
    assert "finished" == work.case(number).request.request_state
    with store.reading() as connection:
        (item,) = list_items(connection)
    assert "LookupError: there is no `fly` to be done: was it put in by a newer aelang?" == item.reason


def test_two_workers_over_the_same_requests_do_the_same_in_the_same_order(either: Stores, tmp_path: Path) -> None:
    folder, seen = write_datastore(tmp_path, THREE), []
    for _ in range(2):
        work = Work(either.new(), folder, Methods({"slow": wait(2)}))
        for _ in range(3):
            work.request()
        work.work()
        seen.append(work.methods.calls)
        work.store.close()
    assert seen[0] == seen[1]
