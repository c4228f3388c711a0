"""A worker that is killed at every write, of the store and of the devices, in either store.

The small form is tests/hosting/test_crashes.py.
"""

from pathlib import Path

import pytest

from tests.hosting.scenarios import Scenario, Told
from tests.hosting.test_crashes import disturbed
from tests.requests.stores import Stores

SCENARIOS = {
    "a site": Scenario("add"),
    "a change": Scenario("modify"),
    "a deletion": Scenario("delete"),
    "a site that fails in part": Scenario("add", (Told("mail", "fail-after", 2),)),
    "a change that fails": Scenario("modify", (Told("mail", "fail", 2),)),
    "a deletion that fails": Scenario("delete", (Told("dns", "fail", 3),)),
    "a rollback that fails": Scenario(
        "add", (Told("mail", "fail", 2),), (Told("web", "fail-after"), Told("dns", "fail"))
    ),
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_worker_killed_at_any_write_changes_nothing_of_the_end(either: Stores, tmp_path: Path, name: str) -> None:
    assert disturbed(either, tmp_path, SCENARIOS[name], 1) > 40
