"""The base domain: it is valid, its tests pass, and with a failure and a retry of every state they reach nearly all."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aelang.project import open_project
from aelang.shipped import datastore_folder
from aelang.testing.measuring import units_of
from tests.doors.stores import Aelang
from tests.transcripts import ROOT, write_files

ELSEWHERE = ("System/Event", "System/event_handlers.ael", "System/Control", "Provisioning")
"""What has tests of its own: events, and transactions."""

GENEROUS = "Site/Infrastructure/VM/Provisioning/StateMachines/Generous.ael"
"""What the page names and does not show."""

PAGES = ROOT / "tests" / "base"
ARGUMENTS = {
    "MiqProvision::miq_provision": 119, "VmOrTemplate::vm": 7, "Service::service": 1, "MiqRequest::miq_request": 60,
    "OrchestrationStack::orchestration_stack": 1,
    "ServiceTemplateProvisionTask::service_template_provision_task": 118, "VmMigrateTask::vm_migrate_task": 130,
}  # fmt: skip
STAND_INS: dict[str, Any] = {"error": {"error": "broken"}, "retry": [{"retry": "1.minute"}, "ok"]}
"""What every method does, so that a state is left by a way out."""


@pytest.fixture(scope="module")
def domain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the base domain without what is tested elsewhere."""
    folder = tmp_path_factory.mktemp("base") / "datastore"
    shutil.copytree(datastore_folder(), folder)
    for name in ELSEWHERE:
        path = folder / "Base" / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    return folder


def ways_out(domain: Path) -> Iterator[tuple[str, str, str]]:
    """Every state that may be left by an error or a retry, with an instance that has it."""
    compiled = open_project([str(domain)], cache=False)
    for unit in units_of(compiled.image):
        state = unit.name.rpartition("#")[2]
        if unit.mark.what in STAND_INS and unit.users:
            yield f"/{unit.klass.partition('/')[2]}/{unit.users[0]}", state, unit.mark.what
    compiled.close()


def page_of(domain: Path, folder: Path) -> Path:
    """Tests in `folder`, one for each way out of each state."""
    tests = {
        f"{instance} {state} {what}": {
            "run": f"{instance}?ae_state={state}",
            "methods": {"*": STAND_INS[what]},
            "expect": {"result": "error", "state": state} if what == "error" else {"retries": 1},
        }
        for instance, state, what in ways_out(domain)
    }
    shutil.copy(PAGES / "inventory.yaml", folder)
    page = folder / "ways.test.yaml"
    page.write_text(json.dumps({"given": {"inventory": "inventory.yaml", "arguments": ARGUMENTS}, "tests": tests}))
    return page


def test_nothing_is_wrong_with_the_base_domain(aelang: Aelang) -> None:
    done = aelang("validate", "-d", datastore_folder(), "--fail-on", "info")
    assert (0, "") == (done.code, done.out)


def test_the_base_domain_is_formatted(aelang: Aelang, domain: Path) -> None:
    files = [str(path) for path in domain.rglob("*.ael")]
    done = aelang("fmt", "--check", *files)
    assert (0, "") == (done.code, done.out)


def test_what_its_page_overrides_is_valid(aelang: Aelang, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "base-domain.md").read_text("utf-8")
    blocks = re.findall(r"^`(Site/[^`]+)`\n```ael\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    write_files(tmp_path, {**dict(blocks), GENEROUS: "class Generous\n\n  instance Default\n"})
    done = aelang("validate", "-d", str(tmp_path), "-d", datastore_folder())
    assert (2, 0, "") == (len(blocks), done.code, done.out)


def test_every_class_says_what_is_to_be_overridden(domain: Path) -> None:
    files = domain.rglob("*.ael")
    assert [] == [str(path) for path in files if not path.read_text("utf-8").startswith("# ")]


def test_its_tests_reach_nine_tenths_of_it(aelang: Aelang, domain: Path, tmp_path: Path) -> None:
    coverage = tmp_path / "coverage.json"
    words = ("-d", str(domain), "--coverage", str(coverage), "--fail-under", "90")
    done = aelang("test", str(PAGES), str(page_of(domain, tmp_path)), *words)
    assert (0, "") == (done.code, done.out)
    reached = json.loads(coverage.read_text())
    assert [] == [kind for kind in ("fields", "states", "edges", "paths") if reached[kind]["percent"] < 90]
