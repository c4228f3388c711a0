"""`aelang diff` of two releases of ManageIQ's domain, as two commits of a repository."""

import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from benchmarks.processes import BARE, Bench, Command, aelang, built_command, corpus_folder
from benchmarks.report import Broken, Figure, Skipped

_RELEASES = ("manageiq-darga", "manageiq-content")
_VALIDATED = frozenset((0, 1))  # 1: the datastore has findings, which is for the tests to judge


class Times(NamedTuple):
    """Milliseconds of whole processes: a bare start, a cold `validate` of the later release, `diff` cold and warm."""

    bare: float
    validate: float
    cold: float
    warm: float


def cold(bench: Bench) -> Figure:
    """The whole process with an empty cache, against a cold `validate` of the later of both."""
    times = bench.once("diff", _times)
    return Figure(times.cold, times.validate, "2,285 files in two revisions, 529 changes before they are folded")


def warm(bench: Bench) -> Figure:
    """The whole process when both revisions are in the cache, against a bare start."""
    times = bench.once("diff", _times)
    return Figure(times.warm, times.bare)


def _times(bench: Bench) -> Times:
    command = built_command(bench, "diff")
    repository = bench.once("two releases", _repository)
    run = aelang(command, "HEAD~1..HEAD", "-d", str(repository), "--format", "json")
    checked = Command(aelang("validate", str(repository)), bench.forget_cache, _VALIDATED)
    rounds = max(3, bench.rounds // 2)
    cold = bench.best({"validate": checked, "cold": Command(run, bench.forget_cache)}, rounds)
    bench.time(Command(run))
    warm = bench.best({"bare": Command(BARE), "warm": Command(run)})
    return Times(warm["bare"], cold["validate"], cold["cold"], warm["warm"])


def _repository(bench: Bench) -> Path:
    if shutil.which("git") is None:
        raise Skipped("git is not installed")
    folder = bench.scratch / "releases"
    folder.mkdir()
    _git(folder, "init", "-q")
    for release in _RELEASES:
        if (folder / "ManageIQ").is_dir():
            shutil.rmtree(folder / "ManageIQ")
        shutil.copytree(corpus_folder(release) / "ManageIQ", folder / "ManageIQ")
        _git(folder, "add", "-A")
        _git(folder, "commit", "-q", "-m", release)
    return folder


def _git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=bench", "-c", "user.email=bench@example.com", "-c", "commit.gpgsign=false")
    done = subprocess.run(("git", "-C", str(folder), *who, *arguments), capture_output=True, check=False)
    if done.returncode:
        raise Broken(f"git {arguments[0]}: {done.stderr.decode('utf-8', 'replace').strip()}")
