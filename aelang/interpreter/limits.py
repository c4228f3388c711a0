"""How deep, large and long a run may be. Limits hold for every user."""

from typing import NamedTuple


class Limits(NamedTuple):
    """`depth` of relationships inside each other, `objects` in the workspace, `steps` (fields processed)."""

    depth: int = 400
    objects: int = 100_000
    steps: int = 2_000_000
