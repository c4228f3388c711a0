"""`aelang convert`, `fmt` and `new`: what is written, what is refused, what is told."""

import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from aelang.writer.canonical import say_the_same
from tests.doors.stores import Aelang
from tests.spellings import classes_of

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="no git on the PATH")


@pytest.fixture(autouse=True)
def _quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.fsync", lambda handle: None)  # what it is for only a loss of power would show


@pytest.fixture
def shop(aelang: Aelang) -> Path:
    """A domain with a class in `.ael`, which has a method."""
    for words in (("domain", "Shop"), ("class", "/Shop/Orders/Order"), ("method", "/Orders/Order/notify")):
        assert 0 == aelang("new", *words).code
    return Path("Shop")


def files(folder: Path) -> list[str]:
    return sorted(str(path) for path in folder.rglob("*") if path.is_file())


AEL = ["Shop/Orders/Order.ael", "Shop/Orders/Order.class/__methods__/notify.py", "Shop/Orders/__namespace__.yaml",
       "Shop/__domain__.yaml"]  # fmt: skip
YAML = ["Shop/Orders/Order.class/__class__.yaml", "Shop/Orders/Order.class/__methods__/notify.py",
        "Shop/Orders/Order.class/__methods__/notify.yaml", "Shop/Orders/Order.class/hello.yaml",
        "Shop/Orders/__namespace__.yaml", "Shop/__domain__.yaml"]  # fmt: skip


# -- convert -----------------------------------------------------------------------------------------------------


def test_a_domain_goes_to_yaml_in_place(shop: Path, aelang: Aelang) -> None:
    before = list(classes_of(shop))
    assert (0, YAML) == (aelang("convert", "--to", "yaml", "Shop").code, files(shop))
    assert all(say_the_same(*pair) for pair in zip(before, classes_of(shop), strict=True))


def test_and_back_again_the_files_are_those_of_the_beginning(shop: Path, aelang: Aelang) -> None:
    before = Path(AEL[0]).read_text()
    aelang("convert", "--to", "yaml", "Shop")
    aelang("convert", "--to", "ael", "Shop")
    assert (AEL, before) == (files(shop), Path(AEL[0]).read_text())


@pytest.mark.parametrize("path", ["Shop/Orders/Order.class", "Shop/Orders/Order.class/hello.yaml", "Shop/Orders", "."])
def test_part_of_a_datastore_can_be_named(shop: Path, aelang: Aelang, path: str) -> None:
    aelang("convert", "--to", "yaml", "Shop/Orders/Order.ael")
    assert (0, AEL) == (aelang("convert", "--to", "ael", path).code, files(shop))


def test_other_files_of_the_folder_are_kept(shop: Path, aelang: Aelang) -> None:
    aelang("convert", "--to", "yaml", "Shop")
    Path("Shop/Orders/Order.class/README").write_text("hello")
    aelang("convert", "--to", "ael", "Shop")
    assert "Shop/Orders/Order.class/README" in files(shop)


def test_a_copy_leaves_the_original_alone(shop: Path, aelang: Aelang) -> None:
    assert 0 == aelang("convert", "--to", "yaml", "Shop", "-o", "out").code
    assert (AEL, [f"out/{path}" for path in YAML]) == (files(shop), files(Path("out")))


def test_a_copy_is_not_written_over_another(shop: Path, aelang: Aelang) -> None:
    aelang("convert", "--to", "yaml", "Shop", "-o", "out")
    again = aelang("convert", "--to", "yaml", "Shop", "-o", "out")
    assert (1, "error: out is not empty: name another folder, or say `--force` to write over files in it\n") == (
        again.code,
        again.err,
    )


@pytest.mark.parametrize("to", ["yaml", "ael"])
@pytest.mark.parametrize("removed", [0, 1, 2])
def test_what_breaks_off_in_the_middle_loses_nothing(
    shop: Path, aelang: Aelang, monkeypatch: pytest.MonkeyPatch, to: str, removed: int
) -> None:
    if to == "ael":
        aelang("convert", "--to", "yaml", "Shop")
    before = list(classes_of(shop))
    with monkeypatch.context() as patch:
        _break_off(patch, removed)
        aelang("convert", "--to", to, "Shop")
    assert all(say_the_same(*pair) for pair in zip(before, classes_of(shop), strict=True))
    aelang("convert", "--to", to, "Shop")
    assert all(say_the_same(*pair) for pair in zip(before, classes_of(shop), strict=True))


