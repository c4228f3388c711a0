"""Images: the datastore as it was when a request began, kept in the store by its hash.

A request goes on with the image with which it began, whatever becomes of the files, until someone moves it to the
datastore as it is now.
"""

import hashlib
import os
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, bindparam, select, update

from aelang.diagnostics import Severity
from aelang.diagnostics.text import counted
from aelang.ir import Image, ImageError
from aelang.ir.store import open_image
from aelang.project import Compilation, ProjectError
from aelang.requests.decision import Refused
from aelang.requests.store.keeping import keep_image, read_image
from aelang.requests.store.opening import Store
from aelang.requests.store.prepared import Prepared
from aelang.requests.store.schema import IMAGES, REQUESTS
from aelang.requests.telling import Serious, Tell

if TYPE_CHECKING:
    from aelang.editing import DirectoryEditor
    from aelang.ir.store import Header

_LOOK_AGAIN = 1.0
_HELD = 8
_IMAGE = Prepared(select(REQUESTS.c.image_hash).where(REQUESTS.c.id == bindparam("number")))
_FIX = Prepared(
    update(REQUESTS)
    .where(REQUESTS.c.id == bindparam("number"), REQUESTS.c.image_hash.is_(None))
    .values(image_hash=bindparam("hash"))
)
_MOVE = update(REQUESTS).where(REQUESTS.c.id == bindparam("number")).values(image_hash=bindparam("hash"))


class Snapshot(NamedTuple):
    """A datastore as it was at one moment."""

    digest: str
    body: bytes
    image: Image


def image_of(connection: Connection, request: int) -> str | None:
    """The hash of the image with which `request` goes on, None while it has not begun."""
    return _IMAGE.value(connection, {"number": request})  # type: ignore[no-any-return]  # a text


def fix_image(connection: Connection, request: int, snapshot: Snapshot, now: datetime) -> None:
    """From now on `request` goes on with `snapshot`, unless it has an image already."""
    keep_image(connection, snapshot.digest, snapshot.body, now)
    _FIX.run(connection, {"number": request, "hash": snapshot.digest})


def follow_image(connection: Connection, request: int, snapshot: Snapshot, now: datetime) -> None:
    """From now on `request` goes on with `snapshot`, which a method of its own made of the image that it had."""
    keep_image(connection, snapshot.digest, snapshot.body, now)
    connection.execute(_MOVE, {"number": request, "hash": snapshot.digest})


def move_to(connection: Connection, request: int, digest: str | None = None) -> Refused | None:
    """Has `request` go on with the image of that hash, or part of it; without one with the datastore as its next step
    finds it."""
    if digest is not None:
        found = connection.execute(select(IMAGES.c.hash).where(IMAGES.c.hash.startswith(digest, autoescape=True)))
        known = found.scalars().all()
        if len(known) != 1:
            return Refused(f"{'no' if not known else 'more than one'} image in the store has a hash like `{digest}`")
        digest = known[0]
    connection.execute(_MOVE, {"number": request, "hash": digest})
    return None


