"""The conversation: every value comes through unchanged, and whatever a method sends, the engine stands."""

import json
import math
import struct
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from aelang.interpreter.ports import ProtocolError
from aelang.interpreter.values import Symbol
from aelang.methods.child import wire
from aelang.methods.conversation import Conversation

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | texts | st.builds(Symbol, texts)
    | st.datetimes(min_value=datetime(1900, 1, 1), timezones=st.just(UTC))
)  # fmt: skip
# in Python a symbol equals its text, so a hash there has only one of both
keys = st.booleans() | st.integers() | texts.map("t{}".format) | st.builds(Symbol, texts.map("s{}".format))
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
)


class NoHandle:
    """A run that knows nothing and refuses nothing."""

    def answer(self, ask: str, arguments: list[Any]) -> object:
        """What was asked for first."""
        return arguments[0] if arguments else None


def _conversation() -> Conversation:
    return Conversation(NoHandle(), 100_000)  # type: ignore[arg-type]  # of the port only `answer` is used


def _framed(message: object) -> bytes:
    data = json.dumps(message).encode()
    return struct.pack(">I", len(data)) + data


@given(values)
def test_a_value_goes_to_the_method_and_back_unchanged(value: Any) -> None:
    conversation = _conversation()
    there = wire.decode(json.loads(json.dumps(conversation.encode(value))), _never)
    back = conversation.decode(json.loads(json.dumps(wire.encode(there))))
    assert _comparable(value) == _comparable(back)


def _never(tag: str, inner: Any) -> object:
    raise AssertionError(f"no value has the tag {tag}")


def _comparable(value: Any) -> object:
    """`value` so that 1, 1.0 and true differ, and NaN equals itself."""
    match value:
        case list():
            return [_comparable(each) for each in value]
        case dict():
            return [(_comparable(key), _comparable(each)) for key, each in value.items()]
        case float() if math.isnan(value):
            return "NaN"
        case _:
            return type(value).__name__, value


@given(st.binary(max_size=200))
def test_any_bytes_are_a_question_or_a_fault_of_the_method(data: bytes) -> None:
    try:
        assert isinstance(_conversation().take(data), bytes)
    except ProtocolError as fault:
        assert str(fault)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | texts,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("shtfmpo"), inner, max_size=2),
    )
)
def test_any_json_is_a_question_or_a_fault_of_the_method(message: object) -> None:
    for each in (message, {"do": "x", "with": [message]}):
        try:
            assert isinstance(_conversation().take(_framed(each)), bytes)
        except ProtocolError as fault:
            assert str(fault)


@given(st.lists(st.integers(1, 7), max_size=30), values)
def test_a_question_in_pieces_is_one_question(cuts: list[int], value: Any) -> None:
    conversation, whole = _conversation(), _conversation()
    data = _framed({"do": "x", "with": [whole.encode(value)]})
    expected, answers, at = whole.take(data), [], 0
    for cut in cuts:
        answers.append(conversation.take(data[at : at + cut]) if at < len(data) else b"")
        at += cut
    answers.append(conversation.take(data[at:]) if at < len(data) else b"")
    assert expected == b"".join(answers)
