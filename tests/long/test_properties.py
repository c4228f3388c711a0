"""Every property again, with AELANG_LONG times as many examples, one file after the other."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(path.relative_to(ROOT) for path in (ROOT / "tests" / "properties").glob("test_*.py"))


@pytest.mark.parametrize("file", FILES, ids=str)
def test_the_properties_hold_over_many_more_examples(file: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]
