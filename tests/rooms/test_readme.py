"""The README shows what the program prints today."""

import re
from pathlib import Path

import pytest

from tests.transcripts import ROOT, Transcript, copy_of, read_page, run_command

README = ROOT / "README.md"
SHOWN = [each for case in read_page(README) for each in case.transcripts]


@pytest.mark.parametrize("shown", SHOWN, ids=[f"line {each.line}" for each in SHOWN])
def test_a_command_prints_what_the_readme_shows(shown: Transcript, tmp_path: Path) -> None:
    copy_of("examples", tmp_path)
    assert shown.output == run_command(shown.command, tmp_path)


def test_every_file_that_the_readme_points_to_exists() -> None:
    assert [] == [target for target in _links(README) if not (ROOT / target).exists()]


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda page: page.name)
def test_every_file_that_a_page_points_to_exists(page: Path) -> None:
    assert [] == [target for target in _links(page) if not (page.parent / target).exists()]


def _links(page: Path) -> list[str]:
    found = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text("utf-8"))
    return [target for target in found if "://" not in target]
