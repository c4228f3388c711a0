"""Methods edit instances of a directory: what is written, what is kept, what is refused, what the run then sees."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from aelang.editing import DirectoryEditor
from aelang.interpreter.ports import Locked
from aelang.interpreter.values import MASK, Password, RunValue, Symbol
from aelang.project import open_project
from tests.editing import DOMAIN, FILES, HEAD, NEW, ONE, THING, WRITTEN, things, write

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="no git on the PATH")


@pytest.fixture(autouse=True)
def _quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.fsync", lambda handle: None)  # what it is for only a loss of power would show


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return write(tmp_path / "store", FILES)


def edit(*roots: object, references: tuple[str, ...] = ()) -> DirectoryEditor:
    """An editor of the datastore in `roots`; its ciphertexts are the texts backwards."""
    opened = open_project(tuple(map(str, roots)), references=references, cache=False)
    return DirectoryEditor(opened, lambda text: f"v2:{{{text[::-1]}}}")


def said(store: Path, name: str = "one") -> dict[str, str | None]:
    """What the author's model has of an instance, read anew."""
    written = open_project((str(store),), cache=False).model_class("Demo/Test/Thing")
    assert written is not None
    found = next(each for each in written.instances if each.name == name)
    return {value.name.value or "": value.get("value") for value in found.values}


# -- create ------------------------------------------------------------------------------------------------------


def test_a_new_instance_is_a_file_in_the_layout_of_an_export(store: Path) -> None:
    edit(store).create(NEW, {"COLOR": "blue", "size": 3})
    expected = """\
---
object_type: instance
version: 1.0
object:
  attributes:
    display_name:
    name: new
    inherits:
    description:
  fields:
  - Color:
      value: blue
  - size:
      value: 3
"""
    assert expected == (things(store) / "new.yaml").read_text()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("yes", "yes"), ("012", "012"), ("~", "~"), (":x", ":x"), ("", ""), (" a", " a"), ("a: b #c", "a: b #c"),
        ("${/#vm.name}", "${/#vm.name}"), ("two\nlines\r\n", "two\nlines\r\n"), ("\x07\x7f\x85\u2028", None),
        ('say "\\"', 'say "\\"'), ("'", "'"), ("12:30", "12:30"), ("1_000", "1_000"), ("€ 🙂", "€ 🙂"), ("---", "---"),
        ("- x", "- x"), ("[a]", "[a]"), ("*", "*"), (None, None), (True, "t"), (2.5, "2.5"), (Symbol("s"), "s"),
    ],
)  # fmt: skip
def test_a_value_reads_back_as_the_text_it_was(store: Path, value: RunValue, text: str | None) -> None:
    edit(store).create(NEW, {"size": value})
    assert {"size": value if isinstance(value, str) else text} == said(store, "new")


@pytest.mark.parametrize("path", [ONE, "/demo/test/THING/ONE", "/Demo/Test/Nothing/x", "/Nowhere/Test/Thing/x"])
def test_there_already_or_no_class_for_it_is_false(store: Path, path: str) -> None:
    assert not edit(store).create(path, {})


def test_the_missing_instance_has_the_file_that_exports_give_it(store: Path) -> None:
    edit(store).create("/Demo/Test/Thing/.missing", {})
    assert (things(store) / "_missing.yaml").exists()


def test_no_name_takes_the_file_of_the_class(store: Path) -> None:
    edit(store).create("/Demo/Test/Thing/__class__", {})
    assert THING == (things(store) / "__class__.yaml").read_text()


def test_a_file_that_another_instance_has_is_left_alone(store: Path) -> None:
    write(things(store), {"new.yaml": HEAD.format("instance", "other") + "  fields: []\n"})
    edit(store).create(NEW, {})
    assert ["new.yaml", "new_2.yaml"] == sorted(each.name for each in things(store).glob("new*"))


@pytest.mark.parametrize("name", ["a b", "ü", "a\n", "x;y", "a\\b"])
def test_an_odd_name_is_refused(store: Path, name: str) -> None:
    with pytest.raises(ValueError, match="cannot be named"):
        edit(store).create(f"/Demo/Test/Thing/{name}", {})


