"""YAML: one file becomes a surface tree in which every key and every value knows its line and column.

The events come from libyaml, the tree is ours. Half of a cold start is spent here, so scalars are plain tuples,
positions are read once, and what only faulty or unusual files need stands apart in `_Notes`. Nothing is raised:
a fault is a diagnostic whose span names no source yet; the loader knows whose bytes they were.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple, TypeAlias

from aelang.diagnostics import Diagnostic, DiagnosticKind, Label, Severity
from aelang.source import Span
from aelang.syntax.psych import TEXTS, text_of

__all__ = [
    "DUPLICATE_KEY",
    "SEVERAL_DOCUMENTS",
    "TAB_INDENTATION",
    "UNKNOWN_TAG",
    "UNREADABLE_YAML",
    "Document",
    "Mapping",
    "Node",
    "Scalar",
    "Sequence",
    "parse_yaml",
]

UNREADABLE_YAML = DiagnosticKind("unreadable-yaml", Severity.ERROR, "this is not YAML: {problem}")
TAB_INDENTATION = DiagnosticKind("tab-indentation", Severity.ERROR, "a tab where YAML wants blanks")
DUPLICATE_KEY = DiagnosticKind("duplicate-key", Severity.ERROR, "the key `{key}` stands here a second time")
UNKNOWN_TAG = DiagnosticKind("unknown-tag", Severity.ERROR, "the tag `{tag}` has no meaning in a datastore")
SEVERAL_DOCUMENTS = DiagnosticKind("several-documents", Severity.WARNING, "a second YAML document: it is never read")

MAX_DEPTH = 100
MAX_NODES = 100_000
"""How many nodes a file may come to once every alias is written out."""

Scalar: TypeAlias = tuple[str | None, int, int, int, int, str | None]
"""Text (None for nil), line and column, line and column of its key (0 without), and the plain spelling.

The plain spelling, None for a scalar in quotes or a block, tells `12` from `"12"`. Not a NamedTuple: making
one costs seven times as much, and a domain has fifty thousand.
"""


class Mapping(NamedTuple):
    """A mapping; of two equal keys the last counts. `quoted` are the keys that stood in quotes."""

    entries: "dict[str, Node]"
    line: int
    column: int
    key_line: int
    key_column: int
    quoted: tuple[str, ...] = ()


class Sequence(NamedTuple):
    """A list of nodes."""

    items: "list[Node]"
    line: int
    column: int
    key_line: int
    key_column: int


Node: TypeAlias = Scalar | Mapping | Sequence


class Document(NamedTuple):
    """What a file says: the tree of its first document (None where there is none), and what is wrong with it."""

    root: Node | None
    diagnostics: tuple[Diagnostic, ...]


def parse_yaml(data: bytes) -> Document:
    """The tree of `data`, with its diagnostics, whose spans name no source. Never raises.

    Faults: unreadable-yaml (syntax, bytes that are no UTF-8, control characters, nesting deeper than MAX_DEPTH,
    aliases that come to more than MAX_NODES), tab-indentation, duplicate-key, unknown-tag, several-documents.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return Document(None, (_unreadable("the file is UTF-16", 1, 1, "save it as UTF-8"),))
    notes = _Notes(data)
    root = _builder()(data, notes)
    return Document(root, tuple(notes.diagnostics))


class _Stop(Exception):
    """The rest of the file cannot be read; the diagnostic is in the notes."""


