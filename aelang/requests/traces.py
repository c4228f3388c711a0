"""Traces in the store: what a run told, packed, a line of JSON an event; and workspaces as XML.

A run that tells more than is kept of one loses the rest, and says so.
"""

import json
import zlib
from collections.abc import Callable, Iterable
from datetime import datetime

from aelang.interpreter import trace
from aelang.interpreter.trace import Event, Logged, StateEntered, StateProcessed
from aelang.interpreter.values import mask_secrets, sanitize
from aelang.requests.steps import StateLeft

MOST_EVENTS = 20_000
_LONGEST = 4000  # characters of one text
_KINDS: dict[str, Callable[..., Event]] = {
    each.__name__: each
    for each in (
        trace.Instantiating, trace.UpdatedNamespace, trace.Following, trace.Followed, trace.Missing, trace.Dropped,
        trace.MethodCalled, trace.MethodEnded, trace.PassedOver, trace.StateEntered, trace.StateProcessed,
        trace.Undone, trace.Logged,
    )
}  # fmt: skip
_to_text = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode


class Telling:
    """Takes what a run tells. `attempts` is how often the state at which it goes on was tried before."""

    def __init__(self, now: Callable[[], datetime], attempts: int) -> None:
        self.events: list[Event] = []
        self.states: list[StateLeft] = []
        self.entered: str | None = None
        self._now = now
        self._attempts = attempts

    def take(self, event: Event) -> None:
        """Takes `event`."""
        if len(self.events) < MOST_EVENTS:
            self.events.append(event)
        elif len(self.events) == MOST_EVENTS:
            self.events.append(Logged(0, "warn", "the run told more than is kept: the rest is left out"))
        if type(event) is StateEntered:
            self.entered = event.state
        elif type(event) is StateProcessed:
            self.states.append(StateLeft(self._now(), event, self._attempts + 1))
            self._attempts = 0


def pack_events(events: Iterable[Event]) -> bytes:
    """`events` as they are kept; passwords in them are masked by value."""
    lines = [_to_text([type(event).__name__, *map(_cut, event)]) for event in events]
    return zlib.compress(mask_secrets("\n".join(lines)).encode(errors="replace"), 1)


def _cut(value: object) -> object:
    return value if not isinstance(value, str) or len(value) <= _LONGEST else value[:_LONGEST] + "..."


def read_events(body: bytes) -> tuple[Event, ...]:
    """What `pack_events` packed. Raises ValueError for what is none."""
    try:
        return tuple(_event(json.loads(line)) for line in zlib.decompress(body).decode().split("\n") if line)
    except (zlib.error, KeyError, TypeError) as fault:
        raise ValueError(f"this is no trace: {fault}") from None


def _event(found: list[object]) -> Event:
    kind, *values = found
    return _KINDS[str(kind)](*values)


def pack_text(text: str) -> bytes:
    """A text, such as a workspace, as it is kept."""
    return zlib.compress(sanitize(text).encode(errors="replace"), 1)


def read_body(body: bytes) -> str:
    """What `pack_text` packed. Raises ValueError for what is none."""
    try:
        return zlib.decompress(body).decode()
    except zlib.error as fault:
        raise ValueError(f"this is no workspace: {fault}") from None
