"""Faults of a store, told for people: what is wrong with it, and what to do."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InternalError,
    NoSuchModuleError,
    OperationalError,
    SQLAlchemyError,
)

from aelang.requests.store.columns import Unreadable


class StoreError(Exception):
    """The store cannot be used, or not now (`passing`); the text is for people."""

    def __init__(self, text: str, *, passing: bool = False) -> None:
        super().__init__(text)
        self.passing = passing


_DISK_FULL, _DISK_ERROR = "disk is full", "disk i/o error"
_LEAST_ROOM = 64 * 1024  # SQLite's shared memory takes half of that
_LOCKED = "is locked by another process: try again, or end what holds it"
_SAID = (
    ("database is locked", _LOCKED, True),
    ("database table is locked", _LOCKED, True),
    (_DISK_FULL, "is full: there is no room on its disk, nothing of this was written", False),
    ("readonly database", "cannot be written: its file, or its folder, belongs to another user or is read-only", False),
    ("unable to open", "cannot be opened: name a file in a folder that is there and that you may write", False),
    ("not a database", "is no store: it is a file of another kind", False),
    ("malformed", "is damaged: put back a backup (`aelang store backup` makes them)", False),
    (_DISK_ERROR, "cannot be read or written: its disk reports an error", False),
    ("no such table", "has no tables: `aelang store init` makes them", False),
    ("authentication failed", "does not let you in: check user and password in its URL", False),
    ("connection refused", "does not answer: nothing listens at the address of its URL", False),
    ("could not translate host", "does not answer: there is no such host", False),
    ("does not exist", "is not there: make the database first, and check its URL", False),
    ("permission denied", "does not let you do this: grant the rights to its user", False),
)
"""What databases say, in small letters, and what it means."""


def locked(name: str) -> StoreError:
    """The store `name` was not free in time."""
    return StoreError(f"the store {name} {_LOCKED}", passing=True)


@contextmanager
def told(name: str) -> Iterator[None]:
    """Turns what a database raises into a StoreError about the store `name`."""
    try:
        yield
    except SQLAlchemyError as fault:
        raise _told(name, fault) from fault
    except Unreadable as fault:
        raise StoreError(f"the store {name} has a value in it that is none: {fault}; put back a backup") from fault


def _told(name: str, fault: SQLAlchemyError) -> StoreError:
    said = str(fault.orig if isinstance(fault, DBAPIError) else fault).strip()
    if _DISK_ERROR in said.lower() and _has_no_room(name):
        said = _DISK_FULL
    for words, meaning, passing in _SAID:
        if words in said.lower():
            return StoreError(f"the store {name} {meaning}", passing=passing)
    if isinstance(fault, ArgumentError | NoSuchModuleError):
        return StoreError(f"{name} names no store: write a file, or postgresql://user@host/database")
    passing = isinstance(fault, OperationalError | InternalError)
    return StoreError(
        f"the store {name} cannot be used: {said.splitlines()[0] if said else 'no reason'}", passing=passing
    )


def _has_no_room(name: str) -> bool:
    """Whether the disk of the store `name` is full: without room for its shared memory, SQLite calls that an error of
    the disk."""
    try:
        found = os.statvfs(os.path.dirname(name) or ".")
    except OSError:
        return False
    return found.f_bavail * found.f_frsize < _LEAST_ROOM
