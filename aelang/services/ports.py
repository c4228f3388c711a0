"""The port `Records`: where the records behind the service models are kept.

An inventory fills it for runs without a server, the request store for real ones.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol, TypeAlias

from aelang.interpreter.values import RunValue
from aelang.services.records import Reference, Row


class Command(NamedTuple):
    """What is to happen in the world: `approve` a request, `start` a VM. `of` is the record that was asked, None for
    what `evm.execute` asks of nobody in particular."""

    name: str
    of: Reference | None
    arguments: tuple[RunValue, ...] = ()


Answer: TypeAlias = "RunValue | Reference | Sequence[Reference]"
"""What comes back from a command."""


class Records(Protocol):
    """The records there are."""

    def find(self, model: str, id: int) -> Row | None:  # noqa: A002 - the records' own word
        """The record of `model`, or of a model that is a kind of it; None where there is none."""

    def where(self, model: str, conditions: Mapping[str, RunValue]) -> Sequence[Row]:
        """The records of `model` and its kinds whose columns equal `conditions`, by id; a list stands for any of its
        values, nil for a column that holds nothing."""

    def write(self, of: Reference, change: Callable[[Mapping[str, RunValue]], Mapping[str, RunValue]]) -> None:
        """Changes a record under lock: `change` gets its columns as they stand and gives those to write.

        Raises ValueError where the record is gone.
        """

    def execute(self, command: Command) -> Answer:
        """Does `command`, or sees to it that it is done. Raises LookupError for one that it does not know, ValueError
        for arguments that it cannot take."""


class KeptRecords(Records, Protocol):
    """Records that also come and go: what `simulation` acts upon."""

    def now(self) -> datetime:
        """The time."""

    def create(self, model: str, columns: Mapping[str, RunValue]) -> Reference:
        """Takes a new record in, and gives it an id. Raises ValueError for what cannot be kept."""

    def delete(self, of: Reference) -> None:
        """Takes the record away; nothing happens where it is gone."""
