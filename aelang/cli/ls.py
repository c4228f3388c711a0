"""`aelang ls [PATH]`: what is in a datastore, name by name, and which domains have it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from aelang.cli.console import Console, printable
from aelang.cli.options import HOW, JSON, WHERE, Argument, Command, Given, Option
from aelang.cli.roots import open_roots

if TYPE_CHECKING:
    from aelang import ir

COMMAND = Command(
    text="""Lists what is directly below PATH: domains (without PATH), namespaces, classes, instances, methods.

A path is read as a run reads it, over all enabled domains; one that begins with a domain is about that domain alone.
The domains that have a name stand beside it, the one that answers first.""",
    arguments=(Argument("path", "[PATH]", required=False, completes="names"),),
    options=(*WHERE, Option(("-r", "--recursive"), "List everything below, at any depth."), JSON, *HOW),
    examples=(
        ("aelang ls", "the domains, highest first"),
        ("aelang ls /", "the namespaces of all enabled domains"),
        ("aelang ls /System/Request", "the instances and methods of a class"),
        ("aelang ls -r /Base --json", "everything in a domain, for a program"),
    ),
)


def execute(given: Given) -> int:
    """Prints the list; 1 where the path names nothing."""
    console = Console(given)
    opened = open_roots(given, console)
    if opened is None:
        return 1
    index = opened.image.index
    path = given.text("path")
    recursive = given.flag("recursive")
    if path is None and not recursive:
        _print(console, given, *_domains(index))
        return 0
    from aelang.analysis.listing import list_below

    found = list_below(index, path or "/", recursive=recursive)
    if found is None:
        return tell_unknown(console, index, path or "/")
    _print(
        console,
        given,
        [{"kind": each.kind, "path": each.path, "domains": each.domains} for each in found],
        [(each.path, each.kind, _overlay(each.domains)) for each in found],
    )
    return 0


def tell_unknown(console: Console, index: "ir.Index", path: str, no: str = "") -> int:
    """Tells that `path` names nothing, and what is near; or, as it is a folder of other things, that it is `no`thing
    that was asked for. The exit code."""
    from aelang.analysis.listing import list_below
    from aelang.analysis.names import nearest_path

    if no and list_below(index, path) is not None:
        console.error(f"`{path or '/'}` is {no}; `aelang ls {path or '/'}` lists what is below it")
        return 1
    hint = nearest_path(index, path) or "`aelang ls -r` lists every path"
    console.error(f"there is nothing at `{path}`; {hint}")
    return 1


Row = tuple[str, str, str]


def _domains(index: "ir.Index") -> tuple[list[dict[str, object]], list[Row]]:
    from aelang.analysis.listing import list_domains
    from aelang.diagnostics.text import counted

    data: list[dict[str, object]] = []
    rows: list[Row] = []
    for entry, counts in list_domains(index):
        data.append({"kind": entry.kind, "path": entry.path, "enabled": entry.enabled, **counts._asdict()})
        said = (counted(counts.classes, "class", "classes"), counted(counts.instances, "instance"),
                counted(counts.methods, "method"))  # fmt: skip
        rows.append((entry.path, "enabled" if entry.enabled else "disabled", ", ".join(said)))
    return data, rows


def _overlay(domains: tuple[str, ...]) -> str:
    first, *hidden = domains
    return f"{first} (over {', '.join(hidden)})" if hidden else first


def _print(console: Console, given: Given, data: Iterable[dict[str, object]], rows: list[Row]) -> None:
    if given.flag("json"):
        import json

        console.result(json.dumps(list(data), ensure_ascii=False, indent=2))
        return
    paths = max((len(path) for path, _, _ in rows), default=0)
    kinds = max((len(kind) for _, kind, _ in rows), default=0)
    for path, kind, said in rows:
        console.result(printable(f"{path.ljust(paths)}  {kind.ljust(kinds)}  {said}"))
