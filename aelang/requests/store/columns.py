"""Types of columns: times in UTC, and values as JSON (`value_json`).

For SQLite each says in one function how its values are written and read: what SQLAlchemy puts around that takes longer
than SQLite itself.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeAlias

from sqlalchemy import JSON, DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

from aelang.interpreter.values import RunValue
from aelang.services.records import Reference
from aelang.value_json import ValueReading, ValueWriting

_Way: TypeAlias = Callable[[Any], Any]


class Words(TypeDecorator[str]):
    """A text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """As the database takes it."""
        return _written_words(value)

    def bind_processor(self, dialect: Dialect) -> _Way | None:
        """How a text is written."""
        return _written_words if dialect.name == "sqlite" else super().bind_processor(dialect)


def _written_words(value: str | None) -> str | None:
    if value is None or (value.isascii() and "\0" not in value):  # as nearly all are
        return value
    return readable(value)


def readable(text: str) -> str:
    """`text`, with a `?` for what databases do not take and a method may well have in a message."""
    return text if is_plain(text) else text.encode(errors="replace").decode().replace("\0", "?")


def is_plain(text: str) -> bool:
    """Whether every database takes `text`."""
    if text.isascii():
        return "\0" not in text
    try:
        text.encode()
    except UnicodeEncodeError:  # half a character of UTF-16
        return False
    return "\0" not in text


class Time(TypeDecorator[datetime]):
    """A time in UTC. SQLite keeps it as text without a zone, in the order of time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """As the database takes it."""
        return None if value is None else _in_utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """As a run sees it."""
        return None if value is None else _in_utc(value)

    def bind_processor(self, dialect: Dialect) -> _Way | None:
        """How a time is written."""
        return _written_time if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: object) -> _Way | None:
        """How a time is read."""
        return _read_time if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _in_utc(time: datetime) -> datetime:
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def _written_time(time: datetime | None) -> str | None:
    if time is None:
        return None
    return (time if time.tzinfo is UTC else _in_utc(time)).isoformat(" ", "microseconds")[:_LENGTH]


_LENGTH = len("2026-01-31 00:00:00.000000")  # without its zone


def _read_time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text + "+00:00")


class Unreadable(ValueError):
    """A value that was not written by us."""

    def __init__(self, kept: str) -> None:
        super().__init__(f"nobody can read `{kept[:60]}`")


class Values(TypeDecorator[Any]):  # run values, which mypy cannot say
    """A value of a run, mostly a hash: options, arguments, the columns of a record. Passwords in the clear are masked
    on their way in."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """As JSONB in PostgreSQL. In SQLite as text: a column that it calls JSON takes `1.0` for the number 1."""
        if dialect.name != "postgresql":
            return dialect.type_descriptor(Text())
        from sqlalchemy.dialects.postgresql import JSONB  # 30 ms, for those who have such a store

        return dialect.type_descriptor(JSONB(none_as_null=True))

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """As the database takes it."""
        return None if value is None else _Writing().value(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """As a run sees it, records as references."""
        return None if value is None else _READING.value(value)

    def bind_processor(self, dialect: Dialect) -> _Way | None:
        """How a value is written."""
        if dialect.name != "sqlite":
            return super().bind_processor(dialect)
        into = self.process_bind_param
        nothing = _to_text(into({}, dialect))  # most often there is nothing
        return lambda value: None if value is None else nothing if value == {} else _to_text(into(value, dialect))

    def result_processor(self, dialect: Dialect, coltype: object) -> _Way | None:
        """How a value is read."""
        if dialect.name != "sqlite":
            return super().result_processor(dialect, coltype)
        out_of = self.process_result_value

        def read(kept: str | None) -> Any:
            try:
                return out_of(_from_text(kept), dialect)
            except (ValueError, AttributeError, TypeError) as fault:
                raise Unreadable(str(kept)) from fault

        return read


class Named(Values):
    """The columns of a record by their names, so that the database can look into them."""

    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """As the database takes it."""
        return None if value is None else _Writing().values(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """As rows have it; empty where there is nothing."""
        return {} if value is None else _READING.values(value)


_to_text = json.JSONEncoder(check_circular=False).encode


def _from_text(kept: str | None) -> Any:  # what JSON has
    return None if kept is None else json.loads(kept)


class _Writing(ValueWriting):
    def text(self, text: str) -> str:
        return _written_words(super().text(text)) or ""


def _reference(model: str, number: int) -> RunValue:
    return Reference(model, number)  # type: ignore[return-value]  # rows keep references beside values


_READING = ValueReading(_reference)
