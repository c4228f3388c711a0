"""The files for CI: every line that they have a machine run is run here, on the example."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import pytest
from ruamel.yaml import YAML

from aelang.cli.options import Given
from aelang.cli.reading import read_words
from aelang.cli.validate import COMMAND

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "ci"
WORKFLOWS = sorted((EXAMPLE / ".github" / "workflows").glob("*.yml"))
pytestmark = pytest.mark.skipif(
    any(shutil.which(each) is None for each in ("git", "bash")), reason="git or bash is not installed"
)


class Done(NamedTuple):
    code: int
    out: str
    err: str


def _yaml(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text("utf-8"))


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example as a checkout with a branch, `aelang` on the path."""
    folder = tmp_path / "work"
    shutil.copytree(EXAMPLE, folder)
    program = tmp_path / "bin" / "aelang"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m aelang "$@"\n', "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.chdir(folder)
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    for words in (("init", "-q", "-b", "main"), ("add", "-A"), (*who, "commit", "-q", "-m", "all")):
        subprocess.run(("git", *words), check=True, capture_output=True)
    subprocess.run(("git", "update-ref", "refs/remotes/origin/main", "HEAD"), check=True)
    return folder


def _run(script: str, env: Mapping[str, str] | None = None) -> Done:
    """What a runner gives that takes `script` line by line and stops at the first that fails."""
    words = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    done = subprocess.run(words, capture_output=True, text=True, env={**os.environ, **(env or {})}, check=False)
    return Done(done.returncode, done.stdout, done.stderr)


def _break(work: Path) -> None:
    path = work / "automate/Site/Shop/Order.class/standard.yaml"
    path.write_text(path.read_text("utf-8").replace("Price/standard", "Price/gone"), "utf-8")


# -- the example -------------------------------------------------------------------------------------------------------


def _lines_of_workflows() -> Iterator[tuple[str, str]]:
    for path in WORKFLOWS:
        for job in _yaml(path)["jobs"].values():
            yield from ((f"{path.name}: {step['name']}", step["run"]) for step in job["steps"] if "run" in step)


LINES = dict(_lines_of_workflows())
COMMANDS = {name: line for name, line in LINES.items() if line.startswith("aelang validate")}
COMMENT = "automate-comment.yml: What the change does, in the summary of the job"


@pytest.mark.parametrize("name", COMMANDS)
def test_a_line_of_a_workflow_runs_and_finds_nothing_new(name: str, work: Path) -> None:
    assert Done(0, "", "validated 9 files: nothing is wrong\n") == _run(COMMANDS[name], {"BASE": "main"})


@pytest.mark.parametrize("name", COMMANDS)
def test_a_line_of_a_workflow_fails_on_what_is_new(name: str, work: Path) -> None:
    _break(work)
    done = _run(COMMANDS[name], {"BASE": "main"})
    assert (1, ["::error"]) == (done.code, [line.partition(" ")[0] for line in done.out.splitlines()])


def test_the_lines_of_gitlab_run_and_leave_a_report(work: Path) -> None:
    done = _run("\n".join(_yaml(EXAMPLE / ".gitlab-ci.yml")["automate"]["script"]))
    assert (0, []) == (done.code, json.loads(Path("gl-code-quality-report.json").read_text("utf-8")))


def test_the_job_of_gitlab_fails_on_what_is_new_and_shows_it(work: Path) -> None:
    _break(work)
    done = _run("\n".join(_yaml(EXAMPLE / ".gitlab-ci.yml")["automate"]["script"]))
    report = json.loads(Path("gl-code-quality-report.json").read_text("utf-8"))
    expected = (1, True, ["automate/Site/Shop/Order.class/standard.yaml"])
    assert expected == (done.code, "error[unknown-instance]" in done.err, [each["location"]["path"] for each in report])


def test_the_lines_of_jenkins_run_and_leave_a_report(work: Path) -> None:
    _break(work)
    lines = [
        line for line in re.findall(r"sh '(.*)'", (EXAMPLE / "Jenkinsfile").read_text("utf-8")) if "pip" not in line
    ]
    done = _run("\n".join(lines))
    assert (1, "1") == (done.code, ElementTree.parse("automate.xml").getroot().get("failures"))


