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
    ("found unexpected end of stream", "a quote that is not closed", "end it; inside '...' a quote is written twice"),
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
    line, column, problem = mark.line + 1, mark.column + 1, error.problem or ""
    if found := _tab(data, line):
        return TAB_INDENTATION.at(Span("", *found, 1), "indent with two blanks a level")
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


def _tab(data: bytes, line: int) -> tuple[int, int] | None:
    """Where a tab indents line `line` or the one before it: libyaml often complains a line late."""
    lines = data.decode("utf-8", "replace").splitlines()
    for number in (line, line - 1):
        if 0 < number <= len(lines) and (indent := re.match(r"[ -]*\t", lines[number - 1])):
            return number, indent.end()
    return None
