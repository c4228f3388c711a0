"""Acting: what rooms above the life of requests do when a method asks a record for something."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from sqlalchemy import Connection

from aelang.interpreter.values import RunValue
from aelang.services.ports import Answer
from aelang.services.records import Row


class Acting(NamedTuple):
    """What a method asks of the record `row`, in a transaction of its own. `context` is the task id of the message
    that is being worked, `request` what it is about; either may be None."""

    connection: Connection
    row: Row
    arguments: tuple[RunValue, ...]
    now: datetime
    context: str | None = None
    request: int | None = None


class Asked(NamedTuple):
    """The same before there is a transaction; `find` reads a record. `key` is another one for each call, and the same
    when a crash has it made again."""

    find: Callable[[str, int], Row | None]
    row: Row
    arguments: tuple[RunValue, ...]
    now: datetime
    key: str
    context: str | None = None
    request: int | None = None


class Declined:
    """What an act says that is not for this record: what happens is what happens in an inventory."""


DECLINED = Declined()

Act: TypeAlias = Callable[[Acting], "Answer | Declined"]
"""Does it. Raises ValueError for arguments that it cannot take."""


class Outside(NamedTuple):
    """An act that has something done in the world: `first` does it, in no transaction, so that nobody waits for it;
    what came of it goes to `then`. `first` may decline. Both raise ValueError."""

    first: "Callable[[Asked], object]"
    then: "Callable[[Acting, object], Answer]"


Acts: TypeAlias = Mapping[tuple[str, str], "Act | Outside"]
"""By the base model of the record, and the command."""

NO_ACTS: Acts = MappingProxyType({})
