"""The version of a store's tables: which ones there were, and which one this program needs."""

from sqlalchemy import Connection, inspect, text

from aelang.requests.store.faults import StoreError

REVISIONS = ("0001",)
"""Every version that there was, the oldest first; Alembic's migrations have these names."""

_FIND = text("SELECT version_num FROM alembic_version")


def version_of(connection: Connection) -> str | None:
    """The version of the store's tables, None where it has none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(_FIND).scalar()


def check_version(connection: Connection, name: str) -> None:
    """Raises StoreError where the store is not of the version that this program needs."""
    found = version_of(connection)
    if found is None:
        raise StoreError(f"the store {name} has no tables: `aelang store init` makes them")
    if found not in REVISIONS:
        raise StoreError(
            f"the store {name} is of version {found}, which is newer than this aelang"
            f" (it knows {REVISIONS[-1]}): use the one that made it"
        )
    if found != REVISIONS[-1]:
        raise StoreError(f"the store {name} is of version {found}: `aelang store migrate` brings it to {REVISIONS[-1]}")
