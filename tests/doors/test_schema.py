"""`aelang schema`: what is printed, what is written, what is wrong usage."""

import json
from pathlib import Path

import pytest

from tests.doors.stores import Aelang


def test_the_schema_of_a_kind_of_file_is_printed(aelang: Aelang) -> None:
    assert "Method: a file of a ManageIQ Automate datastore" == json.loads(aelang("schema", "method").out)["title"]


@pytest.mark.parametrize("path", ["/System/Leaf", "System/leaf", "/Low/System/Leaf"])
def test_the_schema_of_a_class_is_printed(aelang: Aelang, store: Path, path: str) -> None:
    assert ["color"] == list(json.loads(aelang("schema", "-d", "store", "--class", path).out)["definitions"])


def test_an_unknown_class_comes_with_the_nearest(aelang: Aelang, store: Path) -> None:
    done = aelang("schema", "-d", "store", "--class", "/System/Laef")
    assert (1, True) == (done.code, "did you mean `System/Leaf`?" in done.err)


def test_all_schemas_are_written_where_the_setting_says(aelang: Aelang, store: Path) -> None:
    done = aelang("schema", "-d", "store", "-o", ".schemas")
    named = {Path(name) for name in json.loads(done.out)["yaml.schemas"]}
    assert (0, named) == (done.code, set(Path(".schemas").rglob("*.json")))


def test_a_folder_that_cannot_be_written_is_told(aelang: Aelang, store: Path) -> None:
    Path("taken").write_text("", "utf-8")
    done = aelang("schema", "-d", "store", "-o", "taken")
    assert (1, "") == (done.code, done.out)


@pytest.mark.parametrize("words", [(), ("class", "--class", "/System/Leaf"), ("thing",)])
def test_one_thing_is_asked_for(aelang: Aelang, words: tuple[str, ...]) -> None:
    assert 2 == aelang("schema", *words).code
