"""Listening: a stream of lines, each an event of a provider, is taken into the store.

So many lines as are there are taken in together, with how far the stream was read: whoever is interrupted goes on
there, and an event that comes twice is known. Where the queue is full nothing more is read until workers have caught
up, so that whoever writes into the pipe has to wait too.
"""

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from select import select as select_ready
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, select, text

from aelang.events.catching import Catcher, caught_line
from aelang.events.ports import NO_PROVIDER, Ports
from aelang.events.reading import LONGEST, read_line
from aelang.events.receiving import receive
from aelang.events.settings import SETTINGS, Settings
from aelang.interpreter.values import to_text
from aelang.requests.store import Store, StoreError
from aelang.requests.store.prepared import undone_alone
from aelang.requests.store.record_rows import find_row, find_rows
from aelang.requests.store.schema import POSITIONS, QUEUE
from aelang.services.records import Row

_CHUNK = 1 << 16
_BATCH = 200
_POLL = 0.2
_PATIENCE = 60


class Place(NamedTuple):
    """Where a stream comes from: an open file, and for one that can be read again its name in the store."""

    number: int
    shown: str
    path: str | None = None


class Counts(NamedTuple):
    """What became of the lines of a stream."""

    new: int = 0
    known: int = 0
    ignored: int = 0
    flood: int = 0
    faulty: int = 0

    def __add__(self, other: object) -> "Counts":
        assert isinstance(other, Counts)
        return Counts(*(mine + its for mine, its in zip(self, other, strict=True)))

    @property
    def lines(self) -> int:
        """How many there were."""
        return sum(self)


class Manner(NamedTuple):
    """How a stream is listened to: `provider` where the lines do not say theirs, `most` messages that may be ready
    before nothing more is read, `follow` a file that grows, and `anew` from its beginning. Asked now and then, `ends`
    says whether to stop."""

    provider: int | None = None
    most: int = 1000
    follow: bool = False
    anew: bool = False
    settings: Settings = SETTINGS
    ports: Ports = NO_PROVIDER
    ends: Callable[[], bool] = lambda: False


class Told(NamedTuple):
    """Whom a listener tells what: of `faults`, with their line; that it `waits`, and of its `progress`; and the lines
    that the `log` of an appliance has."""

    faults: Callable[[str], None]
    waits: Callable[[str], None]
    progress: Callable[[Counts], None] = lambda counts: None
    log: Callable[[str], None] | None = None


def listen(store: Store, place: Place, manner: Manner, told: Told) -> Counts:
    """Takes in what comes from `place` until it ends. Raises StoreError."""
    return _Listener(store, place, manner, told).listen()


class _Piece(NamedTuple):
    """A line, and how many bytes of the stream it takes."""

    text: bytes
    size: int


def _is_event(text: bytes) -> bool:
    try:
        read_line(text)
    except ValueError:
        return False
    return True


