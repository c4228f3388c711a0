"""Single defects put into clean domains are reported where they were put, or at their user; harmless edits change no
finding.

The places are drawn from all that there are, by the seed in AELANG_SEED, which is printed. What counts as a defect, and
what is left out because nobody could tell it from what was meant, says `tests/mutations/defects.py`. The corpus, where
it is there, is drawn from too. `tests/long/test_mutations.py` does the same with hundreds of changes of several seeds,
and with ManageIQ's own domain.
"""

from pathlib import Path

import pytest

from tests.mutations.runs import SEED, run_defects, run_edits

LEAST = 0.97


def test_nearly_all_single_defects_are_reported_where_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = run_defects(tmp_path, SEED, 62)
    with capsys.disabled():
        print(f"\n{run.report()} defects")  # noqa: T201 - the seed is always told
    assert run.share >= LEAST, run.report()


def test_harmless_edits_change_no_finding(tmp_path: Path) -> None:
    run = run_edits(tmp_path, SEED, 40)
    assert run.failed == [], run.report()
