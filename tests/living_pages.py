"""Pages with a store: all commands of a page are run one after the other in one folder, and find what those before
them have left. Times of today are shown as the one that pages have, what took a while as that, and
every worker by one name."""

import os
import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from unittest import mock

from tests.transcripts import ROOT, at_noon, read_page, run_command, write_files

_FOLDERS = ("tests/language/requests", "tests/language/events", "tests/language/transactions")
_DOCUMENTS = ("docs/requests.md", "docs/events.md", "docs/transactions.md")
LIVING = (*(page for each in _FOLDERS for page in sorted((ROOT / each).glob("*.md"))),
          *(ROOT / each for each in _DOCUMENTS))  # fmt: skip
"""The pages that have a store."""

_WORKER = re.compile(r"\bworker [\w.-]+:\d+")
_A_WHILE = re.compile(r"\b(after|over) (?:less than a second|\d+ (?:s|min|h|d)(?: \d+ (?:s|min|h))?)")


class Run(NamedTuple):
    """A command of a page: where it stands, what the page shows, and what it prints today."""

    line: int
    command: str
    shown: str
    today: str


def run_page(page: Path, folder: Path) -> Iterator[Run]:
    """Runs the commands of `page` in `folder`."""
    began = int(time.time())
    surroundings = {"AELANG_STORE": str(folder / "store.sqlite"), "AELANG_SPOOL": str(folder / "spool")}
    with mock.patch.dict(os.environ, surroundings):
        for case in read_page(page):
            write_files(folder, case.files)
            for each in case.transcripts:
                printed = run_command(each.command, folder).replace(f"{folder}/", "").replace(str(folder), ".")
                today = _WORKER.sub("worker host:1", _A_WHILE.sub(r"\1 a while", at_noon(printed, began)))
                yield Run(each.line, each.command, each.output, today)


def print_today(page: Path) -> str:
    """The text of `page` with each command's output as it is now."""
    lines = page.read_text("utf-8").splitlines()
    with tempfile.TemporaryDirectory() as folder:
        runs = list(run_page(page, Path(folder)))
    for run in reversed(runs):
        end = run.line
        while lines[end] != "```" and not lines[end].startswith("$ "):
            end += 1
        lines[run.line : end] = run.today.splitlines()
    return "\n".join(lines) + "\n"
