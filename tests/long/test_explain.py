"""`explain` agrees with what a run sees, for every field of every instance of the corpus."""

from pathlib import Path

import pytest

from aelang.project import open_project
from tests.explaining import disagreements, miscounted, run_disagreements
from tests.spellings import corpora


@pytest.mark.parametrize("root", corpora(), ids=lambda root: root.name)
def test_explain_agrees_with_what_a_run_sees(root: Path) -> None:
    opened = open_project([str(root)], cache=False)
    looked, wrong = disagreements(opened)
    assert (True, []) == (looked > 0, wrong)
    assert [] == run_disagreements(opened)[1]
    assert [] == miscounted(opened)
    opened.close()
