"""`aelang event show`: an event, and what came of it."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from aelang.cli.options import HOW, JSON, Argument, Command, Given, Option
from aelang.cli.stores import STORE, as_json, print_one, shown

if TYPE_CHECKING:
    from aelang.events.listing import Found

COMMAND = Command(
    text="""Shows EVENT: what is known of it, what was done about it, and what Automate followed when it was told. That
which Automate followed is shown as `aelang run --trace` shows it, with --all all of it.""",
    arguments=(Argument("event", "EVENT"),),
    options=(STORE, Option(("--all",), "Methods, log lines and what came to nothing, too."), JSON, *HOW),
    examples=(("aelang event show 1", "`aelang event list` lists the ids"),),
)

_DONE = {"policy": "raised {} about {}", "alert": "raised {} about {}", "refresh": "had {} refreshed",
         "scan": "had {} scanned"}  # fmt: skip


def execute(given: Given) -> int:
    """Shows it; 1 where there is no such event."""
    return print_one(given, "event", _find, lambda found: _lines(found, everything=given.flag("all")), _document)


def _find(connection: Any, number: int) -> "Found | None":
    from aelang.events.listing import read_event

    return read_event(connection, number)


def _lines(found: "Found", *, everything: bool) -> Iterator[str]:
    seen = found.seen
    yield f"event {seen.id}: {seen.event_type} of {seen.source}" + (f", about {seen.about}" if seen.about else "")
    yield from _about(found)
    for each in found.handled:
        yield f"  {_done(*each)}"
    lines = list(_trace(found, everything=everything))
    if lines:
        yield ""
        yield from lines


def _done(word: str, *what: str) -> str:
    from aelang.services.records import Reference
    from aelang.services.references import write_reference

    *name, model, number = what
    return _DONE[word].format(*name, write_reference(Reference(model, int(number))))


def _about(found: "Found") -> Iterator[str]:
    seen = found.seen
    yield f"  happened {shown(seen.timestamp)}, came {shown(seen.created_on)}"
    told = f" {shown(seen.handled_on)}" if seen.handled_on else ""
    yield f"  {seen.state}{told}" + (f": {seen.failure}" if seen.failure else "")
    if found.messages:
        first = f"`aelang queue show {found.messages[0]}` shows it"
        yield f"  message {', '.join(map(str, found.messages))} of the queue is about it: {first}"
    if seen.message:
        yield f"  message: {seen.message}"
    for name, value in as_json(found.columns).items():
        yield f"  {name}: {value if isinstance(value, str) else _json(value)}"


def _json(value: object) -> str:
    import json

    return json.dumps(value, ensure_ascii=False)


def _trace(found: "Found", *, everything: bool) -> Iterable[str]:
    from aelang.cli.formats.trace import text_line
    from aelang.interpreter.trace import Followed, Following
    from aelang.requests.traces import read_events

    for part in found.trace:
        for event in read_events(part.body):
            if (everything or isinstance(event, Following | Followed)) and (line := text_line(event)):
                yield line


def _document(found: "Found") -> Any:
    seen = found.seen
    trace = list(_trace(found, everything=True))
    return {**seen._asdict(), **found.columns, "handled": found.handled,
            "messages": found.messages, "trace": trace}  # fmt: skip
