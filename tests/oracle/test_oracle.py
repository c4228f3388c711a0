"""Every vector of the reference engine comes out as it says, or differs under a number of the language's page."""

from collections import Counter
from typing import Any

import pytest

from tests.oracle.harness import Verdict, judge, reason_to_leave_out
from tests.oracle.vectors import Vector, given_vectors, read_deviations, read_vectors

_VECTORS = list(read_vectors())
_DEVIATIONS = read_deviations()
_LEFT_OUT = {vector.id: reason for vector in _VECTORS if (reason := reason_to_leave_out(vector))}


@pytest.mark.parametrize("vector", [pytest.param(each, id=each.id) for each in _VECTORS if each.id not in _LEFT_OUT])
def test_vector(vector: Vector, record_property: Any) -> None:
    found = judge(vector, _DEVIATIONS)
    record_property("oracle", found.verdict.value)
    assert found.verdict is not Verdict.FAILED, "\n".join([found.reason, *map(str, found.differences[:12])])


def test_what_is_left_out_is_counted_with_its_reason(record_property: Any) -> None:
    for reason, count in sorted(Counter(_LEFT_OUT.values()).items()):
        record_property("oracle-left-out", f"{count} {reason}")
    assert all(_LEFT_OUT.values())


def test_there_is_something_to_run() -> None:
    assert len(_VECTORS) > len(_LEFT_OUT)


def test_every_deviation_names_a_vector_that_is_run() -> None:
    if given_vectors() is not None:
        pytest.skip("AELANG_GOLDEN is set: the deviations are those of the vectors it replaces")
    kinds = {_kind(vector.id) for vector in _VECTORS}
    known = {vector.id for vector in _VECTORS if vector.id not in _LEFT_OUT}
    unknown = [each for each in _DEVIATIONS if each not in known and _kind(each) in kinds]
    assert unknown == []


def _kind(name: str) -> tuple[str, bool]:
    """The area of a vector, and whether it is one of those over the reference engine's own test data."""
    area, _, rest = name.partition("/")
    return area, rest.startswith("spec_")
