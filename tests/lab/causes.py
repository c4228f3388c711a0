"""docs/lab.md: the trace of the laboratory, each line beside the field of the datastore that caused it.

The tables are made of a run: `python -m tests.lab.causes` writes them into the page, behind what people have written.
"""

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from aelang.analysis.explain import Explanation, explain
from aelang.compiler.origins import CLASS
from aelang.names import fold
from aelang.project import open_project
from tests.lab.bench import ROOT, Bench, tracing

PAGE = ROOT / "docs" / "lab.md"
_MARK = "<!-- what follows is written by `python -m tests.lab.causes` -->\n"
_HEAD = "\n| at | lines | followed | because |\n|---|---|---|---|\n"

Explained = Callable[[str], Explanation]


class Target(NamedTuple):
    """What was followed: the numbers of its two lines (none where the trace leaves it out), its depth, its target, and
    the path and the field that caused it."""

    steps: tuple[int, ...]
    depth: int
    uri: str
    cause: str
    field: str


class Pass(NamedTuple):
    """A run of a context: when it ended, what it began with, and all that was followed."""

    at: str
    context: str
    root: str
    targets: tuple[Target, ...]

    def is_again(self, other: "Pass") -> bool:
        """Whether `other` did the same."""
        return self._done() == other._done()

    def _done(self) -> tuple[object, ...]:
        return self.context, self.root, *(each._replace(steps=()) for each in self.targets)


def page_today(lab: Bench) -> str:
    """The text of the page, with the tables as they are after the work of `lab`."""
    written = PAGE.read_text("utf-8").partition(_MARK)[0]
    return written + _MARK + "".join(_tables(_passes(lab), _explained(lab)))


def _explained(lab: Bench) -> Explained:
    """Tells what a path amounts to in the datastore of `lab`."""
    opened = open_project(lab.lab.wanted.roots, cache=False)

    @cache
    def told(path: str) -> Explanation:
        found = explain(opened.datastore, opened.image.index, path)
        assert found is not None, f"{path} was followed, and is not there"
        return found

    return told


# -- what was followed -------------------------------------------------------------------------------------------


def _passes(lab: Bench) -> list[Pass]:
    runs = tracing.read_runs(lab.store)
    shown = filter(tracing.is_shown, tracing.in_order(runs))
    steps = {id(line): step for step, line in enumerate(shown, start=1)}
    return [
        Pass(run.at.strftime("%H:%M:%S"), run.context or "", run.root, tuple(_targets(run, steps)))
        for run in runs
    ]  # fmt: skip


def _targets(run: tracing.Run, steps: dict[int, int]) -> Iterator[Target]:
    """What `run` followed, in order; the numbers of what it came back from are those of the line that says so."""
    inside = [run.root]
    ends = _ends(run.lines)
    for at, line in enumerate(run.lines):
        if line.event == "Following":
            del inside[line.depth + 1 :]
            numbers = tuple(steps[id(each)] for each in (line, run.lines[ends[at]]) if id(each) in steps)
            yield Target(numbers, line.depth, line.uri, inside[-1], line.field)
            inside.append(_path(line.uri))


def _ends(lines: Sequence[tracing.Line]) -> dict[int, int]:
    """Where what was followed was left again, by where it begins."""
    found: dict[int, int] = {}
    is_open: list[int] = []
    for at, line in enumerate(lines):
        if line.event == "Following":
            is_open.append(at)
        else:
            found[is_open.pop()] = at
    return found


def _path(uri: str) -> str:
    return uri.partition("#")[0].partition("?")[0]


# -- the tables --------------------------------------------------------------------------------------------------


def _tables(passes: Sequence[Pass], explained: Explained) -> Iterator[str]:
    for context, found in _by_context(passes):
        yield f"\n## {context or 'Events'}\n{_HEAD}"
        for _, alike in groupby(found, key=_Alike()):
            yield from _rows(list(alike), explained)


def _by_context(passes: Sequence[Pass]) -> Iterator[tuple[str, list[Pass]]]:
    for context in dict.fromkeys(each.context for each in passes):
        yield context, [each for each in passes if each.context == context]


class _Alike:
    """Gives passes in a row that do the same one number."""

    def __init__(self) -> None:
        self._number = 0
        self._last: Pass | None = None

    def __call__(self, each: Pass) -> int:
        if self._last is not None and not each.is_again(self._last):
            self._number += 1
        self._last = each
        return self._number


def _rows(alike: Sequence[Pass], explained: Explained) -> Iterator[str]:
    """The rows of the first of passes that did the same, and one that says when it was done again."""
    first, *others = alike
    for at, each in enumerate(first.targets):
        moment = first.at if at == 0 else ""
        yield _row(moment, _numbers(each), _followed(each, explained), _because(each, explained))
    if others:
        yield _row("", "", "again at " + ", ".join(f"{each.at} ({_span(each)})" for each in others), "")


def _row(*cells: str) -> str:
    return f"| {' | '.join(each.replace('|', chr(92) + '|') for each in cells)} |\n"


def _numbers(target: Target) -> str:
    return ", ".join(map(str, target.steps)) or "left out"


def _span(each: Pass) -> str:
    numbers = [step for target in each.targets for step in target.steps]
    return f"{min(numbers)}-{max(numbers)}"


def _followed(target: Target, explained: Explained) -> str:
    found = explained(_path(target.uri))
    answers = ", which `.missing` answers" if found.missing else ""
    return f"{'&emsp;' * target.depth}`{target.uri}`{answers}"


def _because(target: Target, explained: Explained) -> str:
    found = explained(target.cause)
    field = next(each for each in found.fields if fold(each.name) == fold(target.field))
    assert field.value is not None, f"{found.path}.{field.name} was followed, and says nothing"
    default = " by default" if field.value.layer == CLASS else ""
    place = os.path.relpath(field.value.span.source, PAGE.parent)
    return f"[`{found.path}`]({place}) `{field.name} = {field.value.text}`{default}"


def main() -> None:
    """Writes the page."""
    with tempfile.TemporaryDirectory() as folder:
        lab = Bench(Path(folder))
        lab.order()
        lab.work()
        PAGE.write_text(page_today(lab), "utf-8")
        lab.store.close()


if __name__ == "__main__":
    main()
