"""What lists of events say and find, on both kinds of store; and how references to records are written."""

import pytest
from sqlalchemy import update

from aelang.events.listing import FAILED, HANDLED, WAITING, Wish, asked_of, list_events
from aelang.events.purging import count_old, purge
from aelang.events.settings import read_settings
from aelang.interpreter.values import RunValue, to_text
from aelang.project import Compilation
from aelang.requests.decision import Message
from aelang.requests.raising import Raising, raise_event
from aelang.requests.store.cases import enqueue
from aelang.requests.store.record_rows import create_row
from aelang.requests.store.schema import EVENTS, QUEUE, TRACES
from aelang.services.records import Reference
from aelang.services.references import read_reference, write_reference
from tests.events.hearing import BEGIN, Hearing
from tests.events.test_rows import VM
from tests.requests.stores import Stores

REQUEST = Reference("AutomationRequest", 1)
LATER = BEGIN.replace(year=BEGIN.year + 1)


def about(hearing: Hearing, wish: Wish) -> list[str]:
    """What the events that are asked for are about."""
    with hearing.store.reading() as connection:
        return [each.about for each in list_events(connection, wish)]


def ids(hearing: Hearing, wish: Wish) -> list[int]:
    """The ids of the events that are asked for."""
    with hearing.store.reading() as connection:
        return [each.id for each in list_events(connection, wish)]


def of_request(hearing: Hearing, queued: str | None = None) -> None:
    """An event of a request, and its message in a state; none where it was worked."""
    with hearing.store.writing() as connection:
        columns: dict[str, RunValue] = {
            "event_type": "request_created", "target_type": REQUEST.model, "target_id": 1, "created_on": BEGIN,
        }  # fmt: skip
        event = create_row(connection, "RequestEvent", columns)
        if queued is not None:
            enqueue(connection, [Message("deliver", event, {})], BEGIN, None)
            connection.execute(update(QUEUE).values(state=queued))


def test_what_is_about_a_record_is_found_however_it_came(either: Stores, base: Compilation) -> None:
    hearing = Hearing(either.new(), base)
    hearing.raised("vm_start")
    hearing.receive("X")
    hearing.receive("HOST_FAILURE", vm_ems_ref=None, host_ems_ref="/hosts/5")
    with hearing.store.writing() as connection:
        raise_event(connection, Raising(Reference("Host", 12), "host_failure"), BEGIN)
        raise_event(connection, Raising(Reference("ManageIQ::Providers::Redhat::InfraManager::Vm", 12), "a"), BEGIN)
    found = [ids(hearing, Wish(about=of)) for of in (VM, Reference("VmOrTemplate", 12), Reference("Host", 5))]
    hearing.close()
    assert [[5, 2, 1], [5, 2, 1], [3]] == found


@pytest.mark.parametrize("wish", [*(Wish(about=Reference(each, 12)) for each in ("Vm", "Host", "EmsCluster", "Service",
                         "ExtManagementSystem", "AutomationRequest")), Wish(provider=1)], ids=str)  # fmt: skip
def test_what_is_about_a_record_is_found_by_an_index(stores: Stores, wish: Wish) -> None:
    store = stores.new()
    with store.reading() as connection:
        asked = asked_of(wish).compile(connection.engine, compile_kwargs={"render_postcompile": True})
        given = tuple(asked.params[each] for each in asked.positiontup or ())
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", given)]
    store.close()
    assert [] == [each for each in plan if each.startswith("SCAN events")]
    assert [] != [each for each in plan if each.startswith("SEARCH events USING INDEX")]


def test_a_record_has_one_name_in_lists(either: Stores, base: Compilation) -> None:
    hearing = Hearing(either.new(), base)
    hearing.raised("vm_start")
    hearing.receive("X")
    hearing.receive("Y", vm_ems_ref=None)
    found = about(hearing, Wish())
    hearing.close()
    assert ["ExtManagementSystem:1", "Vm:12", "Vm:12"] == found


