"""Paths: `/Ns/Class/instance` taken apart and put together (ENGINE-FACTS 2.4, 2.7)."""

from collections.abc import Sequence
from typing import NamedTuple


class InstancePath(NamedTuple):
    """A path in its parts. `namespace` is `a/b` or empty; `instance` is None in `/Ns/Class/`."""

    namespace: str
    klass: str | None
    instance: str | None
    attribute: str | None = None


def split_path(path: str, *, with_instance: bool = True, with_attribute: bool = False) -> InstancePath:
    """The parts of `path`, taken from its end: attribute, instance, class; the rest is the namespace.

    A trailing slash means "no instance".
    """
    parts = path.split("/")
    while parts and not parts[-1]:
        parts.pop()
    if with_instance and path.endswith("/"):
        parts.append("")
    if path.startswith("/") and parts:
        del parts[0]
    attribute = _last(parts) if with_attribute else None
    instance = _last(parts) if with_instance else None
    klass = _last(parts)
    return InstancePath("/".join(parts), klass, instance, attribute)


def _last(parts: list[str]) -> str | None:
    return (parts.pop() or None) if parts else None


def join_path(namespace: str | None, klass: str | None, instance: str | None) -> str:
    """`/namespace/class/instance`; the slashes stay where a part is absent, unless all are."""
    if not (namespace or klass or instance):
        return ""
    return f"/{namespace or ''}/{klass or ''}/{instance or ''}"


def is_wildcard(path: str) -> bool:
    """Whether a relationship with this path leads to all that match: its end counts (ENGINE-FACTS 3.6)."""
    return path.endswith("*")


def fits(path: str, pieces: Sequence[str]) -> bool:
    """Whether `path` has all `pieces` in their order, the first at its start and the last at its end.

    Some hundred patterns are each tried once: to make regular expressions of them takes longer than this.
    """
    if len(pieces) == 1:
        return path == pieces[0]
    first, *inner, last = pieces
    if len(path) < len(first) + len(last) or not (path.startswith(first) and path.endswith(last)):
        return False
    at, end = len(first), len(path) - len(last)
    for piece in inner:
        at = path.find(piece, at, end)
        if at < 0:
            return False
        at += len(piece)
    return True
