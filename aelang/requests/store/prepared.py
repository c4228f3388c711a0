"""Statements that are worked often: written by SQLAlchemy once, and from then on told to SQLite directly.

What SQLAlchemy does each time, for any database, takes five to ten times as long as what SQLite does. A server is told
by SQLAlchemy itself: there the way to it takes longer than both. What the columns hold is written and read by the same
types in both cases, and faults are SQLAlchemy's.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Connection, Dialect, Executable
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.types import TypeEngine

from aelang.requests.store.columns import Named, Values

Row: TypeAlias = Sequence[Any]  # values of a row, which are run values and more
Given: TypeAlias = Mapping[str, Any]
_Way: TypeAlias = Callable[[Any], Any]


class Prepared:
    """`statement`, whose parameters are given by name; it cannot have lists of them (`IN`). An insert is into
    `columns`, all of which are given. Where rows are `shared`, equal values in them may be one: nobody changes them."""

    __slots__ = ("_columns", "_direct", "_shared", "_statement")

    def __init__(self, statement: Executable, columns: Sequence[str] | None = None, *, shared: bool = False) -> None:
        self._statement = statement
        self._columns = columns
        self._shared = shared
        self._direct: _Direct | None = None

    def all(self, connection: Connection, given: Given) -> Sequence[Row]:
        """The rows that it gives."""
        if connection.dialect.name != "sqlite":
            return connection.execute(self._statement, given).all()
        direct = self._direct or self._prepare(connection.dialect)
        found = tell_driver(connection, direct.text, direct.parameters(given)).fetchall()
        return [direct.row(each) for each in found] if direct.read else found

    def first(self, connection: Connection, given: Given) -> Row | None:
        """The first of its rows, None where there is none."""
        return next(iter(self.all(connection, given)), None)

    def value(self, connection: Connection, given: Given) -> Any:  # whatever the column holds
        """What its first row begins with, None where there is none."""
        found = self.first(connection, given)
        return None if found is None else found[0]

    def run(self, connection: Connection, given: Given) -> int:
        """Does it; gives how many rows it was done to."""
        if connection.dialect.name != "sqlite":
            return connection.execute(self._statement, given).rowcount
        direct = self._direct or self._prepare(connection.dialect)
        return int(tell_driver(connection, direct.text, direct.parameters(given)).rowcount)

    def run_each(self, connection: Connection, several: Sequence[Given]) -> None:
        """Does it for each of `several`, which are not none, in their order."""
        if connection.dialect.name != "sqlite":
            connection.execute(self._statement, several)
            return
        direct = self._direct or self._prepare(connection.dialect)
        with _told_as_by_sqlalchemy(direct.text, connection.dialect):
            _driver(connection).executemany(direct.text, map(direct.parameters, several))

    def _prepare(self, dialect: Dialect) -> "_Direct":
        self._direct = _prepared(self._statement, self._columns, dialect, shared=self._shared)
        return self._direct


def tell_driver(connection: Connection, text: str, parameters: Sequence[Any] = ()) -> Any:  # a cursor of the driver
    """Tells SQLite `text`, and PostgreSQL if there is nothing with it. Raises what SQLAlchemy raises."""
    if connection.dialect.name != "sqlite":
        return connection.exec_driver_sql(text)
    try:
        return _driver(connection).execute(text, parameters)
    except connection.dialect.loaded_dbapi.Error as fault:
        raise _as_by_sqlalchemy(fault, text, connection.dialect) from fault


def begin_writing(connection: Connection) -> bool:
    """Begins a transaction of SQLite that writes, at once; False where somebody else has the lock. Raises what
    SQLAlchemy raises."""
    try:
        _driver(connection).execute(_WRITE)
    except connection.dialect.loaded_dbapi.Error as fault:
        if getattr(fault, "sqlite_errorcode", 0) & 0xFF != _BUSY:
            raise _as_by_sqlalchemy(fault, _WRITE, connection.dialect) from fault
        return False
    return True


@contextmanager
def undone_alone(connection: Connection) -> Iterator[None]:
    """What fails in here is undone, and nothing that the transaction did before. SQLAlchemy's own way is ten times as
    slow."""
    tell_driver(connection, "SAVEPOINT alone")
    try:
        yield
    except BaseException:  # whatever it is, the transaction goes on without what was done in here
        tell_driver(connection, "ROLLBACK TO SAVEPOINT alone")
        raise
    finally:
        tell_driver(connection, "RELEASE SAVEPOINT alone")


_WRITE = "BEGIN IMMEDIATE"
_BUSY = 5  # SQLITE_BUSY; what it has above eight bits says why


def _driver(connection: Connection) -> Any:  # a connection of the driver
    return connection.connection.dbapi_connection


@contextmanager
def _told_as_by_sqlalchemy(text: str, dialect: Dialect) -> Iterator[None]:
    try:
        yield
    except dialect.loaded_dbapi.Error as fault:
        raise _as_by_sqlalchemy(fault, text, dialect) from fault


def _as_by_sqlalchemy(fault: Any, text: str, dialect: Dialect) -> BaseException:  # an error of the driver
    instance: BaseException = DBAPIError.instance(text, None, fault, dialect.loaded_dbapi.Error, dialect=dialect)
    return instance


class _Direct(NamedTuple):
    """A statement as SQLite takes it: its text; of each place in it the name of what goes there, or none and the
    value, and how that is written; of the columns that are not given as they are found, how they are read."""

    text: str
    places: tuple[tuple[str | None, Any, _Way | None], ...]
    read: tuple[tuple[int, _Way], ...]

    def parameters(self, given: Given) -> list[Any]:
        """What goes to its places. Raises StatementError for what cannot be written."""
        try:
            return [
                value if name is None else given[name] if write is None else write(given[name])
                for name, value, write in self.places
            ]
        except Exception as fault:  # the types of columns say no in many ways
            raise StatementError(f"{type(fault).__name__}: {fault}", self.text, None, fault) from fault

    def row(self, found: Sequence[Any]) -> Row:
        """A row as it is read."""
        row = list(found)
        for at, read in self.read:
            row[at] = read(row[at])
        return row


def _prepared(
    statement: Any, columns: Sequence[str] | None, dialect: Dialect, *, shared: bool
) -> _Direct:  # any kind of statement
    compiled = statement.compile(dialect=dialect, column_keys=columns)
    places = [_place(compiled.binds[name], dialect) for name in compiled.positiontup or ()]
    kinds = [each.type for each in getattr(statement, "exported_columns", ())]
    ways = [
        _read_shared(isinstance(each, Named)) if shared and isinstance(each, Values) else _read(each, dialect)
        for each in kinds
    ]
    read = [(at, way) for at, way in enumerate(ways) if way is not None]
    return _Direct(str(compiled), tuple(places), tuple(read))


def _read(kind: TypeEngine[Any], dialect: Dialect) -> _Way | None:
    return kind.dialect_impl(dialect).result_processor(dialect, None)


@cache
def _read_shared(named: bool) -> _Way:
    """A request is read a dozen times on its way, and its options are what takes longest: their text is looked up."""
    from sqlalchemy.dialects.sqlite.pysqlite import dialect

    way = _read(Named() if named else Values(), dialect())
    assert way is not None  # values are always read
    return lru_cache(_KEPT, typed=True)(way)  # 1 is no 1.0


_KEPT = 256


def _place(bind: Any, dialect: Dialect) -> tuple[str | None, Any, _Way | None]:  # a parameter of SQLAlchemy
    write = bind.type.dialect_impl(dialect).bind_processor(dialect)
    if bind.required:
        return bind.key, None, write
    value = bind.effective_value
    return None, value if write is None else write(value), write