class _Notes:
    """What is kept beside the tree while one file is read: anchors, and what is wrong."""

    __slots__ = ("_data", "_weights", "anchors", "diagnostics", "nodes")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._weights: dict[int, int] = {}
        self.anchors: dict[str, Node] = {}
        self.diagnostics: list[Diagnostic] = []
        self.nodes = 0

    def stop(self, problem: str, mark: Any, advice: str) -> _Stop:
        self.diagnostics.append(_unreadable(problem, mark.line + 1, mark.column + 1, advice))
        return _Stop()

    def duplicate(self, key: str, line: int, column: int, first: Node) -> None:
        label = Label(Span("", first[3], first[4], len(key)), "it stands here first, and is lost")
        advice = "keep one of the two: the last one counts"
        self.diagnostics.append(DUPLICATE_KEY.at(Span("", line, column, max(1, len(key))), advice, (label,), key=key))

    def alias(self, event: Any) -> Node:
        name = event.anchor
        if name not in self.anchors:
            raise self.stop(f"nothing before this is named `&{name}`", event.start_mark, _QUOTE)
        node = self.anchors[name]
        self.nodes += self._weight(node)
        if self.nodes > MAX_NODES:
            problem = f"its aliases come to more than {MAX_NODES} nodes"
            raise self.stop(problem, event.start_mark, "write the values out instead of naming them")
        return node

    def _weight(self, node: Node) -> int:
        """How many nodes `node` comes to; nodes that are shared are weighed once."""
        if not isinstance(node, Mapping | Sequence):
            return 1
        known = self._weights.get(id(node))
        if known is None:
            parts = node.entries.values() if isinstance(node, Mapping) else node.items
            known = self._weights[id(node)] = 1 + sum(map(self._weight, parts))
        return known

    def tagged(self, event: Any, kind: str) -> bool:
        """Whether the tag of `event` makes a scalar plain text; a tag without meaning is noted."""
        tag = str(event.tag)
        if tag in _TEXT_TAGS and kind == "scalar":
            return True
        if tag not in _TAGS[kind]:
            shown = tag.replace("tag:yaml.org,2002:", "!!")
            mark = event.start_mark
            span = Span("", mark.line + 1, mark.column + 1, len(shown))
            self.diagnostics.append(UNKNOWN_TAG.at(span, f"take `{shown}` away, or put the value in quotes", tag=shown))
        return False

    def another_document(self, mark: Any) -> None:
        advice = "put it in a file of its own, or take the line `---` away"
        self.diagnostics.append(SEVERAL_DOCUMENTS.at(Span("", mark.line + 1, mark.column + 1, 3), advice))

    def syntax_error(self, error: Any) -> None:
        """Notes an exception of libyaml: a scanner or parser error has a mark, a reader error a byte position."""
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        if mark is not None:
            self.diagnostics.append(_explain(error.problem or "", mark.line + 1, mark.column + 1, self._data))
            return
        before = self._data[: getattr(error, "position", 0) or 0]
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        if "octet" in str(getattr(error, "reason", "")) or "UTF-8" in str(getattr(error, "reason", "")):
            problem, advice = "the bytes here are not UTF-8", "save the file as UTF-8"
        else:
            problem, advice = "a control character", 'take it away, or write it as an escape in quotes: "\\x07"'
        self.diagnostics.append(_unreadable(problem, before.count(b"\n") + 1, column, advice))


