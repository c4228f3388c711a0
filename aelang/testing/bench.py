"""The bench: tests are run on it, one after the other, each on the datastore that it asks for.

A project is opened once and serves all tests that bring no files along. Files that a test lays over it make a
datastore of their own, which is compiled beside it, and only so far as the files make a difference; tests with the
same files share it. Every test gets records, a clock and stand-ins of its own.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from aelang import ir
from aelang.cache import cache_file, open_cache, private_cache
from aelang.diagnostics import Diagnostic
from aelang.engine import Engine
from aelang.interpreter.outcome import Outcome, Retry
from aelang.interpreter.times import parse_time
from aelang.interpreter.trace import Event
from aelang.loader.trees import Tree, open_tree
from aelang.methods import Runners
from aelang.names import InvalidUri, join_uri, read_query, split_uri, write_query
from aelang.project import Compilation, How, ProjectError, Settings, open_project, open_with
from aelang.services import Catalog, default_catalog
from aelang.source import Source
from aelang.testing.coverage import Collector
from aelang.testing.expecting import Failure, Ran, unmet
from aelang.testing.laid import LaidTree, lone_tree, place_files
from aelang.testing.nodes import Given, Test
from aelang.testing.results import Result
from aelang.testing.stand_ins import Answering, NeedsRuby, StandIns
from aelang.testing.visits import Visits

Renderer = Callable[[Event], str]


class Where(NamedTuple):
    """The datastore that is tested, as `open_project` takes it."""

    roots: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    domains: tuple[str, ...] | None = None
    start: str = "."

    def open(self) -> Compilation:
        """The project. Raises ProjectError."""
        return open_project(self.roots, domains=self.domains, references=self.references, start=self.start)


class Hindrance(Exception):
    """A test cannot be run at all; the text is for people."""


class VirtualClock:
    """A clock that a run's waiting moves on, and nothing else where it was set."""

    def __init__(self, start: str) -> None:
        self._set = parse_time(start, lambda: datetime.now(UTC)) if start else None
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        """The time, in UTC."""
        return (self._set or datetime.now(UTC)) + self._ahead

    def wait(self, seconds: float) -> None:
        """Lets `seconds` pass at once."""
        try:
            self._ahead += timedelta(seconds=max(0.0, seconds))
            self.now()
        except OverflowError:  # such an interval is never over
            raise Hindrance(f"the run waits for {seconds:g} seconds, which is beyond all dates") from None


class Bench:
    """Runs tests on the datastore `where`. `render` makes lines of a trace; `runners` run methods that nothing stands
    in for. With `covers` it is kept what of the datastore was reached."""

    def __init__(
        self, where: Where, render: Renderer, runners: Runners, *, covers: bool = False, slot: int = 0
    ) -> None:
        self._where = where
        self._render = render
        self._runners = runners
        self._slot = slot
        self._opened: Compilation | None = None
        self._laid: tuple[object, Compilation] | None = None
        self.collector = Collector() if covers else None

    def project(self) -> Compilation:
        """The project itself. Raises ProjectError."""
        if self._opened is None:
            self._opened = self._where.open()
        return self._opened

    def close(self) -> None:
        """Ends the processes of methods, and lets go of the cache."""
        self._runners.close()
        for each in (self._opened, self._laid and self._laid[1]):
            if each:
                each.close()

    def run(self, test: Test) -> Result:
        """Runs `test`, whatever happens in it."""
        began = time.perf_counter()
        try:
            failures, visits = self._run(test)
            status = "failed" if failures else "passed"
        except NeedsRuby as reason:
            status, failures, visits = "skipped", [Failure(str(reason), test.line)], Visits.everything()
        except (ProjectError, Hindrance, ir.ImageError) as fault:
            failures = [Failure(f"the test cannot be run: {fault}", test.line)]
            status, visits = "failed", Visits.everything()
        seconds = time.perf_counter() - began
        return Result(test.name, test.source, test.line, status, tuple(failures), seconds, test.digest, visits)

    def _run(self, test: Test) -> tuple[list[Failure], Visits]:
        compiled = self._compilation(test)
        findings = _findings(compiled, test) if test.is_checked else ()
        if not test.uri:
            return unmet(test.expected, None, findings), Visits.everything()
        clock = VirtualClock(test.given.now)
        stand_ins = StandIns(test.given.stubs, self._runners)
        catalog = catalog_of(test.given, clock)
        watch = None if self.collector is None else self.collector.watch
        engine = Engine(compiled.image, methods=stand_ins, catalog=catalog, clock=clock, watch=watch)
        if self.collector is not None:
            self.collector.begin(frozenset(_shown_files(compiled, test)))
        visits = Visits(domains=[each.name for each in compiled.image.index.domains])
        ran = self._ran(engine, test, clock, stand_ins, visits, catalog)
        failures = unmet(test.expected, ran, findings)
        return failures, Visits.everything() if stand_ins.searches or test.is_checked else visits

    def _ran(
        self, engine: Engine, test: Test, clock: VirtualClock, stand_ins: StandIns, visits: Visits, catalog: Catalog
    ) -> Ran:
        lines: list[str] = []

        def trace(event: Event) -> None:
            visits.take(event)
            if line := self._render(event).strip():
                lines.append(line)
            if self.collector is not None:
                self.collector.take(event)

        workspace = engine.workspace(trace=trace)
        workspace.state_vars.update({key: catalog.present(each) for key, each in test.given.state_vars.items()})
        outcome: Outcome = engine.run_in(workspace, target(test.uri, test.given))
        visits.take_objects(outcome.workspace)
        retries = 0
        while isinstance(outcome, Retry) and retries < test.given.limit:
            retries += 1
            clock.wait(outcome.after)
            outcome = engine.resume(outcome.checkpoint, trace=trace)
            visits.take_objects(outcome.workspace)
        root = outcome.workspace.root
        attributes = {} if root is None else root.attributes
        return Ran(outcome, attributes, outcome.workspace, retries, lines, stand_ins.calls, catalog)

    # -- datastores

    def _compilation(self, test: Test) -> Compilation:
        if not test.files and not test.alone:
            return self.project()
        key = (tuple(sorted(test.files.items())), test.alone, test.roots, test.domains)
        if self._laid is None or self._laid[0] != key:
            if self._laid is not None:
                self._laid[1].close()
            self._laid = (key, self._compiled(test))
        return self._laid[1]

    def _compiled(self, test: Test) -> Compilation:
        if test.alone:
            settings = _LaidSettings(test.roots, (), test.domains, "aelang", None)
            trees: list[Tree] = [lone_tree(root, test.files, test.without) for root in test.roots]
            return open_with(settings, trees, private_cache(), How(remarks=test.is_checked))
        project = self.project().settings
        settings = _LaidSettings(*project._replace(domains=test.domains or project.domains))
        settings.slot = self._slot
        path = cache_file(settings.folder)
        cache = (None if path is None else open_cache(path)) or private_cache()
        return open_with(settings, _trees(settings, test), cache, How(remarks=test.is_checked))


