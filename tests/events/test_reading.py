"""A line of a stream: an event, or a sentence that says why it is none."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aelang.events.reading import LONGEST, Line, read_line

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


def test_an_event_and_its_provider() -> None:
    text = b'{"event_type": "USER_RUN_VM", "ems_id": 1, "timestamp": "2026-11-22T11:00:00+01:00", "chain_id": 0}'
    wanted = {"event_type": "USER_RUN_VM", "timestamp": datetime(2026, 11, 22, 10, tzinfo=UTC), "chain_id": 0}
    assert Line(wanted, 1) == read_line(text)


def test_a_provider_may_be_called_by_its_name() -> None:
    assert "rhev" == read_line(b'{"event_type": "X", "ems": "rhev"}').provider


def test_a_time_without_a_zone_is_in_utc() -> None:
    found = read_line(b'{"event_type": "X", "timestamp": "2026-11-22 10:00:00"}')
    assert datetime(2026, 11, 22, 10, tzinfo=UTC) == found.event["timestamp"]


def test_an_id_of_its_own_is_not_taken_over() -> None:
    assert {"event_type": "X"} == read_line(b'{"event_type": "X", "id": 7, "message": null}').event


def test_a_provider_is_told_by_its_id_or_its_name() -> None:
    told = [b'"ems_id": 1', b'"ems": 1', b'"ems_id": "rhev"', b'"ems": "rhev"']
    assert [1, 1, "rhev", "rhev"] == [read_line(b'{"event_type": "X", %b}' % each).provider for each in told]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"rubbish", "it is no JSON: Expecting value at character 1"),
        (b"[1]", "it is no JSON object"),
        (b"{}", "it has no `event_type`"),
        (b'{"event_type": " "}', "it has no `event_type`"),
        (b'{"event_type": 7}', "`event_type` is 7, and not a text"),
        (b'{"event_type": "X", "source": []}', r"`source` is \[\], and not a text"),
        (b'{"event_type": "X", "ems_id": true}', "`ems_id` is true: write the id of a provider, or its name"),
        (b'{"event_type": "X", "ems": [1]}', r"`ems` is \[1\]: write the id of a provider, or its name"),
        (b'{"event_type": "X", "timestamp": "noon"}', '`timestamp` is "noon": write 2026-11-22T10:00:00Z'),
        (b'{"event_type": "X", "timestamp": 12}', "`timestamp` is 12"),
        (b'{"event_type": "X", "timestamp": "0001-01-01T00:00:00+23:00"}', '`timestamp` is "0001-01-01'),
        (b'{"event_type": "X", "a": NaN}', "there is no NaN"),
        (b'\xff\xfe{"event_type": "X"}', "it is no"),
        (b'{"event_type": "\xe9"}', "it is not UTF-8"),
        (b"[" * 100_000, "it is nested too deep"),
        (b'{"event_type": "X", "a": ' + b"[" * 60 + b"]" * 60 + b"}", "it is nested too deep"),
        (b" " * (LONGEST + 1), "it is longer than 1000000 characters"),
    ],
)
def test_what_is_no_event_says_why(text: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_line(text)


@given(VALUES)
def test_any_json_is_an_event_or_says_why_not(value: object) -> None:
    try:
        found = read_line(json.dumps(value).encode())
    except ValueError as fault:
        assert str(fault).startswith(("it ", "`"))
    else:
        assert isinstance(found.event["event_type"], str)


@given(st.binary(max_size=60))
def test_any_bytes_are_an_event_or_say_why_not(text: bytes) -> None:
    try:
        read_line(text)
    except ValueError as fault:
        assert str(fault)


@given(st.dictionaries(st.text(max_size=6), VALUES, max_size=4))
def test_what_else_an_event_says_is_kept(others: dict[str, object]) -> None:
    names = {"event_type", "ems", "ems_id", "id", "timestamp", "source", "message", "ems_ref", "username"}
    kept = {name: value for name, value in others.items() if name not in names and value is not None}
    found = read_line(json.dumps({**kept, "event_type": "X"}).encode())
    assert {**kept, "event_type": "X"} == found.event
