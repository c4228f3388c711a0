"""`aelang queue show`: a message of the queue."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from aelang.cli.options import HOW, JSON, Argument, Command, Given
from aelang.cli.stores import STORE, as_json, print_one

if TYPE_CHECKING:
    from aelang.requests.queue import Item

COMMAND = Command(
    text="""Shows MESSAGE: what is to be done, for what, when, by which worker it is being done, and why it was given
up.""",
    arguments=(Argument("message", "MESSAGE"),),
    options=(STORE, JSON, *HOW),
    examples=(("aelang queue show 1", "`aelang queue list` lists the ids"),),
)


def execute(given: Given) -> int:
    """Shows it; 1 where there is no such message, or no more."""
    return print_one(given, "message", _item, item_lines, lambda item: item)


def _item(connection: Any, number: int) -> "Item | None":
    from aelang.requests.queue import read_item

    return read_item(connection, number)


def item_lines(item: "Item") -> Iterator[str]:
    """What there is to say of a message."""
    for name, value in as_json(item).items():
        if value not in (None, {}):
            yield f"{name.ljust(13)}{_text(value)}"


def _text(value: object) -> str:
    from aelang.services.records import Reference
    from aelang.services.references import write_reference

    match value:
        case {"model": str(model), "id": int(number)}:
            return write_reference(Reference(model, number))
        case {"inside": list(inside), "machine": str(machine)}:
            return f"{machine}: " + (", ".join(f"in {at['state']} since {at['since']}" for at in inside) or "left")
        case dict():
            return ", ".join(f"{name}={each}" for name, each in value.items())
        case _:
            return str(value)
