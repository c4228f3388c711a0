"""Allowances: comments with which an author says that a finding is meant to be so.

    value: /Shop/Price/later  # aelang: allow unknown-instance -- made by the next release

Such a comment holds for its own line, or, on a line of its own, for the next line that is no comment. It may stand in
YAML, in `.ael`, and in the code of methods.
"""

from typing import NamedTuple

from aelang.regex import regex

MARK = "aelang: allow"
_COMMENT = regex(r"(?:^|\s)#\s*aelang: allow(.*)")
_SAID = regex(r"\s+([a-z0-9-]+)(?:\s+--\s*(.*?))?\s*\Z")


class Allowance(NamedTuple):
    """One such comment: where it stands, the line it holds for, the kind it names and its reason, empty where it
    has none."""

    line: int
    column: int
    holds_for: int
    kind: str
    reason: str


def find_allowances(data: bytes) -> tuple[Allowance, ...]:
    """The allowances in the file with the content `data`, in order."""
    if MARK.encode() not in data:
        return ()
    lines = data.decode("utf-8", "replace").split("\n")
    found = []
    for number, line in enumerate(lines, start=1):
        comment = _COMMENT.search(line)
        if comment is not None:
            said = _SAID.fullmatch(comment[1])
            kind, reason = ("", "") if said is None else (said[1], said[2] or "")
            found.append(Allowance(number, line.index("#", comment.start()) + 1, _held(lines, number), kind, reason))
    return tuple(found)


def _held(lines: list[str], number: int) -> int:
    """The line that a comment on line `number` holds for."""
    while number < len(lines) and lines[number - 1].lstrip().startswith("#"):
        number += 1
    return number
