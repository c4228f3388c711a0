"""`aelang run URI`: a target of a datastore is run, and what came of it is shown."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from aelang.cli.options import (
    DATASTORE,
    DOMAINS,
    HOW,
    JSON,
    REFERENCE,
    Argument,
    Command,
    Given,
    Hindered,
    Left,
    Misused,
    Option,
)

if TYPE_CHECKING:
    from aelang import ir
    from aelang.cli.console import Console
    from aelang.cli.retries import Retries
    from aelang.debugging import Debugger
    from aelang.engine import Engine
    from aelang.interpreter.ports import Clock, DatastoreEditor, MethodRunner
    from aelang.interpreter.trace import Dropped, Event
    from aelang.methods.settings import Settings
    from aelang.project import Compilation

COMMAND = Command(
    text="""Runs the target URI, `/Namespace/Class/instance?argument=value#message`, and prints how the run ended and
the objects it built.

Exit codes: 0 the run came back, 1 it failed, ended in error or built nothing, 3 it asks to be run again later.""",
    arguments=(Argument("uri", "[URI]", required=False, completes="names"),),
    options=(
        DATASTORE,
        REFERENCE,
        DOMAINS,
        Option(("--image",), "Run this image, made by `aelang compile -o`, in place of a datastore.", "FILE",
               completes="files"),
        Option(("--user",), "The id of the user on whose behalf the run goes.", "ID", least=0),
        Option(("--inventory",), "The records that the run finds, in YAML: see docs/services.md.", "FILE",
               completes="files"),
        Option(("--attr",), "An argument of the run; may be given again. The value is taken as it is.", "KEY=VALUE",
               many=True),
        Option(("--message",), "The message, in place of a `#message` in the URI.", "MESSAGE"),
        Option(("--no-methods",), "Pass over all methods."),
        Option(("--private",), "Show attributes marked private too."),
        Option(("--trace",), "Tell on standard error what is followed and called, as it happens."),
        Option(("--trace-format",), "How to tell it: for people, as ManageIQ's log, or as a JSON object a line.",
               choices=("text", "log", "json")),
        Option(("--format",), "How to show the objects.", choices=("tree", "json", "xml", "dot")),
        Option(("--walk",), "Write out all that a method can see, service models too, in place of the objects."),
        JSON,
        Option(("--spool",), "The folder in which `send_email` leaves its mails, one .eml file each.", "DIR",
               completes="folders"),
        Option(("--checkpoint",), "Where the run asks to be run again, write what it takes to go on to this file.",
               "FILE", completes="files"),
        Option(("--resume",), "Go on from this checkpoint, in place of a URI; --attr replaces or adds arguments.",
               "FILE", completes="files"),
        Option(("--until-done",), "Wait out the retries and go on until the run has come to its end."),
        Option(("--speed",), "Wait that many times shorter, or with `max` not at all; the run's clock moves on.",
               "N|max"),
        Option(("--break",), "Stop before this object, state or method, and ask for commands; may be given again.",
               "NAME", many=True, completes="names"),
        Option(("--debug-methods",), "Let `breakpoint()` in a Python method open Python's debugger."),
        Option(("--depth",), "At most so many relationships inside each other.", "N", least=1),
        Option(("--objects",), "At most so many objects.", "N", least=1),
        Option(("--steps",), "At most so many fields processed.", "N", least=1),
        *HOW,
    ),
    examples=(
        ("aelang run /System/Request/hello", "the datastore that comes with aelang"),
        ("aelang run /System/Request/hello --attr name=Ada --trace", "an argument, and what is followed"),
        ("aelang run /System/Request/hello --json --no-methods", "for a program; `-d repo@v1.2` takes a revision"),
        ("aelang run /System/Request/hello --until-done --speed 60 --trace", "waits out retries, minutes in seconds"),
        ("aelang run --resume order.json --checkpoint order.json", "goes on where `--checkpoint order.json` left off"),
        ("aelang run /System/Request/hello --format dot > hello.dot", "a picture, for `dot -Tsvg`"),
    ),
)  # fmt: skip


def execute(given: Given) -> int:
    """Runs the target and shows the outcome; 0, 1 or 3 as the command's text says. Raises Misused."""
    from aelang import ir
    from aelang.cli.console import Console
    from aelang.cli.outcomes import Ended, exit_code, show, tell_fault, tell_passed_over
    from aelang.interpreter.values import sanitize

    console = Console(given)
    shape, uri = _shape(given), _uri(given)
    last = _LastFault()
    debugger = _debugger(given, console)
    try:
        retries = _retries(given, console)
        opened = _opened(given, console)
        if opened is None:
            return 1
        trace = _tracer(given, console, last)
        if retries is None:
            engine = _engine(given, opened, console, given.number("user", 1), debugger=debugger)
            outcome = engine.run(uri, skip_methods=given.flag("no_methods"), trace=trace)
        else:
            engine = _engine(given, opened, console, retries.user, retries.clock, debugger)
            uri = retries.target(uri, _arguments(given))
            outcome = retries.run(engine, uri, skip_methods=given.flag("no_methods"), trace=trace)
    except (ir.ImageError, Hindered) as fault:
        console.error(str(fault))
        return 1
    except Left:
        console.tell("the run was left")
        return 1
    _tell_unreached(debugger, console)
    ended = Ended(outcome, sanitize(uri), last.event)
    show(console, shape, ended, private=given.flag("private"))
    tell_fault(console, opened.image.index, ended)
    if outcome.workspace.root is not None and not _traces(given):
        tell_passed_over(console, last.passed_over)
    code = exit_code(outcome)
    if code == 1:
        _tell_of_findings(opened, console)
    return 1 if retries is not None and retries.failed else code


