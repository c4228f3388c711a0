"""`aelang test`: the tests that authors write for their datastore are run, and what they cover is told."""

from typing import TYPE_CHECKING, NamedTuple

from aelang.cli.options import HOW, JSON, WHERE, Argument, Command, Given, Hindered, Misused, Option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aelang.cli.console import Console
    from aelang.testing.bench import Where
    from aelang.testing.measuring import Coverage
    from aelang.testing.nodes import Test
    from aelang.testing.projects import Project
    from aelang.testing.results import Result
    from aelang.testing.session import Ended, Session

COMMAND = Command(
    text="""Runs the tests in PATH: Markdown pages, `*.md`, and YAML, `*.test.yaml`, or folders of such; without PATH
those that aelang.toml names, else the folder `tests`. docs/test.md shows how they are written. Time in a test is
virtual: retries are not waited for.

Exit codes: 0 all passed, 1 a test failed, there is none, or too little is covered.""",
    arguments=(Argument("paths", "[PATH]...", required=False, many=True, completes="files"),),
    options=(
        *WHERE,
        Option(("-k", "--named"), "Only tests whose name contains this, whatever the case.", "NAME"),
        Option(("--affected",), "Only tests that these changes may matter to; `A..`: from A to the files as they are.",
               "A..B"),
        Option(("--fail-fast",), "Stop at the first test that fails."),
        Option(("-j", "--processes"), "In so many processes; unless given, as many as it is worth.", "N", least=1),
        Option(("--coverage",), "Write what was covered to FILE: text, or by its name .json, .info (lcov); `-` prints.",
               "FILE", completes="files"),
        Option(("--fail-under",), "Less than this part covered, in percent, is a failure.", "N", least=0),
        Option(("--junit",), "Write a JUnit report to FILE.", "FILE", completes="files"),
        Option(("--record",), "Run this target, and print a test that expects what it did.", "URI", completes="names"),
        Option(("--attr",), "With --record: an argument of the run; may be given again.", "KEY=VALUE", many=True),
        Option(("--inventory",), "With --record: the records that the run finds.", "FILE", completes="files"),
        Option(("--user",), "With --record: the id of the user on whose behalf the run goes.", "ID", least=0),
        Option(("-v", "--verbose"), "Name the tests that passed, too."),
        JSON,
        *HOW,
    ),
    examples=(
        ("aelang test tests/", "all tests of a folder; without it those that aelang.toml names"),
        ("aelang test tests/order.md -k retry -v", "some of them"),
        ("aelang test --coverage - --fail-under 80", "how much of the datastore they reach, and why not the rest"),
        ("aelang test --affected main.. --junit report.xml", "for a merge request: what the change may matter to"),
        ("aelang test --record /System/Request/hello > hello.test.yaml", "a first test, from what happens today"),
    ),
)  # fmt: skip


def execute(given: Given) -> int:
    """Runs the tests and tells what came of them; 0 or 1 as the command's text says. Raises Misused."""
    from aelang.cli.console import Console
    from aelang.project import ProjectError

    console = Console(given)
    _check_words(given)
    try:
        return _record(given, console) if given.text("record") is not None else _test(given, console)
    except ProjectError as fault:
        from aelang.cli.roots import tell_diagnostics

        tell_diagnostics(fault.diagnostics, console)
    except Hindered as fault:
        console.error(str(fault))
    return 1


def _check_words(given: Given) -> None:
    recording = given.text("record") is not None
    for key in ("attr", "inventory", "user"):
        if given.value(key) not in (None, ()) and not recording:
            raise Misused(f"`--{key}` is about `--record`: a test says itself what it is given")
    if given.number("fail_under", 0) > 100:
        raise Misused("`--fail-under` is a part in percent: a number up to 100")


def _test(given: Given, console: "Console") -> int:
    from aelang.testing.reports import results_json, summary, text_lines

    chosen = _chosen(given, console)
    if not chosen.tests:
        console.note(f"no test is left to run: {chosen.known} not run")
        return 0 if given.text("affected") is not None else 1
    covers = given.text("coverage") is not None or given.value("fail_under") is not None
    ended = _run(chosen, given, console, covers=covers)
    if given.flag("json"):
        console.result(results_json(ended.results, _as_data(ended.coverage)))
    else:
        for line in text_lines(ended.results, verbose=given.flag("verbose")):
            console.result(line)
    _write_reports(given, console, ended)
    console.note(summary(ended.results, chosen.known - len(ended.results)))
    failed = ended.faulty or any(each.status == "failed" for each in ended.results)
    return 1 if failed or _is_too_little(given, console, ended.coverage) else 0


