"""The main job: targets of ManageIQ's own domain, followed to their ends, with the trace a person reads.

`main_job.txt` holds a command and its trace, one after the other. For all but the first, the reference engine's own
log of the same target is among the reference vectors, and `tests/oracle` compares with it.
"""

import os
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from aelang.__main__ import run

HERE = Path(__file__).parent
CORPUS = Path(os.environ.get("AELANG_CORPUS") or HERE.parents[2] / "shared" / "corpus")
DOMAIN = CORPUS / "manageiq-content"


def _jobs() -> Iterator[tuple[str, str]]:
    for job in (HERE / "main_job.txt").read_text("utf-8").split("$ aelang ")[1:]:
        command, _, trace = job.partition("\n")
        yield command, trace.rstrip("\n") + "\n"


JOBS = dict(_jobs())


def test_there_are_thirty_targets_and_more() -> None:
    assert len(JOBS) > 30


@pytest.mark.skipif(not DOMAIN.is_dir(), reason=f"ManageIQ's own domain is not at {DOMAIN} (AELANG_CORPUS)")
@pytest.mark.parametrize("command", JOBS)
def test_the_target_is_followed_to_its_end(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(HERE)  # from one folder, so that the cache knows the domain from the second target on
    code = run([*shlex.split(command), "-d", str(DOMAIN)])
    assert (code, capsys.readouterr().err) == (0, JOBS[command])
