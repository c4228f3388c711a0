"""Cancelling what is at work, and what a dead worker left: all that was done is undone, and nothing more is done."""

import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from aelang.cli.queue.show import item_lines
from aelang.cli.request.report import lines
from aelang.interpreter.ports import MethodCall, MethodResult
from aelang.interpreter.values import to_text
from aelang.requests import noting, recovery
from aelang.requests.history import Cancelation, read_history
from aelang.requests.queue import Taker, list_items
from aelang.requests.store import Store
from aelang.requests.store.cases import read_case
from tests.requests.stores import PostgresqlStores, waits
from tests.requests.test_worker_services import BUNDLE, catalog, execute
from tests.requests.working import BEGIN, Act, Methods, Work, fail, machine, wait, write_datastore

EFFECTS = {"act": "none", "slow": "none", "back": "none"}
THREE = machine("Machine", {"first": "METHOD::act", "second": "METHOD::slow", "third": "METHOD::act"}, EFFECTS,
                ", undo: back")  # fmt: skip


class Died(BaseException):
    """Stands for kill -9."""


def _die(call: MethodCall) -> None:
    raise Died


def _killed(work: Work) -> None:
    """Works until a method kills the worker; its lease is then over."""
    with pytest.raises(Died):
        work.work()
    with work.store.writing() as connection:
        work.queue.release(connection, work.worker._manner.taker.name)


def _die_at(folder: Path, store: Store, acts: dict[str, Act], **asked: Any) -> tuple[Work, int]:
    """A request whose worker has died; and another worker."""
    dying = Work(store, folder, Methods(acts))
    number = dying.request(**asked)
    _killed(dying)
    return Work(store, folder), number


def _ended(work: Work, number: int) -> tuple[str, str, str | None]:
    request = work.case(number).request
    return request.request_state, request.status, request.cancelation_status


CANCELED = ("finished", "Error", "canceled")


def test_what_a_dead_worker_had_done_and_was_at_is_undone(store: Store, tmp_path: Path) -> None:
    work, number = _die_at(write_datastore(tmp_path, THREE), store, {"slow": _die})
    work.cancel(number)
    work.work()
    assert ["back second", "back first"] == work.methods.calls
    assert CANCELED == _ended(work, number)


def test_a_request_that_nobody_cancels_begins_the_step_anew(store: Store, tmp_path: Path) -> None:
    work, number = _die_at(write_datastore(tmp_path, THREE), store, {"slow": _die})
    work.work()
    assert ["act first", "slow second", "act third"] == work.methods.calls
    assert ("finished", "Ok", None) == _ended(work, number)


def test_what_was_done_before_a_wait_is_undone_too(store: Store, tmp_path: Path) -> None:
    def slow(call: MethodCall) -> None:
        if to_text((call.handle.root or {}).get("ae_state_retries")) == "2":
            raise Died
        wait(99)(call)

    work, number = _die_at(write_datastore(tmp_path, THREE), store, {"slow": slow})
    work.cancel(number)
    work.work()
    assert ["back second", "back first"] == work.methods.calls


@pytest.mark.parametrize("again", [False, True])
def test_an_undo_is_told_what_its_state_had_given(store: Store, tmp_path: Path, again: bool) -> None:
    """Also where another worker died at that state later: the first one had completed it."""
    given: list[object] = []

    def back(call: MethodCall) -> None:
        given.append((call.handle.root or {}).get("ae_forward_result"))

    folder = write_datastore(tmp_path, THREE)
    second, number = _die_at(folder, store, {"slow": _die, "act": lambda call: MethodResult(value="disk 7")})
    second.methods.acts = {"act": _die}
    if again:
        _killed(second)
    work = Work(store, folder, Methods({"back": back}))
    work.cancel(number)
    work.work()
    assert [None, "disk 7"] == given


def test_the_states_of_a_machine_inside_are_undone_before_what_came_before_it(store: Store, tmp_path: Path) -> None:
    outer = machine("Machine", {"first": "METHOD::act", "within": "/Sys/Inner/one"}, EFFECTS, ", undo: back")
    inner = machine("Inner", {"one": "METHOD::act", "two": "METHOD::slow"}, EFFECTS, ", undo: back")
    work, number = _die_at(write_datastore(tmp_path, outer, inner), store, {"slow": _die})
    work.cancel(number)
    work.work()
    assert ["back within", "back two", "back one", "back first"] == work.methods.calls
    assert CANCELED == _ended(work, number)


