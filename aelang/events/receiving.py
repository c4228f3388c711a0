"""Receiving: a provider's event becomes a row, and Automate is told of it (REQUESTS 5.2, steps 2 to 7).

The references of the provider become records. An event that is known already is passed over: the provider may say a
thing twice, and so may who reads from it. The last event of a task makes one more, which says that the task is
complete, in whatever order the two came. All is one transaction: who is interrupted may begin again.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from aelang.delivery import Delivered
from aelang.events.handlers import handle
from aelang.events.keeping import EMS_EVENT, complete, is_known, name_of, store
from aelang.events.ports import NO_PROVIDER, Ports
from aelang.events.references import KINDS, PREFIXES, resolve
from aelang.events.settings import SETTINGS, Settings
from aelang.events.vocabulary import SOURCES, is_name
from aelang.interpreter.values import RunValue, to_text
from aelang.requests.raising import Input, Raising, raise_event, tell
from aelang.requests.store.record_rows import find_row
from aelang.services.records import Reference, Row

_LONGEST = 500
"""Characters of what events are looked for by."""

_LAST = 2**63 - 1
_IDS = frozenset(f"{prefix}{kind.column}" for prefix in PREFIXES for kind in KINDS)

_NOT_SAID = frozenset((
    "created_on", "failure", "handled", "handled_on", "known_as", "model", "more", "target_id", "target_type",
))  # fmt: skip
"""What no provider says of an event, but aelang itself."""


class Received(NamedTuple):
    """What became of an event: its row, None where it was known already; the events that came of it; what the log of
    an appliance says."""

    event: Reference | None
    also: tuple[Reference, ...] = ()
    lines: tuple[str, ...] = ()


def receive(
    connection: Connection,
    ems_id: int,
    event: Mapping[str, RunValue],
    now: datetime,
    settings: Settings = SETTINGS,
    ports: Ports = NO_PROVIDER,
) -> Received:
    """Takes in what the provider `ems_id` says: `event` has an `event_type`, and may have `source`, `timestamp`,
    `chain_id`, `message`, `ems_ref` (its own id there), `full_data`, and references (`references`). `ports` are for
    what the classic layout does at once. Raises ValueError, told for people, for one that is none."""
    columns = _columns(connection, ems_id, event, now)
    known_as = name_of(event, ems_id)
    if known_as is not None and is_known(connection, known_as):
        return Received(None)
    columns = resolve(connection, ems_id, columns)
    stored = store(connection, columns, known_as)
    completed = complete(connection, stored, settings, now)
    told = [stored] if completed is None else [stored, completed]
    for each in told:
        _handle(connection, each, settings, ports, now)
        _tell(connection, each, settings, now)
    alerted = [made for each in told for made in _alert(connection, each, settings, now)]
    lines = [line for each in told for line in _lines(each)]
    return Received(stored.reference, tuple(each.reference for each in told[1:]) + tuple(alerted), tuple(lines))


def _columns(
    connection: Connection, ems_id: int, event: Mapping[str, RunValue], now: datetime
) -> dict[str, RunValue]:  # fmt: skip
    name, time = event.get("event_type"), event.get("timestamp")
    if not isinstance(name, str) or not name.strip():
        raise ValueError("an event needs an `event_type`")
    _check(event)
    if time is not None and not isinstance(time, datetime):
        raise ValueError(f"`timestamp` of {name} is {to_text(time)!r}, and not a time")
    columns = {key: value for key, value in event.items() if value is not None and key not in _NOT_SAID}
    source = columns.get("source") or _source(connection, ems_id)
    chain = None if event.get("chain_id") is None else to_text(event["chain_id"])
    return {
        **columns, "source": to_text(source), "timestamp": time or now, "ems_id": ems_id, "created_on": now,
        **({} if chain is None else {"chain_id": chain}),
    }  # fmt: skip


def _check(event: Mapping[str, RunValue]) -> None:
    """Names become a part of the target that Automate is asked for, ids are those of records. Raises ValueError."""
    for each in ("event_type", "source", "chain_id"):
        if len(to_text(event.get(each))) > _LONGEST:
            raise ValueError(f"`{each}` is longer than {_LONGEST} characters")
    for each in ("event_type", "source"):
        text = to_text(event.get(each))
        if text and not is_name(text):
            raise ValueError(f"`{each}` is {text[:40]!r}: no instance can be called so")
    for each in _IDS & event.keys():
        number = event[each]
        if number is not None and not _is_id(number):
            raise ValueError(f"`{each}` is {to_text(number)[:40]!r}, and not the number of a record")


def _is_id(number: RunValue) -> bool:
    """Whether a record could have `number`: a store knows none beyond."""
    return isinstance(number, int) and not isinstance(number, bool) and 0 < number <= _LAST


def _source(connection: Connection, ems_id: int) -> str:
    provider = find_row(connection, "ExtManagementSystem", ems_id)
    if provider is None:
        raise ValueError(f"there is no provider {ems_id}")
    kind = to_text(provider.columns.get("emstype"))
    if kind not in SOURCES:
        raise ValueError(f"the provider {ems_id} has the emstype {kind!r}: an event of it needs a `source`")
    return SOURCES[kind]


# -- telling -----------------------------------------------------------------------------------------------------


def _handle(connection: Connection, event: Row, settings: Settings, ports: Ports, now: datetime) -> None:
    """In the classic layout a table says what is done about an event, and Automate hears of it afterwards."""
    if settings.layout == "classic":
        for call in settings.handling.get(to_text(event.columns["event_type"]), ()):
            handle(connection, event, call, settings, ports, now)


def _tell(connection: Connection, event: Row, settings: Settings, now: datetime) -> None:
    name = "ems_event" if settings.layout == "classic" else "event_stream"
    model = EMS_EVENT if settings.layout == "classic" else "EventStream"
    tell(connection, event.reference, attributes_of(event, settings), Delivered(model, name, event.id), now)


def attributes_of(event: Row, settings: Settings = SETTINGS) -> dict[str, RunValue]:
    """What Automate is told of an event beside the event itself, in the order of the log (5.1, 5.2 step 6)."""
    columns, classic = event.columns, settings.layout == "classic"
    told: dict[str, RunValue] = {"event_id": event.id}
    if not classic:
        told["event_stream_id"] = event.id
    told["event_type"] = columns["event_type"]
    if columns.get("source") == "VC":
        told.update(_known("ExtManagementSystem::ems", "ems_id", columns.get("ems_id")))
    told.update(_known("VmOrTemplate::vm", "vm_id", columns.get("vm_or_template_id")))
    told.update(_known("VmOrTemplate::dest_vm", "dest_vm_id", columns.get("dest_vm_or_template_id")))
    told.update(_known("Host::host", "host_id", columns.get("host_id")))
    told.update(_known("Host::dest_host", "dest_host_id", columns.get("dest_host_id")))
    return told


def _known(key: str, name: str, number: RunValue) -> dict[str, RunValue]:
    return {} if number is None else {key: number, name: number}


def _alert(connection: Connection, event: Row, settings: Settings, now: datetime) -> Iterator[Reference]:
    """Policies and alerts hear of an event by its own name, where that is wanted, about its machine."""
    name, vm = to_text(event.columns["event_type"]), event.columns.get("vm_or_template_id")
    if name not in settings.alertable or not isinstance(vm, int):
        return
    found = find_row(connection, "VmOrTemplate", vm)
    if found is not None:
        about = found.reference
        inputs: dict[str, Input] = {"ems_event": event.reference}
        yield raise_event(connection, Raising(about, name, inputs, classic=settings.layout == "classic"), now)


def _lines(event: Row) -> tuple[str, str]:
    columns = event.columns
    line = (
        f"Processing EMS event [{columns['event_type']}] chain_id [{to_text(columns.get('chain_id'))}] on EMS "
        f"[{columns['ems_id']}]..."
    )
    return line, line + "Complete"
