"""The renderings of a workspace and a trace, where a run of the small datastore does not reach."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from aelang.cli.formats.data import plain, run_lines
from aelang.cli.formats.dot import dot_lines
from aelang.cli.formats.trace import log_line, text_line
from aelang.cli.formats.tree import plain_tree, print_rich_tree
from aelang.interpreter import trace
from aelang.interpreter.limits import Limits
from aelang.interpreter.values import Password, RunValue, Symbol
from aelang.interpreter.workspace import Workspace, WorkspaceObject
from aelang.services import default_catalog


def workspace(depth: int, **attributes: RunValue) -> Workspace:
    """A workspace in which each of `depth` objects lies in the one before; the last one has `attributes`."""
    built = Workspace(cast(Any, SimpleNamespace(limits=Limits())), lambda event: None, skip_methods=False)
    home = cast(Any, SimpleNamespace(private=frozenset()))
    parent = None
    for number in range(depth):
        obj = WorkspaceObject(home, "D/N", "C", f"i{number}", f"/D/N/C/i{number}")
        built.add(obj, parent)
        if parent is not None:
            parent.relationships["rel1"] = obj
        parent = obj
    if parent is not None:
        parent.attributes.update(attributes)
    return built


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (1.5, 1.5),
        (float("nan"), {"type": "Float", "value": "NaN"}),
        (float("-inf"), {"type": "Float", "value": "-Infinity"}),
        (Symbol("a"), {"type": "Symbol", "value": "a"}),
        (Password("v2:{x}"), {"type": "Password", "value": "********"}),
        (datetime(2026, 1, 2, tzinfo=UTC), {"type": "Time", "value": "2026-01-02 00:00:00 UTC"}),
        ([1, [Symbol("b")]], [1, [{"type": "Symbol", "value": "b"}]]),
        ({"a": 1}, {"a": 1}),
        ({1: 2}, {"type": "Hash", "pairs": [[1, 2]]}),
        (default_catalog().find("User", 1), {"type": "MiqAeServiceUser", "id": 1}),
    ],
)
def test_a_value_as_json(value: RunValue, expected: object) -> None:
    assert expected == plain(value)


def test_the_deepest_workspace_can_be_written_as_json() -> None:
    lines = list(run_lines({}, workspace(5000), private=False))
    assert 5000 == sum('"object_name"' in line for line in lines)


def test_brothers_are_written_as_json() -> None:
    built = workspace(2)
    root = built.nodes[0]
    built.add(WorkspaceObject(root.home, "D/N", "C", "x", "/D/N/C/x"), root)
    said = json.loads("\n".join(run_lines({}, built, private=False)))
    assert ["i1", "x"] == [each["instance"] for each in said["tree"][0]["children"]]


def test_an_empty_workspace_is_an_empty_tree() -> None:
    assert [] == json.loads("\n".join(run_lines({}, workspace(0), private=False)))["tree"]


def test_the_deepest_workspace_can_be_shown_as_a_tree() -> None:
    assert 5000 == len(list(plain_tree(workspace(5000), private=False)))


def test_a_dropped_object_is_marked() -> None:
    built = workspace(2)
    built.drop(built.nodes[1])
    assert "  rel1 -> /D/N/C/i1  (dropped)" == list(plain_tree(built, private=False))[1]


def test_state_variables_stand_below_the_tree() -> None:
    built = workspace(1)
    built.state_vars["step"] = 3
    assert ["state variables", "  step  Integer  3"] == list(plain_tree(built, private=False))[1:]


def test_dot_escapes_what_would_end_a_label() -> None:
    assert '  n0 [label="/D/N/C/i0\\lt = \\"say \\\\\\"hi\\\\\\"\\"\\l"];' in list(
        dot_lines(workspace(1, t='say "hi"'), private=False)
    )


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (trace.Missing(1, "/D/N/C/x"), "info: Instance [/D/N/C/x] not found in MiqAeDatastore - trying [.missing]"),
        (
            trace.Dropped(1, "/D/N/C/x", "StopInstantiation", "rc=8", False),
            "info: Stopping instantiation because [rc=8]",
        ),
        (trace.MethodEnded(1, "/D/N/C/m", 0), "info: Method exited with rc=MIQ_OK"),
        (trace.MethodEnded(1, "/D/N/C/m", 7), "info: Method exited with rc=Unknown RC: [7]"),
        (trace.Logged(1, "warn", "odd"), "warn: odd"),
        (
            trace.MethodCalled(1, "/D/N/C/m", "builtin", "{}", False),
            "info: Invoking [builtin] method [/D/N/C/m] with inputs [{}]",
        ),
    ],
)
def test_an_event_as_the_classic_log(event: trace.Event, line: str) -> None:
    assert line == log_line(event)


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (
            trace.Dropped(1, "/D/N/C/x", "AssertionFailure", "no", False),
            "  /D/N/C/x comes to nothing: AssertionFailure: no",
        ),
        (trace.MethodCalled(0, "/D/N/C/m", "inline", "{}", True), "Passing over /D/N/C/m()  [inline]"),
        (trace.StateProcessed(1, "s1", "ok", "s2"), "  State s1 left with ok, next is s2"),
        (trace.CutOff(0, "s1"), "the run was cut off here, in state s1: its worker had ended"),
        (trace.CutOff(0), "the run was cut off here: its worker had ended"),
        (trace.UpdatedNamespace(1, "N/C/m", "D/N"), ""),
    ],
)
def test_an_event_for_people(event: trace.Event, line: str) -> None:
    assert line == text_line(event)


def test_a_narrow_terminal_gets_whole_values(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    print_rich_tree(workspace(1, long="x" * 200), private=False)
    assert "x" * 200 in capsys.readouterr().out