class _LaidSettings(Settings):
    """The settings of a project with files laid over it: it must not be taken for the project itself. In the cache
    there is room for one such project a process; where two meet, each makes anew what it lacks."""

    slot: int = 0

    def key(self) -> str:
        """The name of this project in the cache."""
        return f"{super().key()} laid {self.slot}"


def _trees(settings: Settings, test: Test) -> list[Tree]:
    placed = place_files(test.files, settings.roots)
    trees: list[Tree] = []
    for at, root in enumerate((*settings.roots, *settings.references)):
        tree = open_tree(root)
        if isinstance(tree, Diagnostic):
            raise ProjectError([tree])
        files: Mapping[str, str] = placed[at] if at < len(placed) else {}
        trees.append(LaidTree(tree, files, test.without) if files else tree)
    return trees


def _shown_files(compiled: Compilation, test: Test) -> Sequence[str]:
    """The files of `test` under the names that findings and places have."""
    if test.alone:
        return list(test.files)
    roots = compiled.settings.roots
    return [
        path if root == "." else f"{root.rstrip('/')}/{path}"
        for root, files in zip(roots, place_files(test.files, roots), strict=True)
        for path in files
    ]


def _findings(compiled: Compilation, test: Test) -> tuple[Diagnostic, ...]:
    """What is wrong: with the files of `test` where it has some, else with all of the datastore."""
    from aelang.checking import check

    shown = dict(zip(_shown_files(compiled, test), _paths(compiled, test), strict=True))
    found = check(compiled).found
    if not shown:
        return tuple(found)
    return tuple(
        each._replace(span=each.span._replace(source=shown.get(each.span.source, each.span.source)))
        for each in found
        if test.alone or each.span.source in shown
    )


def _paths(compiled: Compilation, test: Test) -> list[str]:
    """The paths of the files as the test writes them, in the order of `_shown_files`."""
    if test.alone:
        return list(test.files)
    placed = place_files({path: path for path in test.files}, compiled.settings.roots)
    return [path for files in placed for path in files.values()]


# -- what is given -----------------------------------------------------------------------------------------------------


def catalog_of(given: Given, clock: VirtualClock) -> Catalog:
    """The records that `given` asks for. Raises Hindrance where its inventory is faulty."""
    catalog = default_catalog(given.user)
    if given.inventory is not None:
        from aelang.inventory_file import take_inventory

        loaded = take_inventory(given.inventory, Source(given.inventory_source, b""), given.user)
        if loaded.catalog is None:
            first = loaded.diagnostics[0]
            raise Hindrance(f"its inventory is faulty: {first.message}" + (f" ({first.help})" if first.help else ""))
        catalog = loaded.catalog
    catalog.records.now = clock.now  # type: ignore[attr-defined]  # an inventory has it
    if given.answers:
        catalog.records = Answering(catalog.records, given.answers)
    return catalog


def target(uri: str, given: Given) -> str:
    """The target `uri` with the arguments and the message that are given. Raises Hindrance for what is no URI."""
    if not given.arguments and not given.message:
        return uri
    try:
        found = split_uri(uri, None)
        query = write_query({**read_query(found.query), **given.arguments})
        return join_uri(found._replace(query=query, fragment=given.message or found.fragment))
    except InvalidUri as fault:
        raise Hindrance(f"`{uri}` cannot be run with arguments: {fault}") from None
