"""Running a vector: its datastore, records, caller and clock; and what came out, written as vectors write it."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

from aelang.interpreter import trace
from aelang.interpreter.failures import AutomateError
from aelang.services.inventory import Inventory, default_records
from tests.oracle.compare import Observed
from tests.oracle.values import encode
from tests.oracle.vectors import Vector, domain_order, roots_of


class FrozenClock:
    """The clock of the vectors: it stands still."""

    def now(self) -> datetime:
        """Noon of the first day of 2026, in UTC."""
        return datetime(2026, 1, 1, 12, tzinfo=UTC)


def run(vector: Vector) -> Observed:
    """What comes out when `vector` is run. Raises only where something here is at fault."""
    from aelang.engine import Engine

    compiled = _compiled(tuple(roots_of(vector)), domain_order(vector))
    engine = Engine(compiled.image, catalog=_inventory(vector), clock=FrozenClock())
    events: list[trace.Event] = []
    workspace = engine.workspace(skip_methods=bool(vector.data.get("readonly")), trace=events.append)
    failure = None
    for uri in (vector.data["uri"], *vector.data.get("then", ())):
        target, state_vars = _without_state(uri)
        workspace.state_vars.update(state_vars)
        outcome = engine.run_in(workspace, target)
        failure = getattr(outcome, "error", None)
        if failure is not None:
            break
    return _observed(workspace, failure, events)


_STATE_DATA = re.compile(r"(?<=[?&])ae_state_data=([^&#]*)&?")


def _without_state(uri: str) -> tuple[str, dict[str, Any]]:
    """`uri` without the state variables that the reference engine hands on in it as YAML, and these variables."""
    found = _STATE_DATA.search(uri)
    if found is None:
        return uri, {}
    from ruamel.yaml import YAML

    rest = uri[: found.start()] + uri[found.end() :]
    return re.sub(r"[?&](?=#|\Z)", "", rest), dict(YAML(typ="safe").load(unquote_plus(found[1])))


@lru_cache(maxsize=64)
def _compiled(roots: tuple[Path, ...], domains: tuple[str, ...]) -> Any:  # a compilation of `aelang.project`
    from aelang.project import open_project

    return open_project([str(root) for root in roots], domains=list(domains), cache=False)


def _inventory(vector: Vector) -> Inventory:
    records: dict[str, list[Any]] = {**default_records()}
    for model, rows in (vector.data.get("vmdb") or {}).items():
        records[model] = [*records.get(model, ()), *rows]
    return Inventory(records, caller=1)


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
        [line for event in events for line in classic_lines(event)],
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


def classic_lines(event: trace.Event) -> Sequence[str]:
    """`event` as lines of the reference engine's log, those that are compared; each begins with its level."""
    match event:
        case trace.Instantiating(_, uri):
            return (f"info: Instantiating [{uri}]",)
        case trace.UpdatedNamespace(_, uri, namespace):
            return (f"info: Updated namespace [{uri}  {namespace}]",)
        case trace.Following(_, uri):
            return (f"info: Following Relationship [{uri}]",)
        case trace.Followed(_, uri):
            return (f"info: Followed  Relationship [{uri}]",)
        case trace.Missing(_, path):
            return (f"info: Instance [{path}] not found in MiqAeDatastore - trying [.missing]",)
        case trace.Dropped(failure="ClassNotFound" | "InstanceNotFound", message=message):
            return (f"error: {message}",)
        case _:
            return ()
