"""Pages of diagnostics as cases: a heading is a case, a titled block a file, a comment the complaint expected there.

A file is a line with its path in backticks and the fenced block under it. In a block, `# error: [slug]` at the end of
a line expects that finding on the line; `<!-- error: [slug] path:line -->` does where no comment can stand, with line 0
for a file as a whole. Commands in a ```sh block are run in the case's folder once its files are written. Comments
`<!-- root: ... -->`, `<!-- domains: A, B -->` say what is opened (the folder itself where there is none), and
`<!-- without: path -->` keeps the reader from supplying a `__domain__.yaml` or `__namespace__.yaml`.
"""

import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

__all__ = ["Case", "Complaint", "read_cases", "write_case"]


class Complaint(NamedTuple):
    """A finding that a page expects: `error` or `warning`, the slug, the file and the line."""

    severity: str
    slug: str
    path: str
    line: int


class Case(NamedTuple):
    """What stands under one heading. `section` is the heading of second rank: Avoid or Prefer on a kind's page."""

    section: str
    heading: str
    line: int
    files: Mapping[str, str]
    complaints: tuple[Complaint, ...]
    commands: tuple[str, ...] = ()
    roots: tuple[str, ...] = (".",)
    domains: tuple[str, ...] | None = None
    without: frozenset[str] = frozenset()


_HEADING = re.compile(r"(##+) (.*)")
_TITLE = re.compile(r"`([^`]+)`:?")
_COMMENT = re.compile(r"#\s*(error|warning|info): \[([a-z0-9-]+)\]")
_NOTE = re.compile(r"<!-- (error|warning|info): \[([a-z0-9-]+)\] (.*):(\d+) -->")
_SETTING = re.compile(r"<!-- (root|domains|without): (.+) -->")


def read_cases(page: Path) -> list[Case]:
    """The cases of the page at `page`, in order; headings without files and commands are left out."""
    cases: list[Case] = []
    section = ""
    for rank, heading, line, lines in _chapters(page.read_text("utf-8").splitlines()):
        section = heading if rank == 2 else section
        case = _read_case(section, heading, line, lines)
        if case.files or case.commands:
            cases.append(case)
    return cases


def _chapters(lines: list[str]) -> Iterator[tuple[int, str, int, list[str]]]:
    starts = [at for at in _outside_blocks(lines) if _HEADING.fullmatch(lines[at])]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        found = _HEADING.fullmatch(lines[start])
        assert found
        yield len(found[1]), found[2], start + 1, lines[start + 1 : end]


def _outside_blocks(lines: list[str]) -> Iterator[int]:
    inside = False
    for at, line in enumerate(lines):
        inside ^= line.startswith("```")
        if not inside:
            yield at


def _read_case(section: str, heading: str, line: int, lines: list[str]) -> Case:
    files: dict[str, str] = {}
    commands: list[str] = []
    for title, language, body in _blocks(lines):
        if title:
            files[title] = "\n".join(body) + "\n"
        elif language == "sh":
            commands += body
    complaints = [
        Complaint(found[1], found[2], path, number)
        for path, text in files.items()
        for number, each in enumerate(text.splitlines(), start=1)
        for found in _COMMENT.finditer(each)
    ]
    text = "\n".join(lines)
    complaints += [Complaint(found[1], found[2], found[3], int(found[4])) for found in _NOTE.finditer(text)]
    settings = {name: tuple(part.strip() for part in said.split(",")) for name, said in _SETTING.findall(text)}
    return Case(
        section,
        heading,
        line,
        files,
        tuple(sorted(complaints)),
        tuple(commands),
        settings.get("root", (".",)),
        settings.get("domains"),
        frozenset(settings.get("without", ())),
    )


def _blocks(lines: list[str]) -> Iterator[tuple[str, str, list[str]]]:
    """Each fenced block: the path above it, if any, its language, its lines."""
    title, at = "", 0
    while at < len(lines):
        line = lines[at]
        if line.startswith("```"):
            end = lines.index("```", at + 1)
            yield title, line[3:], lines[at + 1 : end]
            title, at = "", end
        elif line.strip():
            found = _TITLE.fullmatch(line.strip())
            title = found[1] if found else ""
        at += 1


def write_case(folder: Path, case: Case) -> None:
    """Writes the files of `case` below `folder`, and the domain and namespace files it lacks; runs its commands."""
    files = dict(case.files)
    for path in case.files:
        for needed, text in _needed(path):
            if needed not in case.without:
                files.setdefault(needed, text)
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())
    for command in case.commands:
        subprocess.run(["/bin/sh", "-c", command], cwd=folder, check=True, capture_output=True)


def _needed(path: str) -> Iterator[tuple[str, str]]:
    """The `__domain__.yaml` of a file below `Demo/`, and the `__namespace__.yaml` of each namespace on its way."""
    domain, *spaces = path.split("/")[:-1] or [""]
    if domain != "Demo":
        return
    yield f"{domain}/__domain__.yaml", _declaration("domain", domain)
    for depth, space in enumerate(spaces, start=1):
        if space.endswith(".class") or space == "__methods__":
            return
        yield "/".join((domain, *spaces[:depth], "__namespace__.yaml")), _declaration("namespace", space)


def _declaration(kind: str, name: str) -> str:
    return f"object_type: {kind}\nversion: 1.0\nobject:\n  attributes:\n    name: {name}\n"
