"""Git trees: `repo@rev:path` read through the `git` program, without a checkout and without running anything of it."""

import os
from bisect import bisect_left
from collections.abc import Sequence
from posixpath import dirname, join, normpath
from typing import NamedTuple

from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity
from aelang.loader.trees import (
    MAX_BYTES,
    NOT_A_DATASTORE,
    OUTSIDE_LINK,
    UNREADABLE_FILE,
    Entry,
    Listing,
    is_hidden,
    is_relevant,
    objection_to_name,
    shown,
)
from aelang.source import Span

__all__ = ["GitTree", "open_git", "run_git"]

UNKNOWN_REVISION = DiagnosticKind("unknown-revision", Severity.ERROR, "`{repo}` has no tree `{rev}`")

_LINK, _SUBMODULE = "120000", "160000"


class _Blob(NamedTuple):
    """An entry of `git ls-tree`."""

    mode: str
    id: str
    size: int


def open_git(root: str) -> "GitTree | Diagnostic":
    """The tree that `root`, a text `repo@rev` or `repo@rev:path`, names.

    Diagnostics: not-a-datastore where the text before an `@` is no repository or there is no git, unknown-revision
    where the revision or the path in it does not exist.
    """
    repo, tail = _split(root)
    if not tail:
        reason = f"there is no directory `{shown(repo)}`" if repo else "there is nothing before the `@`"
        return NOT_A_DATASTORE.at(Span(shown(root)), _ROOTS, root=shown(root), reason=reason)
    if objection_to_name(root):
        return UNKNOWN_REVISION.at(Span(shown(root)), _KNOWN, repo=shown(repo), rev=shown(tail))
    rev, _, path = tail.partition(":")
    path = normpath("/" + path).lstrip("/")
    if not rev or "\n" in tail:
        return UNKNOWN_REVISION.at(Span(root), _KNOWN, repo=repo, rev=tail)
    asked = f"{rev}^{{commit}}\n{rev}^{{tree}}\n{rev}:{path}\n"
    status, answer, complaint = run_git(
        repo, "cat-file", "--batch-check=%(objecttype) %(objectname)", feed=asked.encode()
    )
    if status:
        if status == _NOT_STARTED:
            return NOT_A_DATASTORE.at(
                Span(root), "install git, or name a directory or a zip export", root=root, reason=complaint
            )
        reason = f"git cannot read `{repo}`: {complaint.removeprefix('fatal: ')}"
        return NOT_A_DATASTORE.at(Span(root), _ROOTS, root=root, reason=reason)
    commit, top, tree = (line.partition(" ") for line in answer.decode("utf-8", "replace").splitlines()[:3])
    if top[0] != "tree":
        return UNKNOWN_REVISION.at(Span(root), _KNOWN, repo=repo, rev=rev)
    if tree[0] != "tree":
        advice = "that is a file: name its folder" if tree[0] == "blob" else f"`git ls-tree {rev}` shows what is there"
        return UNKNOWN_REVISION.at(Span(root), advice, repo=repo, rev=f"{rev}:{path}")
    return GitTree(root, repo, tree[2], commit[2] if commit[0] == "commit" else "")


_ROOTS = "name a directory, a git tree as `repo@rev:path`, or a zip export"
_NOT_STARTED = 127
_KNOWN = "name a branch, a tag or a commit; `git fetch` brings those of others"


def _split(root: str) -> tuple[str, str]:
    """`root` at the last `@` whose left side is a directory; both may hold an `@` themselves."""
    at = len(root)
    while (at := root.rfind("@", 0, at)) > 0:
        if os.path.isdir(root[:at]):
            return root[:at], root[at + 1 :]
    return root.partition("@")[0], ""


def run_git(repo: str, *arguments: str, feed: bytes | None = None) -> tuple[int, bytes, str]:
    """Exit code, output and complaint of git. It fetches nothing, asks nothing, and takes no setting from GIT_*."""
    import subprocess

    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    kept |= {"GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    command = ["git", "-C", repo, "--no-replace-objects", *arguments]
    try:
        if feed is None:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, env=kept, check=False)
        else:
            done = subprocess.run(command, input=feed, capture_output=True, env=kept, check=False)
    except OSError as error:
        return _NOT_STARTED, b"", f"git cannot be started: {error.strerror}"
    except ValueError:
        return 128, b"", "git takes no text with a NUL character"
    lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return done.returncode, done.stdout, lines[0] if lines else ""


