"""The examples of every help text work as they are printed, from any folder, on the datastore that comes along."""

import gzip
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from aelang.__main__ import run
from aelang.cli.commands import command_names, declaration
from aelang.cli.helping import program_help

FILES_OF_ONES_OWN = ("--resume ", "--reference ", "store load ", "aelang diff ", "log --follow ", "--jsonl /var/log/")
REQUESTS_OF_ONES_OWN = tuple(
    f"request {each} "
    for each in (
        "retry",
        "resume",
        "continue",
        "repair",
        "move-to",
        "commands",
        "journal",
        "create add_service",
        "order",
        "check-out",
    )
)
TESTS_OF_ONES_OWN = ("aelang watch", "test tests/", "test --coverage", "test --affected")
DRAWN_BY_OTHERS = () if shutil.which("dot") else (".svg",)
OWN = (*FILES_OF_ONES_OWN, *REQUESTS_OF_ONES_OWN, *TESTS_OF_ONES_OWN, *DRAWN_BY_OTHERS, "task show ", "account show ")
ABOUT_REQUESTS = (
    "aelang request ",
    "aelang account ",
    "aelang event ",
    "aelang task ",
    "aelang queue ",
    "aelang worker",
    "aelang store ",
)
MACHINES = """\
ExtManagementSystem:
  - {id: 1, name: rhev, emstype: rhevm}
Vm:
  - {id: 12, name: web, ems_id: 1}
"""
LINES = [
    *(line.strip() for line in program_help().partition("Examples:")[2].splitlines() if line.startswith("  aelang")),
    *(line for name in command_names() for line, _ in declaration(name).examples),
]


@pytest.fixture(scope="session")
def a_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with one request, which waits for approval, and a machine with one event."""
    folder = tmp_path_factory.mktemp("requests")
    place, machines = folder / "store.sqlite", folder / "machines.yaml"
    machines.write_text(MACHINES)
    assert 0 == run(["store", "init", "--store", str(place)])
    assert 0 == run(["store", "load", str(machines), "--store", str(place)])
    assert 0 == run(["request", "create", "automation", "/System/Request/hello", "--store", str(place)])
    assert 0 == run(["event", "raise", "vm_create", "--target", "Vm:12", "--store", str(place)])
    return place


@pytest.mark.parametrize("line", [line for line in LINES if not any(own in line for own in OWN)])
def test_an_example_works_as_it_is_printed(line: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if line.startswith(ABOUT_REQUESTS) and "store init" not in line:
        place = tmp_path / ".local/share/aelang/store.sqlite"
        place.parent.mkdir(parents=True)
        shutil.copy(request.getfixturevalue("a_store"), place)
    if "automation.log" in line:
        _write_logs(tmp_path)
    program = tmp_path / "bin" / "aelang"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m aelang "$@"\n')
    program.chmod(0o755)
    (tmp_path / ".config/fish/completions").mkdir(parents=True)
    root = str(Path(__file__).parents[2])
    path = f"{program.parent}:{os.environ.get('PATH', os.defpath)}"
    setting = {**os.environ, "PATH": path, "PYTHONPATH": root, "HOME": str(tmp_path), "AELANG_CACHE": str(tmp_path)}
    setting.pop("AELANG_STORE", None)
    setting.pop("XDG_DATA_HOME", None)
    shell = "zsh" if "zsh" in line else "bash"
    line = f"compdef() {{ :; }}; {line}" if shell == "zsh" else line
    try:
        done = subprocess.run(
            [shell, "-c", line],
            cwd=tmp_path,
            env=setting,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        pytest.skip(f"no {shell} on the PATH")
    assert (0, "") == (done.returncode, "" if done.returncode == 0 else done.stderr)


def _write_logs(folder: Path) -> None:
    """An appliance's log, as it is, packed, and in a folder."""
    line = "[----] I, [2026-01-02T03:04:05.000000 #7:abc]  INFO -- automation: Instantiating [/A/b?miq_request=59]\n"
    (folder / "log").mkdir()
    for name in ("automation.log", "log/automation.log"):
        (folder / name).write_text(line)
    (folder / "automation.log.gz").write_bytes(gzip.compress(line.encode()))
