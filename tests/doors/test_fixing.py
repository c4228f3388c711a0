"""`aelang validate --fix`: what is put right, what is left alone, and what is told."""

import os
from pathlib import Path

import pytest

from tests.doors.stores import Aelang, write

LEAF = "Low/System/Leaf.class/__class__.yaml"
HELLO = "Low/System/Request.class/hello.yaml"
TWICE = """\
  - field:
      aetype: attribute
      name: size
      priority: 1  # the same
"""


@pytest.fixture
def sound(store: Path, aelang: Aelang) -> Path:
    """The store, without what is wrong in it to begin with."""
    (store / "Low/System/Request.class/failing.yaml").unlink()
    assert (0, "") == aelang("validate", "store", "--without-code", "--json")[:2]
    return store


def _append(path: Path, text: str) -> None:
    path.write_text(path.read_text("utf-8") + text, "utf-8")


def _spoil(store: Path, old: bytes, new: bytes, path: str = HELLO) -> bytes:
    """Puts `new` in the place of `old`; gives what the file was."""
    before = (store / path).read_bytes()
    assert before.count(old) == 1
    (store / path).write_bytes(before.replace(old, new))
    return before


def test_a_wrong_object_type_is_put_right(aelang: Aelang, sound: Path) -> None:
    before = _spoil(sound, b"object_type: instance", b"object_type: class")
    assert 0 == aelang("validate", "store", "--fix", "--fail-on", "info", "--without-code").code
    assert before == (sound / HELLO).read_bytes()


def test_a_name_is_written_in_the_case_of_its_declaration(aelang: Aelang, sound: Path) -> None:
    before = _spoil(sound, b"/System/Leaf/one", b"/system/LEAF/One")
    assert 0 == aelang("validate", "store", "--fix", "--fail-on", "info", "--without-code").code
    assert before == (sound / HELLO).read_bytes()


def test_quotes_comments_line_ends_and_the_mark_of_the_file_stay(aelang: Aelang, sound: Path) -> None:
    text = (sound / HELLO).read_bytes().replace(b"\n", b"\r\n")
    spoilt = b"\xef\xbb\xbf" + text.replace(b"object_type: instance", b'object_type:   "class"  # \xc3\xa9')
    (sound / HELLO).write_bytes(spoilt)
    aelang("validate", "store", "--fix")
    assert spoilt.replace(b'"class"', b'"instance"') == (sound / HELLO).read_bytes()


def test_the_mode_of_the_file_stays(aelang: Aelang, sound: Path) -> None:
    _spoil(sound, b"object_type: instance", b"object_type: class")
    (sound / HELLO).chmod(0o640)
    aelang("validate", "store", "--fix")
    assert 0o640 == (sound / HELLO).stat().st_mode & 0o777


@pytest.mark.skipif(os.getuid() != 0, reason="only root may give a file away")
def test_the_owner_of_the_file_stays(aelang: Aelang, sound: Path) -> None:
    _spoil(sound, b"object_type: instance", b"object_type: class")
    os.chown(sound / HELLO, 1234, 1234)
    aelang("validate", "store", "--fix")
    assert (1234, 1234) == ((sound / HELLO).stat().st_uid, (sound / HELLO).stat().st_gid)


def test_a_file_that_a_link_leads_to_is_changed_and_the_link_stays(aelang: Aelang, sound: Path) -> None:
    _spoil(sound, b"object_type: instance", b"object_type: class")
    real = sound / "Low/hello.txt.yaml"
    (sound / HELLO).rename(real)
    (sound / HELLO).symlink_to(os.path.relpath(real, (sound / HELLO).parent))
    aelang("validate", "store", "--fix")
    assert (True, True) == ((sound / HELLO).is_symlink(), b"object_type: instance" in real.read_bytes())


def test_priorities_are_renumbered_in_the_order_that_they_have(aelang: Aelang, sound: Path) -> None:
    _append(sound / LEAF, TWICE)
    assert 0 == aelang("validate", "store", "--fix", "--fail-on", "info").code
    assert "priority: 2  # the same\n" in (sound / LEAF).read_text("utf-8")


def test_priorities_that_somebody_allowed_stay(aelang: Aelang, sound: Path) -> None:
    _append(sound / LEAF, TWICE.replace("the same", "aelang: allow duplicate-priority -- either will do"))
    before = (sound / LEAF).read_bytes()
    aelang("validate", "store", "--fix")
    assert before == (sound / LEAF).read_bytes()


def test_what_was_done_and_what_is_left_is_told(aelang: Aelang, sound: Path) -> None:
    _spoil(sound, b"object_type: instance", b"object_type: class")
    _spoil(sound, b"/System/Leaf/one", b"/System/Nowhere/one")
    told = aelang("validate", "store", "--fix", "--without-code").err
    assert "put right 1 finding in 1 file\n" in told
    assert told.endswith("validated 13 files: 1 error\n")


def test_findings_that_can_be_put_right_say_so_and_are_counted(aelang: Aelang, sound: Path) -> None:
    _spoil(sound, b"object_type: instance", b"object_type: class")
    told = aelang("validate", "store", "--without-code").err
    assert "  = fix: `aelang validate --fix` does this\n" in told
    assert told.endswith("validated 13 files: 1 warning; 1 can be put right with `--fix`\n")


