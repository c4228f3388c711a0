"""Clocks of a worker: the time of the machine, or one of its own that is put forward over the waits."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class WorkClock(Protocol):
    """What is due, and the waiting for it."""

    def now(self) -> datetime:
        """The time, in UTC."""

    def wait(self, until: datetime | None, longest: float) -> bool:
        """Waits until then, or for something else to happen, but no more than `longest` seconds; True where the time
        has come."""


class SystemClock:
    """The time of the machine."""

    def now(self) -> datetime:
        """The time, in UTC."""
        return datetime.now(UTC)

    def wait(self, until: datetime | None, longest: float) -> bool:
        """Sleeps. A clock that was put forward or back meanwhile does no harm: the next look finds what is due."""
        seconds = longest if until is None else min(longest, max(0.0, (until - self.now()).total_seconds()))
        time.sleep(seconds)
        return False


class FastClock:
    """The time of the machine, `speed` times as fast since `start`: for trials. Processes that are to agree take the
    same `start`."""

    def __init__(self, start: datetime, speed: float) -> None:
        self._start = start
        self._speed = speed

    def now(self) -> datetime:
        """The time, in UTC."""
        return self._start + (datetime.now(UTC) - self._start) * self._speed

    def wait(self, until: datetime | None, longest: float) -> bool:
        """Sleeps, no longer than `longest` seconds of the machine."""
        left = None if until is None else (until - self.now()).total_seconds() / self._speed
        time.sleep(longest if left is None else min(longest, max(0.0, left)))
        return False


class VirtualClock:
    """A time of its own, which begins with that of the machine and stands still while work is done: what is found then
    does not depend on how long it takes."""

    def __init__(self, start: datetime | None = None) -> None:
        self._now = start or datetime.now(UTC)

    def now(self) -> datetime:
        """The time, in UTC."""
        return self._now

    def wait(self, until: datetime | None, longest: float) -> bool:
        """Puts the clock forward, as far as that; it never goes back."""
        if until is None:
            return False
        self._now = max(self._now, until)
        return True


def later(moment: datetime, seconds: float) -> datetime:
    """`moment` and so many seconds more; as late as there is a time at all for those that have no end."""
    try:
        return moment + timedelta(seconds=seconds)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC) - timedelta(days=2)
