"""Hostile trees end in findings, within 10 s of processor time and 300 MB, and every report of them is well-formed."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.hostile import HOSTILE, SOUND, Ended, validate, write

SIZES = {
    "a long file": 20_000,
    "aliases": 60_000,
    "a wide list": 200_000,
    "deep nesting": 20_000,
    "links": 8,
    "long words": 100_000,
    "expressions": 2_000,
    "code": 20_000,
    "a crowd of one name": 500,
    "a circle": 200,
    "a line of heirs": 100,
}


def _check(name: str, folder: Path, size: int, shape: str = "json") -> Ended:
    hostile = HOSTILE[name]
    hostile.fill(folder, size)
    return validate(folder, hostile.root, shape)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_tree_ends_in_findings(name: str, tmp_path: Path) -> None:
    done = _check(name, tmp_path / "store", SIZES.get(name, 0))
    assert (True, True) == (done.code in (0, 1), HOSTILE[name].kind in (done.out + done.err).decode()), done.err
    assert done.memory < 300


@pytest.mark.parametrize("name", ["names", "contents"])
def test_reports_of_a_hostile_tree_are_well_formed(name: str, tmp_path: Path) -> None:
    reports = {shape: _check(name, tmp_path / shape / "store", 0, shape).out for shape in ("sarif", "gitlab", "junit")}
    results = json.loads(reports["sarif"])["runs"][0]["results"]
    cases = ElementTree.fromstring(reports["junit"]).findall(".//testcase")
    assert len(results) == len(cases) == len(json.loads(reports["gitlab"])) > 0


@pytest.mark.parametrize("name", ["names", "contents"])
def test_a_hostile_name_cannot_write_a_line_of_its_own(name: str, tmp_path: Path) -> None:
    done = _check(name, tmp_path / "store", 0, "github")
    assert {"::error", "::warning", "::notice"} >= {line.split(b" ")[0].decode() for line in done.out.splitlines()}


@pytest.mark.parametrize("name", ["names", "contents"])
def test_a_hostile_name_cannot_speak_to_the_terminal(name: str, tmp_path: Path) -> None:
    done = _check(name, tmp_path / "store", 0, "text")
    assert not set(done.err) & {*range(9), *range(11, 32), 127}


def test_a_file_that_became_longer_is_read_as_it_now_is(tmp_path: Path) -> None:
    write(tmp_path / "store", {**SOUND, "D/N/K.class/i.yaml": "x"})
    first = validate(tmp_path / "store", ".")
    write(tmp_path / "store", {"D/N/K.class/i.yaml": "x: ["})
    second = validate(tmp_path / "store", ".")
    assert [b"malformed-file", b"unreadable-yaml"] == [
        next(kind for kind in (b"malformed-file", b"unreadable-yaml") if kind in done.out) for done in (first, second)
    ]
