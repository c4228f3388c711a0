"""Accounts and their packages, in the store."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from aelang.interpreter.values import RunValue
from aelang.requests.store.prepared import Prepared
from aelang.requests.store.schema import ACCOUNTS, PACKAGES
from aelang.requests.transactions.planning import CannotPrepare
from aelang.requests.transactions.rows import Account

_ACCOUNT = select(ACCOUNTS.c.id, ACCOUNTS.c.name, ACCOUNTS.c.properties)
_HELD = Prepared(select(ACCOUNTS.c.id).where(ACCOUNTS.c.id == bindparam("number")).with_for_update())
_AT = Prepared(_ACCOUNT.where(ACCOUNTS.c.id == bindparam("number")))


def create_account(
    connection: Connection, name: str, properties: Mapping[str, RunValue], packages: tuple[str, ...], now: datetime
) -> Account:
    """Takes in an account with its packages. Raises CannotPrepare where there is one of that name."""
    if not name.strip():
        raise CannotPrepare("an account needs a name")
    row = {"name": name, "properties": dict(properties), "created_on": now}
    try:
        with connection.begin_nested():
            number = connection.execute(insert(ACCOUNTS).returning(ACCOUNTS.c.id), row).scalar_one()
    except IntegrityError:
        raise CannotPrepare(f"there is an account `{name}` already") from None
    for each in dict.fromkeys(packages):
        connection.execute(insert(PACKAGES).values(account_id=number, name=each, created_on=now))
    return Account(number, name, dict(properties))


def find_account(connection: Connection, name_or_id: str) -> Account:
    """The account of that name, or id. Raises CannotPrepare where there is none."""
    found = connection.execute(_ACCOUNT.where(ACCOUNTS.c.name == name_or_id)).one_or_none()
    if found is None and name_or_id.isascii() and name_or_id.isdecimal() and len(name_or_id) < 19:
        found = connection.execute(_ACCOUNT.where(ACCOUNTS.c.id == int(name_or_id))).one_or_none()
    if found is None:
        raise CannotPrepare(f"there is no account `{name_or_id}`{_hint(connection, name_or_id)}")
    return _account(found)


def account_at(connection: Connection, number: int) -> Account:
    """The account with that id."""
    return _account(_AT.first(connection, {"number": number}))


def hold_account(connection: Connection, number: int) -> None:
    """Until the transaction ends, nobody else who asks for this has the account with that id: on PostgreSQL. On SQLite
    nobody else writes at all."""
    _HELD.first(connection, {"number": number})


def list_accounts(connection: Connection) -> tuple[Account, ...]:
    """All accounts, by name."""
    return tuple(map(_account, connection.execute(_ACCOUNT.order_by(ACCOUNTS.c.name))))


def find_package(connection: Connection, account: Account, name: str) -> int:
    """The id of a package of `account`. Raises CannotPrepare where there is none."""
    of = (PACKAGES.c.account_id == account.id) & (PACKAGES.c.name == name)
    found = connection.execute(select(PACKAGES.c.id).where(of)).scalar()
    if found is None:
        known = connection.execute(select(PACKAGES.c.name).where(PACKAGES.c.account_id == account.id)).scalars()
        listed = ", ".join(sorted(known)) or "none"
        raise CannotPrepare(f"{account.name} has no package `{name}`; its packages are: {listed}")
    return int(found)


def packages_of(connection: Connection, account: int) -> tuple[tuple[int, str], ...]:
    """The packages of an account: ids and names."""
    found = select(PACKAGES.c.id, PACKAGES.c.name).where(PACKAGES.c.account_id == account).order_by(PACKAGES.c.id)
    return tuple((number, name) for number, name in connection.execute(found))


def _account(row: "tuple[int, str, Mapping[str, RunValue] | None] | object") -> Account:
    number, name, properties = row  # type: ignore[misc]  # a row of the three columns
    return Account(number, name, properties or {})


def _hint(connection: Connection, name: str) -> str:
    from aelang.diagnostics import did_you_mean

    found = did_you_mean(name, [each.name for each in list_accounts(connection)])
    return f"; {found}" if found else ": `aelang account create` makes one"
