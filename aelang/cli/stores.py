"""What commands about requests have in common: the store, who asks, ids, and rows as JSON."""

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aelang.cli.console import Console
from aelang.cli.options import Given, Hindered, Option

if TYPE_CHECKING:
    from aelang.requests.approving import Rules
    from aelang.requests.rows import Case, Person
    from aelang.requests.store import Store

STORE = Option(
    ("--store",), "The store: a SQLite file or postgresql://user@host/database; else $AELANG_STORE, or the user's own.",
    "FILE|URL", completes="files",
)  # fmt: skip
USER = Option(("--user",), "The userid of who asks, `admin` without it.", "USERID")

_MOST_DIGITS = 18
_TIME = "%Y-%m-%d %H:%M:%S UTC"


def place_of(given: Given) -> str | None:
    """Where the store is that is meant; None for the user's own."""
    return given.text("store") or os.environ.get("AELANG_STORE") or None


def with_store(given: Given, console: Console, work: "Callable[[Store], int]") -> int:
    """Does `work` with the store that is meant, and gives its exit code; 1 where it is hindered, which is told."""
    from aelang.requests.store import StoreError, open_store

    try:
        store = open_store(place_of(given))
        try:
            return work(store)
        finally:
            store.close()
    except (StoreError, Hindered) as fault:
        console.error(str(fault))
        return 1


def find_person(store: "Store", given: Given) -> "Person":
    """Who asks. Raises Hindered where there is no such user."""
    from aelang.requests import people
    from aelang.requests.store.records import StoreRecords

    userid = given.text("user") or "admin"
    records = StoreRecords(store)
    found = people.find_person(records, userid)
    if found is None:
        from aelang.diagnostics import did_you_mean

        known = [str(row.columns.get("userid")) for row in records.where("User", {})]
        hint = did_you_mean(userid, known) or f"there are: {', '.join(sorted(known)[:10])}"
        raise Hindered(f"there is no user `{userid}`; {hint}")
    return found


def rules() -> "Rules":
    """How approvals go, by the aelang.toml of here or above. Raises Hindered."""
    from aelang.config import read_table
    from aelang.requests.approving import read_rules

    try:
        return read_rules(read_table(".", "requests"))
    except ValueError as fault:
        raise Hindered(f"aelang.toml: {fault}") from None


def number_of(text: str, what: str) -> int:
    """The id that `text` says, as a number or as a context of traces (`automation_task_3`). Raises Hindered."""
    digits = text.rpartition("_")[2] if text.replace("_", "").isalnum() and f"{what}_" in f"{text}_" else text
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= _MOST_DIGITS):
        listed = "queue" if what == "message" else what
        raise Hindered(f"`{text}` is no id of a {what}: write a number, as `aelang {listed} list` shows it")
    return int(digits)


def case_of(connection: Any, number: int) -> "Case":  # a connection of SQLAlchemy, which is not imported for this
    """The request `number` with all that belongs to it. Raises Hindered where there is none."""
    from aelang.requests.store.cases import read_case

    found = read_case(connection, number)
    if found is None:
        raise Hindered(unknown("request", number))
    return found


def unknown(what: str, number: int) -> str:
    """That there is no such thing."""
    return f"there is no {what} {number}: `aelang {'queue' if what == 'message' else what} list` lists them"


def now() -> datetime:
    """The time."""
    return datetime.now(UTC)


def shown(time: datetime | None) -> str:
    """`time` for people."""
    return "-" if time is None else time.strftime(_TIME)


def as_json(value: Any) -> Any:
    """A row, or a value in one, as JSON has it: symbols and keys as text, times in ISO 8601, passwords masked."""
    from aelang.interpreter.values import MASK, Password, Symbol, to_text

    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if abs(value) < float("inf") else to_text(value)
        case Symbol(name):
            return name
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case Password():
            return MASK
        case Mapping():
            return {to_text(key): as_json(each) for key, each in value.items()}
        case tuple() if hasattr(value, "_asdict"):
            return {name: as_json(each) for name, each in value._asdict().items()}
        case list() | tuple():
            return [as_json(each) for each in value]
        case _:
            return to_text(value)


def print_json(console: Console, value: Any) -> None:
    """Prints `value` as JSON."""
    import json

    console.result(json.dumps(as_json(value), ensure_ascii=False, indent=2))


def print_table(console: Console, titles: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """Prints `rows` under their `titles`, as wide as they are; the last column is not filled up."""
    from aelang.cli.console import printable

    cells = [titles, *(tuple(printable(each.replace("\n", " ")) for each in row) for row in rows)]
    widths = [max(len(row[at]) for row in cells) for at in range(len(titles))]
    for row in cells:
        filled = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        console.result("  ".join(filled).rstrip())
