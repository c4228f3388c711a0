"""Traces in the store: what a run told, as JSON, packed; and workspaces as XML.

A run that tells more than is kept of one loses the rest, and says so.
"""

import json
import zlib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from aelang.interpreter.outcome import Undo
from aelang.interpreter.trace import EVENT_KINDS, Event, Logged, StateEntered, StateProcessed
from aelang.interpreter.values import mask_secrets, sanitize
from aelang.requests.steps import StateAt, StateLeft
from aelang.requests.store.faults import StoreError

MOST_EVENTS = 20_000
_TOLD = "@"
"""What the row begins with that says when the others were told."""

_LONGEST = 4000  # characters of one text
_to_text = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode


_BEGINS = "The following error occurred during method evaluation:"
_PYTHON = "Traceback "


def said_by_method(events: Iterable[Event]) -> str:
    """What the method said last that broke off: its exception, which Ruby tells in front of where it was raised and
    Python behind that; else its last error. Nothing where it said nothing."""
    told = [each.text for each in events if isinstance(each, Logged) and each.level == "error"]
    lines = [text.partition("> ")[2].strip() for text in told if text.startswith("<AEMethod ")]
    begun = max((at for at, line in enumerate(lines) if line == _BEGINS), default=-1)
    last = [line for line in lines[begun + 1 :] if line]
    if not last:
        return ""
    return last[0] if begun >= 0 and not last[0].startswith(_PYTHON) else last[-1]


class Telling:
    """Takes what a run tells. `attempts` is how often the state at which it goes on was tried before."""

    def __init__(self, now: Callable[[], datetime], attempts: int) -> None:
        self.events: list[Event] = []
        self.states: list[StateLeft] = []
        self.entered: str | None = None
        self.inside: list[StateAt] = []
        """The states that were entered and not left, the outermost first."""
        self.moments: list[float] = []
        self._now = now
        self._attempts = attempts

    def take(self, event: Event) -> None:
        """Takes `event`."""
        if len(self.events) < MOST_EVENTS:
            self.events.append(event)
            self.moments.append(self._now().timestamp())
        elif len(self.events) == MOST_EVENTS:
            self.events.append(Logged(0, "warn", "the run told more than is kept: the rest is left out"))
        if type(event) is StateEntered:
            self._leave(event.depth)
            self.inside.append(StateAt(event, self._now(), self._attempts + 1))
            self.entered = event.state
        elif type(event) is StateProcessed:
            self._leave(event.depth)
            within = tuple(each.event.state for each in self.inside)
            self.states.append(StateLeft(self._now(), event, self._attempts + 1, within))
            self._attempts = 0

    def _leave(self, depth: int) -> None:
        """What is as far in as that, or further, was left."""
        while self.inside and self.inside[-1].event.depth >= depth:
            self.inside.pop()

    def foretell(self, undo: Undo | None) -> None:
        """The state that was entered last would be undone by that."""
        if undo is not None and self.inside:
            self.inside[-1] = self.inside[-1]._replace(undo=undo)


def pack_events(events: Iterable[Event], moments: Sequence[float] = ()) -> bytes:
    """`events` as they are kept, with the `moments` at which they were told; passwords in them are masked by value."""
    text = mask_secrets(_to_text([[type(event).__name__, *map(_cut, event)] for event in events]))
    if moments:
        first = moments[0]
        told = _to_text([_TOLD, round(first, 6), *(round((each - first) * 1e6) for each in moments)])
        text = f"[{told},{text[1:]}"
    return _pack(text)


def _cut(value: object) -> object:
    return value if not isinstance(value, str) or len(value) <= _LONGEST else value[:_LONGEST] + "..."


def read_events(body: bytes) -> tuple[Event, ...]:
    """What `pack_events` packed. Raises StoreError for what is none."""
    return tuple(event for _, event in read_told(body))


def read_told(body: bytes) -> tuple[tuple[float | None, Event], ...]:
    """The same, each with the moment at which it was told, in seconds, where that was kept. Raises StoreError."""
    try:
        rows = json.loads(zlib.decompress(body))
        moments: list[float | None] = []
        if rows and rows[0][0] == _TOLD:
            _, first, *since = rows.pop(0)
            moments = [first + each / 1e6 for each in since]
        moments.extend([None] * (len(rows) - len(moments)))
        return tuple((moment, _event(row)) for moment, row in zip(moments, rows, strict=False))
    except (zlib.error, ValueError, LookupError, TypeError) as fault:
        raise StoreError(f"a trace in the store is damaged: {fault}") from None


def _event(found: list[object]) -> Event:
    kind, *values = found
    return EVENT_KINDS[str(kind)](*values)


def pack_text(text: str) -> bytes:
    """A text, such as a workspace, as it is kept."""
    return _pack(sanitize(text))


def _pack(text: str) -> bytes:
    """With a window of 8 KB it gets as small as with the usual one, and most texts are short: to set that up took ten
    times as long as to pack them."""
    packing = zlib.compressobj(1, zlib.DEFLATED, 13, 6)
    return packing.compress(text.encode(errors="replace")) + packing.flush()


def read_body(body: bytes) -> str:
    """What `pack_text` packed. Raises StoreError for what is none."""
    try:
        return zlib.decompress(body).decode()
    except (zlib.error, ValueError) as fault:
        raise StoreError(f"a workspace in the store is damaged: {fault}") from None
