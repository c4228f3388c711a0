"""The trace of a laboratory: what was followed, by whom, in the order in which it was told."""

import heapq
import json
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, TypeAlias

from sqlalchemy import select

from aelang.interpreter.trace import Event, Followed, Following, Instantiating
from aelang.requests.store import Store
from aelang.requests.store.schema import EVENTS, TRACES
from aelang.requests.traces import read_told

_HANDLERS = "/System/event_handlers/"
_SCHEME = "miqaedb:"


Told: TypeAlias = tuple[float | None, Event]


class Line(NamedTuple):
    """A line of the trace: when it was told, in the run of which context, and which field caused it. `driver` says what
    the run came of: R a request or a task, E an event of a request, X any other event; None within a run."""

    at: float
    run: int
    context: str | None
    event: str
    uri: str
    depth: int
    field: str
    driver: str | None = None


class Run(NamedTuple):
    """A run: its number, when it ended, its context, what it began with, and its lines."""

    number: int
    at: datetime
    context: str | None
    root: str
    lines: tuple[Line, ...]


def read_runs(store: Store, after: int = 0) -> list[Run]:
    """The runs that ended after the run `after`, in the order in which they ended."""
    columns = (TRACES.c.id, TRACES.c.task_id, TRACES.c.at, TRACES.c.body, EVENTS.c.model)
    joined = TRACES.outerjoin(EVENTS, TRACES.c.event_id == EVENTS.c.id)
    statement = select(*columns).select_from(joined).where(TRACES.c.id > after).order_by(TRACES.c.id)
    with store.reading() as connection:
        found = connection.execute(statement).all()
    return [
        _run(number, at, None if context == "-" else context, read_told(body), model)
        for number, context, at, body, model in found
    ]


def _run(number: int, at: datetime, context: str | None, told: Sequence[Told], model: str | None) -> Run:
    root = next((event.uri for _, event in told if isinstance(event, Instantiating)), "")
    lines: list[Line] = []
    for told_at, event in told:
        moment = at.timestamp() if told_at is None else told_at
        match event:
            case Following(depth, uri, field) | Followed(depth, uri, field):
                driver = _driver(root, model) if depth == 1 and isinstance(event, Following) else None
                name, target = type(event).__name__, uri.removeprefix(_SCHEME)
                lines.append(Line(moment, number, context, name, target, depth - 1, field, driver))
            case _:
                pass
    return Run(number, at, context, root.partition("?")[0], tuple(lines))


def _driver(root: str, model: str | None) -> str | None:
    if not root.lower().startswith("/system/process/"):
        return None
    if not root.lower().startswith("/system/process/event"):
        return "R"
    return "X" if model in ("EmsEvent", "MiqEvent") else "E"


def begin(run: Run) -> tuple[float, int]:
    """When a run began, and its number: what runs are ordered by."""
    return (run.lines[0].at if run.lines else run.at.timestamp(), run.number)


def in_order(runs: list[Run]) -> list[Line]:
    """The lines of all runs by when they were told; of those told at once one run after the other."""
    return list(heapq.merge(*(run.lines for run in runs), key=lambda line: (line.at, line.run)))


def is_shown(line: Line) -> bool:
    """Whether a line is of those that the log of an appliance has, and not of what an event does by itself."""
    return not line.uri.startswith(_HANDLERS)


def as_json(lines: list[Line]) -> str:
    """The lines as a list of JSON objects, one a line."""
    rows = [
        {
            "step": step, "context": line.context, "event": line.event, "uri": line.uri, "depth": line.depth,
            "driver": line.driver, "run": line.run, "at": round(line.at, 6),
        }
        for step, line in enumerate(lines, start=1)
    ]  # fmt: skip
    return "[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n"
