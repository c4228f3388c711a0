"""Two hundred requests for twenty services, with two workers and with eight, in either store.

The small form is tests/hosting/test_contending.py.
"""

from pathlib import Path

import pytest

from tests.hosting import contending
from tests.requests.stores import Stores


@pytest.mark.parametrize("workers", [2, 8])
def test_two_hundred_requests_for_twenty_services(either: Stores, tmp_path: Path, workers: int) -> None:
    bench = contending.lay_out(either.new(), tmp_path / "bench", 20)
    contending.contend(bench, workers, orderers=2, orders=200)
    found = contending.look(bench)
    assert [] == found.wrong
    assert 200 == found.requests
    assert found.ends <= {"Ok", "Failed"}
    assert all(found.reasons)
