"""YAML: one file becomes a surface tree in which every key and every value knows its line and column.

The events come from libyaml, the tree is ours; the plainest files, which are most, are read without it, by
`yaml_plain`. Half of a cold start is spent here, so scalars are plain tuples, positions are read once, and what only
faulty or unusual files need stands apart in `_Notes`. Nothing is raised:
a fault is a diagnostic whose span names no source yet; the loader knows whose bytes they were.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple, TypeAlias

from aelang.diagnostics import Diagnostic, DiagnosticKind, Label, Severity
from aelang.source import Span
from aelang.syntax.psych import TEXTS, text_of
from aelang.syntax.yaml_faults import QUOTE, explain, unreadable
from aelang.syntax.yaml_plain import read_plain

__all__ = ["Document", "Mapping", "Node", "Scalar", "Sequence", "parse_yaml"]

DUPLICATE_KEY = DiagnosticKind("duplicate-key", Severity.ERROR, "the key `{key}` stands here a second time")
UNKNOWN_TAG = DiagnosticKind("unknown-tag", Severity.ERROR, "the tag `{tag}` has no meaning in a datastore")
SEVERAL_DOCUMENTS = DiagnosticKind("several-documents", Severity.WARNING, "a second YAML document: it is never read")

MAX_DEPTH = 100
MAX_DIAGNOSTICS = 100
"""How much is said of one file: who has so many faults has one."""

MAX_NODES = 100_000
"""How many nodes a file may come to once every alias is written out."""

_LARGE = 256 * 1024
"""Bytes; a smaller file has not so many nodes of its own that they would fill the memory."""

Scalar: TypeAlias = tuple[str | None, int, int, int, int, str | None]
"""Text (None for nil), line and column, line and column of its key (0 without), and the plain spelling.

