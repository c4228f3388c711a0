"""What a method said that broke off, in one line: its exception, whatever the language."""

import pytest

from aelang.interpreter.trace import Event, Logged
from aelang.requests.traces import said_by_method

BEGINS = "The following error occurred during method evaluation:"


def logged(*lines: str) -> list[Event]:
    return [Logged(0, "error", f"<AEMethod execute> {each}") for each in lines]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([BEGINS, "  Traceback (most recent call last):", '    File "/D/C.ael", line 3, in main', "  ValueError: no"],
         "ValueError: no"),
        ([BEGINS, "  RuntimeError: no", "  /D/C.ael:12:in `refuse'", "  /D/C.ael:3:in `<main>'"], "RuntimeError: no"),
        (["first", "the disk is full"], "the disk is full"),
        (["it begins", BEGINS, "  RuntimeError: no", "  /D/C.ael:12:in `<main>'"], "RuntimeError: no"),
        ([BEGINS, "  Traceback (most recent call last):", "  KeyError: 'a'", BEGINS, "  IOError: b", "  /D/C.rb:1"],
         "IOError: b"),
        ([BEGINS], ""),
        ([], ""),
    ],
)  # fmt: skip
def test_what_is_told_is_the_exception(lines: list[str], said: str) -> None:
    assert said == said_by_method([*logged(*lines), Logged(0, "error", "of the engine"), Logged(0, "info", "x")])
