"""Plain YAML: the few forms in which ManageIQ writes its files are read line by line, into the tree of `yaml`.

libyaml makes an object of every scalar and two of its place, and to import it takes as long as a start. Nearly all
files of a datastore have lines of three forms only: `key:`, `key: value` and `- key: value`, with values on one line.
Where a file has any other line, or its lines do not fit together, nothing is said of it, and libyaml reads it. What is
read here is read alike by both; properties hold them to it.
"""

import re
from typing import TYPE_CHECKING

from aelang.regex import regex
from aelang.syntax.psych import TEXTS, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from aelang.syntax.yaml import Mapping, Node, Sequence

# In a plain value a colon is not the last sign of a word, and a `#` not the first.
_LINE = regex(
    r"^( *)(- )?([A-Za-z_]\w{0,99}):"
    r"(?: (\"[ !#-\[\]-~]*\"|'[ -&(-~]*'|\[\]|\{\}|[A-Za-z0-9_/$(.+](?:[!-9;-~]|:(?=[!-~])| (?=[!\"$-~]))*))?\n",
    re.MULTILINE | re.ASCII,
)
_MAX_LEVELS = 40
_LONGEST = 256 * 1024


def read_plain(data: bytes, mapping: "Callable[..., Mapping]", sequence: "Callable[..., Sequence]") -> "Node | None":
    """The tree of `data`, whose nodes `mapping` and `sequence` make; None where libyaml has to read it."""
    if not data.isascii() or len(data) > _LONGEST:
        return None
    text = data.decode("ascii")
    first = 1
    if text.startswith("---\n"):
        text, first = text[4:], 2
    lines = _LINE.findall(text)
    if not lines or len(lines) != text.count("\n") or text[-1] != "\n":
        return None
    return _tree(lines, first, mapping, sequence)


def _tree(
    lines: list[tuple[str, str, str, str]],
    number: int,
    mapping: "Callable[..., Mapping]",
    sequence: "Callable[..., Sequence]",
) -> "Node | None":
    """The tree of `lines`, of which the first has this `number`: of each the indent, the dash, the key and the value.

    `levels` are the mappings and lists that are open, each with its column and its entries or items; `waiting` is the
    place of the key before, where no value stands behind it.
    """
    entries: dict[str, Node] = {}
    if lines[0][0] or lines[0][1]:
        return None
    root = mapping(entries, number, 1, 0, 0)
    levels: list[tuple[int, dict[str, Node], list[Node] | None]] = [(0, entries, None)]
    at, waiting, known = 0, "", TEXTS
    for line, (indent, dash, key, value) in enumerate(lines, number):
        column = len(indent)
        if dash or column != at or waiting:
            opened = _open(levels, column, dash, waiting, line, mapping, sequence)
            if opened is None or len(levels) > _MAX_LEVELS:
                return None
            at, entries = opened
        if key in entries:
            return None
        behind = at + len(key) + 3
        waiting = ""
        if not value:
            entries[key] = (None, line, behind - 1, line, at + 1, "")
            waiting = key
        elif value[0] in "\"'":
            entries[key] = (value[1:-1], line, behind + 1, line, at + 1, None)
        elif value[0] == "[":
            entries[key] = sequence([], line, behind, line, at + 1)
        elif value[0] == "{":
            entries[key] = mapping({}, line, behind, line, at + 1)
        else:
            said = known[value] if value in known else text_of(value)
            entries[key] = (said, line, behind, line, at + 1, value)
    return root


def _open(
    levels: "list[tuple[int, dict[str, Node], list[Node] | None]]",
    column: int,
    dash: str,
    waiting: str,
    line: int,
    mapping: "Callable[..., Mapping]",
    sequence: "Callable[..., Sequence]",
) -> "tuple[int, dict[str, Node]] | None":
    """The mapping that a line belongs to, and its column; None where it belongs nowhere."""
    above, entries, _ = levels[-1]
    if waiting and (column > above or (dash and column == above)):
        key = entries[waiting][3:5]
        if not dash:
            inner: dict[str, Node] = {}
            entries[waiting] = mapping(inner, line, column + 1, *key)
            levels.append((column, inner, None))
            return column, inner
        items: list[Node] = []
        entries[waiting] = sequence(items, line, column + 1, *key)
        levels.append((column, {}, items))
    while levels and (levels[-1][0] > column or (levels[-1][2] is not None and not dash)):
        levels.pop()
    if not levels or levels[-1][0] != column or (levels[-1][2] is not None) != bool(dash):
        return None
    _, entries, listed = levels[-1]
    if listed is None:
        return column, entries
    inner = {}
    listed.append(mapping(inner, line, column + 3, 0, 0))
    levels.append((column + 2, inner, None))
    return column + 2, inner
