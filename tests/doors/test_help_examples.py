"""The examples of every help text work as they are printed, from any folder, on the datastore that comes along."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from aelang.cli.commands import COMMANDS, declaration
from aelang.cli.helping import program_help

FILES_OF_ONES_OWN = ("--resume ", "--reference ")
LINES = [
    *(line.strip() for line in program_help().partition("Examples:")[2].splitlines() if line.startswith("  aelang")),
    *(line for name in COMMANDS for line, _ in declaration(name).examples),
]


@pytest.mark.parametrize("line", [line for line in LINES if not any(own in line for own in FILES_OF_ONES_OWN)])
def test_an_example_works_as_it_is_printed(line: str, tmp_path: Path) -> None:
    program = tmp_path / "bin" / "aelang"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m aelang "$@"\n')
    program.chmod(0o755)
    (tmp_path / ".config/fish/completions").mkdir(parents=True)
    root = str(Path(__file__).parents[2])
    path = f"{program.parent}:{os.environ.get('PATH', os.defpath)}"
    setting = {**os.environ, "PATH": path, "PYTHONPATH": root, "HOME": str(tmp_path), "AELANG_CACHE": str(tmp_path)}
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
