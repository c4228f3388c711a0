"""Where words go: results to standard output, everything else to standard error, colours where they are wanted."""

import os
import sys
from typing import TYPE_CHECKING, TextIO

from aelang.cli.options import Given
from aelang.interpreter.values import mask_secrets

if TYPE_CHECKING:
    from aelang.cli.progress import Bar

_STYLES = {"red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36", "dim": "2", "bold": "1"}
_CONTROL = {code: f"\\x{code:02x}" for code in (*range(9), *range(11, 32), *range(0x7F, 0xA0))}
"""What a terminal might obey, written so that it cannot: texts come from datastores and methods."""


class Console:
    """The streams of a command and how they may be used."""

    __slots__ = ("_bar", "_error_colored", "_quiet", "colored")

    def __init__(self, given: Given) -> None:
        _never_fail_to_write(sys.stdout)
        wanted = given.text("color")
        self.colored = _wants_color(wanted, sys.stdout)
        self._error_colored = _wants_color(wanted, sys.stderr)
        self._quiet = given.flag("quiet")
        self._bar: Bar | None = None

    def result(self, text: str) -> None:
        """Prints a part of the result."""
        self.clear_bar()
        print(mask_secrets(text))  # noqa: T201 - results are printed here and nowhere else

    def note(self, text: str) -> None:
        """Tells something on the way, unless `--quiet`."""
        if not self._quiet:
            self.tell(text)

    def tell(self, text: str) -> None:
        """Tells something that was asked for or that must be known, such as a trace or an error."""
        self.clear_bar()
        # in one piece: several workers write to one place
        print(f"{mask_secrets(text)}\n", end="", file=sys.stderr, flush=True)  # noqa: T201 - and everything else here

    def progress(self, text: str) -> None:
        """Shows how far it is, in place of what `progress` showed before, unless `--quiet`; for a terminal only."""
        if not self._quiet:
            sys.stderr.write(f"\r{text}\x1b[K")
            sys.stderr.flush()

    def bar(self) -> "Bar | None":
        """A progress bar, where there is someone to see it: on a terminal that can go back in a line, not `--quiet`."""
        stream = sys.stderr
        if self._quiet or stream is None or not stream.isatty() or os.environ.get("TERM") == "dumb":
            return None
        from aelang.cli.progress import Bar

        self._bar = Bar(stream)
        return self._bar

    def clear_bar(self) -> None:
        """Takes the progress bar away, if one is drawn."""
        if self._bar is not None:
            self._bar.clear()

    def error(self, text: str, place: str = "") -> None:
        """Tells what went wrong and, where one is known, the place in the datastore."""
        self.tell(f"{self.marked('error', 'red', bold=True)}: {printable(text)}" + (f"\n --> {place}" if place else ""))

    def marked(self, text: str, color: str, *, bold: bool = False) -> str:
        """`text` in `color`, if standard error has colours."""
        return paint(text, color, bold=bold) if self._error_colored else text

    @property
    def error_colored(self) -> bool:
        """Whether standard error has colours."""
        return self._error_colored


def paint(text: str, color: str, *, bold: bool = False) -> str:
    """`text` as a terminal shows it in `color`."""
    return f"\x1b[{'1;' if bold else ''}{_STYLES[color]}m{text}\x1b[0m"


def printable(text: str) -> str:
    """`text` without what a terminal would obey; tabs and line ends stay."""
    return text if text.isprintable() else text.translate(_CONTROL)


def _wants_color(wanted: str | None, stream: "TextIO | None") -> bool:
    if wanted in ("always", "never"):
        return wanted == "always"
    return (
        not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and stream is not None and stream.isatty()
    )


def _never_fail_to_write(stream: "TextIO | None") -> None:
    """Lets `stream` write what its encoding lacks as an escape; standard error does so from the start."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")
