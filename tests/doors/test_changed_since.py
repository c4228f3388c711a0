"""`aelang validate --changed-since`: what a change touches or breaks elsewhere, and nothing older."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.doors.stores import Aelang, write

INSTANCE = (
    "object_type: instance\nobject:\n  attributes: {{name: {name}}}\n  fields:\n  - rel1:\n      value: {target}\n"
)
REQUEST = "Low/System/Request.class"
OLD = INSTANCE.format(name="old", target="/System/Nowhere/old")
LEAF = "object_type: instance\nobject:\n  attributes: {name: two}\n  fields: []\n"

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def _git(*arguments: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(("git", *who, *arguments), check=True, capture_output=True)


def _commit() -> None:
    _git("add", "-A")
    _git("commit", "-q", "-m", "more", "--allow-empty")


@pytest.fixture
def repository(store: Path) -> Path:
    """The store in a commit on the branch `main`, with one thing wrong in it."""
    (store / REQUEST / "failing.yaml").unlink()
    (store / "Low/System/Leaf.class/_missing.yaml").unlink(missing_ok=True)
    user = INSTANCE.format(name="user", target="/System/Leaf/two")
    write(store, {f"{REQUEST}/old.yaml": OLD, f"{REQUEST}/user.yaml": user, "Low/System/Leaf.class/two.yaml": LEAF})
    _git("init", "-q", "-b", "main")
    _commit()
    return store


def _told(aelang: Aelang, revision: str, *more: str, root: str = "store") -> list[tuple[str, str]]:
    done = aelang("validate", root, "--without-code", "--json", "--changed-since", revision, *more)
    found = [json.loads(line) for line in done.out.splitlines()]
    return [(each["kind"], each["file"].removeprefix("store/")) for each in found]


def test_nothing_changed_and_nothing_is_told(aelang: Aelang, repository: Path) -> None:
    assert [] == _told(aelang, "HEAD")


def test_a_new_fault_is_told_and_an_old_one_is_not(aelang: Aelang, repository: Path) -> None:
    write(repository, {f"{REQUEST}/new.yaml": INSTANCE.format(name="new", target="/System/Nowhere/new")})
    assert [("unknown-class", f"{REQUEST}/new.yaml")] == _told(aelang, "HEAD")


def test_a_deleted_instance_is_told_at_its_users(aelang: Aelang, repository: Path) -> None:
    (repository / "Low/System/Leaf.class/two.yaml").unlink()
    assert [f"{REQUEST}/user.yaml"] == [file for _, file in _told(aelang, "HEAD")]


def test_a_fault_whose_line_moves_is_old(aelang: Aelang, repository: Path) -> None:
    write(repository, {f"{REQUEST}/old.yaml": "# a comment\n\n" + OLD})
    assert [] == _told(aelang, "HEAD")


def test_a_file_that_was_moved_takes_its_fault_along(aelang: Aelang, repository: Path) -> None:
    folder = repository / "Low/System"
    shutil.copytree(folder / "Request.class", folder / "Requests.class")
    shutil.rmtree(folder / "Request.class")
    assert [] == [kind for kind, _ in _told(aelang, "HEAD") if kind == "unknown-class"]


def test_a_fault_that_comes_while_a_file_with_its_like_goes_is_new(aelang: Aelang, repository: Path) -> None:
    (repository / REQUEST / "old.yaml").unlink()
    write(repository, {f"{REQUEST}/user.yaml": INSTANCE.format(name="user", target="/System/Nowhere/old")})
    assert [("unknown-class", f"{REQUEST}/user.yaml")] == _told(aelang, "HEAD")


def test_three_dots_mean_the_commit_where_the_branch_left(aelang: Aelang, repository: Path) -> None:
    _git("checkout", "-q", "-b", "mine")
    write(repository, {f"{REQUEST}/new.yaml": INSTANCE.format(name="new", target="/System/Nowhere/new")})
    _commit()
    _git("checkout", "-q", "main")
    (repository / REQUEST / "old.yaml").unlink()
    _commit()
    _git("checkout", "-q", "mine")
    told = [_told(aelang, revision) for revision in ("main...", "main", "HEAD~1")]
    new, old = ("unknown-class", f"{REQUEST}/new.yaml"), ("unknown-class", f"{REQUEST}/old.yaml")
    assert [[new], [new, old], [new]] == told


def test_a_datastore_that_was_not_there_yet_has_new_findings_only(aelang: Aelang, repository: Path) -> None:
    shutil.copytree(repository / "Low", Path("added/Low"))
    assert [("unknown-class", f"added/{REQUEST}/old.yaml")] == _told(aelang, "HEAD", root="added")


def test_a_folder_that_was_no_datastore_yet_has_new_findings_only(aelang: Aelang, repository: Path) -> None:
    write(Path("added"), {"notes.txt": "later"})
    _commit()
    shutil.copytree(repository / "Low", Path("added/Low"))
    assert [("unknown-class", f"added/{REQUEST}/old.yaml")] == _told(aelang, "HEAD", root="added")


def test_the_root_may_be_the_whole_repository(
    aelang: Aelang, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(".git")
    monkeypatch.chdir(repository)
    _git("init", "-q", "-b", "main")
    _commit()
    write(repository, {f"{REQUEST}/new.yaml": INSTANCE.format(name="new", target="/System/Nowhere/new")})
    assert [("unknown-class", f"{REQUEST}/new.yaml")] == _told(aelang, "HEAD", root=".")


def test_a_reference_is_taken_as_it_was_too(aelang: Aelang, repository: Path) -> None:
    declared = "object_type: {kind}\nobject:\n  attributes: {{name: {name}}}\n"
    schema = "  schema:\n  - field: {aetype: relationship, name: rel1}\n"
    write(
        Path("ours"),
        {
            "Ours/__domain__.yaml": declared.format(kind="domain", name="Ours"),
            "Ours/Own/__namespace__.yaml": declared.format(kind="namespace", name="Own"),
            "Ours/Own/Use.class/__class__.yaml": declared.format(kind="class", name="Use") + schema,
            "Ours/Own/Use.class/one.yaml": INSTANCE.format(name="one", target="/System/Leaf/two"),
        },
    )
    _commit()
    (repository / "Low/System/Leaf.class/two.yaml").unlink()
    told = _told(aelang, "HEAD", "--reference", "store", root="ours")
    assert ["ours/Ours/Own/Use.class/one.yaml"] == [file for _, file in told]


def test_an_allowance_that_is_taken_away_makes_its_finding_new(aelang: Aelang, repository: Path) -> None:
    allowed = OLD.rstrip("\n") + "  # aelang: allow unknown-class -- later\n"
    write(repository, {f"{REQUEST}/old.yaml": allowed})
    _commit()
    write(repository, {f"{REQUEST}/old.yaml": OLD})
    assert [("unknown-class", f"{REQUEST}/old.yaml")] == _told(aelang, "HEAD")


def test_an_allowance_of_the_configuration_counts_as_it_was(aelang: Aelang, repository: Path) -> None:
    entry = '\n[[rules.allow]]\nkind = "unknown-class"\npath = "store/**"\nreason = "later"\n'
    Path("aelang.toml").write_text('roots = ["store"]\n' + entry, "utf-8")
    _commit()
    Path("aelang.toml").write_text('roots = ["store"]\n', "utf-8")
    assert [("unknown-class", f"{REQUEST}/old.yaml")] == _told(aelang, "HEAD")


def test_the_profile_holds_for_what_was_found_then(aelang: Aelang, repository: Path) -> None:
    klass = repository / "Low/System/Leaf.class/__class__.yaml"
    klass.write_text(
        klass.read_text("utf-8").replace("priority: 1\n", "priority: 1\n      condition: IF true\n"), "utf-8"
    )
    _commit()
    told = aelang("validate", "store", "--profile", "manageiq", "--json", "--without-code").out
    assert (True, []) == ("ignored-by-manageiq" in told, _told(aelang, "HEAD", "--profile", "manageiq"))


@pytest.mark.parametrize("revision", ["nope", "nope...", "main...mine", "--all", "HEAD:store", ""])
def test_what_is_no_revision_is_told(aelang: Aelang, repository: Path, revision: str) -> None:
    done = aelang("validate", "store", f"--changed-since={revision}")
    assert (1, "", True) == (done.code, done.out, done.err.startswith("error: "))


def test_a_folder_outside_of_any_repository_is_told(aelang: Aelang, store: Path) -> None:
    done = aelang("validate", "store", "--changed-since", "HEAD")
    assert (1, True) == (done.code, "is in no git repository" in done.err)


def test_without_git_it_is_told(aelang: Aelang, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    done = aelang("validate", "store", "--without-code", "--changed-since", "HEAD")
    assert (1, True) == (done.code, "git cannot be started" in done.err)


def test_a_git_tree_cannot_have_changed(aelang: Aelang, repository: Path) -> None:
    done = aelang("validate", ".@HEAD:store", "--changed-since", "HEAD")
    assert (1, True) == (done.code, "is no folder" in done.err)


def test_only_what_is_new_is_put_right(aelang: Aelang, repository: Path) -> None:
    old, new = repository / REQUEST / "old.yaml", repository / REQUEST / "user.yaml"
    old.write_text(OLD.replace("instance", "class", 1), "utf-8")
    _commit()
    new.write_text(new.read_text("utf-8").replace("instance", "class", 1), "utf-8")
    aelang("validate", "store", "--changed-since", "HEAD", "--fix")
    assert ["object_type: class", "object_type: instance"] == [
        path.read_text("utf-8").splitlines()[0] for path in (old, new)
    ]
