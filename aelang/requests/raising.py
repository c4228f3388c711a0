"""Raising: an event gets its row, and a message that tells Automate of it (REQUESTS 2.4, 5.3).

What Automate is told is settled when the event is raised, and stands in the message. Events go before other messages,
and have no task id: they wait for no task, and no task for them.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Connection, bindparam, update

from aelang.delivery import Delivered, Delivery, delivery_uri
from aelang.interpreter.values import RunValue, inspect, mask_secrets
from aelang.requests.decision import AUTOMATE, HIGH_PRIORITY, Message
from aelang.requests.store.cases import enqueue
from aelang.requests.store.prepared import Prepared
from aelang.requests.store.record_rows import create_row
from aelang.requests.store.schema import EVENTS
from aelang.services.models import ancestors, snake_name
from aelang.services.records import Reference

Input: TypeAlias = "RunValue | Reference"


class Raising(NamedTuple):
    """An event that is to be raised: `name` of `target`. `inputs` are told beside it; a reference among them becomes a
    record of the run. `user` is for whom Automate runs, the requester for None where there is a `request`. `then` is
    queued when Automate has heard of it, unless a policy prevents that."""

    target: Reference
    name: str
    inputs: Mapping[str, Input] = {}
    user: int | None = None
    request: int | None = None
    then: Message | None = None
    model: str = "MiqEvent"
    source: str = "POLICY"
    columns: Mapping[str, RunValue] = {}
    classic: bool = False


def raise_event(connection: Connection, raising: Raising, now: datetime) -> Reference:
    """Raises an event about a record: gives its row, and queues that Automate is told."""
    target = raising.target
    columns: dict[str, RunValue] = {
        "event_type": raising.name, "source": raising.source, "target_id": target.id, "target_type": target.model,
        "timestamp": now, "created_on": now, **raising.columns,
    }  # fmt: skip
    event = create_row(connection, raising.model, columns)
    attributes = {"event_type": raising.name, **_written(raising.inputs)}
    if not raising.classic:
        attributes.update(_of_event(event))
    tell(connection, event, attributes, delivered(target), now, raising)
    return event


def _of_event(event: Reference) -> dict[str, RunValue]:
    name = snake_name(event.model)
    return {
        f"{event.model}::{name}": event.id, f"{name}_id": event.id, "EventStream::event_stream": event.id,
        "event_stream_id": event.id,
    }  # fmt: skip


def tell(
    connection: Connection, event: Reference, attributes: Mapping[str, RunValue], about: Delivered, now: datetime,
    raising: Raising | None = None,
) -> None:  # fmt: skip
    """Queues that Automate is told of `event`, with `attributes`, `about` a record."""
    arguments: dict[str, Any] = {"attributes": dict(attributes), "about": list(about)}
    if raising is not None and raising.user is not None:
        arguments["user"] = raising.user
    if raising is not None and raising.then is not None:
        arguments["then"] = _kept(raising.then)
    request = None if raising is None else raising.request
    enqueue(connection, [Message("deliver", event, arguments, AUTOMATE, HIGH_PRIORITY)], now, request)


def told_uri(arguments: Mapping[str, Any], user: int | None, server: int) -> str:
    """The target that a message of `tell` asks for."""
    about = Delivered(*arguments["about"])
    return delivery_uri(Delivery("Event", arguments["attributes"], user=user, server=server, about=about))


def delivering(arguments: Mapping[str, Any]) -> str:
    """The line by which the log of an appliance tells that an event is delivered: its attributes as they were given."""
    about = Delivered(*arguments["about"])
    return (
        f"MIQ(MiqAeEngine.deliver) Delivering {inspect(dict(arguments['attributes']))} for object "
        f"[{about.model}.{about.id}] with state [] to Automate"
    )


def then_of(arguments: Mapping[str, Any]) -> Message | None:
    """What is to be queued when Automate has heard of the event."""
    found = arguments.get("then")
    if found is None:
        return None
    method, model, number, given, role, priority, task_id = found
    return Message(method, Reference(model, number), given, role, priority, task_id)


def _kept(message: Message) -> list[Any]:
    of = message.of
    return [message.method, of.model, of.id, dict(message.arguments), message.role, message.priority, message.task_id]


_HEARD = Prepared(
    update(EVENTS)
    .where(EVENTS.c.id == bindparam("number"))
    .values(handled_on=bindparam("now"), failure=bindparam("reason"))
)


def heard(connection: Connection, event: Reference, now: datetime, failure: str | None) -> None:
    """Automate has heard of `event`, or there is why not. What it made of those of requests their journal says."""
    if event.model != "RequestEvent":
        reason = None if failure is None else mask_secrets(failure)
        _HEARD.run(connection, {"number": event.id, "now": now, "reason": reason})


# -- records in arguments ----------------------------------------------------------------------------------------

_SHORT = {"VmOrTemplate": "vm", "ExtManagementSystem": "ems", "Host": "host"}
_SPECIAL = {"MiqPolicy": ("miq_policy", "policy_id")}


def delivered(of: Reference) -> Delivered:
    """How a record is told to Automate: a VM is always `VmOrTemplate::vm`, others go by their base model."""
    base = ancestors(of.model)[-1]
    return Delivered(base, "vm" if base == "VmOrTemplate" else snake_name(base), of.id)


def _written(inputs: Mapping[str, Input]) -> dict[str, RunValue]:
    """`inputs` as arguments (5.3): VMs, providers, hosts and policies have names of their own."""
    written: dict[str, RunValue] = {}
    for name, value in inputs.items():
        if isinstance(value, Reference):
            written.update(_record(value))
        else:
            written[name] = value
    return written


def _record(of: Reference) -> dict[str, RunValue]:
    base = ancestors(of.model)[-1]
    if base in _SPECIAL:
        name, key = _SPECIAL[base]
    elif base in _SHORT:
        name, key = _SHORT[base], f"{_SHORT[base]}_id"
    else:
        base, name = of.model, snake_name(of.model)
        key = f"{name}_id"
    return {f"{base}::{name}": of.id, key: of.id}
