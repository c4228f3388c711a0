"""`aelang account list`: the accounts."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from aelang.cli.options import HOW, JSON, Command, Given
from aelang.cli.stores import LIMIT, STORE, Columns, print_list

if TYPE_CHECKING:
    from aelang.requests.transactions.rows import Account

COMMAND = Command(
    text="""Lists the accounts, by name.""",
    options=(STORE, LIMIT, JSON, *HOW),
    examples=(("aelang account list", "all accounts"),),
)


def execute(given: Given) -> int:
    """Prints the list; 1 where the store cannot be used."""

    def find(connection: Any, limit: int) -> "Sequence[Account]":
        from aelang.requests.transactions.accounts import list_accounts

        return list_accounts(connection)[:limit]

    return print_list(given, Columns("accounts", ("id", "name", "properties"), _cells), find)


def _cells(row: "Account") -> tuple[str, ...]:
    return str(row.id), row.name, ", ".join(f"{name}={value}" for name, value in row.properties.items())