def test_what_the_first_of_two_dead_workers_had_done_is_not_forgotten(store: Store, tmp_path: Path) -> None:
    folder = write_datastore(tmp_path, THREE)
    second, number = _die_at(folder, store, {"slow": _die})
    second.methods.acts = {"act": _die}
    _killed(second)
    work = Work(store, folder)
    work.cancel(number)
    work.work()
    assert ["back second", "back first"] == work.methods.calls


def test_a_task_that_a_machine_drives_is_undone_too(store: Store, tmp_path: Path) -> None:
    folder = write_datastore(tmp_path, THREE, DRIVEN)
    work, number = _die_at(folder, store, {"slow": _die}, type_="vm_migrate", options={"src_ids": [7]})
    work.cancel(number)
    work.work()
    assert ["back second", "back first"] == work.methods.calls
    assert CANCELED == _ended(work, number)


DRIVEN = {
    "Demo/System/Process.class/__class__.yaml": "object_type: class\nobject:\n  attributes: {name: Process}\n"
    "  schema:\n  - field: {name: rel1, aetype: relationship}\n",
    "Demo/System/Process.class/AUTOMATION.yaml": "object_type: instance\nobject:\n  attributes: {name: AUTOMATION}\n"
    "  fields:\n  - rel1: {value: /Sys/Machine/one}\n",
}
"""Automate is told of tasks, and runs a machine for them."""


def test_a_worker_that_dies_while_it_undoes_leaves_the_rest_to_be_undone(store: Store, tmp_path: Path) -> None:
    folder = write_datastore(tmp_path, THREE)
    undoing, number = _die_at(folder, store, {"slow": _die})
    undoing.methods.acts = {"back": _die}
    undoing.cancel(number)
    _killed(undoing)
    work = Work(store, folder)
    work.work()
    assert ["back second", "back first"] == work.methods.calls
    assert CANCELED == _ended(work, number)


def test_an_undo_between_two_steps_goes_on_after_a_crash(store: Store, tmp_path: Path) -> None:
    folder = write_datastore(tmp_path, THREE)
    first = Work(store, folder, Methods({"slow": wait(99), "back": _die}))
    number = first.request()
    first.methods.acts = {"slow": _cancelling(first, number, wait(99)), "back": _die}
    _killed(first)
    work = Work(store, folder)
    work.work()
    assert ["back first"] == work.methods.calls
    assert CANCELED == _ended(work, number)


def _cancelling(work: Work, number: int, act: Act = lambda call: None) -> Act:
    """Someone cancels the request while this method is at work."""

    def cancelled(call: MethodCall) -> None:
        act(call)
        if work.case(number).request.cancelation_status is None:
            work.cancel(number)

    return cancelled


def test_an_undo_that_fails_waits_for_an_operator(store: Store, tmp_path: Path) -> None:
    folder = write_datastore(tmp_path, THREE)
    _, number = _die_at(folder, store, {"slow": _die})
    work = Work(store, folder, Methods({"back": fail}))
    work.cancel(number)
    work.work()
    task = work.case(number).tasks[0]
    assert ("rollback_failed", True) == (task.state, task.needs_operator)


# -- while a step runs -------------------------------------------------------------------------------------------


def test_a_machine_is_left_at_its_next_state(store: Store, tmp_path: Path) -> None:
    work = Work(store, write_datastore(tmp_path, THREE))
    number = work.request()
    work.methods.acts = {"slow": _cancelling(work, number)}
    work.work()
    assert ["act first", "slow second", "back second", "back first"] == work.methods.calls
    assert CANCELED == _ended(work, number)