class GitTree:
    """The files of one tree of a git repository. `commit` is the commit its revision stood for when it was opened."""

    def __init__(self, name: str, repo: str, tree: str, commit: str) -> None:
        self.name = name
        self.commit = commit
        self._repo = repo
        self._tree = tree
        self._blobs: dict[str, _Blob] | None = None

    def identity(self) -> str | None:
        """The id of the git tree."""
        return self._tree

    def display(self, path: str) -> str:
        """`repo@rev:path/file`."""
        if not path:
            return self.name
        tail = _split(self.name)[1]
        if ":" not in tail:
            return f"{self.name}:{path}"
        return self.name + path if self.name.endswith((":", "/")) else f"{self.name}/{path}"

    def listing(self) -> Listing:
        """Every relevant file, links inside the tree followed; a stamp is the id of the blob."""
        said: list[Diagnostic] = []
        blobs = self._blobs = self._list(said)
        entries = []
        for path, blob in sorted(blobs.items()):
            if blob.size > MAX_BYTES:
                reason = f"it is longer than {MAX_BYTES // 1024 // 1024} MB"
                said.append(UNREADABLE_FILE.at(Span(self.display(path)), "take it out of the datastore", reason=reason))
            else:
                entries.append(Entry(path, blob.id))
        return Listing(tuple(entries), tuple(sorted(said, key=lambda each: each.span)))

    def _list(self, said: list[Diagnostic]) -> dict[str, _Blob]:
        status, answer, complaint = run_git(self._repo, "ls-tree", "-r", "-z", "-l", "--full-tree", self._tree)
        if status:
            said.append(UNREADABLE_FILE.at(Span(self.name), "check the repository: `git fsck`", reason=complaint))
            return {}
        blobs: dict[str, _Blob] = {}
        links: dict[str, str] = {}
        for line in answer.decode("utf-8", "surrogateescape").split("\0")[:-1]:
            about, _, path = line.partition("\t")
            mode, _, blob, size = about.split()
            if mode == _LINK:
                links[path] = blob
            elif mode != _SUBMODULE:
                blobs[path] = _Blob(mode, blob, int(size))
        if links:
            self._follow(links, blobs, said)
        found = {path: blob for path, blob in blobs.items() if is_relevant(path) and not is_hidden(path)}
        for path in [path for path in found if objection_to_name(path)]:
            del found[path]
            span = Span(shown(self.display(path)))
            said.append(UNREADABLE_FILE.at(span, "name it otherwise", reason=objection_to_name(path)))
        return found

    def _follow(self, links: dict[str, str], blobs: dict[str, _Blob], said: list[Diagnostic]) -> None:
        """Adds to `blobs` what the links lead to, as a directory would have it."""
        contents = self._cat(list(links.values()))
        texts = {
            path: content.decode("utf-8", "surrogateescape")
            for path, content in zip(links, contents, strict=True)
            if isinstance(content, bytes)
        }
        targets = {path: _target(path, texts) for path in texts}
        files = {path: blobs[target] for path, target in targets.items() if target in blobs}
        blobs |= files
        paths = sorted(blobs)
        for path, target in targets.items():
            if path in files:
                continue
            if target is None:
                if is_relevant(path) or path.endswith(".class"):  # what else it leads to cannot be seen in the tree
                    self._not_followed(path, "it leads out of the datastore", said)
            elif target == "." or path.startswith(target + "/"):
                self._not_followed(path, "it leads to a folder that it stands in", said)
            elif found := paths[bisect_left(paths, target + "/") : bisect_left(paths, target + "0")]:
                blobs |= {path + each[len(target) :]: blobs[each] for each in found}
            elif is_relevant(path):
                reason = f"it is a link to `{target}`, which is not there"
                said.append(UNREADABLE_FILE.at(Span(shown(self.display(path))), "take the link away", reason=reason))

    def _not_followed(self, path: str, reason: str, said: list[Diagnostic]) -> None:
        advice = "put a copy of what it leads to in its place"
        said.append(OUTSIDE_LINK.at(Span(shown(self.display(path))), advice, reason=reason))

    def read(self, paths: Sequence[str]) -> list[bytes | Diagnostic]:
        """The bytes of `paths`, by one run of git."""
        if not paths:
            return []
        blobs = self._blobs if self._blobs is not None else self._list([])
        contents = self._cat([blobs[path].id for path in paths])
        return [
            UNREADABLE_FILE.at(Span(self.display(path)), "check the repository: `git fsck`", reason=content)
            if isinstance(content, str)
            else content
            for path, content in zip(paths, contents, strict=True)
        ]

    def _cat(self, ids: Sequence[str]) -> list[bytes | str]:
        """The content of each blob, or in a text why git does not give it."""
        status, answer, complaint = run_git(
            self._repo, "cat-file", "--batch", "--buffer", feed="\n".join([*ids, ""]).encode()
        )
        if status:
            return [complaint or "git failed" for _ in ids]
        found: list[bytes | str] = []
        at = 0
        for _ in ids:
            end = answer.find(b"\n", at)
            header = answer[at:end].split()
            if len(header) != 3:
                found.append("git does not have its content")
                at = end + 1
                continue
            size = int(header[2])
            found.append(answer[end + 1 : end + 1 + size])
            at = end + size + 2
        return found


def _target(path: str, texts: dict[str, str]) -> str | None:
    """Where the link `path` leads, links on the way followed; None where it leads out of the tree."""
    target = normpath(join(dirname(path), texts[path]))
    for _ in range(_LONGEST_CHAIN):
        if target == ".." or target.startswith(("../", "/")):
            return None
        parts = target.split("/")
        above = ("/".join(parts[:count]) for count in range(1, len(parts) + 1))
        link = next((each for each in above if each in texts), None)
        if link is None:
            return target
        target = normpath(join(dirname(link), texts[link], target[len(link) + 1 :]))
    return target


_LONGEST_CHAIN = 40
