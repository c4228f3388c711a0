"""`aelang store load INVENTORY`: records of an inventory are taken into a store."""

from typing import TYPE_CHECKING

from aelang.cli.console import Console
from aelang.cli.options import HOW, JSON, Argument, Command, Given, Hindered
from aelang.cli.stores import STORE, print_json, with_store

if TYPE_CHECKING:
    from aelang.requests.store import Store

COMMAND = Command(
    text="""Takes the records of INVENTORY, a YAML file as `aelang run --inventory` reads it (docs/services.md), into
the store: users, groups, roles, tenants, machines, templates. A record takes the place of the one that has its id.""",
    arguments=(Argument("inventory", "INVENTORY", completes="files"),),
    options=(STORE, JSON, *HOW),
    examples=(("aelang store load people.yaml", "may be done again after each change of the file"),),
)


def execute(given: Given) -> int:
    """Takes the records in; 1 where the file is faulty or the store cannot be used."""
    console = Console(given)
    return with_store(given, console, lambda store: _load(store, given, console))


def _load(store: "Store", given: Given, console: Console) -> int:
    from aelang.cli.roots import tell_diagnostics
    from aelang.inventory_file import load_inventory
    from aelang.requests.store.record_rows import keep_rows

    path = given.text("inventory") or ""
    loaded = load_inventory(path)
    if loaded.catalog is None:
        tell_diagnostics(loaded.diagnostics, console)
        raise Hindered(f"nothing was taken in: the inventory `{path}` is faulty")
    with store.writing() as connection:
        number = keep_rows(connection, loaded.rows)
    if given.flag("json"):
        print_json(console, {"store": store.name, "records": number})
    else:
        from aelang.diagnostics.text import counted

        console.result(f"took {counted(number, 'record')} into the store {store.name}")
    return 0
