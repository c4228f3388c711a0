"""Every conformance vector on a datastore written in `.ael`, and every image in both spellings."""

from pathlib import Path

import pytest

from tests.rooms.test_writer_corpus import image_of
from tests.rooms.test_writer_vectors import asked, failed_in_ael
from tests.spellings import converted, corpora


def test_every_vector_comes_out_as_in_yaml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    every = asked()
    assert (True, []) == (bool(every), failed_in_ael(every, tmp_path, monkeypatch))


@pytest.mark.parametrize("root", corpora(), ids=lambda root: root.name)
def test_the_image_is_the_same_in_both_spellings(root: Path, tmp_path: Path) -> None:
    assert image_of(root) == image_of(converted(root, "ael", tmp_path))
