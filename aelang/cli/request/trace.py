"""`aelang request trace`: what the runs of a request followed and called."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from aelang.cli.console import Console, printable
from aelang.cli.options import HOW, JSON, Command, Given, Misused, Option
from aelang.cli.request.deciding import REQUEST
from aelang.cli.stores import STORE, case_of, number_of, with_store

if TYPE_CHECKING:
    from aelang.interpreter.trace import Event
    from aelang.requests.store import Store
    from aelang.requests.store.keeping import TracePart

COMMAND = Command(
    text="""Prints the relationships that the runs of REQUEST followed, each further in by its depth, behind the context
in which the run was made: the task of its message, `-` for events that belong to none. Of a very long trace the oldest
lines are gone.""",
    arguments=(REQUEST,),
    options=(
        STORE,
        Option(("--context",), "Only the runs of this context: `automation_task_3`, or `-`.", "CONTEXT"),
        Option(("--all",), "States, methods, log lines and what came to nothing, too."),
        Option(("--format",), "As text, as lines of ManageIQ's log, or as a JSON object a line.",
               choices=("text", "log", "json")),
        JSON,
        *HOW,
    ),
    examples=(
        ("aelang request trace 1", "what was followed, in order"),
        ("aelang request trace 1 --all --format log", "the lines of automation.log"),
    ),
)  # fmt: skip


def execute(given: Given) -> int:
    """Prints the trace; 1 where there is no such request. Raises Misused."""
    if given.flag("json") and given.text("format") not in (None, "json"):
        raise Misused("`--json` and `--format` contradict each other: leave one out")
    console = Console(given)
    return with_store(given, console, lambda store: _trace(store, given, console))


def _trace(store: "Store", given: Given, console: Console) -> int:
    from aelang.requests.store.keeping import read_trace

    number = number_of(given.text("request") or "", "request")
    with store.reading() as connection:
        case_of(connection, number)
        parts = read_trace(connection, number)
    context = given.text("context")
    wanted = [part for part in parts if context in (None, part.task_id)]
    form = "json" if given.flag("json") else given.text("format") or "text"
    width = max((len(part.task_id) for part in wanted), default=0)
    for line in _lines(wanted, form, width, everything=given.flag("all") or form == "json"):
        console.result(printable(line))
    if not wanted:
        console.note(f"nothing of request {number} was run" + (f" in the context {context}" if context else ""))
    return 0


def _lines(parts: "Iterable[TracePart]", form: str, width: int, *, everything: bool) -> Iterator[str]:
    from aelang.cli.formats.trace import RENDERERS
    from aelang.interpreter.trace import CutOff, Followed, Following
    from aelang.requests.traces import read_told

    render = RENDERERS[form]
    for part in parts:
        for told, event in read_told(part.body):
            if not everything and not isinstance(event, Following | Followed | CutOff):
                continue
            if form == "json":
                yield _json(part, told, event)
            elif line := render(event):
                yield f"{part.task_id.ljust(width)}  {line}"


def _json(part: "TracePart", told: float | None, event: "Event") -> str:
    """The event as an object; its time is that of its run where no other was kept."""
    import json
    from datetime import UTC, datetime

    from aelang.cli.stores import as_json

    at = part.at if told is None else datetime.fromtimestamp(told, UTC)
    said = {"context": part.task_id, "at": as_json(at), "event": type(event).__name__, **event._asdict()}
    return json.dumps(said, ensure_ascii=False)
