"""Reaching: backwards from instances and methods to all that leads to them, the surest and shortest way to each.

A way is walked against its direction, under messages: who wants an object processed under `create` can only have come
by fields that send `create`. What is looked for first is reached by whatever builds it; what comes before it must be
processed, so a `${miqaedb:...}`, which reads attributes only, does not lead further than those.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import heappop, heappush
from typing import NamedTuple

from aelang import ir
from aelang.analysis.edges import ANY, CALL, CODE, PATTERN, REFERENCE, ClassEdges, Guard, Use
from aelang.code.paths import HOLE
from aelang.names import MISSING_INSTANCE, fold
from aelang.names.paths import fits


class Node(NamedTuple):
    """An instance of a class, or a method, by folded names; `klass` is the full path, an empty name the class alone."""

    klass: str
    name: str
    is_method: bool = False


class Point(NamedTuple):
    """A node under a message; ANY where each will do. `reads`: it is enough that its attributes are processed."""

    node: Node
    message: str = ANY
    reads: bool = False


class Step(NamedTuple):
    """From `begin` by `use`, which is one of the class `edges`, to `end`; `guards` may keep it from that."""

    begin: Point
    edges: ClassEdges
    use: Use
    end: Point
    guards: tuple[Guard, ...]

    @property
    def is_possible(self) -> bool:
        """Whether it depends on what is known only in a run that it leads there."""
        return self.use.end == PATTERN or self.use.target == HOLE or HOLE in (self.use.message or "")

    @property
    def doubt(self) -> int:
        """How little of where it leads stands fast: 0 for all; the more is left to a run, the more."""
        target = self.use.target.strip("/")
        return _ALL_OPEN if target == HOLE else target.count(HOLE) + (HOLE in (self.use.message or ""))


_ALL_OPEN = 4


class Reached(NamedTuple):
    """A point and the steps from there to what was looked for."""

    point: Point
    way: tuple[Step, ...]


class _Pattern(NamedTuple):
    """A target with HOLEs in pieces, that of its folder in pieces, and whose it is; `number` is its own."""

    number: int
    pieces: list[str]
    head: list[str]
    edges: ClassEdges
    use: Use


class Graph:
    """All edges, found by where they end."""

    def __init__(self, edges: Sequence[ClassEdges], index: ir.Index) -> None:
        self.index = index
        self.edges = {fold(each.path): each for each in edges}
        self._into: dict[str, list[tuple[ClassEdges, Use]]] = {}
        self._calls: dict[str, list[tuple[ClassEdges, Use]]] = {}
        self._patterns: dict[str, list[_Pattern]] = {}
        self._count = 0
        for each in edges:
            for use in each.uses:
                self._take(each, use)

    def _take(self, edges: ClassEdges, use: Use) -> None:
        if use.end == PATTERN:
            pieces, head = use.target.split(HOLE), use.target.rpartition("/")[0].split(HOLE)
            of_folder = self._patterns.setdefault(pieces[0].rpartition("/")[0], [])
            of_folder.append(_Pattern(self._count, pieces, head, edges, use))
            self._count += 1
        else:
            (self._calls if use.end == CALL else self._into).setdefault(use.target, []).append((edges, use))

    def leads_to(self, node: Node) -> bool:
        """Whether a fixed relationship of another object leads to `node`."""
        return any(
            use.key not in (REFERENCE, CODE) and (fold(edges.path) != node.klass or not is_of(use, node.name))
            for edges, use in self._into.get(f"{node.klass}/{node.name}", ())
        )

    def into(self, node: Node) -> Iterator[tuple[ClassEdges, Use]]:
        """The uses that end at `node`, or may."""
        key = f"{node.klass}/{node.name}"
        if node.is_method:
            yield from self._calls.get(key, ())
            yield from self._calls.get(HOLE, ())
            return
        yield from self._into.get(key, ())
        paths = _paths(node, self.index)
        folders = dict.fromkeys(folder for path in paths for folder in _folders(f"{path}/{node.name}"))
        near = sorted(each for folder in folders for each in self._patterns.get(folder, ()))
        for _, pieces, head, edges, use in near:
            if any(_may_be(path, node.name, pieces, head) for path in paths):
                yield edges, use

    def heirs(self, node: Node, field: str | None) -> Iterator[Node]:
        """The instances that take words over from the instance `node`: those of `field`, or any."""
        key = f"{node.klass}/{node.name}"
        for path, edges in self.edges.items():
            for name, said, owner in edges.loans:
                if owner == key and field in (None, said):
                    yield Node(path, name)

    def speakers(self, edges: ClassEdges, use: Use) -> Iterable[str]:
        """The names of the instances, or of the method, that `use` is said by; empty for the class alone."""
        if use.speaker:
            return (use.speaker,)
        entry = self.index.class_at(edges.path)
        names = () if entry is None else entry.instances
        others = frozenset(use.others)
        return (*(name for name in names if name not in others), "")

    def guards(self, edges: ClassEdges, point: Point) -> tuple[Guard, ...]:
        """The assertions that may keep an object at `point` from being processed."""
        return tuple(
            guard for guard in edges.guards if is_of(guard, point.node.name) and answers(guard.messages, point.message)
        )


def is_of(said: Use | Guard, name: str) -> bool:
    """Whether `said` is a word of the instance or method with the folded `name`."""
    return said.speaker == name or (not said.speaker and name not in said.others)


def answers(messages: Sequence[str], message: str) -> bool:
    """Whether what answers `messages` is processed under `message`."""
    return message == ANY or message in messages or ANY in messages


def fitting(pattern: str, index: ir.Index) -> list[Node]:
    """The instances that `pattern`, the target of a Use with HOLEs, may mean."""
    pieces, head = pattern.split(HOLE), pattern.rpartition("/")[0].split(HOLE)
    nodes = (Node(fold(entry.path), name) for entry in index for name in entry.instances)
    return [node for node in nodes if any(_may_be(path, node.name, pieces, head) for path in _paths(node, index))]


def _paths(node: Node, index: ir.Index) -> tuple[str, ...]:
    """The folded paths of the class under which the instance may be asked for."""
    relative = node.klass.partition("/")[2]
    home = index.instance_home(relative, node.name)
    return (relative, node.klass) if home is not None and fold(home.path) == node.klass else (node.klass,)


def _folders(path: str) -> Iterator[str]:
    """The folders in which `path` lies, from the root on: a pattern that it fits begins with one of them."""
    yield ""
    at = path.find("/")
    while at >= 0:
        yield path[:at]
        at = path.find("/", at + 1)


def _may_be(path: str, name: str, pieces: Sequence[str], head: Sequence[str]) -> bool:
    """Whether the instance `name` of the class at `path` may be meant; `.missing` answers for any name."""
    if fits(f"{path}/{name}", pieces):
        return True
    return name == MISSING_INSTANCE and (fits(path, head) or (not pieces[-1] and fits(f"{path}/", pieces)))


# -- the search --------------------------------------------------------------------------------------------------


def reach(graph: Graph, ends: Iterable[Point]) -> dict[Point, Reached]:
    """Every point from which one of `ends` may be reached, with the way of which most stands fast, and of those the
    shortest."""
    ways: dict[Point, Step | None] = {}
    queue: list[tuple[int, int, int, Point, Step | None]] = []
    count = 0
    for count, end in enumerate(ends):
        heappush(queue, (0, 0, count, end, None))
    while queue:
        doubt, length, _, point, step = heappop(queue)
        if point in ways:
            continue
        ways[point] = step
        for before in _steps_into(graph, point):
            if before.begin not in ways:
                count += 1
                heappush(queue, (doubt + before.doubt, length + 1, count, before.begin, before))
    return {point: Reached(point, _way(point, ways)) for point in ways}


def _steps_into(graph: Graph, point: Point) -> Iterator[Step]:
    for edges, use in graph.into(point.node):
        if use.key == REFERENCE and not point.reads:
            continue
        for message in _sent_by(use, point.message):
            for name in graph.speakers(edges, use):
                begin = Point(Node(fold(edges.path), name, use.is_method), message, use.key == REFERENCE)
                yield Step(begin, edges, use, point, () if use.is_method else graph.guards(edges, begin))


def _sent_by(use: Use, wanted: str) -> tuple[str, ...]:
    """The messages under which `use` leads to an object that is to get the message `wanted`."""
    sent = use.message
    if wanted == ANY or use.end == CALL or (sent is not None and (HOLE in sent or sent == wanted)):
        return use.messages
    if sent is not None or use.is_method:
        return ()
    return (wanted,) if wanted in use.messages or ANY in use.messages else ()


def _way(point: Point, ways: Mapping[Point, Step | None]) -> tuple[Step, ...]:
    found = []
    step = ways[point]
    while step is not None:
        found.append(step)
        step = ways[step.end]
    return tuple(found)
