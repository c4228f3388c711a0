"""Impact: which entry points, events and types of requests lead to a class, an instance, a method or a field, and how.

An entry point is an instance that no fixed relationship leads to, or one of /System/Process, where deliveries begin.
Nothing is run: what is named may lead there, and each step says what it depends on.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from aelang import ir
from aelang.analysis.edges import ANY, CODE
from aelang.analysis.lookup import find_class, find_instance
from aelang.analysis.reaching import Graph, Node, Point, Reached, Step, reach
from aelang.names import MISSING_INSTANCE, InvalidUri, fold, split_uri

if TYPE_CHECKING:
    from aelang.requests.types import RequestType

CLASS, INSTANCE, METHOD, FIELD = "class", "instance", "method", "field"
PROCESS, EVENT = "process", "event"
"""Kinds of entry points beside plain instances: those of /System/Process, and those below /System/Event."""

_PROCESS, _EVENTS, _MACHINES = "system/process", "system/event/", "/statemachines/"


class Thing(NamedTuple):
    """What is asked about: its kind, its path for people, and the points at which a run touches it."""

    kind: str
    path: str
    points: tuple[Point, ...]


class Entry(NamedTuple):
    """An entry point of that kind, and the surest way from it."""

    kind: str
    path: str
    reached: Reached


class RequestStart(NamedTuple):
    """A type of requests (the model of its request), and where its life leads to the thing: an event of the request, or
    the delivery of its task."""

    request: str
    by: str
    reached: Reached


class Impact(NamedTuple):
    """What leads to the things asked about; `reached` has every point that does."""

    things: tuple[Thing, ...]
    entries: tuple[Entry, ...]
    requests: tuple[RequestStart, ...]
    reached: Mapping[Point, Reached]


def impact(graph: Graph, things: Sequence[Thing]) -> Impact:
    """What leads to any of `things`; the surest ways come first."""
    found = reach(graph, [point for thing in things for point in thing.points])
    best = _surest(found.values())
    entries = [
        Entry(kind, path_of(node, graph.index), each)
        for node, each in best.items()
        if (kind := _kind_of_entry(node, graph)) is not None
    ]
    entries.sort(key=lambda each: (doubt(each.reached), each.kind, fold(each.path)))
    return Impact(tuple(things), tuple(entries), tuple(_requests(best, graph.index)), found)


def entry_points(graph: Graph) -> Iterator[tuple[str, Node]]:
    """Every entry point of the datastore with its kind, in the order of the index."""
    for entry in graph.index:
        key = fold(entry.path)
        for name in entry.instances:
            node = Node(key, name)
            kind = _kind_of_entry(node, graph)
            if kind is not None:
                yield kind, node


def way_from(uri: str, index: ir.Index, reached: Mapping[Point, Reached]) -> Reached | None:
    """The way that a run of the target `uri` may take to what was looked for; None without one."""
    try:
        parts = split_uri(uri, "miqaedb")
    except InvalidUri:
        return None
    found = find_instance(index, (parts.path or "").rstrip("/"))
    if found is None:
        return None
    home, name, _ = found
    node = Node(fold(home.path), fold(name) if fold(name) in home.instances else MISSING_INSTANCE)
    message = fold(parts.fragment or "") or "create"
    points = (Point(node, sent, reads) for sent in (message, ANY) for reads in (False, True))
    return min((reached[point] for point in points if point in reached), key=_rank, default=None)


def doubt(reached: Reached) -> int:
    """How much of the way is left to a run; 0 where all of it stands fast."""
    return sum(step.doubt for step in reached.way)


def _surest(found: Iterable[Reached]) -> Mapping[Node, Reached]:
    """Each node with the surest, then the shortest, of its ways."""
    best: dict[Node, Reached] = {}
    for each in found:
        before = best.get(each.point.node)
        if before is None or _rank(each) < _rank(before):
            best[each.point.node] = each
    return best


def _rank(reached: Reached) -> tuple[int, int, bool, str]:
    message = reached.point.message
    return (doubt(reached), len(reached.way), message not in ("create", ANY), message)


def _kind_of_entry(node: Node, graph: Graph) -> str | None:
    """The kind of entry point that `node` is; None where it is none, or another domain answers in its place."""
    relative = node.klass.partition("/")[2]
    home = graph.index.instance_home(relative, node.name)
    if node.is_method or not node.name or home is None or fold(home.path) != node.klass:
        return None
    if relative == _PROCESS:
        return PROCESS
    if relative.startswith(_EVENTS) and relative.count("/") > 2 and _MACHINES not in relative:
        return EVENT
    return None if graph.leads_to(node) else INSTANCE


def path_of(node: Node, index: ir.Index) -> str:
    """`node` for people: without the domain where that one answers; a method as `/Ns/Class.method`."""
    entry = index.class_at(node.klass)
    if entry is None:
        return f"/{node.klass}/{node.name}"
    relative = entry.path.partition("/")[2]
    if node.is_method:
        home = index.method_home(relative, node.name)
        name = f".{entry.methods.get(node.name, node.name)}"
    else:
        home = index.instance_home(relative, node.name) if node.name else next(iter(index.layers(relative)), None)
        name = f"/{entry.instances.get(node.name, node.name)}"
    answers = home is not None and fold(home.path) == node.klass
    return f"/{relative if answers else entry.path}{name}"


def depends_on(step: Step) -> tuple[str, ...]:
    """What says in a run whether `step` is taken, in words; none where nothing does."""
    use = step.use
    found = []
    if step.is_possible:
        found.append(f"where `{use.shown}` leads there")
    if use.condition:
        found.append(use.condition)
    found += [f"assertion `{guard.text}`" for guard in step.guards]
    if use.key in _OCCASIONS:
        found.append(_OCCASIONS[use.key])
    return tuple(found)


_OCCASIONS = {
    "on_error": "when the state fails",
    "undo": "when the state is undone",
    CODE: "when the code gets there",
}


# -- what is asked about -----------------------------------------------------------------------------------------


def find_thing(image: ir.Image, graph: Graph, path: str, field: str | None = None) -> Thing | None:
    """What `path` names: an instance, a method (`/Ns/Class/method` or `/Ns/Class.method`), or with a slash at its end
    or without an instance of the name a class; `#message` at the end asks for what that message does.

    With `field` the field of the instance or class. None where there is nothing of that name.
    """
    path, _, message = path.partition("#")
    wanted = fold(message) or ANY
    found = None
    if not path.endswith("/"):
        found = _instance(image, graph, path, wanted, field)
        if found is None and field is None:
            found = method_thing(image.index, path)
    if found is not None:
        return found
    klass = find_class(image.index, path)
    return None if klass is None else class_thing(image, graph, klass[0], wanted, field)


def _instance(image: ir.Image, graph: Graph, path: str, wanted: str, field: str | None) -> Thing | None:
    found = find_instance(image.index, path)
    if found is None:
        return None
    home, name, _ = found
    name = fold(name)
    if name not in home.instances:
        if find_class(image.index, path) is not None or method_thing(image.index, path) is not None:
            return None  # `.missing` answers for any name, but here something has it
        name = MISSING_INSTANCE
    return instance_thing(image, graph, home, name, wanted, field)


def instance_thing(
    image: ir.Image, graph: Graph, home: ir.ClassEntry, name: str, wanted: str = ANY, field: str | None = None
) -> Thing | None:
    """The instance `name` (folded) of the class `home` with those that take its words over, or a field of it; None
    where there is no such field."""
    node = Node(fold(home.path), name)
    path = path_of(node, image.index)
    points = [Point(node, wanted, True)] if field is None else _of_field(image, home, field)
    if points is None:
        return None
    nodes = dict.fromkeys((node, *graph.heirs(node, field and fold(field))))
    said = Thing(INSTANCE, path, ()) if field is None else Thing(FIELD, f"{path} {field}", ())
    return said._replace(points=tuple(point._replace(node=each) for each in nodes for point in points))


def class_thing(
    image: ir.Image, graph: Graph, home: ir.ClassEntry, wanted: str = ANY, field: str | None = None
) -> Thing | None:
    """The class `home`, with all its instances and with the classes that inherit from it, or a field of them."""
    points = [Point(Node("", ""), wanted, True)] if field is None else _of_field(image, home, field)
    if points is None:
        return None
    key = fold(home.path)
    heirs = [each.path for each in graph.edges.values() if key in map(fold, each.ancestors)]
    entries = (home, *filter(None, map(image.index.class_at, heirs)))
    nodes = [Node(fold(entry.path), name) for entry in entries for name in (*entry.instances, "")]
    relative = home.path.partition("/")[2]
    layers = image.index.layers(relative)
    path = f"/{relative if layers and layers[0] is home else home.path}"
    said = Thing(CLASS, path, ()) if field is None else Thing(FIELD, f"{path} {field}", ())
    return said._replace(points=tuple(point._replace(node=node) for node in nodes for point in points))


def method_thing(index: ir.Index, path: str) -> Thing | None:
    """The method at `path`; None where there is none."""
    klass, _, name = path.strip("/").rpartition("/")
    if "." in name:
        last, _, name = name.rpartition(".")
        klass = f"{klass}/{last}"
    home = index.method_home(klass, name) or index.class_at(klass)
    if home is None or fold(name) not in home.methods:
        return None
    node = Node(fold(home.path), fold(name), True)
    return Thing(METHOD, path_of(node, index), (Point(node),))


def _of_field(image: ir.Image, home: ir.ClassEntry, field: str) -> list[Point] | None:
    """The points, without their node, at which `field` of the class takes part."""
    klass = image.class_at(home.path)
    fields = () if klass is None else klass.fields
    found = next((each for each in fields if fold(each.name) == fold(field)), None)
    if found is None:
        return None
    reads = isinstance(found, ir.AttributeField)
    return [Point(Node("", ""), message, reads) for message in found.messages]


# -- types of requests -------------------------------------------------------------------------------------------

_STAGES = ("created", "updated", "approved", "denied", "pending", "starting")
_SERVICE_TASK = "service/provisioning/statemachines/serviceprovision_template/clone_to_service"


def _requests(best: Mapping[Node, Reached], index: ir.Index) -> Iterator[RequestStart]:
    """The types of requests whose life leads to what was looked for, each with the surest way of each kind."""
    from aelang.requests.types import REQUEST_TYPES

    by_path = {f"{node.klass.partition('/')[2]}/{node.name}": each for node, each in best.items() if not node.is_method}
    for request, row in REQUEST_TYPES.items():
        for stage in _STAGES:
            found = by_path.get(f"system/policy/{fold(request)}_{stage}")
            if found is not None:
                yield RequestStart(request, f"request_{stage}", found)
        for ending in _task_endings(row):
            found = min((each for path, each in by_path.items() if path.endswith(ending)), key=_rank, default=None)
            if found is not None:
                yield RequestStart(request, row.task, found)


def _task_endings(row: "RequestType") -> Iterator[str]:
    """How the paths end to which the delivery of a task leads: a service's machine, or, by /System/Process/AUTOMATION
    and behind the provider's category, what `parse_automation_request` says."""
    if row.task == "ServiceTemplateProvisionTask":
        yield _SERVICE_TASK
    elif row.driven:
        from aelang.methods.builtin import AUTOMATION_TARGETS

        for said in dict.fromkeys((row.sent, *row.kinds)):
            if said in AUTOMATION_TARGETS:
                yield fold("/" + "/".join(AUTOMATION_TARGETS[said]))
