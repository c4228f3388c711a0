"""The small language in which the tables of the store are written, here and in its migrations.

A line is `TYPE name name ...`; a `!` behind a name says that there is always something in it. `key` lines are the
primary key, `id number` without one. `index a b` is an index, `unique a` one of which each value is there once; `where`
and a condition behind it says which rows it is over.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, Table, text
from sqlalchemy.types import TypeEngine

from aelang.requests.store.columns import Named, Time, Values, Words

_TYPES: Mapping[str, TypeEngine[Any]] = {
    "bytes": LargeBinary(),
    "flag": Boolean(),
    "named": Named(),
    "number": BigInteger().with_variant(Integer(), "sqlite"),
    "text": Words(),
    "time": Time(),
    "values": Values(),
}


def define(metadata: MetaData, tables: Mapping[str, str]) -> MetaData:
    """Enters `tables`, each written in the language above, into `metadata`, without their indexes."""
    for name, rows in tables.items():
        _define(metadata, name, _rows(rows))
    return metadata


def define_indexes(metadata: MetaData, tables: Mapping[str, str]) -> MetaData:
    """Enters the indexes of `tables`, which are in `metadata`. Only who makes tables needs them: they cost the import
    of what SQLAlchemy knows of PostgreSQL."""
    for name, rows in tables.items():
        for kind, *words in _rows(rows):
            if kind in ("index", "unique"):
                _index(metadata.tables[name], words, unique=kind == "unique")
    return metadata


def _rows(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines() if line.strip()]


def _define(metadata: MetaData, name: str, rows: list[list[str]]) -> None:
    keys = [row[1:] for row in rows if row[0] == "key"] or [["id", "number"]]
    table = Table(name, metadata, sqlite_autoincrement=keys == [["id", "number"]])  # no id is given twice
    for key, kind in keys:
        table.append_column(Column(key, _TYPES[kind], primary_key=True))
    for kind, *names in rows:
        if kind in _TYPES:
            for each in names:
                table.append_column(Column(each.rstrip("!"), _TYPES[kind], nullable=not each.endswith("!")))


def _index(table: Table, words: list[str], *, unique: bool) -> None:
    end = words.index("where") if "where" in words else len(words)
    only = text(" ".join(words[end + 1 :])) if words[end:] else None
    label = "_".join([table.name, *words[:end], *(["some"] if words[end:] else [])])
    columns = [table.c[each] for each in words[:end]]
    Index(label, *columns, unique=unique, sqlite_where=only, postgresql_where=only)
