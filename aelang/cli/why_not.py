"""`aelang why-not URI|EVENT`: which instance answers, what was passed over, and what its fields do under a message."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from aelang.cli.console import Console, printable
from aelang.cli.options import HOW, JSON, WHERE, Argument, Command, Given
from aelang.cli.roots import open_roots

if TYPE_CHECKING:
    from aelang import ir
    from aelang.analysis.why_not import FieldVerdict, WhyNot

COMMAND = Command(
    text="""Tells which instance answers a target `/Ns/Class/instance?argument=value#message`, what was looked at in
which domain and passed over, and for each field whether it does something under the message: what it answers, what its
condition or assertion says as far as that is known, and else what that depends on.

An EVENT is a name such as `request_created`: its delivery to /System/Process/Event, and the instances below
/System/Event that take it. The exit code is 1 where nothing comes of it.""",
    arguments=(Argument("uri", "URI|EVENT", completes="names"),),
    options=(*WHERE, JSON, *HOW),
    examples=(
        ("aelang why-not /System/Request/hello", "who answers, and what it does"),
        ("aelang why-not '/System/Process/Request?request=hello#create'", "with arguments and a message"),
    ),
)


def execute(given: Given) -> int:
    """Prints what comes of the target or event; 1 where nothing does."""
    from aelang.analysis.why_not import is_event, why_not
    from aelang.names import InvalidUri

    console = Console(given)
    opened = open_roots(given, console)
    if opened is None:
        return 1
    asked = given.text("uri") or ""
    targets = _deliveries(console, opened.image.index, asked) if is_event(asked) else [asked]
    if targets is None:
        return 1
    try:
        found = [why_not(opened.image, target) for target in targets]
    except InvalidUri as fault:
        advice = ": put in what its references become in a run" if "${" in asked else ""
        console.error(f"{fault}{advice}")
        return 1
    if given.flag("json"):
        import json

        console.result(json.dumps([_data(each) for each in found], ensure_ascii=False, indent=2))
    else:
        for at, each in enumerate(found):
            for line in (*([""] if at else ()), *_lines(each)):
                console.result(printable(line))
    return 1 if any(each.fault for each in found) else 0


def _deliveries(console: Console, index: "ir.Index", event: str) -> list[str] | None:
    """The targets by which the event of that name comes in; None, and it is told, where no instance has the name."""
    from aelang.analysis.why_not import DELIVERED, event_classes, event_paths, near_events

    paths = event_paths(index, event)
    if paths:
        return [DELIVERED, *paths]
    hint = near_events(index, event) or "a target begins with a slash; `aelang ls -r /System/Event` lists events"
    console.error(f"no instance below /System/Event is named `{event}`; {hint}")
    for path in event_classes(index):
        console.tell(f"  a `.missing` would answer for it in {path}")
    return None


# -- for people --------------------------------------------------------------------------------------------------

_MARKS = {"does": "=", "depends": "?", "does not": "-", "refuses": "-"}


def _lines(found: "WhyNot") -> Iterator[str]:
    yield f"{found.asked}#{found.message}"
    if found.answers is None:
        yield f"  nothing answers: {found.fault}"
    else:
        yield f"  {found.answers} answers, in {_file_and_line(found)}"
        if found.fault:
            yield f"  nothing comes of it: {found.fault}"
    if found.hint:
        yield f"  {found.hint}"
    if found.looked:
        yield ""
        yield "looked at"
        width = max(len(each.path) for each in found.looked)
        for looked in found.looked:
            yield f"  {'=' if looked.answers else '-'} {looked.path.ljust(width)}  {looked.why}"
    if found.fields:
        yield ""
        yield f"under `{found.message}`"
        yield from _fields([each for each in found.fields if each.verdict != "does not" or each.kind == "assertion"])
        yield from _idle([each for each in found.fields if each.verdict == "does not" and each.kind != "assertion"])


def _fields(fields: "Sequence[FieldVerdict]") -> Iterator[str]:
    names = max((len(each.name) for each in fields), default=0)
    kinds = max((len(each.kind) for each in fields), default=0)
    for field in fields:
        yield f"  {_MARKS[field.verdict]} {field.name.ljust(names)}  {field.kind.ljust(kinds)}  {field.why}".rstrip()


def _idle(fields: "Sequence[FieldVerdict]") -> Iterator[str]:
    """A line for each reason for which fields do nothing."""
    for why in dict.fromkeys(each.why for each in fields):
        yield f"  - {', '.join(each.name for each in fields if each.why == why)}: {why}"


def _file_and_line(found: "WhyNot") -> str:
    return f"{found.span.source}:{found.span.line}" if found.span.line else found.span.source


# -- for programs ------------------------------------------------------------------------------------------------


def _data(found: "WhyNot") -> dict[str, object]:
    return {
        "asked": found.asked,
        "message": found.message,
        "answers": found.answers,
        "fault": found.fault,
        "hint": found.hint,
        "file": found.span.source,
        "line": found.span.line,
        "looked": [each._asdict() for each in found.looked],
        "fields": [
            {"name": each.name, "kind": each.kind, "verdict": each.verdict, "why": each.why,
             "file": each.span.source, "line": each.span.line}
            for each in found.fields
        ],
    }  # fmt: skip
