"""What is said of a file that is not YAML: libyaml's complaints in words that name the fault and the way out."""

import re
from typing import Any

from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity
from aelang.source import Span

UNREADABLE_YAML = DiagnosticKind("unreadable-yaml", Severity.ERROR, "this is not YAML: {problem}")
TAB_INDENTATION = DiagnosticKind("tab-indentation", Severity.ERROR, "a tab where YAML wants blanks")

QUOTE = "if it is a value, put it in quotes"


def unreadable(problem: str, line: int, column: int, advice: str) -> Diagnostic:
    """The diagnostic that a file cannot be read as YAML, for `problem` at `line` and `column`."""
    return UNREADABLE_YAML.at(Span("", line, column, 1), advice, problem=problem)


_END = "found unexpected end of stream"
_QUOTE_OPEN = "a quote that is not closed"
_CLOSE = "end it; inside '...' a quote is written twice"
_OWN_LINE = "put the value in quotes, or the key on a line of its own"
_PROBLEMS = (
    ("mapping values are not allowed", "a second `: ` in one value", _OWN_LINE),
    (
        "could not find expected ':'",
        "a line that is neither `key: value` nor `- item`",
        "indent it to go on with the value",
    ),
    (
        "did not find expected key",
        "a line that fits no line above",
        "line the key up with those above",
    ),
    ("did not find expected '-'", "a line that fits no line above", "line the `-` up with those above it"),
    (
        "did not find expected ',' or ']'",
        "a list in brackets that is not closed",
        "end it with `]`",
    ),
    (
        "did not find expected ',' or '}'",
        "a mapping in braces that is not closed",
        "end it with `}`",
    ),
    (_END, _QUOTE_OPEN, _CLOSE),
    ("found character that cannot start any token", "a value may not begin with this character", QUOTE),
    (
        "found unknown escape character",
        "an escape that YAML does not know",
        "use '...', or double the backslash",
    ),
    ("found undefined tag handle", "a value that begins with `!`", QUOTE),
    ("did not find expected whitespace or line break", "a value that begins with `!`, `&` or `*`", QUOTE),
    ("did not find expected alphabetic or numeric", "a value that begins with `&` or `*`", QUOTE),
    (
        "block sequence entries are not allowed",
        "a list item where none may stand",
        "begin the list on the next line",
    ),
    (
        "did not find expected comment or line break",
        "text behind `|` or `>`",
        "put it on the next line, indented",
    ),
)


def explain(error: Any, data: bytes) -> Diagnostic:
    """The diagnostic for an exception of libyaml over `data`, in words of ours where its problem is a known one.

    A scanner or parser error has a mark, a reader error a position in bytes.
    """
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:
        return _unreadable_bytes(str(getattr(error, "reason", "")), getattr(error, "position", 0) or 0, data)
    problem = error.problem or ""
    if _END in problem and getattr(error, "context_mark", None) is not None:
        mark = error.context_mark  # where the quote begins, not where the file ends
    line, column = mark.line + 1, mark.column + 1
    lines = data.decode("utf-8", "replace").splitlines()
    if found := _tab(lines, line):
        return TAB_INDENTATION.at(Span("", *found, 1), "indent with two blanks a level")
    if found := _open_quote(lines, line, column):
        return unreadable(_QUOTE_OPEN, *found, _CLOSE)
    if any(known in problem for known in _OF_INDENTATION) and (found := _odd_first_key(lines, line)):
        return unreadable("a line that fits no line below", *found, "line the key up with those below")
    for known, ours, advice in _PROBLEMS:
        if known in problem:
            return unreadable(ours, line, column, advice)
    return unreadable(problem, line, column, QUOTE)


def _unreadable_bytes(reason: str, position: int, data: bytes) -> Diagnostic:
    before = data[:position]
    line, column = before.count(b"\n") + 1, len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
    if "octet" in reason or "UTF-8" in reason:
        return unreadable("the bytes here are not UTF-8", line, column, "save the file as UTF-8")
    advice = 'take it away, or write it as an escape in quotes: "\\x07"'
    return unreadable("a control character", line, column, advice)


def _open_quote(lines: list[str], line: int, column: int) -> tuple[int, int] | None:
    """Where the text in quotes begins that ends just before `line` and `column`, if it began on another line: its own
    quote is missing, and the next one was taken for it."""
    before = lines[line - 1][: column - 1].rstrip() if line <= len(lines) else ""
    quote = before[-1:]
    if quote not in ("'", '"') or before.count(quote) != 1:
        return None
    for number in range(line - 1, 0, -1):
        text = lines[number - 1].replace("''" if quote == "'" else '\\"', "  ")
        if quote in text:
            at = text.rindex(quote)
            return (number, at + 1) if text[:at].endswith((": ", "- ")) else None
    return None


_OF_INDENTATION = ("did not find expected key", "mapping values are not allowed", "did not find expected '-'")


def _odd_first_key(lines: list[str], line: int) -> tuple[int, int] | None:
    """Where the line before `line` begins, if it is the first of a mapping and not in line with those behind it."""
    if not _OPENER < line < len(lines):
        return None
    opener, first, second, third = lines[line - 3 : line + 1]
    indents = [len(each) - len(each.lstrip(" ")) for each in (opener, first, second, third)]
    is_first = opener.rstrip().endswith(":") and re.match(r" *[\w.]+: +\S", first) is not None
    if is_first and indents[0] < indents[1] != indents[2] == indents[3]:
        return line - 1, indents[1] + 1
    return None


_OPENER = 2
"""So many lines stand before the one of which libyaml complains: what opens the mapping, and its first key."""


def _tab(lines: list[str], line: int) -> tuple[int, int] | None:
    """Where a tab indents line `line` or the one before it: libyaml often complains a line late."""
    for number in (line, line - 1):
        if 0 < number <= len(lines) and (indent := re.match(r"[ -]*\t", lines[number - 1])):
            return number, indent.end()
    return None
