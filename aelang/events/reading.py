"""Reading: a line of JSON becomes an event, or a sentence that says why it is none."""

import json
from datetime import UTC, datetime
from typing import Any, NamedTuple

from aelang.interpreter.values import RunValue

LONGEST = 1_000_000
"""Characters of one line."""

_TEXTS = ("event_type", "source", "message", "ems_ref", "username")
_DEEPEST = 50


class Line(NamedTuple):
    """An event that was read, and of which provider: its id, or its name; None where the line does not say it."""

    event: dict[str, RunValue]
    provider: int | str | None


def read_line(text: bytes) -> Line:
    """The event that `text` is: `{"event_type": "USER_RUN_VM", "ems_id": 1, "timestamp": "2026-11-22T10:00:00Z", ...}`.
    Raises ValueError, told for people, for what is none."""
    if len(text) > LONGEST:
        raise ValueError(f"it is longer than {LONGEST} characters")
    try:
        found = json.loads(text, parse_constant=_no_number)
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8") from None
    except json.JSONDecodeError as fault:
        raise ValueError(f"it is no JSON: {fault.msg} at character {fault.pos + 1}") from None
    if not isinstance(found, dict):
        raise ValueError('it is no JSON object: write {"event_type": "...", ...}')
    return _line(found)


def _no_number(word: str) -> Any:
    raise ValueError(f"it is no JSON: there is no {word}")


def _line(found: dict[str, Any]) -> Line:
    for name in _TEXTS:
        if not isinstance(found.get(name, ""), str | None):
            raise ValueError(f"`{name}` is {json.dumps(found[name])[:40]}, and not a text")
    if not (found.get("event_type") or "").strip():
        raise ValueError("it has no `event_type`")
    if _depth(found) > _DEEPEST:
        raise ValueError("it is nested too deep")
    name = "ems_id" if "ems_id" in found else "ems"
    provider = found.get(name)
    if isinstance(provider, bool) or not isinstance(provider, int | str | None):
        raise ValueError(f"`{name}` is {json.dumps(provider)[:40]}: write the id of a provider, or its name")
    event = {name: value for name, value in found.items() if name not in ("ems", "ems_id", "id") and value is not None}
    if "timestamp" in event:
        event["timestamp"] = _time(event["timestamp"])
    return Line(event, provider)


def _depth(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(_depth, value.values()), default=0)
    return 1 + max(map(_depth, value), default=0) if isinstance(value, list) else 0


def _time(value: Any) -> datetime:
    try:
        found = datetime.fromisoformat(value)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):  # there is no time before the year 1, nor after 9999
        raise ValueError(f"`timestamp` is {json.dumps(value)[:40]}: write 2026-11-22T10:00:00Z") from None
