"""Edits of a class written in `.ael`: what a method does to its instances, what a tool does to a body."""

from pathlib import Path

import pytest

from aelang.editing import DirectoryEditor
from aelang.project import open_project
from aelang.writer.edit_ael import body_of, with_body
from tests.editing import DOMAIN
from tests.spellings import classes_of

TEXT = """\
class Thing  # an author's own

  attribute Color = grey
  attribute size
  password pin

  # the first
  instance one  size = 12  # centimetres
  # the second
  instance two
    size = 2
    color = red  # as it was painted

  method work(x : integer) python  # does it
    code
          def main(evm):
              pass
  method rest() builtin
"""


@pytest.fixture(autouse=True)
def _quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.fsync", lambda handle: None)  # what it is for only a loss of power would show


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The class in a datastore."""
    namespace = tmp_path / "store" / "Demo" / "Test"
    namespace.mkdir(parents=True)
    (namespace.parent / "__domain__.yaml").write_text(DOMAIN)
    (namespace / "__namespace__.yaml").write_text(DOMAIN.replace("domain", "namespace").replace("Demo", "Test"))
    path = namespace / "Thing.ael"
    path.write_text(TEXT)
    return path


def edit(file: Path) -> DirectoryEditor:
    opened = open_project((str(file.parents[2]),), cache=False)
    return DirectoryEditor(opened, lambda text: f"v2:{{{text[::-1]}}}")


def test_a_value_is_changed_in_its_line(file: Path) -> None:
    assert edit(file).update("/Demo/Test/Thing/ONE", {"Size": "#13"})
    assert TEXT.replace("size = 12", "size = off 13") == file.read_text()


def test_a_value_that_is_new_stands_behind_the_others(file: Path) -> None:
    assert edit(file).update("/Demo/Test/Thing/two", {"pin": "abc"})
    assert TEXT.replace("painted\n", "painted\n    pin = v2:{cba}\n") == file.read_text()


def test_a_display_name_is_changed(file: Path) -> None:
    assert edit(file).set_display_name("/Demo/Test/Thing/one", 'The "one"')
    assert TEXT.replace("instance one ", 'instance one "The \\"one\\"" ') == file.read_text()


def test_a_new_instance_stands_behind_the_others(file: Path) -> None:
    editor = edit(file)
    assert editor.create("/Demo/Test/Thing/three", {"size": 3})
    assert TEXT.replace("painted\n", "painted\n\n  instance three  size = 3\n") == file.read_text()
    assert editor.image().class_at("Demo/Test/Thing") is not None


def test_an_instance_is_made_once(file: Path) -> None:
    assert not edit(file).create("/Demo/Test/Thing/one", {})


def test_an_instance_is_taken_away_with_its_comments(file: Path) -> None:
    assert edit(file).delete("/Demo/Test/Thing/two")
    start, end = TEXT.index("  # the second"), TEXT.index("\n  method work")
    assert TEXT[:start] + TEXT[end:] == file.read_text()


def test_a_value_of_several_lines_is_a_block(file: Path) -> None:
    edit(file).update("/Demo/Test/Thing/one", {"size": "a\nb\n"})
    (klass,) = classes_of(file.parents[2])
    assert "a\nb\n" == klass.instances[0].values[0].get("value")


def test_a_file_that_cannot_be_read_is_not_changed(file: Path) -> None:
    editor = edit(file)
    file.write_text("class Thing\n  attribute size\n\n  instance one  size = 'x\n")
    with pytest.raises(ValueError, match="cannot be changed"):
        editor.update("/Demo/Test/Thing/one", {"size": "1"})


# -- bodies ------------------------------------------------------------------------------------------------------


def test_a_body_is_read_without_its_indentation() -> None:
    assert "def main(evm):\n    pass\n" == body_of(TEXT, "WORK")


def test_a_method_without_a_body_has_none() -> None:
    assert body_of(TEXT, "rest") is None


def test_a_body_keeps_the_indentation_of_the_old_one() -> None:
    new = "          def main(evm):\n              if evm:\n\n                  pass\n"
    expected = TEXT.replace("          def main(evm):\n              pass\n", new)
    assert expected == with_body(TEXT, "work", "def main(evm):\n    if evm:\n\n        pass\n")


def test_a_body_in_a_file_of_its_own_is_not_changed_here() -> None:
    with pytest.raises(ValueError, match="not in this file"):
        with_body(TEXT, "rest", "pass\n")


def test_the_line_ends_of_the_file_are_kept() -> None:
    text = TEXT.replace("\n", "\r\n")
    assert text.replace("pass\r\n", "go()\r\n") == with_body(text, "work", "def main(evm):\n    go()\n")
