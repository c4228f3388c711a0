"""What every queue must do: the contract of the port, on both databases."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from aelang.requests.decision import Message
from aelang.requests.queue import Claimed, EmbeddedQueue, Lost, Queue, Taker, list_items, next_due, requeue
from aelang.requests.queue.embedded import MOST_DEATHS
from aelang.requests.store import Store
from aelang.services.records import Reference
from tests.requests.stores import SqliteStores

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
UNTIL = NOW + timedelta(seconds=30)
ANN, BOB = Taker("ann"), Taker("bob")
OF = Reference("AutomationTask", 1)


@pytest.fixture
def queue() -> Queue:
    return EmbeddedQueue()


def _put(store: Store, queue: Queue, *messages: Message) -> None:
    with store.writing() as connection:
        queue.put(connection, messages, NOW, None)


def _message(name: str = "deliver", **others: object) -> Message:
    return Message(name, OF, **others)  # type: ignore[arg-type]  # as the tests say


def _claim(store: Store, queue: Queue, taker: Taker = ANN, now: datetime = NOW) -> Claimed | None:
    with store.writing() as connection:
        return queue.claim(connection, taker, now, UNTIL)


def _take(store: Store, queue: Queue, taker: Taker = ANN, now: datetime = NOW) -> Claimed:
    found = _claim(store, queue, taker, now)
    assert found is not None
    return found


@contextmanager
def _refused(store: Store) -> Iterator[Connection]:
    with pytest.raises(Lost), store.writing() as connection:
        yield connection


def test_messages_are_taken_by_priority_and_then_in_their_order(store: Store, queue: Queue) -> None:
    _put(store, queue, _message("a"), _message("b", priority=20), _message("c"), _message("d", priority=20))
    assert ["b", "d", "a", "c"] == [_take(store, queue).method for _ in range(4)]


def test_what_one_has_taken_no_other_gets(store: Store, queue: Queue) -> None:
    _put(store, queue, _message())
    _take(store, queue)
    assert _claim(store, queue, BOB) is None


def test_two_messages_of_one_task_are_never_at_work_at_once(store: Store, queue: Queue) -> None:
    _put(store, queue, _message("a", task_id="t1"), _message("b", task_id="t1"), _message("c", task_id="t2"))
    first = _take(store, queue)
    assert ["a", "c"] == [first.method, _take(store, queue, BOB).method]
    assert _claim(store, queue, BOB) is None
    with store.writing() as connection:
        queue.acknowledge(connection, first)
        found = queue.claim(connection, BOB, NOW, UNTIL)
    assert found is not None
    assert "b" == found.method


def test_messages_without_a_task_exclude_nobody(store: Store, queue: Queue) -> None:
    _put(store, queue, _message("a"), _message("b"))
    assert ["a", "b"] == [_take(store, queue).method, _take(store, queue, BOB).method]


def test_a_message_is_not_taken_before_it_is_due(store: Store, queue: Queue) -> None:
    due = NOW + timedelta(minutes=1)
    _put(store, queue, _message(deliver_on=due))
    assert _claim(store, queue, now=due - timedelta(seconds=1)) is None
    with store.reading() as connection:
        assert due == next_due(connection)
    assert "deliver" == _take(store, queue, now=due).method


@pytest.mark.parametrize(
    ("taker", "taken"),
    [
        (Taker("x"), ["any", "role"]),
        (Taker("x", zone="east"), ["any", "role", "zone"]),
        (Taker("x", server=2), ["any", "role", "server"]),
        (Taker("x", roles=("automate",)), ["any", "role"]),
        (Taker("x", roles=()), ["any"]),
    ],
)
def test_a_worker_takes_what_is_for_its_roles_zone_and_server(
    store: Store, queue: Queue, taker: Taker, taken: list[str]
) -> None:
    _put(store, queue, _message("any"), _message("role", role="automate"), _message("zone", zone="east"),
         _message("server", server=2))  # fmt: skip
    found = []
    while (claimed := _claim(store, queue, taker)) is not None:
        found.append(claimed.method)
    assert taken == found


def test_what_is_queued_in_a_transaction_that_fails_is_not_there(store: Store, queue: Queue) -> None:
    with pytest.raises(ZeroDivisionError), store.writing() as connection:
        queue.put(connection, [_message()], NOW, None)
        raise ZeroDivisionError
    assert _claim(store, queue) is None


def test_a_late_worker_may_not_acknowledge(store: Store, queue: Queue) -> None:
    _put(store, queue, _message())
    late = _take(store, queue)
    with store.writing() as connection:
        queue.take_over(connection, UNTIL + timedelta(seconds=1), UNTIL + timedelta(days=1))
    other = _take(store, queue, BOB)
    assert late.fence < other.fence
    for refuse in (queue.check, queue.acknowledge):
        with _refused(store) as connection:
            refuse(connection, late)
    with store.writing() as connection:
        queue.acknowledge(connection, other)


def test_a_lease_that_is_prolonged_is_not_taken_over(store: Store, queue: Queue) -> None:
    _put(store, queue, _message())
    claimed = _take(store, queue)
    with store.writing() as connection:
        assert queue.prolong(connection, claimed, UNTIL + timedelta(minutes=1))
        queue.take_over(connection, UNTIL + timedelta(seconds=1), UNTIL + timedelta(days=1))
    assert _claim(store, queue, BOB) is None


def test_a_lease_from_a_clock_that_was_put_back_is_shortened(store: Store, queue: Queue) -> None:
    _put(store, queue, _message())
    with store.writing() as connection:
        queue.claim(connection, ANN, NOW, NOW + timedelta(days=365))
        queue.take_over(connection, NOW, NOW + timedelta(minutes=1))
        queue.take_over(connection, NOW + timedelta(minutes=2), NOW + timedelta(minutes=3))
    assert _claim(store, queue, BOB) is not None


def test_what_a_dead_worker_had_is_free_at_once(store: Store, queue: Queue) -> None:
    _put(store, queue, _message(task_id="t1"))
    _take(store, queue)
    with store.writing() as connection:
        assert queue.release(connection, "ann") == ()
    assert 2 == _take(store, queue, BOB).attempts


def test_a_message_that_kills_its_workers_is_dead_in_the_end(store: Store, queue: Queue) -> None:
    _put(store, queue, _message())
    buried: tuple[object, ...] = ()
    for _ in range(MOST_DEATHS):
        _take(store, queue)
        with store.writing() as connection:
            buried = queue.release(connection, "ann")
    assert 1 == len(buried)
    assert _claim(store, queue) is None


def test_a_message_that_is_put_back_waits_and_counts_its_attempts(store: Store, queue: Queue) -> None:
    _put(store, queue, _message())
    due = NOW + timedelta(seconds=2)
    with store.writing() as connection:
        claimed = queue.claim(connection, ANN, NOW, UNTIL)
        assert claimed is not None
        queue.put_back(connection, claimed, "no luck", due, NOW)
    assert _claim(store, queue) is None
    assert 2 == _take(store, queue, now=due).attempts


def test_one_that_is_put_back_without_a_reason_does_not_count(store: Store, queue: Queue) -> None:
    _put(store, queue, _message())
    with store.writing() as connection:
        claimed = queue.claim(connection, ANN, NOW, UNTIL)
        assert claimed is not None
        queue.put_back(connection, claimed, None, NOW, NOW)
    assert 1 == _take(store, queue).attempts


def test_a_dead_message_says_why_and_can_be_put_back(store: Store, queue: Queue) -> None:
    _put(store, queue, _message())
    with store.writing() as connection:
        claimed = queue.claim(connection, ANN, NOW, UNTIL)
        assert claimed is not None
        queue.bury(connection, claimed, "it is broken")
        (item,) = list_items(connection, ["dead"])
        assert "it is broken" == item.reason
        assert requeue(connection, item.number)
        assert not requeue(connection, item.number)
    assert 1 == _take(store, queue).attempts


def test_many_takers_at_once_take_each_message_once_and_no_task_twice(store: Store) -> None:
    _put(store, EmbeddedQueue(), *(_message(str(at), task_id=f"t{at % 3}") for at in range(30)))
    done: list[str] = []
    clashes: list[str] = []
    at_work: set[str | None] = set()
    lock = threading.Lock()

    def work(name: str) -> None:
        queue = EmbeddedQueue()
        while True:
            claimed = _claim(store, queue, Taker(name))
            if claimed is None:
                with store.reading() as connection:
                    if not list_items(connection):
                        return
                continue
            with lock:
                clashes.extend(filter(None, [claimed.task_id if claimed.task_id in at_work else None]))
                at_work.add(claimed.task_id)
                done.append(claimed.method)
            with lock:
                at_work.discard(claimed.task_id)
            with store.writing() as connection:
                queue.acknowledge(connection, claimed)

    threads = [threading.Thread(target=work, args=(f"w{at}",)) for at in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert sorted(map(str, range(30))) == sorted(done)
    assert [] == clashes


@settings(max_examples=40, deadline=None)
@given(
    messages=st.lists(st.tuples(st.integers(1, 3), st.integers(0, 3), st.sampled_from([None, "t1", "t2"])), max_size=8)
)
def test_alone_a_worker_takes_messages_by_due_time_priority_and_number(
    stores: SqliteStores, messages: list[tuple[int, int, str | None]]
) -> None:
    store, queue, found = stores.new(), EmbeddedQueue(), []
    _put(store, queue, *(
        _message(str(at), priority=priority, task_id=task, deliver_on=NOW + timedelta(minutes=minutes))
        for at, (priority, minutes, task) in enumerate(messages)
    ))  # fmt: skip
    for minutes in range(4):
        with store.writing() as connection:
            while (claimed := queue.claim(connection, ANN, NOW + timedelta(minutes=minutes), UNTIL)) is not None:
                found.append(int(claimed.method))
                queue.acknowledge(connection, claimed)
    store.close()
    expected = sorted(range(len(messages)), key=lambda at: (messages[at][1], messages[at][0], at))
    assert expected == found
