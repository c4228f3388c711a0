"""`aelang event purge`: old events are deleted."""

from typing import TYPE_CHECKING

from aelang.cli.console import Console
from aelang.cli.options import HOW, JSON, Command, Given, Misused, Option
from aelang.cli.stores import STORE, now, print_json, with_store

if TYPE_CHECKING:
    from aelang.requests.store import Store

_USUAL = "6.months"
_UNITS = ("second", "minute", "hour", "day", "week", "month", "year")

COMMAND = Command(
    text="""Deletes the events that came longer ago than AGE, with what Automate followed for them. Those that still
wait in the queue stay, and those of requests that are not finished. Nothing is deleted unless this is run. An event
that a provider sends again after that is a new one.""",
    options=(
        STORE,
        Option(("--older-than",), f"Those that came longer ago: `30.days`; `{_USUAL}` without it.", "AGE"),
        Option(("--dry-run",), "Say how many there are, and delete none."),
        JSON,
        *HOW,
    ),
    examples=(("aelang event purge --older-than 30.days --dry-run", "how many that would be"),),
)


def execute(given: Given) -> int:
    """Deletes them; 1 where the store cannot be used. Raises Misused."""
    age = given.text("older_than")
    console, seconds = Console(given), _seconds(_USUAL if age is None else age)
    return with_store(given, console, lambda store: _purge(store, given, console, seconds))


def _purge(store: "Store", given: Given, console: Console, seconds: int) -> int:
    from datetime import timedelta

    from aelang.diagnostics.text import counted
    from aelang.events.purging import count_old, purge

    before, dry = now() - timedelta(seconds=seconds), given.flag("dry_run")
    number = count_old(store, before) if dry else purge(store, before)
    if given.flag("json"):
        print_json(console, {"events": number, "before": before, "deleted": not dry})
    else:
        console.result(f"{'would delete' if dry else 'deleted'} {counted(number, 'event')}")
    return 0


def _seconds(text: str) -> int:
    """An interval as methods write it. Raises Misused for what is none: that would mean all events."""
    from aelang.interpreter.failures import ConversionError
    from aelang.interpreter.states.intervals import seconds_of

    number, dot, unit = text.strip().replace(" ", ".").partition(".")
    try:
        if dot and number.isdecimal() and unit.removesuffix("s") in _UNITS:
            return seconds_of(f"{number}.{unit}")
    except ConversionError as fault:
        raise Misused(f"--older-than: {fault}") from None
    raise Misused(f"`--older-than {text}` is no age: write 6.months, 30.days, 12.hours")
