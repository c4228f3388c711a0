"""Hostile trees at their full size: still findings, within 10 s of processor time and 300 MB."""

from pathlib import Path

import pytest

from tests.hostile import HOSTILE, validate

SIZES = {"a long file": 100_000, "aliases": 800_000, "a wide list": 4_000_000, "deep nesting": 100_000, "links": 20,
         "long words": 1_000_000, "expressions": 8_000, "code": 60_000, "a crowd of one name": 10_000,
         "a circle": 1_500, "a line of heirs": 2_000}  # fmt: skip


@pytest.mark.parametrize("name", SIZES)
def test_a_large_hostile_tree_ends_in_findings(name: str, tmp_path: Path) -> None:
    hostile = HOSTILE[name]
    hostile.fill(tmp_path / "store", SIZES[name])
    done = validate(tmp_path / "store", hostile.root)
    assert (True, True) == (done.code in (0, 1), hostile.kind in (done.out + done.err).decode()), done.err
    assert done.memory < 300
