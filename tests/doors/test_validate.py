"""`aelang validate` and `aelang kinds`: what they tell, how they end, and what is found in the corpus."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from aelang.project import open_project
from aelang.shipped import datastore_folder
from tests.doors.stores import Aelang, write
from tests.rules import RULE_SLUGS

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(os.environ.get("AELANG_CORPUS") or ROOT.parent / "shared" / "corpus")
MANAGEIQ = "manageiq-content"
INSTANCE = """\
object_type: instance
object:
  attributes: {{name: {name}}}
  fields:
  - rel1:
      value: {target}
"""
LOST = {"Low/System/Request.class/lost.yaml": INSTANCE.format(name="lost", target="/System/Request/nobody")}
MISNAMED = {"Low/System/Request.class/lost.yaml": INSTANCE.format(name="last", target="")}


def _judged() -> dict[str, list[str]]:
    """The findings in the snapshot, without their verdicts, by domain."""
    found: dict[str, list[str]] = {}
    for line in (Path(__file__).parent / "validate_corpus.txt").read_text("utf-8").splitlines():
        if named := re.fullmatch(r"\[(.+)\]", line):
            lines = found[named[1]] = []
        elif line and not line.startswith("#"):
            lines.append(line.partition(" -- ")[0])
    return found


JUDGED = _judged()


def _found_in(domain: str) -> Iterator[str]:
    references = [] if domain == MANAGEIQ else [str(CORPUS / MANAGEIQ)]
    compilation = open_project([str(CORPUS / domain)], references=references, cache=False)
    for each in (*compilation.diagnostics, *compilation.remarks):
        if each.kind.slug != "missing-code":
            place = f"{os.path.relpath(each.span.source, CORPUS / domain)}:{each.span.line}"
            yield f"{each.severity.word} {each.kind.slug} {place}"


@pytest.mark.parametrize("domain", JUDGED)
def test_what_is_found_in_the_corpus_was_judged_by_hand(domain: str) -> None:
    if not (CORPUS / domain).is_dir():
        pytest.skip(f"there is no corpus at {CORPUS}: set AELANG_CORPUS")
    assert sorted(JUDGED[domain]) == sorted(_found_in(domain))


def test_every_judgement_has_its_reason() -> None:
    text = (Path(__file__).parent / "validate_corpus.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if line.startswith(("error ", "warning ", "info "))]
    assert [] == [line for line in lines if not re.search(r" -- (true|false): \S", line)]


def test_a_sound_datastore_is_told_in_one_line(aelang: Aelang, store: Path) -> None:
    assert (0, "", "validated 14 files: nothing is wrong\n") == aelang("validate", "store", "--without-code")


def test_a_target_that_leads_nowhere_is_an_error_with_its_line(aelang: Aelang, store: Path) -> None:
    write(store, LOST)
    done = aelang("validate", "store", "--without-code")
    assert (1, "", True) == (done.code, done.out, "Request.class/lost.yaml:6:14\n" in done.err)


def test_related_places_are_shown(aelang: Aelang, store: Path) -> None:
    write(store, LOST)
    assert "the class is declared here" in aelang("validate", "store").err


def test_compile_does_not_look_across_files(aelang: Aelang, store: Path) -> None:
    write(store, LOST)
    assert 0 == aelang("compile", "store").code


def test_findings_as_json_are_on_standard_output(aelang: Aelang, store: Path) -> None:
    write(store, LOST)
    done = aelang("validate", "store", "--without-code", "--json")
    assert ["unknown-instance"] == [json.loads(line)["kind"] for line in done.out.splitlines()]


@pytest.mark.parametrize(("threshold", "code"), [("error", 0), ("warning", 1), ("info", 1)])
def test_the_least_severity_that_fails_can_be_chosen(aelang: Aelang, store: Path, threshold: str, code: int) -> None:
    write(store, MISNAMED)
    assert code == aelang("validate", "store", "--without-code", "--fail-on", threshold).code


def test_quiet_tells_findings_only(aelang: Aelang, store: Path) -> None:
    assert (0, "", "") == aelang("validate", "store", "--without-code", "--quiet")


def test_findings_come_from_the_cache_unchanged(aelang: Aelang, store: Path) -> None:
    write(store, LOST)
    assert aelang("validate", "store", "--json") == aelang("validate", "store", "--json")


def test_what_another_file_puts_right_is_found_no_more(aelang: Aelang, store: Path) -> None:
    write(store, LOST)
    aelang("validate", "store", "--without-code")
    made = "object_type: instance\nobject:\n  attributes: {name: nobody}\n  fields: []\n"
    write(store, {"Low/System/Request.class/nobody.yaml": made})
    assert 0 == aelang("validate", "store", "--without-code").code


def test_what_another_file_breaks_is_found_at_its_user(aelang: Aelang, store: Path) -> None:
    write(store, {"Low/System/Request.class/user.yaml": INSTANCE.format(name="user", target="/System/Request/failing")})
    first = aelang("validate", "store", "--without-code").code
    (store / "Low/System/Request.class/failing.yaml").unlink()
    done = aelang("validate", "store", "--without-code", "--json")
    places = [json.loads(line)["file"] for line in done.out.splitlines()]
    assert (0, True) == (first, "store/Low/System/Request.class/user.yaml" in places)


def test_a_reference_supplies_what_the_root_refers_to(aelang: Aelang, tmp_path: Path) -> None:
    _two_roots(tmp_path)
    assert [1, 0] == [aelang("validate", "ours", *more).code for more in ((), ("--reference", "theirs"))]


def test_references_are_not_reported_on(aelang: Aelang, tmp_path: Path) -> None:
    _two_roots(tmp_path)
    assert "" == aelang("validate", "ours", "--reference", "theirs", "--json").out


def test_where_the_base_domain_lies_is_told_to_those_who_inherit_from_it(aelang: Aelang, tmp_path: Path) -> None:
    write(tmp_path / "high", _driver("/Provisioning/Module"))
    ended, told = aelang("validate", "high"), f"add `--reference {datastore_folder()}`"
    assert (1, True) == (ended.code, told in ended.err)
    assert 0 == aelang("validate", "high", "--reference", datastore_folder()).code


def test_a_parent_that_nobody_has_is_not_looked_for_in_the_base_domain(aelang: Aelang, tmp_path: Path) -> None:
    write(tmp_path / "high", _driver("/Provisioning/Modul"))
    assert "--reference" not in aelang("validate", "high").err


def _driver(parent: str) -> dict[str, str]:
    """A domain with a class that inherits from `parent`."""
    return {
        "High/__domain__.yaml": "object_type: domain\nobject:\n  attributes: {name: High, priority: 5}\n",
        "High/Shop/__namespace__.yaml": "object_type: namespace\nobject:\n  attributes: {name: Shop}\n",
        "High/Shop/Driver.ael": f"class Driver < {parent}\n",
    }


def test_nothing_of_the_shipped_datastore_is_wrong(aelang: Aelang) -> None:
    assert 0 == aelang("validate", str(ROOT / "datastore"), "--fail-on", "warning").code


def test_kinds_are_listed_with_severity_and_title(aelang: Aelang) -> None:
    lines = aelang("kinds").out.splitlines()
    assert ["unknown-instance", "error", "An instance that does not exist"] == next(
        re.split(r" {2,}", line) for line in lines if line.startswith("unknown-instance ")
    )


def test_every_kind_has_a_severity(aelang: Aelang) -> None:
    assert [] == [
        line for line in aelang("kinds").out.splitlines() if line.split()[1] not in ("error", "warning", "info")
    ]


def test_the_page_of_a_kind_is_shown(aelang: Aelang) -> None:
    page = ROOT / "aelang" / "diagnostics" / "pages" / "unknown-instance.md"
    assert page.read_text("utf-8") == aelang("kinds", "unknown-instance").out


def test_the_page_of_a_kind_is_rendered_where_there_are_colours(aelang: Aelang) -> None:
    shown = aelang("kinds", "unknown-instance", "--color", "always").out
    assert ("\x1b[" in shown, "```" in shown) == (True, False)


def test_every_kind_has_a_page_that_can_be_rendered(aelang: Aelang) -> None:
    slugs = [line.split()[0] for line in aelang("kinds").out.splitlines()]
    assert [] == [slug for slug in slugs if aelang("kinds", slug, "--color", "always").code]


def test_the_page_about_validate_names_every_kind_that_shows_across_files() -> None:
    page = (ROOT / "docs" / "validate.md").read_text("utf-8")
    assert [] == sorted(slug for slug in RULE_SLUGS if f"`{slug}`" not in page)


def test_an_unknown_kind_comes_with_the_nearest(aelang: Aelang) -> None:
    done = aelang("kinds", "unknown-instanze")
    assert (1, True) == (done.code, "`unknown-instance`" in done.err)


def _two_roots(folder: Path) -> None:
    """`ours` leads to what only `theirs` has; both have the class that the relationship is of."""
    klass = "object_type: class\nobject:\n  attributes: {{name: {name}}}\n  schema:\n"
    klass += "  - field: {{aetype: {kind}, name: rel1}}\n"
    for root, domain in (("ours", "Ours"), ("theirs", "Theirs")):
        files = {
            f"{domain}/__domain__.yaml": f"object_type: domain\nobject:\n  attributes: {{name: {domain}}}\n",
            f"{domain}/Shop/__namespace__.yaml": "object_type: namespace\nobject:\n  attributes: {name: Shop}\n",
        }
        name, target = ("Order", "/Shop/Price/low") if root == "ours" else ("Price", "/Shop/Nowhere/x")
        instance = "first" if root == "ours" else "low"
        files[f"{domain}/Shop/{name}.class/__class__.yaml"] = klass.format(name=name, kind="relationship")
        files[f"{domain}/Shop/{name}.class/{instance}.yaml"] = INSTANCE.format(name=instance, target=target)
        write(folder / root, files)


@pytest.mark.parametrize(
    ("shape", "opening"), [("sarif", "{"), ("github", "::error file=store/"), ("gitlab", "[\n"), ("junit", "<?xml ")]
)
def test_findings_are_printed_for_services(aelang: Aelang, store: Path, shape: str, opening: str) -> None:
    write(store, LOST)
    done = aelang("validate", "store", "--without-code", "--format", shape)
    assert (1, opening) == (done.code, done.out[: len(opening)])


def test_json_and_another_format_are_wrong_usage(aelang: Aelang, store: Path) -> None:
    assert 2 == aelang("validate", "store", "--json", "--format", "junit").code


def test_what_a_comment_allows_is_not_told(aelang: Aelang, store: Path) -> None:
    text = LOST["Low/System/Request.class/lost.yaml"].rstrip("\n") + "  # aelang: allow unknown-instance -- later\n"
    write(store, {"Low/System/Request.class/lost.yaml": text})
    assert (0, "") == aelang("validate", "store", "--without-code", "--json")[:2]


def test_what_the_configuration_allows_is_not_told(aelang: Aelang, store: Path) -> None:
    write(store, LOST)
    _allow('kind = "unknown-instance"\npath = "Request.class/*.yaml"\nreason = "later"')
    assert (0, "") == aelang("validate", "--without-code", "--json")[:2]


def test_a_configured_path_holds_for_its_files_only(aelang: Aelang, store: Path) -> None:
    write(store, LOST)
    _allow('kind = "unknown-instance"\npath = "Leaf.class"\nreason = "later"')
    told = aelang("validate", "--without-code", "--json").out.splitlines()
    assert ["unknown-instance", "unused-allowance"] == sorted(json.loads(line)["kind"] for line in told)


def test_a_configured_allowance_wants_a_reason(aelang: Aelang, store: Path) -> None:
    _allow('kind = "unknown-instance"')
    told = aelang("validate", "--without-code", "--json").out.splitlines()
    assert ["invalid-allowance"] == [json.loads(line)["kind"] for line in told]


def test_findings_of_a_baseline_do_not_count(aelang: Aelang, store: Path) -> None:
    write(store, LOST)
    codes = [aelang("validate", "store", "--without-code", "--baseline", "known.json").code for _ in range(2)]
    assert [0, 0] == codes


def test_a_new_finding_counts_beside_a_baseline(aelang: Aelang, store: Path) -> None:
    write(store, LOST)
    aelang("validate", "store", "--without-code", "--baseline", "known.json")
    write(store, {"Low/System/Request.class/new.yaml": INSTANCE.format(name="new", target="/System/Request/no")})
    done = aelang("validate", "store", "--without-code", "--baseline", "known.json", "--json")
    assert (1, 1) == (done.code, len(done.out.splitlines()))


def test_a_finding_that_only_moved_is_still_in_the_baseline(aelang: Aelang, store: Path) -> None:
    write(store, LOST)
    aelang("validate", "store", "--without-code", "--baseline", "known.json")
    write(store, {path: "# moved\n" + text for path, text in LOST.items()})
    assert 0 == aelang("validate", "store", "--without-code", "--baseline", "known.json").code


def test_a_file_that_is_no_baseline_is_told(aelang: Aelang, store: Path) -> None:
    Path("known.json").write_text("[]", "utf-8")
    done = aelang("validate", "store", "--baseline", "known.json")
    assert (1, True) == (done.code, "is no baseline" in done.err)


def _allow(entry: str) -> None:
    Path("aelang.toml").write_text(f'roots = ["store"]\n\n[[rules.allow]]\n{entry}\n', "utf-8")