def test_a_difference_is_shown_and_nothing_changes(aelang: Aelang, sound: Path) -> None:
    _spoil(sound, b"object_type: instance", b"object_type: class")
    before = (sound / HELLO).read_bytes()
    shown = aelang("validate", "store", "--fix", "--diff").out.splitlines()
    name = f"store/{HELLO}"
    assert [f"--- a/{name}", f"+++ b/{name}", "-object_type: class", "+object_type: instance"] == [
        line for line in shown if line[0] in "+-"
    ]
    assert before == (sound / HELLO).read_bytes()


def test_a_difference_is_coloured_when_wanted(aelang: Aelang, sound: Path) -> None:
    _spoil(sound, b"object_type: instance", b"object_type: class")
    assert (
        "\x1b[32m+object_type: instance\x1b[0m"
        in aelang("validate", "store", "--fix", "--diff", "--color", "always").out
    )


def test_a_last_line_without_an_end_is_shown_as_such(aelang: Aelang, sound: Path) -> None:
    text = (sound / HELLO).read_text("utf-8").replace("object_type: instance\n", "").rstrip("\n")
    (sound / HELLO).write_text(text + "\nobject_type: class", "utf-8")
    shown = aelang("validate", "store", "--fix", "--diff").out.splitlines()
    assert "\\ No newline at end of file" == shown[-1]


@pytest.mark.parametrize("more", [("--diff",), ("--fix", "--diff", "--format", "sarif")])
def test_a_difference_wants_fix_and_no_other_format(aelang: Aelang, sound: Path, more: tuple[str, ...]) -> None:
    assert 2 == aelang("validate", "store", *more).code


def test_an_archive_is_not_written_to(aelang: Aelang, sound: Path, tmp_path: Path) -> None:
    import zipfile

    _spoil(sound, b"object_type: instance", b"object_type: class")
    with zipfile.ZipFile(tmp_path / "store.zip", "w") as archive:
        for path in sorted(sound.rglob("*.yaml")):
            archive.write(path, path.relative_to(sound))
    before = (tmp_path / "store.zip").read_bytes()
    done = aelang("validate", "store.zip", "--fix")
    assert (1, True) == (done.code, "changes files in folders only" in done.err)
    assert before == (tmp_path / "store.zip").read_bytes()


def test_a_reference_is_not_written_to(aelang: Aelang, sound: Path) -> None:
    _spoil(sound, b"object_type: instance", b"object_type: class")
    before = (sound / HELLO).read_bytes()
    write(Path("ours"), {"Ours/__domain__.yaml": "object_type: domain\nobject:\n  attributes: {name: Ours}\n"})
    aelang("validate", "ours", "--reference", "store", "--fix")
    assert before == (sound / HELLO).read_bytes()


@pytest.mark.parametrize("value", ["!!str class", "&a class", "'cl\\\n  ass'", "|\n  class"])
def test_what_cannot_be_replaced_as_it_stands_is_left_alone_or_right(aelang: Aelang, sound: Path, value: str) -> None:
    _spoil(sound, b"object_type: instance\n", f"object_type: {value}\n".encode())
    aelang("validate", "store", "--fix")
    after = (sound / HELLO).read_text("utf-8")
    assert after.startswith((f"object_type: {value}\n", f"object_type: {value.replace('class', 'instance')}\n"))


def test_an_embedded_method_gets_the_case_that_counts(aelang: Aelang, sound: Path) -> None:
    folder = "Low/System/Leaf.class/__methods__"
    declared = (
        "object_type: method\nobject:\n  attributes:\n    name: {name}\n    scope: instance\n    language: python\n"
    )
    declared += "    location: inline\n{more}  inputs: []\n"
    embeds = "    embedded_methods:\n    - /system/Leaf/shared  # common\n"
    code = "def main(evm):\n    pass\n"
    write(
        sound,
        {
            f"{folder}/Shared.yaml": declared.format(name="Shared", more=""),
            f"{folder}/user.yaml": declared.format(name="user", more=embeds),
            f"{folder}/Shared.py": code,
            f"{folder}/user.py": code,
        },
    )
    aelang("validate", "store", "--fix")
    assert "    - /system/Leaf/Shared  # common\n" in (sound / folder / "user.yaml").read_text("utf-8")


AEL = """\
class Caller "calls"  # kept
  relationship rel1 = /system/LEAF/One?a=1#create  # this too
  method go = Tell()
  attribute first  priority 3
  attribute other  priority 3  # the same

  instance one
    rel1 = '/system/LEAF/One'

  method tell() ruby
    code
      $evm.instantiate('/System/LEAF/one')
"""


def test_in_ael_the_same_is_put_right(aelang: Aelang, sound: Path) -> None:
    path = sound / "Low/System/Caller.ael"
    path.write_bytes(AEL.replace("\n", "\r\n").encode())
    aelang("validate", "store", "--fix", "--without-code")
    right = AEL.replace("/system/LEAF/One", "/System/Leaf/one").replace("= Tell()", "= tell()")
    right = right.replace("other  priority 3", "other  priority 4")
    assert right.replace("\n", "\r\n") == path.read_bytes().decode()
