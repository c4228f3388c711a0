"""Catching: what a provider tells is asked for when something is under way there, and handed on when it is due.

How far the provider was read stands in its record, and is written together with what was read: nothing is lost, and
what a crash has read twice is known already when it is received.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from aelang.providers.connected import EMS, Connected, Providers, catch, reader
from aelang.providers.ports import Happened, ProviderError
from aelang.requests.decision import HIGH_PRIORITY, Message
from aelang.requests.steps import Effect, Lapsed, Step, Work
from aelang.requests.store.record_rows import find_row, write_row

_PLACE = "event_position"
_LATER = timedelta(minutes=1)  # when a provider that could not be reached is asked again


def catch_events(providers: Providers, step: Step, connection: Connection) -> Work:
    """Asks a provider what has happened, and when to ask again."""
    of = _connected(providers, step, connection)
    after = of.ems.columns.get(_PLACE)
    place = after if isinstance(after, int) else 0
    connection, told = yield Effect(lambda: _told(of, place, step))
    if isinstance(told, ProviderError):
        catch(connection, of.ems.reference, step.now(), step.now() + _LATER)
        return
    _hand_on(step, connection, told.happened)
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


def _hand_on(step: Step, connection: Connection, told: Sequence[Happened]) -> None:
    """Each is received by a message of its own, when it is due."""
    if not told:
        return
    for each in told:
        due = each.due if each.due > step.now() else None
        message = Message("receive_event", step.claimed.of, {"event": dict(each.event)}, "event", HIGH_PRIORITY,
                          deliver_on=due)  # fmt: skip
        step.put(connection, message)
    row = find_row(connection, EMS, step.claimed.of.id)
    if row is not None:
        write_row(connection, row, {_PLACE: told[-1].place})


def receive_event(step: Step, connection: Connection) -> None:
    """Takes in what a provider has told. What is no event, or of no provider, is told to nobody."""
    from aelang.events.receiving import receive
    from aelang.events.settings import here

    try:
        receive(connection, step.claimed.of.id, step.claimed.arguments["event"], step.now(), here())
    except ValueError as fault:
        raise Lapsed(str(fault)) from None
