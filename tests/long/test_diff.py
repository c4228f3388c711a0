"""Hundreds of single changes, and a history of thirty commits between two releases of ManageIQ's domain, told right."""

import shutil
from pathlib import Path

import pytest

from aelang.project import open_project
from tests.differences import Tried, differences
from tests.mutations.domains import MANAGEIQ
from tests.mutations.runs import SEED
from tests.properties.test_diff import OLD, silent_steps
from tests.spellings import converted, corpora


def test_the_first_group_names_each_of_many_single_changes(tmp_path: Path) -> None:
    tried = Tried(tmp_path, SEED)
    tried.defects(300)
    assert tried.told >= 200
    assert ([], []) == (tried.wrong, tried.unnamed), f"AELANG_SEED={SEED}"


def test_many_edits_without_meaning_are_no_difference(tmp_path: Path) -> None:
    tried = Tried(tmp_path, SEED)
    tried.edits(300)
    assert [] == tried.wrong, f"AELANG_SEED={SEED}"


@pytest.mark.skipif(not (OLD.is_dir() and MANAGEIQ.is_dir()), reason="the corpus is not here (AELANG_CORPUS names it)")
@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_runs_differ_only_where_there_is_a_difference(tmp_path: Path) -> None:
    assert [] == silent_steps(tmp_path / "history", 30, SEED)


@pytest.mark.parametrize("root", corpora(), ids=lambda root: root.name)
def test_another_spelling_of_the_corpus_is_no_difference(root: Path, tmp_path: Path) -> None:
    old, new = (open_project([str(each)], cache=False) for each in (root, converted(root, "ael", tmp_path / "other")))
    assert [] == differences(old.image, new.image)
