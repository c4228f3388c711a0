"""Pages that are run: a heading is a case, a titled block a file, a console block a command with what it prints.

The files of a chapter (a heading of the second rank) add up: each case has those shown before it in its chapter.
`python -m tests.transcripts PAGE` writes what the commands of a page print today into the page.
"""

import calendar
import contextlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple
from unittest import mock

_HEADING = re.compile(r"(#{2,3}) (.*)")
_TITLE = re.compile(r"`([^`]+\.(?:yaml|ael|toml|rb|py|log|jsonl))`:?")
_TIME = "%Y-%m-%d %H:%M:%S UTC"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC")
_MOMENT_OF_JSON = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z")
_CELL = re.compile(r"(?<!\\)\|")
ROOT = Path(__file__).resolve().parent.parent


class Transcript(NamedTuple):
    """A command and all that it prints; `line` is where it stands in its page, counted from 1."""

    command: str
    output: str
    line: int


class Table(NamedTuple):
    """A table: its column titles and its rows, without backticks."""

    titles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    line: int


class Case(NamedTuple):
    """What stands under one heading, with the files of its chapter so far."""

    heading: str
    files: Mapping[str, str]
    transcripts: tuple[Transcript, ...]
    tables: tuple[Table, ...]


def read_page(path: Path) -> list[Case]:
    """The cases of the page at `path`, in order; headings with nothing to run under them are left out."""
    cases: list[Case] = []
    files: dict[str, str] = {}
    transcripts: list[Transcript] = []
    tables: list[Table] = []
    heading = title = ""
    lines = path.read_text("utf-8").splitlines()
    at = 0

    def close() -> None:
        if transcripts or tables:
            cases.append(Case(heading, dict(files), tuple(transcripts), tuple(tables)))

    while at < len(lines):
        line = lines[at]
        if found := _HEADING.fullmatch(line):
            close()
            heading, transcripts, tables = found[2], [], []
            files = {} if len(found[1]) == 2 else files
        elif line.startswith("```"):
            body, end = _block(lines, at)
            if line == "```console":
                transcripts.extend(_transcripts(body, at + 2))
            elif title:
                files[title] = "\n".join(body) + "\n"
            at = end
        elif line.startswith("| "):
            table, at = _table(lines, at)
            tables.append(table)
        title = found[1] if (found := _TITLE.fullmatch(line)) else title if not line.strip() else ""
        at += 1
    close()
    return cases


def _block(lines: list[str], at: int) -> tuple[list[str], int]:
    end = lines.index("```", at + 1)
    return lines[at + 1 : end], end


def _transcripts(body: list[str], line: int) -> Iterator[Transcript]:
    starts = [at for at, text in enumerate(body) if text.startswith("$ ")]
    for start, end in zip(starts, [*starts[1:], len(body)], strict=True):
        yield Transcript(body[start][2:], "\n".join(body[start + 1 : end]).strip("\n"), line + start)


def _table(lines: list[str], at: int) -> tuple[Table, int]:
    end = next((n for n in range(at, len(lines)) if not lines[n].startswith("|")), len(lines))
    rows = [_cells(text) for text in lines[at:end]]
    return Table(rows[0], tuple(rows[2:]), at + 1), end - 1


def _cells(line: str) -> tuple[str, ...]:
    cells = (cell.strip().replace("\\|", "|") for cell in _CELL.split(line)[1:-1])
    return tuple(_without_ticks(cell) for cell in cells)


def _without_ticks(cell: str) -> str:
    """A cell's code: between two backticks and a blank where the code holds backticks or blanks at its edges."""
    if cell.startswith("`` ") and cell.endswith(" ``"):
        return cell[3:-3]
    return cell[1:-1] if len(cell) > 1 and cell[0] == cell[-1] == "`" else cell


def write_files(folder: Path, files: Mapping[str, str]) -> None:
    """Writes `files` below `folder`, and the domain and namespace files that they leave out."""
    for name, text in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    for name in files:
        parts = Path(name).parts
        if len(parts) > 2 and any(part.endswith((".class", ".ael")) for part in parts):
            _complete(folder, parts)


