"""Where a request is while a step of it runs, and what is told of a run that was cut off."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aelang.cli.request.report import lines
from aelang.interpreter.outcome import Undo
from aelang.interpreter.ports import MethodCall
from aelang.interpreter.trace import CutOff
from aelang.requests.history import History, StateSeen, read_history
from aelang.requests.progress import CUT_OFF, read_progress
from aelang.requests.queue import Claimed, EmbeddedQueue, Taker, list_items
from aelang.requests.store import Store
from aelang.requests.store.keeping import read_journal, read_trace
from aelang.requests.traces import read_events
from aelang.requests.worker_lease import Lease
from tests.requests.working import BEGIN, Methods, Work, machine, wait, write_datastore

EFFECTS = {"act": "none", "slow": "none"}
OUTER = machine("Machine", {"first": "METHOD::act", "within": "/Sys/Inner/one", "last": "METHOD::act"}, EFFECTS)
INNER = machine("Inner", {"one": "METHOD::act", "two": "METHOD::slow"}, EFFECTS)


class Died(BaseException):
    """Stands for kill -9."""


def _die(call: MethodCall) -> None:
    raise Died


def _killed(work: Work) -> None:
    with pytest.raises(Died):
        work.work()
    with work.store.writing() as connection:
        work.queue.release(connection, work.worker._manner.taker.name)


def _history(store: Store, number: int) -> History:
    with store.reading() as connection:
        found = read_history(connection, number)
    assert found is not None
    return found


def _beat(work: Work) -> None:
    """What the thread does that holds the lease of a step that takes long."""
    held = work.worker._lease._held
    assert held is not None
    work.worker._runs.tell(held)


def _states(history: History) -> list[tuple[str, str, int]]:
    return [(each.name, each.result, each.attempts) for each in history.states]


def test_a_step_that_takes_long_says_which_state_it_is_in(store: Store, tmp_path: Path) -> None:
    seen: list[History] = []

    def slow(call: MethodCall) -> None:
        _beat(work)
        seen.append(_history(store, number))

    work = Work(store, write_datastore(tmp_path, OUTER, INNER), Methods({"slow": slow}))
    number = work.request()
    work.work()
    told = [("first", "Ok", 1), ("within", "At work", 1), ("one", "Ok", 1), ("two", "At work", 1)]
    assert told == _states(seen[0])
    assert f"      two  at work since {BEGIN:%Y-%m-%d %H:%M:%S} UTC, attempt 1" in list(map(str.rstrip, lines(seen[0])))


def test_what_the_run_has_told_is_not_told_twice_when_it_has_come_back(store: Store, tmp_path: Path) -> None:
    work = Work(store, write_datastore(tmp_path, OUTER, INNER), Methods({"slow": lambda call: _beat(work)}))
    number = work.request()
    work.work()
    told = [("first", "Ok", 1), ("within", "Ok", 1), ("one", "Ok", 1), ("two", "Ok", 1), ("last", "Ok", 1)]
    assert told == _states(_history(store, number))


def test_a_state_that_is_tried_again_counts_its_attempts(store: Store, tmp_path: Path) -> None:
    seen: list[tuple[StateSeen, ...]] = []

    def slow(call: MethodCall) -> None:
        wait(2)(call)
        _beat(work)
        seen.append(_history(store, number).states)

    plain = machine("Machine", {"first": "METHOD::slow"}, EFFECTS)
    work = Work(store, write_datastore(tmp_path, plain), Methods({"slow": slow}))
    number = work.request()
    work.work()
    assert [("At work", 1), ("At work", 2), ("At work", 3)] == [(each[0].result, each[0].attempts) for each in seen]


def test_nothing_is_written_where_nothing_has_changed(store: Store, tmp_path: Path) -> None:
    written: list[int] = []

    def slow(call: MethodCall) -> None:
        for _ in range(3):
            _beat(work)
        written.append(len(notes))

    work = Work(store, write_datastore(tmp_path, OUTER, INNER), Methods({"slow": slow}))
    notes: list[Claimed] = []
    note = work.queue.note
    work.queue.note = lambda connection, claimed, progress: (  # type: ignore[method-assign]
        notes.append(claimed) or note(connection, claimed, progress)  # type: ignore[func-returns-value]
    )
    work.request()
    work.work()
    assert [1] == written


def test_the_lease_is_told_again_and_again(store: Store, tmp_path: Path) -> None:
    told: list[Claimed] = []
    enough = threading.Event()

    def tell(claimed: Claimed) -> None:
        told.append(claimed)
        if len(told) == 3:
            enough.set()

    work = Work(store, write_datastore(tmp_path, OUTER, INNER))
    work.request()
    with store.writing() as connection:
        claimed = work.queue.claim(connection, Taker("test"), BEGIN, BEGIN)
    assert claimed is not None
    lease = Lease(store, EmbeddedQueue(), 0.05, tell)
    lease.hold(claimed)
    assert enough.wait(30)
    lease.close()
    assert [claimed] * 3 == told[:3]


def test_what_cannot_be_told_does_not_cost_the_lease(store: Store, tmp_path: Path) -> None:
    tried: list[Claimed] = []
    enough = threading.Event()

    def tell(claimed: Claimed) -> None:
        tried.append(claimed)
        if len(tried) == 3:
            enough.set()
        raise RuntimeError("dictionary changed size during iteration")

    work = Work(store, write_datastore(tmp_path, OUTER, INNER))
    work.request()
    with store.writing() as connection:
        claimed = work.queue.claim(connection, Taker("test"), BEGIN, BEGIN)
    assert claimed is not None
    lease = Lease(store, EmbeddedQueue(), 0.05, tell)
    lease.hold(claimed)
    assert enough.wait(30)
    lease.close()
    assert [claimed] * 3 == tried[:3]


# -- what undoes it ----------------------------------------------------------------------------------------------


UNDONE = machine("Inner", {"one": "METHOD::act"}, {"act": "none", "back": "none"}, ", undo: back")
LONG = machine("Machine", {"within": "/Sys/Inner/one", "middle": "METHOD::act", "last": "METHOD::slow"}, EFFECTS)


def _undos(work: Work) -> list[str]:
    with work.store.reading() as connection:
        (item,) = list_items(connection)
    progress = read_progress(item.progress)
    return [] if progress is None else [each.state for each in progress.undos]


def test_a_run_that_ends_while_it_is_told_of_is_told_with_what_undoes_it(store: Store, tmp_path: Path) -> None:
    told: list[list[str]] = []

    def slow(call: MethodCall) -> None:
        notes, held = work.worker._runs._notes, work.worker._lease._held
        assert held is not None
        workspace, at = notes.workspace, notes._at
        with store.writing():  # who tells waits
            telling = threading.Thread(target=notes.tell, args=(held,))
            telling.start()
            while not notes._one.locked():
                assert telling.is_alive()
            ending = threading.Thread(target=notes.end)
            ending.start()
            ending.join(0.1)  # it would have ended
        telling.join()
        ending.join()
        notes.workspace, notes._at = workspace, at
        told.append(_undos(work))

    work = Work(store, write_datastore(tmp_path, LONG, UNDONE), Methods({"slow": slow}))
    work.request()
    work.work()
    assert [["one"]] == told


class Leaving(list[Undo]):
    """Undos among which is another, and its state left, as soon as somebody has looked at them."""

    def __init__(self, then: Callable[[], None]) -> None:
        super().__init__()
        self.then = then

    def __iter__(self) -> Iterator[Undo]:
        found = list(super().__iter__())
        then, self.then = self.then, lambda: None
        then()
        return iter(found)


def test_a_state_that_is_left_while_it_is_told_of_is_told_with_what_undoes_it(store: Store, tmp_path: Path) -> None:
    told: list[list[str]] = []
    undo = Undo("/Demo/Sys/Inner/one", "one", "Demo/Sys/Inner", ("back",), None)

    def act(call: MethodCall) -> None:
        notes = work.worker._runs._notes
        at, workspace = notes._at, notes.workspace
        assert at is not None and workspace is not None

        def leave() -> None:
            workspace.undos.append(undo)
            at.telling.inside.pop()

        inside, workspace.undos, notes._told = [*at.telling.inside], Leaving(leave), None
        _beat(work)
        told.append(_undos(work))
        workspace.undos, at.telling.inside[:] = [], inside

    work = Work(store, write_datastore(tmp_path, UNDONE), Methods({"act": act}))
    work.request(instance="Inner/one")
    work.work()
    assert [["one"]] == told


# -- cut off -----------------------------------------------------------------------------------------------------


def _cut(store: Store, number: int) -> list[CutOff]:
    with store.reading() as connection:
        parts = read_trace(connection, number)
    return [each for part in parts for each in read_events(part.body) if isinstance(each, CutOff)]


def test_the_trace_says_that_a_run_was_cut_off(store: Store, tmp_path: Path) -> None:
    folder = write_datastore(tmp_path, OUTER, INNER)
    dying = Work(store, folder, Methods({"slow": _die}))
    number = dying.request()
    _killed(dying)
    work = Work(store, folder)
    work.work()
    assert [CutOff(0)] == _cut(store, number)


def test_the_trace_says_in_which_state_where_that_was_noted(store: Store, tmp_path: Path) -> None:
    folder = write_datastore(tmp_path, OUTER, INNER)

    def slow(call: MethodCall) -> None:
        _beat(dying)
        raise Died

    dying = Work(store, folder, Methods({"slow": slow}))
    number = dying.request()
    _killed(dying)
    states = [("first", "Ok", 1), ("within", "Cut off", 1), ("one", "Ok", 1), ("two", "Cut off", 1)]
    assert states == _states(_history(store, number))
    Work(store, folder).work()
    assert [CutOff(0, "two")] == _cut(store, number)


def test_a_run_that_had_finished_its_task_and_not_more_is_told_too(store: Store, tmp_path: Path) -> None:
    folder = write_datastore(tmp_path, machine("Machine", {"first": "METHOD::slow"}, EFFECTS))

    def finish(call: MethodCall) -> None:
        with store.writing() as connection:
            connection.exec_driver_sql("UPDATE tasks SET state = 'finished'")
        raise Died

    dying = Work(store, folder, Methods({"slow": finish}))
    number = dying.request()
    _killed(dying)
    work = Work(store, folder)
    work.work()
    assert [] == work.methods.calls
    assert [CutOff(0)] == _cut(store, number)


def test_each_worker_that_dies_is_told_once(store: Store, tmp_path: Path) -> None:
    folder = write_datastore(tmp_path, OUTER, INNER)
    number = 0
    for _ in range(3):
        dying = Work(store, folder, Methods({"slow": _die}))
        number = number or dying.request()
        _killed(dying)
    Work(store, folder).work()
    assert 3 == len(_cut(store, number))
    with store.reading() as connection:
        assert [1, 2, 3] == [each.attempt for each in read_journal(connection, number) if each.status == CUT_OFF]


def test_a_message_that_failed_was_not_cut_off(store: Store, tmp_path: Path) -> None:
    def breaks(call: MethodCall) -> None:
        raise RuntimeError("no such thing")

    work = Work(store, write_datastore(tmp_path, OUTER, INNER), Methods({"slow": breaks}))
    number = work.request()
    work.work()
    assert [] == _cut(store, number)
