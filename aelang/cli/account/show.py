"""`aelang account show`: an account with its services."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from aelang.cli.account.create import ACCOUNT
from aelang.cli.console import Console, printable
from aelang.cli.options import HOW, JSON, Command, Given, Hindered
from aelang.cli.stores import STORE, print_json, with_store

if TYPE_CHECKING:
    from aelang.requests.store import Store
    from aelang.requests.transactions.rows import Service

COMMAND = Command(
    text="""Shows ACCOUNT, a name or an id: its packages and its services, each under the one that it is a part of, with
where it lives, how it stands and its properties. A service that a request is about is `Dirty` until that has ended.""",
    arguments=(ACCOUNT,),
    options=(STORE, JSON, *HOW),
    examples=(("aelang account show acme", "what the account has"),),
)


def execute(given: Given) -> int:
    """Shows it; 1 where there is no such account."""
    console = Console(given)
    return with_store(given, console, lambda store: _show(store, given, console))


def _show(store: "Store", given: Given, console: Console) -> int:
    from aelang.requests.transactions.accounts import find_account, packages_of
    from aelang.requests.transactions.keeping import services_of
    from aelang.requests.transactions.planning import CannotPrepare

    try:
        with store.reading() as connection:
            account = find_account(connection, given.text("account") or "")
            packages = packages_of(connection, account.id)
            services = services_of(connection, account.id)
    except CannotPrepare as fault:
        raise Hindered(str(fault)) from None
    if given.flag("json"):
        print_json(console, {**account._asdict(), "packages": [name for _, name in packages], "services": services})
        return 0
    console.result(f"account {account.id}: {account.name}")
    for name, value in account.properties.items():
        console.result(printable(f"  {name} = {value}"))
    if packages:
        console.result(printable(f"  packages: {', '.join(name for _, name in packages)}"))
    for line in _tree(services, None, "  "):
        console.result(printable(line))
    return 0


def _tree(services: "Sequence[Service]", parent: int | None, indent: str) -> Iterator[str]:
    from aelang.interpreter.values import sanitize, to_text

    for each in services:
        if each.parent_id != parent:
            continue
        where = f" on {each.resource}" if each.resource else ""
        yield f"{indent}service {each.id}  {each.name}  {each.type}{where}  {each.status}"
        for name, value in each.values.items():
            yield f"{indent}  {name} = {sanitize(to_text(value))}"
        yield from _tree(services, each.id, indent + "  ")
