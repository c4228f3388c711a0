"""Trees: directories, git trees, zip exports and memory give the same files, and nothing outside of them."""

import errno
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from aelang.diagnostics import Diagnostic
from aelang.loader.trees import MAX_BYTES, DirectoryTree, MemoryTree, Tree, open_tree

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="no git on the PATH")
FILES = {
    "Demo/__domain__.yaml": b"a: 1\n",
    "Demo/Shop/__namespace__.yaml": b"b: 1\n",
    "Demo/Shop/X.class/__methods__/m.rb": b"# code\n",
    "Demo/Shop/X.class/\xc3\xa9 x.yaml".encode("latin-1").decode(): b"\xff\n",
}


def make_files(folder: Path, files: Mapping[str, bytes]) -> None:
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


def make_commit(folder: Path) -> None:
    git = ["git", "-C", str(folder), "-c", "user.name=Ann", "-c", "user.email=ann@example.com"]
    subprocess.run([*git, "init", "-q", "-b", "main"], check=True, capture_output=True)
    subprocess.run([*git, "add", "-A"], check=True, capture_output=True)
    subprocess.run([*git, "commit", "-qm", "Add the files"], check=True, capture_output=True)


def make_zip(path: Path, files: Mapping[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)


def opened(root: str) -> Tree:
    tree = open_tree(root)
    assert not isinstance(tree, Diagnostic), tree
    return tree


def refused(root: str) -> str:
    tree = open_tree(root)
    assert isinstance(tree, Diagnostic)
    return tree.kind.slug


def contents(tree: Tree) -> dict[str, bytes | str]:
    paths = [entry.path for entry in tree.listing().entries]
    read = tree.read(paths)
    return {
        path: data.kind.slug if isinstance(data, Diagnostic) else data for path, data in zip(paths, read, strict=True)
    }


def said(tree: Tree) -> list[tuple[str, str]]:
    return [(each.kind.slug, each.span.source) for each in tree.listing().diagnostics]


def test_a_directory_gives_its_files_sorted(tmp_path: Path) -> None:
    make_files(tmp_path, FILES)
    assert sorted(FILES.items()) == list(contents(opened(str(tmp_path))).items())


@needs_git
def test_a_git_tree_gives_the_same_files_as_its_directory(tmp_path: Path) -> None:
    make_files(tmp_path, FILES)
    make_commit(tmp_path)
    assert contents(opened(str(tmp_path))) == contents(opened(f"{tmp_path}@main"))


def test_a_zip_export_gives_the_same_files_as_its_directory(tmp_path: Path) -> None:
    make_files(tmp_path / "tree", FILES)
    make_zip(tmp_path / "x.zip", FILES)
    assert contents(opened(str(tmp_path / "tree"))) == contents(opened(str(tmp_path / "x.zip")))


def test_memory_gives_the_same_files_as_a_directory(tmp_path: Path) -> None:
    make_files(tmp_path, FILES)
    assert contents(opened(str(tmp_path))) == contents(MemoryTree("m", FILES))


def test_other_files_and_hidden_folders_are_left_out(tmp_path: Path) -> None:
    make_files(tmp_path, {"README.md": b"", ".git/x.yaml": b"", "a/.cache/x.yaml": b"", "a/x.yaml": b""})
    assert ["a/x.yaml"] == list(contents(opened(str(tmp_path))))


@needs_git
def test_a_folder_of_a_revision_is_a_tree_of_its_own(tmp_path: Path) -> None:
    make_files(tmp_path, FILES)
    make_commit(tmp_path)
    assert ["__namespace__.yaml"] == list(contents(opened(f"{tmp_path}@main:Demo/Shop/")))[2:]


@needs_git
@pytest.mark.parametrize(
    ("root", "shown"),
    [("@main", "@main:Demo/x.yaml"), ("@main:", "@main:Demo/x.yaml"), ("@main:Demo", "@main:Demo/x.yaml")],
)
def test_a_file_of_a_git_tree_is_shown_as_git_names_it(tmp_path: Path, root: str, shown: str) -> None:
    make_files(tmp_path, FILES)
    make_commit(tmp_path)
    path = "x.yaml" if root.endswith("Demo") else "Demo/x.yaml"
    assert f"{tmp_path}{shown}" == opened(f"{tmp_path}{root}").display(path)


@needs_git
def test_the_identity_of_a_git_tree_changes_with_its_content_only(tmp_path: Path) -> None:
    make_files(tmp_path, FILES)
    make_commit(tmp_path)
    before = opened(f"{tmp_path}@HEAD:Demo").identity()
    make_files(tmp_path, {"README.md": b"more\n"})
    make_commit(tmp_path)
    middle = opened(f"{tmp_path}@HEAD:Demo").identity()
    make_files(tmp_path, {"Demo/__domain__.yaml": b"a: 2\n"})
    make_commit(tmp_path)
    assert (True, False) == (before == middle, middle == opened(f"{tmp_path}@HEAD:Demo").identity())


@needs_git
@pytest.mark.parametrize(
    ("tail", "slug"),
    [
        ("@nowhere", "unknown-revision"),
        ("@main:Nowhere", "unknown-revision"),
        ("@main:Demo/__domain__.yaml", "unknown-revision"),
        ("@", "not-a-datastore"),
        ("@--help", "unknown-revision"),
        ("@main\n", "unknown-revision"),
        ("@main:../x", "unknown-revision"),
    ],
)
def test_what_a_repository_does_not_have_is_a_diagnostic(tmp_path: Path, tail: str, slug: str) -> None:
    make_files(tmp_path, FILES)
    make_commit(tmp_path)
    assert slug == refused(f"{tmp_path}{tail}")


@needs_git
def test_a_directory_without_a_repository_has_no_revisions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    (tmp_path / "plain").mkdir()
    assert "not-a-datastore" == refused(f"{tmp_path}/plain@main")


def test_without_git_a_revision_is_refused_with_its_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found = open_tree(f"{tmp_path}@main")
    assert isinstance(found, Diagnostic)
    assert found.message.endswith("git cannot be started: No such file or directory")


@needs_git
def test_settings_in_the_environment_do_not_lead_git_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_files(tmp_path, FILES)
    make_commit(tmp_path)
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    assert 4 == len(contents(opened(f"{tmp_path}@main")))


@pytest.mark.parametrize("name", ["nothing", "notes.txt"])
def test_what_is_no_tree_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "notes.txt").write_text("no archive")
    assert "not-a-datastore" == refused(str(tmp_path / name))


