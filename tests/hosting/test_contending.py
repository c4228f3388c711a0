"""Many requests for few services: none is in two at once, and each ends or waits for an operator who is told why.

Two and eight workers, and two hundred requests, are in tests/long/test_hosting_contending.py.
"""

from pathlib import Path

from tests.hosting import contending
from tests.requests.stores import Stores


def test_two_workers_and_many_requests_for_few_services(either: Stores, tmp_path: Path) -> None:
    bench = contending.lay_out(either.new(), tmp_path / "bench", 4)
    contending.contend(bench, workers=2, orderers=2, orders=10)
    found = contending.look(bench)
    assert [] == found.wrong
    assert 10 == found.requests
    assert found.ends <= {"Ok", "Failed"}
    assert all(found.reasons)
