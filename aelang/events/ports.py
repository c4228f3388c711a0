"""What events need of providers: that they look again at what changed. Whoever connects a provider fills these in."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple, TypeAlias

from sqlalchemy import Connection

from aelang.services.records import Reference


class Looking(NamedTuple):
    """A record of `provider` (None where it belongs to none) is to be looked at again, because of `event`; with
    `waited` by who asks before going on. What is written on `connection` is written together with that it was asked:
    once for an event and a target."""

    connection: Connection
    provider: Reference | None
    target: Reference
    event: Reference
    now: datetime
    waited: bool = False


Look: TypeAlias = Callable[[Looking], None]
"""Sees to it; what takes time is queued."""


def look_at_nothing(looking: Looking) -> None:
    """Where no provider is connected: that it was asked stands on the event, and nothing else happens."""


class Ports(NamedTuple):
    """`refresh` looks at what the inventory says of a record, `scan` at what is inside of it."""

    refresh: Look = look_at_nothing
    scan: Look = look_at_nothing


NO_PROVIDER = Ports()