def test_the_job_that_comments_says_what_the_change_does(work: Path) -> None:
    _break(work)
    done = _run(LINES[COMMENT], {"BASE": "main", "GITHUB_STEP_SUMMARY": "summary.md"})
    said = Path("change.md").read_text("utf-8")
    assert (0, said) == (done.code, Path("summary.md").read_text("utf-8"))
    assert "`/Shop/Price/gone`" in said


def test_the_job_that_comments_says_where_nothing_is_done_otherwise(work: Path) -> None:
    done = _run(LINES[COMMENT], {"BASE": "main", "GITHUB_STEP_SUMMARY": "summary.md"})
    assert (0, True) == (done.code, bool(Path("change.md").read_text("utf-8").strip()))


def test_the_job_of_gitlab_that_comments_says_what_the_change_does(work: Path) -> None:
    _break(work)
    script, comment = _yaml(EXAMPLE / ".gitlab-ci.yml")["change"]["script"]
    done = _run(script, {"CI_MERGE_REQUEST_DIFF_BASE_SHA": "origin/main"})
    assert (0, True) == (done.code, "`/Shop/Price/gone`" in Path("change.md").read_text("utf-8"))
    assert ("curl", "body@change.md") == (comment.split()[0], comment.split('"')[3])


def test_the_baseline_of_the_example_knows_what_is_wrong(work: Path) -> None:
    assert [1, 0] == [_run(f"aelang validate {more}").code for more in ("", "--baseline baseline.json")]


# -- the action --------------------------------------------------------------------------------------------------------


def _action() -> Any:
    return _yaml(ROOT / "action.yml")


def _step(of: str) -> Any:
    return next(step for step in _action()["runs"]["steps"] if step.get("name") == of)


def _validate(work: Path, **given: str) -> Done:
    """What the action's own step gives, with these inputs and the others as they are by default."""
    inputs = {name: said["default"] for name, said in _action()["inputs"].items()} | given
    step = _step("Validate")
    filled = {
        name: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: inputs[found[1]], said)
        for name, said in step["env"].items()
    }
    return _run(step["run"], {**filled, "GITHUB_OUTPUT": str(work / "output")})


def test_the_action_annotates(work: Path) -> None:
    done = _validate(work)
    assert (1, True) == (done.code, done.out.startswith("::error file=automate/"))


def test_the_action_takes_paths_a_baseline_and_a_threshold(work: Path) -> None:
    assert 0 == _validate(work, path="automate\n", baseline="baseline.json", **{"fail-on": "info"}).code


def test_the_action_takes_a_revision(work: Path) -> None:
    assert 0 == _validate(work, **{"changed-since": "origin/main..."}).code


def test_the_action_takes_references(work: Path) -> None:
    shutil.copytree("automate", "theirs")
    made = Path("automate/Site/Shop/Price.class/standard.yaml").read_text("utf-8").replace("standard", "express")
    Path("theirs/Site/Shop/Price.class/express.yaml").write_text(made, "utf-8")
    Path("theirs/Site/__domain__.yaml").write_text("object: {attributes: {name: Theirs}}\n", "utf-8")
    assert 0 == _validate(work, path="automate", reference="theirs\n").code


def test_the_action_writes_a_report_and_says_where(work: Path) -> None:
    done = _validate(work, format="sarif", output="my report.sarif")
    rules = json.loads(Path("my report.sarif").read_text("utf-8"))["runs"][0]["tool"]["driver"]["rules"]
    assert (1, ["unknown-instance"]) == (done.code, [each["id"] for each in rules])
    assert "report=my report.sarif\n" == (work / "output").read_text("utf-8")


@pytest.mark.parametrize("hostile", ["$(touch hit)", '"; touch hit; "', "`touch hit`", "x\n--fix"])
def test_what_an_input_says_is_never_run(hostile: str, work: Path) -> None:
    done = _validate(work, path=hostile, baseline=hostile, **{"changed-since": hostile})
    assert (False, True) == (Path("hit").exists(), done.code in (1, 2))


def test_no_expression_stands_in_a_script() -> None:
    scripts = [*LINES.values(), *(step.get("run", "") for step in _action()["runs"]["steps"])]
    assert [] == [script for script in scripts if "${{" in script]


