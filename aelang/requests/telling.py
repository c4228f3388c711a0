"""What a worker tells people while it works."""

from collections.abc import Callable
from typing import TypeAlias

Tell: TypeAlias = Callable[[str], None]
"""Where it goes."""


class Serious(str):
    """Something that went wrong: told also to who wants it quiet."""

    __slots__ = ()
