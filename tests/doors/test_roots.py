"""What a command line says of roots, domains and targets that cannot be meant so."""

from pathlib import Path

import pytest

from tests.doors.stores import Aelang


@pytest.mark.parametrize("words", [("store", "store"), ("store", "./store"), ("store", "-d", "store/")])
def test_a_root_that_is_given_twice_is_wrong_usage(aelang: Aelang, store: Path, words: tuple[str, ...]) -> None:
    done = aelang("validate", *words)
    assert (2, True) == (done.code, "is given twice: leave one out" in done.err)


def test_a_root_may_be_a_reference_too(aelang: Aelang, store: Path) -> None:
    assert 0 == aelang("validate", "store", "--reference", "store", "--without-code").code


@pytest.mark.parametrize("domains", ["", ",", " , "])
def test_a_list_of_no_domains_is_wrong_usage(aelang: Aelang, store: Path, domains: str) -> None:
    done = aelang("ls", "-d", "store", "--domains", domains)
    assert (2, True) == (done.code, "`--domains` names no domain" in done.err)


@pytest.mark.parametrize("target", ["", "/", "//", "#", "?", " "])
def test_a_target_without_a_path_is_told_how_targets_are_written(aelang: Aelang, store: Path, target: str) -> None:
    done = aelang("run", "-d", "store", target)
    assert (1, True) == (done.code, "help: a target is written /Namespace/Class/instance" in done.err)


def test_a_configuration_that_names_a_root_twice(aelang: Aelang, store: Path) -> None:
    Path("aelang.toml").write_text('roots = ["store", "store"]\n', "utf-8")
    done = aelang("validate")
    assert (1, True) == (done.code, "`roots` names `store` twice" in done.err)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('roots = ["store"]\nx = \n', "aelang.toml:2:5"),
        ('roots = ["store"]\ny = [1,\n\n', "aelang.toml:2:8"),
    ],
)
def test_a_configuration_that_is_no_toml_has_its_place(aelang: Aelang, store: Path, text: str, place: str) -> None:
    Path("aelang.toml").write_text(text, "utf-8")
    assert place in aelang("validate").err


def test_a_configuration_that_is_nested_without_end(aelang: Aelang, store: Path) -> None:
    Path("aelang.toml").write_text("a = " + "[" * 100_000, "utf-8")
    done = aelang("validate")
    assert (1, True) == (done.code, "`aelang.toml` is nested too deeply" in done.err)


def test_the_profile_of_the_command_line(aelang: Aelang, store: Path) -> None:
    text = "object_type: class\nobject:\n  attributes: {name: Old, type: abstract}\n"
    path = next(store.rglob("__class__.yaml")).parent.parent / "Old.class" / "__class__.yaml"
    path.parent.mkdir()
    path.write_text(text, "utf-8")
    plain, strict = (aelang("validate", "store", "--without-code", *more) for more in ((), ("--profile", "manageiq")))
    assert [False, True] == ["ignored-by-manageiq" in done.err for done in (plain, strict)]


def test_without_roots_the_domains_of_this_folder_are_the_datastore(aelang: Aelang, store: Path) -> None:
    assert 0 == aelang("new", "domain", "Shop").code
    assert "Shop" in aelang("ls").out
