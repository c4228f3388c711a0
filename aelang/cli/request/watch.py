"""`aelang request watch`: a request is shown live until it has ended."""

import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from aelang.cli.console import Console, printable
from aelang.cli.options import HOW, Command, Given, Hindered, Misused, Option
from aelang.cli.request.deciding import REQUEST
from aelang.cli.stores import STORE, number_of, shown, unknown, with_store

if TYPE_CHECKING:
    from aelang.requests.history import History
    from aelang.requests.store import Store

COMMAND = Command(
    text="""Shows REQUEST as `aelang request show` does, anew whenever something has changed, until it has ended or you
press Ctrl-C. Where the output is no terminal, a line is printed for each change. Exit code 1 if it ended in an error or
was denied.""",
    arguments=(REQUEST,),
    options=(
        STORE,
        Option(("--every",), "Look every N seconds; 0.5 without it.", "N"),
        Option(("--for",), "Give up after N seconds, with exit code 3.", "N"),
        *HOW,
    ),
    examples=(("aelang request watch 1 --for 1 || true", "while `aelang worker` runs elsewhere"),),
)

_NOT_ENDED = 3


def execute(given: Given) -> int:
    """Shows it until it has ended: 0 if well, 1 if not, 3 if it had not when the time was over. Raises Misused."""
    console = Console(given)
    every, limit = _seconds(given, "every", 0.5), _seconds(given, "for", None)
    assert every is not None  # it has a usual value
    return with_store(given, console, lambda store: _watch(store, given, console, every, limit))


def _seconds(given: Given, key: str, usual: float | None) -> float | None:
    text = given.text(key)
    if text is None:
        return usual
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 < found < 1e9:
        raise Misused(f"`--{key} {text}` is no number of seconds: write one above 0, such as 2")
    return found


def _watch(store: "Store", given: Given, console: Console, every: float, limit: float | None) -> int:
    number = number_of(given.text("request") or "", "request")
    end = None if limit is None else time.monotonic() + limit
    histories = _histories(store, number, every, end)
    last = _live(histories, colored=console.colored) if sys.stdout.isatty() else _lines(histories, console)
    request = last.case.request
    if request.request_state != "finished":
        return _NOT_ENDED
    return 0 if request.status in ("Ok", "Warn") else 1


def _histories(store: "Store", number: int, every: float, end: float | None) -> "Iterator[History]":
    """The history of the request, first as it is and then each time that it has changed, until it has ended."""
    from aelang.requests.history import read_history

    seen = None
    while True:
        with store.reading() as connection:
            found = read_history(connection, number)
        if found is None:
            raise Hindered(unknown("request", number))
        if found != seen:
            seen = found
            yield found
        if found.case.request.request_state == "finished" or (end is not None and time.monotonic() >= end):
            return
        time.sleep(every)


def _live(histories: "Iterator[History]", *, colored: bool) -> "History":
    """On a terminal: the report, in place of the one before."""
    from rich.live import Live
    from rich.text import Text

    from aelang.cli.request.report import lines, painted
    from aelang.interpreter.values import mask_secrets

    paint = painted if colored else str

    with Live(auto_refresh=False) as screen:
        for each in histories:
            last = each
            text = "\n".join(paint(printable(line)) for line in lines(each))
            screen.update(Text.from_ansi(mask_secrets(text)), refresh=True)
    return last


def _lines(histories: "Iterator[History]", console: Console) -> "History":
    """In a pipe: what has changed."""
    told: set[str] = set()
    for each in histories:
        last = each
        for line in _facts(each):
            if line not in told:
                told.add(line)
                console.result(printable(line))
        sys.stdout.flush()
    return last


def _facts(history: "History") -> Iterator[str]:
    request = history.case.request
    yield (
        f"{shown(request.updated_on)}  request {request.id}: {request.approval_state}, {request.request_state},"
        f" {request.status}: {request.message or '-'}"
    )
    for task in history.case.tasks:
        yield f"{shown(task.updated_on)}  task {task.id}: {task.state}, {task.status}: {task.message or '-'}"
    for state in history.states:
        came_to = f"{state.result.lower()}, attempt {state.attempts}"
        yield f"{shown(state.last)}  task {state.task}: state {state.name}: {came_to}"
