"""Diagnostics as text and as JSON."""

import json

from aelang.diagnostics import DiagnosticKind, Label, Severity, jsonl, text
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


def test_colours_are_used_when_wanted() -> None:
    assert rendered(WRONG.at(word="x"), colored=True).startswith("\x1b[1;31merror[wrong-word]\x1b[0m")


def test_the_summary_counts_by_severity() -> None:
    assert text.summary([WRONG.at(word="a"), ODD.at(word="b"), WRONG.at(word="c")]) == "2 errors, 1 warning"


def test_json_has_one_object_a_line() -> None:
    lines = jsonl.render([WRONG.at(Span("a.yaml", 2, 10, 4), help="h", word="wrod"), ODD.at(word="x")]).splitlines()
    expected = {
        "kind": "wrong-word", "severity": "error", "message": "the word `wrod` is wrong", "file": "a.yaml", "line": 2,
        "column": 10, "length": 4, "help": "h", "labels": [],
    }  # fmt: skip
    assert [expected, "odd-word"] == [json.loads(lines[0]), json.loads(lines[1])["kind"]]
