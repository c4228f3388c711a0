"""Types of columns: times in UTC, and values as JSON (`value_json`)."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

from aelang.interpreter.values import RunValue
from aelang.services.records import Reference
from aelang.value_json import ValueReading, ValueWriting


class Words(TypeDecorator[str]):
    """A text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """As the database takes it."""
        return None if value is None else readable(value)


def readable(text: str) -> str:
    """`text`, with a `?` for what databases do not take and a method may well have in a message."""
    return text if is_plain(text) else text.encode(errors="replace").decode().replace("\0", "?")


def is_plain(text: str) -> bool:
    """Whether every database takes `text`."""
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
        if value is None:
            return None
        time = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return time.replace(tzinfo=None) if dialect.name == "sqlite" else time

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """As a run sees it."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Values(TypeDecorator[Any]):  # run values, which mypy cannot say
    """A value of a run, mostly a hash: options, arguments, the columns of a record. Passwords in the clear are masked
    on their way in."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """As JSONB in PostgreSQL."""
        if dialect.name != "postgresql":
            return super().load_dialect_impl(dialect)
        from sqlalchemy.dialects.postgresql import JSONB  # 30 ms, for those who have such a store

        return dialect.type_descriptor(JSONB(none_as_null=True))

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """As the database takes it."""
        return None if value is None else _Writing().value(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """As a run sees it, records as references."""
        return None if value is None else _READING.value(value)


class Named(Values):
    """The columns of a record by their names, so that the database can look into them."""

    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """As the database takes it."""
        return None if value is None else _Writing().values(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """As rows have it; empty where there is nothing."""
        return {} if value is None else _READING.values(value)


class _Writing(ValueWriting):
    def text(self, text: str) -> str:
        return readable(super().text(text))


def _reference(model: str, number: int) -> RunValue:
    return Reference(model, number)  # type: ignore[return-value]  # rows keep references beside values


_READING = ValueReading(_reference)
