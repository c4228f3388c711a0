"""`aelang impact`: what programs get, revisions, tests, limits."""

import json
import subprocess
from pathlib import Path
from shutil import which

import pytest

from tests.doors.stores import HELLO, PLAIN, Aelang, commit, write

pytestmark = pytest.mark.usefixtures("store")
needs_git = pytest.mark.skipif(which("git") is None, reason="git is not installed")
LEAF = "Low/System/Leaf.class/one.yaml"


def _names(aelang: Aelang, *words: str, sort: str = "entry_points") -> list[str]:
    done = aelang("impact", *words, "-d", "store", "--json")
    assert (0, "") == (done.code, done.err)
    return [each["name"] for each in json.loads(done.out)[sort]]


def test_a_program_gets_the_way_with_places(aelang: Aelang) -> None:
    said = json.loads(aelang("impact", "/System/Leaf/one", "-d", "store", "--json").out)["entry_points"][0]
    step = said["way"][0]
    assert ("/System/Request/hello", True) == (said["name"], said["certain"])
    assert ("rel1", "/System/Leaf/one") == (step["field"], step["to"])
    assert ("store/High/System/Request.class/hello.yaml", 10) == (step["file"], step["line"])


@needs_git
def test_what_changed_since_a_revision_is_asked_about(aelang: Aelang, store: Path) -> None:
    commit(store)
    write(store, {"Low/System/Leaf.class/new.yaml": PLAIN.format(name="new")})
    assert ["/System/Leaf/new"] == _names(aelang, "HEAD..")


@needs_git
def test_what_led_to_a_thing_that_is_gone_is_told(aelang: Aelang, store: Path) -> None:
    commit(store)
    (store / LEAF).unlink()
    assert "/System/Request/hello" in _names(aelang, "HEAD..")


@needs_git
def test_two_revisions_without_a_difference_touch_nothing(aelang: Aelang, store: Path) -> None:
    commit(store)
    assert [] == _names(aelang, "HEAD..HEAD")
    write(store, {"High/System/Request.class/hello.yaml": HELLO.format(greeting="Hello from above") + "# a word\n"})
    assert "nothing is different\n" == aelang("impact", "HEAD..", "-d", "store").out


@needs_git
def test_a_revision_that_is_not_there_is_told(aelang: Aelang, store: Path) -> None:
    commit(store)
    done = aelang("impact", "nope..HEAD", "-d", "store")
    assert (1, True) == (done.code, "has no revision `nope`" in done.err)


def test_outside_of_a_repository_there_are_no_revisions(aelang: Aelang, store: Path) -> None:
    if subprocess.run(["git", "-C", str(store), "rev-parse"], capture_output=True, check=False).returncode == 0:
        pytest.skip("the tests run inside a repository")
    done = aelang("impact", "A..B", "-d", "store")
    assert (1, True) == (done.code, "is in no git repository" in done.err)


@pytest.mark.parametrize("words", [("A..B", "greeting"), ("a...b..c",), ("..",)])
def test_wrong_usage_of_revisions_is_told(words: tuple[str, ...], aelang: Aelang) -> None:
    assert 2 == aelang("impact", *words, "-d", "store").code


def test_tests_that_come_by_are_named(aelang: Aelang, tmp_path: Path) -> None:
    page = "# Tests\n\n## {0}\n\n```yaml test\nrun: {1}\nexpect:\n  result: ok\n```\n"
    (tmp_path / "greet.md").write_text(page.format("It greets", "/System/Request/hello"))
    (tmp_path / "other.md").write_text(page.format("It does not", "/System/Leaf/two"))
    said = _names(aelang, "/System/Leaf/one", "--tests", "greet.md", "--tests", "other.md", sort="tests")
    assert [True] == [each.endswith("It greets") for each in said]


def test_no_more_than_the_limit_is_shown(aelang: Aelang) -> None:
    lines = aelang("impact", "/System/Leaf/", "-d", "store", "--limit", "1").out.splitlines()
    assert "  2 of 3 are not named; `--limit` shows more" in lines


@pytest.mark.parametrize("words", [("/System/Nobody",), ("/System",), ("/System/Leaf/one", "colour"), ("/",)])
def test_what_is_not_there_is_told(words: tuple[str, ...], aelang: Aelang) -> None:
    done = aelang("impact", *words, "-d", "store")
    assert (1, "", True) == (done.code, done.out, done.err.startswith("error: "))