def test_a_pipe_is_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.yaml")
    assert [("unreadable-file", f"{tmp_path}/x.yaml")] == said(opened(str(tmp_path)))


def test_a_file_that_became_a_pipe_after_it_was_listed_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.yaml")
    assert ["unreadable-file"] == [
        each.kind.slug for each in DirectoryTree(str(tmp_path)).read(["x.yaml"]) if isinstance(each, Diagnostic)
    ]


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "x.yaml").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert [("unreadable-file", f"{tmp_path}/x.yaml")] == said(opened(str(tmp_path)))


def test_a_file_that_is_gone_is_a_diagnostic(tmp_path: Path) -> None:
    (found,) = DirectoryTree(str(tmp_path)).read(["x.yaml"])
    assert isinstance(found, Diagnostic)
    assert "this cannot be read: no such file or directory" == found.message


def test_a_file_one_may_not_read_is_a_diagnostic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    make_files(tmp_path, {"x.yaml": b"a: 1\n"})
    tree = opened(str(tmp_path))
    monkeypatch.setattr(os, "open", refuse)
    assert {"x.yaml": "unreadable-file"} == contents(tree)


def test_a_name_that_is_no_text_is_a_diagnostic(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"\xff.yaml")).write_bytes(b"")
    assert [("unreadable-file", f"{tmp_path}/?.yaml")] == said(opened(str(tmp_path)))


@needs_git
def test_a_name_in_git_that_is_no_text_is_a_diagnostic(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"\xff.yaml")).write_bytes(b"")
    make_commit(tmp_path)
    assert [("unreadable-file", f"{tmp_path}@main:?.yaml")] == said(opened(f"{tmp_path}@main"))


LINKS = {
    "a link to a file inside": ("a/l.yaml", "../b/x.yaml", {"a/l.yaml", "b/x.yaml"}, []),
    "a link to a folder inside": ("a", "b", {"a/x.yaml", "b/x.yaml"}, []),
    "a link to a link": ("a", "c", {"a/x.yaml", "c/x.yaml", "b/x.yaml"}, []),
    "a link to a file outside": ("a/l.yaml", "../../out.yaml", {"b/x.yaml"}, [("outside-link", "a/l.yaml")]),
    "a link to where it stands": ("b/l", "../b", {"b/x.yaml"}, [("outside-link", "b/l")]),
    "a link to the root": ("b/l", "..", {"b/x.yaml"}, [("outside-link", "b/l")]),
    "a link to nothing": ("b/l.yaml", "none.yaml", {"b/x.yaml"}, [("unreadable-file", "b/l.yaml")]),
    "a link to itself": ("b/l.yaml", "l.yaml", {"b/x.yaml"}, [("unreadable-file", "b/l.yaml")]),
    "a link that is none of our business": ("README", "../nowhere", {"b/x.yaml"}, []),
}


def _make_link(folder: Path, name: str) -> None:
    link, target, _, _ = LINKS[name]
    make_files(folder, {"b/x.yaml": b"x: 1\n"})
    (folder.parent / "out.yaml").write_text("not ours")
    (folder / link).parent.mkdir(parents=True, exist_ok=True)
    (folder / link).symlink_to(target)
    if target == "c":
        (folder / "c").symlink_to("b")


