"""Diagnostics as text and as JSON."""

import json

import pytest

from aelang.diagnostics import DiagnosticKind, Label, Severity, jsonl, text
from aelang.diagnostics.lines import line_reader
from aelang.source import Span

WRONG = DiagnosticKind("wrong-word", Severity.ERROR, "the word `{word}` is wrong")
ODD = DiagnosticKind("odd-word", Severity.WARNING, "the word `{word}` is odd")
LINES = ["first: line", "  name: \twrod", "x" * 200 + "here" + "y" * 200]


def read_line(source: str, number: int) -> str | None:
    return LINES[number - 1] if source == "a.yaml" and 0 < number <= len(LINES) else None


def rendered(*found: object, colored: bool = False) -> str:
    return text.render(found, read_line, colored=colored)  # type: ignore[arg-type]  # only diagnostics are passed


def test_a_finding_shows_its_line_with_a_caret_and_the_way_out() -> None:
    expected = """\
error[wrong-word]: the word `wrod` is wrong
 --> a.yaml:2:10
  |
2 |   name:  wrod
  |          ^^^^
  = help: did you mean `word`?"""
    assert expected == rendered(WRONG.at(Span("a.yaml", 2, 10, 4), help="did you mean `word`?", word="wrod"))


def test_a_label_shows_its_own_place() -> None:
    label = Label(Span("a.yaml", 1, 1, 5), "first used here")
    expected = """\
error[wrong-word]: the word `wrod` is wrong
 --> a.yaml:2:10
  |
2 |   name:  wrod
  |          ^^^^
 ::: a.yaml:1:1
  |
1 | first: line
  | ----- first used here"""
    assert expected == rendered(WRONG.at(Span("a.yaml", 2, 10, 4), labels=(label,), word="wrod"))


def test_a_finding_in_a_file_that_cannot_be_read_shows_the_place_only() -> None:
    expected = "warning[odd-word]: the word `x` is odd\n --> gone.yaml:3:4"
    assert expected == rendered(ODD.at(Span("gone.yaml", 3, 4, 1), word="x"))


def test_a_finding_about_a_whole_file_names_the_file() -> None:
    assert rendered(ODD.at(Span("a.yaml"), word="x")).endswith("\n --> a.yaml")


def test_a_finding_about_no_file_is_one_sentence() -> None:
    assert rendered(ODD.at(word="x")) == "warning[odd-word]: the word `x` is odd"


def test_of_a_long_line_the_part_around_the_place_is_shown() -> None:
    shown = rendered(WRONG.at(Span("a.yaml", 3, 201, 4), word="here")).splitlines()
    caret = shown[4].index("^")
    assert shown[3][caret : caret + 4] == "here"


def test_a_span_longer_than_its_line_is_cut() -> None:
    assert rendered(WRONG.at(Span("a.yaml", 1, 8, 50), word="x")).splitlines()[-1] == "  |        ^^^^"


def test_what_a_terminal_would_obey_is_not_printed() -> None:
    assert "\x1b" not in rendered(WRONG.at(word="\x1b[31m"))


@pytest.mark.parametrize(
    ("line", "column", "length", "under"),
    [
        ("\tname: x", 8, 1, "       ^"),
        ("値段: x", 5, 1, "      ^"),
        ("x: 値段", 4, 2, "   ^^^^"),
        ("e\u0301: x", 5, 1, "   ^"),
        ("\N{GRINNING FACE}: x", 4, 1, "    ^"),
        ("x: y", 9, 2, "        ^"),
    ],
)
def test_the_caret_stands_under_its_place(line: str, column: int, length: int, under: str) -> None:
    found = WRONG.at(Span("a.yaml", 1, column, length), word="x")
    assert f"  | {under}" == text.render([found], lambda source, number: line).splitlines()[-1]


def test_what_can_be_put_right_says_so() -> None:
    shown = text.render([WRONG.at(word="x"), ODD.at(word="y")], read_line, fixable=lambda each: each.kind is WRONG)
    assert ["  = fix: `aelang validate --fix` does this"] == [line for line in shown.splitlines() if "fix" in line]


def test_marks_have_the_colour_of_what_they_mark() -> None:
    label = Label(Span("a.yaml", 1, 1, 5), "here")
    shown = rendered(WRONG.at(Span("a.yaml", 2, 10, 4), labels=(label,), word="x"), colored=True)
    assert ("\x1b[1;31m^^^^\x1b[0m" in shown, "\x1b[1;34m-----\x1b[0m here" in shown) == (True, True)


def test_the_mark_at_the_beginning_of_a_file_takes_no_column() -> None:
    assert "name: x" == line_reader(lambda source: b"\xef\xbb\xbfname: x\n")("a.yaml", 1)


def test_colours_are_used_when_wanted() -> None:
    assert rendered(WRONG.at(word="x"), colored=True).startswith("\x1b[1;31merror[wrong-word]\x1b[0m")


def test_the_summary_counts_by_severity() -> None:
    assert text.summary([WRONG.at(word="a"), ODD.at(word="b"), WRONG.at(word="c")]) == "2 errors, 1 warning"


def test_json_has_one_object_a_line() -> None:
    lines = jsonl.render([WRONG.at(Span("a.yaml", 2, 10, 4), help="h", word="wrod"), ODD.at(word="x")]).splitlines()
    expected = {
        "kind": "wrong-word", "severity": "error", "message": "the word `wrod` is wrong", "file": "a.yaml", "line": 2,
        "column": 10, "length": 4, "help": "h", "labels": [], "replacement": "",
    }  # fmt: skip
    assert [expected, "odd-word"] == [json.loads(lines[0]), json.loads(lines[1])["kind"]]
