"""Subjects: what a path asks to be drawn, and what is said of it in the image."""

from typing import NamedTuple

from aelang import ir
from aelang.analysis.edges import written
from aelang.analysis.graphs.shapes import CLASS, INSTANCE, MACHINE, METHOD, Link, Row
from aelang.analysis.impact import method_thing, path_of
from aelang.analysis.lookup import find_class, find_instance
from aelang.analysis.reaching import Node, answers
from aelang.interpreter.answering import effective_fields
from aelang.names import MISSING_INSTANCE, fold
from aelang.source import Span


class Subject(NamedTuple):
    """What is to be drawn: an instance, a class (no name) or a method, and the message that it gets."""

    node: Node
    message: str


def find_subject(image: ir.Image, path: str) -> Subject | None:
    """What `path` names, with `#message` behind it or `create`: an instance, one for which `.missing` answers, a class
    (with a slash at its end where an instance has its path), or a method `/Ns/Class.method`. None where it is nothing.
    """
    path, _, message = path.partition("#")
    node = _node(image.index, path.partition("?")[0])
    return None if node is None else Subject(node, fold(message) or "create")


def _node(index: ir.Index, path: str) -> Node | None:
    found = None if path.endswith("/") else find_instance(index, path)
    if found is not None and fold(found[1]) in found[0].instances:
        return Node(fold(found[0].path), fold(found[1]))
    klass = find_class(index, path)
    if klass is not None:
        return Node(fold(klass[0].path), "")
    method = method_thing(index, path)
    if method is not None:
        return method.points[0].node
    return None if found is None else Node(fold(found[0].path), MISSING_INSTANCE)


def fields_of(klass: ir.Class, name: str, message: str) -> tuple[ir.Field, ...]:
    """The fields of the instance with the folded `name`, of the class where that is blank, that answer `message`."""
    fields = effective_fields(klass, name if name in klass.instances else None)
    return tuple(field for field in fields if answers(field.messages, message))


def guard_rows(fields: tuple[ir.Field, ...]) -> tuple[Row, ...]:
    """The assertions among `fields`, which may keep the object from being processed."""
    return tuple(
        Row("only if", " || ".join(written(test.text).strip() for test in field.tests))
        for field in fields
        if isinstance(field, ir.AssertionField) and field.tests and field.tests[0].meaning != _ALWAYS
    )


_ALWAYS = ir.Literal(True)
"""What an assertion means that is there for others to be put in its place."""


def link_of(node: Node, image: ir.Image) -> Link:
    """The link to `node`, which is in the image."""
    entry = image.index.class_at(node.klass)
    path = path_of(node, image.index)
    if entry is None:
        return Link(METHOD if node.is_method else INSTANCE, path, path)
    if node.is_method:
        return Link(METHOD, path, f"/{entry.path}.{entry.methods.get(node.name, node.name)}")
    klass = image.class_at(entry.path)
    kind = CLASS if not node.name else MACHINE if klass is not None and klass.is_state_machine else INSTANCE
    return Link(kind, path, f"/{entry.path}/{entry.instances.get(node.name, node.name)}")


def span_of(node: Node, image: ir.Image) -> Span | None:
    """Where `node` stands; None for a class alone."""
    klass = image.class_at(node.klass)
    if klass is None:
        return None
    said = klass.methods.get(node.name) if node.is_method else klass.instances.get(node.name)
    return None if said is None else place_in(klass, said.place)


def place_in(klass: ir.Class, place: ir.Place) -> Span | None:
    """The `place` of a node of `klass`."""
    source, line, column = place
    return Span(klass.sources[source], line, column) if source < len(klass.sources) else None
