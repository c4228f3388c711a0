"""Blame: the commit in which a line of a source came to be, as git tells it; asked once a file, and only if needed."""

import os
import subprocess
from pathlib import Path

UNCOMMITTED = "uncommitted"

_SHOWN = 9
_SECONDS = 20
_OPTIONS = ("-c", "core.fsmonitor=false", "--no-replace-objects")
_BLAME = ("blame", "--no-textconv", "-l", "-s", "--root")
"""Nothing that a repository's own settings name is run."""


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
    """The commit of every line of `source`; empty where there is no telling."""
    command = _command(source)
    if command is None:
        return []
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=_SECONDS, env=_environment()
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return []
    return [] if done.returncode else [_short(line) for line in done.stdout.decode("utf-8", "replace").split("\n")]


def _command(source: str) -> list[str] | None:
    """How to ask git: for a file in its folder, for `repo@rev:path` in the repository."""
    path = Path(source)
    if path.is_file():
        return ["git", *_OPTIONS, "-C", str(path.parent), *_BLAME, "--", path.name]
    at = len(source)
    while (at := source.rfind("@", 0, at)) > 0:
        if Path(source[:at]).is_dir():
            revision, colon, inside = source[at + 1 :].partition(":")
            usable = colon and not revision.startswith("-")
            return ["git", *_OPTIONS, "-C", source[:at], *_BLAME, revision, "--", inside] if usable else None
    return None


def _environment() -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    return kept | {"GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}


def _short(line: str) -> str:
    commit = line.partition(" ")[0]
    return UNCOMMITTED if commit and not commit.strip("0") else commit.lstrip("^")[:_SHOWN]
