"""Sides: a project as it was at one revision of its repository and at another, or as its files are now.

What the aelang.toml of a revision says goes for that revision: its roots, its domain order, its references. A reference
in another repository has no such revision, and is the same on both sides.
"""

import os
from typing import NamedTuple

from aelang.building.progress import Progress
from aelang.checking import Unusable
from aelang.checking.changed import commit_of
from aelang.config import FILE_NAME, Config, find_config
from aelang.loader.git import run_git
from aelang.project import Compilation, open_project
from aelang.settings import Settings, holds_domains, settings_from, settings_of


class Asked(NamedTuple):
    """What the caller says of the datastore; without roots, the aelang.toml of the current folder says it."""

    roots: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    domains: tuple[str, ...] | None = None


class Revisions(NamedTuple):
    """Two revisions; `new` is None for the files as they are now. With `fork` the old side is where the new one left
    `old`."""

    old: str
    new: str | None
    fork: bool = False


def read_revisions(text: str) -> Revisions | None:
    """`A..B`, `A..` or `A`, with three dots from where B left A; None where `text` names no revision."""
    for dots in ("...", ".."):
        old, found, new = text.partition(dots)
        if found:
            return Revisions(old, new or None, dots == "...") if old and ".." not in new else None
    return Revisions(text, None) if text else None


def open_sides(asked: Asked, revisions: Revisions, progress: Progress | None = None) -> tuple[Compilation, Compilation]:
    """The project at both `revisions`.

    Raises Unusable where a root is in no repository that has the revision, ProjectError where one cannot be opened.
    """
    folders = _Folders()
    place = _place(asked, folders)
    new = None if revisions.new is None else commit_of(place, revisions.new)
    old = _fork(place, revisions.old, new) if revisions.fork else commit_of(place, revisions.old)
    return _open(asked, old, folders, progress), _open(asked, new, folders, progress)


def _open(asked: Asked, commit: str | None, folders: "_Folders", progress: Progress | None) -> Compilation:
    if commit is None:
        return open_project(
            asked.roots, domains=asked.domains, references=asked.references, progress=progress, whole=True
        )
    then = _at(_settings(asked, commit), commit, folders)
    return open_project(then.roots, domains=then.domains, references=then.references, progress=progress, whole=True)


# -- revisions -----------------------------------------------------------------------------------------------------


class _Folders:
    """Where folders lie in their repositories; git is asked once for each."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def path_of(self, folder: str, root: str) -> str:
        """The path of `folder`, the part of `root` that is there, in its repository; Unusable where it is in none."""
        if folder not in self._known:
            status, answer, complaint = run_git(folder, "rev-parse", "--show-prefix")
            if status:
                raise Unusable(f"`{root}` is in no git repository: {complaint.removeprefix('fatal: ')}")
            self._known[folder] = os.fsdecode(answer).rstrip("\n").rstrip("/")
        return self._known[folder]


def _place(asked: Asked, folders: _Folders) -> str:
    """A folder of the repository that the revisions are of. Raises Unusable where it is in none."""
    config = None if asked.roots else find_config(".")
    if config is not None:
        root = folder = os.path.dirname(config)
    else:
        if not asked.roots and not holds_domains("."):
            raise Unusable("there is no datastore here to compare: name one with `-d`, or go to its folder")
        root = settings_of(asked.roots, asked.domains, asked.references, ".").roots[0]
        folder, _ = _existing(root)
    folders.path_of(folder, root)
    return folder


def _fork(place: str, old: str, new: str | None) -> str:
    if new is None:
        return commit_of(place, f"{old}...")
    status, answer, _ = run_git(place, "merge-base", commit_of(place, old), new)
    if status:
        raise Unusable(f"`{old}` and `{new[:12]}` have no commit in common; a shallow clone may lack it")
    return answer.decode().strip()


# -- a project as it was -------------------------------------------------------------------------------------------


def _settings(asked: Asked, commit: str) -> Settings:
    """What is to be opened at `commit`, named as today."""
    path = None if asked.roots else find_config(".")
    if path is not None:
        folder = os.path.dirname(path)
        status, content, _ = run_git(folder, "show", f"{commit}:./{FILE_NAME}")
        if not status:
            return settings_from(_config(content, folder, commit), asked.domains, asked.references)
    return settings_of(asked.roots, asked.domains, asked.references, ".")


def _config(content: bytes, folder: str, commit: str) -> Config:
    import tomllib

    try:
        table = tomllib.loads(content.decode())
    except (ValueError, RecursionError) as fault:
        raise Unusable(f"{FILE_NAME} of {commit[:12]} is not TOML: {fault}") from fault

    def texts(key: str) -> tuple[str, ...]:
        said = table.get(key)
        return tuple(each for each in said if isinstance(each, str)) if isinstance(said, list) else ()

    return Config(folder, texts("roots"), texts("domains") if "domains" in table else None, texts("references"))


def _at(settings: Settings, commit: str, folders: _Folders) -> Settings:
    """`settings` with the trees of `commit` in place of folders. Raises Unusable where there is no root then."""
    roots = [root for each in settings.roots if (root := _tree(each, commit, folders)) is not None]
    if not roots:
        raise Unusable(f"at {commit[:12]} there is no datastore in {', '.join(settings.roots)}")
    others = [_reference(each, commit, folders) for each in settings.references]
    return settings._replace(roots=tuple(roots), references=tuple(each for each in others if each is not None))


def _reference(root: str, commit: str, folders: _Folders) -> str | None:
    try:
        return _tree(root, commit, folders)
    except Unusable:
        return root


def _tree(root: str, commit: str, folders: _Folders) -> str | None:
    """The folder `root` as it was in `commit`, None where it was not there; what is no folder stays as it is.

    Raises Unusable where it is in no repository that has `commit`.
    """
    if os.path.isfile(root) or (not os.path.isdir(root) and "@" in root):
        return root
    folder, rest = _existing(root)
    path = "/".join(filter(None, (folders.path_of(folder, root), rest)))
    asked = f"{commit}^{{commit}}\n{commit}:{path}\n"
    status, answer, _ = run_git(folder, "cat-file", "--batch-check=%(objecttype)", feed=os.fsencode(asked))
    kinds = answer.decode("utf-8", "replace").splitlines()
    if status or kinds[0] != "commit":
        raise Unusable(f"the repository of `{root}` has no commit {commit[:12]}")
    return None if kinds[1].endswith(" missing") else f"{folder}@{commit}:{path}"


def _existing(root: str) -> tuple[str, str]:
    """The part of the path `root` that is a folder today, and the rest of it."""
    folder, rest = root.rstrip("/") or root, ""
    while not os.path.isdir(folder):
        folder, _, name = folder.rpartition("/")
        rest = f"{name}/{rest}".rstrip("/")
        folder = folder or "."
        if folder == ".":
            break
    return folder, rest
