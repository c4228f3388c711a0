"""Events: what must hold whatever comes (invariants 13 to 15 of the specification; 16 is in tests/events)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from aelang.events.receiving import receive
from aelang.interpreter.trace import Missing
from aelang.project import Compilation, open_project
from aelang.requests.decision import AUTOMATE, HIGH_PRIORITY, Message
from aelang.requests.queue import Claimed, EmbeddedQueue, Taker
from aelang.requests.store import Store
from aelang.requests.store.cases import enqueue
from aelang.requests.store.record_rows import keep_rows
from aelang.services.records import Reference
from tests.events.hearing import INVENTORY
from tests.requests.stores import SqliteStores

BEGIN = datetime(2026, 11, 22, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store with an inventory; each example leaves it as it was."""
    made = SqliteStores(Path(tmp_path_factory.mktemp("events"))).new()
    with made.writing() as connection:
        keep_rows(connection, INVENTORY)
    yield made
    made.close()


class _Done(Exception):
    """The example is over: nothing of it is to stay."""


@contextmanager
def example(store: Store) -> Iterator[Connection]:
    """A transaction that is undone."""
    try:
        with store.writing() as connection:
            yield connection
            raise _Done
    except _Done:
        pass


# -- 14: once ------------------------------------------------------------------------------------------------------


class Said(NamedTuple):
    """What tells one event from another."""

    name: str
    at: int
    chain: int | None
    provider: int
    ref: str | None


SAID = st.builds(
    Said, st.sampled_from(["A", "B"]), st.integers(0, 1), st.sampled_from([None, 0, 1]), st.sampled_from([1, 2]),
    st.sampled_from([None, "r"]),
)  # fmt: skip


@given(st.lists(SAID, max_size=12))
def test_each_event_is_one_row_and_one_message_however_often_it_comes(store: Store, said: list[Said]) -> None:
    with example(store) as connection:
        for name, at, chain, provider, ref in said:
            event = {"event_type": name, "source": "X", "timestamp": BEGIN + timedelta(seconds=at), "chain_id": chain,
                     "ems_ref": ref}  # fmt: skip
            receive(connection, provider, event, BEGIN)
        counts = [
            connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in ("events", "queue")
        ]
    assert [len(set(said))] * 2 == counts


# -- 15: .missing --------------------------------------------------------------------------------------------------

NAMES = ("USER_RUN_VM", "user.started-vm", "USER_STOP_VM", "Nobody_Knows")
DOMAINS = {"High": (10, ("USER_RUN_VM",)), "Low": (5, ("USER_RUN_VM", "user.started-vm", ".missing"))}


@pytest.fixture(scope="module")
def datastore(tmp_path_factory: pytest.TempPathFactory) -> Compilation:
    """Two domains, each of which knows some events; a third that knows one more is not enabled."""
    root = tmp_path_factory.mktemp("domains")
    for name, (priority, known) in {**DOMAINS, "Off": (20, ("USER_STOP_VM",))}.items():
        folder = root / name / "System" / "Event" / "EmsEvent"
        folder.mkdir(parents=True)
        enabled = "false" if name == "Off" else "true"
        about = (
            f"object_type: domain\nobject:\n  attributes: {{name: {name}, priority: {priority}, enabled: {enabled}}}\n"
        )
        (root / name / "__domain__.yaml").write_text(about)
        for space in ("System", "System/Event", "System/Event/EmsEvent"):
            text_ = f"object_type: namespace\nobject:\n  attributes: {{name: {space.rpartition('/')[2]}}}\n"
            (root / name / space / "__namespace__.yaml").write_text(text_)
        instances = "\n".join(f"  instance {each}" for each in known)
        (folder / "RHEVM.ael").write_text(f"class RHEVM\n\n  attribute what\n\n{instances}\n")
    return open_project([str(root)], cache=False)


def _any_case(name: str) -> st.SearchStrategy[str]:
    letters = [st.sampled_from([letter.lower(), letter.upper()]) for letter in name]
    return st.tuples(*letters).map("".join)


@given(st.sampled_from(NAMES).flatmap(_any_case))
def test_missing_answers_where_no_enabled_domain_knows_the_event(datastore: Compilation, name: str) -> None:
    from aelang.engine import Engine
    from aelang.interpreter.trace import Event
    from aelang.methods import Runners

    told: list[Event] = []
    Engine(datastore.image, Runners()).run(f"/System/Event/EmsEvent/rhevm/{name}", trace=told.append)
    known = {each.lower() for _, several in DOMAINS.values() for each in several}
    assert (name.lower() in known) is not any(isinstance(each, Missing) for each in told)


# -- 13: outside of tasks ------------------------------------------------------------------------------------------

WORK = st.lists(st.sampled_from(["event", "task one", "task two", "claim", "done"]), max_size=40)


@given(WORK)
def test_events_wait_for_no_task_and_tasks_for_no_event(store: Store, work: list[str]) -> None:
    queue, held = EmbeddedQueue(), list[Claimed]()
    waiting = dict.fromkeys(("event", "task one", "task two"), 0)
    with example(store) as connection:
        for each in work:
            if each in waiting:
                waiting[each] += 1
                enqueue(connection, [_message(each)], BEGIN, None)
            elif each == "done" and held:
                queue.acknowledge(connection, held.pop(0))
            elif each == "claim":
                taken = queue.claim(connection, Taker("me"), BEGIN, BEGIN + timedelta(seconds=30))
                assert _wanted(waiting, held) == (None if taken is None else taken.task_id or "event")
                if taken is not None:
                    waiting[taken.task_id or "event"] -= 1
                    held.append(taken)


def _message(what: str) -> Message:
    of = Reference("EmsEvent", 1)
    if what == "event":
        return Message("deliver", of, {}, AUTOMATE, HIGH_PRIORITY)
    return Message("deliver", of, {}, AUTOMATE, priority=100 if what == "task one" else 110, task_id=what)


def _wanted(waiting: dict[str, int], held: list[Claimed]) -> str | None:
    """What must be taken next: an event whatever is at work, else a task that is not."""
    busy = {each.task_id for each in held}
    return next((what for what, count in waiting.items() if count and what not in busy), None)
