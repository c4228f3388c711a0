"""Properties of reading `.ael`: both readings of a line agree; a text, however broken, gives diagnostics only."""

from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from aelang.loader.ael import read_ael
from aelang.syntax.ael import parse_ael
from aelang.syntax.ael_lines import Line, read_line
from aelang.syntax.ael_scalars import InvalidScalar
from aelang.syntax.ael_source import moved
from aelang.syntax.grammars import Refused, parse
from tests.properties.examples import examples

CLASS = (Path(__file__).parent / "order.ael").read_text("utf-8")
"""A class with every form that there is."""

STARTS = {
    "header": "class A", "field": "attribute x", "instance": "instance i", "method": "method m(", "body": "a = 1",
    "clauses": "entry foo", "parts": "embeds a", "option": "key", "item": "-",
}  # fmt: skip
_WORDS = (
    "attribute", "state", "instance", "input", "x", "on", "create", ",", ":", ": integer", ": null coalescing", "=",
    "= 5", "= /A/B#c?d=e", "if", "unless", "${/#a} > 3", " ", "  ", "   ", "'a b'", '"a  b"', "'it''s'", r'"\n"', "'",
    '"', "|", "|-", "#", "# c", "  # c", "  #", "nil", "off", "off /X", "  entry f(x => 'y')", "  retries 3", "  if x",
    '  description "hi"', "  a = 1", "  'odd n' = 2", "  embeds /A/b, 'c d'", "(", ")", "()", "(a, b : string = 3)",
    "python", "<", "< /A/B", "-", "- 5", "none", "=>", "display", "$x", "a.b", "é", "“x”", "{}", "1.5", "  b",
)  # fmt: skip
_pieces = st.sampled_from(("", *_WORDS, "\t", "\n", "\0"))
edits = st.lists(st.tuples(st.integers(0, len(CLASS)), st.integers(0, 20), _pieces), max_size=4)


@st.composite
def lines(draw: st.DrawFn) -> tuple[str, Line]:
    """A rule, and a line that may be one of it."""
    rule = draw(st.sampled_from(sorted(STARTS)))
    words = draw(st.lists(st.sampled_from(_WORDS), max_size=6))
    text = draw(st.sampled_from(("", STARTS[rule]))) + draw(st.sampled_from(("", " "))) + "".join(words)
    return rule, Line(draw(st.integers(1, 99)), "  " + text.strip(" "), draw(st.integers(-2, 6)), "\n" in text)


def _by_the_grammar(rule: str, line: Line) -> Any:
    try:
        found = parse("ael", rule, line.text)
    except InvalidScalar as fault:
        return fault
    return found if isinstance(found, Refused) else moved(found, line)


@settings(max_examples=examples(300), deadline=None)
@given(lines())
def test_what_is_read_quickly_is_what_the_grammar_says(of_rule: tuple[str, Line]) -> None:
    rule, line = of_rule
    quick = read_line(rule, line)
    assert quick is None or quick == _by_the_grammar(rule, line)


def test_each_line_of_a_class_is_read_quickly() -> None:
    usual = {
        "header": "class A < /N/B 'Shown'  # c",
        "field": "state s : string on create, go 'Shown' = /A/B?x=1#y  entry f(x => 'y')  retries 3  # c",
        "instance": "instance .missing < i 'Shown'  a = 1  b = '2  3'  entry f  # c",
        "method": "method m(a, b : integer = 3, c = 'x') python 'Shown'  description text  embeds /A/b, /C/d  # c",
        "body": "a = off /A/B if ${/#x} > 3  entry f  # c",
        "clauses": "entry f(x => 'y')  description \"a\\nb\"  if ${/#x}",
        "parts": "effect once  embeds /A/b  data |",
        "option": "key = 5",
        "item": "- 'text'",
    }
    assert [] == [rule for rule, text in usual.items() if read_line(rule, Line(1, f"  {text}", 0)) is None]


@settings(max_examples=examples(150), deadline=None)
@given(edits, st.integers(0, len(CLASS)))
def test_a_broken_file_is_never_more_than_diagnostics(changes: list[tuple[int, int, str]], end: int) -> None:
    text = CLASS[:end]
    for at, length, instead in changes:
        text = text[:at] + instead + text[at + length :]
    found = read_ael(text.encode())
    assert found.readable or found.diagnostics


def test_every_prefix_of_a_file_is_read() -> None:
    data = CLASS.encode()
    assert all(isinstance(parse_ael(data[:end]).diagnostics, tuple) for end in range(0, len(data), 3))


@given(st.binary(max_size=200))
def test_any_bytes_are_read(data: bytes) -> None:
    found = read_ael(data)
    assert found.readable or found.diagnostics


@settings(max_examples=examples(60), deadline=None)
@given(st.integers(0, CLASS.count("\n") - 1))
def test_a_line_that_is_not_understood_costs_itself(number: int) -> None:
    """Whatever line is made unreadable: what is said is said of it, and the class is still there."""
    lines = CLASS.split("\n")
    lines[number] = lines[number][: len(lines[number]) - len(lines[number].lstrip(" "))] + "?!"
    found = read_ael("\n".join(lines).encode())
    assert "Order" == found.name.value or number == 1
    assert len(found.diagnostics) <= 3
