"""The pages of this folder: each command prints what its page shows, in a folder with the files of its chapter."""

from pathlib import Path

import pytest

from tests.transcripts import Case, Transcript, read_page, run_command, write_files

FOLDERS = ("", "ael/", "understand/")
PAGES = sorted(page for folder in FOLDERS for page in Path(__file__).parent.glob(f"{folder}*.md"))
SHOWN = [(page.stem, case, each) for page in PAGES for case in read_page(page) for each in case.transcripts]
NAMES = [f"{page}: {case.heading} (line {each.line})" for page, case, each in SHOWN]


@pytest.mark.parametrize(("page", "case", "shown"), SHOWN, ids=NAMES)
def test_a_command_prints_what_the_page_shows(page: str, case: Case, shown: Transcript, tmp_path: Path) -> None:
    write_files(tmp_path, case.files)
    assert shown.output == run_command(shown.command, tmp_path), page