def _break_off(monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """Lets `after` files of the datastore be removed, and no more."""
    left, unlink = [None] * after, os.unlink

    def remove(path: str) -> None:
        if not path.endswith(".tmp"):
            if not left:
                raise OSError(5, "Input/output error", path)
            left.pop()
        unlink(path)

    monkeypatch.setattr(os, "unlink", remove)


def test_what_is_converted_already_is_told(shop: Path, aelang: Aelang) -> None:
    assert "Shop: every class is written as ael already\n" == aelang("convert", "--to", "ael", "Shop").err


def test_code_in_the_file_goes_to_a_file_of_its_own(shop: Path, aelang: Aelang) -> None:
    Path(AEL[1]).unlink()
    with Path(AEL[0]).open("a") as file:
        file.write("    code\n      def main(evm):\n          pass\n")
    aelang("convert", "--to", "yaml", "Shop")
    assert "def main(evm):\n    pass\n" == Path(YAML[1]).read_text()


def test_code_beside_the_file_goes_along(shop: Path, aelang: Aelang) -> None:
    home = shop / "Orders" / "__methods__"
    home.mkdir()
    Path(AEL[1]).rename(home / "notify.py")
    aelang("convert", "--to", "yaml", "Shop")
    assert files(shop) == YAML


def test_code_beside_the_file_stays_where_another_class_has_it_too(shop: Path, aelang: Aelang) -> None:
    home = shop / "Orders" / "__methods__"
    home.mkdir()
    Path(AEL[1]).rename(home / "notify.py")
    (shop / "Orders" / "Other.ael").write_text("class Other\n\n  method notify() python\n")
    aelang("convert", "--to", "yaml", "Shop/Orders/Order.ael")
    assert sorted([*YAML, "Shop/Orders/Other.ael", "Shop/Orders/__methods__/notify.py"]) == files(shop)


def test_code_under_another_name_is_found_again(shop: Path, aelang: Aelang) -> None:
    aelang("convert", "--to", "yaml", "Shop")
    folder = Path(YAML[1]).parent
    for suffix in ("py", "yaml"):
        (folder / f"notify.{suffix}").rename(folder / f"tell.{suffix}")
    aelang("convert", "--to", "ael", "Shop")
    (klass,) = classes_of(shop)
    assert klass.methods[0].code


def test_the_code_of_a_method_in_upper_case_is_found_again(shop: Path, aelang: Aelang) -> None:
    aelang("convert", "--to", "yaml", "Shop")
    declaration = Path(YAML[2])
    declaration.write_text(declaration.read_text().replace("name: notify", "name: NotifyMe"))
    for suffix in ("py", "yaml"):
        (declaration.parent / f"notify.{suffix}").rename(declaration.parent / f"notifyme.{suffix}")
    aelang("convert", "--to", "ael", "Shop")
    (klass,) = classes_of(shop)
    assert klass.methods[0].code


REMARKED = """# of the class
class Order
  # of the field
  attribute greeting = Hello

  # of the instance
  instance hello
    # of the value
    greeting = Hi
"""


def test_comments_stay_with_what_they_stand_at(shop: Path, aelang: Aelang) -> None:
    Path(AEL[0]).write_text(REMARKED)
    Path(AEL[1]).unlink()
    there, back = (aelang("convert", "--to", spelling, "Shop").err for spelling in ("yaml", "ael"))
    assert (REMARKED, False) == (Path(AEL[0]).read_text(), "warning" in there + back)


def test_a_comment_behind_a_value_stands_above_it_in_yaml(shop: Path, aelang: Aelang) -> None:
    text = Path(AEL[0]).read_text()
    Path(AEL[0]).write_text(text.replace("  greeting = Hello from Order", "\n    greeting = Hello  # there"))
    aelang("convert", "--to", "yaml", "Shop")
    assert "  # there\n  - greeting:\n" in Path("Shop/Orders/Order.class/hello.yaml").read_text()


def test_a_comment_behind_a_line_of_yaml_stays_behind(shop: Path, aelang: Aelang) -> None:
    aelang("convert", "--to", "yaml", "Shop")
    declared = Path("Shop/Orders/Order.class/__class__.yaml")
    declared.write_text(declared.read_text().replace("priority: 1\n", "priority: 1 #first\n"))
    aelang("convert", "--to", "ael", "Shop")
    assert "attribute greeting = Hello  # first\n" in Path(AEL[0]).read_text()


def test_comments_that_cannot_be_placed_are_told(shop: Path, aelang: Aelang) -> None:
    aelang("convert", "--to", "yaml", "Shop")
    hello = Path("Shop/Orders/Order.class/hello.yaml")
    hello.write_text(hello.read_text().replace("value: Hello", "value: &a Hello") + "# told\n")
    said = aelang("convert", "--to", "ael", "Shop").err
    assert said.startswith(f"warning: the comments in {hello} are not carried over\n")


def test_a_file_that_is_no_part_of_the_class_stays_and_is_told(shop: Path, aelang: Aelang) -> None:
    aelang("convert", "--to", "yaml", "Shop")
    hello = Path("Shop/Orders/Order.class/hello.yaml")
    twin = hello.with_name("zzz.yaml")
    twin.write_bytes(hello.read_bytes())
    said = aelang("convert", "--to", "ael", "Shop").err
    assert said.startswith(f"warning: {twin} stays: it is no part of the class that was read\n")
    assert twin.exists()


def test_a_class_that_does_not_load_is_not_there(aelang: Aelang) -> None:
    Path("empty").mkdir()
    done = aelang("convert", "--to", "ael", "empty")
    assert (1, "error: there is no class in empty; name a domain, a folder in one, or a file\n") == (
        done.code,
        done.err,
    )


@pytest.mark.parametrize("line", ["attribute size 3", "state wait = /Shop/A/b  retrys 3"])
def test_a_class_that_is_not_understood_whole_is_not_converted(shop: Path, aelang: Aelang, line: str) -> None:
    wrong = next(shop.rglob("*.ael")).with_name("Wrong.ael")
    wrong.write_text(f"class Wrong\n  {line}\n", encoding="utf-8")
    done = aelang("convert", "--to", "yaml", str(wrong))
    assert done.code == 1
    assert "Wrong.ael:2: " in done.err
    assert wrong.exists()


def test_the_spelling_has_to_be_said(aelang: Aelang) -> None:
    assert 2 == aelang("convert", "Shop").code


# -- git ---------------------------------------------------------------------------------------------------------


def git(*words: str) -> None:
    who = ("-c", "user.name=x", "-c", "user.email=x@example.com")
    subprocess.run(("git", *who, *words), check=True, capture_output=True)


@needs_git
def test_what_is_not_committed_is_not_converted(shop: Path, aelang: Aelang) -> None:
    git("init", ".")
    done = aelang("convert", "--to", "yaml", "Shop")
    expected = "error: Shop/Orders/Order.ael has changes that are not committed: commit them, or say `--force`\n"
    assert (1, expected, AEL) == (done.code, done.err, files(shop))


@needs_git
def test_unless_it_is_forced(shop: Path, aelang: Aelang) -> None:
    git("init", ".")
    assert (0, YAML) == (aelang("convert", "--to", "yaml", "Shop", "--force").code, files(shop))


@needs_git
def test_what_is_committed_is_converted(shop: Path, aelang: Aelang) -> None:
    git("init", ".")
    git("add", ".")
    git("commit", "-m", "all")
    Path("Shop/notes.txt").write_text("not of the class")
    assert 0 == aelang("convert", "--to", "yaml", "Shop").code


@needs_git
def test_a_revision_is_copied(shop: Path, aelang: Aelang) -> None:
    git("init", ".")
    git("add", ".")
    git("commit", "-m", "all")
    assert 0 == aelang("convert", "--to", "yaml", ".@HEAD:", "-o", "out").code
    assert [f"out/{path}" for path in YAML] == files(Path("out"))


@needs_git
def test_a_revision_cannot_be_changed(shop: Path, aelang: Aelang) -> None:
    git("init", ".")
    git("add", ".")
    git("commit", "-m", "all")
    assert "name a folder with `-o DIR`" in aelang("convert", "--to", "yaml", ".@HEAD:").err


# -- fmt ---------------------------------------------------------------------------------------------------------


def test_fmt_writes_the_files_that_change(shop: Path, aelang: Aelang) -> None:
    Path(AEL[0]).write_text("class   Order\n  attribute   x\n")
    done = aelang("fmt", "Shop")
    assert (0, "formatted Shop/Orders/Order.ael\n3 files, 1 changed\n") == (done.code, done.err)
    assert "class Order\n  attribute x\n" == Path(AEL[0]).read_text()


def test_fmt_check_names_them_and_writes_nothing(shop: Path, aelang: Aelang) -> None:
    Path(AEL[0]).write_text("class   Order\n")
    done = aelang("fmt", "--check", "Shop")
    assert (1, "Shop/Orders/Order.ael\n", "class   Order\n") == (done.code, done.out, Path(AEL[0]).read_text())


def test_fmt_diff_shows_what_would_change(shop: Path, aelang: Aelang) -> None:
    Path(AEL[0]).write_text("class   Order\n")
    done = aelang("fmt", "--diff", "Shop")
    expected = "--- Shop/Orders/Order.ael\n+++ Shop/Orders/Order.ael\n@@ -1 +1 @@\n-class   Order\n+class Order\n"
    assert (0, expected) == (done.code, done.out)


def test_fmt_leaves_alone_what_it_cannot_read(shop: Path, aelang: Aelang) -> None:
    Path(AEL[0]).write_text("class Order\n\tattribute x\n")
    done = aelang("fmt", "Shop")
    assert (1, True) == (done.code, "Shop/Orders/Order.ael:2:1" in done.err)


def test_fmt_leaves_alone_yaml_that_is_of_no_datastore(aelang: Aelang) -> None:
    Path("other.yaml").write_text("a:    b\n")
    aelang("fmt", ".")
    assert "a:    b\n" == Path("other.yaml").read_text()


@pytest.mark.parametrize("name", ["nowhere", "notes.txt"])
def test_fmt_tells_of_a_path_that_is_none(aelang: Aelang, name: str) -> None:
    Path("notes.txt").write_text("x")
    assert 1 == aelang("fmt", name).code


@pytest.mark.parametrize(
    ("text", "expected"), [("class   K\n", "class K\n"), ("---\nobject_type:   class\n", "---\nobject_type: class\n")]
)
def test_fmt_reads_standard_input(aelang: Aelang, monkeypatch: pytest.MonkeyPatch, text: str, expected: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert (0, expected) == aelang("fmt", "-")[:2]


# -- new ---------------------------------------------------------------------------------------------------------


def test_what_is_new_runs_and_nothing_is_wrong_with_it(shop: Path, aelang: Aelang) -> None:
    aelang("new", "class", "/Shop/Orders/Two", "--yaml")
    aelang("new", "instance", "/Orders/Two/third")
    aelang("new", "method", "/Orders/Two/go", "--language", "ruby")
    assert 0 == aelang("run", "-d", ".", "/Orders/Two/third").code
    assert 0 == aelang("run", "-d", ".", "/Orders/Order/hello").code
    assert "nothing is wrong" in aelang("validate", "-d", ".").err
    assert 0 == aelang("fmt", "--check", ".").code


def test_a_class_is_written_as_most_others_are(shop: Path, aelang: Aelang) -> None:
    aelang("convert", "--to", "yaml", "Shop")
    aelang("new", "class", "/Orders/Two")
    assert Path("Shop/Orders/Two.class/__class__.yaml").is_file()


def test_namespaces_on_the_way_are_made(shop: Path, aelang: Aelang) -> None:
    aelang("new", "class", "/shop/orders/Deep/Down/Two")
    made = ("Down/Two.ael", "Down/__namespace__.yaml", "__namespace__.yaml")
    assert [f"Shop/Orders/Deep/{name}" for name in made] == files(Path("Shop/Orders/Deep"))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("domain", "shop"), "there is a domain Shop: ./Shop/__domain__.yaml"),
        (("domain", "a b"), "a domain cannot be named `a b`"),
        (("class", "/Shop/Orders/ORDER"), "there is a class /Shop/Orders/Order"),
        (("class", "/Order"), "`/Order` is too short for the path of a new class: write /DOMAIN/NAMESPACE/CLASS"),
        (("class", "/Orders/a b"), "a class cannot be named `a b`"),
        (("instance", "/Orders/Order/Hello"), "there is an instance Hello in /Shop/Orders/Order"),
        (("instance", "/Orders/None/x"), "there is no class /Shop/Orders/None: make it with `aelang new class"),
        (("method", "/Orders/Order/notify"), "there is a method notify in /Shop/Orders/Order"),
        (("method", "/Orders/Order/a-b"), "a method cannot be named `a-b`: use letters, digits and `_`"),
    ],
)
def test_what_cannot_be_new_is_told(shop: Path, aelang: Aelang, words: tuple[str, ...], message: str) -> None:
    done = aelang("new", *words)
    assert (1, True) == (done.code, message.replace("./", "") in done.err.replace("./", "")), done.err
    assert files(shop) == AEL


def test_without_a_domain_the_way_to_one_is_told(aelang: Aelang) -> None:
    assert "make one with `aelang new domain NAME`" in aelang("new", "class", "/A/B/C").err


@pytest.mark.parametrize(
    "words",
    [("class", "/A/B", "--ael", "--yaml"), ("instance", "/A/B/c", "--ael"), ("class", "/A/B", "--language", "ruby")],
)
def test_what_does_not_go_together_is_told(aelang: Aelang, words: tuple[str, ...]) -> None:
    assert 2 == aelang("new", *words).code


def test_the_roots_are_those_of_the_configuration(aelang: Aelang) -> None:
    Path("aelang.toml").write_text('roots = ["automate"]\n')
    Path("automate").mkdir()
    aelang("new", "domain", "Shop")
    assert Path("automate/Shop/__domain__.yaml").is_file()
