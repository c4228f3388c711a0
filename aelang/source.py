"""Places in files: what a diagnostic, a failure or a trace line points at."""

from typing import NamedTuple


class Span(NamedTuple):
    """A stretch of one line of one source.

    `source` is the name under which the file was opened (a path, or `repo@rev:path`); `line` and `column`
    count from 1, and 0 means "the file as a whole"; `length` is in characters.
    """

    source: str
    line: int = 0
    column: int = 0
    length: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.source
        return f"{self.source}:{self.line}:{self.column}"


NOWHERE = Span("")


class Source(NamedTuple):
    """The bytes of one file, and the name by which people know it."""

    name: str
    data: bytes

    def text(self) -> str:
        """The content as text; bytes that are no UTF-8 show as the replacement character."""
        return self.data.decode("utf-8", "replace")

    def line(self, number: int) -> str:
        """Line `number`, counted from 1, without its end; empty where there is none."""
        lines = self.text().splitlines()
        return lines[number - 1] if 0 < number <= len(lines) else ""