def test_every_input_of_the_action_is_used_and_every_use_is_an_input() -> None:
    used = set(re.findall(r"inputs\.([\w-]+)", (ROOT / "action.yml").read_text("utf-8")))
    assert used == set(_action()["inputs"])


@pytest.mark.parametrize(("version", "expected"), [("", "/action"), ("1.2", "aelang==1.2")])
def test_the_action_installs_itself_or_a_version(version: str, expected: str, tmp_path: Path) -> None:
    script = _step("Install aelang")["run"].replace("python -m pip install", "echo")
    done = _run(script, {"AELANG_VERSION": version, "GITHUB_ACTION_PATH": "/action"})
    assert expected == done.out.split()[-1]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_gives_the_action_inputs_that_it_has(path: Path) -> None:
    steps = [step for job in _yaml(path)["jobs"].values() for step in job["steps"]]
    given = {name for step in steps if "/aelang@" in step.get("uses", "") for name in step.get("with", {})}
    assert set() == given - set(_action()["inputs"])


# -- the template ------------------------------------------------------------------------------------------------------


def _template(**given: str) -> str:
    """The script of the template's job, with these inputs and the others as they are by default."""
    head, job = YAML(typ="safe").load_all((ROOT / "templates" / "validate.yml").read_text("utf-8"))
    inputs = {name: said["default"] for name, said in head["spec"]["inputs"].items()} | given

    def filled(text: str) -> str:
        return re.sub(r"\$\[\[ inputs\.(\w+) \]\]", lambda found: inputs[found[1]], text)

    variables = {name: filled(text) for name, text in job["aelang-validate"]["variables"].items()}
    lines = [f"export AELANG_BASELINE={variables['AELANG_BASELINE']!r}"]
    return "\n".join([*lines, *map(filled, job["aelang-validate"]["script"])])


@pytest.mark.parametrize(
    ("given", "code"),
    [({}, 1), ({"baseline": "baseline.json"}, 0), ({"path": "automate", "options": "--changed-since HEAD --quiet"}, 0)],
)
def test_the_template_runs_and_leaves_a_report(given: dict[str, str], code: int, work: Path) -> None:
    done = _run(_template(**given))
    report = json.loads(Path("gl-code-quality-report.json").read_text("utf-8"))
    assert (code, code) == (done.code, len(report))


# -- hooks -------------------------------------------------------------------------------------------------------------


def _hooks() -> dict[str, Any]:
    return {hook["id"]: hook for hook in _yaml(ROOT / ".pre-commit-hooks.yaml")}


def test_hooks_look_at_the_whole_datastore_when_a_file_of_it_changes() -> None:
    for hook in _hooks().values():
        assert {"id", "name", "description", "entry", "language", "files", "pass_filenames", "require_serial"} == set(
            hook
        )
        assert ("python", False) == (hook["language"], hook["pass_filenames"])
        assert [True, True, False] == [
            bool(re.search(hook["files"], path)) for path in ("a/b.yaml", "aelang.toml", "README.md")
        ]


@pytest.mark.parametrize("hook", ["aelang-validate", "aelang-fix"])
def test_a_hook_is_a_command(hook: str, work: Path) -> None:
    config = _yaml(EXAMPLE / ".pre-commit-config.yaml")
    (used,) = config["repos"][0]["hooks"]
    words = [*_hooks()[hook]["entry"].split(), *used["args"]]
    assert isinstance(read_words(COMMAND, words[2:]), Given)
    assert 0 == _run(" ".join(words)).code


def test_the_hook_of_the_example_is_one_of_ours() -> None:
    (used,) = _yaml(EXAMPLE / ".pre-commit-config.yaml")["repos"][0]["hooks"]
    assert used["id"] in _hooks()


# -- the page ----------------------------------------------------------------------------------------------------------


def _commands_of_the_page() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "ci.md").read_text("utf-8"), re.DOTALL)
    return [block.strip() for block in blocks]


@pytest.mark.parametrize("script", _commands_of_the_page())
def test_a_command_of_the_page_runs(script: str, work: Path) -> None:
    assert _run(script).code in (0, 1), script


def test_the_page_explains_every_input_of_the_action() -> None:
    page = (ROOT / "docs" / "ci.md").read_text("utf-8")
    assert [] == [name for name in _action()["inputs"] if f"`{name}`" not in page]
