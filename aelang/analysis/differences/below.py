"""Below: the changes at one path, of a namespace, class, instance, method or field."""

from collections.abc import Iterable, Iterator

from aelang import ir
from aelang.analysis.differences.groups import Change
from aelang.analysis.listing import list_below, scope_of
from aelang.names import fold


def is_at(index: ir.Index, path: str) -> bool:
    """Whether `index` has something at `path`, or a class that `path` may be a field of."""
    return list_below(index, path) is not None or (
        "/" in path.strip("/") and index.layers(scope_of(index, path.rpartition("/")[0]).relative) != ()
    )


def only_below(changes: Iterable[Change], path: str) -> Iterator[Change]:
    """Those of `changes` that are at or below `path`, with or without domain."""
    wanted = fold(path.strip("/"))
    for change in changes:
        if any(_is_below(each, wanted) for each in _paths(change)):
            yield change


def _paths(change: Change) -> Iterator[str]:
    """What `change` is about: its place, what it names there, the instances."""
    place = fold(change.where)
    for each in (place, place.partition("/")[2]):
        yield each
        yield from (f"{each}/{fold(name)}" for name in (*change.instances, *change.takers))
        _, quote, name = change.what.partition("`")
        if quote:
            yield f"{each}/{fold(name.partition('`')[0])}"


def _is_below(path: str, wanted: str) -> bool:
    return path == wanted or path.startswith(wanted + "/")