class _Chosen(NamedTuple):
    """The tests that are to be run, by their datastores, and how many are known."""

    tests: "tuple[tuple[Where, list[Test]], ...]"
    known: int


class _Ended(NamedTuple):
    """What came of all tests; `faulty` where a datastore could not be opened, which has then been told."""

    results: "tuple[Result, ...]"
    coverage: "Coverage | None"
    faulty: bool


def _chosen(given: Given, console: "Console") -> _Chosen:
    """The tests that the command line asks for. Raises Hindered where there are none at all."""
    found = [(project.where, read_all(project.files, console)) for project in test_projects(given)]
    known = sum(len(tests) for _, tests in found)
    if not known:
        paths = ", ".join(test_paths(given)) or "tests"
        raise Hindered(f"there are no tests in {paths}: `aelang test --record URI` writes a first one")
    chosen = ((place, _some(tests, place, given)) for place, tests in found)
    return _Chosen(tuple((place, tests) for place, tests in chosen if tests), known)


def _run(chosen: _Chosen, given: Given, console: "Console", *, covers: bool) -> _Ended:
    """Runs the tests, a datastore after the other."""
    from aelang.cli.roots import tell_diagnostics
    from aelang.project import ProjectError
    from aelang.testing.measuring import together
    from aelang.testing.session import run_and_keep

    results: list[Result] = []
    measured: list[Coverage] = []
    faulty = False
    for place, tests in chosen.tests:
        session = session_of(place, given, covers=covers)
        try:
            ended = run_and_keep(session, tests)
            measured += [_coverage(session, ended)] if covers else []
        except ProjectError as fault:
            tell_diagnostics(fault.diagnostics, console)
            faulty = True
            continue
        results += ended.results
        if session.fail_fast and any(each.status == "failed" for each in ended.results):
            break
    return _Ended(tuple(results), together(measured) if measured else None, faulty)


def test_paths(given: Given) -> "Sequence[str]":
    """Where tests are: as the command line says, else aelang.toml, else the folder `tests`. Raises Hindered."""
    import os

    said = given.many("paths")
    if said:
        gone = next((path for path in said if not os.path.exists(path)), None)
        if gone is not None:
            raise Hindered(f"there is no `{gone}`: name files or folders of tests")
        return said
    from aelang.config import find_config, read_table

    config = find_config(".")
    folder = "." if config is None else os.path.relpath(os.path.dirname(config))
    table = read_table(".", "tests")
    paths = table.get("paths", ["tests"])
    if set(table) - {"paths"} or not isinstance(paths, list) or not all(isinstance(each, str) for each in paths):
        raise Hindered('aelang.toml: [tests] has one key, a list of folders and files: `paths = ["tests"]`')
    there = [os.path.normpath(os.path.join(folder, path)) for path in paths]
    return [path for path in there if os.path.exists(path)]


def test_projects(given: Given) -> "list[Project]":
    """The datastores that are tested, each with its files of tests; where there are no files, the one datastore without
    any. Raises Hindered."""
    from aelang.testing.projects import Project, projects_of

    base = where(given)
    return projects_of(test_paths(given), base, named=not given.many("paths")) or [Project(base)]


def where(given: Given) -> "Where":
    """The datastore of `-d`, else that of the first PATH, or of here."""
    import os

    from aelang.cli.options import domain_list
    from aelang.testing.bench import Where

    paths = given.many("paths")
    start = "." if not paths else paths[0] if os.path.isdir(paths[0]) else os.path.dirname(paths[0]) or "."
    return Where(given.many("datastore"), given.many("reference"), domain_list(given), start)


def read_all(files: "Sequence[str]", console: "Console") -> "list[Test]":
    """The tests in `files`. Raises Hindered where one of the files is faulty, which has then been told."""
    from aelang.testing.reading import read_tests

    read = [read_tests(file) for file in files]
    found = [each for some in read for each in some.diagnostics]
    if found:
        from aelang.cli.roots import tell_diagnostics

        tell_diagnostics(found, console)
        raise Hindered("no test was run: some cannot be read")
    return [test for some in read for test in some.tests]


