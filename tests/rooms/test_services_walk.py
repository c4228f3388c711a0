"""The walk: what a method can see, in the layout of ManageIQ's dumps."""

import os
import re
from pathlib import Path

import pytest

from aelang.engine import Engine
from aelang.interpreter.values import Password
from aelang.interpreter.walk import walk_lines
from aelang.interpreter.workspace import Workspace
from aelang.inventory_file import read_inventory
from aelang.source import Source
from tests.datastores import compiled, field, instance, klass

_SHARED = Path(os.environ.get("AELANG_GOLDEN", Path(__file__).resolve().parents[3] / "shared" / "golden")).parent
_SAMPLE = _SHARED / "walker-sample.txt"

_LAB = """
AutomationRequest:
  - id: 2000000000003
    approval_state: approved
    created_on: 2015-06-07 09:14:03 UTC
    description: Automation Task
    message: Automation Request initiated
    options: &options
      attrs: {":userid": admin}
      class_name: Methods
      delivered_on: 2015-06-07 09:14:10Z
      instance_name: ObjectWalker
      namespace: Bit63/Discovery
      user_id: 2000000000001
    request_state: active
    request_type: automation
    requester: admin
    requester_name: Administrator
    status: Ok
    type: AutomationRequest
    updated_on: 2015-06-07 09:14:13 UTC
    userid: admin
AutomationTask:
  - id: 2000000000003
    automation_request: 2000000000003
    created_on: 2015-06-07 09:14:10 UTC
    description: Automation Task
    message: Automation Request initiated
    options: *options
    phase_context: {}
    request_type: automation
    state: active
    status: Ok
    type: AutomationTask
    updated_on: 2015-06-07 09:14:13 UTC
    userid: admin
MiqApproval:
  - id: 2000000000003
    miq_request: 2000000000003
    description: Default Approval
    state: approved
    reason: Auto-Approved
    stamped_on: 2015-06-07 09:14:04 UTC
    stamper: admin
    stamper_name: Administrator
User:
  - {id: 2000000000001, name: Administrator, userid: admin}
"""
_TARGET = "/Demo/Walk/target?AutomationTask::automation_task=2000000000003"
_CLASS = klass(
    "Demo/Walk",
    [field("attribute", "secret", "v2:{8HvmD6OLZ3/J6fyY0PaZ9w==}", datatype="password")],
    [instance("target")],
)


def _workspace() -> Workspace:
    loaded = read_inventory(Source("lab.yaml", _LAB.encode()), 2000000000001)
    assert loaded.catalog is not None, loaded.diagnostics
    return Engine(compiled(_CLASS)[0], catalog=loaded.catalog).run(_TARGET).workspace


def _walked() -> list[str]:
    return list(walk_lines(_workspace()))


_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC")
_ADDRESS = re.compile(r"0x[0-9a-f]+|druby://[\d.]+:\d+")
_LEVELS = re.compile(r"^(?:\|    )+")


def _bare(line: str) -> str:
    """A line without ids, times and the address of a process; the sample was taken out of a longer dump, so without
    its level as well."""
    line = _ADDRESS.sub("@", _TIME.sub("TIME", _LEVELS.sub("", line)))
    return re.sub(r"\b\d{13}\b", "ID", line).rstrip()


def test_every_line_of_the_sample_appears() -> None:
    if not _SAMPLE.exists():
        pytest.skip("the sample of a dump is not here: set AELANG_GOLDEN")
    found = set(map(_bare, _walked()))
    assert [] == [line for line in map(_bare, _SAMPLE.read_text("utf-8").splitlines()) if line and line not in found]


def test_the_lines_of_a_task_stand_in_the_order_of_the_sample() -> None:
    if not _SAMPLE.exists():
        pytest.skip("the sample of a dump is not here: set AELANG_GOLDEN")
    begin = "|    $evm.root['automation_task']."
    wanted = [_bare(line) for line in _SAMPLE.read_text("utf-8").splitlines() if line.startswith(begin)]
    found = [_bare(line) for line in _walked() if line.startswith(begin)]
    assert wanted == [line for line in found if line in wanted]


def test_a_record_is_written_once() -> None:
    again = "|    |    Object MiqAeServiceAutomationRequest with ID 2000000000003 has already been dumped..."
    assert [again] == [line for line in _walked() if "already been dumped" in line and "Request" in line]


def test_what_is_followed_can_be_said() -> None:
    lines = walk_lines(_workspace(), {"MiqAeServiceUser": ("current_group",)})
    begin = "|    automation_request = "
    assert [] == [line for line in lines if line.startswith(begin)]


def test_a_password_is_masked() -> None:
    shown = [line for line in _walked() if "['secret']" in line]
    assert [f"$evm.root['secret'] = {Password('')}   (type: MiqAePassword)"] == shown
