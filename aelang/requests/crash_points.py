"""Points at which a worker can be made to die, so that tests see what is left: `AELANG_DIE_AT=7` kills this process,
as `kill -9` does, when it comes to the seventh of them."""

import os

POINTS_VARIABLE = "AELANG_DIE_AT"

_left = int(os.environ.get(POINTS_VARIABLE) or 0)


def point() -> None:
    """One of the points between two steps of the queue; nothing happens unless a test asked for it."""
    if _left:
        _count()


def _count() -> None:
    global _left  # noqa: PLW0603 - there is one countdown a process
    _left -= 1
    if not _left:
        os.kill(os.getpid(), 9)