def test_a_machine_without_undo_is_left_too_where_its_states_take_long(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(noting, "_LOOK", 0.0)
    plain = machine("Machine", {"first": "METHOD::slow", "second": "METHOD::act"}, EFFECTS)
    work = Work(store, write_datastore(tmp_path, plain))
    number = work.request()
    work.methods.acts = {"slow": _cancelling(work, number)}
    work.work()
    assert ["slow first"] == work.methods.calls
    assert CANCELED == _ended(work, number)


def test_a_machine_inside_of_a_state_is_left_too(store: Store, tmp_path: Path) -> None:
    outer = machine("Machine", {"first": "METHOD::act", "within": "/Sys/Inner/one", "last": "METHOD::act"}, EFFECTS)
    inner = machine("Inner", {"one": "METHOD::slow", "two": "METHOD::act"}, EFFECTS, ", undo: back")
    work = Work(store, write_datastore(tmp_path, outer, inner))
    number = work.request()
    work.methods.acts = {"slow": _cancelling(work, number)}
    work.work()
    assert ["act first", "slow one", "back one"] == work.methods.calls
    assert CANCELED == _ended(work, number)


def test_a_method_that_instantiates_a_machine_gets_its_answer(store: Store, tmp_path: Path) -> None:
    outer = machine("Machine", {"first": "METHOD::act", "last": "METHOD::slow"}, EFFECTS, ", undo: back")
    inner = machine("Inner", {"one": "METHOD::slow", "two": "METHOD::slow"}, EFFECTS, ", undo: back")
    work = Work(store, write_datastore(tmp_path, outer, inner))
    number = work.request()
    answers: list[bool] = []

    def act(call: MethodCall) -> None:
        answers.append(call.handle.answer("instantiate", ["/Sys/Inner/one"]) is not None)

    work.methods.acts = {"act": act, "slow": _cancelling(work, number)}
    work.work()
    assert [True] == answers
    assert ["act first", "slow one", "slow two"] == work.methods.calls[:3]
    assert CANCELED == _ended(work, number)


# -- what an operator has to say ---------------------------------------------------------------------------------

PAYING = machine("Machine", {"first": "METHOD::act", "second": "METHOD::pay"}, {**EFFECTS, "pay": "once"},
                 ", undo: back")  # fmt: skip


@pytest.mark.parametrize(("done", "calls"), [(True, ["back second", "back first"]), (False, ["back first"])])
def test_a_once_method_in_progress_is_asked_about_before_it_is_undone(
    store: Store, tmp_path: Path, done: bool, calls: list[str]
) -> None:
    work, number = _die_at(write_datastore(tmp_path, PAYING), store, {"pay": _die})
    work.cancel(number)
    work.work()
    assert [] == work.methods.calls
    with store.writing() as connection:
        (waits,) = recovery.waiting(connection, number)
        assert "/Demo/Sys/Machine/pay" == waits.method
        assert recovery.repair(connection, number, done, "admin", BEGIN) is None
        assert recovery.go_on(connection, number, BEGIN) is None
    work.work()
    assert calls == work.methods.calls
    assert CANCELED == _ended(work, number)


def test_a_once_method_that_had_ended_needs_no_operator(store: Store, tmp_path: Path) -> None:
    paying = machine("Machine", {"first": "METHOD::pay", "second": "METHOD::slow"}, {**EFFECTS, "pay": "once"},
                     ", undo: back")  # fmt: skip
    work, number = _die_at(write_datastore(tmp_path, paying), store, {"slow": _die})
    work.cancel(number)
    work.work()
    assert ["back second", "back first"] == work.methods.calls


# -- who, and parts in all states --------------------------------------------------------------------------------


def test_who_cancels_does_not_wait_for_a_worker_that_may_wait_for_the_request(
    databases: PostgresqlStores, tmp_path: Path
) -> None:
    store = databases.new()

    def act(call: MethodCall) -> None:
        wait(1)(call)
        work.worker.end()

    work = Work(store, write_datastore(tmp_path, THREE), Methods({"act": act}))
    number = work.request()
    work.work()
    hour = timedelta(hours=1)
    with store.writing() as connection:
        claimed = work.queue.claim(connection, Taker("another"), BEGIN + hour, BEGIN + 2 * hour)
        canceller = threading.Thread(target=work.cancel, args=(number,))
        canceller.start()
        while canceller.is_alive() and not waits(store):
            pass
        case = read_case(connection, number)
        assert case is not None and claimed is not None
        work.queue.acknowledge(connection, claimed)
    canceller.join()
    assert ["cancel_requested"] == [each.cancelation_status for each in case.tasks]
    store.close()


def test_who_cancelled_when_and_why_is_kept(store: Store, tmp_path: Path) -> None:
    work = Work(store, write_datastore(tmp_path, THREE))
    number = work.request()
    with store.writing() as connection:
        case = work.case(number)
        assert recovery.cancel_request(connection, case, work.admin, BEGIN, "not needed") is None
    with store.reading() as connection:
        history = read_history(connection, number)
    assert history is not None
    assert Cancelation("admin", "Admin", BEGIN, "not needed") == history.cancelation


def test_a_cancel_that_is_refused_is_not_told(store: Store, tmp_path: Path) -> None:
    work = Work(store, write_datastore(tmp_path, THREE))
    number = work.request()
    work.work()
    with store.writing() as connection:
        refused = recovery.cancel_request(connection, work.case(number), work.admin, BEGIN)
    with store.reading() as connection:
        history = read_history(connection, number)
    assert refused is not None
    assert history is not None
    assert history.cancelation is None


def test_what_was_given_up_stops_when_it_is_cancelled(store: Store, tmp_path: Path) -> None:
    def breaks(call: MethodCall) -> None:
        raise RuntimeError("no such thing")

    work = Work(store, write_datastore(tmp_path, THREE), Methods({"slow": breaks}))
    number = work.request()
    work.work()
    with store.writing() as connection:
        assert ["dead"] == [each.state for each in list_items(connection, request=number)]
        assert recovery.cancel_request(connection, work.case(number), work.admin, BEGIN) is None
    work.methods.calls.clear()
    work.work()
    assert ["back second", "back first"] == work.methods.calls
    assert CANCELED == _ended(work, number)


ITEM = machine("Item", {"make": "METHOD::act", "rest": "METHOD::slow"}, EFFECTS, ", undo: back")


def test_a_service_stops_whatever_its_parts_are_at(store: Store, tmp_path: Path) -> None:
    """One part has ended, one waits, one was given up, and of one the worker dies."""
    ended, given_up, cut_off = 2, 4, 5

    def slow(call: MethodCall) -> None:
        part = int(to_text((call.handle.root or {})["service_template_provision_task_id"]))
        if part == given_up:
            raise RuntimeError("no such thing")
        if part == cut_off and first.case(number).task(given_up).needs_operator:
            raise Died
        if part != ended:
            wait(99)(call)

    folder = write_datastore(tmp_path, BUNDLE, ITEM)
    first = Work(store, folder)
    number = first.request("clone_to_service", options={}, source=catalog(store, "a", "b", "c", "d"))
    first.methods.acts = {"go": lambda call: execute(first, number), "check": wait(99), "slow": slow}
    _killed(first)
    work = Work(store, folder)
    work.cancel(number)
    work.work()
    states = [(each.state, each.status, each.cancelation_status) for each in work.case(number).tasks]
    assert [CANCELED, ("finished", "Ok", None), CANCELED, CANCELED, CANCELED] == states
    assert {"back make": 3, "back rest": 2} == Counter(work.methods.calls)
    assert CANCELED == _ended(work, number)
    with store.reading() as connection:
        assert () == list_items(connection, request=number)


def test_a_cancel_in_the_last_state_comes_too_late_and_says_so(store: Store, tmp_path: Path) -> None:
    work = Work(store, write_datastore(tmp_path, machine("Machine", {"first": "METHOD::slow"}, EFFECTS)))
    number = work.request()
    work.methods.acts = {"slow": _cancelling(work, number)}
    work.work()
    with store.reading() as connection:
        history = read_history(connection, number)
    assert history is not None
    assert ("finished", "Ok", None) == _ended(work, number)
    assert 1 == sum("asked for by Admin (admin)" in each and "UTC, too late" in each for each in lines(history))


def test_the_states_that_were_undone_are_shown_so(store: Store, tmp_path: Path) -> None:
    work, number = _die_at(write_datastore(tmp_path, THREE), store, {"slow": _die})
    work.cancel(number)
    work.work()
    with store.reading() as connection:
        history = read_history(connection, number)
    assert history is not None
    assert [("first", "Undone"), ("second", "Undone")] == [(each.name, each.result) for each in history.states]
    assert history.fault is None


def test_a_state_at_which_a_worker_died_is_shown_though_nothing_undoes_it(store: Store, tmp_path: Path) -> None:
    half = machine("Machine", {"first": "METHOD::act"}, EFFECTS, ", undo: back")
    work, number = _die_at(write_datastore(tmp_path, half), store, {"act": _die})
    work.cancel(number)
    work.methods.acts = {"back": fail}
    work.work()
    with store.reading() as connection:
        history = read_history(connection, number)
    assert history is not None
    assert [("first", "Undo failed")] == [(each.name, each.result) for each in history.states]


def test_a_message_in_the_queue_shows_where_it_is(store: Store, tmp_path: Path) -> None:
    _, number = _die_at(write_datastore(tmp_path, THREE), store, {"slow": _die})
    with store.reading() as connection:
        (item,) = list_items(connection, request=number)
    assert f"progress     /Demo/Sys/Machine/one: in second since {BEGIN:%Y-%m-%dT%H:%M:%SZ}" in list(item_lines(item))
