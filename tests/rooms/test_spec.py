"""The language page does what it says: its commands print what stands there, its table rows come out as they say."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tables import becomes, in_file, outcomes, texts
from tests.transcripts import ROOT, Case, Table, Transcript, read_page, run_command, write_files

PAGE = ROOT / "grammar" / "SPEC.md"
CASES = read_page(PAGE)
TRANSCRIPTS = [(case, each) for case in CASES for each in case.transcripts]
RUNNERS = {
    ("In the file", "Text"): in_file,
    ("Value", "Data type", "Becomes"): becomes,
    ("Template", "Arguments", "Text"): texts,
    ("Assertion", "Arguments", ""): outcomes,
}
TABLES = [table for case in CASES for table in case.tables if table.titles in RUNNERS]


@pytest.mark.parametrize(("case", "transcript"), TRANSCRIPTS, ids=[f"line {each.line}" for _, each in TRANSCRIPTS])
def test_a_command_prints_what_the_page_shows(case: Case, transcript: Transcript, tmp_path: Path) -> None:
    write_files(tmp_path, case.files)
    assert transcript.output == run_command(transcript.command, tmp_path)


@pytest.mark.parametrize("table", TABLES, ids=[f"line {table.line}" for table in TABLES])
def test_the_rows_of_a_table_come_out_as_they_say(table: Table, tmp_path: Path) -> None:
    assert list(table.rows) == RUNNERS[table.titles](table.rows, tmp_path)


def test_every_rule_has_a_number_that_follows_the_one_before() -> None:
    numbers = list(_rule_numbers())
    chapters: dict[int, list[int]] = {}
    for chapter, rule in numbers:
        chapters.setdefault(chapter, []).append(rule)
    assert {chapter: list(range(1, len(rules) + 1)) for chapter, rules in chapters.items()} == chapters


def test_every_chapter_but_the_last_is_run() -> None:
    chapters = {chapter for chapter, _ in _rule_numbers()}
    run = {int(case.heading.partition(".")[0]) for case in CASES if case.transcripts or _is_run(case.tables)}
    assert chapters == run


def test_every_operator_and_call_of_the_expressions_has_a_row() -> None:
    rows = " ".join(row[0] for table in TABLES if table.titles[0] == "Assertion" for row in table.rows)
    words = {
        "||", "&&", "!", " and ", " or ", "not ", "==", "!=", "<", "<=", ">", ">=", " in ", " not in ", "=~", "!~", "+",
        "-", "*", "/", "%", "%w(", "blank?", "present?", "nil?", "empty?", "include?", "includes", "start_with?",
        "end_with?", "downcase", "upcase", "capitalize", "reverse", "strip", "length", "size", "to_i", "to_f", "to_s",
        "first", "last", "message", "true", "false", "nil",
    }  # fmt: skip
    assert set() == {word for word in words if word not in rows}


def _is_run(tables: tuple[Table, ...]) -> bool:
    return any(table.titles in RUNNERS for table in tables)


def _rule_numbers() -> Iterator[tuple[int, int]]:
    for line in PAGE.read_text("utf-8").splitlines():
        if line.startswith("### "):
            chapter, _, rule = line.split()[1].partition(".")
            yield int(chapter), int(rule)
