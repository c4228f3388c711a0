"""A line of a log becomes an entry: when, how grave, in which context, what.

Four spellings are known: an appliance's log (`[----] I, [2016-01-07T11:30:16.230391 #2394:85598c]  INFO -- : ...`), the
same as JSON objects, our traces as lines of ManageIQ's log (`info: Following ...`, with a context before it where
several were written), and our traces as JSON objects.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

ANYWHERE = "-"
"""The context of what belongs to no task."""

_SECONDS_A_DAY = 86_400
_BARE = re.compile(r"(?:(\S+)[ \t]+)?(debug|info|warn|error|fatal): (.*)", re.DOTALL)
_LEVELS = {"debug": "D", "info": "I", "warn": "W", "warning": "W", "err": "E", "error": "E", "fatal": "F", "crit": "F"}


class Entry(NamedTuple):
    """What one line says. `at` is in seconds since 1970 (UTC), None where the line has no time; `level` is one of
    D I W E F; `thread` tells runs apart that belong to no task."""

    at: float | None
    level: str
    context: str
    thread: str
    text: str


class Unread:
    """Counts the lines that were no entries, `first` is the number of the first of them."""

    def __init__(self) -> None:
        self.count = 0
        self.first = 0

    def add(self, number: int) -> None:
        """Counts the line of that number."""
        self.count += 1
        self.first = self.first or number


def read_entries(lines: Iterable[str], unread: Unread) -> Iterator[Entry | str]:
    """The entries of `lines`; a line that goes on with the one before it, such as a backtrace, is given as its text.

    What is no entry and follows none is counted in `unread`.
    """
    classic, follows = _classic_reader(), False
    lines = iter(lines)
    for number, line in enumerate(lines, 1):
        if number == 1 and line.lstrip().startswith("[") and not line.startswith("[----]"):
            yield from _of_array(line, lines, unread)
            return
        entry = classic(line) if line.startswith("[----] ") else _other(line)
        if entry is not None:
            follows = True
            yield entry
        elif follows and line.strip():
            yield line.rstrip()
        elif line.strip():
            unread.add(number)


def _classic_reader() -> Callable[[str], Entry | None]:
    """A reader of an appliance's lines; a million of them are read a log, so it keeps what consecutive ones share."""
    day_text, day = "", 0.0

    def read(line: str) -> Entry | None:
        nonlocal day_text, day
        # [----] I, [2016-01-07T11:30:16.230391 #2394:85598c]  INFO -- automation: TEXT
        program = line.find(" -- ", 38)
        begin = line.find(": ", program)
        if program < 0 or begin < 0:
            return None
        try:
            if line[11:21] != day_text:
                day_text, day = line[11:21], _day(line[11:21])
            at = day + int(line[22:24]) * 3600 + int(line[25:27]) * 60 + float(line[28:37])
        except ValueError:
            return None
        end = line.find("]", 37)
        return _in_context(at, line[7], line[39:end], line[begin + 2 :])

    return read


def _in_context(at: float | None, level: str, thread: str, text: str) -> Entry:
    """An entry of `text`, which may begin with the task that it belongs to."""
    text = text.rstrip()
    context = ANYWHERE
    if text.startswith("Q-task_id(["):
        end = text.find("])")
        context, text = text[11:end] or ANYWHERE, text[end + 3 :]
    return Entry(at, level, context, thread, text.removeprefix("<AutomationEngine> "))


def _day(text: str) -> float:
    from datetime import date

    return (date.fromisoformat(text).toordinal() - 719_163) * float(_SECONDS_A_DAY)


def _other(line: str) -> Entry | None:
    if line.startswith("{"):
        return _of_json(line)
    found = _BARE.match(line)
    if found is None:
        return None
    context, level, text = found.groups()
    return _in_context(None, _LEVELS[level], "", text)._replace(context=context or ANYWHERE)


def _of_array(first: str, rest: Iterator[str], unread: Unread) -> Iterator[Entry]:
    """The entries of one JSON array of events, which a program may have written over many lines."""
    import json

    try:
        found = json.loads(first + "".join(rest))
    except ValueError:
        unread.add(1)
        return
    for each in found:
        entry = of_object(each) if isinstance(each, dict) else None
        if entry is None:
            unread.add(1)
        else:
            yield entry


def _of_json(line: str) -> Entry | None:
    import json

    try:
        found = json.loads(line)
    except ValueError:
        return None
    return of_object(found) if isinstance(found, dict) else None


def of_object(found: dict[str, object]) -> Entry | None:
    """The entry that a JSON object means: a line of an appliance in a container, or an event of our traces; else None.

    A trace is its `event` with what that event has; `Following` and `Followed` have a `uri`. `run` tells runs
    apart that belong to no task.
    """
    event = found.get("event")
    if isinstance(event, str) and ("depth" in found or "uri" in found):
        return _of_event(event, found)
    text = found.get("message")
    if not isinstance(text, str):
        return None
    level = _LEVELS.get(str(found.get("level", "info")).lower(), "I")
    return _in_context(_time(found.get("@timestamp")), level, str(found.get("pid", "")), text)


def _of_event(name: str, found: dict[str, object]) -> Entry | None:
    from aelang.interpreter.trace import EVENT_KINDS
    from aelang.logs.classic import log_line

    kind = EVENT_KINDS.get(name)
    fields: tuple[str, ...] = getattr(kind, "_fields", ())
    said = {"depth": 0, "field": "", **found}
    if kind is None or not all(each in said for each in fields):
        return None
    level, _, text = log_line(kind(*(said[each] for each in fields))).partition(": ")
    context = str(found.get("context") or ANYWHERE)
    return Entry(_time(found.get("at")), _LEVELS.get(level, "I"), context, str(found.get("run") or ""), text)


def _time(value: object) -> float | None:
    """Seconds since 1970 of a time as ISO 8601 has it, or as such a number; without a zone it is read as UTC."""
    from datetime import UTC, datetime

    if isinstance(value, int | float):
        return float(value)
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
