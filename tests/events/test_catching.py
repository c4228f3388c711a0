"""What is passed over before anything is stored."""

import json

from hypothesis import given
from hypothesis import strategies as st

from aelang.events.catching import SLOT, WINDOW, Catcher, Flood, caught_line, key_of
from aelang.events.settings import SETTINGS, Settings
from aelang.services.records import Row

TIMES = st.lists(st.floats(0, 300, allow_nan=False), max_size=400).map(sorted)
EVENT = {"event_type": "USER_RUN_VM", "ems_id": 1, "message": "VM web started"}


def test_names_that_nobody_wants_are_passed_over() -> None:
    catcher = Catcher(SETTINGS)
    assert ["ignored", None] == [catcher.catch({"event_type": name}, 0) for name in ("USER_VDC_LOGIN", "USER_RUN_VM")]


def test_there_are_twenty_seven_names_that_nobody_wants() -> None:
    assert 27 == len(SETTINGS.ignored)


def test_a_flood_is_held_back_only_where_that_is_wanted() -> None:
    catchers = Catcher(Settings(flood_per_minute=1)), Catcher(Settings(flood=True, flood_per_minute=1))
    for catcher in catchers:
        catcher.catch(EVENT, 0)
    assert [None, "flood"] == [catcher.catch(EVENT, 10) for catcher in catchers]


def test_ids_references_and_times_do_not_tell_two_events_apart() -> None:
    other = {**EVENT, "timestamp": "later", "chain_id": 3, "vm_ems_ref": "/vms/9", "vm_or_template_id": 9}
    assert key_of(EVENT) == key_of(other)


def test_what_is_said_and_by_which_provider_does() -> None:
    others = [{**EVENT, "message": "VM db started"}, {**EVENT, "ems_id": 2}, {**EVENT, "event_type": "X"}]
    assert 4 == len({key_of(each) for each in [EVENT, *others]})


def test_how_often_something_was_held_back_is_known() -> None:
    catcher = Catcher(Settings(flood=True, flood_per_minute=1))
    for second in (0, 10, 11):
        catcher.catch(EVENT, second)
    assert [(key_of(EVENT), 2)] == list(catcher.blocked())


def test_the_line_that_the_log_has() -> None:
    provider = Row("ExtManagementSystem", {"emstype": "rhevm", "hostname": "rhev.example.com", "userid": "admin"})
    line = "MIQ(EventCatcherRedhat) EMS [rhev.example.com] as [admin] Caught event [USER_RUN_VM]"
    assert line == caught_line(provider, "USER_RUN_VM")


def admitted(flood: Flood, key: str, times: list[float]) -> list[float]:
    """Those of `times` at which the flood let something through."""
    return [at for at in times if flood.admits(key, at)]


@given(TIMES, st.integers(1, 40))
def test_in_a_window_there_are_at_most_so_many_and_what_one_slot_brings(times: list[float], most: int) -> None:
    found = admitted(Flood(most), "key", times)
    slots = {at: int(at // SLOT) for at in found}
    for first in found:
        window = [at for at in found if 0 <= slots[at] - slots[first] < WINDOW / SLOT]
        last = max(slots[at] for at in window)
        assert most > sum(slots[at] != last for at in window)


@given(TIMES, TIMES)
def test_one_key_does_not_hold_back_another(mine: list[float], others: list[float]) -> None:
    alone = admitted(Flood(5), "mine", mine)
    flood = Flood(5)
    together = [
        at for at, key in sorted([*((at, "mine") for at in mine), *((at, "other") for at in others)])
        if flood.admits(key, at) and key == "mine"
    ]  # fmt: skip
    assert alone == together


@given(st.floats(0, 1000), st.integers(1, 5))
def test_after_a_quiet_window_all_is_heard_again(at: float, most: int) -> None:
    flood = Flood(most)
    admitted(flood, "key", [at] * 20)
    assert flood.admits("key", at + WINDOW + 2 * SLOT)


@given(TIMES)
def test_what_is_forgotten_makes_no_difference(times: list[float]) -> None:
    one, other, found = Flood(3), Flood(3), []
    for at in times:
        other.forget(at)
        found.append((one.admits("key", at), other.admits("key", at)))
    assert [mine for mine, _ in found] == [its for _, its in found]


@given(TIMES, st.integers(0, 400), st.integers(1, 40))
def test_one_that_goes_on_where_another_ended_lets_the_same_through(times: list[float], cut: int, most: int) -> None:
    whole, first = Flood(most), Flood(most)
    before = admitted(first, "key", times[:cut])
    second = Flood(most, counts=json.loads(json.dumps(first.counts)))
    assert admitted(whole, "key", times) == [*before, *admitted(second, "key", times[cut:])]