@pytest.mark.parametrize(
    "path", ["/Demo/Test/Thing/../../../x", "/Demo/../x", "../x/y/z", "x", "", "/", "/Demo/Test/Thing/"]
)
def test_no_path_leads_out(store: Path, path: str) -> None:
    before = sorted(store.parent.rglob("*"))
    assert (False, before) == (edit(store).create(path, {}), sorted(store.parent.rglob("*")))


def test_an_unknown_field_is_refused_and_nothing_written(store: Path) -> None:
    with pytest.raises(ValueError, match="has no field `weight`"):
        edit(store).create(NEW, {"size": 1, "weight": 2})
    assert not (things(store) / "new.yaml").exists()


@pytest.mark.parametrize("value", [[1], {"a": 1}, object()])
def test_what_is_no_text_is_refused(store: Path, value: RunValue) -> None:
    with pytest.raises(ValueError, match="is no text"):
        edit(store).update(ONE, {"size": value})


def test_what_utf8_cannot_hold_is_refused(store: Path) -> None:
    with pytest.raises(ValueError, match="UTF-8"):
        edit(store).create(NEW, {"size": "\ud800"})


def test_an_abstract_class_gets_no_instance(store: Path) -> None:
    write(things(store), {"__class__.yaml": THING.replace("name: Thing", "name: Thing\n    type: abstract")})
    with pytest.raises(ValueError, match="abstract"):
        edit(store).create(NEW, {})


# -- update, display name, delete --------------------------------------------------------------------------------


def test_only_the_characters_of_a_value_change(store: Path) -> None:
    edit(store).update(ONE, {"size": 13, "color": "gr\u00fcn"})
    expected = WRITTEN.replace("12 ", "13 ").replace('"red"', '"gr\u00fcn"')
    assert expected == (things(store) / "one.yaml").read_text(encoding="utf-8")


def test_a_field_said_for_the_first_time_comes_last(store: Path) -> None:
    edit(store).update(ONE, {"pin": "v2:{abc=}"})
    expected = WRITTEN.replace('"red"\n', '"red"\n  - pin:\n      value: v2:{abc=}\n')
    assert expected == (things(store) / "one.yaml").read_text()


@pytest.mark.parametrize(
    "fields",
    [
        "  fields: []\n", "  fields:\n", "  fields: # none\n", "", "  fields:\n  - size:\n",
        "  fields:\n  - size: {}\n",
        "  fields:\n  - size:\n      description: x\n",
        "  fields:\n    - size: {value: 1, description: x}\n",
        "  fields:\n  - size:\n      value: |\n        a\n        b\n\n  - color:\n      value: x\n",
        "  fields:\n  - size: {description: x}\n", "  fields:\n  - SIZE:\n      value: a\n        b # c\n",
        "  fields:\n  - {size: {value: x}}\n", "  fields:\n  - color:\n      value:\n  # the end",
    ],
)  # fmt: skip
def test_every_common_way_of_writing_can_be_edited(store: Path, fields: str) -> None:
    write(things(store), {"one.yaml": HEAD.format("instance", "one") + fields})
    edit(store).update(ONE, {"size": "new: [x]"})
    assert "new: [x]" == {name.lower(): value for name, value in said(store).items()}["size"]


@pytest.mark.parametrize(
    "fields",
    [
        "  fields: [{size: {value: 1}}]\n", "  fields:\n  - size:\n      value: [1]\n",
        "  fields:\n  - color:\n      value: &a 1\n  - size:\n      value: *a\n",
        "  fields:\n  - size:\n      value: &a 1\n  - color:\n      value: *a\n",
    ],
)  # fmt: skip
def test_what_cannot_be_edited_safely_stays_as_it_was(store: Path, fields: str) -> None:
    text = HEAD.format("instance", "one") + fields
    write(things(store), {"one.yaml": text})
    with pytest.raises(ValueError, match="by hand"):
        edit(store).update(ONE, {"size": 2, "color": 2})
    assert text == (things(store) / "one.yaml").read_text()


def test_line_ends_of_windows_stay(store: Path) -> None:
    (things(store) / "one.yaml").write_bytes(WRITTEN.replace("\n", "\r\n").encode())
    edit(store).update(ONE, {"size": "x", "pin": "v2:{abc=}"})
    assert b"\n" not in (things(store) / "one.yaml").read_bytes().replace(b"\r\n", b"")


