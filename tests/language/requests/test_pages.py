"""The pages of this folder and docs/requests.md: run from top to bottom, their commands print what they show."""

from pathlib import Path

import pytest

from tests.living_pages import LIVING, run_page


@pytest.mark.parametrize("page", LIVING, ids=lambda page: page.stem)
def test_the_commands_of_a_page_print_what_it_shows(page: Path, tmp_path: Path) -> None:
    runs = list(run_page(page, tmp_path))
    assert [(each.line, each.command, each.shown) for each in runs] == [
        (each.line, each.command, each.today) for each in runs
    ]
