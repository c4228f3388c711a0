"""Rules: outlines as text and back, what a small cache must not change, and other domains."""

from pathlib import Path

import pytest

from aelang.building import build
from aelang.project import open_project
from aelang.rules import compiled
from aelang.rules.outline import read_outline
from tests.cases import Case, read_cases, write_case
from tests.rules import findings

VALIDATE = Path(__file__).resolve().parent.parent / "language" / "validate"
CASES = [(page.stem, case) for page in sorted(VALIDATE.glob("*.md")) for case in read_cases(page)[:2]]
NAMES = [f"{slug}: {case.heading}" for slug, case in CASES]


@pytest.mark.parametrize(("slug", "case"), CASES, ids=NAMES)
def test_outlines_read_back_say_the_same(
    slug: str, case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_case(tmp_path, case)
    monkeypatch.chdir(tmp_path)
    before = findings(open_project(["."], cache=False))
    monkeypatch.setattr(build, "_OUTLINES_REMEMBERED", 0)
    monkeypatch.setattr(compiled, "_REMEMBERED", 1)
    monkeypatch.setattr(compiled, "_HOMES_REMEMBERED", 1)
    assert before == findings(open_project(["."], cache=False)), slug


def test_an_outline_of_another_shape_is_not_read() -> None:
    with pytest.raises(ValueError, match="unpack"):
        read_outline("[1, 2]")


def test_where_much_is_wrong_only_the_first_findings_get_a_hint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = next(case for case in read_cases(VALIDATE / "unknown-instance.md") if case.complaints)
    write_case(tmp_path, page)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(compiled, "_MAX_HINTS", 0)
    found = findings(open_project(["."], cache=False))
    assert ["make an instance `lwo`, or a `.missing`"] == [each.help for each in found]
