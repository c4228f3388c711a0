"""Relationships: a target is followed, and the field's collects take from where it led (ENGINE-FACTS part 6)."""

from collections.abc import Callable
from typing import TypeAlias

from aelang import ir
from aelang.interpreter.collect import Gather, collector
from aelang.interpreter.instantiate import instantiate
from aelang.interpreter.runtime import Prepared, rejoin, split
from aelang.interpreter.states import FollowText
from aelang.interpreter.substitution import text_reader
from aelang.interpreter.trace import Followed, Following
from aelang.interpreter.values import sanitize, to_text
from aelang.interpreter.workspace import Workspace, WorkspaceObject
from aelang.names import Uri, is_off, is_wildcard, join_uri

Follow: TypeAlias = Callable[[Workspace, WorkspaceObject], object]
"""Follows for the given object: what it led to, a list for a wildcard, None where nothing was found or followed."""


def follower(action: ir.Action, field: str, collects: tuple[ir.Collect, ...], message: str) -> Follow:
    """What follows the target of `action` under `message`."""
    gathers = [collector(collect, field) for collect in collects]
    if isinstance(action.meaning, ir.Target):
        target = action.meaning
        uri = rejoin(Uri(target.scheme, target.path, None, target.query, target.fragment), message)
        if "*" not in uri:
            return _fixed_follower(uri, field, gathers)
    read = text_reader(action.text)
    follow = text_follower(field, gathers, message)
    return lambda workspace, obj: follow(workspace, obj, to_text(read(workspace)))


def state_follower(field: ir.StateField, message: str) -> FollowText:
    """What follows the target of a state's main part, whose text has been read already."""
    if field.action is not None and isinstance(field.action.meaning, ir.Target):
        follow = follower(field.action, field.name, field.collect, message)
        return lambda workspace, obj, text: follow(workspace, obj)
    return text_follower(field.name, [collector(each, field.name) for each in field.collect], message)


def _fixed_follower(uri: str, field: str, gathers: list[Gather]) -> Follow:
    shown = sanitize(uri)
    prepared: Prepared | None = None

    def follow(workspace: Workspace, obj: WorkspaceObject) -> object:
        nonlocal prepared
        depth = len(workspace.stack)
        workspace.emit(Following(depth, shown, field))
        if prepared is None:
            prepared = workspace.runtime.prepare(uri)
        led_to = instantiate(workspace, prepared, obj)
        _arrive(workspace, obj, field, gathers, led_to)
        workspace.emit(Followed(depth, shown, field))
        return led_to

    return follow


def text_follower(field: str, gathers: list[Gather], message: str) -> FollowText:
    """What follows a target that is known only when the run gets there."""

    def follow(workspace: Workspace, obj: WorkspaceObject, text: str) -> object:
        if is_off(text):
            return None
        uri = rejoin(split(text, "miqaedb"), message)
        shown, depth = sanitize(uri), len(workspace.stack)
        workspace.emit(Following(depth, shown, field))
        led_to: object
        if "*" in uri:
            led_to = [instantiate(workspace, workspace.runtime.prepare(each), obj) for each in expand(workspace, uri)]
        else:
            led_to = instantiate(workspace, workspace.runtime.prepare(uri), obj)
        _arrive(workspace, obj, field, gathers, led_to)
        workspace.emit(Followed(depth, shown, field))
        return led_to

    return follow


def _arrive(workspace: Workspace, obj: WorkspaceObject, field: str, gathers: list[Gather], led_to: object) -> None:
    """Collects from where `field` of `obj` led, and keeps that for whoever asks for the children of the field."""
    if led_to is not None:
        for gather in gathers:
            gather(workspace, obj, led_to)
    obj.relationships[field] = led_to


def expand(workspace: Workspace, text: str) -> list[str]:
    """The targets that a target with `*` stands for: sorted as text, all of one domain (ENGINE-FACTS 3.6).

    Only a `*` at the end of the path expands.
    """
    uri = split(text, "miqaedb")
    if uri.path is None or not is_wildcard(uri.path):
        return [text]
    found = workspace.runtime.image.index.instances_matching(uri.path[1:-1])
    return sorted(join_uri(uri._replace(path=path)) for path in found)
