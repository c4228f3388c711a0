"""On ManageIQ's domain: whatever a run of an entry point passes is named, and what is named is confirmed or withheld.

A hundred random instances for each of several seeds: AELANG_SEED and those after it, as many as AELANG_LONG, at most
twenty; then every instance.
"""

import os
import random
from collections.abc import Iterator, Sequence

import pytest

from aelang import ir
from aelang.analysis.reaching import Graph
from aelang.project import open_project
from tests.reaching import Compared, Visits, compare, graph_of, instances, run_entries
from tests.spellings import CORPUS

LEAST = 0.8
NUMBER = 100
SEED = int(os.environ.get("AELANG_SEED", "0"))
SEEDS = range(SEED, SEED + min(int(os.environ.get("AELANG_LONG", "1")), 20))

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"there is no corpus at {CORPUS} (AELANG_CORPUS)")


@pytest.fixture(scope="module")
def domain() -> Iterator[tuple[ir.Image, Graph, Visits]]:
    opened = open_project([str(CORPUS / "manageiq-content")], cache=False)
    graph = graph_of(opened.image)
    yield opened.image, graph, run_entries(opened.image, graph)
    opened.close()


def _share(found: Sequence[Compared]) -> float:
    """How many of the named entry points are confirmed by a run, or show what withholds them."""
    named = sum(len(each.named) for each in found)
    return 1 - sum(len(each.open) for each in found) / named


@pytest.mark.parametrize("seed", SEEDS)
def test_of_a_hundred_instances_every_entry_point_is_named(seed: int, domain: tuple[ir.Image, Graph, Visits]) -> None:
    image, graph, visits = domain
    chosen = random.Random(seed).sample(instances(image.index), NUMBER)
    found = [compare(image, graph, visits, entry, name) for entry, name in chosen]
    assert [] == [(each.thing.path, each.missed) for each in found if each.missed]
    assert _share(found) >= LEAST


def test_of_every_instance_every_entry_point_is_named(
    domain: tuple[ir.Image, Graph, Visits], capsys: pytest.CaptureFixture[str]
) -> None:
    image, graph, visits = domain
    found = [compare(image, graph, visits, entry, name) for entry, name in instances(image.index)]
    with capsys.disabled():
        named = sum(len(each.named) for each in found)
        print(f"\n{len(found)} instances, {named} named, {_share(found):.3f} confirmed or withheld")  # noqa: T201
    assert [] == [(each.thing.path, each.missed) for each in found if each.missed]
    assert _share(found) >= LEAST
