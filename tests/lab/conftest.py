"""Laboratories for tests."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lab.bench import Bench


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Bench]]:
    """Makes laboratories, and takes them away."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AELANG_SPOOL", str(tmp_path / "mail"))
    made: list[Bench] = []

    def make(**others: Any) -> Bench:
        folder = tmp_path / f"lab{len(made)}"
        folder.mkdir()
        made.append(Bench(folder, **others))
        return made[-1]

    yield make
    for each in made:
        each.store.close()


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A laboratory in which nothing was otherwise."""
    folder = tmp_path_factory.mktemp("usual")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("AELANG_SPOOL", str(folder / "mail"))
        made = Bench(folder)
        made.order()
        made.work()
    yield made
    made.store.close()


@pytest.fixture
def work(bench: Callable[..., Bench]) -> Callable[..., Bench]:
    """The same, with an order that was worked to the end."""

    def worked(values: Any = None, **others: Any) -> Bench:
        made = bench(**others)
        made.order(values or {})
        made.work()
        return made

    return worked
