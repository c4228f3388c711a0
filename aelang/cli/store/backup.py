"""`aelang store backup FILE`: a store is copied while others go on with it."""

from aelang.cli.console import Console
from aelang.cli.options import HOW, JSON, Argument, Command, Given
from aelang.cli.stores import STORE, place_of, print_json

COMMAND = Command(
    text="""Copies the store into FILE, a new file, as it is at one moment; workers need not be stopped. To put it back,
stop the workers and copy FILE over the store. A store in PostgreSQL is backed up with pg_dump.""",
    arguments=(Argument("file", "FILE", completes="files"),),
    options=(STORE, JSON, *HOW),
    examples=(("aelang store backup monday.sqlite", "FILE must not be there yet"),),
)


def execute(given: Given) -> int:
    """Makes the copy; 1 where that cannot be."""
    from aelang.requests.store import StoreError
    from aelang.requests.store.upkeep import back_up_store

    console = Console(given)
    file = given.text("file") or ""
    try:
        size = back_up_store(place_of(given), file)
    except StoreError as fault:
        console.error(str(fault))
        return 1
    if given.flag("json"):
        print_json(console, {"file": file, "bytes": size})
    else:
        console.result(f"copied the store to {file}: {size} bytes")
    return 0
