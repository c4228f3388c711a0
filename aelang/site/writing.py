"""Writing: each thing of a datastore becomes its page, and what can be found of it goes to the search."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from aelang.analysis.edges import kept_edges
from aelang.analysis.reaching import Graph
from aelang.building.progress import Meter, Progress
from aelang.names import fold
from aelang.site.addresses import SCRIPT, SEARCH, STYLE, field_anchor
from aelang.site.book import Book
from aelang.site.lists import findings_page, list_pages, overview_page
from aelang.site.search import Catalog, Found
from aelang.site.shell import Page, render
from aelang.site.things import Thing

if TYPE_CHECKING:
    from aelang.diagnostics import Diagnostic
    from aelang.project import Compilation
    from aelang.site.folder import Folder


def write(
    opened: "Compilation",
    found: "Sequence[Diagnostic]",
    folder: "Folder",
    title: str,
    progress: Progress | None,
) -> int:
    """Writes all files of the site, and gives the number of its pages. Raises as `write_site`."""
    book = Book(opened, title, Graph(kept_edges(opened), opened.image.index), found)
    writer = _Writer(book, folder)
    for name in (STYLE, SCRIPT):
        folder.write(name, _shipped(name))
    meter = Meter(progress)
    meter.begin(len(book.index), "writing pages")
    for number, entry in enumerate(meter.counted(sorted(book.index, key=lambda each: fold(each.path))), 1):
        thing = Thing(book, entry)
        for page in thing.pages():
            writer.add(page, _fields(thing) if page.kind == "Class" else ())
        if number % _HELD == 0:
            opened.forget()
    for page in list_pages(book):
        writer.add(page)
    folder.write(SEARCH, writer.catalog.script())
    for page in (findings_page(book), overview_page(book)):
        writer.write(page)
    meter.end()
    return writer.count


_HELD = 500
"""So many classes, with those that they lead to, are in memory; to begin anew costs a walk over all names."""


class _Writer:
    """Writes pages, and notes what can be found on them."""

    def __init__(self, book: Book, folder: "Folder") -> None:
        self.count = 0
        self.catalog = Catalog()
        self._book = book
        self._folder = folder

    def add(self, page: Page, fields: Sequence[tuple[str, str, str]] = ()) -> None:
        """Writes `page`, of which one may look for the `fields`."""
        self.write(page)
        way = "/".join(name for name, _ in page.way)
        self.catalog.add(Found(page.kind.lower() or "page", page.name, way, page.file, fields))

    def write(self, page: Page) -> None:
        """Writes `page`."""
        self._folder.write(page.file, render(self._book, page))
        self.count += 1


def _fields(thing: Thing) -> list[tuple[str, str, str]]:
    """The fields that a class itself declares, for the search."""
    return [(each.kind, each.name, field_anchor(each.name)) for each in thing.said.fields if not each.inherited_from]


def _shipped(name: str) -> str:
    with open(os.path.join(os.path.dirname(__file__), name), encoding="utf-8") as file:
        return file.read()
