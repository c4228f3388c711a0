"""Diagnostics for people: the sentence, the place, the line of the source with a caret, and the way out."""

from collections.abc import Callable, Iterable

from aelang.diagnostics import Diagnostic, Severity
from aelang.source import NOWHERE, Span

ReadLine = Callable[[str, int], "str | None"]
"""Gives a line of a source by its name and number, without its end; None where it cannot be read."""

IsFixable = Callable[[Diagnostic], bool]

_WIDEST = 160
_LABEL_COLOR = "1;34"
_COLORS = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.INFO: "1;34"}
_CONTROL = dict.fromkeys((*range(9), *range(10, 32), *range(127, 160)), "�") | {9: " "}


def render(
    found: Iterable[Diagnostic], read_line: ReadLine, *, colored: bool = False, fixable: IsFixable | None = None
) -> str:
    """All of `found`, in the order given, with an empty line between two; those that are `fixable` say so."""
    return "\n\n".join(_one(each, read_line, colored, fixable) for each in found)


def summary(found: Iterable[Diagnostic]) -> str:
    """How many of each severity: `2 errors, 1 warning`; empty where there is nothing."""
    counts = dict.fromkeys((Severity.ERROR, Severity.WARNING, Severity.INFO), 0)
    for each in found:
        counts[each.severity] += 1
    return ", ".join(counted(count, _NOUNS[severity]) for severity, count in counts.items() if count)


_NOUNS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def counted(count: int, noun: str, plural: str = "") -> str:
    """`1 error`, `2 errors`."""
    return f"{count} {noun if count == 1 else plural or noun + 's'}"


def _one(found: Diagnostic, read_line: ReadLine, colored: bool, fixable: IsFixable | None) -> str:
    color = _COLORS[found.severity] if colored else ""
    head = _painted(f"{found.severity.word}[{found.kind.slug}]", color)
    lines = [f"{head}: {_clean(found.message)}"]
    if found.span != NOWHERE:
        lines += _place(found.span, "-->", "^", "", read_line, color)
    for label in found.labels:
        lines += _place(label.span, ":::", "-", label.text, read_line, _LABEL_COLOR if colored else "")
    if found.help:
        lines += [f"  = help: {_clean(found.help)}"]
    if fixable is not None and fixable(found):
        lines += ["  = fix: `aelang validate --fix` does this"]
    return "\n".join(lines)


def _painted(text: str, color: str) -> str:
    return f"\x1b[{color}m{text}\x1b[0m" if color else text


def _place(span: Span, arrow: str, mark: str, text: str, read_line: ReadLine, color: str) -> list[str]:
    number = str(span.line)
    line = read_line(span.source, span.line) if span.line else None
    head = f"{' ' * len(number)}{arrow} {_clean(str(span))}"
    if line is None:
        return [f"{head}: {_clean(text)}" if text else head]
    shown, column = _window(_clean(line), max(span.column, 1))
    length = max(1, min(span.length, len(shown) - column + 1))
    before, marked = columns(shown[: column - 1]), max(1, columns(shown[column - 1 : column - 1 + length]))
    under = " " * (before + max(0, column - 1 - len(shown))) + _painted(mark * marked, color)
    gutter = " " * len(number)
    said = f" {_clean(text)}" if text else ""
    return [head, f"{gutter} |", f"{number} | {shown}".rstrip(), f"{gutter} | {under}{said}"]


def columns(text: str) -> int:
    """How many columns of a terminal `text` takes: two for a wide character, none for one that joins the one before."""
    if text.isascii():
        return len(text)
    from unicodedata import category, east_asian_width

    return sum(
        0 if category(each) in ("Mn", "Me", "Cf") else 2 if east_asian_width(each) in ("W", "F") else 1 for each in text
    )


def _window(line: str, column: int) -> tuple[str, int]:
    """The part of a long line around `column`, and where that column is in it."""
    if len(line) <= _WIDEST:
        return line, column
    start = max(0, min(column - _WIDEST // 2, len(line) - _WIDEST))
    return line[start : start + _WIDEST], column - start


def _clean(text: str) -> str:
    """`text` without what a terminal would obey; a tab takes one column, as it does in a span."""
    return text if text.isprintable() else text.translate(_CONTROL)
