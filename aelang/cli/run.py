"""`aelang run URI`: a target of a datastore is run, and what came of it is shown."""

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from aelang import ir
from aelang.cli.console import Console, printable
from aelang.cli.options import DATASTORE, DOMAINS, HOW, JSON, REFERENCE, Argument, Command, Given, Misused, Option
from aelang.cli.roots import open_roots
from aelang.interpreter.failures import InvalidPathFormat
from aelang.interpreter.limits import Limits
from aelang.interpreter.outcome import Failed, Finished, Outcome, Retry
from aelang.interpreter.trace import Dropped, Event
from aelang.interpreter.values import sanitize
from aelang.names import write_query

if TYPE_CHECKING:
    from aelang.engine import Engine

COMMAND = Command(
    text="""Runs the target URI, `/Namespace/Class/instance?argument=value#message`, and prints how the run ended and
the objects it built.

Exit codes: 0 the run came back, 1 it failed, ended in error or built nothing, 3 it asks to be run again later.""",
    arguments=(Argument("uri", "URI", completes="names"),),
    options=(
        DATASTORE,
        REFERENCE,
        DOMAINS,
        Option(("--image",), "Run this image, made by `aelang compile -o`, in place of a datastore.", "FILE",
               completes="files"),
        Option(("--user",), "The id of the user on whose behalf the run goes.", "ID", default="1", least=0),
        Option(("--attr",), "An argument of the run; may be given again. The value is taken as it is.", "KEY=VALUE",
               many=True),
        Option(("--message",), "The message, in place of a `#message` in the URI.", "MESSAGE"),
        Option(("--no-methods",), "Pass over all methods."),
        Option(("--private",), "Show attributes marked private too."),
        Option(("--trace",), "Tell on standard error what is followed and called, as it happens."),
        Option(("--trace-format",), "How to tell it: for people, as ManageIQ's log, or as a JSON object a line.",
               choices=("text", "log", "json")),
        Option(("--format",), "How to show the objects.", choices=("tree", "json", "xml", "dot")),
        JSON,
        Option(("--spool",), "The folder in which `send_email` leaves its mails, one .eml file each.", "DIR",
               completes="folders"),
        Option(("--depth",), "At most so many relationships inside each other.", "N", least=1),
        Option(("--objects",), "At most so many objects.", "N", least=1),
        Option(("--steps",), "At most so many fields processed.", "N", least=1),
        *HOW,
    ),
    examples=(
        ("aelang run /System/Request/hello", "the datastore that comes with aelang"),
        ("aelang run /System/Request/order --attr count=3 --trace -d automate/", "an argument, and what is followed"),
        ("aelang run /System/Request/order --json --no-methods -d repo@v1.2:automate", "a git revision, for a program"),
        ("aelang run /System/Request/order --format dot | dot -Tsvg -o order.svg", "a picture"),
    ),
)  # fmt: skip

_RETRY = 3


def execute(given: Given) -> int:
    """Runs the target and shows the outcome; 0, 1 or 3 as the command's text says. Raises Misused."""
    console = Console(given)
    shape, uri = _shape(given), _uri(given)
    last = _LastFault()
    try:
        image = _image(given, console)
        if image is None:
            return 1
        outcome = _engine(given, image).run(
            uri, skip_methods=given.flag("no_methods"), trace=_tracer(given, console, last)
        )
    except ir.ImageError as fault:
        console.error(str(fault))
        return 1
    _show(console, shape, given, _Ended(outcome, sanitize(uri), last.event))
    _tell_fault(console, image.index, _Ended(outcome, sanitize(uri), last.event))
    return _exit_code(outcome)


class _Ended(NamedTuple):
    """An outcome, the target as it may be shown, and the last object that came to nothing."""

    outcome: Outcome
    uri: str
    last: Dropped | None


def _shape(given: Given) -> str:
    form = given.text("format")
    if given.flag("json") and form not in (None, "json"):
        raise Misused(f"`--json` and `--format {form}` contradict each other: leave one out")
    return "json" if given.flag("json") else form or "tree"


def _uri(given: Given) -> str:
    """The URI with the arguments of `--attr` and the message of `--message` in it."""
    text, sharp, fragment = (given.text("uri") or "").partition("#")
    message = given.text("message")
    if message is not None and sharp:
        raise Misused(f"the URI has the message `#{fragment}` already: leave out that or `--message`")
    arguments = dict(map(_argument, given.many("attr")))
    if arguments:
        text = f"{text}{'&' if '?' in text else '?'}{write_query(arguments)}"
    return text + (f"#{fragment}" if sharp else "" if message is None else f"#{message}")


