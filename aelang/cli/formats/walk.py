"""The objects of a workspace in the order in which people read them: each before its children, without recursion."""

from collections.abc import Iterator
from typing import NamedTuple

from aelang.interpreter.workspace import Workspace, WorkspaceObject


class Visit(NamedTuple):
    """An object on the way: how deep it lies, which relationship led to it (blank at a root, and where a method asked
    for it), and whether it was dropped."""

    obj: WorkspaceObject
    depth: int
    field: str
    dropped: bool


def walk(workspace: Workspace) -> Iterator[Visit]:
    """Every object from every root down. A dropped object is met below its parent, without what was below it."""
    alive = set(map(id, workspace.nodes))
    waiting = [Visit(root, 0, "", False) for root in reversed(workspace.roots)]
    while waiting:
        visit = waiting.pop()
        yield visit
        if not visit.dropped:
            fields = _fields_of_children(visit.obj)
            waiting.extend(
                Visit(child, visit.depth + 1, fields.get(id(child), ""), id(child) not in alive)
                for child in reversed(visit.obj.children)
            )


def _fields_of_children(obj: WorkspaceObject) -> dict[int, str]:
    fields: dict[int, str] = {}
    for field, led_to in obj.relationships.items():
        for child in led_to if isinstance(led_to, list | tuple) else (led_to,):
            fields[id(child)] = field
    return fields
