"""The commands about events, for programs: JSON, pipes, signals, and what they import. What people see is shown by
docs/events.md and the pages in tests/language/events."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from aelang.cli.completing import candidates
from aelang.cli.main import execute
from tests.doors.stores import Aelang
from tests.doors.test_program import imported_by

MACHINES = """\
ExtManagementSystem:
  - {id: 1, name: rhev, emstype: rhevm}
Vm:
  - {id: 12, name: web, ems_id: 1, ems_ref: /vms/12}
"""
LINE = '{"event_type": "USER_RUN_VM", "ems_id": 1, "timestamp": "2026-01-01T10:00:0%dZ", "vm_ems_ref": "/vms/12"}\n'


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store with a machine."""
    path = tmp_path / "events.sqlite"
    monkeypatch.setenv("AELANG_STORE", str(path))
    (tmp_path / "machines.yaml").write_text(MACHINES)
    assert 0 == execute(["store", "init", "--quiet"])
    assert 0 == execute(["store", "load", "machines.yaml", "--quiet"])
    return path


def start(*words: str) -> "subprocess.Popen[str]":
    """A command in a process of its own."""
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-m", "aelang", *words], stdin=pipe, stdout=pipe, stderr=pipe, text=True)


CONTAINERS = """\
ExtManagementSystem:
  - {id: 2, name: kube, emstype: kubernetes}
ContainerGroup:
  - {id: 31, name: pod, ems_id: 2, ems_ref: p31}
ContainerReplicator:
  - {id: 33, name: replicator, ems_id: 2, ems_ref: r33}
"""


@pytest.mark.parametrize(
    ("line", "raised", "about"),
    [
        ({"event_type": "POD_FAILED", "container_group_ems_ref": "p31"},
         "containergroup_failed", ["ContainerGroup", 31]),
        ({"event_type": "REPLICATOR_FAILEDCREATE", "container_replicator_ems_ref": "r33"},
         "containerreplicator_failedcreate", ["ContainerReplicator", 33]),
    ],
)  # fmt: skip
def test_events_are_about_the_containers_of_an_inventory(
    aelang: Aelang, tmp_path: Path, line: dict[str, str], raised: str, about: list[object]
) -> None:
    (tmp_path / "containers.yaml").write_text(CONTAINERS)
    assert 0 == aelang("store", "load", "containers.yaml").code
    (tmp_path / "stream.jsonl").write_text(json.dumps(line) + "\n")
    aelang("event", "listen", "--jsonl", "stream.jsonl", "--ems", "kube")
    aelang("worker", "--drain", "--quiet")
    (found,) = json.loads(aelang("event", "list", "--type", raised, "--json").out)
    assert about == [found["target_type"], found["target_id"]]


def test_what_is_raised_is_told_as_json(aelang: Aelang) -> None:
    done = aelang("event", "raise", "vm_start", "--target", "Vm:12", "--attr", "count=3", "--json")
    assert {"id": 1, "model": "MiqEvent", "event_type": "vm_start"} == json.loads(done.out)


def test_a_list_as_json_has_every_event(aelang: Aelang) -> None:
    for name in ("vm_start", "vm_poweroff"):
        aelang("event", "raise", name, "--target", "Vm:12")
    found = json.loads(aelang("event", "list", "--json").out)
    assert [("vm_poweroff", None), ("vm_start", None)] == [(each["event_type"], each["handled_on"]) for each in found]


def test_an_event_as_json_has_what_was_done_and_followed(aelang: Aelang) -> None:
    aelang("event", "raise", "USER_RUN_VM", "--source", "RHEVM", "--target", "Vm:12")
    aelang("worker", "--drain", "--quiet")
    found = json.loads(aelang("event", "show", "1", "--json").out)
    wanted = {"state": "handled", "failure": None, "vm_name": "web",
              "handled": [["policy", "vm_start", "Vm", "12"], ["refresh", "Vm", "12"]]}  # fmt: skip
    assert wanted == {name: found[name] for name in wanted}
    assert any("USER_RUN_VM" in line for line in found["trace"])


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ((), [3, 2, 1]),
        (("--type", "vm_start"), [2]),
        (("--kind", "provider"), [1]),
        (("--source", "POLICY"), [3, 2]),
        (("--target", "Vm:12"), [2, 1]),
        (("--target", "VmOrTemplate:12"), [2, 1]),
        (("--ems", "rhev"), [1]),
        (("--state", "waiting"), [3, 2, 1]),
        (("--state", "handled"), []),
        (("--kind", "policy", "--target", "Vm:12"), [2]),
        (("--limit", "1"), [3]),
    ],
)
def test_a_list_has_what_the_filters_ask_for(aelang: Aelang, filters: tuple[str, ...], found: list[int]) -> None:
    aelang("event", "raise", "USER_RUN_VM", "--source", "RHEVM", "--target", "Vm:12")
    aelang("event", "raise", "vm_start", "--target", "Vm:12")
    aelang("event", "raise", "ems_auth_valid", "--target", "ExtManagementSystem:1")
    assert found == [each["id"] for each in json.loads(aelang("event", "list", "--json", *filters).out)]


def test_a_pipe_is_listened_to_until_it_ends() -> None:
    with start("event", "listen", "--jsonl", "-", "--json") as process:
        out, _ = process.communicate(LINE % 1 + "rubbish\n" + LINE % 2)
    assert (1, {"new": 2, "known": 0, "ignored": 0, "flood": 0, "faulty": 1}) == (process.returncode, json.loads(out))


def test_an_event_of_a_pipe_is_there_before_the_pipe_ends(place: Path, aelang: Aelang) -> None:
    with start("event", "listen", "--jsonl", "-") as process:
        assert process.stdin is not None
        process.stdin.write(LINE % 1)
        process.stdin.flush()
        _until(lambda: bool(json.loads(aelang("event", "list", "--json").out)))
        process.communicate(LINE % 2)
    assert 0 == process.returncode


def test_a_file_that_is_followed_is_left_at_a_signal_with_what_was_read(tmp_path: Path, aelang: Aelang) -> None:
    stream = tmp_path / "stream.jsonl"
    stream.write_text(LINE % 1)
    with start("event", "listen", "--jsonl", str(stream), "--follow") as process:
        _until(lambda: bool(json.loads(aelang("event", "list", "--json").out)))
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate()
    assert (0, "1 line: 1 new, 0 known already\n") == (process.returncode, out)


def test_a_fifo_is_a_pipe(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with start("event", "listen", "--jsonl", str(fifo)) as process:
        fifo.write_text(LINE % 1)
        out, _ = process.communicate()
    assert "1 line: 1 new, 0 known already\n" == out


def test_a_list_imports_nothing_that_it_does_not_need() -> None:
    heavy = {"alembic", "rich", "click", "lark", "ruamel", "aelang.project", "aelang.engine", "aelang.compiler"}
    assert not (heavy & imported_by("event", "list"))
    assert not (heavy & imported_by("event", "raise", "vm_start", "--target", "Vm:12"))


def test_the_commands_are_completed() -> None:
    assert ["event"] == candidates(["ev"])
    assert ["raise"] == candidates(["event", "r"])
    assert ["--target"] == candidates(["event", "raise", "x", "--ta"])


def _until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not done():
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.05)
