"""The progress bar: drawn on a terminal while a long work goes on, and gone when something else is to be said."""

import os
from typing import TextIO

_WIDTH = 24
_WIDEST = 79


class Bar:
    """A bar on the last line of a terminal. It is called with what `open_project` tells of its progress."""

    __slots__ = ("_drawn", "_stream")

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._drawn = False

    def __call__(self, done: int, total: int, what: str) -> None:
        """Draws how much of the work `what` is done."""
        part = done * _WIDTH // total if total else _WIDTH
        text = f"{what} [{'#' * part}{'.' * (_WIDTH - part)}] {done}/{total}"
        self._stream.write(f"\r{text[: self._columns()]}\x1b[K")
        self._stream.flush()
        self._drawn = True

    def clear(self) -> None:
        """Takes the bar away, if one is drawn."""
        if self._drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._drawn = False

    def _columns(self) -> int:
        """How much fits into one line: what does not would stay on the screen. Some terminals say that they have 0."""
        try:
            columns = os.get_terminal_size(self._stream.fileno()).columns
        except (OSError, ValueError):
            columns = 0
        return max(1, min(columns - 1, _WIDEST)) if columns else _WIDEST
