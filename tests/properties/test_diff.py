"""`diff` tells of a change if and only if the image is another one, and never is silent where runs differ."""

import shutil
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aelang import model
from aelang.project import open_project
from tests.datastores import compiled
from tests.differences import Tried, differences, history, mean_the_same, seen, targets_of
from tests.mutations.domains import MANAGEIQ
from tests.mutations.runs import SEED
from tests.properties.examples import examples
from tests.properties.test_runs import classes
from tests.spellings import CORPUS, converted

OLD = CORPUS / "manageiq-darga"
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@settings(max_examples=examples(40), deadline=None)
@given(classes(), classes())
def test_there_is_a_difference_where_the_images_differ(old: list[model.Class], new: list[model.Class]) -> None:
    one, other = compiled(*old)[0], compiled(*new)[0]
    assert bool(differences(one, other)) != mean_the_same(one, other)


@st.composite
def layers(draw: st.DrawFn) -> list[model.Class]:
    """The same classes in two domains, or one of them, in either order."""
    domains = draw(st.permutations(["High", "Low"]))[: draw(st.integers(1, 2))]
    return [each._replace(domain=name) for name in domains for each in draw(classes())]


@settings(max_examples=examples(40), deadline=None)
@given(layers(), layers())
def test_there_is_a_difference_where_the_overlays_differ(old: list[model.Class], new: list[model.Class]) -> None:
    one, other = compiled(*old)[0], compiled(*new)[0]
    assert bool(differences(one, other)) != mean_the_same(one, other)


@settings(max_examples=examples(50), deadline=None)
@given(classes())
def test_a_datastore_does_not_differ_from_itself(made: list[model.Class]) -> None:
    assert [] == differences(compiled(*made)[0], compiled(*made)[0])


def test_the_first_group_names_a_single_change(tmp_path: Path) -> None:
    tried = Tried(tmp_path, SEED)
    tried.defects(31)
    assert ([], []) == (tried.wrong, tried.unnamed), f"AELANG_SEED={SEED}"


def test_edits_without_meaning_are_no_difference(tmp_path: Path) -> None:
    tried = Tried(tmp_path, SEED)
    tried.edits(20)
    assert [] == tried.wrong, f"AELANG_SEED={SEED}"


@pytest.mark.parametrize("name", ["overlay", "quota", "patching"])
def test_another_spelling_is_no_difference(name: str, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / name, tmp_path / name)
    other = converted(tmp_path / name, "ael", tmp_path / "other")
    old, new = (open_project([str(each)], cache=False) for each in (tmp_path / name, other))
    assert [] == differences(old.image, new.image)


@pytest.mark.skipif(not (OLD.is_dir() and MANAGEIQ.is_dir()), reason="the corpus is not here (AELANG_CORPUS names it)")
@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_runs_differ_only_where_there_is_a_difference(tmp_path: Path) -> None:
    assert [] == silent_steps(tmp_path / "history", 3, SEED)


def silent_steps(folder: Path, steps: int, seed: int) -> list[str]:
    """The steps of a history between two releases of ManageIQ's domain in which `diff` finds nothing and runs do, or
    the images differ; the history is written into `folder`."""
    random = Random(seed)
    silent: list[str] = []
    last = None
    for commit in history(folder, OLD, MANAGEIQ, steps, random):
        now = open_project([f"{folder}@{commit}"], cache=False).image
        if last is not None and not differences(last, now):
            uris = targets_of(now, random, 30)
            if not mean_the_same(last, now) or seen(last, uris) != seen(now, uris):
                silent.append(commit)
        last = now
    return silent
