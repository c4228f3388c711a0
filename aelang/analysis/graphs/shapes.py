"""Shapes: what a diagram is made of. Plain data; how it looks is the business of `mermaid` and `dot`."""

from typing import NamedTuple

from aelang.source import Span

MACHINE, REACHED = "machine", "reached"
"""Kinds of diagrams."""

START, STATE, STEP, END, GAP = "start", "state", "step", "end", "gap"
INSTANCE, CLASS, METHOD, PATTERN = "instance", "class", "method", "pattern"
"""Kinds of boxes: of a machine, where a gap stands for states that are not drawn; and of what is reached, where a
pattern stands for what only a run knows. A link is of the kinds INSTANCE, MACHINE (an instance of a state machine),
CLASS or METHOD."""

NEXT, RETRY, RESTART, JUMP = "next", "retry", "restart", "jump"
LEADS, CALLS, READS, CODE, FITS = "leads", "calls", "reads", "code", "fits"
"""Kinds of arrows: between states; and by a relationship, a call, a `${miqaedb:...}`, a target in code, and from a
pattern to an instance that it may mean."""

MISSING, EMPTY, CONDITIONAL, BEGIN, FAULTY = "missing", "empty", "conditional", "begin", "faulty"
"""Marks of boxes: `.missing` answers; a state has no main part; it has a condition; it is what was asked for; it cannot
be built."""


class Link(NamedTuple):
    """Something with a name. `path` is for people, without the domain where that one answers; `full` has the domain:
    `/Domain/Ns/Class/instance`, `/Domain/Ns/Class/`, `/Domain/Ns/Class.method`."""

    kind: str
    path: str
    full: str


class Row(NamedTuple):
    """A line in a box: what it is about, the text as it is written, and where that leads, as far as it stands fast."""

    label: str
    text: str
    links: tuple[Link, ...] = ()


class Box(NamedTuple):
    """A box. `key` is its own in the diagram; `more`: so many arrows from here are not drawn."""

    key: str
    kind: str
    title: str
    link: Link | None = None
    rows: tuple[Row, ...] = ()
    marks: tuple[str, ...] = ()
    span: Span | None = None
    more: int = 0


class Arrow(NamedTuple):
    """An arrow between boxes, by their keys. `label` stands beside it, `text` is the target as it is written, and
    `condition` what else says whether it is followed. `is_possible`: only a run can tell whether it leads there."""

    begin: str
    end: str
    kind: str
    label: str = ""
    text: str = ""
    condition: str = ""
    is_possible: bool = False


class Diagram(NamedTuple):
    """A diagram of that kind. `left_out`: so many boxes are known and not drawn; what is behind those is not known."""

    kind: str
    title: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    left_out: int = 0
