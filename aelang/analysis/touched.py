"""Touched: the instances and methods that two states of a datastore have differently, each where it still is.

Classes are compared as they take effect, wherever their words stand: what an ancestor says is in them, and what only
moved in its file is not told. An instance that another domain has taken over is told in both.
"""

from collections.abc import Iterator
from typing import NamedTuple

from aelang import ir
from aelang.analysis.impact import CLASS, INSTANCE, METHOD, Thing, path_of
from aelang.analysis.reaching import Node, Point
from aelang.names import fold


class Touched(NamedTuple):
    """What is different: things to be looked for in the state before, where they are gone, and in the one after."""

    gone: tuple[Thing, ...]
    now: tuple[Thing, ...]


def touched(before: ir.Image, after: ir.Image) -> Touched:
    """What `after` has otherwise than `before`, or no longer."""
    gone: list[Thing] = []
    now: list[Thing] = []
    paths = dict.fromkeys(fold(entry.path) for index in (after.index, before.index) for entry in index)
    for path in paths:
        old, new = before.class_at(path), after.class_at(path)
        if old is not None and new is not None and old == new:
            continue
        for node, is_gone in _different(path, old, new):
            (gone if is_gone else now).append(_thing(node, before.index if is_gone else after.index))
    return Touched(tuple(gone), tuple(now))


def _thing(node: Node, index: ir.Index) -> Thing:
    if node.is_method:
        return Thing(METHOD, path_of(node, index), (Point(node),))
    return Thing(INSTANCE if node.name else CLASS, path_of(node, index), (Point(node, reads=True),))


def _different(path: str, old: ir.Class | None, new: ir.Class | None) -> Iterator[tuple[Node, bool]]:
    """The instances and methods of one class that differ, and whether they are gone."""
    was, now = _instances(old), _instances(new)
    for name in dict.fromkeys((*was, *now)):
        if was.get(name) != now.get(name):
            yield Node(path, name), name not in now
    methods_then, methods_now = _methods(old), _methods(new)
    for name in dict.fromkeys((*methods_then, *methods_now)):
        if methods_then.get(name) != methods_now.get(name):
            yield Node(path, name, True), name not in methods_now


def _instances(klass: ir.Class | None) -> dict[str, object]:
    """What each instance does, without places; the class alone is the one without a name."""
    if klass is None:
        return {}
    common = [field._replace(place=_NOWHERE) for field in klass.fields]
    found: dict[str, object] = {"": (common, klass.ancestors, klass.fault)}
    for name, instance in klass.instances.items():
        own = {at: field._replace(place=_NOWHERE) for at, field in instance.fields.items()}
        fields = [own.get(at, field) for at, field in enumerate(common)]
        found[name] = (instance.name, fields, klass.ancestors, klass.fault, instance.fault)
    return found


def _methods(klass: ir.Class | None) -> dict[str, object]:
    return {} if klass is None else {name: each._replace(place=_NOWHERE) for name, each in klass.methods.items()}


_NOWHERE = (0, 0, 0)
