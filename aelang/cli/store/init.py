"""`aelang store init`: a store is made."""

from aelang.cli.console import Console
from aelang.cli.options import HOW, JSON, Command, Given
from aelang.cli.stores import STORE, place_of, print_json

COMMAND = Command(
    text="""Makes the store with the usual user (`admin`), group, tenant and server. One that is there stays as it is.

Without --store it is $AELANG_STORE, else `aelang/store.sqlite` in the user's data directory ($XDG_DATA_HOME, usually
~/.local/share).""",
    options=(STORE, JSON, *HOW),
    examples=(
        ("aelang store init", "the user's own store"),
        ("aelang store init --store orders.sqlite", "a file; PostgreSQL: --store postgresql://user@host/database"),
    ),
)


def execute(given: Given) -> int:
    """Makes the store; 1 where it cannot be made."""
    from aelang.requests.store import StoreError
    from aelang.requests.store.upkeep import init_store

    console = Console(given)
    try:
        made = init_store(place_of(given))
    except StoreError as fault:
        console.error(str(fault))
        return 1
    if given.flag("json"):
        print_json(console, made)
    elif made.before is None:
        console.result(f"made the store {made.name}, version {made.after}")
    else:
        console.result(f"the store {made.name} is there already, version {made.after}")
    return 0
