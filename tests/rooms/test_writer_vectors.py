"""A sample of the conformance vectors comes out of a datastore written in `.ael` as out of the one in YAML."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.oracle import runs, vectors
from tests.oracle.harness import Verdict, judge, reason_to_leave_out
from tests.oracle.vectors import Vector
from tests.spellings import converted

EVERY = 25


def asked() -> list[Vector]:
    """The vectors that run something."""
    found = [each for each in vectors.read_vectors() if not each.fault and "fn" not in each.data]
    return [each for each in found if not reason_to_leave_out(each)]


def failed_in_ael(sample: Sequence[Vector], folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the vectors of `sample` that fail on their datastores in `.ael`, which are written to `folder`."""
    roots = sorted({root for vector in sample for root in vectors.roots_of(vector)})
    written = {root: converted(root, "ael", folder / str(at)) for at, root in enumerate(roots)}
    deviations = vectors.read_deviations()
    monkeypatch.setattr(runs, "roots_of", lambda vector: [written[root] for root in vectors.roots_of(vector)])
    return [vector.id for vector in sample if judge(vector, deviations).verdict is Verdict.FAILED]


def test_vectors_come_out_as_in_yaml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sample = [each for each in asked() if "manageiq-content" not in str(vectors.roots_of(each))][::EVERY]
    assert (True, []) == (bool(sample), failed_in_ael(sample, tmp_path, monkeypatch))
