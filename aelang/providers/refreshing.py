"""Refreshing: the inventory becomes what the provider says of its machines; what is new there is told to Automate.

A machine is known by its provider and by the provider's own reference. What the provider does not have any more is not
forgotten, but belongs to no provider from then on.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from aelang.interpreter.values import RunValue
from aelang.providers.connected import EMS, Connected, Providers, reader
from aelang.providers.ports import Machine, ProviderError
from aelang.requests.raising import Raising, raise_event
from aelang.requests.steps import Effect, Lapsed, Step, Work
from aelang.requests.store.record_rows import create_row, delete_row, find_row, find_rows, write_row
from aelang.services.models import ancestors
from aelang.services.records import Reference, Row

_PLACES = {
    "host": ("Host", "host_id"), "storage": ("Storage", "storage_id"), "cluster": ("EmsCluster", "ems_cluster_id"),
}  # fmt: skip


def refresh_inventory(providers: Providers, step: Step, connection: Connection) -> Work:
    """Looks at one machine, or at all that a provider has."""
    of, ref = _meant(providers, step.claimed.of, connection)
    connection, found = yield Effect(lambda: _machines(of, ref, step))
    if isinstance(found, ProviderError):
        raise Lapsed(str(found))
    known = _known(connection, of)
    take_in(connection, of, found, step.now())
    if ref is None:
        _let_go(connection, known, {each.ref for each in found})


def _meant(providers: Providers, of: Reference, connection: Connection) -> tuple[Connected, str | None]:
    """The provider, and the machine's reference where only one is meant; of anything else all of its provider."""
    row, find = find_row(connection, *of), reader(connection)
    if row is not None:
        machine = providers.machine(find, row)
        if machine is not None and ancestors(of.model)[-1] == "VmOrTemplate":
            return machine.of, machine.ref
        found = providers.of(find, of.id if ancestors(of.model)[-1] == EMS else row.columns.get("ems_id"))
        if found is not None:
            return found, None
    raise Lapsed(f"{of.model} {of.id} is of no provider that is connected")


def take_in(connection: Connection, of: Connected, found: Sequence[Machine], now: datetime) -> None:
    """Writes down what a provider says of machines. Those that are new are told when all is written."""
    known = _known(connection, of)
    for vm in [each for each in (_take_in(connection, of, one, known, now) for one in found) if each is not None]:
        raise_event(connection, Raising(vm, "vm_create", {"vm": vm}), now)


def _machines(of: Connected, ref: str | None, step: Step) -> "Sequence[Machine] | ProviderError":
    try:
        return of.provider.machines(ref, step.now())
    except ProviderError as fault:
        return fault


def _known(connection: Connection, of: Connected) -> dict[RunValue, Row]:
    rows = find_rows(connection, "Vm", {"ems_id": of.ems.id})
    return {row.columns.get("ems_ref"): row for row in rows}


def _take_in(
    connection: Connection, of: Connected, machine: Machine, known: Mapping[RunValue, Row], now: datetime
) -> Reference | None:
    """Writes what is said of a machine; gives it where it was not known."""
    columns = {**machine.columns, **_where(connection, of, machine)}
    row = known.get(machine.ref)
    if row is None:
        made = {**columns, "ems_id": of.ems.id, "template": False, "created_on": now, "updated_on": now}
        vm = create_row(connection, machine.model, made)
    else:
        vm = row.reference
        changed = {name: value for name, value in columns.items() if row.columns.get(name) != value}
        if changed:
            write_row(connection, row, {**changed, "updated_on": now})
    _take_in_parts(connection, vm, machine, now)
    return vm if row is None else None


def _where(connection: Connection, of: Connected, machine: Machine) -> dict[str, RunValue]:
    found: dict[str, RunValue] = {}
    for kind, ref in machine.place.items():
        if kind in _PLACES:
            model, column = _PLACES[kind]
            rows = find_rows(connection, model, {"ems_ref": ref})
            found.update({column: rows[0].id} if rows else {})
    return found


def _take_in_parts(connection: Connection, vm: Reference, machine: Machine, now: datetime) -> None:
    own = {"vm_or_template_id": vm.id}
    hardware = _write_part(connection, "Hardware", own, machine.hardware)
    disks = {row.columns.get("device_name"): row for row in find_rows(connection, "Disk", {"hardware_id": hardware.id})}
    for disk in machine.disks:
        if disk.get("device_name") not in disks:
            create_row(connection, "Disk", {**disk, "hardware_id": hardware.id})
    for name, row in disks.items():
        if name not in {disk.get("device_name") for disk in machine.disks}:
            delete_row(connection, row.reference)
    snapshots = {row.columns.get("name") for row in find_rows(connection, "Snapshot", own)}
    for snapshot in machine.snapshots:
        if snapshot.get("name") not in snapshots:
            create_row(connection, "Snapshot", {**snapshot, **own, "create_time": now})
            raise_event(connection, Raising(vm, "vm_snapshot_complete", {"vm": vm}), now)


def _write_part(
    connection: Connection, model: str, own: Mapping[str, RunValue], columns: Mapping[str, RunValue]
) -> Reference:
    rows = find_rows(connection, model, own)
    if not rows:
        return create_row(connection, model, {**columns, **own})
    if any(rows[0].columns.get(name) != value for name, value in columns.items()):
        write_row(connection, rows[0], columns)
    return rows[0].reference


def _let_go(connection: Connection, known: Mapping[RunValue, Row], there: set[str]) -> None:
    for ref, row in known.items():
        if ref not in there:
            write_row(connection, row, {"ems_id": None, "host_id": None, "power_state": "unknown"})
