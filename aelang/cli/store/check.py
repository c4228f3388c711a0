"""`aelang store check`: damage in a store is looked for."""

from aelang.cli.console import Console
from aelang.cli.options import HOW, JSON, Command, Given
from aelang.cli.stores import STORE, place_of, print_json

COMMAND = Command(
    text="""Looks for damage in the file, and for rows that belong to no request. Exit code 1 if there is any.""",
    options=(STORE, JSON, *HOW),
    examples=(("aelang store check", "the user's own store"),),
)


def execute(given: Given) -> int:
    """Tells what is wrong; 1 where something is, or where the store cannot be opened."""
    from aelang.requests.store import StoreError
    from aelang.requests.store.upkeep import check_store

    console = Console(given)
    try:
        found = check_store(place_of(given))
    except StoreError as fault:
        console.error(str(fault))
        return 1
    if given.flag("json"):
        print_json(console, {"faults": list(found)})
    else:
        console.result("\n".join(found) or "nothing is wrong")
    return 1 if found else 0
