"""Runs with the image in memory: how many a second, the best of several stretches of equal length.

The clock is the processor time of this process: nothing here waits, and it leaves out what other processes take.
"""

import gc
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from aelang.names import fold
from benchmarks import datastores
from benchmarks.processes import Bench
from benchmarks.report import Broken, Figure, NotBuilt

if TYPE_CHECKING:
    from aelang.engine import Engine
    from aelang.ir import Image

_STRETCHES, _STRETCH = 24, 0.1
_ATTRIBUTES, _LINKS, _STATES = 10, 100, 10


def wide_objects(bench: Bench) -> Figure:
    """Objects a second, each with ten substituted attributes."""
    engine = engine_of(datastores.wide_object(_ATTRIBUTES))
    root = dict(finished(engine.run("/Run/Wide/one")).root)
    expected = {f"a{at}": f"disk {at} of web01.img" for at in range(_ATTRIBUTES)}
    if expected.items() - root.items():
        raise Broken(f"the object came out as {root}")
    return Figure(
        per_second(lambda: engine.run("/Run/Wide/one")), 1250, "the engine's `run`, the URI read anew each time"
    )


def chain_objects(bench: Bench) -> Figure:
    """Relationships followed a second in a chain of a hundred, the trace kept in a list."""
    engine = engine_of(datastores.link_chain(_LINKS))
    trace: list[Any] = []
    outcome = finished(engine.run("/Run/Link/i0", trace=trace.append))
    if len(outcome.workspace.nodes) != _LINKS + 1:
        raise Broken(f"{len(outcome.workspace.nodes)} objects instead of {_LINKS + 1}")

    def run() -> None:
        events: list[Any] = []
        engine.run("/Run/Link/i0", trace=events.append)

    return Figure(per_second(run) * _LINKS, 2600, f"{len(trace)} events a run; the root is not counted")


def machines(bench: Bench) -> Figure:
    """State machines a second, each of ten states that do nothing."""
    engine = engine_of(datastores.machine(_STATES))
    trace: list[Any] = []
    outcome = finished(engine.run("/Run/Machine/one", trace=trace.append))
    if outcome.root.get("ae_state") != "" or outcome.root.get("ae_result") != "ok":
        raise NotBuilt("states are passed over by the engine")
    return Figure(per_second(lambda: engine.run("/Run/Machine/one")), 490)


def per_second(work: Callable[[], object]) -> float:
    """Calls of `work` a second: the best stretch, after one that is thrown away; the collector as users have it."""
    repeats = _repeats(work)
    best = 0.0
    for number in range(1 + _STRETCHES):
        gc.collect()
        begin = time.process_time()
        for _ in range(repeats):
            work()
        taken = time.process_time() - begin
        if number:
            best = max(best, repeats / taken)
    return best


def _repeats(work: Callable[[], object]) -> int:
    """How many calls of `work` fill one stretch."""
    repeats = 1
    while True:
        begin = time.process_time()
        for _ in range(repeats):
            work()
        taken = time.process_time() - begin
        if taken > _STRETCH / 4:
            return max(1, int(repeats * _STRETCH / taken))
        repeats *= 4


def engine_of(files: Mapping[str, str]) -> "Engine":
    """An engine on the compiled image of `files`, nothing on disk."""
    try:
        from aelang.engine import Engine

        image = image_of(files)
    except ImportError as why:
        raise NotBuilt(str(why)) from why
    return Engine(image)


def image_of(files: Mapping[str, str]) -> "Image":
    """The image of a datastore held in memory. Raises Broken where the datastore has a fault."""
    from aelang import ir
    from aelang.compiler.classes import compile_class
    from aelang.compiler.overlay import class_entry
    from aelang.loader.load import load_tree
    from aelang.loader.order import order_domains
    from aelang.loader.trees import MemoryTree

    loaded = load_tree(MemoryTree("memory", {name: text.encode() for name, text in files.items()}))
    datastore, said = order_domains(loaded.domains)
    domains = [ir.DomainEntry(each.name, each.name in datastore.enabled) for each in datastore.domains]
    index = ir.Index(domains, map(class_entry, datastore.classes()))
    compiled = [compile_class(klass, index) for klass in datastore.classes()]
    faults = [*loaded.diagnostics, *said, *(fault for each in compiled for fault in each.diagnostics)]
    if faults:
        raise Broken(f"{faults[0].span}: {faults[0].message}")
    records = {fold(each.klass.path): ir.to_json(each.klass) for each in compiled}
    return ir.Image(index, records.get)


def finished(outcome: Any) -> Any:  # Any: an outcome; the type is imported by nobody until the engine is built
    if type(outcome).__name__ != "Finished":
        raise Broken(f"the run ended as {str(outcome)[:200]}")
    return outcome
