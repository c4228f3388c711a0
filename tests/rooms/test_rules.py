"""Rules: outlines as text and back, what a small cache must not change, and other domains."""

import os
from pathlib import Path

import pytest

from aelang.building import outlines
from aelang.diagnostics import Diagnostic
from aelang.names import fold
from aelang.project import open_project
from aelang.rules import compiled
from aelang.rules.outline import read_outline
from aelang.rules.removed_names import CLASSES, INSTANCES, METHODS, REMOVED_HELP
from tests.cases import Case, read_cases, write_case
from tests.rules import findings

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(os.environ.get("AELANG_CORPUS") or ROOT.parent / "shared" / "corpus")
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
    monkeypatch.setattr(outlines, "_REMEMBERED", 0)
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


def _told(folder: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str]) -> list[Diagnostic]:
    write_case(folder, Case("", "", 0, files, ()))
    monkeypatch.chdir(folder)
    return findings(open_project(["."], cache=False))


def _class(name: str, *fields: str) -> str:
    schema = "".join(f"\n  - field: {{{field}}}" for field in fields) or " []"
    return f"object_type: class\nobject:\n  attributes: {{name: {name}}}\n  schema:{schema}\n"


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("Service/Order", "aetype: relationship, name: rel1, default_value: /Service/Provisioning/Email/x"),
        ("System/Request", "aetype: relationship, name: rel1, default_value: /System/Request/UI_HOST_PROVISION_INFO"),
        ("Infrastructure/VM/Retirement/StateMachines/Methods", "aetype: method, name: m, default_value: power_off"),
    ],
)
def test_of_a_name_that_manageiq_once_had_it_is_said(
    path: str, field: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {f"Demo/{path}.class/__class__.yaml": _class(path.rpartition("/")[2], field)}
    told = _told(tmp_path, monkeypatch, files)
    assert [REMOVED_HELP] == [each.help for each in told]


INSTANCE_PATH = "this is the path of an instance: write it in a relationship, or call a method as `/Shop/Price.low`"
HELPS = [
    ("  method go = /Shop/Price/low", INSTANCE_PATH),
    ("  method go = /low", "write `low`, for a method of this class"),
    ("  attribute b : boolean = maybe", "write `true` or `false`"),
    ("  instance one\n    a = 4", "declare it in the class, or take the value away"),
    ("  method go() python", "write it below the word `code` here, or into `__methods__/go.py` beside the file"),
]


@pytest.mark.parametrize(("line", "advice"), HELPS)
def test_in_ael_the_advice_is_for_ael(line: str, advice: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = _told(tmp_path, monkeypatch, {"Demo/Shop/Order.ael": f"class Order\n\n{line}\n"})
    assert [advice] == [each.help for each in told]


def test_of_an_embedded_method_that_manageiq_once_had_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    method = (
        "object_type: method\nobject:\n  attributes:\n    name: pay\n    scope: instance\n    language: ruby\n"
        "    location: inline\n    embedded_methods:\n    - /Service/Provisioning/Email/serviceprovision_complete\n"
        "  inputs: []\n"
    )
    folder = "Demo/Shop/Order.class"
    files = {
        f"{folder}/__class__.yaml": _class("Order"),
        f"{folder}/__methods__/pay.yaml": method,
        f"{folder}/__methods__/pay.rb": "exit MIQ_OK\n",
    }
    assert [REMOVED_HELP] == [each.help for each in _told(tmp_path, monkeypatch, files)]


def test_the_removed_names_are_those_that_manageiq_had_and_has_no_more() -> None:
    if not (CORPUS / "manageiq-darga").is_dir():
        pytest.skip(f"there is no corpus at {CORPUS}: set AELANG_CORPUS")
    before, now = (_names(folder) for folder in ("manageiq-darga", "manageiq-content"))
    classes = before.keys() - now.keys()
    kept = before.keys() & now.keys()
    members = {f"{path}{name}" for path in kept for name in before[path] - now[path]}
    assert {*classes, *members} == {fold(name) for name in (*CLASSES, *INSTANCES, *METHODS)}


def _names(folder: str) -> dict[str, set[str]]:
    """The folded names in each class of a domain of the corpus, each behind its sign."""
    index = open_project([str(CORPUS / folder)], cache=False).image.index
    return {
        fold(entry.path).partition("/")[2]: {f"/{name}" for name in entry.instances}
        | {f".{name}" for name in entry.methods}
        for entry in index
    }