@pytest.mark.parametrize("name", LINKS)
def test_a_link_is_followed_as_far_as_it_stays_inside(tmp_path: Path, name: str) -> None:
    _make_link(tmp_path / "r", name)
    tree = opened(str(tmp_path / "r"))
    expected = [(slug, tree.display(path)) for slug, path in LINKS[name][3]]
    assert (LINKS[name][2], expected) == (set(contents(tree)), said(tree))


@needs_git
@pytest.mark.parametrize("name", LINKS)
def test_a_link_in_git_is_followed_as_far_as_it_stays_inside(tmp_path: Path, name: str) -> None:
    _make_link(tmp_path / "r", name)
    make_commit(tmp_path / "r")
    tree = opened(f"{tmp_path}/r@main")
    expected = [(slug, tree.display(path)) for slug, path in LINKS[name][3]]
    assert (LINKS[name][2], expected) == (set(contents(tree)), said(tree))


def test_folders_that_lead_to_each_other_come_to_an_end(tmp_path: Path) -> None:
    make_files(tmp_path, {"a/x.yaml": b"", "b/y.yaml": b""})
    (tmp_path / "a" / "to_b").symlink_to("../b")
    (tmp_path / "b" / "to_a").symlink_to("../a")
    assert {"a/x.yaml", "a/to_b/y.yaml", "b/y.yaml", "b/to_a/x.yaml"} == set(contents(opened(str(tmp_path))))


@pytest.mark.parametrize("name", ["../x.yaml", "/x.yaml", "a/../../x.yaml", "a\\..\\x.yaml", "C:/x.yaml"])
def test_a_name_that_leads_out_of_an_archive_is_refused(tmp_path: Path, name: str) -> None:
    make_zip(tmp_path / "x.zip", {name: b"", "ok.yaml": b""})
    tree = opened(str(tmp_path / "x.zip"))
    assert (["ok.yaml"], ["unsafe-path"]) == (list(contents(tree)), [slug for slug, _ in said(tree)])


def test_a_damaged_archive_is_refused(tmp_path: Path) -> None:
    make_zip(tmp_path / "x.zip", FILES)
    data = (tmp_path / "x.zip").read_bytes()
    (tmp_path / "x.zip").write_bytes(data[: len(data) // 2])
    assert "not-a-datastore" == refused(str(tmp_path / "x.zip"))


def test_a_damaged_file_in_an_archive_is_a_diagnostic(tmp_path: Path) -> None:
    make_zip(tmp_path / "x.zip", {"x.yaml": b"a" * 1000})
    data = bytearray((tmp_path / "x.zip").read_bytes())
    data[37] ^= 0xFF
    (tmp_path / "x.zip").write_bytes(data)
    assert {"x.yaml": "unreadable-file"} == contents(opened(str(tmp_path / "x.zip")))


def test_a_file_of_an_archive_that_unpacks_to_too_much_is_not_read(tmp_path: Path) -> None:
    make_zip(tmp_path / "x.zip", {"x.yaml": bytes(MAX_BYTES + 1)})
    tree = opened(str(tmp_path / "x.zip"))
    assert [("unreadable-file", f"{tmp_path}/x.zip:x.yaml")] == said(tree)


def test_a_stamp_changes_with_the_file(tmp_path: Path) -> None:
    make_files(tmp_path, {"x.yaml": b"a: 1\n"})
    before = DirectoryTree(str(tmp_path)).listing().entries[0]
    make_files(tmp_path, {"x.yaml": b"a: 12\n"})
    assert before != DirectoryTree(str(tmp_path)).listing().entries[0]


def test_trees_are_imported_without_parsers_git_or_zip() -> None:
    program = "import sys, aelang.loader.trees; print(*{'_ruamel_yaml', 'subprocess', 'zipfile'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-S", "-c", program], capture_output=True, text=True, check=True)
    assert "" == done.stdout.strip()


def test_a_pipe_is_no_root_and_is_said_to_be_there(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    said = open_tree(str(tmp_path / "pipe"))
    assert isinstance(said, Diagnostic)
    assert said.message.endswith("it is neither a file nor a directory")


@needs_git
def test_a_revision_that_is_no_text_is_a_diagnostic(tmp_path: Path) -> None:
    make_files(tmp_path, FILES)
    make_commit(tmp_path)
    assert "unknown-revision" == refused(f"{tmp_path}@\udcff:Demo")


def test_an_archive_made_to_fill_the_memory_is_refused(tmp_path: Path) -> None:
    make_zip(tmp_path / "x.zip", {f"Demo/{number}.yaml": b"#" * MAX_BYTES for number in range(9)})
    assert "not-a-datastore" == refused(str(tmp_path / "x.zip"))


def test_an_archive_is_read_after_its_file_is_gone(tmp_path: Path) -> None:
    make_zip(tmp_path / "x.zip", FILES)
    tree = opened(str(tmp_path / "x.zip"))
    (tmp_path / "x.zip").unlink()
    assert FILES == contents(tree)
