"""Leases: a step that takes long is held for as long as its worker lives, and says meanwhile how far it is."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from aelang.requests.queue import Claimed, Queue
from aelang.requests.store import Store, StoreError

_TICK = 1.0  # seconds


class Lease:
    """Prolongs the lease of the message in hand, every third of its `seconds`, in a thread of its own, and each second
    has `tell` told how far that is. A step that is shorter costs nothing."""

    def __init__(
        self, store: Store, queue: Queue, seconds: float, tell: Callable[[Claimed], None] = lambda _: None
    ) -> None:  # fmt: skip
        self._store = store
        self._queue = queue
        self._seconds = seconds
        self._tell = tell
        self._held: Claimed | None = None
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def hold(self, claimed: Claimed) -> None:
        """From now on `claimed` is in hand."""
        self._held = claimed
        if self._thread is None:
            self._thread = threading.Thread(target=self._beat, daemon=True, name="lease")
            self._thread.start()

    def let_go(self) -> None:
        """Nothing is in hand."""
        self._held = None

    def close(self) -> None:
        """Ends the thread."""
        self._closed.set()
        if self._thread is not None:
            self._thread.join()

    def _beat(self) -> None:
        before: Claimed | None = None
        prolonged = 0.0
        while not self._closed.wait(min(_TICK, self._seconds / 3)):
            held, now = self._held, time.monotonic()
            if held is None or held is not before:
                before, prolonged = held, now
                continue
            if now - prolonged >= self._seconds / 3:
                self._prolong(held)
                prolonged = now
            with suppress(Exception):  # what cannot be told must not cost the lease
                self._tell(held)

    def _prolong(self, held: Claimed) -> None:
        """A store that cannot be written now is tried again at the next beat; who is too late finds out at the end."""
        until = datetime.now(UTC) + timedelta(seconds=self._seconds)
        try:
            with self._store.writing() as connection:
                self._queue.prolong(connection, held, until)
        except StoreError:
            pass
