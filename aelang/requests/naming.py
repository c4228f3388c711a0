"""Naming: `web-$n{3}` becomes the next name that no machine has, and none that is being made: `web-007`."""

import re
from collections.abc import Iterable

from sqlalchemy import Connection, select

from aelang.requests.store.schema import INVENTORY, TASKS

_NUMBER = re.compile(r"\$n\{(\d{1,2})\}")


def numbered(connection: Connection, name: str) -> str:
    """`name` with a number in place of `$n{DIGITS}`: one more than the highest there is."""
    found = _NUMBER.search(name)
    if found is None:
        return name
    before, after = name[: found.start()], name[found.end() :]
    taken = re.compile(rf"\b{re.escape(before)}(\d+){re.escape(after)}(?![\w-])")
    numbers = [int(each[1]) for text in _texts(connection, before) for each in taken.finditer(text)]
    return f"{before}{max(numbers, default=0) + 1:0{int(found[1])}d}{after}"


def _texts(connection: Connection, before: str) -> Iterable[str]:
    """Texts in which names that begin so may stand: of machines, and of the tasks that make some."""
    machines = select(INVENTORY.c.name).where(
        INVENTORY.c.base == "VmOrTemplate", INVENTORY.c.name.startswith(before, autoescape=True)
    )
    tasks = select(TASKS.c.description).where(
        TASKS.c.state != "finished", TASKS.c.description.contains(before, autoescape=True)
    )
    return [each for statement in (machines, tasks) for each in connection.execute(statement).scalars() if each]
