"""The datastores that a command line names: opened, and told about where they cannot be."""

import os
from typing import TYPE_CHECKING

from aelang.cli.console import Console
from aelang.cli.options import Given, Misused, domain_list
from aelang.names import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aelang.building.progress import Progress
    from aelang.diagnostics import Diagnostic
    from aelang.loader.trees import Tree
    from aelang.project import Compilation


def open_roots(
    given: Given,
    console: Console,
    more: "Sequence[str]" = (),
    progress: "Progress | None" = None,
    *,
    remarks: bool = False,
) -> "Compilation | None":
    """The compilation of the roots of `-d` and `more`, else of what the folder says; long work tells `progress`.
    `remarks`: they will be asked for.

    None where one of them cannot be opened, or has no domain that `--domains` names; that has then been told.
    Raises Misused where one is given twice.
    """
    from aelang.project import ProjectError, open_project

    domains = domain_list(given)
    roots = [*given.many("datastore"), *more]
    _refuse_twice(roots)
    try:
        opened = open_project(
            roots,
            domains=domains,
            references=given.many("reference"),
            remarks=remarks,
            progress=progress,
            profile=given.text("profile"),
        )
    except ProjectError as fault:
        tell_diagnostics(fault.diagnostics, console)
        return None
    return opened if _are_known(domains or (), opened, console) else None


def domains_with_base(given: Given) -> tuple[str, ...] | None:
    """The domains of `--domains`, and below them the base domain, where that is taken along. Raises Misused."""
    from aelang.shipped import BASE_DOMAIN

    domains = domain_list(given)
    return None if domains is None else (*domains, BASE_DOMAIN)


def _refuse_twice(roots: "Sequence[str]") -> None:
    seen: set[str] = set()
    for root in roots:
        key = os.path.realpath(root) if os.path.exists(root) else root
        if key in seen:
            raise Misused(f"`{root}` is given twice: leave one out")
        seen.add(key)


def _are_known(domains: "Sequence[str]", opened: "Compilation", console: Console) -> bool:
    known = [domain.name for domain in opened.image.index.domains]
    unknown = [name for name in domains if fold(name) not in map(fold, known)]
    if unknown:
        from aelang.diagnostics import did_you_mean

        hint = did_you_mean(unknown[0], known) or f"there are: {', '.join(known)}"
        console.error(f"--domains names `{unknown[0]}`, and no root has a domain of that name; {hint}")
    return not unknown


def tell_diagnostics(
    found: "Sequence[Diagnostic]",
    console: Console,
    roots: "Sequence[str]" = (),
    fixable: "Callable[[Diagnostic], bool] | None" = None,
) -> None:
    """Tells `found` on standard error, each with its line of the source, which is a file or lies in one of `roots`;
    of those that are `fixable` it says so."""
    if not found:
        return
    from aelang.diagnostics.text import render

    read_line = lines_of(found, roots)
    console.tell(render(found, read_line, colored=console.error_colored, fixable=fixable) + "\n")


def lines_of(found: "Sequence[Diagnostic]", roots: "Sequence[str]") -> "Callable[[str, int], str | None]":
    """A function from a source's name and a number to the line, for the sources of `found`, as `tell_diagnostics`."""
    from aelang.diagnostics.lines import line_reader

    return line_reader(_Sources(found, roots).read)


class _Sources:
    """The sources of findings: files, or files in the trees `roots`.

    A git tree costs some processes to open and an archive a walk over all its names, so each is opened once and asked
    for several files at a time, those that the next findings are in.
    """

    def __init__(self, found: "Sequence[Diagnostic]", roots: "Sequence[str]") -> None:
        spans = (span for each in found for span in (each.span, *(label.span for label in each.labels)))
        self._wanted = list(dict.fromkeys(span.source for span in spans if span.line))
        self._places = {source: at for at, source in enumerate(self._wanted)}
        self._roots = roots
        self._trees: dict[str, Tree | None] = {}
        self._held: dict[str, bytes] = {}

    def read(self, source: str) -> bytes:
        """The bytes of the source of that name. Raises OSError or LookupError where there are none."""
        if os.path.isfile(source):
            with open(source, "rb") as file:
                return file.read()
        if source not in self._held:
            at = self._places[source]
            self._held = self._fetch(self._wanted[at : at + _SOURCES_AT_ONCE])
        return self._held[source]

    def _fetch(self, sources: "Sequence[str]") -> dict[str, bytes]:
        held: dict[str, bytes] = {}
        for root in self._roots:
            tree = self._tree(root) if any(source.startswith(root) for source in sources) else None
            if tree is None:
                continue
            paths = {source[len(root) :].lstrip(":/"): source for source in sources if source.startswith(root)}
            paths = {path: source for path, source in paths.items() if tree.display(path) == source}
            contents = zip(paths.values(), tree.read(list(paths)), strict=True)
            held.update((source, read) for source, read in contents if isinstance(read, bytes))
        return held

    def _tree(self, root: str) -> "Tree | None":
        from aelang.diagnostics import Diagnostic
        from aelang.loader.trees import open_tree

        if root not in self._trees:
            opened = open_tree(root)
            self._trees[root] = None if isinstance(opened, Diagnostic) else opened
        return self._trees[root]


_SOURCES_AT_ONCE = 20
