"""The journal of transactions: each line carries a hash of itself and the line before, so that one who changes,
takes away or adds a line is found out, unless he writes all that follow anew.

`phase` is transaction (its status), command or undo (REQUESTS 6.3), clean_up, or repair (what an operator wrote).
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, insert, select

from aelang.interpreter.values import mask_secrets
from aelang.requests.store.columns import readable
from aelang.requests.store.keeping import Entry
from aelang.requests.store.prepared import Prepared
from aelang.requests.store.schema import JOURNAL
from aelang.value_json import ValueWriting

TRANSACTION, COMMAND, UNDO, CLEAN_UP, REPAIR = "transaction", "command", "undo", "clean_up", "repair"

_BEGINNING = "0" * 64
_LAST = Prepared(
    select(JOURNAL.c.hash)
    .where(JOURNAL.c.request_id == bindparam("request"), JOURNAL.c.hash.is_not(None))
    .order_by(JOURNAL.c.id.desc())
    .limit(1)
)
_WRITE = Prepared(insert(JOURNAL).inline(), (*Entry._fields, "command_id", "hash"))
_COLUMNS = [JOURNAL.c[each] for each in ("id", "command_id", *Entry._fields, "hash")]
_CHAIN = select(*_COLUMNS).where(JOURNAL.c.request_id == bindparam("request")).order_by(JOURNAL.c.id)


class Line(NamedTuple):
    """A line of the journal with its number and the command that it is about."""

    number: int
    command: int | None
    entry: Entry
    hash: str | None


def write_line(connection: Connection, entry: Entry, command: int | None = None) -> None:
    """Adds `entry` to the chain of its request. The request must be locked by the transaction, as it is for whoever
    changes anything of it."""
    message = None if entry.message is None else mask_secrets(readable(entry.message))
    entry = entry._replace(message=message)
    before = _LAST.value(connection, {"request": entry.request_id})
    row = {**entry._asdict(), "command_id": command, "hash": _hash(before or _BEGINNING, entry, command)}
    _WRITE.run(connection, row)


def read_lines(connection: Connection, request: int) -> tuple[Line, ...]:
    """Everything that was written of `request`, in order."""
    found = connection.execute(_CHAIN, {"request": request})
    return tuple(Line(number, command, Entry(*rest[:-1]), rest[-1]) for number, command, *rest in found)


def broken_lines(lines: tuple[Line, ...]) -> Iterator[Line]:
    """The lines of a request that do not follow from those before them: they, or lines before them, were changed."""
    before = _BEGINNING
    for each in lines:
        if each.hash is not None:
            if each.hash != _hash(before, each.entry, each.command):
                yield each
            before = each.hash


def _hash(before: str, entry: Entry, command: int | None) -> str:
    at = entry.at.replace(tzinfo=UTC) if entry.at.tzinfo is None else entry.at.astimezone(UTC)
    plain: list[Any] = [before, command, *entry._replace(at=at, detail=None)]
    plain[plain.index(at)] = at.isoformat()
    plain.append(ValueWriting().value(entry.detail))
    return hashlib.sha256(json.dumps(plain, separators=(",", ":")).encode()).hexdigest()


def line(
    request: int, phase: str, status: str, at: datetime, task: int | None = None, message: str | None = None,
    attempt: int | None = None, detail: Any = None,
) -> Entry:  # fmt: skip
    """A line about `request`."""
    return Entry(request, phase, status, at, task, None, attempt, message, detail)