class _Listener:
    def __init__(self, store: Store, place: Place, manner: Manner, told: Told) -> None:
        self._store = store
        self._place = place
        self._manner = manner
        self._told = told
        self._catcher = Catcher(manner.settings)
        self._providers: dict[int | str, Row] = {}
        self._log: list[str] = []
        self._together = min(_BATCH, manner.most)
        self._line = 0
        self._offset = 0
        self._told_to_wait = 0  # after so many polls

    def listen(self) -> Counts:
        counts = Counts()
        self._begin()
        for lines in self._batches():
            self._wait_for_room()
            counts += self._take_in(lines)
            self._told.progress(counts)
            if self._manner.ends():
                break
        return counts

    # -- the stream ------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        """A file is read on from where it was left, unless it is another one now."""
        if self._place.path is None or self._manner.anew:
            return
        with self._store.reading() as connection:
            found = connection.execute(_POSITION, {"name": self._place.path}).one_or_none()
        if (
            found is not None
            and found.stamp == self._stamp()
            and found.position <= os.fstat(self._place.number).st_size
        ):
            os.lseek(self._place.number, found.position, os.SEEK_SET)
            self._offset, self._line = found.position, found.line

    def _stamp(self) -> str:
        about = os.fstat(self._place.number)
        return f"{about.st_dev}:{about.st_ino}"

    def _batches(self) -> Iterator[list[_Piece]]:
        """Whole lines, as many as are there. The last one of a stream may lack its end; in a file that is no event yet
        it is left for the next time."""
        rest, lost = b"", 0
        while not self._manner.ends():
            if not self._is_readable():
                continue
            chunk = os.read(self._place.number, _CHUNK)
            if not chunk and self._manner.follow:
                time.sleep(_POLL)
                continue
            *lines, rest = (rest + chunk).split(b"\n")
            pieces = [_Piece(line, len(line) + 1) for line in lines]
            if pieces and lost:
                pieces[0], lost = pieces[0]._replace(size=pieces[0].size + lost), 0
            if len(rest) > 2 * LONGEST:  # it is told as too long when its end comes
                rest, lost = rest[: LONGEST + 1], lost + len(rest) - LONGEST - 1
            for at in range(0, len(pieces), self._together):
                yield pieces[at : at + self._together]
            if not chunk:
                yield from self._last(rest, lost)
                return

    def _last(self, rest: bytes, lost: int) -> Iterator[list[_Piece]]:
        if not rest:
            return
        if self._place.path is not None and not _is_event(rest):
            self._told.waits(f"{self._place.shown}: the last line has no end: it is left for the next time")
            return
        yield [_Piece(rest, len(rest) + lost)]

    def _is_readable(self) -> bool:
        return bool(select_ready([self._place.number], [], [], _POLL)[0])

    def _wait_for_room(self) -> None:
        """That it waits is told once, and again where it waits long: a stream goes by stops and starts."""
        waited = 0
        while not self._manner.ends() and self._is_full():
            if waited % _PATIENCE == self._told_to_wait:
                self._told.waits(f"{self._manner.most} messages are ready to be worked: waiting for workers")
                self._told_to_wait = _PATIENCE - 1
            waited += 1
            time.sleep(_POLL)

    def _is_full(self) -> bool:
        with self._store.reading() as connection:
            found = connection.execute(_DEPTH, {"most": self._manner.most}).scalar_one()
        return int(found) >= self._manner.most

    # -- a batch ---------------------------------------------------------------------------------------------------

    def _take_in(self, lines: list[_Piece]) -> Counts:
        """All of `lines` in one transaction, and how far the stream was read; again, where the store is busy."""
        while True:
            try:
                return self._take_in_once(lines)
            except StoreError as fault:
                if not fault.passing or self._manner.ends():
                    raise
                self._told.waits(f"{fault}; waiting")
                time.sleep(_POLL)

    def _take_in_once(self, lines: list[_Piece]) -> Counts:
        counts, faults, self._log = Counts(), [], []
        with self._store.writing() as connection:
            now = datetime.now(UTC)
            for number, line in enumerate(lines, self._line + 1):
                try:
                    if line.text.strip():
                        counts += self._take(connection, line.text, now)
                except ValueError as fault:
                    counts += Counts(faulty=1)
                    faults.append(f"{self._place.shown}:{number}: {fault}")
            offset = self._offset + sum(line.size for line in lines)
            self._keep(connection, offset, self._line + len(lines), now)
        self._offset, self._line = offset, self._line + len(lines)
        for each in faults:
            self._told.faults(each)
        for each in self._log:
            if self._told.log is not None:
                self._told.log(each)
        return counts

    def _take(self, connection: Connection, line: bytes, now: datetime) -> Counts:
        read = read_line(line)
        provider = self._provider(connection, read.provider)
        event = {**read.event, "ems_id": provider.id}
        why = self._catcher.catch(event, now.timestamp())
        if why is not None:
            return Counts(ignored=1) if why == "ignored" else Counts(flood=1)
        with undone_alone(connection):
            found = receive(connection, provider.id, read.event, now, self._manner.settings, self._manner.ports)
        self._log += (caught_line(provider, to_text(event["event_type"])), *found.lines)
        return Counts(known=1) if found.event is None else Counts(new=1)

    def _provider(self, connection: Connection, said: int | str | None) -> Row:
        asked = self._manner.provider if said is None else said
        if asked is None:
            raise ValueError("it does not say its provider: write `ems_id`, or give --ems")
        if asked not in self._providers:
            self._providers[asked] = find_provider(connection, asked)
        return self._providers[asked]

    def _keep(self, connection: Connection, offset: int, line: int, now: datetime) -> None:
        if self._place.path is not None:
            position = {"name": self._place.path, "position": offset, "line": line, "stamp": self._stamp(), "at": now}
            connection.execute(_KEEP, position)


def find_provider(connection: Connection, said: int | str) -> Row:
    """The provider that is called so, by its id or name. Raises ValueError where there is none."""
    if isinstance(said, int) or said.isdecimal():
        row = find_row(connection, "ExtManagementSystem", int(said))
    else:
        row = next(iter(find_rows(connection, "ExtManagementSystem", {"name": said})), None)
    if row is None:
        raise ValueError(f"there is no provider `{said}`: `aelang store load` takes records in")
    return row


_READY = select(QUEUE.c.id).where(text("state = 'ready'")).limit(bindparam("most")).subquery()
_DEPTH = select(func.count()).select_from(_READY)
_POSITION = select(POSITIONS.c.position, POSITIONS.c.line, POSITIONS.c.stamp).where(
    POSITIONS.c.name == bindparam("name")
)
_KEEP = text(
    "INSERT INTO positions (name, stamp, line, at, position) VALUES (:name, :stamp, :line, :at, :position)"
    " ON CONFLICT (name) DO UPDATE SET stamp = excluded.stamp, line = excluded.line, at = excluded.at,"
    " position = excluded.position"
).bindparams(bindparam("at", type_=POSITIONS.c.at.type))
