"""Diagnostics for services: SARIF, GitHub, GitLab and JUnit."""

import json
import os
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import junitparser
import pytest

from aelang.diagnostics import Diagnostic, DiagnosticKind, Label, Severity, github, gitlab, junit, kinds, sarif
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


# -- SARIF, against its published schema ------------------------------------------------------------------------------

_SCHEMA = Path(
    os.environ.get("AELANG_SARIF_SCHEMA")
    or Path(__file__).parents[2] / "build/package/lib/schemas/sarif-2.1.0-rtm.5.json"
)
"""As npm's package @microsoft/jest-sarif has it; `.ci/run` fetches it."""


WRITTEN = DiagnosticKind("wrong-object-type", Severity.WARNING, "`{what}`")
EVERYTHING = (*FOUND, WRITTEN.at(Span("z.yaml", 1, 14, 5), replacement="instance", what="class"), ODD.at(NOWHERE))


@pytest.mark.parametrize("found", [EVERYTHING, ()], ids=["findings", "nothing"])
def test_sarif_is_as_its_schema_says(found: tuple[Diagnostic, ...]) -> None:
    if not _SCHEMA.exists():
        pytest.skip(f"SARIF's published schema is not there: {_SCHEMA} (AELANG_SARIF_SCHEMA names another place)")
    schema = json.loads(_SCHEMA.read_text(encoding="utf-8"))
    faults = jsonschema.Draft4Validator(schema).iter_errors(json.loads(sarif.render(found, "1.2.3")))
    assert [] == [f"{fault.json_path}: {fault.message}" for fault in faults]


def test_sarif_has_what_a_kind_is_about() -> None:
    rule = json.loads(sarif.render(EVERYTHING, "1.2.3"))["runs"][0]["tool"]["driver"]["rules"][-1]
    assert ("wrong-object-type", True) == (rule["id"], rule["help"]["markdown"].startswith("# An `object_type`"))


def test_sarif_says_what_to_write_instead() -> None:
    replacement = json.loads(sarif.render(EVERYTHING, "1.2.3"))["runs"][0]["results"][3]["fixes"][0]
    assert {
        "deletedRegion": {"startLine": 1, "startColumn": 14, "endColumn": 19},
        "insertedContent": {"text": "instance"},
    } == replacement["artifactChanges"][0]["replacements"][0]


def test_sarif_counts_utf16_code_units() -> None:
    found = ODD.at(Span("a.yaml", 1, 4, 3))
    line = "\N{GRINNING FACE}: \N{GRINNING FACE}\u00e9b"
    run = json.loads(sarif.render([found], "1", lambda source, number: line))["runs"][0]
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert ("utf16CodeUnits", {"startLine": 1, "startColumn": 5, "endColumn": 9}) == (
        run["columnKind"],
        place["region"],
    )


def test_sarif_fingerprints_stay_when_a_line_moves() -> None:
    prints = [
        json.loads(sarif.render([ODD.at(Span("a.yaml", line))], "1"))["runs"][0]["results"][0]["partialFingerprints"]
        for line in (1, 2)
    ]
    assert prints[0] == prints[1]


def test_sarif_names_are_uris() -> None:
    found = [ODD.at(Span(name)) for name in ("a b/ü%.yaml", "/tmp/x#y.yaml", "r@v1:a/b.yaml", "./c.yaml")]
    results = json.loads(sarif.render(found, "1"))["runs"][0]["results"]
    uris = [each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in results]
    assert ["a%20b/%C3%BC%25.yaml", "file:///tmp/x%23y.yaml", "r%40v1%3Aa/b.yaml", "c.yaml"] == uris


def test_sarif_takes_a_name_that_is_no_text() -> None:
    rendered = sarif.render([ODD.at(Span("a\udcff.yaml"))], "1")
    assert '"a%FF.yaml"' in rendered


# -- JUnit, read by somebody else --------------------------------------------------------------------------------------


def _suites(found: tuple[Diagnostic, ...]) -> Any:
    return junitparser.JUnitXml.fromstring(junit.render(found).encode())


def test_junit_is_read_by_others() -> None:
    suite = next(iter(_suites(FOUND)))
    assert [("a b/x.yaml", ["error"]), ("a b/x.yaml", ["warning"]), ("a b/x.yaml", [])] == [
        (case.classname, [each.type for each in case.result]) for case in suite
    ]


def test_junit_counts_are_what_others_count() -> None:
    suites = _suites(FOUND)
    said = (suites.tests, suites.failures)
    suites.update_statistics()
    assert (said, (3, 2)) == ((suites.tests, suites.failures), said)


@pytest.mark.parametrize("text", ["\x00\x1b[31m\x7f", "\ud800\udfff\uffff", "]]>&<\"'", "a\r\nb\tc\x85\u2028"])
def test_junit_is_read_whatever_is_in_a_sentence(text: str) -> None:
    odd = ODD._replace(template=text.replace("{", "{{").replace("}", "}}"))
    suite = next(iter(_suites((odd.at(Span(f"{text}.yaml", 1, 1, 1)),))))
    assert 1 == len(list(suite))


def test_junit_keeps_line_ends_and_tabs() -> None:
    suite = next(iter(_suites((ODD._replace(template="a\r\n\tb").at(AT),))))
    assert "a\r\n\tb" == next(iter(suite)).result[0].message


# -- GitHub and GitLab -------------------------------------------------------------------------------------------------


def test_a_command_of_github_is_one_line_whatever_is_in_it() -> None:
    odd = ODD._replace(template="a\r\nb%0A::error::\x1b[1m")
    line = github.render([odd.at(Span("x\ny.yaml", 1, 1, 1), "c\nd")])
    assert (
        "::warning file=x%0Ay.yaml,line=1,col=1,endColumn=1,title=odd-thing::a%0D%0Ab%250A::error::\ufffd[1m%0Ac%0Ad"
        == line
    )


def test_gitlab_gets_all_that_it_asks_for() -> None:
    first = json.loads(gitlab.render([BROKEN.at(AT._replace(source="./a b/x.yaml"), what="x")]))[0]
    assert re.fullmatch("[0-9a-f]{40}", first.pop("fingerprint"))
    assert {
        "description": "`x` is <broken>",
        "check_name": "broken-thing",
        "severity": "critical",
        "location": {"path": "a b/x.yaml", "lines": {"begin": 3}},
    } == first


def test_every_page_says_what_its_kind_is_about() -> None:
    assert [] == [slug for slug in kinds.slugs() if not kinds.about(kinds.page(slug))]
