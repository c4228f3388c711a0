"""Reads: what a word reads of other objects and of the datastore: its references, and the sides of its collects."""

from collections.abc import Iterator
from typing import NamedTuple

from aelang import ir, model
from aelang.compiler.lower_references import reference_part
from aelang.names import is_blank
from aelang.names.calls import Attribute
from aelang.rules.outline import CHILD
from aelang.rules.said import Said
from aelang.syntax.templates import find_references, may_have_references


class Read(NamedTuple):
    """What is read, the text in which that stands, and where in it."""

    part: ir.Lookup | ir.InstanceLookup
    text: model.Text
    at: int
    length: int


def reads_of(said: Said) -> Iterator[Read]:
    """What `said` reads, but for attributes of the root and of objects that are named by their distance."""
    for key, text in said.attributes.items():
        if text.value is None:
            continue
        if may_have_references(text.value):
            if key in _SUBSTITUTED or (key == said.main and _is_substituted(said)):
                yield from _references(text)
        elif key == "collect" and not is_blank(text.value):
            yield from _collects(said.node, text)


_SUBSTITUTED = frozenset(("on_entry", "on_exit", "on_error", "undo", "condition"))


def _is_substituted(said: Said) -> bool:
    """Whether the references in the value of `said` are looked up."""
    match said.node:
        case None | ir.AttributeField():
            return not isinstance(said.text, str)
        case ir.AssertionField(tests=tests):
            return any(not isinstance(test.text, str) for test in tests)
        case _ as node:
            return node.action is not None and not isinstance(node.action.text, str)


def _references(text: model.Text) -> Iterator[Read]:
    for found in find_references(text.value or ""):
        if found.inner.startswith(("/#", "!")):
            continue
        part = reference_part(found.inner)
        if isinstance(part, ir.InstanceLookup) or (isinstance(part, ir.Lookup) and _is_named(part.object)):
            yield Read(part, text, found.start, found.end - found.start)


def _is_named(path: str) -> bool:
    """Whether the object at `path` is known by its class, or is the one in hand."""
    return path in ("", ".") or path.strip("./") != ""


def _collects(node: ir.Field | None, text: model.Text) -> Iterator[Read]:
    """The attributes that a collect reads of where it collects from, and the objects by name on its left sides."""
    if not isinstance(node, ir.AttributeField | ir.RelationshipField | ir.StateField):
        return
    origin = "" if isinstance(node, ir.AttributeField) else CHILD
    for collect in node.collect:
        if isinstance(collect, ir.Faulty):
            continue
        path = (collect.left or "").rpartition("/")[0]
        names = [(origin, name) for name in _names(collect)]
        for object_path, name in [(path, ""), *names] if path.strip("./") else names:
            at = (text.value or "").find(name or path)
            yield Read(ir.Lookup(object_path, name), text, max(0, at), len(name or path))


def _names(collect: ir.CollectList | ir.CollectHash | ir.CollectValue) -> list[str]:
    match collect:
        case ir.CollectList(elements=elements):
            return [each.name for each in elements if isinstance(each, Attribute)]
        case ir.CollectHash(pairs=pairs):
            return [name for _, name in pairs]
        case ir.CollectValue(name=name):
            return [name]
