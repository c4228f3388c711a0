"""The pages of `validate/`: what each case expects is found, with nothing besides; every kind of a rule has a page."""

from pathlib import Path

import pytest

from aelang.project import open_project
from tests.cases import Case, Complaint, read_cases, write_case
from tests.rules import RULE_SLUGS, findings

PAGES = sorted((Path(__file__).parent / "validate").glob("*.md"))
CASES = [(page.stem, case) for page in PAGES for case in read_cases(page)]


@pytest.mark.parametrize(("slug", "case"), CASES, ids=[f"{slug}: {case.heading}" for slug, case in CASES])
def test_what_a_case_expects_is_found_and_no_more(
    slug: str, case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_case(tmp_path, case)
    monkeypatch.chdir(tmp_path)
    roots = () if "aelang.toml" in case.files else case.roots
    compilation = open_project(roots, domains=case.domains, cache=False)
    found = findings(compilation)
    compilation.close()
    assert list(case.complaints) == sorted(
        Complaint(each.severity.word, each.kind.slug, each.span.source, each.span.line) for each in found
    ), slug


def test_every_kind_of_a_rule_has_its_page() -> None:
    assert sorted(RULE_SLUGS) == [page.stem for page in PAGES]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_has_cases_that_fire_and_near_misses(page: Path) -> None:
    fires = {any(each.slug == page.stem for each in case.complaints) for case in read_cases(page)}
    assert {True, False} == fires
