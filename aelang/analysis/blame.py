"""Blame: the commit in which a line of a source came to be, as git tells it; asked once a file, and only if needed."""

import os
from pathlib import Path
from typing import NamedTuple

UNCOMMITTED = "uncommitted"

_SHOWN = 9
_LEAST = 40  # digits of the full id of a commit
_SECONDS = 20
_OPTIONS = ("-c", "core.fsmonitor=false", "--no-replace-objects")
_BLAME = ("blame", "--no-textconv", "--porcelain", "--root")
"""Nothing that a repository's own settings name is run."""


class Line(NamedTuple):
    """Who last changed a line: the short id of the commit, its author, its day. All are blank where git knows nothing;
    of a line that is not committed only `commit` says something, `uncommitted`."""

    commit: str = ""
    author: str = ""
    day: str = ""


NOBODY = Line()


class Blame:
    """Answers for lines of sources, files and git trees alike. Without git, or outside of it, there are no answers.

    With `ask` off there are none either, and git is not asked.
    """

    __slots__ = ("_ask", "_lines")

    def __init__(self, *, ask: bool = True) -> None:
        self._ask = ask
        self._lines: dict[str, list[Line]] = {}

    def line(self, source: str, line: int) -> Line:
        """Who last changed that line."""
        if source not in self._lines:
            self._lines[source] = _lines(source) if self._ask else []
        lines = self._lines[source]
        return lines[line - 1] if 0 < line <= len(lines) else NOBODY

    def commit(self, source: str, line: int) -> str:
        """The short id of the commit of that line; `uncommitted` for a changed line, blank where git knows nothing."""
        return self.line(source, line).commit


def _lines(source: str) -> list[Line]:
    """Who last changed each line of `source`; empty where there is no telling."""
    command = _command(source)
    if command is None:
        return []
    import subprocess

    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=_SECONDS, env=_environment()
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return []
    return [] if done.returncode else _read(done.stdout.decode("utf-8", "replace").split("\n"))


def _read(answer: list[str]) -> list[Line]:
    """What `git blame --porcelain` answered: who made a commit is said where the commit is first named."""
    commits: dict[str, dict[str, str]] = {}
    found: list[Line] = []
    said: dict[str, str] = {}
    for line in answer:
        key, _, value = line.partition(" ")
        if line.startswith("\t"):
            found.append(_line(said))
        elif _is_commit(key):
            said = commits.setdefault(key, {"commit": key})
        else:
            said[key] = value
    return found


def _is_commit(text: str) -> bool:
    return len(text) >= _LEAST and not text.strip("0123456789abcdef")


def _line(said: dict[str, str]) -> Line:
    commit = said["commit"]
    if not commit.strip("0"):
        return Line(UNCOMMITTED)
    return Line(commit[:_SHOWN], said.get("author", ""), _day(said.get("author-time", ""), said.get("author-tz", "")))


def _day(seconds: str, zone: str) -> str:
    """The day on which that was, where its author was."""
    import time

    try:
        offset = (int(zone[1:3]) * 60 + int(zone[3:5])) * (-60 if zone[:1] == "-" else 60)
        then = time.gmtime(int(seconds) + offset)
    except (ValueError, OverflowError, OSError):
        return ""
    return f"{then.tm_year:04}-{then.tm_mon:02}-{then.tm_mday:02}"


def _command(source: str) -> list[str] | None:
    """How to ask git: for a file in its folder, for `repo@rev:path` in the repository."""
    path = Path(source)
    if path.is_file():
        if not _may_be_in_git(path):
            return None
        return ["git", *_OPTIONS, "-C", str(path.parent), *_BLAME, "--", path.name]
    at = len(source)
    while (at := source.rfind("@", 0, at)) > 0:
        if Path(source[:at]).is_dir():
            revision, colon, inside = source[at + 1 :].partition(":")
            usable = colon and not revision.startswith("-")
            return ["git", *_OPTIONS, "-C", source[:at], *_BLAME, revision, "--", inside] if usable else None
    return None


def _may_be_in_git(path: Path) -> bool:
    """Whether some folder above has what git leaves there: to ask git costs a process."""
    return any((folder / ".git").exists() for folder in path.resolve().parents)


def _environment() -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    return kept | {"GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
