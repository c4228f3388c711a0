"""The datastores that a command line names: opened, and told about where they cannot be."""

import os
from typing import TYPE_CHECKING

from aelang.cli.console import Console
from aelang.cli.options import Given, domain_list
from aelang.names import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aelang.diagnostics import Diagnostic
    from aelang.project import Compilation


def open_roots(given: Given, console: Console, more: "Sequence[str]" = ()) -> "Compilation | None":
    """The compilation of the roots of `-d` and `more`, else of what the folder says.

    None where one of them cannot be opened, or has no domain that `--domains` names; that has then been told.
    """
    from aelang.project import ProjectError, open_project

    domains = domain_list(given)
    try:
        opened = open_project([*given.many("datastore"), *more], domains=domains, references=given.many("reference"))
    except ProjectError as fault:
        tell_diagnostics(fault.diagnostics, console)
        return None
    return opened if _are_known(domains or (), opened, console) else None


def _are_known(domains: "Sequence[str]", opened: "Compilation", console: Console) -> bool:
    known = [domain.name for domain in opened.image.index.domains]
    unknown = [name for name in domains if fold(name) not in map(fold, known)]
    if unknown:
        from aelang.diagnostics import did_you_mean

        hint = did_you_mean(unknown[0], known) or f"there are: {', '.join(known)}"
        console.error(f"--domains names `{unknown[0]}`, and no root has a domain of that name; {hint}")
    return not unknown


def tell_diagnostics(found: "Sequence[Diagnostic]", console: Console, roots: "Sequence[str]" = ()) -> None:
    """Tells `found` on standard error, each with its line of the source, which is a file or lies in one of `roots`."""
    if not found:
        return
    from aelang.diagnostics.lines import line_reader
    from aelang.diagnostics.text import render

    read_line = line_reader(lambda source: _read_source(source, roots))
    console.tell(render(found, read_line, colored=console.error_colored) + "\n")


def _read_source(source: str, roots: "Sequence[str]") -> bytes:
    """The bytes of the source of that name: a file, or a file in a git tree or zip export. Raises OSError."""
    from aelang.diagnostics import Diagnostic
    from aelang.loader.trees import open_tree

    if os.path.isfile(source):
        with open(source, "rb") as file:
            return file.read()
    for root in roots:
        tree = open_tree(root) if source.startswith(root) else None
        if tree is None or isinstance(tree, Diagnostic):
            continue
        path = source[len(root) :].lstrip(":/")
        read = tree.read([path]) if tree.display(path) == source else ()
        if read and isinstance(read[0], bytes):
            return read[0]
    raise FileNotFoundError(source)
