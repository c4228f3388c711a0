"""Listing: the events that there are, and what became of one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, RowMapping, Select, bindparam, case, or_, select

from aelang.events.references import KINDS
from aelang.requests.store.keeping import TracePart, read_event_trace
from aelang.requests.store.schema import EVENTS, INVENTORY, QUEUE
from aelang.services.models import ancestors, kinds_of
from aelang.services.records import Reference
from aelang.services.references import write_reference

WAITING, HANDLED, FAILED = "waiting", "handled", "failed"
STATES = (WAITING, HANDLED, FAILED)
"""How far Automate has heard of an event."""

_PLAIN = ("id", "model", "event_type", "source", "target_type", "target_id", "ems_id", "chain_id", "message",
          "vm_or_template_id", "timestamp", "created_on", "handled_on", "failure")  # fmt: skip
_REQUESTS = "RequestEvent"
_ABOUT = (*((each.column, each.model) for each in KINDS), ("ems_id", "ExtManagementSystem"))
"""The columns of a provider's event that say what it is about, each with its model: the first one is shown."""


class Seen(NamedTuple):
    """An event, without what is only for its own page. `state` is one of STATES, and `about` the record that it is
    about, as people write it: `Vm:12`; blank where it is about none."""

    id: int
    model: str
    event_type: str | None
    source: str | None
    target_type: str | None
    target_id: int | None
    ems_id: int | None
    chain_id: str | None
    message: str | None
    vm_or_template_id: int | None
    timestamp: datetime | None
    created_on: datetime | None
    handled_on: datetime | None
    failure: str | None
    state: str
    about: str


class Wish(NamedTuple):
    """Which events are asked for; all that is said must hold."""

    type: str | None = None
    model: str | None = None
    source: str | None = None
    about: Reference | None = None
    provider: int | None = None
    state: str | None = None
    limit: int = 50


class Found(NamedTuple):
    """All there is to say of an event: its other columns by name, what was done about it, the numbers of messages
    that wait, and what Automate told."""

    seen: Seen
    columns: dict[str, Any]
    handled: tuple[tuple[str, ...], ...]
    messages: tuple[int, ...]
    trace: tuple[TracePart, ...]


# -- how far it is -----------------------------------------------------------------------------------------------


def _queued(*states: str) -> Any:  # a condition of SQLAlchemy's, as all below
    """Whether it is of a request, and has a message in the queue. Those of requests say nothing themselves: what they
    led to the journal of the request tells."""
    with_message = select(QUEUE.c.of_id).where(QUEUE.c.of_model == _REQUESTS, QUEUE.c.state.in_(states))
    return (EVENTS.c.model == _REQUESTS) & EVENTS.c.id.in_(with_message)


STATE = case(
    (EVENTS.c.failure.is_not(None) | _queued("dead"), FAILED),
    (EVENTS.c.handled_on.is_not(None), HANDLED),
    ((EVENTS.c.model != _REQUESTS) | _queued("ready", "future", "running"), WAITING),
    else_=HANDLED,
)
"""The state of an event, for the database."""


# -- many --------------------------------------------------------------------------------------------------------

_ALL = select(EVENTS, STATE.label("state"))


def list_events(connection: Connection, wish: Wish) -> list[Seen]:
    """The events that `wish` asks for, the newest first."""
    return _seen(connection, connection.execute(asked_of(wish)).mappings().all())


def asked_of(wish: Wish) -> Select[Any]:
    """What the database is asked for `wish`."""
    asked = _ALL.order_by(EVENTS.c.id.desc()).limit(wish.limit)
    for name, value in (("event_type", wish.type), ("model", wish.model), ("source", wish.source),
                        ("ems_id", wish.provider)):  # fmt: skip
        if value is not None:
            asked = asked.where(EVENTS.c[name] == value)
    if wish.about is not None:
        asked = asked.where(_is_about(wish.about))
    return asked if wish.state is None else asked.where(STATE.in_([wish.state]))


def _is_about(of: Reference) -> Any:
    """Each part of it has an index, so that nobody looks at all the events that there are."""
    base = ancestors(of.model)[-1]
    kinds = kinds_of(base)
    type_ = EVENTS.c.target_type
    is_kind = or_(type_.in_(kinds.models), *(type_.like(f"%::{each}") for each in kinds.ends))
    named = (EVENTS.c[column] == of.id for column, each in _ABOUT if each == base)
    return or_((EVENTS.c.target_id == of.id) & is_kind, *named)


def _seen(connection: Connection, rows: Sequence[RowMapping]) -> list[Seen]:
    about = [_about(row) for row in rows]
    models = _models(connection, about)
    return [
        Seen(**{name: row[name] for name in (*_PLAIN, "state")}, about=_shown(of, models))
        for row, of in zip(rows, about, strict=True)
    ]


def _about(row: RowMapping) -> Reference | None:
    if row["target_id"] is not None and row["target_type"] is not None:
        return Reference(row["target_type"], row["target_id"])
    for column, model in _ABOUT:
        if row[column] is not None:
            return Reference(model, row[column])
    return None


def _models(connection: Connection, about: Sequence[Reference | None]) -> dict[tuple[str, int], str]:
    """The models that records of the inventory have themselves, by base model and id."""
    numbers = {of.id for of in about if of is not None}
    asked = select(INVENTORY.c.base, INVENTORY.c.id, INVENTORY.c.model).where(INVENTORY.c.id.in_(numbers))
    return {(row[0], row[1]): row[2] for row in connection.execute(asked)} if numbers else {}


def _shown(of: Reference | None, models: Mapping[tuple[str, int], str]) -> str:
    if of is None:
        return ""
    base = ancestors(of.model)[-1]
    usual = "Vm" if of.model == "VmOrTemplate" else of.model  # one that is gone
    return write_reference(Reference(models.get((base, of.id), usual), of.id))


# -- one ---------------------------------------------------------------------------------------------------------

_ONE = _ALL.where(EVENTS.c.id == bindparam("number"))
_OURS = frozenset((*Seen._fields, "more", "handled", "known_as"))


def read_event(connection: Connection, number: int) -> Found | None:
    """The event `number`; None where there is none."""
    row = connection.execute(_ONE, {"number": number}).mappings().one_or_none()
    if row is None:
        return None
    (seen,) = _seen(connection, (row,))
    all_of = {**row, **(row["more"] or {})}
    columns = {name: value for name, value in all_of.items() if value is not None and name not in _OURS}
    waiting = select(QUEUE.c.id).where(QUEUE.c.of_model == seen.model, QUEUE.c.of_id == number).order_by(QUEUE.c.id)
    messages = tuple(connection.execute(waiting).scalars()) if seen.state != HANDLED else ()
    handled = tuple(tuple(map(str, each)) for each in row["handled"] or ())
    return Found(seen, columns, handled, messages, read_event_trace(connection, number))
