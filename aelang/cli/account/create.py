"""`aelang account create`: an account is made."""

from typing import TYPE_CHECKING

from aelang.cli.console import Console
from aelang.cli.options import HOW, JSON, Argument, Command, Given, Hindered, Misused, Option
from aelang.cli.stores import STORE, now, print_json, with_store

if TYPE_CHECKING:
    from aelang.requests.store import Store

ACCOUNT = Argument("account", "ACCOUNT")
COMMAND = Command(
    text="""Makes an ACCOUNT, to have services: `aelang request create add_service` orders them. Properties of an
account can be used by those of services, as `account::email`.""",
    arguments=(ACCOUNT,),
    options=(
        STORE,
        Option(("-o", "--option"), "A property of the account; may be given again.", "KEY=VALUE", many=True),
        Option(("--package",), "A package, to which services may belong; may be given again.", "NAME", many=True),
        JSON,
        *HOW,
    ),
    examples=(("aelang account create acme -o email=info@acme.example", "an account with a property"),),
)


def execute(given: Given) -> int:
    """Makes it; 1 where there is one of that name. Raises Misused."""
    console = Console(given)
    properties = dict(_pair(each) for each in given.many("option"))
    return with_store(given, console, lambda store: _create(store, given, console, properties))


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise Misused(f"`--option {text}` is no pair: write `--option key=value`")
    return key.strip(), value


def _create(store: "Store", given: Given, console: Console, properties: dict[str, str]) -> int:
    from aelang.requests.transactions.accounts import create_account
    from aelang.requests.transactions.planning import CannotPrepare

    try:
        with store.writing() as connection:
            made = create_account(connection, given.text("account") or "", properties, given.many("package"), now())
    except CannotPrepare as fault:
        raise Hindered(str(fault)) from None
    if given.flag("json"):
        print_json(console, made)
    else:
        console.result(f"account {made.id}: {made.name}")
    return 0
