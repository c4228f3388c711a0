"""The laboratory on ManageIQ's own domain gives the trace that was published, too: the domain is what causes it."""

import os
import re
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from aelang.shipped import datastore_folder
from tests.lab.bench import ROOT, Bench
from tests.lab.comparing import PROVISIONING, compared, log_lines, shown
from tests.lab.constraints import broken
from tests.lab.manageiq_methods import DOMAIN, EFFECTS, replaced
from tests.transcripts import write_files

CORPUS = Path(os.environ.get("AELANG_CORPUS") or ROOT.parent / "shared" / "corpus") / "manageiq-darga"

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"ManageIQ's domain is not at {CORPUS} (AELANG_CORPUS)")
needs_log = pytest.mark.skipif(not PROVISIONING.is_file(), reason=f"the log is not at {PROVISIONING} (AELANG_TRACES)")

MACHINE = "Infrastructure/VM/Provisioning/StateMachines/VMProvision_VM"
POLICY = "System/Control/Policy.ael"

STATE = """
  - field:
      aetype: state
      name: {name}
      datatype: string
      priority: {priority}
      default_value: /Integration/RedHat/Methods/{name}
      substitute: true
      message: create
      max_retries: 100"""


@pytest.fixture(scope="module")
def darga(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """The laboratory above ManageIQ's domain in place of ours, with its order worked to the end."""
    folder = tmp_path_factory.mktemp("darga")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("AELANG_SPOOL", str(folder / "mail"))
        made = Bench(folder, roots=(_authors(folder), _policies(folder), str(CORPUS)))
        wanted = made.lab.wanted
        assert wanted.extend is not None  # the laboratory has a provider
        made.lab = made.lab._replace(wanted=wanted._replace(extend=partial(replaced, wanted.extend)))
        made.order()
        made.work()
    yield made
    made.store.close()


def _authors(folder: Path) -> str:
    """The domain of the laboratory's author as it is, but for the machine: that is a copy of ManageIQ's, and has two
    states more."""
    domain = folder / "automate" / "Lab"
    shutil.copytree(ROOT / "examples/lab/automate/Lab", domain)
    (domain / f"{MACHINE}.ael").unlink()
    machine = domain / f"{MACHINE}.class"
    shutil.copytree(CORPUS / DOMAIN / f"{MACHINE}.class", machine, ignore=shutil.ignore_patterns("__methods__"))
    schema = machine / "__class__.yaml"
    schema.write_text(_with_states(schema.read_text("utf-8"), "PostProvision", ["AddDisk", "StartVM"]), "utf-8")
    return str(folder / "automate")


def _with_states(written: str, before: str, names: list[str]) -> str:
    """The class that is `written`, with states of those `names` behind the state `before`."""
    field = re.search(rf"\n  - field:(?:(?!\n  - ).)*\n      name: {before}\n(?:(?!\n  - ).)*", written, re.DOTALL)
    assert field, f"the machine has no {before}"
    priority = int(re.findall(r"priority: (\d+)", field[0])[0])
    states = "".join(STATE.format(name=each, priority=priority) for each in names)
    return written[: field.end()] + states + written[field.end() :]


def _policies(folder: Path) -> str:
    """A domain of control policies only: an appliance keeps them beside its datastore."""
    write_files(
        folder / "policies", {f"Policies/{POLICY}": Path(datastore_folder(), "Base", POLICY).read_text("utf-8")}
    )
    domain = folder / "policies" / "Policies" / "__domain__.yaml"
    domain.write_text(domain.read_text().replace("priority: 1", "priority: 0"))
    return str(folder / "policies")


@needs_log
def test_the_trace_on_the_domain_of_manageiq_equals_the_log(darga: Bench) -> None:
    assert shown(compared(log_lines())) == shown(compared(darga.trace))


def test_no_constraint_is_broken_on_it(darga: Bench) -> None:
    assert [] == broken(darga.timed)


def test_the_request_and_its_machine_end_well_on_it(darga: Bench) -> None:
    assert ("finished", "Ok", "Request complete") == darga.ended
    assert [("finished", "Ok", "VM Provisioning completed")] == darga.machines


def test_what_stands_in_stands_in_for_a_method_of_it() -> None:
    found = {str(each.relative_to(CORPUS / DOMAIN)).lower() for each in CORPUS.rglob("__methods__/*.yaml")}
    assert [] == [path for path in EFFECTS if _file(path) not in found]


def _file(path: str) -> str:
    klass, _, name = path.strip("/").lower().rpartition("/")
    return f"{klass}.class/__methods__/{name}.yaml"