def _argument(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise Misused(f"`--attr {text}` is no argument: write `--attr key=value`")
    return key, value


def _image(given: Given, console: Console) -> "ir.Image | None":
    path = given.text("image")
    if path is None:
        opened = open_roots(given, console)
        return None if opened is None else opened.image
    if given.many("datastore") or given.many("reference") or given.text("domains") is not None:
        raise Misused(
            "an image has its domains and their order in it: leave out `--image`, or -d, --reference, --domains"
        )
    from aelang.ir.store import open_image

    return open_image(path)


class _LastFault:
    """The last object that was cut short or dropped at the top of the run: why there is nothing, where nothing is."""

    __slots__ = ("event",)

    def __init__(self) -> None:
        self.event: Dropped | None = None

    def take(self, event: Event) -> None:
        """Remembers `event` if it is one of those."""
        if type(event) is Dropped:
            self.event = event


def _tracer(given: Given, console: Console, last: _LastFault) -> Callable[[Event], None]:
    form = given.text("trace_format")
    if not given.flag("trace") and form is None:
        return last.take
    from aelang.cli.formats.trace import RENDERERS

    render = RENDERERS[form or "text"]

    def tell(event: Event) -> None:
        last.take(event)
        line = render(event)
        if line:
            console.tell(printable(line))

    return tell


def _engine(given: Given, image: ir.Image) -> "Engine":
    from aelang.engine import Engine
    from aelang.methods import Runners
    from aelang.services import default_inventory

    usual = Limits()
    limits = Limits(
        given.number("depth", usual.depth), given.number("objects", usual.objects), given.number("steps", usual.steps)
    )
    return Engine(
        image,
        methods=Runners(spool=given.text("spool")),
        catalog=default_inventory(given.number("user", 1)),
        limits=limits,
    )


def _exit_code(outcome: Outcome) -> int:
    match outcome:
        case Failed():
            return 1
        case Retry():
            return _RETRY
        case Finished(result, workspace=workspace):
            return 1 if result == "error" or workspace.root is None else 0


def _show(console: Console, shape: str, given: Given, ended: _Ended) -> None:
    private = given.flag("private")
    workspace = ended.outcome.workspace
    match shape:
        case "json":
            from aelang.cli.formats.data import run_lines

            _print_all(console, run_lines(_head(ended), workspace, private=private))
        case "xml":
            from aelang.interpreter.dump import workspace_xml

            console.result(workspace_xml(workspace, private=private).rstrip("\n"))
        case "dot":
            from aelang.cli.formats.dot import dot_lines

            _print_all(console, dot_lines(workspace, private=private))
        case _:
            _show_tree(console, ended, private=private)


def _print_all(console: Console, lines: Iterable[str]) -> None:
    for line in lines:
        console.result(line)


def _show_tree(console: Console, ended: _Ended, *, private: bool) -> None:
    from aelang.cli.formats.tree import outcome_line, plain_tree, print_rich_tree

    workspace = ended.outcome.workspace
    console.result(outcome_line(ended.outcome, ended.uri, colored=console.colored))
    if not workspace.roots:
        return
    console.result("")
    if console.colored:
        print_rich_tree(workspace, private=private)
    else:
        _print_all(console, plain_tree(workspace, private=private))


def _tell_fault(console: Console, index: ir.Index, ended: _Ended) -> None:
    """Tells on standard error what went wrong, if anything did."""
    match ended.outcome:
        case Failed(error):
            console.error(f"{type(error).__name__}: {error.message}", str(error.span))
            if type(error) is InvalidPathFormat and not error.span.source:
                console.tell("  = help: a target is written /Namespace/Class/instance?argument=value#message")
        case Finished(workspace=workspace) if workspace.root is None:
            console.error(_why_nothing(ended.last))
            _tell_nearest(console, index, ended.uri)
        case Finished("error", reason):
            console.error(reason or "the run ended with ae_result = error")
        case _:
            pass


def _why_nothing(last: Dropped | None) -> str:
    return "nothing was built" + ("" if last is None else f": {last.failure}: {last.message}")


def _tell_nearest(console: Console, index: ir.Index, uri: str) -> None:
    from aelang.analysis.lookup import is_known
    from aelang.analysis.names import nearest_path

    path = re.split("[?#]", uri, maxsplit=1)[0]
    hint = "" if is_known(index, path) else nearest_path(index, path)
    if hint:
        console.tell(f"  = help: {hint}")


def _head(ended: _Ended) -> dict[str, object]:
    """What the JSON object says before the objects."""
    match ended.outcome:
        case Failed(error):
            place = {"file": error.span.source, "line": error.span.line, "column": error.span.column}
            fault = {"type": type(error).__name__, "message": error.message, **place}
            return {"outcome": "failed", "uri": ended.uri, "error": fault}
        case Retry(after, checkpoint, affinity):
            later = {"after": after, "next_uri": sanitize(checkpoint.uri), "server_affinity": affinity}
            return {"outcome": "retry", "uri": ended.uri, **later}
        case Finished(result, reason, rollback, workspace=workspace):
            reason = _why_nothing(ended.last) if workspace.root is None else reason
            said = {"result": result, "reason": reason, "rollback": rollback}
            return {"outcome": "finished", "uri": ended.uri, **said}
