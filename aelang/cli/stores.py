"""What commands about requests have in common: the store, who asks, ids, lists, and rows as JSON."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

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
LIMIT = Option(("-n", "--limit"), "At most so many, 50 without it.", "N", least=1)

_MOST_DIGITS = 18
_NARROW = 60  # columns, below which a cut line says nothing
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
        article = "an" if what == "event" else "a"
        raise Hindered(f"`{text}` is no id of {article} {what}: write a number, as `aelang {listed} list` shows it")
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
    if what == "message":
        return f"there is no message {number}: `aelang queue list` lists them; one that was worked is gone"
    return f"there is no {what} {number}: `aelang {what} list` lists them"


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
            texts = {to_text(key): each for key, each in value.items()}
            return {key: MASK if _is_secret(key) and each else as_json(each) for key, each in texts.items()}
        case tuple() if hasattr(value, "_asdict"):
            return {name: as_json(each) for name, each in value._asdict().items()}
        case list() | tuple():
            return [as_json(each) for each in value]
        case _:
            return to_text(value)


def _is_secret(key: str) -> bool:
    """Whether `key` of an option or an argument says that its value is a password."""
    return key[:10].lower() == "password::"


def print_json(console: Console, value: Any) -> None:
    """Prints `value` as JSON."""
    import json

    console.result(json.dumps(as_json(value), ensure_ascii=False, indent=2))


# -- lists and single things ---------------------------------------------------------------------------------------

_T = TypeVar("_T")


class Columns(NamedTuple):
    """How a list is printed: `what` is in it, the titles of its columns, and the cells of a row."""

    what: str
    titles: tuple[str, ...]
    cells: Callable[[Any], tuple[str, ...]]  # each list knows its own rows


def print_list(given: Given, columns: Columns, find: Callable[[Any, int], Sequence[Any]]) -> int:
    """Prints what `find` gives for a connection to the store, and at most how many: as a table, or as JSON; tells where
    there are more than --limit. 1 where the store cannot be used, or `find` raises Hindered."""
    console, limit = Console(given), given.number("limit", 50)

    def work(store: "Store") -> int:
        with store.reading() as connection:
            found = find(connection, limit + 1)
        if given.flag("json"):
            print_json(console, found[:limit])
            return 0
        if found:
            print_table(console, columns.titles, [columns.cells(each) for each in found[:limit]])
        else:
            console.note(f"there are no such {columns.what}")
        if len(found) > limit:
            console.note(f"there are more: --limit {2 * limit} shows twice as many")
        return 0

    return with_store(given, console, work)


def print_one(
    given: Given,
    what: str,
    find: Callable[[Any, int], _T | None],
    lines: Callable[[_T], Iterable[str]],
    document: Callable[[_T], Any],
    painted: Callable[[str], str] = str,
) -> int:
    """Prints the `what` whose id was given, as `find` gives it for a connection to the store: its `lines`, each
    `painted` where colours are wanted, or its `document` as JSON. 1 where there is none, the store cannot be used, or
    any of them raises Hindered."""
    console = Console(given)

    def work(store: "Store") -> int:
        from aelang.cli.console import printable

        number = number_of(given.text(what) or "", what)
        with store.reading() as connection:
            found = find(connection, number)
        if found is None:
            raise Hindered(unknown(what, number))
        if given.flag("json"):
            print_json(console, document(found))
        else:
            text = map(printable, lines(found))
            console.result("\n".join(map(painted, text) if console.colored else text))
        return 0

    return with_store(given, console, work)


def print_table(console: Console, titles: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """Prints `rows` under their `titles`, as wide as they are; the last column is not filled up, and on a terminal cut
    where its line ends."""
    from aelang.cli.console import printable

    cells = [titles, *(tuple(printable(each.replace("\n", " ")) for each in row) for row in rows)]
    widths = [max(len(row[at]) for row in cells) for at in range(len(titles))]
    for row in cells:
        filled = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        console.result(_fitting("  ".join(filled).rstrip()))


def _fitting(line: str) -> str:
    """`line`, on a terminal as long as a line there; what is cut off is seen with `show`, or in a pipe."""
    import sys

    try:
        room = os.get_terminal_size(sys.stdout.fileno()).columns if sys.stdout.isatty() else 0
    except (OSError, ValueError):  # a stream that is no file
        room = 0
    return line if len(line) <= room or room < _NARROW else f"{line[: room - 3]}..."
