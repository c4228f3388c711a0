"""What all properties are tried with: the databases, and the recursion limit that a run of the usual depth wants."""

import sys
from collections.abc import Iterator

import pytest

from aelang import ir
from aelang.engine import Engine
from tests.requests.conftest import server, stores

__all__ = ["server", "stores"]


@pytest.fixture(autouse=True, scope="module")
def the_usual_recursion_limit() -> Iterator[None]:
    """Hypothesis lets a run raise the limit to what it was before: so it is what a run raises it to."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(1000)
    Engine(ir.Image(ir.Index((), ()), lambda path: None)).run("/nothing")
    yield
    sys.setrecursionlimit(max(before, sys.getrecursionlimit()))