class Images:
    """What a worker runs on: the datastore as it is now, looked at now and then, and kept images of requests."""

    def __init__(self, store: Store, opened: Callable[[], Compilation], tell: Tell) -> None:
        self._store = store
        self._tell = tell
        self._compilation = opened()
        self._told = ""
        self._looked = time.monotonic()
        self._now = snapshot(self._compilation)
        self._tell_errors(self._compilation)
        self._before: Snapshot | None = None
        self._kept: dict[str, Image] = {}

    def current(self) -> Snapshot:
        """The datastore as it is now; as it was, where what it has become cannot be used."""
        if time.monotonic() - self._looked > _LOOK_AGAIN:
            self._look()
            self._looked = time.monotonic()
        return self._now

    def snapshot(self, digest: str) -> Snapshot | None:
        """The datastore as it is now, or was lately, if that is its hash."""
        return next((each for each in (self._now, self._before) if each is not None and each.digest == digest), None)

    def image(self, digest: str) -> Image:
        """The image of that hash. Raises ImageError where it cannot be read, StoreError."""
        if digest == self._now.digest:
            return self._now.image
        if digest not in self._kept:
            with self._store.reading() as connection:
                body = read_image(connection, digest)
            if body is None:
                raise ImageError(f"the image {digest[:12]} is not in the store any more")
            while len(self._kept) >= _HELD:
                del self._kept[next(iter(self._kept))]
            self._kept[digest] = _opened(zlib.decompress(body))
        return self._kept[digest]

    @property
    def digest(self) -> str:
        """The hash of the datastore as it was when it was last looked at."""
        return self._now.digest

    def editor(self) -> "DirectoryEditor":
        """What reads and changes the files of the datastore as it was when it was last looked at."""
        from aelang.editing import DirectoryEditor

        return DirectoryEditor(self._compilation)

    @contextmanager
    def editing(self) -> "Iterator[DirectoryEditor]":
        """What changes the files of the datastore as it is now. One process does at a time; what came of it is looked
        at before the next one."""
        with _alone(self._compilation.settings.roots):
            self._look()
            yield self.editor()
            self._look()
            self._looked = time.monotonic()

    def _look(self) -> None:
        try:
            found = self._compilation.reopened()
        except ProjectError as fault:
            self._keep_last(str(fault))
            return
        if _is_same(found.header, self._compilation.header):
            return
        if _errors(found) and not _errors(self._compilation):
            self._keep_last(f"the datastore has {counted(_errors(found), 'error')} now")
            return
        self._compilation = found
        self._told = ""
        self._tell_errors(found)
        self._before, self._now = self._now, snapshot(found)
        if self._before.digest != self._now.digest:
            self._kept[self._before.digest] = self._before.image
            self._tell(f"the datastore has changed: new requests begin with {self._now.digest[:12]}")

    def _keep_last(self, why: str) -> None:
        """Tells it once: the datastore is looked at every second."""
        if why != self._told:
            self._told = why
            said = f"{why}: requests go on with the datastore as it was; `aelang validate` shows what is wrong"
            self._tell(Serious(said))

    def _tell_errors(self, compilation: Compilation) -> None:
        if found := _errors(compilation):
            self._tell(Serious(f"the datastore has {counted(found, 'error')}: `aelang validate` shows them"))


@contextmanager
def _alone(roots: Sequence[str]) -> Iterator[None]:
    """No other worker edits a datastore of `roots` meanwhile: of two who rewrite a file, one would lose its change."""
    import fcntl

    with ExitStack() as stack:
        for root in filter(os.path.isdir, sorted(map(os.path.realpath, roots))):
            held = os.open(root, os.O_RDONLY)
            stack.callback(os.close, held)
            with suppress(OSError):  # a file system without locks
                fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _is_same(one: "Header", other: "Header") -> bool:
    return one is other or (one.domains, one.entries, one.records) == (other.domains, other.entries, other.records)


def _errors(compilation: Compilation) -> int:
    return sum(each.severity is Severity.ERROR for each in compilation.diagnostics)


def snapshot(compilation: Compilation) -> Snapshot:
    """`compilation` as it is, whatever becomes of its files and its cache. Raises ImageError."""
    with tempfile.TemporaryDirectory(prefix="aelang-image-") as folder:
        path = os.path.join(folder, "image")
        compilation.write_image(path)
        with open(path, "rb") as stream:
            body = stream.read()
        image = open_image(path)  # it stays open
    return Snapshot(hashlib.sha256(body).hexdigest(), zlib.compress(body, 1), image)


def _opened(body: bytes) -> Image:
    with tempfile.TemporaryDirectory(prefix="aelang-image-") as folder:
        path = os.path.join(folder, "image")
        with open(path, "wb") as stream:
            stream.write(body)
        return open_image(path)
