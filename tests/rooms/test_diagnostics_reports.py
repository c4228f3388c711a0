"""Diagnostics for services: SARIF, GitHub, GitLab and JUnit."""

import json
from xml.etree import ElementTree

from aelang.diagnostics import Diagnostic, DiagnosticKind, Label, Severity, github, gitlab, junit, sarif
from aelang.source import NOWHERE, Span

BROKEN = DiagnosticKind("broken-thing", Severity.ERROR, "`{what}` is <broken>")
ODD = DiagnosticKind("odd-thing", Severity.WARNING, "this is odd")
NOTED = DiagnosticKind("noted-thing", Severity.INFO, "this is so")
AT = Span("a b/x.yaml", 3, 5, 4)
FOUND = (
    BROKEN.at(AT, "mend it", (Label(Span("y.yaml", 1, 1, 2), "declared here"),), what='"x"'),
    ODD.at(Span("a b/x.yaml")),
    NOTED.at(AT),
)


def _run(found: tuple[Diagnostic, ...]) -> dict[str, object]:
    run = json.loads(sarif.render(found, "1.2.3"))["runs"][0]
    assert isinstance(run, dict)
    return run


def test_sarif_has_its_version() -> None:
    assert "2.1.0" == json.loads(sarif.render((), "1.2.3"))["version"]


def test_sarif_lists_each_kind_once() -> None:
    rules = json.loads(sarif.render((*FOUND, *FOUND), "1.2.3"))["runs"][0]["tool"]["driver"]["rules"]
    assert ["broken-thing", "noted-thing", "odd-thing"] == [rule["id"] for rule in rules]


def test_sarif_points_at_the_columns_with_the_end_behind_them() -> None:
    results = _run(FOUND)["results"]
    assert isinstance(results, list)
    assert {
        "artifactLocation": {"uri": "a%20b/x.yaml"},
        "region": {"startLine": 3, "startColumn": 5, "endColumn": 9},
    } == results[0]["locations"][0]["physicalLocation"]


def test_sarif_has_no_region_for_a_file_as_a_whole() -> None:
    results = _run(FOUND)["results"]
    assert isinstance(results, list)
    assert {"artifactLocation": {"uri": "a%20b/x.yaml"}} == results[1]["locations"][0]["physicalLocation"]


def test_sarif_knows_three_levels() -> None:
    results = _run(FOUND)["results"]
    assert isinstance(results, list)
    assert ["error", "warning", "note"] == [each["level"] for each in results]


def test_sarif_relates_other_places() -> None:
    results = _run(FOUND)["results"]
    assert isinstance(results, list)
    assert ["declared here"] == [each["message"]["text"] for each in results[0]["relatedLocations"]]


def test_sarif_takes_a_finding_without_a_place() -> None:
    results = _run((ODD.at(NOWHERE),))["results"]
    assert isinstance(results, list)
    assert "locations" not in results[0]


def test_github_gets_a_command_a_finding() -> None:
    assert (
        '::error file=a b/x.yaml,line=3,col=5,endColumn=8,title=broken-thing::`"x"` is <broken>%0Amend it\n'
        "::warning file=a b/x.yaml,title=odd-thing::this is odd\n"
        "::notice file=a b/x.yaml,line=3,col=5,endColumn=8,title=noted-thing::this is so"
    ) == github.render(FOUND)


def test_github_gets_colons_and_commas_of_names_escaped() -> None:
    assert "file=a%2Cb%3A1%25," in github.render([ODD.at(Span("a,b:1%", 1, 1, 1))])


def test_gitlab_gets_a_list_with_severities() -> None:
    assert ["critical", "minor", "info"] == [each["severity"] for each in json.loads(gitlab.render(FOUND))]


def test_gitlab_fingerprints_tell_equal_findings_apart() -> None:
    prints = {each["fingerprint"] for each in json.loads(gitlab.render((*FOUND, *FOUND)))}
    assert 6 == len(prints)


def test_a_gitlab_fingerprint_does_not_depend_on_the_line() -> None:
    first, second = (json.loads(gitlab.render([NOTED.at(AT._replace(line=line))])) for line in (3, 30))
    assert first[0]["fingerprint"] == second[0]["fingerprint"]


def test_junit_counts_notes_as_passed() -> None:
    suite = ElementTree.fromstring(junit.render(FOUND)).find("testsuite")
    assert suite is not None
    assert ("3", "2") == (suite.get("tests"), suite.get("failures"))


def test_junit_has_a_failure_with_its_sentence() -> None:
    failure = ElementTree.fromstring(junit.render(FOUND)).find(".//failure")
    assert failure is not None
    assert '`"x"` is <broken>' == failure.get("message")


def test_junit_of_nothing_has_a_case_that_passed() -> None:
    assert [[]] == [list(case) for case in ElementTree.fromstring(junit.render(())).iter("testcase")]


def test_junit_is_xml_whatever_is_in_a_name() -> None:
    odd = ODD._replace(template="\x00\ud800]]>&")
    assert 1 == len(list(ElementTree.fromstring(junit.render([odd.at(AT)])).iter("failure")))
