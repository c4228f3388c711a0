"""Three hundred single defects and three hundred harmless edits for each of several seeds: AELANG_SEED and those after
it, as many as AELANG_LONG, at most twenty."""

import os
from pathlib import Path

import pytest

from tests.mutations.runs import SEED, run_defects, run_edits

NUMBER = 300
LEAST = 0.97
SEEDS = range(SEED, SEED + min(int(os.environ.get("AELANG_LONG", "1")), 20))


@pytest.mark.parametrize("seed", SEEDS)
def test_nearly_all_single_defects_are_reported_where_they_are(
    seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = run_defects(tmp_path, seed, NUMBER, everywhere=True)
    with capsys.disabled():
        print(f"\n{run.report()} defects")  # noqa: T201 - the seed is always told
    assert run.share >= LEAST


@pytest.mark.parametrize("seed", SEEDS)
def test_harmless_edits_change_no_finding(seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = run_edits(tmp_path, seed, NUMBER, everywhere=True)
    with capsys.disabled():
        print(f"\n{run.report()} edits")  # noqa: T201 - the seed is always told
    assert run.failed == []
