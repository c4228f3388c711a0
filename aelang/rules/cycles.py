"""Cycles: no object leads, by way of relationships under one message, to itself. A run ends with a failure there.

Only fixed targets count, and only fields without a condition; an object with an assertion may end a circle by itself,
so none is told of there.

A large datastore has a hundred thousand relationships, and next to none is part of a circle. So at first only classes
are looked at: those that lead to no other, or that none leads to, are left out until none is left of either.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from aelang.diagnostics import Diagnostic, DiagnosticKind, Label, Severity
from aelang.names import MISSING_INSTANCE, fold, split_path
from aelang.rules.compiled import Compiled, place_of
from aelang.rules.outline import HOLE, FieldOutline, Outline, TargetUse

RELATIONSHIP_CYCLE = DiagnosticKind(
    "relationship-cycle", Severity.WARNING, "under the message `{message}` this leads back to itself: {chain}"
)


class _Node(NamedTuple):
    """An object under a message: the folded path of its class, its instance, the message."""

    klass: str
    instance: str
    message: str


class _Edge(NamedTuple):
    to: _Node
    outline: Outline
    use: TargetUse


class Cycles:
    """Relationships that lead in a circle: relationship-cycle, once for each circle."""

    def __init__(self, compiled: Compiled) -> None:
        self._compiled = compiled
        self._leads: dict[str, frozenset[str]] = {}

    @staticmethod
    def note(outline: Outline, compiled: Compiled) -> list[str] | None:
        """The folded paths of the classes that the class of `outline` leads to."""
        certain = _certain(outline, compiled)
        return sorted({fold(use.leads_to) for use, _ in certain if use.leads_to is not None}) or None

    def look(self, path: str, note: list[str], *, own: bool) -> None:
        """Take down which classes the class at `path` leads to."""
        if own:
            self._leads[path] = frozenset(note)

    def found(self) -> Iterator[Diagnostic]:
        """What is wrong with the classes that were looked at."""
        edges: dict[_Node, list[_Edge]] = {}
        for path in _in_circles(self._leads):
            outline = self._compiled.outline(path)
            for node, edge in _edges(outline, self._compiled) if outline is not None else ():
                edges.setdefault(node, []).append(edge)
        told: set[frozenset[_Node]] = set()
        for circle in _circles(edges):
            nodes = frozenset(edge.to for edge in circle)
            if nodes not in told:
                told.add(nodes)
                yield _tell(circle)


def _in_circles(leads: Mapping[str, frozenset[str]]) -> list[str]:
    """Those of the classes that lead to one another of which some may be in a circle, in the order of `leads`."""
    ahead = {path: set(found) for path, found in leads.items()}
    back: dict[str, set[str]] = {}
    for path, found in leads.items():
        for other in found:
            back.setdefault(other, set()).add(path)
    waiting = list(ahead.keys() ^ back.keys())
    while waiting:
        path = waiting.pop()
        for links, turned in ((ahead, back), (back, ahead)):
            for other in links.pop(path, ()):
                left = turned.get(other, set())
                left.discard(path)
                if not left:
                    waiting.append(other)
    return [path for path in leads if path in ahead]


def _certain(outline: Outline, compiled: Compiled) -> Iterator[tuple[TargetUse, FieldOutline]]:
    """The targets to which an object of the class leads for certain, with their fields."""
    all_fields = compiled.fields(outline) if outline.targets else ()
    if any(field.kind == "assertion" for field in all_fields):
        return
    fields = {fold(field.name): field for field in all_fields}
    for use in outline.targets:
        if use.key != "value" or use.leads_to is None:
            continue
        field = fields[fold(use.field)]
        if field.guarded or field.kind not in ("relationship", "state"):
            continue
        if use.message is None or HOLE not in use.message:
            yield use, field


def _edges(outline: Outline, compiled: Compiled) -> Iterator[tuple[_Node, _Edge]]:
    for use, field in _certain(outline, compiled):
        led_to = split_path(use.path).instance
        home = compiled.index.class_at(use.leads_to or "")
        if led_to is None or home is None:
            continue
        name = fold(led_to)
        for instance in _speakers(use, outline):
            for message in field.messages:
                sent = message if use.message is None else use.message.lower() or "create"
                if message != "*" and sent != "*":
                    to = _Node(fold(home.path), name if name in home.instances else MISSING_INSTANCE, sent)
                    yield _Node(fold(outline.path), instance, message), _Edge(to, outline, use)


def _speakers(use: TargetUse, outline: Outline) -> list[str]:
    """The instances for which `use` counts."""
    if use.instance:
        return [fold(use.instance)]
    others = {fold(name) for name in outline.overridden.get(f"{fold(use.field)} {use.key}", ())}
    return [folded for name, _ in outline.instances if (folded := fold(name)) not in others]


def _circles(edges: dict[_Node, list[_Edge]]) -> Iterator[list[_Edge]]:
    """Each circle that a walk in depth comes by, as the edges that make it."""
    done: set[_Node] = set()
    for start, first in edges.items():
        if start in done:
            continue
        on_way: dict[_Node, int] = {start: 0}
        way: list[_Edge] = []
        walks = [iter(first)]
        while walks:
            edge = next(walks[-1], None)
            if edge is None:
                walks.pop()
                done.add(on_way.popitem()[0])
                if way:
                    way.pop()
            elif edge.to in on_way:
                yield [*way[on_way[edge.to] :], edge]
            elif edge.to in edges and edge.to not in done:
                way.append(edge)
                on_way[edge.to] = len(way)
                walks.append(iter(edges[edge.to]))


def _tell(circle: list[_Edge]) -> Diagnostic:
    chain = " > ".join(f"/{edge.use.path.strip('/')}" for edge in (circle[-1], *circle))
    first, *others = circle
    labels = tuple(Label(place_of(edge.outline, edge.use), "and this leads on") for edge in others)
    message = circle[-1].to.message
    return RELATIONSHIP_CYCLE.at(
        place_of(first.outline, first.use),
        "lead one of them elsewhere, give it another message, or guard it with an assertion",
        labels,
        message=message,
        chain=chain,
    )
