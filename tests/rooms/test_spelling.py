"""Spelling: numbers, texts and symbols as Ruby writes them."""

import subprocess
from shutil import which

import pytest

from aelang.names.spelling import float_text, quoted, symbol_text

FLOATS = [0.0, -0.0, 1.0, 0.1, 1e-4, 1e-5, -2.5e-7, 1e14, 999999999999999.9, 1e15, 1e16, 1000000000000000.5,
          1234567890123456.0, -3516843135383346.5, 1.7976931348623157e308, 5e-324]  # fmt: skip
TEXTS = [
    "",
    "a b",
    'a"b',
    "a\\b",
    "a#{b}",
    "#$a #@b # c#",
    "\t\n\r\x1b\x07\b\v\f",
    "\x01\x7f\x85\xa0é",
    "\u2028😀\ue000",
]
SYMBOLS = [
    "a",
    "A1",
    "a?",
    "a!",
    "a=",
    "",
    "1a",
    "a b",
    "a-b",
    "@a",
    "@@a",
    "$a",
    "$12",
    "$!",
    "[]",
    "[]=",
    "<=>",
    "!",
    "&&",
    "é",
]


@pytest.mark.parametrize(
    ("value", "text"),
    [(1e15, "1.0e+15"), (1000000000000000.5, "1000000000000000.5"), (1e-5, "1.0e-05"), (-0.0, "-0.0")],
)
def test_a_float_is_spelt_with_the_fewest_digits(value: float, text: str) -> None:
    assert text == float_text(value)


def test_what_ruby_would_take_for_code_is_escaped() -> None:
    assert '"a\\#{b} # c"' == quoted("a#{b} # c")


def test_a_symbol_with_a_blank_stands_in_quotes() -> None:
    assert [":a?", ':"a b"'] == [symbol_text("a?"), symbol_text("a b")]


@pytest.mark.skipif(which("ruby") is None, reason="no ruby on the PATH")
def test_ruby_spells_alike() -> None:
    floats = [f"Float({str(value)!r}).to_s" for value in FLOATS]
    texts = [f"{list(map(ord, text))}.pack('U*')" for text in [*TEXTS, *SYMBOLS]]
    asked = [*floats, *(f"{text}.inspect" for text in texts[: len(TEXTS)])]
    asked += [f"{text}.to_sym.inspect" for text in texts[len(TEXTS) :]]
    script = "STDOUT.set_encoding('UTF-8')\nputs " + ", ".join(asked)
    done = subprocess.run(["ruby", "-W0", "-Ku", "-e", script], capture_output=True, check=True)
    spelt = [*map(float_text, FLOATS), *map(quoted, TEXTS), *map(symbol_text, SYMBOLS)]
    assert [*spelt, ""] == done.stdout.decode().split("\n")
