"""`aelang store migrate`: a store is brought to the version of this program."""

from aelang.cli.console import Console
from aelang.cli.options import HOW, JSON, Command, Given
from aelang.cli.stores import STORE, place_of, print_json

COMMAND = Command(
    text="""Brings the tables of a store to the version that this program needs, in one transaction. Make a backup
before, and let no worker of the old version run meanwhile.""",
    options=(STORE, JSON, *HOW),
    examples=(("aelang store migrate", "one that is of this version already stays as it is"),),
)


def execute(given: Given) -> int:
    """Brings the store to this version; 1 where that cannot be."""
    from aelang.requests.store import StoreError
    from aelang.requests.store.upkeep import migrate_store

    console = Console(given)
    try:
        done = migrate_store(place_of(given))
    except StoreError as fault:
        console.error(str(fault))
        return 1
    if given.flag("json"):
        print_json(console, done)
    elif done.before == done.after:
        console.result(f"the store {done.name} is of version {done.after} already")
    else:
        console.result(f"brought the store {done.name} from version {done.before} to {done.after}")
    return 0
