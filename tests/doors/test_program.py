"""The program as a whole: help, usage, exit codes, streams."""

import subprocess
import sys
from pathlib import Path

import pytest

from aelang import __main__, __version__
from aelang.cli.commands import COMMANDS
from tests.doors.stores import Aelang

PROGRAM = (sys.executable, "-m", "aelang")


def imported_by(*words: str) -> set[str]:
    """The modules that a process of `aelang` with these words has imported when it ends."""
    code = (
        "import sys; from aelang.__main__ import run; run(sys.argv[1:]);print('MODULES', *sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    return set(done.stderr.rpartition("MODULES ")[2].split())


def test_version_prints_name_and_version(aelang: Aelang) -> None:
    assert (0, f"aelang {__version__}\n", "") == aelang("--version")


def test_version_imports_no_parser() -> None:
    assert not {"click", "aelang.cli"} & imported_by("--version")


def test_help_imports_neither_parser_nor_command() -> None:
    commands = {f"aelang.cli.{name}" for name in COMMANDS}
    assert not ({"click", *commands} & imported_by("--help"))


def test_a_run_on_a_warm_cache_imports_no_parser_of_any_kind(store: Path, aelang: Aelang) -> None:
    aelang("run", "/System/Request/hello", "-d", "store")
    heavy = {"click", "lark", "ruamel", "_ruamel_yaml", "rich", "subprocess", "difflib", "tempfile", "dataclasses"}
    assert not (heavy & imported_by("run", "/System/Request/hello", "-d", "store"))


def test_help_names_every_command_with_its_line(aelang: Aelang) -> None:
    out = aelang("--help").out
    assert [] == [line for name, line in COMMANDS.items() if f"  {name} " not in out or line not in out]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_examples(name: str, aelang: Aelang) -> None:
    done = aelang(name, "--help")
    assert (0, True) == (done.code, "Examples:" in done.out)


def test_an_unknown_command_is_wrong_usage_with_a_hint(aelang: Aelang) -> None:
    done = aelang("rum")
    assert (2, "", True) == (done.code, done.out, "did you mean `run`?" in done.err)


def test_an_unknown_option_is_wrong_usage(aelang: Aelang) -> None:
    done = aelang("run", "/A/B/c", "--trase")
    assert (2, True) == (done.code, "--trase" in done.err)


def test_a_missing_argument_is_wrong_usage(aelang: Aelang) -> None:
    done = aelang("run")
    assert (2, True) == (done.code, "URI" in done.err)


def test_a_fault_of_ours_shows_a_traceback_and_asks_for_a_report(
    aelang: Aelang, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(arguments: list[str]) -> int:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(__main__, "_dispatch", fail)
    done = aelang("ls")
    assert (70, True, True) == (done.code, "ZeroDivisionError: oh" in done.err, "Please report it" in done.err)


def test_an_interrupt_ends_quietly(aelang: Aelang, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(arguments: list[str]) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(__main__, "_dispatch", interrupt)
    assert (130, "", "") == aelang("ls")


def test_a_fault_of_the_environment_is_one_line(aelang: Aelang, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(arguments: list[str]) -> int:
        raise PermissionError(13, "Permission denied", "x.image")

    monkeypatch.setattr(__main__, "_dispatch", fail)
    assert (1, "", "error: x.image: Permission denied\n") == aelang("ls")


def test_a_reader_that_goes_away_ends_the_program_quietly() -> None:
    with subprocess.Popen([*PROGRAM, "completion", "bash"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert b"" == process.stderr.read()
    assert process.returncode == 141


def test_a_closed_standard_output_is_no_fault(tmp_path: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", '"$@" >&-', "sh", *PROGRAM, "completion", "bash"], capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr
