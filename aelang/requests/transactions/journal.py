"""The journal of transactions: each line carries a hash of itself and the line before, and the transaction that of the
last one, so that who changes, takes away or adds a line is found out, unless he writes all that follow anew.

`phase` is transaction (its status), command or undo (REQUESTS 6.3), clean_up, or repair (what an operator wrote). Lines
about messages and states, which have other phases, are written by workers who need not have the request locked: in
PostgreSQL these carry a hash of themselves alone. In SQLite whoever writes has it all.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, insert, select, update

from aelang.interpreter.values import mask_secrets
from aelang.requests.store.columns import readable
from aelang.requests.store.keeping import Entry
from aelang.requests.store.prepared import Prepared
from aelang.requests.store.schema import JOURNAL, TRANSACTIONS
from aelang.value_json import ValueWriting

TRANSACTION, COMMAND, UNDO, CLEAN_UP, REPAIR = "transaction", "command", "undo", "clean_up", "repair"

_BEGINNING = "0" * 64
_ALONE = "alone"
_SEAL = Prepared(select(TRANSACTIONS.c.seal).where(TRANSACTIONS.c.request_id == bindparam("request")))
_SEALED = Prepared(
    update(TRANSACTIONS).where(TRANSACTIONS.c.request_id == bindparam("of")).values(seal=bindparam("hash"))
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
    _chain(connection, [entry], command)


def write_beside(connection: Connection, entries: Sequence[Entry]) -> None:
    """Adds `entries` of one request, which is a transaction: they are about messages and states."""
    if connection.dialect.name == "sqlite":
        _chain(connection, entries)
        return
    kept = [_readable(each) for each in entries]
    _WRITE.run_each(connection, [_row(each, None, _hash(_ALONE, each, None)) for each in kept])


def _chain(connection: Connection, entries: Sequence[Entry], command: int | None = None) -> None:
    request = entries[0].request_id
    seal, rows = seal_of(connection, request), []
    for entry in map(_readable, entries):
        seal = _hash(seal or _BEGINNING, entry, command)
        rows.append(_row(entry, command, seal))
    _WRITE.run_each(connection, rows)
    _SEALED.run(connection, {"of": request, "hash": seal})


def _readable(entry: Entry) -> Entry:
    """As the store will have it."""
    state = None if entry.state is None else readable(entry.state)
    message = None if entry.message is None else mask_secrets(readable(entry.message))
    return entry._replace(state=state, message=message)


def _row(entry: Entry, command: int | None, seal: str) -> dict[str, Any]:
    return {**entry._asdict(), "command_id": command, "hash": seal}


def seal_of(connection: Connection, request: int) -> str | None:
    """The hash of the last line of the chain, None where there is none."""
    found: str | None = _SEAL.value(connection, {"request": request})
    return found


def read_lines(connection: Connection, request: int) -> tuple[Line, ...]:
    """Everything that was written of `request`, in order."""
    found = connection.execute(_CHAIN, {"request": request})
    return tuple(Line(number, command, Entry(*rest[:-1]), rest[-1]) for number, command, *rest in found)


def broken_lines(lines: tuple[Line, ...], seal: str | None) -> Iterator[Line | None]:
    """The lines of a transaction that do not follow from those before them: they, or lines before them, were changed.
    None where the chain does not end with `seal`: lines behind it were taken away."""
    before = _BEGINNING
    for each in lines:
        if each.hash == _hash(before, each.entry, each.command):
            before = each.hash
        elif each.hash != _hash(_ALONE, each.entry, each.command):
            yield each
            before = each.hash or before
    if before != (seal or _BEGINNING):
        yield None


def _hash(before: str, entry: Entry, command: int | None) -> str:
    at = entry.at.replace(tzinfo=UTC) if entry.at.tzinfo is None else entry.at.astimezone(UTC)
    plain: list[Any] = [before, command, *entry._replace(at=at, detail=None)]
    plain[plain.index(at)] = at.isoformat()
    plain.append(ValueWriting().value(entry.detail))
    return hashlib.sha256(_plainly(plain).encode()).hexdigest()


_plainly = json.JSONEncoder(separators=(",", ":")).encode


def line(
    request: int, phase: str, status: str, at: datetime, task: int | None = None, message: str | None = None,
    attempt: int | None = None, detail: Any = None,
) -> Entry:  # fmt: skip
    """A line about `request`."""
    return Entry(request, phase, status, at, task, None, attempt, message, detail)
