"""The page of each kind of diagnostic: what it says to avoid is found, and only that; what it prefers is clean."""

from pathlib import Path

import pytest

from aelang.diagnostics import Diagnostic, Severity
from aelang.inventory_file import load_inventory
from aelang.loader.records import placed
from aelang.project import ProjectError, open_project
from aelang.testing.parts import INVALID_TEST
from aelang.testing.reading import read_tests
from aelang.writer.format_yaml import UNFORMATTED_YAML, format_yaml
from tests.cases import Case, Complaint, read_cases, write_case
from tests.rules import RULE_SLUGS, findings

PAGES = sorted((Path(__file__).resolve().parent.parent.parent / "aelang" / "diagnostics" / "pages").glob("*.md"))
CASES = [(page.stem, case) for page in PAGES for case in read_cases(page)]
AVOID = [(slug, case) for slug, case in CASES if case.section == "Avoid"]
PREFER = [(slug, case) for slug, case in CASES if case.section == "Prefer"]


def _names(cases: list[tuple[str, Case]]) -> list[str]:
    return [f"{slug}:{case.line}" for slug, case in cases]


def _found(slug: str, case: Case, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[Diagnostic]:
    write_case(folder, case)
    monkeypatch.chdir(folder)
    if slug == UNFORMATTED_YAML.slug:
        return [placed(each, name) for name in sorted(case.files) for each in _unformatted(name)]
    if "inventory.yaml" in case.files:
        return list(load_inventory("inventory.yaml").diagnostics)
    if slug == INVALID_TEST.slug:
        return [each for name in sorted(case.files) for each in read_tests(name).diagnostics]
    roots = () if "aelang.toml" in case.files else case.roots
    try:
        compilation = open_project(roots, domains=case.domains, cache=False)
    except ProjectError as error:
        return list(error.diagnostics)
    try:
        # a page about one file is not about what its small example leaves out
        return findings(compilation) if slug in RULE_SLUGS else list(compilation.diagnostics)
    finally:
        compilation.close()


def _unformatted(name: str) -> tuple[Diagnostic, ...]:
    formatted = format_yaml(Path(name).read_bytes())
    return () if isinstance(formatted, str) else formatted


def _complaints(found: list[Diagnostic]) -> list[Complaint]:
    return sorted(Complaint(each.severity.word, each.kind.slug, each.span.source, each.span.line) for each in found)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_title_of_a_page_is_more_than_its_kind(page: Path) -> None:
    title = page.read_text("utf-8").partition("\n")[0]
    assert (True, False) == (title.startswith("# "), title == f"# {page.stem}")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_has_a_case_to_avoid_and_one_to_prefer(page: Path) -> None:
    assert {"Avoid", "Prefer"} == {case.section for case in read_cases(page)}


@pytest.mark.parametrize(("slug", "case"), AVOID, ids=_names(AVOID))
def test_what_a_page_avoids_is_found_where_it_says(
    slug: str, case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert list(case.complaints) == _complaints(_found(slug, case, tmp_path, monkeypatch))


@pytest.mark.parametrize(("slug", "case"), AVOID, ids=_names(AVOID))
def test_what_a_page_avoids_is_its_own_kind(slug: str, case: Case) -> None:
    assert {slug} == {each.slug for each in case.complaints}


@pytest.mark.parametrize(("slug", "case"), AVOID, ids=_names(AVOID))
def test_an_error_that_a_page_avoids_comes_with_a_way_out(
    slug: str, case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    errors = [each for each in _found(slug, case, tmp_path, monkeypatch) if each.severity is Severity.ERROR]
    assert [] == [each.message for each in errors if not each.help]


@pytest.mark.parametrize(("slug", "case"), PREFER, ids=_names(PREFER))
def test_what_a_page_prefers_is_clean(slug: str, case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [] == _complaints(_found(slug, case, tmp_path, monkeypatch))
