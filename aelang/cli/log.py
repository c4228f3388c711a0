"""`aelang log FILE...`: what a log of Automate says, drawn: run by run, nested, with durations, errors first."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from aelang.cli.console import Console
from aelang.cli.options import HOW, JSON, Argument, Command, Given, Misused, Option

if TYPE_CHECKING:
    from aelang.logs.assemble import Log
    from aelang.logs.entries import Entry, Unread

_MOST_DRAWN = 100
_MOST_ERRORS = 50
_MOST_LINES = 4
_POLL = 0.25  # seconds

COMMAND = Command(
    text="""Reads logs of ManageIQ's Automate, automation.log or evm.log, plain or gzipped, `-` from a pipe, and draws
what happened: first what went wrong, then for each task its runs, what they followed, their states and methods, each
with how long it took. Runs that are alike are drawn once, with how often they came. Logs of several files are read
in the order of their times.

What `aelang run --trace-format log|json` and `aelang request trace --format log|json` print is read as well.""",
    arguments=(Argument("files", "FILE...", many=True, completes="files"),),
    options=(
        Option(("--request",), "Only what belongs to this request.", "ID", least=0),
        Option(
            ("--context",), "Only this context: `miq_provision_119`, or `-` for what belongs to no task.", "CONTEXT"
        ),
        Option(("--errors",), "Only what went wrong."),
        Option(("--all",), f"What methods say as well, and all contexts, however many (else {_MOST_DRAWN})."),
        Option(("-f", "--follow"), "Go on as the log grows, and tell each thing as it happens, until interrupted."),
        JSON,
        *HOW,
    ),
    examples=(
        ("aelang log automation.log", "what happened"),
        ("aelang log log/automation.log* --request 59", "one request, also from logs that were rotated"),
        ("zcat automation.log.gz | aelang log - --errors", "what went wrong"),
        ("aelang log --follow automation.log", "live"),
    ),
)


def execute(given: Given) -> int:
    """Draws the logs; 1 where one cannot be read or says nothing. Raises Misused."""
    from aelang.logs.sources import LogError

    console = Console(given)
    files = given.many("files")
    if given.flag("follow") and (len(files) > 1 or given.flag("json")):
        raise Misused("`--follow` follows one FILE, and tells it as text: leave out the others and `--json`")
    try:
        return _follow(given, console, files[0]) if given.flag("follow") else _draw(given, console, files)
    except LogError as fault:
        console.error(str(fault))
        return 1


def _draw(given: Given, console: Console, files: tuple[str, ...]) -> int:
    from aelang.logs.assemble import Assembling
    from aelang.logs.entries import Unread, read_entries
    from aelang.logs.sources import read_lines

    unread, log = Unread(), Assembling(everything=given.flag("all"))
    log.take(read_entries(read_lines(files, console.bar()), unread))
    found = _wanted(given, log.log())
    _tell_unread(console, unread)
    if not found.entries:
        console.error("there is no entry of a log in it: aelang reads automation.log, evm.log and aelang's own traces")
        return 1
    if given.flag("json"):
        for line in _data(found):
            console.result(line)
        return 0
    if not found.contexts and not found.faults:
        console.note(f"nothing of {_asked(given)} is in {len(files)} log{'s' * (len(files) > 1)}")
    for line in _drawn(given, found, colored=console.colored):
        console.result(line)
    return 0


def _tell_unread(console: Console, unread: "Unread") -> None:
    if unread.count:
        console.note(f"{unread.count} lines are no entries of a log, the first is line {unread.first}: passed over")


def _wanted(given: Given, log: "Log") -> "Log":
    from aelang.logs.choosing import of_context, of_request

    request, context = given.value("request"), given.text("context")
    if request is not None:
        log = of_request(log, given.number("request", 0))
    return log if context is None else of_context(log, context)


def _asked(given: Given) -> str:
    asked = [f"request {given.value('request')}"] if given.value("request") is not None else []
    return " and ".join([*asked, *([f"the context {given.text('context')}"] if given.text("context") else [])])


# -- for people --------------------------------------------------------------------------------------------------


def _drawn(given: Given, log: "Log", *, colored: bool) -> Iterator[str]:
    from aelang.cli.formats.runs import draw_context, draw_faults, headline, list_contexts

    if not log.contexts and not log.faults:
        return
    yield headline(log)
    if log.faults:
        yield ""
        most = len(log.faults) if given.flag("all") or given.flag("errors") else _MOST_ERRORS
        yield from draw_faults(log, most, lines=40 if given.flag("all") else _MOST_LINES, colored=colored)
    if given.flag("errors"):
        return
    if len(log.contexts) > _MOST_DRAWN and not given.flag("all"):
        yield ""
        yield from list_contexts(log, colored=colored)
        yield f"these are {len(log.contexts)}: `--request ID` or `--context CONTEXT` draws some, `--all` draws all"
        return
    for context in log.contexts:
        yield ""
        yield from draw_context(context, colored=colored)


# -- for programs ------------------------------------------------------------------------------------------------


def _data(log: "Log") -> Iterator[str]:
    """The lines of one JSON object; a context is a line, so that the whole is never in memory twice."""
    import json

    from aelang.cli.formats.runs import context_data, fault_data, iso

    def text(value: object) -> str:
        return json.dumps(value, ensure_ascii=False)

    yield f'{{"entries": {log.entries}, "from": {text(iso(log.begin))}, "to": {text(iso(log.end))},'
    yield f'"errors": {text([fault_data(fault) for fault in log.faults])},'
    yield '"contexts": ['
    for position, context in enumerate(log.contexts):
        yield text(context_data(context)) + ("," if position + 1 < len(log.contexts) else "")
    yield "]}"


# -- live --------------------------------------------------------------------------------------------------------


def _follow(given: Given, console: Console, file: str) -> int:
    import time

    from aelang.cli.formats.runs import live_lines
    from aelang.logs.entries import Unread, read_entries
    from aelang.logs.sources import follow_lines

    entries = read_entries(follow_lines(file, lambda: time.sleep(_POLL)), Unread())
    try:
        for line in live_lines(_chosen(given, entries), everything=given.flag("all"), colored=console.colored):
            console.result(line)
            _flush()
    except KeyboardInterrupt:
        pass
    return 0


def _flush() -> None:
    import sys

    sys.stdout.flush()


def _chosen(given: Given, entries: "Iterable[Entry | str]") -> "Iterator[Entry | str]":
    """The entries of the context or the request that is asked for."""
    from aelang.logs.choosing import Choice

    request = None if given.value("request") is None else given.number("request", 0)
    return Choice(request, given.text("context")).choose(entries)