def test_the_rights_of_a_file_stay(store: Path) -> None:
    (things(store) / "one.yaml").chmod(0o640)
    edit(store).update(ONE, {"size": "x"})
    assert 0o640 == (things(store) / "one.yaml").stat().st_mode & 0o777


def test_the_display_name_is_set_in_its_place(store: Path) -> None:
    editor = edit(store)
    editor.set_display_name(ONE, "No. 1")
    assert WRITTEN.replace("display_name: ", "display_name: No. 1") == (things(store) / "one.yaml").read_text()
    assert "No. 1" == editor.display_name(ONE)


def test_a_deleted_instance_has_no_file(store: Path) -> None:
    assert (True, False) == (edit(store).delete(ONE), (things(store) / "one.yaml").exists())


@pytest.mark.parametrize(
    "act",
    [
        lambda editor, path: editor.update(path, {}),
        lambda editor, path: editor.delete(path),
        lambda editor, path: editor.set_display_name(path, "x"),
    ],
)
def test_an_instance_that_is_not_there_is_false(store: Path, act: Callable[[DirectoryEditor, str], bool]) -> None:
    assert [False] * 3 == [act(edit(store), path) for path in (NEW, "/Demo/Test/Nope/x", "/Test/Thing/one")]


def test_nothing_is_left_beside_the_files(store: Path) -> None:
    editor = edit(store)
    editor.create(NEW, {})
    editor.update(NEW, {"size": 1})
    assert ["__class__.yaml", "new.yaml", "one.yaml"] == sorted(each.name for each in things(store).iterdir())


def test_a_failed_write_leaves_the_old_file(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_space(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", no_space)
    with pytest.raises(ValueError, match="no space left on device"):
        edit(store).update(ONE, {"size": 1})
    assert WRITTEN == (things(store) / "one.yaml").read_text()
    assert ["__class__.yaml", "one.yaml"] == sorted(each.name for each in things(store).iterdir())


# -- passwords ---------------------------------------------------------------------------------------------------


def test_a_password_is_written_as_its_ciphertext(store: Path) -> None:
    edit(store).create(NEW, {"pin": "hush-hush-77"})
    assert {"pin": "v2:{77-hsuh-hsuh}"} == said(store, "new")


def test_a_password_that_was_read_is_written_as_it_was(store: Path) -> None:
    edit(store).create(NEW, {"pin": Password("v2:{abc=}")})
    assert {"pin": "v2:{abc=}"} == said(store, "new")


def test_the_mask_of_a_password_leaves_it_as_it_is(store: Path) -> None:
    editor = edit(store)
    editor.create(NEW, {"pin": "v2:{abc=}"})
    editor.update(NEW, {"pin": MASK, "size": 1})
    assert {"pin": "v2:{abc=}", "size": "1"} == said(store, "new")


# -- what may not be edited --------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", ["source: system", "source: user_locked", "system: true", "source: remote"])
def test_a_locked_domain_is_not_edited(store: Path, line: str) -> None:
    write(store, {"Demo/__domain__.yaml": f"{DOMAIN}    {line}\n"})
    with pytest.raises(Locked, match="`Demo` is locked"):
        edit(store).create(NEW, {})


@needs_git
def test_a_git_tree_is_refused(store: Path) -> None:
    who = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")
    for words in (("init", "-q"), ("add", "."), (*who, "commit", "-q", "-m", "All")):
        subprocess.run(["git", "-C", str(store), *words], check=True, capture_output=True)
    with pytest.raises(ValueError, match="is no directory"):
        edit(f"{store}@HEAD").update(ONE, {"size": 1})


def test_an_archive_is_refused(store: Path) -> None:
    archive = shutil.make_archive(str(store), "zip", store)
    with pytest.raises(ValueError, match="is no directory"):
        edit(archive).delete(ONE)


def test_a_reference_is_refused(store: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "other", {"Other/__domain__.yaml": HEAD.format("domain", "Other")})
    with pytest.raises(ValueError, match="reference"):
        edit(other, references=(str(store),)).create(NEW, {})


def test_the_shipped_datastore_is_refused() -> None:
    with pytest.raises(ValueError, match="comes with aelang"):
        edit().create("/Base/Samples/Site/x", {})
