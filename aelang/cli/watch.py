"""`aelang watch`: whenever a file is saved, the datastore is validated and the tests that it matters to are run."""

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from aelang.cli.options import HOW, WHERE, Argument, Command, Given, Hindered, Option

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from aelang.cli.console import Console
    from aelang.diagnostics import Diagnostic
    from aelang.testing.bench import Where
    from aelang.testing.nodes import Test
    from aelang.testing.projects import Project
    from aelang.testing.results import Result

COMMAND = Command(
    text="""Validates the datastore and runs the tests in PATH, as `aelang test` does, and again whenever a file of
either is saved: then only the tests that the change may matter to. Ends on Ctrl-C.

Exit codes: 0 on Ctrl-C; with `--once` 1 where something is wrong or a test failed.""",
    arguments=(Argument("paths", "[PATH]...", required=False, many=True, completes="files"),),
    options=(
        *WHERE,
        Option(("--once",), "Do it once, and end."),
        *HOW,
    ),
    examples=(
        ("aelang watch", "in a terminal beside the editor"),
        ("aelang watch tests/order.md", "some of the tests"),
    ),
)  # fmt: skip

_PAUSE = 0.2
_CLEAR = "\x1b[2J\x1b[3J\x1b[H"


def execute(given: Given) -> int:
    """Validates and tests, again and again. Raises Misused."""
    from aelang.cli.console import Console

    console = Console(given)
    code = 0
    with suppress(KeyboardInterrupt), told_of_an_interrupt() as is_over:
        if given.flag("once"):
            code = _round(given, console)
        else:
            _watch(given, console, is_over)
    return code


@contextmanager
def told_of_an_interrupt() -> "Iterator[Callable[[], bool]]":
    """Ctrl-C breaks off what goes on. It is remembered, too: while an object is being taken away nothing can climb out.
    Whoever has switched it off is obeyed."""
    import signal

    ended = False

    def end(number: int, frame: object) -> None:
        nonlocal ended
        ended = True
        raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler:
        yield lambda: False
        return
    signal.signal(signal.SIGINT, end)
    try:
        yield lambda: ended
    finally:
        signal.signal(signal.SIGINT, before)


def _watch(given: Given, console: "Console", is_over: "Callable[[], bool]") -> None:
    """Begins a round whenever something is otherwise than at the last one, and stays so: whoever saves a file may not
    be done with it."""
    import sys
    import time

    known: object = None
    before = _stamps(given)
    while not is_over():
        now = _stamps(given)
        if now == before and now != known:
            known = now
            if sys.stdout.isatty():
                sys.stdout.write(_CLEAR)
            _round(given, console)
            sys.stdout.flush()
            console.note("watching; Ctrl-C ends it")
        before = now
        time.sleep(_PAUSE)


def _round(given: Given, console: "Console") -> int:
    """Validates and tests once; 1 where something is wrong."""
    from aelang.cli.test import test_projects
    from aelang.ir import ImageError
    from aelang.project import ProjectError

    try:
        projects = test_projects(given)
        return max(_validate(projects, console), _test(projects, given, console))
    except ProjectError as fault:
        from aelang.cli.roots import tell_diagnostics

        tell_diagnostics(fault.diagnostics, console)
    except (Hindered, ImageError) as fault:  # the latter where a file was saved while it was being read
        console.error(str(fault))
    return 1


def _validate(projects: "Sequence[Project]", console: "Console") -> int:
    from aelang.checking import check
    from aelang.cli.roots import tell_diagnostics
    from aelang.diagnostics import Severity, worst
    from aelang.diagnostics.text import summary

    found: list[Diagnostic] = []
    for project in projects:
        compiled = project.where.open()
        try:
            own = check(compiled).found
        finally:
            compiled.close()
        tell_diagnostics(own, console, (*compiled.settings.roots, *compiled.settings.references))
        found += own
    console.result(f"validate: {summary(found) or 'nothing is wrong'}")
    return 1 if worst(found) is Severity.ERROR else 0


def _test(projects: "Sequence[Project]", given: Given, console: "Console") -> int:
    """Runs the tests that something changed for since they last passed."""
    from aelang.cli.test import read_all, session_of
    from aelang.testing.reports import summary, text_lines
    from aelang.testing.session import run_and_keep

    tests = [(project.where, read_all(project.files, console)) for project in projects]
    known = sum(len(several) for _, several in tests)
    chosen = [(place, some) for place, several in tests if (some := _affected(place, several))]
    if known and not chosen:
        console.result(f"test: nothing changed for any of the {known}, which all passed")
        return 0
    results: list[Result] = []
    for place, some in chosen:
        results += run_and_keep(session_of(place, given, covers=False), some).results
    for line in text_lines(results, verbose=False):
        console.result(line)
    console.result(f"test: {summary(results, known - len(results))}")
    return 1 if any(each.status == "failed" for each in results) else 0


def _affected(place: "Where", tests: "list[Test]") -> "list[Test]":
    from aelang.testing.affected import affected

    compiled = place.open()
    try:
        return affected(tests, compiled)
    finally:
        compiled.close()


def _stamps(given: Given) -> object:
    """A value that changes whenever a file of the datastores, their configurations or the tests is saved."""
    from aelang.cli.test import test_projects

    try:
        return [_stamps_of(project) for project in test_projects(given)]
    except Hindered as fault:
        return str(fault)


def _stamps_of(project: "Project") -> object:
    from aelang.config import find_config
    from aelang.diagnostics import Diagnostic
    from aelang.loader.trees import open_tree

    trees = [open_tree(root) for root in _roots(project.where)]
    listed = [None if isinstance(tree, Diagnostic) else tree.listing().entries for tree in trees]
    config = find_config(project.where.start)
    return listed, [(file, _stamp(file)) for file in (*project.files, *([config] if config else []))]


def _roots(place: "Where") -> "Sequence[str]":
    """The roots and references of a datastore; none where its configuration is broken."""
    from aelang.settings import ProjectError, settings_of

    try:
        settings = settings_of(place.roots, place.domains, place.references, place.start)
    except ProjectError:
        return ()
    return (*settings.roots, *settings.references)


def _stamp(file: str) -> tuple[int, int]:
    import os

    try:
        status = os.stat(file)
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size
