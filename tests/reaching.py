"""Runs beside what `impact` and `explain` say: every entry point of a datastore is run, and it is noted what was built.

Methods are passed over, so that a state machine goes from state to state. What a run builds is an instance by name.
"""

from collections.abc import Iterator
from typing import NamedTuple

from aelang import ir
from aelang.analysis.edges import edges_of
from aelang.analysis.impact import Entry, Thing, depends_on, doubt, impact, instance_thing, path_of
from aelang.analysis.reaching import Graph, Node
from aelang.engine import Engine
from aelang.interpreter.limits import Limits
from aelang.methods.builtin import AUTOMATION_TARGETS
from aelang.names import fold

LIMITS = Limits(steps=20_000)


class Visits(NamedTuple):
    """By node: the paths of the entry points from which a run built it."""

    entries: tuple[str, ...]
    by_node: dict[Node, set[str]]


def graph_of(image: ir.Image) -> Graph:
    """The graph of `image`."""
    return Graph(tuple(edges_of(image)), image.index)


def instances(index: ir.Index) -> list[tuple[ir.ClassEntry, str]]:
    """Every instance of an enabled domain that answers for its own name."""
    return [
        (entry, name)
        for entry in index
        for name in entry.instances
        if index.instance_home(entry.path.partition("/")[2], name) is entry
    ]


def entry_points(image: ir.Image, graph: Graph) -> list[tuple[ir.ClassEntry, str]]:
    """The instances that no fixed relationship leads to, and those of System/Process, as anybody would find them."""
    return [
        (entry, name)
        for entry, name in instances(image.index)
        if fold(entry.path).endswith("/system/process") or not graph.leads_to(Node(fold(entry.path), name))
    ]


def run_entries(image: ir.Image, graph: Graph) -> Visits:
    """What the runs of all entry points build, under each message that their classes answer."""
    engine = Engine(image, limits=LIMITS)
    by_node: dict[Node, set[str]] = {}
    paths = []
    for entry, name in entry_points(image, graph):
        path = path_of(Node(fold(entry.path), name), image.index)
        paths.append(path)
        for uri in _uris(image, entry, path):
            for built in built_by(engine, uri):
                by_node.setdefault(built, set()).add(path)
    return Visits(tuple(paths), by_node)


def _uris(image: ir.Image, entry: ir.ClassEntry, path: str) -> Iterator[str]:
    klass = image.class_at(entry.path)
    assert klass is not None
    sent = dict.fromkeys(("create", *(each for field in klass.fields for each in field.messages if each != "*")))
    for message in sent:
        yield f"{path.replace(' ', '%20')}#{message}"
    if fold(path) == "/system/process/request":
        yield from (f"{path}?request={name}" for name in _names(image, "System/Request"))
    if fold(path) == "/system/process/miqevent":
        yield from (f"{path}?request={name}" for name in _names(image, "System/Event/MiqEvent/POLICY"))
    if fold(path) == "/system/process/automation":
        for component, klass, instance in AUTOMATION_TARGETS.values():
            said = f"target_component={component}&target_class={klass}&target_instance={instance}"
            yield from (f"{path}?{said}&ae_provider_category={each}" for each in ("cloud", "infrastructure"))


def _names(image: ir.Image, klass: str) -> Iterator[str]:
    for entry in image.index.layers(klass):
        yield from (name for name in entry.instances.values() if name.isidentifier())


class Compared(NamedTuple):
    """Of one instance: entry points whose runs pass it and that are not named, the named ones, and those of them that
    neither a run confirms nor anything on their way withholds."""

    thing: Thing
    missed: set[str]
    named: set[str]
    open: set[str]


def compare(image: ir.Image, graph: Graph, visits: Visits, entry: ir.ClassEntry, name: str) -> Compared:
    """What `impact` says of the instance, beside what the runs came by."""
    thing = instance_thing(image, graph, entry, name)
    assert thing is not None
    found = {each.path: each for each in impact(graph, (thing,)).entries}
    passed = visits.by_node.get(Node(fold(entry.path), name), set())
    unconfirmed = {path for path in found.keys() - passed if not _is_withheld(found[path])}
    return Compared(thing, passed - found.keys(), set(found), unconfirmed)


def _is_withheld(entry: Entry) -> bool:
    return doubt(entry.reached) > 0 or any(depends_on(step) for step in entry.reached.way)


def built_by(engine: Engine, uri: str) -> set[Node]:
    """The instances that a run of `uri` builds."""
    built = engine.run(uri, skip_methods=True).workspace.built
    return {Node(fold(obj.home.ir.path), obj.answers_as or "") for obj in built}
