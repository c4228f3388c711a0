"""`aelang explain`: what programs get, and what git says of a line."""

import json
from pathlib import Path
from shutil import which

import pytest

from tests.doors.stores import HELLO, Aelang, commit, write

pytestmark = pytest.mark.usefixtures("store")
needs_git = pytest.mark.skipif(which("git") is None, reason="git is not installed")


def _layers(aelang: Aelang, field: str, *words: str) -> list[dict[str, object]]:
    told = json.loads(aelang("explain", "/System/Request/hello", field, "-d", "store", "--json", *words).out)
    layers: list[dict[str, object]] = told["fields"][0]["layers"]
    return layers


def test_each_layer_is_told_with_the_one_that_counts(aelang: Aelang) -> None:
    said = [(each["text"], each["domain"], each["from"], each["counts"]) for each in _layers(aelang, "greeting")]
    assert [
        ("Hello from above", "High", "instance", True),
        ("Hello", "High", "class", False),
        ("Hello from below", "Low", "instance", False),
    ] == said


def test_what_hides_a_layer_is_told(aelang: Aelang) -> None:
    hidden = ["", "hidden by the instance", "the domain High goes before Low"]
    assert hidden == [each["hidden"] for each in _layers(aelang, "greeting")]


def test_a_secret_is_shown_in_no_layer(aelang: Aelang) -> None:
    assert ["********", "********"] == [each["text"] for each in _layers(aelang, "secret")]


@needs_git
def test_commit_author_and_day_are_those_of_the_line(aelang: Aelang, store: Path) -> None:
    commit(store)
    layer = _layers(aelang, "greeting")[0]
    day = str(layer["day"])
    assert ("Ann", 9, 10) == (layer["author"], len(str(layer["commit"])), len(day))
    assert day.replace("-", "").isdecimal()


@needs_git
def test_a_changed_line_is_uncommitted_and_others_are_not(aelang: Aelang, store: Path) -> None:
    commit(store)
    write(store, {"High/System/Request.class/hello.yaml": HELLO.format(greeting="Changed")})
    told = [(each["commit"] == "uncommitted", each["author"]) for each in _layers(aelang, "greeting")[:2]]
    assert [(True, ""), (False, "Ann")] == told


@needs_git
def test_git_is_not_asked_where_that_is_not_wanted(aelang: Aelang, store: Path) -> None:
    commit(store)
    assert {""} == {str(each["commit"]) for each in _layers(aelang, "greeting", "--no-blame")}


def test_fields_that_answer_another_message_are_left_out(aelang: Aelang) -> None:
    done = aelang("explain", "/System/Request/hello#nope", "-d", "store")
    assert (1, "") == (done.code, done.out)
    assert "no field of `/High/System/Request/hello` answers `nope`; they answer: create" in done.err


def test_what_missing_answers_for_is_said(aelang: Aelang) -> None:
    assert (
        "answers for /System/Leaf/two, which is not there" in aelang("explain", "/System/Leaf/two", "-d", "store").out
    )
