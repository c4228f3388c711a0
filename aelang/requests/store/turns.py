"""Taking turns at a SQLite store: whoever waits for its lock is woken when it is free.

SQLite knows no waiting but looking again. Of several workers, those who look often keep the processor from the one that
has the lock, and those who look seldom leave the store idle. So whoever has written rings a bell, a named pipe beside
the store, and one of those who wait wakes up. The bell only says when to look: the lock is SQLite's. Where nobody rings
since a process was killed, or no pipe can be made, they look now and then. The first who waits makes the pipe: a store
that one process uses has none.
"""

import os
import select
import stat
import time
from contextlib import suppress

_LONGEST = 0.02  # seconds between two looks that nobody rang for
_SHORTEST = 0.00025  # the same where there is no bell, at first
_MOST = 65536  # as often as a pipe can be rung


class Turns:
    """Those of this process at the store in the file `path`. One thread at a time may use it."""

    def __init__(self, path: str) -> None:
        self._path = path + "-turn"
        self._bell: int | None = None
        self._rings: select.epoll | None = None
        self._may_have_bell = hasattr(select, "epoll")  # elsewhere all who wait would wake up at once

    def listen(self) -> None:
        """From here on the bell counts: to be said before the look that `wait` follows."""
        if self._bell is None and self._may_have_bell:
            with suppress(OSError):  # it is there already; or, as opening it will show, it cannot be
                os.mkfifo(self._path, 0o600)
            self._open()
            self._may_have_bell = self._bell is not None
        self._take(_MOST)

    def wait(self, waited: float) -> None:
        """Waits until it is worth looking again, a fiftieth of a second at most; `waited` is for how many seconds that
        was done before."""
        if self._rings is None:
            time.sleep(min(max(waited / 100, _SHORTEST), _LONGEST))
            return
        self._rings.poll(_LONGEST)
        self._take(1)

    def pass_on(self) -> None:
        """Wakes one of those who wait."""
        if self._bell is None and self._may_have_bell:
            self._open()
        if self._bell is not None:
            with suppress(BlockingIOError):  # as often as it has rung, nobody has listened
                os.write(self._bell, b"!")

    def close(self) -> None:
        """Lets go of the bell."""
        if self._rings is not None:
            self._rings.close()
        if self._bell is not None:
            os.close(self._bell)
        self._rings = self._bell = None

    def _open(self) -> None:
        try:
            found = os.open(self._path, os.O_RDWR | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            return  # nobody has waited yet
        if not stat.S_ISFIFO(os.fstat(found).st_mode):
            os.close(found)
            self._may_have_bell = False
            return
        try:
            rings = select.epoll()
        except OSError:  # the process has as many files open as it may
            os.close(found)
            return
        rings.register(found, select.EPOLLIN | select.EPOLLEXCLUSIVE)  # one of those who wait is enough
        self._bell, self._rings = found, rings

    def _take(self, most: int) -> None:
        if self._bell is not None:
            with suppress(BlockingIOError):  # another was faster, or nobody has rung
                os.read(self._bell, most)
