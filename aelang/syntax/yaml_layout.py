"""The layout of a YAML file: its nodes as they are written, with the comments and blank lines between them.

For those who write a file anew and keep what people put into it. `parse_yaml` says what a file means, and what is
wrong with it; what it can read is read here too, but for a few things that no datastore needs (see `Unlaid`).
"""

from collections.abc import Iterator
from typing import Any, NamedTuple, TypeAlias

__all__ = ["Layout", "ListNode", "MapNode", "Node", "ScalarNode", "Unlaid", "read_layout"]


class Unlaid(Exception):
    """The file holds something whose layout is not understood: an anchor, a tag ... The text says what."""


class ScalarNode(NamedTuple):
    """A scalar: its text, whether it is read as a plain one, and its first and last line, counted from 0."""

    text: str
    is_plain: bool
    line: int
    end: int


class MapNode(NamedTuple):
    """A mapping: keys and values in the order of the file."""

    pairs: "tuple[tuple[ScalarNode, Node], ...]"
    line: int


class ListNode(NamedTuple):
    """A list of nodes."""

    items: "tuple[Node, ...]"
    line: int


Node: TypeAlias = ScalarNode | MapNode | ListNode


class Layout(NamedTuple):
    """The tree of a file, None where it is empty. `own` are the lines that hold a comment alone or nothing, with their
    indentation; `behind` the comments at the end of other lines; `start` is the line of `---`, -1 without."""

    root: Node | None
    own: dict[int, str]
    behind: dict[int, str]
    start: int


def read_layout(text: str) -> Layout:
    """The layout of the YAML file with the content `text`, whose lines end in `\\n` and which `parse_yaml` can read.

    Raises Unlaid.
    """
    reader = _Reader(text)
    start = -1
    root: Node | None = None
    for event in reader.events:
        kind = type(event).__name__
        if kind == "DocumentStartEvent":
            if root is not None:
                raise Unlaid("it holds a second document")
            if event.version or event.tags:
                raise Unlaid("it begins with a directive")
            start = event.start_mark.line if event.explicit else -1
            root = reader.node(next(reader.events))
        elif kind == "DocumentEndEvent" and event.explicit:
            raise Unlaid("it ends with `...`")
    return Layout(root, *_comments(text, reader.spans), start)


def _events(text: str) -> list[Any]:
    """The events of `text`; by the slow parser where only that one knows a newer form of YAML."""
    from _ruamel_yaml import CParser
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return list(iter(CParser(text).get_event, None))
    except YAMLError:
        try:
            return list(YAML(typ="safe", pure=True).parse(text))
        except (YAMLError, RecursionError) as fault:
            raise Unlaid("it cannot be read a second time") from fault


class _Reader:
    """The events of a file becoming a tree; `spans` are the stretches of its scalars, in the order of the file."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.events: Iterator[Any] = iter(_events(text))  # Any: events of an untyped package
        self.spans: list[tuple[int, int]] = []

    def node(self, event: Any) -> Node:
        kind = type(event).__name__
        if kind == "AliasEvent" or event.anchor:
            raise Unlaid("it names a value with `&` or `*`")
        if event.tag and str(event.tag) not in _USELESS_TAGS:
            raise Unlaid(f"it has the tag `{event.tag}`")
        if kind == "ScalarEvent":
            return self.scalar(event)
        return self.mapping(event) if kind == "MappingStartEvent" else self.sequence(event)

    def scalar(self, event: Any) -> ScalarNode:
        start, end = event.start_mark, event.end_mark
        first, last = start.index, end.index
        if event.style in ("|", ">"):
            first = self.text.find("\n", start.index)
            if not event.value.endswith("\n\n"):  # blank lines below are not part of it
                last = first + len(self.text[first:last].rstrip(_BLANK + "\n"))
        self.spans.append((first, max(first, last)))
        below = end.line - 1 if end.column == 0 and end.line > start.line else end.line
        return ScalarNode(event.value, bool(event.implicit[0]), start.line, below)

    def mapping(self, event: Any) -> MapNode:
        pairs: list[tuple[ScalarNode, Node]] = []
        while type(following := next(self.events)).__name__ != "MappingEndEvent":
            key = self.node(following)
            if not isinstance(key, ScalarNode) or (key.text == "<<" and key.is_plain):
                raise Unlaid("it merges a mapping into another with `<<`")
            pairs.append((key, self.node(next(self.events))))
        return MapNode(tuple(pairs), event.start_mark.line)

    def sequence(self, event: Any) -> ListNode:
        items: list[Node] = []
        while type(following := next(self.events)).__name__ != "SequenceEndEvent":
            items.append(self.node(following))
        return ListNode(tuple(items), event.start_mark.line)


_BLANK = " \t"  # other characters that look blank are text like any other
_USELESS_TAGS = ("!", "tag:yaml.org,2002:str")


def _comments(text: str, spans: list[tuple[int, int]]) -> tuple[dict[int, str], dict[int, str]]:
    """The comments of `text` outside of `spans`, by line: those alone on theirs with their indentation, the others."""
    own: dict[int, str] = {}
    behind: dict[int, str] = {}
    inside = iter(spans)
    span = next(inside, None)
    at = 0
    for number, line in enumerate(text.split("\n")):
        while span is not None and span[1] <= at:
            span = next(inside, None)
        if span is None or span[0] >= at or span[1] <= at:
            if not line.strip(_BLANK):
                own[number] = ""
            elif line.lstrip(_BLANK)[0] == "#":
                own[number] = line.rstrip()
        if number not in own and (found := _behind(line, at, spans)):
            behind[number] = found
        at += len(line) + 1
    return own, behind


def _behind(line: str, at: int, spans: list[tuple[int, int]]) -> str:
    """The comment at the end of `line`, which begins at `at`: behind a blank, and in no scalar."""
    if "#" not in line:
        return ""
    for place, char in enumerate(line):
        if char == "#" and place and line[place - 1] in " \t" and not any(s <= at + place < e for s, e in spans):
            return line[place:].rstrip()
    return ""
