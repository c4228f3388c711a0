"""Completion: what the shell is offered, and the scripts that ask for it."""

import os
import subprocess
import sys
from pathlib import Path
from shutil import which

import pytest

from aelang.cli.completing import candidates
from tests.doors.stores import Aelang


def test_the_first_word_is_a_command() -> None:
    assert ["compile", "completion"] == candidates(["comp"])


def test_without_any_word_all_commands_are_offered() -> None:
    assert "run" in candidates([""])


def test_options_are_offered_behind_a_dash() -> None:
    assert ["--trace", "--trace-format"] == candidates(["run", "--tra"])


def test_an_option_that_was_given_is_not_offered_again() -> None:
    assert ["--trace-format"] == candidates(["run", "--trace", "--tra"])


def test_an_option_that_may_be_given_again_is_offered_again() -> None:
    assert ["--datastore"] == candidates(["run", "-d", "x", "--data"])


def test_choices_of_an_option_are_offered() -> None:
    assert ["json"] == candidates(["run", "--format", "j"])


def test_choices_behind_an_equals_sign_are_offered() -> None:
    assert ["--format=json"] == candidates(["run", "--format=j"])


def test_roots_are_folders_for_the_shell_to_offer() -> None:
    assert [":folders"] == candidates(["run", "-d", ""])


def test_a_value_that_cannot_be_known_offers_nothing() -> None:
    assert [] == candidates(["run", "--user", ""])


def test_the_shells_are_offered() -> None:
    assert ["zsh"] == candidates(["completion", "z"])


def test_an_unknown_command_offers_nothing() -> None:
    assert [] == candidates(["nope", "x"])


def test_paths_are_offered_a_level_at_a_time(store: Path) -> None:
    assert ["/High/", "/Low/", "/System/"] == candidates(["run", "-d", "store", "/"])


def test_names_in_a_path_ignore_case(store: Path) -> None:
    assert ["/System/Request/"] == candidates(["run", "-d", "store", "/system/req"])


def test_instances_of_all_enabled_domains_are_offered(store: Path) -> None:
    assert ["/System/Request/failing", "/System/Request/hello"] == candidates(
        ["show", "-d", "store", "/System/Request/"]
    )


def test_the_path_may_begin_with_a_domain(store: Path) -> None:
    assert ["/High/System/Request/hello"] == candidates(["show", "-d", "store", "/High/System/Request/h"])


def test_domains_are_offered_behind_a_comma(store: Path) -> None:
    assert ["Low,High"] == candidates(["run", "-d", "store", "--domains", "Low,H"])


def test_a_root_that_is_none_offers_nothing(tmp_path: Path) -> None:
    assert [] == candidates(["run", "-d", "nowhere", "/"])


def test_completing_imports_no_parser(store: Path) -> None:
    code = "import sys; from aelang.__main__ import run; run(['__complete', 'run', '/']); print('click' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert "False" == done.stdout.splitlines()[-1]


def test_bash_fills_in_what_is_offered(store: Path, aelang: Aelang, tmp_path: Path) -> None:
    if which("bash") is None:
        pytest.skip("bash is not installed")
    (tmp_path / "aelang").write_text(f'#!/bin/sh\nexec {sys.executable} -m aelang "$@"\n')
    (tmp_path / "aelang").chmod(0o755)
    script = aelang("completion", "bash").out + (
        "COMP_WORDS=(aelang run -d store /system/r); COMP_CWORD=4; compopt() { :; }; _aelang aelang /system/r run\n"
        'printf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True, env=environment)
    assert "/System/Request/\n" == done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_one_that_the_shell_can_read(shell: str, aelang: Aelang, tmp_path: Path) -> None:
    if which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    script = tmp_path / "script"
    script.write_text(aelang("completion", shell).out)
    assert 0 == subprocess.run([shell, "-n", str(script)], check=False).returncode
