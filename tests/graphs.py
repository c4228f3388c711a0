"""Diagrams: a strict reader of the Mermaid that is written, and every diagram of a datastore."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from aelang import ir
from aelang.analysis.edges import CALL, FIXED, PATTERN, Use
from aelang.analysis.graphs import shapes
from aelang.analysis.graphs.machine import machine_of
from aelang.analysis.graphs.reached import reached_from
from aelang.analysis.graphs.shapes import Arrow, Diagram
from aelang.analysis.graphs.subjects import Subject
from aelang.analysis.reaching import Node
from aelang.code.paths import HOLE
from aelang.names import fold

_TEXT = r'"((?:[^"#%`<>|\\:]|#\d+;|</?[bi]>|<br/>|: )*)"'
_OPEN, _CLOSE = r"\(\[|\(\(|\(|\[\[|\[|\{\{", r"\]\)|\)\)|\)|\]\]|\]|\}\}"
_NODE = re.compile(rf"  n(\d+)(?:{_OPEN}){_TEXT}(?:{_CLOSE})")
_EDGE = re.compile(rf"  n(\d+) (-->|-\.->)(?:\|{_TEXT}\|)? n(\d+)")
_OTHERS = re.compile(
    r"flowchart (?:TD|LR)|  accTitle: (?! )[^\n\"#;%{}<>`|]+|  classDef look\d+ fill:#\w{6},stroke:#\w{6},color:#\w{6}"
    r"|  class n\d+(?:,n\d+)* look\d+"
)


class Drawn(NamedTuple):
    """What a flowchart shows: texts of its boxes, and its arrows with what stands beside them."""

    boxes: tuple[str, ...]
    arrows: tuple[tuple[int, int, str, bool], ...]


def read_mermaid(text: str) -> Drawn:
    """What the flowchart `text` shows. Fails where a line is none of those that are written."""
    boxes: list[str] = []
    arrows: list[tuple[int, int, str, bool]] = []
    for line in text.removesuffix("\n").split("\n"):
        if found := _NODE.fullmatch(line):
            assert len(boxes) == int(found[1])
            boxes.append(plain(found[2]))
        elif found := _EDGE.fullmatch(line):
            arrows.append((int(found[1]), int(found[4]), plain(found[3] or ""), found[2] == "-.->"))
        else:
            assert _OTHERS.fullmatch(line), line
    return Drawn(tuple(boxes), tuple(arrows))


def plain(label: str) -> str:
    """A label as it is seen, on one line."""
    label = re.sub(r"</?[bi]>", "", label).replace("<br/>", " ")
    return re.sub(r"#(\d+);", lambda found: chr(int(found[1])), label)


def diagrams_of(image: ir.Image) -> Iterator[Diagram]:
    """The machine, where it is one, and what is reached, of every class, instance and method, by every message."""
    for entry in image.index:
        klass = image.class_at(entry.path)
        assert klass is not None
        sent = dict.fromkeys(("create", *(each for field in klass.fields for each in field.messages if each != "*")))
        for name in ("", *entry.instances):
            for message in sent:
                subject = Subject(Node(fold(entry.path), name), message)
                machine = machine_of(image, subject)
                yield from (machine,) if machine is not None else ()
                yield reached_from(image, subject)
        for name in entry.methods:
            yield reached_from(image, Subject(Node(fold(entry.path), name, True), "create"))


def strangers(diagram: Diagram, uses: frozenset[tuple[str, Use]]) -> list[Arrow]:
    """The arrows of what is reached that are no edge of the datastore; `uses` are its edges with their classes."""
    ends = {(_begin(klass, use), use.shown, _end(use)) for klass, use in uses}
    methods = {box.key for box in diagram.boxes if box.kind == shapes.METHOD}
    begins = {box.key: box.key if box.key in methods else box.key.rpartition("/")[0] for box in diagram.boxes}
    return [
        arrow
        for arrow in diagram.arrows
        if arrow.kind != shapes.FITS and (begins[arrow.begin], arrow.text, arrow.end) not in ends
    ]


def _begin(klass: str, use: Use) -> str:
    return f"{klass}.{use.speaker}" if use.is_method else klass


def _end(use: Use) -> str:
    if HOLE in use.target or use.end == PATTERN:
        return f"like {use.shown}"
    assert use.end in (FIXED, CALL)
    klass, _, name = use.target.rpartition("/")
    return f"{klass}.{name}" if use.end == CALL else use.target
