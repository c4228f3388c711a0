"""`aelang run --inventory` and `--walk`."""

from pathlib import Path

import pytest

from tests.doors.stores import Aelang, write

_CLASS = """
object_type: class
object:
  attributes: {name: Look}
  schema:
  - field: {name: said, aetype: attribute, default_value: "${/#vm.name} of ${/#user.name} on ${/#vm.host.name}"}
"""
_IT = "object_type: instance\nobject:\n  attributes: {name: it}\n  fields: []\n"
_LAB = "Vm: [{id: 7, name: web, host: esx1}]\nHost: [{name: esx1}]\nUser: [{id: 5, name: Ann}]\n"


@pytest.fixture
def root(tmp_path: Path) -> str:
    """A datastore with one class, and the inventory lab.yaml beside it."""
    files = {
        "Demo/__domain__.yaml": "object_type: domain\nobject:\n  attributes: {name: Demo}\n",
        "Demo/Lab/__namespace__.yaml": "object_type: namespace\nobject:\n  attributes: {name: Lab}\n",
        "Demo/Lab/Look.class/__class__.yaml": _CLASS,
        "Demo/Lab/Look.class/it.yaml": _IT,
    }
    write(tmp_path, {"lab.yaml": _LAB})
    return str(write(tmp_path / "automate", files))


def test_a_run_finds_the_records_of_the_inventory(aelang: Aelang, root: str) -> None:
    done = aelang("run", "/Lab/Look/it?vm%3A%3Avm=7", "-d", root, "--inventory", "lab.yaml", "--user", "5")
    assert (0, True) == (done.code, "web of Ann on esx1" in done.out)


def test_a_faulty_inventory_is_told_and_nothing_is_run(aelang: Aelang, root: str, tmp_path: Path) -> None:
    write(tmp_path, {"bad.yaml": "Vm:\n  - {nmae: web}\n"})
    done = aelang("run", "/Lab/Look/it", "-d", root, "--inventory", "bad.yaml")
    assert (1, "", True) == (done.code, done.out, "bad.yaml:2:6" in done.err and "did you mean `name`?" in done.err)


def test_a_walk_writes_out_what_a_method_can_see(aelang: Aelang, root: str) -> None:
    done = aelang("run", "/Lab/Look/it?vm%3A%3Avm=7", "-d", root, "--inventory", "lab.yaml", "--walk")
    assert "|    $evm.root['vm'].name = web   (type: String)" in done.out.splitlines()


def test_a_walk_has_a_form_of_its_own(aelang: Aelang, root: str) -> None:
    assert 2 == aelang("run", "/Lab/Look/it", "-d", root, "--walk", "--json").code
