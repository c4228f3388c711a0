"""Catching: what a provider tells is asked for when something is under way there, and handed on when it is due.

How far the provider was read stands in its record, and is written together with what was read: nothing is lost, and
what a crash has read twice is known already when it is received. What nobody wants is passed over before it is handed
on; so is what a provider says too often: how often stands in its record too, since any worker may ask it next.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from aelang.events.catching import Catcher
from aelang.events.ports import NO_PROVIDER, Ports
from aelang.events.receiving import receive
from aelang.events.settings import SETTINGS, Settings
from aelang.interpreter.values import RunValue
from aelang.providers.connected import EMS, Connected, Providers, catch, reader
from aelang.providers.ports import Happened, ProviderError
from aelang.requests.decision import HIGH_PRIORITY, Message
from aelang.requests.steps import Effect, Lapsed, Step, Work
from aelang.requests.store.record_rows import find_row, write_row

_PLACE = "event_position"
_HEARD = "events_of_the_minute"
_LATER = timedelta(minutes=1)  # when a provider that could not be reached is asked again


class Manner(NamedTuple):
    """How events are received: by which settings, and what an event may have done at once."""

    settings: Settings = SETTINGS
    ports: Ports = NO_PROVIDER


def catch_events(providers: Providers, manner: Manner, step: Step, connection: Connection) -> Work:
    """Asks a provider what has happened, and when to ask again."""
    of = _connected(providers, step, connection)
    after = of.ems.columns.get(_PLACE)
    place = after if isinstance(after, int) else 0
    connection, told = yield Effect(lambda: _told(of, place, step))
    if isinstance(told, ProviderError):
        catch(connection, of.ems.reference, step.now(), step.now() + _LATER)
        return
    _hand_on(manner.settings, step, connection, told.happened)
    if told.again is not None:
        catch(connection, of.ems.reference, step.now(), told.again)


class _Told(NamedTuple):
    """What a provider has told, and when to ask it again."""

    happened: Sequence[Happened]
    again: datetime | None


def _told(of: Connected, place: int, step: Step) -> "_Told | ProviderError":
    try:
        happened = of.provider.happened(place, step.now())
        last = happened[-1].place if happened else place
        return _Told(happened, of.provider.next_event(last, step.now()))
    except ProviderError as fault:
        return fault


def _connected(providers: Providers, step: Step, connection: Connection) -> Connected:
    found = providers.of(reader(connection), step.claimed.of.id)
    if found is None:
        raise Lapsed(f"the provider {step.claimed.of.id} is not connected: [providers] in aelang.toml does that")
    return found


def _hand_on(settings: Settings, step: Step, connection: Connection, told: Sequence[Happened]) -> None:
    """Each that is wanted is received by a message of its own, when it is due."""
    row = find_row(connection, EMS, step.claimed.of.id)
    if not told or row is None:
        return
    now = step.now()
    heard = row.columns.get(_HEARD)
    catcher = Catcher(settings, heard if isinstance(heard, dict) else {})
    for each in told:
        if catcher.catch({**each.event, "ems_id": row.id}, now.timestamp()) is None:
            _receive(step, connection, each, now)
    columns: dict[str, RunValue] = {_PLACE: told[-1].place}
    if settings.flood:
        let_through = catcher.let_through(now.timestamp())
        columns[_HEARD] = {key: [list(slot) for slot in slots] for key, slots in let_through.items()}
    write_row(connection, row, columns)


def _receive(step: Step, connection: Connection, happened: Happened, now: datetime) -> None:
    due = happened.due if happened.due > now else None
    arguments = {"event": dict(happened.event)}
    step.put(connection, Message("receive_event", step.claimed.of, arguments, "event", HIGH_PRIORITY, deliver_on=due))


def receive_event(manner: Manner, step: Step, connection: Connection) -> None:
    """Takes in what a provider has told. What is no event, or of no provider, is told to nobody."""
    event = step.claimed.arguments["event"]
    try:
        receive(connection, step.claimed.of.id, event, step.now(), manner.settings, manner.ports)
    except ValueError as fault:
        raise Lapsed(str(fault)) from None