@pytest.mark.parametrize(
    ("queued", "state"), [("ready", WAITING), ("future", WAITING), ("dead", FAILED), (None, HANDLED)]
)
def test_an_event_of_a_request_is_as_far_as_its_message(hearing: Hearing, queued: str | None, state: str) -> None:
    of_request(hearing, queued)
    assert [[1] if each == state else [] for each in (WAITING, FAILED, HANDLED)] == [
        ids(hearing, Wish(state=each)) for each in (WAITING, FAILED, HANDLED)
    ]


def test_a_provider_does_not_say_what_is_not_its_own(hearing: Hearing) -> None:
    hearing.receive("X", target_id=4, target_type="Host", failure="no", state="odd", model="MiqEvent")
    with hearing.store.reading() as connection:
        (seen,) = list_events(connection, Wish())
    assert ("EmsEvent", None, None, WAITING) == (seen.model, seen.target_id, seen.failure, seen.state)


@pytest.mark.parametrize(("name", "source"), [("a?b", "RHEVM"), ("a#b", "RHEVM"), ("a\nb", "RHEVM"), ("X", "A/B")])
def test_a_name_that_would_lead_elsewhere_is_none(hearing: Hearing, name: str, source: str) -> None:
    with pytest.raises(ValueError, match="no instance can be called so"):
        hearing.receive(name, source=source)


@pytest.mark.parametrize("number", ["5", 0, -1, 2**63, True])
def test_an_id_is_a_number(hearing: Hearing, number: RunValue) -> None:
    with pytest.raises(ValueError, match=f"`host_id` is '{to_text(number)}', and not the number of a record"):
        hearing.receive("X", host_id=number)
    assert [] == ids(hearing, Wish())


def test_old_events_go_with_what_was_followed(either: Stores, base: Compilation) -> None:
    hearing = Hearing(either.new(), base)
    for _ in range(2):
        hearing.raised("vm_start")
        hearing.work()
    hearing.raised("vm_start")
    numbers = (count_old(hearing.store, BEGIN), count_old(hearing.store, LATER), purge(hearing.store, LATER))
    left = ids(hearing, Wish())
    with hearing.store.reading() as connection:
        traces = connection.execute(TRACES.select()).all()
    hearing.close()
    assert ((0, 2, 2), [3], []) == (numbers, left, traces)


def test_events_of_a_request_that_goes_on_stay(hearing: Hearing) -> None:
    of_request(hearing)
    with hearing.store.writing() as connection:
        create_row(connection, "AutomationRequest", {"request_state": "active", "created_on": BEGIN})
    assert 0 == purge(hearing.store, LATER)


def test_more_events_than_one_part_go_too(hearing: Hearing) -> None:
    with hearing.store.writing() as connection:
        rows = [{"model": "EmsEvent", "created_on": BEGIN} for _ in range(1203)]
        connection.execute(EVENTS.insert(), rows)
    assert (1203, []) == (purge(hearing.store, LATER), ids(hearing, Wish()))


@pytest.mark.parametrize(
    "text", ["Vm:12", "Vm::12", "Vm 12", " Vm:12 ", "Vm=12", "Vm::vm=12", "Vm::vm:12", "Vm::vm 12", "Vm::vm::12"]
)
def test_a_reference_is_read_as_people_have_seen_it(text: str) -> None:
    assert Reference("Vm", 12) == read_reference(text)


@pytest.mark.parametrize("text", ["", "Vm", "12", "Vm:", ":12", "Vm:x", "Vm:-1", "Vm:1234567890123456789", "Vm:١٢"])
def test_what_names_no_record_is_not_read(text: str) -> None:
    assert None is read_reference(text)


@pytest.mark.parametrize("model", ["Vm", "MiqTemplate", "ExtManagementSystem", "AutomationRequest"])
def test_what_is_written_can_be_read(model: str) -> None:
    assert Reference(model, 7) == read_reference(write_reference(Reference(model, 7)))


def test_a_model_of_a_provider_goes_by_its_kind() -> None:
    assert "Vm:7" == write_reference(Reference("ManageIQ::Providers::Redhat::InfraManager::Vm", 7))


def test_the_layout_has_two_names() -> None:
    assert read_settings({"layout": "classic"}) == read_settings({"event_layout": "classic"})
