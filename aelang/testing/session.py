"""A session: tests are run, by several processes where that is worth it; results and what was reached come together.

The datastore is compiled once, before the processes part; each then takes it from the cache. Tests that bring the same
files along stay in one process, so that these too are compiled once.
"""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from aelang.methods import Runners
from aelang.project import ProjectError
from aelang.testing.affected import keep_visits
from aelang.testing.bench import Bench, Renderer, Where
from aelang.testing.coverage import Hits
from aelang.testing.nodes import Test
from aelang.testing.results import Result, pack_result, unpack_result

TESTS_A_PROCESS = 100
"""Fewer are not worth a process of their own."""


class Session(NamedTuple):
    """How tests are run: on which datastore, how lines of a trace are made, what runs methods."""

    where: Where
    render: Renderer
    runners: Callable[[], Runners]
    covers: bool = False
    fail_fast: bool = False
    processes: int | None = None


class Ended(NamedTuple):
    """What came of a session, in the order of the tests; `hits` where it covers."""

    results: tuple[Result, ...]
    hits: Hits | None


def run_session(session: Session, tests: Sequence[Test]) -> Ended:
    """Runs `tests`. Raises ProjectError where the datastore cannot be opened."""
    shares = _shares(tests, _processes(session, len(tests)))
    if len(shares) < 2:
        bench = _bench(session)
        try:
            if not all(test.alone for test in tests):
                bench.project()
            results = tuple(_run(bench, tests, session))
            return Ended(results, None if bench.collector is None else bench.collector.hits)
        finally:
            bench.close()
    bench = _bench(session)
    bench.project()
    bench.close()
    return _together(session, tests, shares)


def run_and_keep(session: Session, tests: Sequence[Test]) -> Ended:
    """The same; and for `affected` it is kept what those that passed looked at, in the files as they were before: one
    that is saved meanwhile counts as changed. Raises ProjectError."""
    try:
        before = session.where.open()
    except ProjectError:
        if not all(test.alone for test in tests):
            raise
        return run_session(session, tests)  # they bring all files along, and need no project
    try:
        sources = before.sources()
        ended = run_session(session, tests)
        keep_visits(before, ended.results, tests, sources)
    finally:
        before.close()
    return ended


def _processes(session: Session, tests: int) -> int:
    if session.processes is not None:
        return max(1, min(session.processes, tests))
    return max(1, min(os.cpu_count() or 1, tests // TESTS_A_PROCESS))


def _bench(session: Session, slot: int = 0) -> Bench:
    return Bench(session.where, session.render, session.runners(), covers=session.covers, slot=slot)


def _run(bench: Bench, tests: Sequence[Test], session: Session) -> Iterator[Result]:
    for test in tests:
        result = bench.run(test)
        yield result
        if session.fail_fast and result.status == "failed":
            return


def _shares(tests: Sequence[Test], processes: int) -> list[list[int]]:
    """The numbers of the tests that each process gets: those with equal files together, else even parts."""
    groups: dict[object, list[int]] = {}
    for at, test in enumerate(tests):
        key = (tuple(sorted(test.files.items())), test.alone) if test.files else at
        groups.setdefault(key, []).append(at)
    shares: list[list[int]] = [[] for _ in range(processes)]
    for group in sorted(groups.values(), key=len, reverse=True):
        min(shares, key=len).extend(group)
    return [sorted(share) for share in shares if share]


def _together(session: Session, tests: Sequence[Test], shares: list[list[int]]) -> Ended:
    """Runs each of `shares` in a process of its own."""
    begun = [_begin(session, [tests[at] for at in share], slot) for slot, share in enumerate(shares)]
    found: dict[int, Result] = {}
    hits = Hits() if session.covers else None
    for (process, pipe), share in zip(begun, shares, strict=True):
        with os.fdopen(pipe, "rb") as stream:
            told = stream.read()
        os.waitpid(process, 0)
        results, reached = json.loads(told) if told else ([], None)
        for at, packed in zip(share, results, strict=False):
            found[at] = unpack_result(packed)
        if not told:  # it has said why on standard error
            raise RuntimeError("a process that runs tests came to an end without a word")
        if hits is not None and reached is not None:
            hits.add(Hits.unpacked(reached))
    return Ended(tuple(found[at] for at in sorted(found)), hits)


def _begin(session: Session, tests: Sequence[Test], slot: int) -> tuple[int, int]:
    """Starts a process that runs `tests`; its id, and the pipe over which it tells what came of them."""
    reading, writing = os.pipe()
    process = os.fork()
    if process:
        os.close(writing)
        return process, reading
    code = 1
    try:
        os.close(reading)
        bench = _bench(session, slot)
        results = [pack_result(each) for each in _run(bench, tests, session)]
        hits = None if bench.collector is None else bench.collector.hits.packed()
        bench.close()
        with os.fdopen(writing, "wb") as stream:
            stream.write(json.dumps([results, hits]).encode("utf-8", "surrogateescape"))
        code = 0
    except KeyboardInterrupt:  # the first process gets it, too
        pass
    except BaseException:  # whatever it is, it is told here: the process must not go on as if it were the first
        import traceback

        traceback.print_exc()
    finally:
        os._exit(code)