def _retries(given: Given, console: "Console") -> "Retries | None":
    """What is asked for about retries; None for a plain run. Raises Misused and Hindered."""
    if not any(given.value(key) for key in ("checkpoint", "resume", "until_done", "speed")):
        return None
    from aelang.cli.retries import Retries, words_again

    return Retries(given, console, words_again(given, COMMAND.options))


def _debugger(given: Given, console: "Console") -> "Debugger | None":
    if not given.many("break"):
        return None
    from aelang.cli.debugger import Prompt
    from aelang.debugging import Debugger

    return Debugger(given.many("break"), Prompt(console))


def _tell_unreached(debugger: "Debugger | None", console: "Console") -> None:
    for name in debugger.unreached if debugger is not None else ():
        console.note(f"note: the run never came to `{name}`")


def _shape(given: Given) -> str:
    form = given.text("format")
    if given.flag("walk"):
        if form is not None or given.flag("json"):
            raise Misused("`--walk` writes in a form of its own: leave out `--format` and `--json`")
        return "walk"
    if given.flag("json") and form not in (None, "json"):
        raise Misused(f"`--json` and `--format {form}` contradict each other: leave one out")
    return "json" if given.flag("json") else form or "tree"


def _uri(given: Given) -> str:
    """The URI with the arguments of `--attr` and the message of `--message` in it; blank where a run goes on."""
    said, message = given.text("uri"), given.text("message")
    if given.text("resume") is not None:
        if said is not None or message is not None:
            raise Misused("target and message are in the checkpoint: leave out the URI and --message, or --resume")
        return ""
    if said is None:
        raise Misused("Missing argument 'URI': the target to run; or --resume FILE to go on with one")
    text, sharp, fragment = said.partition("#")
    if message is not None and sharp:
        raise Misused(f"the URI has the message `#{fragment}` already: leave out that or `--message`")
    from aelang.names import write_query

    arguments = _arguments(given)
    if arguments:
        text = f"{text}{_joint(text)}{write_query(arguments)}"
    return text + (f"#{fragment}" if sharp else "" if message is None else f"#{message}")


def _arguments(given: Given) -> dict[str, str]:
    return dict(map(_argument, given.many("attr")))


