"""Keeping: each event of a provider once, and the chains that its events make (REQUESTS 5.2, steps 3 to 5)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, bindparam, select, text, update

from aelang.events.settings import Settings
from aelang.interpreter.values import RunValue, to_text
from aelang.requests.store.prepared import Prepared
from aelang.requests.store.record_rows import create_row, find_row
from aelang.requests.store.schema import EVENTS
from aelang.services.records import Row

EMS_EVENT = "EmsEvent"
_LONGEST = 400

_KNOWN = Prepared(select(EVENTS.c.id).where(EVENTS.c.known_as == bindparam("known_as")))
_ALONE = text("SELECT pg_advisory_xact_lock(hashtext(:known_as))")


def name_of(event: Mapping[str, RunValue], ems_id: int) -> str | None:
    """What tells one event from another; None for one that says neither when it was nor its own id."""
    time, ref = event.get("timestamp"), event.get("ems_ref")
    if time is None and ref is None:
        return None
    at = time.astimezone(UTC).isoformat() if isinstance(time, datetime) else None
    chain = event.get("chain_id")
    return _joined(ems_id, event["event_type"], at, None if chain is None else to_text(chain), to_text(ref))


def _joined(*parts: object) -> str:
    """`parts` as one text that an index can hold."""
    text = json.dumps(parts, separators=(",", ":"), ensure_ascii=False)
    if len(text) <= _LONGEST:
        return text
    from hashlib import sha256

    return sha256(text.encode(errors="surrogatepass")).hexdigest()


def is_known(connection: Connection, known_as: str) -> bool:
    """Whether there is an event of that name. Nobody else can make one until the transaction ends."""
    if connection.dialect.name == "postgresql":  # elsewhere there is one writer at a time
        connection.execute(_ALONE, {"known_as": known_as})
    return _KNOWN.first(connection, {"known_as": known_as}) is not None


_NAME = Prepared(update(EVENTS).where(EVENTS.c.id == bindparam("number")).values(known_as=bindparam("name")))


def store(connection: Connection, columns: Mapping[str, RunValue], known_as: str | None) -> Row:
    """Keeps a provider's event under its name."""
    made = create_row(connection, EMS_EVENT, columns)
    if known_as is not None:
        _NAME.run(connection, {"number": made.id, "name": known_as})
    return Row(EMS_EVENT, {**columns, "id": made.id})


# -- chains ------------------------------------------------------------------------------------------------------

_CHAIN = (
    select(EVENTS.c.id, EVENTS.c.event_type)
    .where(EVENTS.c.ems_id == bindparam("ems_id"), EVENTS.c.chain_id == bindparam("chain_id"))
    .order_by(EVENTS.c.id)
)


def first_chained(connection: Connection, event: Row) -> Row | None:
    """The first event of the chain that `event` is part of; None where it is part of none."""
    found = _chain(connection, event)
    return find_row(connection, EMS_EVENT, found[0][0]) if found else None


def _chain(connection: Connection, event: Row) -> Sequence[tuple[int, str]]:
    chain, ems_id = event.columns.get("chain_id"), event.columns.get("ems_id")
    if chain is None:
        return ()
    return [(row[0], row[1]) for row in connection.execute(_CHAIN, {"ems_id": ems_id, "chain_id": chain})]


def complete(connection: Connection, event: Row, settings: Settings, now: datetime) -> Row | None:
    """The event that says that the task is complete of which `event` is the first or the last one, once both are
    there."""
    if event.columns.get("chain_id") is None:
        return None
    for first, last in _pairs(_chain(connection, event), settings):
        if event.id in (first, last):
            begun, ended = find_row(connection, EMS_EVENT, first), find_row(connection, EMS_EVENT, last)
            if begun is not None and ended is not None:
                return _completed(connection, begun, ended, now)
    return None


def _pairs(chain: Sequence[tuple[int, str]], settings: Settings) -> Iterator[tuple[int, int]]:
    for last, name in chain:
        firsts = settings.finals.get(name, ())
        yield from ((first, last) for first, other in chain if other in firsts)


_OF_SOURCE = (
    "vm_or_template_id", "vm_name", "vm_location", "host_id", "host_name", "ems_cluster_id", "ems_cluster_name",
    "availability_zone_id", "availability_zone_name",
)  # fmt: skip


def _completed(connection: Connection, begun: Row, ended: Row, now: datetime) -> Row | None:
    name = f"{begun.columns['event_type']}_Complete"
    ems_id, chain = begun.columns["ems_id"], begun.columns["chain_id"]
    known_as = _joined(ems_id, name, chain)
    if is_known(connection, known_as):
        return None
    columns: dict[str, RunValue] = {
        "event_type": name, "source": "EVM", "is_task": True, "ems_id": ems_id, "chain_id": chain,
        "timestamp": ended.columns["timestamp"], "created_on": now, **_combined(begun.columns, ended.columns),
    }  # fmt: skip
    for each in ("message", "username"):
        found = ended.columns.get(each, begun.columns.get(each))
        if found is not None:
            columns[each] = found
    return store(connection, columns, known_as)


def _combined(begun: Mapping[str, RunValue], ended: Mapping[str, RunValue]) -> dict[str, RunValue]:
    """The source of the first event; for a destination its own, else what the last one is about, where that is
    another."""
    found: dict[str, RunValue] = {}
    for each in _OF_SOURCE:
        own, other = begun.get(each, ended.get(each)), ended.get(each)
        dest = begun.get(f"dest_{each}", ended.get(f"dest_{each}"))
        dest = other if dest is None and other != own else dest
        found.update({name: value for name, value in ((each, own), (f"dest_{each}", dest)) if value is not None})
    return found
