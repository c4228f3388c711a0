"""Pages: a heading is a case, a titled block a file, a comment the complaint expected there, a `test` block a test.

A file is a line with its path in backticks and the fenced block under it. In a block, `# error: [slug]` at the end of
a line expects that finding on the line; `<!-- error: [slug] path:line -->` does where no comment can stand, with line 0
for a file as a whole. A block marked ```yaml test holds a test (`reading`), one marked ```yaml given what all tests
of the page begin with.

Comments `<!-- root: ... -->`, `<!-- domains: A, B -->` say what is opened, `<!-- datastore: none -->` that the files of
the case are all there is, and `<!-- without: path -->` keeps a `__domain__.yaml` or `__namespace__.yaml` from being
supplied.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple


class Complaint(NamedTuple):
    """A finding that a page expects: `error` or `warning`, the slug, the file and the line."""

    severity: str
    slug: str
    path: str
    line: int


class Block(NamedTuple):
    """A block of YAML in a page: the number of its first line, and its text."""

    line: int
    text: str


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
    tests: tuple[Block, ...] = ()
    given: Block | None = None
    alone: bool = False


_HEADING = re.compile(r"(##?#*) (.*)")
_FENCE = re.compile(r"(`{3,})(.*)")
_TITLE = re.compile(r"`([^`]+)`:?")
_COMMENT = re.compile(r"#\s*(error|warning|info): \[([a-z0-9-]+)\]")
_NOTE = re.compile(r"<!-- (error|warning|info): \[([a-z0-9-]+)\] (.*):(\d+) -->")
_SETTING = re.compile(r"<!-- (root|domains|without|datastore): (.+) -->")


def read_cases(text: str) -> list[Case]:
    """The cases of the page `text`, in order; headings with nothing to check under them are left out."""
    return [case for case in read_chapters(text) if case.line and (case.files or case.commands or case.tests)]


def read_chapters(text: str) -> list[Case]:
    """As `read_cases`, with all headings, and first, with line 0, what stands above those of second rank."""
    cases: list[Case] = []
    section = ""
    for rank, heading, line, lines in _chapters(text.splitlines()):
        section = heading if rank == 2 else section
        cases.append(_read_case(section, heading, line, lines))
    return cases


def _chapters(lines: list[str]) -> Iterator[tuple[int, str, int, list[str]]]:
    starts = [at for at in _outside_blocks(lines) if (found := _HEADING.fullmatch(lines[at])) and len(found[1]) > 1]
    head = lines[: starts[0] if starts else len(lines)]
    yield 1, "", 0, head
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=False):  # without a heading there is an end only
        found = _HEADING.fullmatch(lines[start])
        assert found
        yield len(found[1]), found[2], start + 1, lines[start + 1 : end]


def _outside_blocks(lines: list[str]) -> Iterator[int]:
    fence = ""
    for at, line in enumerate(lines):
        if fence:
            fence = "" if line.rstrip() == fence else fence
        elif found := _FENCE.match(line):
            fence = found[1]
        else:
            yield at


def _read_case(section: str, heading: str, line: int, lines: list[str]) -> Case:
    files: dict[str, str] = {}
    commands: list[str] = []
    marked: dict[str, list[Block]] = {"test": [], "given": []}
    for title, info, at, body in _blocks(lines):
        words = info.split()
        if title:
            files[title] = "\n".join(body) + "\n"
        elif info == "sh":
            commands += body
        elif len(words) == 2 and words[1] in marked:
            marked[words[1]].append(Block(line + at + 1, "\n".join(body) + "\n"))
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
        tuple(marked["test"]),
        next(iter(marked["given"]), None),
        settings.get("datastore") == ("none",),
    )


def _blocks(lines: list[str]) -> Iterator[tuple[str, str, int, list[str]]]:
    """Each fenced block: the path above it, if any, what its fence says, where its first line is, its lines."""
    title, at = "", 0
    while at < len(lines):
        line = lines[at]
        if found := _FENCE.match(line):
            end = next((n for n in range(at + 1, len(lines)) if lines[n].rstrip() == found[1]), len(lines))
            yield title, found[2].strip(), at + 1, lines[at + 1 : end]
            title, at = "", end
        elif line.strip():
            named = _TITLE.fullmatch(line.strip())
            title = named[1] if named else ""
        at += 1


def needed_files(path: str, declared: frozenset[str] = frozenset()) -> Iterator[tuple[str, str]]:
    """The `__domain__.yaml` of the file `path`, whose first folder is its domain, and the `__namespace__.yaml` of each
    namespace on its way, with their texts; none of the folders that are in `declared`."""
    domain, *spaces = path.split("/")[:-1] or [""]
    if not domain:
        return
    if domain not in declared:
        yield f"{domain}/__domain__.yaml", _declaration("domain", domain)
    for depth, space in enumerate(spaces, start=1):
        folder = "/".join((domain, *spaces[:depth]))
        if space.endswith(".class") or space == "__methods__":
            return
        if folder not in declared:
            yield f"{folder}/__namespace__.yaml", _declaration("namespace", space)


def _declaration(kind: str, name: str) -> str:
    return f"object_type: {kind}\nversion: 1.0\nobject:\n  attributes:\n    name: {name}\n"
