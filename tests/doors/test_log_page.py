"""docs/log.md: each command prints what the page shows, in a folder with the files of its chapter."""

from pathlib import Path

import pytest

from tests.transcripts import ROOT, Case, Transcript, read_page, run_command, write_files

SHOWN = [(case, each) for case in read_page(ROOT / "docs" / "log.md") for each in case.transcripts]


@pytest.mark.parametrize(("case", "shown"), SHOWN, ids=[f"line {each.line}" for _, each in SHOWN])
def test_a_command_prints_what_the_page_shows(case: Case, shown: Transcript, tmp_path: Path) -> None:
    write_files(tmp_path, case.files)
    assert shown.output == run_command(shown.command, tmp_path)
