"""Blame: the commit in which a line of a source came to be, as git tells it; asked once a file, and only if needed."""

import subprocess
from pathlib import Path

UNCOMMITTED = "uncommitted"

_SHOWN = 9
_SECONDS = 20


class Blame:
    """Answers for lines of sources, files and git trees alike. Without git, or outside of it, there are no answers."""

    __slots__ = ("_commits",)

    def __init__(self) -> None:
        self._commits: dict[str, list[str]] = {}

    def commit(self, source: str, line: int) -> str:
        """The short id of the commit of that line; `uncommitted` for a changed line, blank where git knows nothing."""
        if source not in self._commits:
            self._commits[source] = _commits(source)
        commits = self._commits[source]
        return commits[line - 1] if 0 < line <= len(commits) else ""


def _commits(source: str) -> list[str]:
    for command in _commands(source):
        try:
            done = subprocess.run(command, capture_output=True, check=False, timeout=_SECONDS)
        except (OSError, ValueError, subprocess.TimeoutExpired):
            return []
        if done.returncode == 0:
            return [_short(line) for line in done.stdout.decode("utf-8", "replace").splitlines()]
    return []


def _commands(source: str) -> list[list[str]]:
    """How to ask git: for a file in its folder, for `repo@rev:path` in the repository."""
    path = Path(source)
    if path.is_file():
        return [["git", "-C", str(path.parent), *_BLAME, "--", path.name]]
    tree, colon, inside = source.rpartition(":")
    repository, at, revision = tree.rpartition("@")
    if not (colon and at and repository) or revision.startswith("-"):
        return []
    return [["git", "-C", repository, *_BLAME, revision, "--", inside]]


_BLAME = ("blame", "-l", "-s", "--root")


def _short(line: str) -> str:
    commit = line.partition(" ")[0]
    return UNCOMMITTED if not commit.strip("0") else commit.lstrip("^")[:_SHOWN]
