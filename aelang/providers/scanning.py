"""Scanning: somebody looks into a machine: announced, begun at the next turn, over after a while.

request_vm_scan   -> vm_scan_start -> vm_scan_complete
"""

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from aelang.interpreter.values import to_text
from aelang.providers.connected import Providers, reader
from aelang.requests.acting import DECLINED, Acting, Declined
from aelang.requests.decision import HIGH_PRIORITY, Message
from aelang.requests.raising import Raising, raise_event
from aelang.requests.steps import Step
from aelang.requests.store.cases import enqueue
from aelang.requests.store.record_rows import find_row, write_row
from aelang.services.ports import Answer
from aelang.services.records import Reference

SCAN = "scan_vm"
_ROLE = "smartstate"
_SOON = timedelta(seconds=1)
_TURN = 15.0
_TAKES = timedelta(seconds=65)


def act(providers: Providers, acting: Acting) -> "Answer | Declined":
    """What `vm.scan` does."""
    if providers.machine(reader(acting.connection), acting.row) is None:
        return DECLINED
    queue(acting.connection, acting.row.reference, acting.now)
    return None


def queue(connection: Connection, vm: Reference, now: datetime) -> None:
    """Has `vm` looked into, in a moment: what asks for it is to end first."""
    _put(connection, vm, "announce", now, now + _SOON)


def scan(step: Step, connection: Connection) -> None:
    """Takes a scan one stage further."""
    _STAGES[to_text(step.claimed.arguments["stage"])](connection, step.claimed.of, step.now())


def _announce(connection: Connection, vm: Reference, now: datetime) -> None:
    raise_event(connection, Raising(vm, "request_vm_scan", {"vm": vm}, then=_message(vm, "wait")), now)


def _wait(connection: Connection, vm: Reference, now: datetime) -> None:
    """Scans begin together, at a turn."""
    turn = math.ceil(now.timestamp() / _TURN) * _TURN
    _put(connection, vm, "begin", now, datetime.fromtimestamp(turn, UTC))


def _begin(connection: Connection, vm: Reference, now: datetime) -> None:
    raise_event(connection, Raising(vm, "vm_scan_start", {"vm": vm}), now)
    _put(connection, vm, "end", now, now + _TAKES)


def _end(connection: Connection, vm: Reference, now: datetime) -> None:
    row = find_row(connection, *vm)
    if row is not None:
        write_row(connection, row, {"last_scan_on": now})
        raise_event(connection, Raising(vm, "vm_scan_complete", {"vm": vm}), now)


_STAGES: Mapping[str, Callable[[Connection, Reference, datetime], None]] = {
    "announce": _announce, "wait": _wait, "begin": _begin, "end": _end,
}  # fmt: skip


def _message(vm: Reference, stage: str, due: datetime | None = None) -> Message:
    return Message(SCAN, vm, {"stage": stage}, _ROLE, HIGH_PRIORITY, deliver_on=due)


def _put(connection: Connection, vm: Reference, stage: str, now: datetime, due: datetime) -> None:
    enqueue(connection, [_message(vm, stage, due)], now, None)
