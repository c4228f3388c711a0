"""Runs whose methods edit the datastore see what they edited, in both languages; an image and a lock hold."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from aelang.__main__ import run as command
from aelang.editing import DirectoryEditor
from aelang.engine import Engine
from aelang.interpreter.values import MASK
from aelang.methods import Runners
from aelang.project import open_project
from tests.editing import DOMAIN, FILES, METHOD, NEW, ONE, WRITTEN, things, write
from tests.methods import Ran, run

needs_ruby = pytest.mark.skipif(shutil.which("ruby") is None, reason="no Ruby on the PATH")


@pytest.fixture(autouse=True)
def _surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.fsync", lambda handle: None)  # what it is for only a loss of power would show
    monkeypatch.setenv("AELANG_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return write(tmp_path / "store", FILES)


PYTHON = """
def main(evm):
    thing, one = "/Demo/Test/Thing/new", "/Demo/Test/Thing/one"
    seen = [evm.instance_exists(thing), evm.instance_create(thing, {"color": "blue", "pin": "v2:{abc=}"})]
    seen += [evm.instance_create(thing), evm.instance_exists(thing), sorted(evm.instance_get(thing).items())]
    seen += [evm.instance_update(thing, {"size": 4}), evm.instance_get(thing)["size"]]
    seen += [evm.instance_get_display_name(one), evm.instance_set_display_name(one, "No. 1")]
    seen += [evm.instance_get_display_name(one), evm.instance_update(one, {"size": None}), evm.instance_delete(one)]
    seen += [evm.instance_delete(one), sorted(evm.instance_find("/Demo/Test/Thing/*")), evm.instantiate(one) is None]
    seen += [evm.instantiate("/Test/Thing/new")["size"]]
    try:
        evm.instance_update(thing, {"weight": 1})
    except Exception as fault:
        seen.append(fault.message)
    evm.root["saw"] = seen
"""
RUBY = """
thing, one = '/Demo/Test/Thing/new', '/Demo/Test/Thing/one'
seen = [$evm.instance_exists?(thing), $evm.instance_create(thing, 'color' => 'blue', :pin => 'v2:{abc=}')]
seen += [$evm.instance_create(thing), $evm.instance_exists?(thing), $evm.instance_get(thing).sort]
seen += [$evm.instance_update(thing, 'size' => 4), $evm.instance_get(thing)['size']]
seen += [$evm.instance_get_display_name(one), $evm.instance_set_display_name(one, 'No. 1')]
seen += [$evm.instance_get_display_name(one), $evm.instance_update(one, 'size' => nil), $evm.instance_delete(one)]
seen += [$evm.instance_delete(one), $evm.instance_find('/Demo/Test/Thing/*').keys.sort, $evm.instantiate(one).nil?]
seen += [$evm.instantiate('/Test/Thing/new')['size']]
begin
  $evm.instance_update(thing, 'weight' => 1)
rescue MiqAeException::Error => e
  seen << e.message
end
$evm.root['saw'] = seen
"""
SEEN: list[object] = [
    False, True, False, True, [["Color", "blue"], ["pin", MASK], ["size", None]], True, "4", None, True, "No. 1", True,
    True, False, ["new"], True, "4", "the class `/Demo/Test/Thing` has no field `weight`",
]  # fmt: skip


@pytest.fixture(scope="module")
def runners() -> Iterator[Runners]:
    made = Runners()
    yield made
    made.close()


def ran(store: Path, runners: Runners, code: str, language: str = "python") -> Ran:
    """A run of `go`, whose method `work` is `code`."""
    suffix = "py" if language == "python" else "rb"
    folder = store / "Demo/Test/Run.class/__methods__"
    write(folder, {"work.yaml": METHOD.format(language), f"work.{suffix}": code})
    opened = open_project((str(store),), cache=False)
    return run(Engine(opened.image, methods=runners, editor=DirectoryEditor(opened)), "/Test/Run/go")


def test_a_python_method_sees_what_it_edited(store: Path, runners: Runners) -> None:
    assert SEEN == ran(store, runners, PYTHON).root["saw"]


@needs_ruby
def test_a_ruby_method_sees_what_it_edited(store: Path, runners: Runners) -> None:
    assert SEEN == ran(store, runners, RUBY, "ruby").root["saw"]


@needs_ruby
def test_both_languages_leave_the_same_files_behind(tmp_path: Path, runners: Runners) -> None:
    stores = write(tmp_path / "python", FILES), write(tmp_path / "ruby", FILES)
    ran(stores[0], runners, PYTHON)
    ran(stores[1], runners, RUBY, "ruby")
    left = [{each.name: each.read_bytes() for each in things(store).iterdir()} for store in stores]
    assert left[0] == left[1]


def test_a_field_behind_the_method_follows_to_what_it_made(store: Path, runners: Runners) -> None:
    code = "def main(evm):\n    evm.instance_create('/Demo/Test/Thing/new', {'color': 'blue'})"
    assert "blue" == ran(store, runners, code).root["seen"]


def test_a_locked_domain_is_false_and_told(store: Path, runners: Runners) -> None:
    write(store, {"Demo/__domain__.yaml": f"{DOMAIN}    source: system\n"})
    done = ran(store, runners, f"def main(evm):\n    evm.root['done'] = evm.instance_delete('{ONE}')")
    assert (False, True) == (done.root["done"], any("`Demo` is locked" in line for line in done.lines))


def test_a_password_in_the_clear_is_masked_from_then_on(
    store: Path, runners: Runners, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AELANG_KEY_FILE", raising=False)
    code = f"""
def main(evm):
    try:
        evm.instance_create("{NEW}", {{"pin": "canary-" + "bird-51"}})
    except Exception as fault:
        evm.log("info", f"canary-bird-51 {{fault}}")
"""
    done = ran(store, runners, code)
    assert (True, False) == (any("no key for passwords" in line for line in done.lines), "canary" in str(done.events))


MAKES = "def main(evm):\n    evm.root['done'] = evm.instance_create('/Demo/Test/Thing/new', {'color': 'blue'})\n"


def with_method(store: Path, code: str) -> Path:
    folder = store / "Demo/Test/Run.class/__methods__"
    write(folder, {"work.yaml": METHOD.format("python"), "work.py": code})
    return store


def test_the_command_line_lets_methods_edit(store: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert 0 == command(["run", "/Test/Run/go", "-d", str(with_method(store, MAKES))])
    assert "blue" in capfd.readouterr().out
    assert (things(store) / "new.yaml").exists()


def test_the_next_run_begins_with_what_the_last_one_left(store: Path, capfd: pytest.CaptureFixture[str]) -> None:
    command(["run", "/Test/Run/go", "-d", str(with_method(store, MAKES))])
    capfd.readouterr()
    command(["show", "/Demo/Test/Thing/new", "-d", str(store)])
    assert "blue" in capfd.readouterr().out


def test_an_image_is_not_edited(store: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    image = str(tmp_path / "x.image")
    command(["compile", str(with_method(store, MAKES)), "-o", image])
    assert 1 == command(["run", "/Test/Run/go", "--image", image, "--trace"])
    assert "only be changed in a datastore that is a directory" in capfd.readouterr().err
    assert WRITTEN == (things(store) / "one.yaml").read_text()