_TEXT_TAGS = frozenset(("!", "tag:yaml.org,2002:str", "!str"))
_TAGS = {
    "scalar": frozenset(f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float", "timestamp")),
    "mapping": frozenset(("tag:yaml.org,2002:map", "!")),
    "sequence": frozenset(("tag:yaml.org,2002:seq", "!")),
}
_QUOTE = "if it is a value, put it in quotes"


@cache
def _builder() -> Callable[[bytes, _Notes], Node | None]:
    """The function that reads one file. libyaml is imported here, at first use: a warm start reads no YAML."""
    from _ruamel_yaml import (
        AliasEvent,
        CParser,
        DocumentStartEvent,
        MappingEndEvent,
        MappingStartEvent,
        ScalarEvent,
        SequenceEndEvent,
        StreamEndEvent,
    )
    from _ruamel_yaml import ScannerError as _ScannerError

    errors = _ScannerError.__mro__[-4]  # YAMLError, the base of all that libyaml raises
    make = tuple.__new__

    def build(data: bytes, notes: _Notes) -> Node | None:
        try:
            get = CParser(data).get_event
            get()
            event = get()
            if type(event) is StreamEndEvent:
                return None
            root = node(get(), get, notes, 0, 0, 0)
            get()
            event = get()
            if type(event) is DocumentStartEvent:
                notes.another_document(event.start_mark)
        except _Stop:
            return None
        except errors as error:
            notes.syntax_error(error)
            return None
        return root

    def node(event: Any, get: Any, notes: _Notes, key_line: int, key_column: int, depth: int) -> Node:
        kind = type(event)
        if kind is AliasEvent:
            return _with_key(notes.alias(event), key_line, key_column)
        mark = event.start_mark
        if depth > MAX_DEPTH:
            raise notes.stop(f"more than {MAX_DEPTH} levels, one in the other", mark, "a datastore needs six")
        made: Node
        if kind is ScalarEvent:
            made = scalar(event, notes, key_line, key_column)
        elif kind is MappingStartEvent:
            if not event.implicit:
                notes.tagged(event, "mapping")
            made = mapping(get, notes, (mark.line + 1, mark.column + 1, key_line, key_column), depth)
        else:
            if not event.implicit:
                notes.tagged(event, "sequence")
            items = sequence(get, notes, depth)
            made = make(Sequence, (items, mark.line + 1, mark.column + 1, key_line, key_column))
        if event.anchor is not None:
            notes.anchors[event.anchor] = made
        return made

    def scalar(event: Any, notes: _Notes, key_line: int, key_column: int) -> Scalar:
        """A scalar with an anchor, a tag, or outside a mapping; the others are made in `mapping`."""
        mark = event.start_mark
        raw = event.value
        plain, quoted = event.implicit
        if quoted or (not plain and (notes.tagged(event, "scalar") or event.style)):
            return raw, mark.line + 1, mark.column + 1, key_line, key_column, None
        return text_of(raw), mark.line + 1, mark.column + 1, key_line, key_column, raw

    def sequence(get: Any, notes: _Notes, depth: int) -> list[Node]:
        items = []
        while type(event := get()) is not SequenceEndEvent:
            items.append(node(event, get, notes, 0, 0, depth + 1))
        return items

    def mapping(get: Any, notes: _Notes, place: tuple[int, int, int, int], depth: int) -> Mapping:
        entries: dict[str, Node] = {}
        quoted: tuple[str, ...] = ()
        texts = TEXTS
        while type(event := get()) is not MappingEndEvent:
            mark = event.start_mark
            key_line = mark.line + 1
            key_column = mark.column + 1
            if type(event) is ScalarEvent and event.anchor is None:
                key = event.value
                if not event.implicit[0]:
                    quoted += (key,)
            else:
                key = key_of(event, get, notes, depth)
            if key in entries and key != "<<":
                notes.duplicate(key, key_line, key_column, entries[key])
            event = get()
            if type(event) is ScalarEvent and event.anchor is None:
                mark = event.start_mark
                plain, quotes = event.implicit
                if plain:
                    raw = event.value
                    text = texts[raw] if raw in texts else text_of(raw)
                    entries[key] = (text, mark.line + 1, mark.column + 1, key_line, key_column, raw)
                elif quotes:
                    entries[key] = (event.value, mark.line + 1, mark.column + 1, key_line, key_column, None)
                else:
                    entries[key] = scalar(event, notes, key_line, key_column)
            elif key == "<<":
                merge(entries, node(event, get, notes, key_line, key_column, depth + 1))
            else:
                entries[key] = node(event, get, notes, key_line, key_column, depth + 1)
        return make(Mapping, (entries, *place, quoted))

    def key_of(event: Any, get: Any, notes: _Notes, depth: int) -> str:
        found = node(event, get, notes, 0, 0, depth + 1)
        if isinstance(found, Mapping | Sequence):
            raise notes.stop("a key that is no text", event.start_mark, _QUOTE)
        return found[0] or "" if found[5] is None else found[5]

    def merge(entries: dict[str, Node], other: Node) -> None:
        """`<<`: the reference engine lets what is merged stand in for what stands above it (Psych's order)."""
        if isinstance(other, Mapping):
            entries.update(other.entries)
        elif isinstance(other, Sequence) and all(isinstance(each, Mapping) for each in other.items):
            together: dict[str, Node] = {}
            for each in reversed(other.items):
                together.update(each.entries)  # type: ignore[union-attr]  # all are mappings, see above
            entries.update(together)
        else:
            entries["<<"] = other

    return build


def _with_key(node: Node, line: int, column: int) -> Node:
    if isinstance(node, Mapping | Sequence):
        return node._replace(key_line=line, key_column=column)
    return node[0], node[1], node[2], line, column, node[5]


def _unreadable(problem: str, line: int, column: int, advice: str) -> Diagnostic:
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
    ("found character that cannot start any token", "a value may not begin with this character", _QUOTE),
    (
        "found unknown escape character",
        "an escape that YAML does not know",
        "use '...', or double the backslash",
    ),
    ("found undefined tag handle", "a value that begins with `!`", _QUOTE),
    ("did not find expected whitespace or line break", "a value that begins with `!`, `&` or `*`", _QUOTE),
    ("did not find expected alphabetic or numeric", "a value that begins with `&` or `*`", _QUOTE),
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


def _explain(problem: str, line: int, column: int, data: bytes) -> Diagnostic:
    """The diagnostic for a problem libyaml names, in words of ours where it is a known one."""
    if found := _tab(data, line):
        return TAB_INDENTATION.at(Span("", *found, 1), "indent with two blanks a level")
    for known, ours, advice in _PROBLEMS:
        if known in problem:
            return _unreadable(ours, line, column, advice)
    return _unreadable(problem, line, column, _QUOTE)


def _tab(data: bytes, line: int) -> tuple[int, int] | None:
    """Where a tab indents line `line` or the one before it: libyaml often complains a line late."""
    lines = data.decode("utf-8", "replace").splitlines()
    for number in (line, line - 1):
        if 0 < number <= len(lines) and (indent := re.match(r"[ -]*\t", lines[number - 1])):
            return number, indent.end()
    return None
