"""`aelang event listen`: a stream of provider events is taken in."""

from typing import TYPE_CHECKING

from aelang.cli.console import Console
from aelang.cli.options import HOW, JSON, Command, Given, Hindered, Misused, Option
from aelang.cli.stores import STORE, print_json, with_store

if TYPE_CHECKING:
    from aelang.events.listening import Counts, Place, Told
    from aelang.requests.store import Store

COMMAND = Command(
    text="""Takes in the events of providers from a pipe or a file, a JSON object a line, until it ends:

    {"event_type": "USER_RUN_VM", "ems_id": 1, "timestamp": "2026-11-22T10:00:00Z", "vm_ems_ref": "/vms/12"}

An event that is known already is passed over, so that a stream may be sent again. How far a file was read is kept in
the store, and the next time it goes on there. When many messages wait for workers nothing more is read until they have
caught up. A line that is no event is told, and the next one is read.""",
    options=(
        STORE,
        Option(("--jsonl",), "The stream: a file, or `-` for standard input.", "FILE|-", completes="files"),
        Option(("--ems",), "The provider, by id or name, of lines that do not say it.", "PROVIDER"),
        Option(("--follow",), "Wait for more at the end of a file, until it is told to stop."),
        Option(("--anew",), "Read a file from its beginning, wherever it was left."),
        Option(("--log",), "Tell the lines that the log of an appliance has, on standard error."),
        Option(("--most",), "Read nothing while so many messages are ready to be worked, 1000 without it.", "N",
               least=1),
        JSON,
        *HOW,
    ),
    examples=(
        ("aelang event listen --jsonl - --ems rhev", "from a pipe, of one provider"),
        ("aelang event listen --jsonl /var/log/events.jsonl --follow", "a file that grows"),
    ),
)  # fmt: skip


def execute(given: Given) -> int:
    """Takes the stream in: 0; 1 where a line was no event, or file or store cannot be used. Raises Misused."""
    name = given.text("jsonl")
    if name is None:
        raise Misused("say where the events come from: --jsonl FILE, or --jsonl - for standard input")
    if name == "-" and (given.flag("follow") or given.flag("anew")):
        raise Misused("--follow and --anew are for files: leave them out with --jsonl -")
    console = Console(given)
    return with_store(given, console, lambda store: _listen(store, given, console, name))


def _listen(store: "Store", given: Given, console: Console, name: str) -> int:
    import os

    from aelang.cli.event.targets import provider_of, settings
    from aelang.events.listening import Manner, listen

    ems, ruled = given.text("ems"), settings()
    with store.reading() as connection:
        provider = None if ems is None else provider_of(connection, ems)
    stop = _Stop()
    manner = Manner(provider, given.number("most", 1000), given.flag("follow"), given.flag("anew"), ruled,
                    ends=lambda: stop.asked)  # fmt: skip
    place = _open(name)
    try:
        with stop:
            counts = listen(store, place, manner, _told(console, log=given.flag("log")))
    finally:
        if name != "-":
            os.close(place.number)
    return _end(counts, given, console)


def _open(name: str) -> "Place":
    import os
    import stat

    from aelang.events.listening import Place

    if name == "-":
        return Place(0, "<stdin>")
    try:
        number = os.open(name, os.O_RDONLY)
        regular = stat.S_ISREG(os.fstat(number).st_mode)
        if stat.S_ISDIR(os.fstat(number).st_mode):
            os.close(number)
            raise Hindered(f"{name} is a folder: name a file in it")
    except OSError as fault:
        raise Hindered(f"{name} cannot be read: {fault.strerror or fault}") from None
    return Place(number, name, os.path.realpath(name) if regular else None)


def _told(console: Console, *, log: bool) -> "Told":
    import os
    import sys

    from aelang.cli.console import printable
    from aelang.events.listening import Told

    live = sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def progress(counts: "Counts") -> None:
        if live:
            console.progress(_said(counts))

    line = (lambda text: console.tell(printable(text))) if log else None
    return Told(lambda text: console.error(printable(text)), console.note, progress, line)


def _end(counts: "Counts", given: Given, console: Console) -> int:
    if given.flag("json"):
        print_json(console, counts)
    else:
        console.result(_said(counts))
    return 1 if counts.faulty else 0


def _said(counts: "Counts") -> str:
    from aelang.diagnostics.text import counted

    parts = [f"{counts.new} new", f"{counts.known} known already"]
    if counts.ignored:
        parts.append(f"{counts.ignored} that nobody wants")
    if counts.flood:
        parts.append(f"{counts.flood} held back")
    if counts.faulty:
        parts.append(f"{counts.faulty} that are no events")
    return f"{counted(counts.lines, 'line')}: {', '.join(parts)}"


class _Stop:
    """SIGTERM and SIGINT: what was read is taken in, and then it ends. A second one ends it at once."""

    def __init__(self) -> None:
        self.asked = False

    def __enter__(self) -> None:
        import signal

        self._before = {each: signal.signal(each, self._ask) for each in (signal.SIGTERM, signal.SIGINT)}

    def _ask(self, number: int, frame: object) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True

    def __exit__(self, *_: object) -> None:
        import signal

        for each, old in self._before.items():
            signal.signal(each, old)
