"""The store: requests and all that belongs to them, in SQLite or PostgreSQL. Importing it costs SQLAlchemy."""

from aelang.requests.store.faults import StoreError
from aelang.requests.store.opening import Store, open_store

__all__ = ["Store", "StoreError", "open_store"]