def _some(tests: "list[Test]", place: "Where", given: Given) -> "list[Test]":
    """Those of `tests` that the options leave."""
    name, span = given.text("named"), given.text("affected")
    if name is not None:
        tests = [test for test in tests if name.lower() in test.name.lower()]
    if span is None or not tests:
        return tests
    from aelang.testing.affected import UnknownRevision, affected, changed_files

    compiled = place.open()
    try:
        return affected(tests, compiled, changed_files(span, compiled.settings.folder or "."))
    except UnknownRevision as fault:
        raise Hindered(str(fault)) from None
    finally:
        compiled.close()


def session_of(place: "Where", given: Given, *, covers: bool) -> "Session":
    """How tests of the datastore at `place` are run, as `given` asks for."""
    from aelang.cli.formats.trace import text_line
    from aelang.config import read_table
    from aelang.methods import Runners
    from aelang.methods.settings import read_settings
    from aelang.testing.session import Session

    def runners() -> Runners:
        return Runners(settings=lambda: read_settings(read_table(place.start, "methods")))

    processes = given.number("processes", 0) or None
    return Session(place, text_line, runners, covers, given.flag("fail_fast"), processes)


def _coverage(session: "Session", ended: "Ended") -> "Coverage":
    from aelang.testing.coverage import Hits
    from aelang.testing.measuring import measure

    compiled = session.where.open()
    try:
        return measure(compiled.image, ended.hits or Hits(), compiled.settings.references)
    finally:
        compiled.close()


def _as_data(coverage: "Coverage | None") -> "dict[str, object] | None":
    if coverage is None:
        return None
    from aelang.testing.coverage_reports import coverage_data

    return coverage_data(coverage)


def _write_reports(given: Given, console: "Console", ended: _Ended) -> None:
    from aelang.testing.reports import junit

    file, name, coverage = given.text("junit"), given.text("coverage"), ended.coverage
    if file is not None:
        _write(file, junit(ended.results))
    if coverage is None or name is None:
        return
    from aelang.testing.coverage_reports import coverage_lines, coverage_report

    if name != "-":
        _write(name, coverage_report(coverage, name))
    elif not given.flag("json"):
        for line in coverage_lines(coverage):
            console.result(line)


def _write(path: str, text: str) -> None:
    try:
        with open(path, "w", encoding="utf-8", errors="replace") as stream:
            stream.write(text)
    except OSError as fault:
        raise Hindered(f"`{path}` cannot be written: {fault.strerror or fault}") from None


def _is_too_little(given: Given, console: "Console", coverage: "Coverage | None") -> bool:
    least = given.number("fail_under", 0)
    if coverage is None or coverage.total.percent >= least:
        return False
    console.error(f"{coverage.total.percent:.1f} % of the datastore is covered, less than {least} %")
    return True


def _record(given: Given, console: "Console") -> int:
    from aelang import ir
    from aelang.testing.bench import Hindrance
    from aelang.testing.recording import NotThere, record

    session, uri = session_of(where(given), given, covers=False), given.text("record") or ""
    try:
        recorded = record(session, uri, _arguments(given), given.text("inventory"), given.number("user", 1))
    except NotThere as fault:
        console.error(f"nothing was recorded: {fault}")
        _tell_nearest(session, fault.uri, console)
        return 1
    except (Hindrance, ir.ImageError) as fault:
        raise Hindered(f"nothing was recorded: {fault}") from None
    for note in recorded.notes:
        console.note(f"note: {note}")
    console.result(recorded.text.rstrip("\n"))
    return 0


def _tell_nearest(session: "Session", uri: str, console: "Console") -> None:
    from aelang.cli.outcomes import tell_nearest

    compiled = session.where.open()
    try:
        tell_nearest(console, compiled.image.index, uri)
    finally:
        compiled.close()


def _arguments(given: Given) -> dict[str, str]:
    made: dict[str, str] = {}
    for text in given.many("attr"):
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise Misused(f"`--attr {text}` is no argument: write `--attr key=value`")
        made[key] = value
    return made
