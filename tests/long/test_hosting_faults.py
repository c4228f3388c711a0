"""Every fault of a device at every command and every undo, and faults by chance, in either store.

The small form is tests/hosting/test_faults.py.
"""

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from aelang.requests.store.upkeep import check_store
from tests.hosting import scenarios
from tests.hosting.bench import Hoster
from tests.hosting.scenarios import ATTEMPTS, FAULTS, ORDER, Scenario, Told
from tests.requests.stores import Stores

_SIZE = int(os.environ.get("AELANG_LONG") or 0)


def by_chance(number: int) -> Iterator[Scenario]:
    """A command that fails for good, and any of the undos that go wrong."""
    chance = random.Random(7)
    for _ in range(number):
        change = chance.choice(sorted(ORDER))
        place = chance.randrange(len(ORDER[change]))
        last, before = ORDER[change][place], ORDER[change][:place]
        backward = tuple(Told(each, chance.choice(FAULTS)) for each in before if chance.random() < 0.6)
        yield Scenario(change, (Told(last, "fail", ATTEMPTS[last]),), backward)


@pytest.mark.parametrize("part", ["forward", "back", "all wrong", "by chance"])
def test_each_change_ends_well_or_is_taken_back(either: Stores, tmp_path: Path, part: str) -> None:
    every = {
        "forward": scenarios.going_forward(),
        "back": scenarios.going_back(),
        "all wrong": scenarios.going_all_wrong(),
        "by chance": by_chance(10 * _SIZE),
    }[part]
    hoster = Hoster(either.new(), tmp_path / "devices")
    for number, each in enumerate(every):
        scenarios.check(hoster, each, f"a{number}")
    assert () == check_store(hoster.store.path or hoster.store.name)
    hoster.store.close()
