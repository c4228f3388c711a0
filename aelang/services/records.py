"""Records: a reference to one, a row as it is kept, and what is asked of rows."""

from collections.abc import Mapping
from typing import NamedTuple

from aelang.interpreter.values import RunValue


class Reference(NamedTuple):
    """A record by its model and id."""

    model: str
    id: int


class Row(NamedTuple):
    """A record as it is kept: its own model, and its columns. Columns that hold nothing may be absent."""

    model: str
    columns: Mapping[str, RunValue]

    @property
    def id(self) -> int:
        """The record's id."""
        found = self.columns["id"]
        assert isinstance(found, int)
        return found

    @property
    def reference(self) -> Reference:
        """Its model and id."""
        return Reference(self.model, self.id)


def meets(row: Row, conditions: Mapping[str, RunValue]) -> bool:
    """Whether the columns of `row` equal `conditions`; of a list one of its values is enough."""
    for name, wanted in conditions.items():
        found = row.columns.get(name)
        if found != wanted and not (isinstance(wanted, list) and found in wanted):
            return False
    return True
