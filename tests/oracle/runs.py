"""Running a vector: its datastore, records, caller and clock; and what came out, written as vectors write it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from aelang.cli.formats.trace import log_line
from aelang.delivery import Delivered, Delivery, class_path, delivery_uri
from aelang.interpreter import trace
from aelang.interpreter.failures import AutomateError
from aelang.methods import Runners
from aelang.services import Catalog, Inventory
from aelang.services.inventory import default_rows
from tests.oracle.compare import Observed
from tests.oracle.values import encode
from tests.oracle.vectors import Vector, domain_order, roots_of


class FrozenClock:
    """The clock of the vectors: it stands still at noon of the first day of 2026, but for what is added to it."""

    def __init__(self) -> None:
        self.passed = 0.0

    def now(self) -> datetime:
        """The time, in UTC."""
        return datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(seconds=self.passed)


def run(vector: Vector) -> Observed:
    """What comes out when `vector` is run. Raises only where something here is at fault."""
    from aelang.engine import Engine

    compiled = _compiled(tuple(roots_of(vector)), domain_order(vector))
    engine = Engine(compiled.image, methods=_runners(), catalog=_inventory(vector), clock=FrozenClock())
    events: list[trace.Event] = []
    workspace = engine.workspace(skip_methods=bool(vector.data.get("readonly")), trace=events.append)
    failure = None
    for uri in (vector.data["uri"], *vector.data.get("then", ())):
        outcome = engine.run_in(workspace, uri)
        failure = getattr(outcome, "error", None)
        if failure is not None:
            break
    return _observed(workspace, failure, events)


_BETWEEN = {"retry/slow": 400.0, "retry/time_edge": 300.0}
"""Seconds between two deliveries, where they are not what the run asked for."""


def deliver(vector: Vector) -> Iterator[tuple[str, Observed, float | None]]:
    """What comes out of each delivery of `vector`: its target, the run, and the seconds until it wants to go on."""
    from aelang.engine import Engine
    from aelang.interpreter.outcome import Retry

    compiled = _compiled(tuple(roots_of(vector)), domain_order(vector))
    clock = FrozenClock()
    engine = Engine(compiled.image, methods=_runners(), catalog=_inventory(vector), clock=clock)
    uri = delivery_uri(delivery_of(vector.data["deliver"]))
    checkpoint = None
    for _ in vector.data["deliveries"]:
        events: list[trace.Event] = []
        outcome = (
            engine.run(uri, trace=events.append)
            if checkpoint is None
            else engine.resume(checkpoint, trace=events.append)
        )
        after = outcome.after if isinstance(outcome, Retry) else None
        yield uri, _observed(outcome.workspace, getattr(outcome, "error", None), events), after
        if not isinstance(outcome, Retry):
            return
        checkpoint = outcome.checkpoint
        clock.passed += _BETWEEN.get(vector.id, outcome.after)


def delivery_of(options: dict[str, Any]) -> Delivery:
    """The delivery that the options of a vector describe."""
    namespace, klass = options.get("namespace"), options.get("class_name")
    if "fqclass_name" in options:
        namespace, klass = class_path(options["fqclass_name"])
    model = options.get("object_type")
    about = None if model is None else Delivered(model, model.lower(), options["object_id"])
    position = {"ae_state": options["state"]} if "state" in options else {}
    message = options.get("automate_message")
    return Delivery(options["instance_name"], options["attrs"], namespace, klass, message, 1, 1, about, position)


@lru_cache(maxsize=64)
def _compiled(roots: tuple[Path, ...], domains: tuple[str, ...]) -> Any:  # a compilation of `aelang.project`
    from aelang.project import open_project

    return open_project([str(root) for root in roots], domains=list(domains), cache=False)


@lru_cache(maxsize=1)
def _runners() -> Runners:
    """One Ruby stands ready for all vectors."""
    return Runners()


def _inventory(vector: Vector) -> Catalog:
    records: dict[str, list[Any]] = {**default_rows()}
    for model, rows in (vector.data.get("vmdb") or {}).items():
        records[model] = [*records.get(model, ()), *rows]
    return Catalog(Inventory(records), caller=1)


# -- what came out -----------------------------------------------------------------------------------------------


def _observed(workspace: Any, failure: AutomateError | None, events: list[trace.Event]) -> Observed:
    root = workspace.root
    return Observed(
        None if failure is None else type(failure).__name__,
        "" if failure is None else str(failure),
        [_tree(each) for each in workspace.roots],
        [node.object_name for node in workspace.nodes],
        None if root is None else _attributes(root.attributes),
        _attributes(workspace.state_vars),
        [log_line(event) for event in events],
        [event.failure for event in events if isinstance(event, trace.Dropped)],
    )


def _tree(obj: Any) -> dict[str, Any]:
    return {
        "namespace": obj.namespace,
        "class": obj.klass,
        "instance": obj.instance,
        "object_name": obj.object_name,
        "attributes": _attributes(obj.attributes),
        "children": [_tree(child) for child in obj.children],
    }


def _attributes(attributes: dict[str, Any]) -> dict[str, Any]:
    return {name: encode(value) for name, value in attributes.items()}
