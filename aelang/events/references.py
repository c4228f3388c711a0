"""References: which records a provider's event is about (REQUESTS 5.2, step 2).

A provider names its things by references of its own, unique inside of it. `dest_` before a key means what the thing
became, or where it went.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sqlalchemy import Connection

from aelang.interpreter.values import RunValue, to_text
from aelang.requests.store.record_rows import find_rows
from aelang.services.records import Row


class Kind(NamedTuple):
    """How events name records of `model`: by the keys `refs`, each with the column of the record that it is found by.
    `column` then holds the id, and `names` columns of the record under names of the event."""

    model: str
    column: str
    refs: tuple[tuple[str, str], ...]
    names: tuple[tuple[str, str], ...]


def _named(model: str, name: str, *more: tuple[str, str]) -> Kind:
    return Kind(model, f"{name}_id", ((f"{name}_ems_ref", "ems_ref"), *more), ((f"{name}_name", "name"),))


KINDS = (
    Kind("VmOrTemplate", "vm_or_template_id", (("vm_ems_ref", "ems_ref"), ("vm_uid_ems", "uid_ems")),
         (("vm_name", "name"), ("vm_location", "location"))),
    _named("Host", "host", ("host_uid_ems", "uid_ems")),
    _named("AvailabilityZone", "availability_zone"),
    _named("EmsCluster", "ems_cluster", ("cluster_ems_ref", "ems_ref"), ("ems_cluster_uid", "uid_ems")),
    _named("ContainerGroup", "container_group"),
    _named("ContainerNode", "container_node"),
    _named("ContainerReplicator", "container_replicator"),
    _named("Container", "container"),
    _named("ContainerProject", "container_project"),
)  # fmt: skip
PREFIXES = ("", "dest_")
_USED = {f"{prefix}{ref}": (kind, prefix) for prefix in PREFIXES for kind in KINDS for ref, _ in kind.refs}
_KEPT = frozenset(("vm_ems_ref", "dest_vm_ems_ref"))
"""References that stay on the event: a machine that is new may become known later."""


def resolve(connection: Connection, ems_id: int, event: Mapping[str, RunValue]) -> dict[str, RunValue]:
    """The columns of `event`: ids and names in place of the provider's references. What it says itself goes first."""
    columns = dict(event)
    for kind, prefix in dict.fromkeys(_USED[name] for name in event if name in _USED):
        for name, value in _found(connection, ems_id, event, kind, prefix):
            columns.setdefault(name, value)
    return {name: value for name, value in columns.items() if name not in _USED or name in _KEPT}


def _found(
    connection: Connection, ems_id: int, event: Mapping[str, RunValue], kind: Kind, prefix: str
) -> Iterator[tuple[str, RunValue]]:
    row = find_referred(connection, ems_id, event, kind, prefix)
    if row is not None:
        yield f"{prefix}{kind.column}", row.id
        yield from ((f"{prefix}{name}", row.columns[column]) for name, column in kind.names if column in row.columns)


def find_referred(
    connection: Connection, ems_id: int, event: Mapping[str, RunValue], kind: Kind, prefix: str
) -> Row | None:
    """The record of a kind that `event` refers to; None where it does not, or where there is none."""
    for ref, column in kind.refs:
        value = event.get(f"{prefix}{ref}")
        if value is not None:
            rows = find_rows(connection, kind.model, {column: to_text(value)})  # by one index; few providers share one
            own = [row for row in rows if row.columns.get("ems_id") == ems_id]
            if own:
                return own[0]
    return None