The plain spelling, None for a scalar in quotes or a block, tells `12` from `"12"`. Not a NamedTuple: making
one costs seven times as much, and a domain has fifty thousand.
"""

_NONE: frozenset[str] = frozenset()


class Mapping(NamedTuple):
    """A mapping; of two equal keys the last counts. `quoted` are the keys that stood in quotes."""

    entries: "dict[str, Node]"
    line: int
    column: int
    key_line: int
    key_column: int
    quoted: frozenset[str] = _NONE


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
        return Document(None, (unreadable("the file is UTF-16", 1, 1, "save it as UTF-8"),))
    plain = read_plain(data, Mapping, Sequence)
    if plain is not None:
        return Document(plain, ())
    return parse_with_libyaml(data)


def parse_with_libyaml(data: bytes) -> Document:
    """The same as `parse_yaml` gives, for a file of any form but UTF-16."""
    notes = _Notes(data)
    root = _builder()(data, notes)
    return Document(root, tuple(notes.diagnostics))


class _Stop(Exception):
    """The rest of the file cannot be read; the diagnostic is in the notes."""


class _Notes:
    """What is kept beside the tree while one file is read: anchors, and what is wrong."""

    __slots__ = ("_lines", "_weights", "anchors", "data", "diagnostics", "nodes")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._lines: list[bytes] | None = None
        self._weights: dict[int, int] = {}
        self.anchors: dict[str, Node] = {}
        self.diagnostics: list[Diagnostic] = []
        self.nodes = 0

    def begin_anew(self) -> None:
        """Forgets all that was noted, for a second attempt at the file."""
        self._weights.clear()
        self.anchors.clear()
        self.diagnostics.clear()
        self.nodes = 0

    def stop(self, problem: str, mark: Any, advice: str) -> _Stop:
        self.diagnostics.append(unreadable(problem, mark.line + 1, mark.column + 1, advice))
        return _Stop()

    def duplicate(self, key: str, line: int, column: int, first: Node) -> None:
        label = Label(Span("", first[3], first[4], len(key)), "it stands here first, and is lost")
        advice = "keep one of the two: the last one counts"
        self.diagnostics.append(DUPLICATE_KEY.at(Span("", line, column, max(1, len(key))), advice, (label,), key=key))

    def begin_of_text(self, event: Any) -> tuple[int, int]:
        """Where the text of a scalar that is not plain begins: behind its quote, or on the first line of its block."""
        mark = event.start_mark
        if event.style in ("'", '"'):
            return mark.line + 1, mark.column + 2
        if event.style not in ("|", ">"):
            return mark.line + 1, mark.column + 1
        if self._lines is None:
            self._lines = self.data.split(b"\n")
        for line in range(mark.line + 1, len(self._lines)):
            text = self._lines[line].decode("utf-8", "replace")
            if text.strip():
                return line + 1, len(text) - len(text.lstrip(" ")) + 1
        return mark.line + 1, mark.column + 1

    def alias(self, event: Any) -> Node:
        name = event.anchor
        if name not in self.anchors:
            raise self.stop(f"nothing before this is named `&{name}`", event.start_mark, QUOTE)
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


_TEXT_TAG = "tag:yaml.org,2002:str"
_TEXT_TAGS = frozenset(("!", _TEXT_TAG, "!str"))
_TAGS = {
    "scalar": frozenset(f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float", "timestamp")),
    "mapping": frozenset(("tag:yaml.org,2002:map", "!")),
    "sequence": frozenset(("tag:yaml.org,2002:seq", "!")),
}


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
    from ruamel.yaml.error import YAMLError

    make = tuple.__new__

    def build(data: bytes, notes: _Notes) -> Node | None:
        try:
            if len(data) > _LARGE:
                count(CParser(data).get_event, notes)
            return document(CParser(data).get_event, notes)
        except _Stop:
            return None
        except YAMLError as error:
            if _is_newer_yaml(error, data):
                return build_slowly(data, notes, error)
            notes.diagnostics.append(explain(error, data))
            return None

    def build_slowly(data: bytes, notes: _Notes, first: Exception) -> Node | None:
        from ruamel.yaml import YAML

        notes.begin_anew()
        try:
            return document(iter(YAML(typ="safe", pure=True).parse(data)).__next__, notes)
        except _Stop:
            return None
        except YAMLError:
            notes.diagnostics.append(explain(first, data))
            return None

    def document(get: Any, notes: _Notes) -> Node | None:
        get()
        event = get()
        if type(event) is StreamEndEvent:
            return None
        root = node(get(), get, notes, 0, 0, 0)
        get()
        event = get()
        if type(event) is DocumentStartEvent:
            notes.another_document(event.start_mark)
        return root

    def count(get: Any, notes: _Notes) -> None:
        """Stops where a large file has more nodes than any datastore needs; to build them would fill the memory."""
        seen = depth = 0
        while type(event := get()) is not StreamEndEvent and depth <= MAX_DEPTH:  # what is deeper, `node` does not read
            seen += 1
            depth += _STEPS.get(type(event).__name__, 0)
            if seen > 2 * MAX_NODES:  # keys, values, and the ends of mappings
                advice = "split the file, or take out what is no part of a datastore"
                raise notes.stop(f"more than {MAX_NODES} nodes", event.start_mark, advice)

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
            return raw, *notes.begin_of_text(event), key_line, key_column, None
        return text_of(raw), mark.line + 1, mark.column + 1, key_line, key_column, raw

    def sequence(get: Any, notes: _Notes, depth: int) -> list[Node]:
        items = []
        while type(event := get()) is not SequenceEndEvent:
            items.append(node(event, get, notes, 0, 0, depth + 1))
        return items

    def mapping(get: Any, notes: _Notes, place: tuple[int, int, int, int], depth: int) -> Mapping:
        entries: dict[str, Node] = {}
        quoted: list[str] = []
        texts = TEXTS
        while type(event := get()) is not MappingEndEvent:
            mark = event.start_mark
            key_line = mark.line + 1
            key_column = mark.column + 1
            if type(event) is ScalarEvent and event.anchor is None:
                key = event.value
                if not event.implicit[0]:
                    quoted.append(key)
                merges = key == "<<" and event.tag != _TEXT_TAG
            else:
                key = key_of(event, get, notes, depth)
                merges = key == "<<"
            if key in entries and not merges and len(notes.diagnostics) < MAX_DIAGNOSTICS:
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
                    entries[key] = (event.value, *notes.begin_of_text(event), key_line, key_column, None)
                else:
                    entries[key] = scalar(event, notes, key_line, key_column)
            elif merges:
                merge(entries, node(event, get, notes, key_line, key_column, depth + 1))
            else:
                entries[key] = node(event, get, notes, key_line, key_column, depth + 1)
        return make(Mapping, (entries, *place, frozenset(quoted) if quoted else _NONE))

    def key_of(event: Any, get: Any, notes: _Notes, depth: int) -> str:
        found = node(event, get, notes, 0, 0, depth + 1)
        if isinstance(found, Mapping | Sequence):
            raise notes.stop("a key that is no text", event.start_mark, QUOTE)
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


_STEPS = {"MappingStartEvent": 1, "SequenceStartEvent": 1, "MappingEndEvent": -1, "SequenceEndEvent": -1}


def _with_key(node: Node, line: int, column: int) -> Node:
    if isinstance(node, Mapping | Sequence):
        return node._replace(key_line=line, key_column=column)
    return node[0], node[1], node[2], line, column, node[5]


def _is_newer_yaml(error: Any, data: bytes) -> bool:
    """Whether `error` may only mean that our libyaml is older than Ruby's.

    Since 0.2.1 a colon or question mark may stand in a plain scalar inside brackets: `[http://x]`. Such a file is read
    once more by the parser written in Python, which allows it, and is twenty times slower: so not a large one.
    """
    mark = getattr(error, "problem_mark", None)
    if mark is None or len(data) > _LARGEST_SLOW:
        return False
    return "found unexpected ':'" in error.problem or ("did not find expected ','" in error.problem and b"?" in data)


_LARGEST_SLOW = 256 * 1024