def _complete(folder: Path, parts: tuple[str, ...]) -> None:
    others = (".class", ".ael", ".yaml", ".rb", ".py")
    spaces = [part for part in parts[1:] if not part.endswith(others) and part != "__methods__"]
    wanted = [(folder / parts[0] / "__domain__.yaml", "domain", parts[0], "\n    priority: 1\n    enabled: true")]
    for depth, space in enumerate(spaces, start=1):
        wanted.append((folder.joinpath(parts[0], *spaces[:depth], "__namespace__.yaml"), "namespace", space, ""))
    for path, kind, name, more in wanted:
        if not path.exists():
            path.write_text(f"---\nobject_type: {kind}\nversion: 1.0\nobject:\n  attributes:\n    name: {name}{more}\n")


def run_command(command: str, folder: Path) -> str:
    """All that `command`, a line of `aelang` or of an example's own program, prints when it is run in `folder`;
    `exit N` at the end if it fails."""
    from aelang.__main__ import run

    program, *arguments = shlex.split(command)
    if program != "aelang":
        return _run_program(folder / program, arguments, folder)
    printed = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)
    began = int(time.time())
    with (
        tempfile.TemporaryDirectory() as cache,
        mock.patch.dict(os.environ, AELANG_CACHE=cache, NO_COLOR="1"),
        contextlib.chdir(folder),
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
    ):
        code = run(arguments)
    printed.seek(0)
    lines = [line.rstrip() for line in at_noon(printed.read(), began).splitlines()]
    return "\n".join([*lines, f"exit {code}"] if code else lines).strip("\n")


def _run_program(program: Path, arguments: list[str], folder: Path) -> str:
    assert program.name == "run", f"not a command of aelang or of an example: {program}"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    done = subprocess.run(
        (sys.executable, str(program), *arguments), cwd=folder, env=environment, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    return "\n".join([*lines, f"exit {done.returncode}"] if done.returncode else lines).strip("\n")


def at_noon(printed: str, began: int) -> str:
    """`printed` with the times since `began` as the one that pages show; a run's clock may be a day ahead."""
    latest = int(time.time()) + 86400

    def is_new(moment: str) -> bool:
        return began <= calendar.timegm(time.strptime(moment, _TIME)) <= latest

    def shown(found: re.Match[str]) -> str:
        return "2026-01-01 12:00:00 UTC" if is_new(found[0]) else found[0]

    def shown_to_programs(found: re.Match[str]) -> str:
        return "2026-01-01T12:00:00Z" if is_new(f"{found[1]} {found[2]} UTC") else found[0]

    return _MOMENT_OF_JSON.sub(shown_to_programs, _MOMENT.sub(shown, printed))


def copy_of(name: str, folder: Path) -> Path:
    """A copy in `folder` of the folder `name` of the checkout: without its commits, which differ from day to day."""
    return Path(shutil.copytree(ROOT / name, folder / name))


def print_today(page: Path) -> str:
    """The text of `page` with each command's output as it is now, run as the tests run it."""
    lines = page.read_text("utf-8").splitlines()
    for case in reversed(read_page(page)):
        for transcript in reversed(case.transcripts):
            with tempfile.TemporaryDirectory() as scratch:
                output = run_command(transcript.command, _prepared(page, case, Path(scratch))).splitlines()
            end = transcript.line
            while lines[end] != "```" and not lines[end].startswith("$ "):
                end += 1
            lines[transcript.line : end] = output
    return "\n".join(lines) + "\n"


def _prepared(page: Path, case: Case, scratch: Path) -> Path:
    """The folder in which the commands of `page` are run: its own one copied, or one with the files of the case."""
    if page.name != "README.md":
        write_files(scratch, case.files)
        return scratch
    for each in ("examples", "datastore"):
        copy_of(each, scratch)
    return scratch / page.resolve().parent.relative_to(ROOT)


if __name__ == "__main__":
    from tests import living_pages

    for argument in map(Path, sys.argv[1:]):
        living = argument.resolve() in living_pages.LIVING
        argument.write_text((living_pages if living else sys.modules[__name__]).print_today(argument), "utf-8")
