"""What a run finds: what the transaction before it saw, until the run itself writes."""

import zlib
from datetime import UTC, datetime

import pytest

from aelang.interpreter.ports import MethodCall, MethodResult
from aelang.interpreter.trace import Instantiating, Logged
from aelang.requests import runs
from aelang.requests.queue import EmbeddedQueue
from aelang.requests.runs import Fenced, Kit, RunRecords
from aelang.requests.steps import see
from aelang.requests.store import Store, StoreError
from aelang.requests.store.record_rows import create_row, delete_row, see_row
from aelang.requests.traces import pack_events, read_told
from aelang.services.records import Reference, Row

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


class _NoMethods:
    def run(self, call: MethodCall) -> MethodResult:
        """Is not called."""
        raise AssertionError(call.method.path)


@pytest.fixture
def event(store: Store, monkeypatch: pytest.MonkeyPatch) -> Row:
    """An event that was seen, and is gone since; what is seen stays so as long as a test takes."""
    monkeypatch.setattr(runs, "_A_MOMENT", 3600.0)
    with store.writing() as connection:
        made = create_row(connection, "RequestEvent", {"event_type": "request_created", "timestamp": NOW})
        (row,) = see(connection, made)
        delete_row(connection, made)
    return row


def _records(store: Store, *seen: Row) -> RunRecords:
    records = RunRecords(Fenced(store, EmbeddedQueue()), lambda: NOW, Kit(_NoMethods()))
    records.serve(None, None, seen=seen)
    return records


@pytest.mark.parametrize("model", ["RequestEvent", "EventStream"])
def test_what_was_seen_is_found_by_each_model_that_it_is_of(store: Store, event: Row, model: str) -> None:
    assert event == _records(store, event).find(model, event.id)


def test_what_was_seen_is_no_record_of_another_kind(store: Store, event: Row) -> None:
    assert _records(store, event).find("MiqEvent", event.id) is None


def test_a_run_that_wrote_looks_again(store: Store, event: Row) -> None:
    records = _records(store, event)
    records.create("Vm", {"name": "one"})
    assert records.find("RequestEvent", event.id) is None


def test_the_next_run_knows_nothing_of_what_the_last_one_saw(store: Store, event: Row) -> None:
    records = _records(store, event)
    records.serve(None, None)
    assert records.find("RequestEvent", event.id) is None


def test_what_is_gone_is_not_seen(store: Store, event: Row) -> None:
    with store.reading() as connection:
        assert () == see(connection, event.reference, Reference("MiqRequest", 7))


def test_a_record_that_brings_no_id_gets_the_next_one(store: Store) -> None:
    with store.writing() as connection:
        first = create_row(connection, "Service", {"name": "first"})
        second = create_row(connection, "Service", {"name": "second"})
        found = see_row(connection, *second)
    assert {"id": first.id + 1, "name": "second"} == (found and found.columns)


@pytest.mark.parametrize("moments", [(), (1795341600.25, 1795341601.5)])
def test_a_trace_is_read_as_it_was_packed(moments: tuple[float, ...]) -> None:
    events = (Instantiating(0, "/Sys/Machine/one"), Logged(1, "info", "it's \u2028 \N{SNOWMAN}\n"))
    told = moments or (None, None)
    assert tuple(zip(told, events, strict=True)) == read_told(pack_events(events, moments))


@pytest.mark.parametrize("body", [b"", b"nonsense", zlib.compress(b"[[3]]"), zlib.compress(b'[["Nothing", 1]]')])
def test_a_trace_that_is_damaged_is_told_as_a_fault_of_the_store(body: bytes) -> None:
    with pytest.raises(StoreError, match="a trace in the store is damaged"):
        read_told(body)
