"""Names by their beginning, a level at a time, as a shell completes paths; and the name nearest to a wrong one."""

from collections.abc import Iterator

from aelang import ir
from aelang.diagnostics import nearest
from aelang.names import fold


def domains_beginning(index: ir.Index, beginning: str) -> list[str]:
    """The domains whose name begins with `beginning`, highest first."""
    return [domain.name for domain in index.domains if fold(domain.name).startswith(fold(beginning))]


def paths_beginning(index: ir.Index, beginning: str) -> list[str]:
    """The paths that continue `beginning` up to the next slash, sorted; those of namespaces and classes end with one.

    Paths are given with their domain and, for enabled domains, without it. What was typed keeps its leading slash or
    the lack of it; names come in their own case.
    """
    slash = "/" if beginning.startswith("/") or not beginning else ""
    typed = fold(beginning.lstrip("/"))
    depth = typed.count("/")
    found = {_upto(path, depth) for path in _paths(index) if fold(path).startswith(typed)}
    return sorted(slash + path for path in found if fold(path) != typed or not path.endswith("/"))


def nearest_path(index: ir.Index, path: str) -> str:
    """A hint that names the path nearest to `path`, with or without domain as it was asked; empty without one.

    Another name beside it is preferred, then the same or a similar name in the nearest class, then the nearest class.
    """
    asked = "/" + path.strip("/")
    found = _beside(index, asked) or _in_nearest_class(index, asked) or nearest(asked, _classes(index))
    return "" if found is None or found == asked else f"did you mean `{found}`?"


def _beside(index: ir.Index, asked: str) -> str | None:
    folder, _, _ = asked.rpartition("/")
    names = {path.rstrip("/") for path in paths_beginning(index, folder + "/")}
    return nearest(asked, names)


def _in_nearest_class(index: ir.Index, asked: str) -> str | None:
    klass, _, name = asked.rpartition("/")
    near = nearest(klass, _classes(index))
    return None if near is None else _beside(index, f"{near}/{name}")


def _classes(index: ir.Index) -> list[str]:
    return ["/" + path.rstrip("/") for path in _paths(index) if path.endswith("/")]


def _paths(index: ir.Index) -> Iterator[str]:
    """Every class, with a slash behind it, and every instance: by full path, and without domain if that is enabled."""
    enabled = {fold(domain.name) for domain in index.domains if domain.enabled}
    for entry in index:
        domain, _, relative = entry.path.partition("/")
        paths = (entry.path, relative) if fold(domain) in enabled else (entry.path,)
        for path in paths:
            yield path + "/"
            yield from (f"{path}/{name}" for name in entry.instances.values())


def _upto(path: str, depth: int) -> str:
    parts = path.split("/")
    return path if len(parts) <= depth + 1 else "/".join(parts[: depth + 1]) + "/"
