"""The wheel has all that a run needs: the base domain, the grammars, the pages."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.transcripts import ROOT, run_command


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel's content, as an installation would have it."""
    from hatchling.builders.wheel import WheelBuilder

    folder = tmp_path_factory.mktemp("wheel")
    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    zipfile.ZipFile(wheel).extractall(folder / "site")
    return folder / "site"


def test_the_installed_program_runs_what_the_checkout_runs(installed: Path, tmp_path: Path) -> None:
    assert run_command("aelang run /System/Request/hello", tmp_path) == _run(installed, "/System/Request/hello")


def test_the_installed_program_finds_its_grammars(installed: Path) -> None:
    order = "/Limits/Check/order?group=guests&cpus=1&memory=1"
    assert 'verdict     String                "yes"' in _run(installed, order, "-d", str(ROOT / "examples" / "quota"))


def test_the_pages_of_the_diagnostics_are_installed(installed: Path) -> None:
    pages = Path("aelang", "diagnostics", "pages")
    assert sorted(os.listdir(ROOT / pages)) == sorted(os.listdir(installed / pages))


def test_the_migrations_of_the_store_are_installed(installed: Path) -> None:
    folder = Path("aelang", "requests", "store", "migrations")
    here, there = ({path.name for path in (base / folder).rglob("*.py")} for base in (ROOT, installed))
    assert here == there


def _run(installed: Path, *arguments: str) -> str:
    setting = {**os.environ, "PYTHONPATH": str(installed), "AELANG_CACHE": str(installed / "cache")}
    command = (sys.executable, "-m", "aelang", "run", *arguments)
    done = subprocess.run(command, cwd=installed, env=setting, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stderr
    return done.stdout.strip("\n")