def _argument(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise Misused(f"`--attr {text}` is no argument: write `--attr key=value`")
    return key, value


def _joint(text: str) -> str:
    if text.endswith(("?", "&")):
        return ""
    return "&" if "?" in text else "?"


class _Opened(NamedTuple):
    """What is run, and what is wrong with it, as far as that is known."""

    image: "ir.Image"
    compilation: "Compilation | None"


def _opened(given: Given, console: "Console") -> _Opened | None:
    path = given.text("image")
    if path is None:
        from aelang.cli.roots import open_roots

        compilation = open_roots(given, console)
        return None if compilation is None else _Opened(compilation.image, compilation)
    if given.many("datastore") or given.many("reference") or given.text("domains") is not None:
        raise Misused(
            "an image has its domains and their order in it: leave out --image, or -d, --reference, --domains"
        )
    from aelang.ir.store import open_image

    return _Opened(open_image(path), None)


def _tell_of_findings(opened: _Opened, console: "Console") -> None:
    """A run that came to a bad end may have done so for what is wrong with the datastore."""
    from aelang.diagnostics import Severity
    from aelang.diagnostics.text import counted

    found = () if opened.compilation is None else opened.compilation.diagnostics
    errors = sum(each.severity is Severity.ERROR for each in found)
    if errors:
        console.note(f"  = note: the datastore has {counted(errors, 'error')}; `aelang compile` shows what is wrong")


_REMEMBERED = 1000  # objects that came to nothing


class _LastFault:
    """The objects that came to nothing: the last one, and those that a fault of the datastore cut short."""

    __slots__ = ("event", "passed_over")

    def __init__(self) -> None:
        self.event: Dropped | None = None
        self.passed_over: list[Dropped] = []

    def take(self, event: "Dropped") -> None:
        """Remembers `event`."""
        self.event = event
        if not event.climbs and len(self.passed_over) < _REMEMBERED:
            self.passed_over.append(event)


def _traces(given: Given) -> bool:
    return given.flag("trace") or given.text("trace_format") is not None


def _tracer(given: Given, console: "Console", last: _LastFault) -> "Callable[[Event], None]":
    from aelang.interpreter.trace import Dropped

    def remember(event: "Event") -> None:
        if type(event) is Dropped:
            last.take(event)

    form = given.text("trace_format")
    if not _traces(given):
        return remember
    from aelang.cli.console import printable
    from aelang.cli.formats.trace import RENDERERS

    render = RENDERERS[form or "text"]

    def tell(event: "Event") -> None:
        remember(event)
        line = render(event)
        if line:
            console.tell(printable(line))

    return tell


def _engine(
    given: Given,
    opened: _Opened,
    console: "Console",
    user: int,
    clock: "Clock | None" = None,
    debugger: "Debugger | None" = None,
) -> "Engine":
    from aelang.cli.inventories import open_catalog
    from aelang.engine import Engine
    from aelang.interpreter.limits import Limits
    from aelang.methods import Runners

    usual = Limits()
    limits = Limits(
        given.number("depth", usual.depth), given.number("objects", usual.objects), given.number("steps", usual.steps)
    )
    catalog = open_catalog(given, console, user)
    methods = _methods(given, Runners(spool=given.text("spool"), settings=_settings), debugger)
    watch = None if debugger is None else debugger.attach
    return Engine(
        opened.image, methods=methods, catalog=catalog, clock=clock, limits=limits, editor=_editor(opened), watch=watch
    )


def _editor(opened: _Opened) -> "DatastoreEditor | None":
    """What lets methods change the datastore; None for an image, which has no files."""
    if opened.compilation is None:
        return None
    from aelang.editing import DirectoryEditor

    return DirectoryEditor(opened.compilation)


def _settings() -> "Settings":
    """How far methods may go, by the aelang.toml of here or above. Raises ValueError."""
    from aelang.config import read_table
    from aelang.methods.settings import read_settings

    return read_settings(read_table(".", "methods"))


def _methods(given: Given, runners: "MethodRunner", debugger: "Debugger | None") -> "MethodRunner":
    """`runners`, with what it takes to debug methods where that is asked for."""
    is_python_debugged = given.flag("debug_methods")
    if debugger is None and not is_python_debugged:
        return runners
    from aelang.cli.debugger import terminal
    from aelang.method_debugging import DebuggedMethods

    return DebuggedMethods(runners, debugger, terminal() if is_python_debugged else None)
