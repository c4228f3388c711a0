"""Values: how they are written as text, named by type, and read out of text."""

from datetime import UTC, datetime

import pytest

from aelang.interpreter.times import parse_time
from aelang.interpreter.values import Password, Symbol, inspect, sanitize, to_text, type_name

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""), (True, "true"), (12, "12"), (1.0, "1.0"), (1e-6, "1.0e-06"), (1e15, "1.0e+15"), (1e20, "1.0e+20"),
        (0.0001, "0.0001"), (float("nan"), "NaN"), (float("-inf"), "-Infinity"), (Symbol("a"), "a"),
        (Password("v2:{x}"), "********"), ([1, "a", None], '[1, "a", nil]'), ({"a": Symbol("b")}, '{"a"=>:b}'),
        (NOON, "2026-01-01 12:00:00 UTC"), ([], "[]"),
    ],
)  # fmt: skip
def test_a_value_is_written_as_ruby_writes_it(value: object, text: str) -> None:
    assert to_text(value) == text  # type: ignore[arg-type]  # the parameters are of every type


@pytest.mark.parametrize(
    ("text", "shown"),
    [('a"b', r'"a\"b"'), ("tab\t", r'"tab\t"'), ("#{x}", r'"\#{x}"'), ("é", '"é"'), ("back\\", r'"back\\"')],
)
def test_text_inside_a_list_is_quoted_as_ruby_quotes_it(text: str, shown: str) -> None:
    assert inspect(text) == shown


def test_a_symbol_with_a_blank_is_quoted() -> None:
    assert inspect(Symbol("a b")) == ':"a b"'


def test_every_value_has_the_name_of_its_type() -> None:
    values = (None, True, "a", 1, 1.5, Symbol("s"), Password("x"), NOON, [], {})
    names = "NilClass Boolean String Integer Float Symbol Password Time Array Hash"
    assert " ".join(map(type_name, values)) == names


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("v2:{abc=}", "********"), ("a v2:{x} b v1:{y}", "a ******** b ********"),
        ("password=v2%3A%7Babc%7D&x", "password=********&x"), ("plain {x}", "plain {x}"),
    ],
)  # fmt: skip
def test_encrypted_passwords_in_a_text_are_masked(text: str, shown: str) -> None:
    assert sanitize(text) == shown


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-03-04", (2026, 3, 4)),
        ("2026-03-04 05:06:07", (2026, 3, 4, 5, 6, 7)),
        ("2026-03-04T05:06:07Z", (2026, 3, 4, 5, 6, 7)),
        ("2026-03-04 05:06:07 +0200", (2026, 3, 4, 3, 6, 7)),
        ("2026/3/4", (2026, 3, 4)),
        ("4 Mar 2026 11:00 pm", (2026, 3, 4, 23)),
        ("March 4, 2026", (2026, 3, 4)),
        ("Wed, 04 Mar 2026 05:06:07 GMT", (2026, 3, 4, 5, 6, 7)),
        ("20260304050607", (2026, 3, 4, 5, 6, 7)),
        ("13:14", (2026, 1, 1, 13, 14)),
        ("12abc", (2026, 1, 12)),
    ],
)
def test_a_time_is_read_in_the_forms_people_write(text: str, time: tuple[int, ...]) -> None:
    assert parse_time(text, lambda: NOON) == datetime(*time, tzinfo=UTC)  # type: ignore[misc, arg-type]  # a tuple of parts


@pytest.mark.parametrize("text", ["", "abc", "5", "5.5", "1e3", "2026-13-01", "99:99"])
def test_what_holds_no_time_gives_none(text: str) -> None:
    assert parse_time(text, lambda: NOON) is None
