"""Methods of location expression, playbook and uri."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aelang.methods import Runners
from aelang.methods.settings import Settings
from aelang.services import Inventory
from aelang.services.catalog import Catalog
from aelang.services.inventory import default_rows
from tests.methods import Ran, engine, method, passwords, run


@pytest.fixture(scope="module")
def runners() -> Iterator[Runners]:
    made = Runners()
    yield made
    made.close()


# -- expression --------------------------------------------------------------------------------------------------


def _rows() -> dict[str, Any]:
    rows: dict[str, Any] = dict(default_rows())
    rows["Vm"] = [
        {"id": 7, "name": "web", "vendor": "vmware"},
        {"id": 8, "name": "db", "vendor": "redhat"},
        {"id": 9, "name": "web2", "vendor": "vmware"},
    ]
    return rows


def _searched(data: str, **inputs: str) -> Ran:
    made = method("main", data, "ruby", inputs, location="expression")
    return run(engine([made], catalog=Catalog(Inventory(_rows()), 1)))


def _data(expression: str, model: str = "Vm") -> str:
    return f"---\n:db: {model}\n:expression:\n  {expression}\n"


_WEB = _data("STARTS WITH:\n    field: Vm-name\n    value: web")


def test_what_is_found_becomes_a_hash_for_a_dialog() -> None:
    assert {7: "web", 9: "web2"} == _searched(_WEB).root["values"]


def test_a_search_that_found_something_is_ok() -> None:
    assert "ok" == _searched(_WEB).root["ae_result"]


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"result_type": "array"}, ["web", "web2"]),
        ({"result_type": "array", "attributes": "id,name"}, [[7, "web"], [9, "web2"]]),
        ({"result_type": "array", "distinct": "vendor"}, ["vmware"]),
        ({"result_type": "hash", "attributes": "id"}, {"id": 7}),
        ({"result_type": "simple"}, "web"),
        ({"key": "name", "attributes": "id"}, {"web": 7, "web2": 9}),
    ],
)
def test_the_result_takes_the_form_that_is_asked_for(inputs: dict[str, str], expected: object) -> None:
    assert expected == _searched(_WEB, **inputs).root["values"]


def test_the_attribute_of_the_result_can_be_named() -> None:
    assert "web" == _searched(_WEB, result_type="simple", result_attr="chosen").root["chosen"]


_BOTH = """and:
  - '=':
      field: Vm-vendor
      value: vmware
  - not:
      '=':
        field: Vm-id
        value: 7"""


@pytest.mark.parametrize(
    ("expression", "ids"),
    [
        ("'=':\n    field: Vm-name\n    value: db", [8]),
        ("'!=':\n    field: Vm-vendor\n    value: vmware", [8]),
        ("'>':\n    field: Vm-id\n    value: 7", [8, 9]),
        ("LIKE:\n    field: Vm-name\n    value: EB", [7, 9]),
        ("IS NOT NULL:\n    field: Vm-name", [7, 8, 9]),
        ("REGULAR EXPRESSION MATCHES:\n    field: Vm-name\n    value: ^w.*2$", [9]),
        (_BOTH, [9]),
        ("or:\n  - '=':\n      field: Vm-id\n      value: 7\n  - '=':\n      field: Vm-id\n      value: 8", [7, 8]),
    ],
)  # fmt: skip
def test_an_operator_does_what_it_says(expression: str, ids: list[int]) -> None:
    assert ids == _searched(_data(expression), result_type="array", attributes="id").root["values"]


def test_an_input_stands_in_for_what_the_user_gives() -> None:
    data = _data("'=':\n    field: Vm-name\n    value: :user_input")
    assert "db" == _searched(data, result_type="simple", arg1="db").root["values"]


@pytest.mark.parametrize(("on_empty", "result"), [("error", "error"), ("warn", "warn")])
def test_an_empty_search_sets_the_result(on_empty: str, result: str) -> None:
    data = _data("'=':\n    field: Vm-name\n    value: none")
    assert result == _searched(data, on_empty=on_empty).root["ae_result"]


def test_an_empty_search_may_abort_the_run() -> None:
    data = _data("'=':\n    field: Vm-name\n    value: none")
    assert "AbortInstantiation: Expression method main aborted" == _searched(data, on_empty="abort").failure


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("", "it is empty"),
        ("--- [", "no YAML"),
        (":db: Vm\n", "its data needs"),
        (_data("x: {}", "Nonsense"), "no service model 'Nonsense'"),
        (_data("FRIES WITH:\n    field: Vm-name"), "no operator 'fries with'"),
        (_data("'=':\n    field: name\n    value: x"), "'name' is no field"),
    ],
)
def test_what_is_no_search_is_an_invalid_method(data: str, told: str) -> None:
    failure = _searched(data).failure
    assert failure.startswith("InvalidMethod: expression method [/Demo/Test/Case/main]:") and told in failure


# -- programs ----------------------------------------------------------------------------------------------------


def _program(folder: Path, body: str, name: str = "program") -> str:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n", "utf-8")
    path.chmod(stat.S_IRWXU | stat.S_IRGRP | stat.S_IXGRP | stat.S_IROTH | stat.S_IXOTH)
    return str(path)


def _called(path: str, settings: Settings) -> Ran:
    made = method("main", path, "ruby", {"a": "1", "p:password": "v2:{canary==}"}, location="uri")
    return run(engine([made], settings))


def test_a_program_is_refused_unless_it_is_allowed(tmp_path: Path) -> None:
    failure = _called(_program(tmp_path, "true"), Settings()).failure
    assert (
        failure.startswith("InvalidMethod: method [/Demo/Test/Case/main] is the program") and "aelang.toml" in failure
    )


def test_an_allowed_program_gets_its_inputs_and_gives_its_exit_code(tmp_path: Path) -> None:
    path = _program(tmp_path, 'read line; echo "got $line"; echo oops >&2; exit 4')
    ran = _called(path, Settings(programs=(path,)))
    assert (4, 1, 1) == (
        ran.root["result"],
        ran.lines.count('info: Method STDOUT: got {"a": "1", "p": "********"}'),
        ran.lines.count("error: Method STDERR: oops"),
    )


def test_a_program_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    path = _program(tmp_path, "sleep 600")
    failure = _called(path, Settings(programs=(path,), timeout=0.3)).failure
    assert failure.endswith("it took longer than 0.3 seconds")


def test_a_program_that_floods_its_output_is_ended(tmp_path: Path) -> None:
    path = _program(tmp_path, "yes")
    assert "its output" in _called(path, Settings(programs=(path,), output=100_000)).failure


def test_a_program_that_is_not_there_is_an_ordinary_failure(tmp_path: Path) -> None:
    path = str(tmp_path / "absent")
    assert "Unknown RC" in _called(path, Settings(programs=(path,))).failure


# -- playbooks ---------------------------------------------------------------------------------------------------

_REPORT = """{"plays": [{"tasks": [
  {"task": {"name": "Ask"}, "hosts": {"localhost": {"changed": true, "msg": "asked"}}}]}],
 "global_custom_stats": {"ip": "10.0.0.1"}}"""


def _played(folder: Path, monkeypatch: pytest.MonkeyPatch, body: str, data: str = "- hosts: all") -> Ran:
    _program(folder, body, "ansible-playbook")
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    made = method("main", data, "ruby", {"a": "1", "p:password": "v2:{canary==}"}, location="playbook")
    then = method("stop", "def main(evm): evm.root['stats'] = evm.ansible_stats_vars")
    return run(engine([made, then], Settings(readable=(str(folder),)), attributes=passwords()))


def test_without_ansible_a_playbook_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    failure = run(engine([method("main", "- hosts: all", "ruby", location="playbook")])).failure
    assert failure.startswith("InvalidMethod:") and "install Ansible" in failure


def test_what_a_playbook_says_becomes_state_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = _played(tmp_path, monkeypatch, f"cat <<'END'\n{_REPORT}\nEND")
    assert {"ansible_stats_ip": "10.0.0.1"} == ran.outcome.workspace.state_vars


def test_what_its_tasks_did_is_in_the_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = _played(tmp_path, monkeypatch, f"cat <<'END'\n{_REPORT}\nEND")
    assert "info: TASK [Ask] localhost: changed asked" in ran.lines


def test_a_playbook_gets_the_inputs_as_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = _played(tmp_path, monkeypatch, 'echo "$@"; cat inputs.json playbook.yml')
    assert [True, True] == [
        any("-e @inputs.json playbook.yml" in line for line in ran.lines),
        any('{"a": "1", "p": "********"}- hosts: all' in line for line in ran.lines),
    ]


def test_a_playbook_that_fails_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _played(tmp_path, monkeypatch, "exit 2").failure.endswith("the playbook failed (exit code 2)")
