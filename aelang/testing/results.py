"""What comes of tests."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from aelang.testing.expecting import Failure
from aelang.testing.visits import Visits


class Result(NamedTuple):
    """What came of a test: its `status` is passed, failed or skipped; failures also hold why it was skipped."""

    name: str
    source: str
    line: int
    status: str
    failures: tuple[Failure, ...]
    seconds: float
    digest: str
    visits: Visits


def pack_result(result: Result) -> list[Any]:  # Any: JSON
    """`result` as JSON has it."""
    return [*result[:4], [list(each) for each in result.failures], *result[5:7], result.visits.packed()]


def unpack_result(packed: Sequence[Any]) -> Result:  # Any: JSON
    """What `pack_result` packed."""
    name, source, line, status, failures, seconds, digest, visits = packed
    return Result(name, source, line, status, tuple(Failure(*each) for each in failures), seconds, digest,
                  Visits.unpacked(visits))  # fmt: skip
