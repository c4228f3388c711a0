"""The examples print what their pages show, and mean the same in a folder, in a commit and in a zip export."""

import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.transcripts import ROOT, Transcript, copy_of, read_page, run_command

EXAMPLES = sorted(path.parent for path in (ROOT / "examples").glob("*/README.md"))
SHOWN = [
    (example, each) for example in EXAMPLES for case in read_page(example / "README.md") for each in case.transcripts
]
RUNS = [(example, each) for example, each in SHOWN if each.command.startswith("aelang run ")]
NAMES = [f"{example.name} line {each.line}" for example, each in RUNS]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A git repository with all examples in its one commit, and nothing checked out."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    folder = tmp_path_factory.mktemp("repository")
    shutil.copytree(ROOT / "examples", folder / "examples")
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    for arguments in (("init", "-q"), ("add", "."), (*who, "commit", "-q", "-m", "examples")):
        subprocess.run(("git", "-C", str(folder), *arguments), check=True, capture_output=True)
    shutil.rmtree(folder / "examples")
    return folder


def test_the_examples_are_found() -> None:
    assert {"ci", "lifecycle", "overlay", "patching", "quota"} <= {example.name for example in EXAMPLES}


@pytest.mark.parametrize(("example", "shown"), SHOWN, ids=[f"{path.name} line {each.line}" for path, each in SHOWN])
def test_a_command_prints_what_the_page_shows(example: Path, shown: Transcript, tmp_path: Path) -> None:
    copy_of("datastore", tmp_path)
    assert shown.output == run_command(shown.command, copy_of(f"examples/{example.name}", tmp_path))


@pytest.mark.parametrize(("example", "shown"), RUNS, ids=NAMES)
def test_a_commit_means_the_same_as_the_folder(
    example: Path, shown: Transcript, repository: Path, tmp_path: Path
) -> None:
    command = _with_base(shown.command.replace("-d . ", f"-d {repository}@HEAD:examples/{example.name} "))
    assert shown.output == run_command(command, tmp_path)


@pytest.mark.parametrize(("example", "shown"), RUNS, ids=NAMES)
def test_a_zip_export_means_the_same_as_the_folder(example: Path, shown: Transcript, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as export:
        for path in sorted(path for path in example.rglob("*") if path.suffix in (".ael", ".yaml")):
            export.write(path, path.relative_to(example))
    assert shown.output == run_command(_with_base(shown.command.replace("-d . ", "-d export.zip ")), tmp_path)


def _with_base(command: str) -> str:
    """`command` as it reads in another folder than that of the example."""
    return command.replace("../../datastore", str(ROOT / "datastore"))
