"""Grouping: actions become commands (REQUESTS 6.3).

Consecutive actions of one simple service and its parts, on one resource by one module, are one command. The order of
the actions stays as it is: no two actions are exchanged.
"""

from collections.abc import Iterable
from typing import NamedTuple


class Planned(NamedTuple):
    """An action before it is written down: of the service at `service`, a part of the simple service at `root` or that
    itself, on `resource` by `module`."""

    action: str
    service: int
    root: int
    resource: str
    module: str

    @property
    def key(self) -> tuple[str, str, int]:
        """Actions with the same key, one behind the other, are done at once."""
        return self.resource, self.module, self.root


def group_actions(actions: Iterable[Planned]) -> tuple[tuple[Planned, ...], ...]:
    """The groups that `actions` make, in their order."""
    groups: list[list[Planned]] = []
    for each in actions:
        if groups and groups[-1][-1].key == each.key:
            groups[-1].append(each)
        else:
            groups.append([each])
    return tuple(map(tuple, groups))
