"""Catching: what of a provider's stream is worth handling (REQUESTS 5.5).

Names that nobody wants are passed over. A provider that says the same again and again, but for ids and times, is held
back: so much in a minute is heard, and again when the minute is quieter.
"""

import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from aelang.digests import sha256
from aelang.events.settings import Settings
from aelang.events.vocabulary import CATCHERS
from aelang.interpreter.values import RunValue, to_text
from aelang.services.records import Row

WINDOW: Final = 60.0
SLOT: Final = 6.0
"""Seconds: of a window, and of the slots that it is counted in."""

_TELLING = 100
_KEY = 16  # characters of a key
_PASSING = ("id", "ref", "timestamp", "created_on", "uid", "uid_ems")


Counts: TypeAlias = Mapping[str, Sequence[tuple[int, int]]]
"""How often each key was let through: in which slot, and how often there."""

_NOTHING: Counts = {}


class Flood:
    """Counts what was let through, by key, in closed slots of time: `most` in a window, and what the slot in hand
    brings. It goes on with the `counts` of another."""

    def __init__(self, most: int, window: float = WINDOW, slot: float = SLOT, counts: Counts = _NOTHING) -> None:
        self._most = most
        self._window = window
        self._slot = slot
        self._counts = {key: deque([slot, count] for slot, count in slots) for key, slots in counts.items()}
        self.blocked: dict[str, int] = {}
        """How often each key was held back."""

    def admits(self, key: str, at: float) -> bool:
        """Whether one more of `key` is let through at the second `at`."""
        slot = int(at // self._slot)
        counts = self._counts.setdefault(key, deque())
        while counts and (slot - counts[0][0]) * self._slot > self._window:
            counts.popleft()
        if sum(count for number, count in counts if number != slot) >= self._most:
            self.blocked[key] = self.blocked.get(key, 0) + 1
            return False
        if counts and counts[-1][0] == slot:
            counts[-1][1] += 1
        else:
            counts.append([slot, 1])
        return True

    @property
    def counts(self) -> Counts:
        """What was let through of each key, by slot."""
        return {key: tuple((slot, count) for slot, count in slots) for key, slots in self._counts.items() if slots}

    def forget(self, at: float) -> None:
        """Lets go of keys that were not heard of for a window."""
        slot = int(at // self._slot)
        for key in [key for key, counts in self._counts.items() if _is_past(counts, slot - self._window / self._slot)]:
            del self._counts[key]


def _is_past(counts: deque[list[int]], slot: float) -> bool:
    return not counts or counts[-1][0] < slot


class Catcher:
    """What stands between the streams of providers and the store. It goes on where another one had `let_through`."""

    def __init__(self, settings: Settings, let_through: Counts = _NOTHING) -> None:
        self._ignored = settings.ignored
        self._flood = Flood(settings.flood_per_minute, counts=let_through) if settings.flood else None
        self._caught = 0

    def catch(self, event: Mapping[str, RunValue], at: float) -> str | None:
        """Why `event`, which came at the second `at`, is passed over: `ignored` or `flood`; None for one to be
        handled."""
        if to_text(event.get("event_type")) in self._ignored:
            return "ignored"
        if self._flood is None:
            return None
        self._caught += 1
        if self._caught % _TELLING == 0:
            self._flood.forget(at)
        return None if self._flood.admits(key_of(event), at) else "flood"

    def let_through(self, at: float) -> Counts:
        """What has to be known of the minute before the second `at`, by whoever goes on; nothing where no flood is
        held back."""
        if self._flood is None:
            return {}
        self._flood.forget(at)
        return self._flood.counts

    def blocked(self) -> Iterator[tuple[str, int]]:
        """What was held back, and how often."""
        if self._flood is not None:
            yield from self._flood.blocked.items()


def key_of(event: Mapping[str, RunValue]) -> str:
    """What is the same in events that say the same, all but ids, references and times: in a few characters."""
    kept = {name: value for name, value in event.items() if not _passes(name)}
    text = json.dumps(kept, sort_keys=True, default=to_text)
    return str(sha256(text.encode()).hexdigest()[:_KEY])


def _passes(name: str) -> bool:
    """The provider stays: one is not held back for another."""
    return name not in ("ems_id",) and (name in _PASSING or name.endswith(("_id", "_ref", "_uid", "_on")))


def caught_line(provider: Row, name: str) -> str:
    """The line that the log of an appliance has when the event `name` of `provider` was caught."""
    kind = CATCHERS.get(to_text(provider.columns.get("emstype")), "")
    host = to_text(provider.columns.get("hostname") or provider.columns.get("name"))
    user = to_text(provider.columns.get("userid"))
    return f"MIQ(EventCatcher{kind}) EMS [{host}] as [{user}] Caught event [{name}]"
