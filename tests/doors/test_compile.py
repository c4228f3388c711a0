"""`aelang compile`: findings, counts, the image, exit codes."""

import json
from pathlib import Path
from shutil import which

import pytest

from tests.doors.stores import Aelang, commit, write

SHORT = "compiled 3 domains, 3 classes, 5 instances, 1 method: nothing is wrong\n"
BROKEN = {"Low/System/Leaf.class/one.yaml": "object_type: instance\nobject:\n\tattributes:\n"}


def test_a_sound_datastore_is_told_in_one_line(aelang: Aelang, store: Path) -> None:
    assert (0, "", SHORT) == aelang("compile", "store")


def test_roots_may_be_given_as_everywhere(aelang: Aelang, store: Path) -> None:
    assert (0, "", SHORT) == aelang("compile", "-d", "store")


def test_quiet_says_nothing_of_what_is_sound(aelang: Aelang, store: Path) -> None:
    assert (0, "", "") == aelang("compile", "store", "--quiet")


def test_a_finding_is_told_with_its_line_and_ends_in_code_1(aelang: Aelang, store: Path) -> None:
    write(store, BROKEN)
    done = aelang("compile", "store")
    assert (1, "", True, True) == (
        done.code,
        done.out,
        done.err.startswith("error["),
        " --> store/Low/System/Leaf.class/one.yaml:3:1\n" in done.err,
    )


def test_findings_in_a_git_tree_show_their_line(aelang: Aelang, store: Path) -> None:
    if which("git") is None:
        pytest.skip("git is not installed")
    write(store, BROKEN)
    commit(store)
    assert "\n3 |  attributes:\n" in aelang("compile", "store@HEAD").err


def test_findings_in_a_zip_show_their_line(aelang: Aelang, store: Path) -> None:
    from shutil import make_archive

    write(store, BROKEN)
    make_archive("export", "zip", store)
    assert "\n3 |  attributes:\n" in aelang("compile", "export.zip").err


def test_findings_as_json_are_on_standard_output(aelang: Aelang, store: Path) -> None:
    write(store, BROKEN)
    done = aelang("compile", "store", "--json")
    assert ("store/Low/System/Leaf.class/one.yaml", 3) == (json.loads(done.out)["file"], json.loads(done.out)["line"])


def test_the_counts_say_what_was_read_and_compiled(aelang: Aelang, store: Path) -> None:
    assert "files: 14 seen, 14 read\nclasses: 3, 3 compiled, 0 from the cache\n" in aelang("compile", "store", "-v").err


def test_a_second_time_nothing_is_compiled(aelang: Aelang, store: Path) -> None:
    aelang("compile", "store")
    assert "classes: 3, 0 compiled, 3 from the cache\n" in aelang("compile", "store", "-v").err


def test_emitted_json_has_every_class(aelang: Aelang, store: Path) -> None:
    classes = json.loads(aelang("compile", "store", "--emit", "json").out)["classes"]
    assert ["High/System/Request", "Low/System/Leaf", "Low/System/Request"] == sorted(each["path"] for each in classes)


def test_emitted_json_masks_passwords(aelang: Aelang, store: Path) -> None:
    assert "abcdef" not in aelang("compile", "store", "--emit", "json").out


def test_json_and_emit_together_are_wrong_usage(aelang: Aelang, store: Path) -> None:
    assert 2 == aelang("compile", "store", "--emit", "json", "--json").code


def test_an_image_that_cannot_be_written_is_told(aelang: Aelang, store: Path) -> None:
    done = aelang("compile", "store", "-o", "no/such/folder/x.image", "--quiet")
    assert (1, "", True) == (done.code, done.out, "no/such/folder/x.image" in done.err)


def test_findings_in_many_files_of_a_zip_each_show_their_line(aelang: Aelang, store: Path) -> None:
    from shutil import make_archive

    write(store, {f"Low/System/Leaf.class/n{number}.yaml": f"a{number}:\n\tb\n" for number in range(60)})
    make_archive("export", "zip", store)
    assert 60 == aelang("compile", "export.zip").err.count("\n2 |  b\n")
