"""Tests of a datastore, written by its authors as Markdown pages or YAML; and a handle for unit tests of methods."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aelang.testing.fake_evm import FakeEvm as FakeEvm

__all__ = ["FakeEvm"]


def __getattr__(name: str) -> object:
    if name == "FakeEvm":  # it brings the engine along, which the readers of pages do without
        from aelang.testing.fake_evm import FakeEvm

        return FakeEvm
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
