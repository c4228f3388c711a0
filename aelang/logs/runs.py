"""Runs: entries become, for each context, runs with what was done in them, nested and timed.

A run's structure (`Shape`) is kept once however often it comes again, its times apart: a state that is polled for hours
costs one shape and a few numbers, and "the same again" is one comparison. A log is cut where it is rotated, so what
ends without having begun, or never ends, is there all the same, and says so.
"""

from array import array
from collections.abc import Iterator, Sequence
from typing import NamedTuple

OK, CUT = "", "not ended"
"""Results of a node: nothing to say; its end is not in the log."""


class Shape(NamedTuple):
    """What was done, without times: a `kind` (run, relationship, state, method, said), its `text`, its `result`, and
    the `parts` inside of it. `size` is the number of shapes from here down."""

    kind: str
    text: str
    result: str
    parts: "tuple[Shape, ...]"
    size: int


class Run(NamedTuple):
    """A run: `uri` as it was delivered, `begin` and `end` in seconds since 1970 (None without times), the `seconds` of
    its shapes (those inside before those around them; negative is unknown), and how many `times` it came in a row."""

    uri: str
    begin: float | None
    end: float | None
    shape: Shape
    seconds: "array[float]"
    times: int

    @property
    def result(self) -> str:
        """What it came to: that of its last state or method, blank where all went well."""
        return self.shape.result


class Fault(NamedTuple):
    """Something that went wrong: when, in which context, inside of what, the lines that say it, how often."""

    at: float | None
    context: str
    inside: str
    lines: tuple[str, ...]
    times: int


class Context(NamedTuple):
    """All runs of one task, in order; `name` is `-` for what belongs to none. `request` is the number of the request
    that it belongs to, where the log says so."""

    name: str
    request: int | None
    runs: tuple[Run, ...]


class Node(NamedTuple):
    """A shape with its time, as one goes through a run: `depth` is 0 for the run itself, `times` how often it came in a
    row, `seconds` how long these took together, None where that is unknown."""

    depth: int
    shape: Shape
    seconds: float | None
    times: int


def walk(run: Run) -> Iterator[Node]:
    """What was done in `run`, from the outside in, in order; equal things in a row are one."""
    yield from _walk([run.shape], run.seconds, 0, 0)


def _walk(row: Sequence[Shape], seconds: "array[float]", first: int, depth: int) -> Iterator[Node]:
    """The shapes of `row`, whose times begin at `first`."""
    at = 0
    while at < len(row):
        shape, times = row[at], 1
        while at + times < len(row) and row[at + times] is shape:
            times += 1
        took = [seconds[first + (each + 1) * shape.size - 1] for each in range(times)]
        yield Node(depth, shape, sum(took) if min(took) >= 0 else None, times)
        yield from _walk(shape.parts, seconds, first, depth + 1)
        first += times * shape.size
        at += times
