"""`aelang watch`: whenever a file is saved, the datastore is validated and the tests that it matters to are run."""

from typing import TYPE_CHECKING

from aelang.cli.options import HOW, WHERE, Argument, Command, Given, Hindered, Option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aelang.cli.console import Console

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

_PAUSE = 0.3
_CLEAR = "\x1b[2J\x1b[3J\x1b[H"


def execute(given: Given) -> int:
    """Validates and tests, again and again. Raises Misused."""
    import sys
    import time

    from aelang.cli.console import Console

    console = Console(given)
    once = given.flag("once")
    before: object = None
    roots: Sequence[str] = ()
    try:
        while True:
            now = _stamps(given, roots)
            if now != before:
                roots = _roots(given)
                before = _stamps(given, roots)
                if sys.stdout.isatty() and not once:
                    sys.stdout.write(_CLEAR)
                code = _round(given, console)
                if once:
                    return code
                sys.stdout.flush()
                console.note("watching; Ctrl-C ends it")
            time.sleep(_PAUSE)
    except KeyboardInterrupt:
        return 0


def _round(given: Given, console: "Console") -> int:
    """Validates and tests once; 1 where something is wrong."""
    from aelang.ir import ImageError
    from aelang.project import ProjectError

    try:
        return max(_validate(given, console), _test(given, console))
    except ProjectError as fault:
        from aelang.cli.roots import tell_diagnostics

        tell_diagnostics(fault.diagnostics, console)
    except (Hindered, ImageError) as fault:  # the latter where a file was saved while it was being read
        console.error(str(fault))
    return 1


def _validate(given: Given, console: "Console") -> int:
    from aelang.checking import check
    from aelang.cli.roots import tell_diagnostics
    from aelang.cli.test import where
    from aelang.diagnostics import Severity, worst
    from aelang.diagnostics.text import summary

    compiled = where(given).open()
    try:
        found = check(compiled).found
    finally:
        compiled.close()
    tell_diagnostics(found, console, (*compiled.settings.roots, *compiled.settings.references))
    console.result(f"validate: {summary(found) or 'nothing is wrong'}")
    return 1 if worst(found) is Severity.ERROR else 0


def _test(given: Given, console: "Console") -> int:
    """Runs the tests that something changed for since they last passed."""
    from aelang.cli.test import keep, read_all, session_of, test_paths, where
    from aelang.testing.affected import affected
    from aelang.testing.reports import summary, text_lines
    from aelang.testing.session import run_session

    tests = read_all(test_paths(given), console)
    compiled = where(given).open()
    try:
        chosen = affected(tests, compiled)
    finally:
        compiled.close()
    if tests and not chosen:
        console.result(f"test: nothing changed for any of the {len(tests)}, which all passed")
        return 0
    session = session_of(given, covers=False)
    ended = run_session(session, chosen)
    keep(session, ended, chosen)
    for line in text_lines(ended.results, verbose=False):
        console.result(line)
    console.result(f"test: {summary(ended.results, len(tests) - len(chosen))}")
    return 1 if any(each.status == "failed" for each in ended.results) else 0


def _roots(given: Given) -> "Sequence[str]":
    """The roots and references of the datastore; none where it cannot be opened."""
    from aelang.cli.test import where
    from aelang.project import ProjectError

    try:
        compiled = where(given).open()
    except ProjectError:
        return given.many("datastore")
    compiled.close()
    return (*compiled.settings.roots, *compiled.settings.references)


def _stamps(given: Given, roots: "Sequence[str]") -> object:
    """A value that changes whenever a file of the datastore, its configuration or the tests is saved."""
    from aelang.cli.test import test_paths, where
    from aelang.config import find_config
    from aelang.diagnostics import Diagnostic
    from aelang.loader.trees import open_tree
    from aelang.testing.reading import files_with_tests

    trees = [open_tree(root) for root in roots]
    listed = [None if isinstance(tree, Diagnostic) else tree.listing().entries for tree in trees]
    try:
        files = [file for path in test_paths(given) for file in files_with_tests(path)]
    except Hindered as fault:
        return str(fault), listed
    config = find_config(where(given).start)
    return listed, [(file, _stamp(file)) for file in (*files, *([config] if config else []))]


def _stamp(file: str) -> tuple[int, int]:
    import os

    try:
        status = os.stat(file)
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size
