"""The small datastore in the current folder, and the command line called in this process."""

from pathlib import Path

import pytest

import aelang as aelang_package
from aelang.__main__ import run
from tests.doors.stores import FILES, Aelang, Done, write


@pytest.fixture(scope="session")
def cache_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache for all tests: a large datastore is compiled once."""
    return tmp_path_factory.mktemp("cache") / "cache.sqlite"


@pytest.fixture(autouse=True)
def _own_surroundings(tmp_path: Path, cache_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AELANG_CACHE", str(cache_file))
    monkeypatch.setenv("AELANG_SPOOL", str(tmp_path / "spool"))
    monkeypatch.setenv("PYTHONPATH", str(Path(aelang_package.__file__).parents[1]))
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """The folder `store`, which holds the small datastore; it lies in the current folder."""
    return write(tmp_path / "store", FILES)


@pytest.fixture
def aelang(capsys: pytest.CaptureFixture[str]) -> Aelang:
    """Calls the command line with its words."""

    def call(*words: str) -> Done:
        capsys.readouterr()
        code = run(list(words))
        said = capsys.readouterr()
        return Done(code, said.out, said.err)

    return call
