"""The providers of a worker: which records belong to which, and what of them is kept in the store."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, and_, or_, select

from aelang.interpreter.values import RunValue, to_text
from aelang.providers.ports import Provider
from aelang.requests.decision import HIGH_PRIORITY, Message
from aelang.requests.store.cases import enqueue
from aelang.requests.store.record_rows import find_row
from aelang.requests.store.schema import QUEUE
from aelang.services.records import Reference, Row

EMS = "ExtManagementSystem"
ROLE = "ems_operations"

Find = Callable[[str, int], Row | None]


class Connected(NamedTuple):
    """A provider that is connected, and its record."""

    ems: Row
    provider: Provider


class Machine(NamedTuple):
    """A machine in the inventory that its provider can be asked about: `ref` is the provider's own reference."""

    row: Row
    ref: str
    of: Connected


class Providers:
    """Those that are connected, by the names of their records."""

    def __init__(self, providers: Mapping[str, Provider]) -> None:
        self._providers = providers

    def of(self, find: Find, number: RunValue) -> Connected | None:
        """The provider with that id, None where it is not connected."""
        ems = find(EMS, number) if isinstance(number, int) and not isinstance(number, bool) else None
        provider = None if ems is None else self._providers.get(to_text(ems.columns.get("name")))
        return None if ems is None or provider is None else Connected(ems, provider)

    def machine(self, find: Find, row: Row) -> Machine | None:
        """The machine `row`, None where its provider is not connected, or does not know it."""
        of, ref = self.of(find, row.columns.get("ems_id")), to_text(row.columns.get("ems_ref"))
        return None if of is None or not ref else Machine(row, ref, of)


def reader(connection: Connection) -> Find:
    """Reads records in a transaction."""
    return lambda model, number: find_row(connection, model, number)


def catch(connection: Connection, ems: Reference, now: datetime, due: datetime | None = None) -> None:
    """Sees to it that what has happened at the provider `ems` is asked for, now or at `due`."""
    at = due or now
    waits = select(QUEUE.c.id).where(
        QUEUE.c.method == "catch_events", QUEUE.c.of_id == ems.id, QUEUE.c.state.in_(("ready", "future")),
        or_(QUEUE.c.deliver_on.is_(None), QUEUE.c.deliver_on <= at),
    )  # fmt: skip
    if connection.execute(waits.limit(1)).first() is None:
        message = Message("catch_events", ems, {}, "event", HIGH_PRIORITY, f"event_catcher_{ems.id}", due)
        enqueue(connection, [message], now, None)


def is_hearing(connection: Connection, ems: Reference) -> bool:
    """Whether something that the provider `ems` has told is still on its way to Automate, or into the inventory."""
    own = and_(QUEUE.c.method.in_(("receive_event", "refresh_inventory")), QUEUE.c.of_id == ems.id)
    told = and_(QUEUE.c.method == "deliver", QUEUE.c.of_model == "EmsEvent")
    waits = select(QUEUE.c.id).where(QUEUE.c.state.in_(("ready", "running")), or_(own, told))
    return connection.execute(waits.limit(1)).first() is not None


def look_again(
    connection: Connection, of: Reference, now: datetime, due: datetime | None = None, request: int | None = None
) -> None:
    """Sees to it that the inventory is refreshed: of a machine, or all of a provider."""
    message = Message("refresh_inventory", of, {}, "ems_inventory", HIGH_PRIORITY, deliver_on=due)
    enqueue(connection, [message], now, request)
