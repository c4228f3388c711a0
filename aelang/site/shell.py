"""The shell of a page: its head, the way to it, the search, and what stands on every page."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from aelang.site.addresses import ENTRIES, FINDINGS, OVERVIEW, SCRIPT, STYLE, way_to
from aelang.site.html import Child, Html, tag, together

if TYPE_CHECKING:
    from aelang.site.book import Book

_POLICY = (
    "default-src 'none'; style-src 'self' file:; script-src 'self' file:; img-src data:; base-uri 'none'; "
    "form-action 'none'"
)
"""Nothing is loaded but the style, the script and its data. `file:` is for browsers to which a file is not `'self'`
when it is opened without a server; with one it allows nothing, since such a page may not load files."""


class Page(NamedTuple):
    """A page: its file, what kind of thing it is about, the thing's name, the way there (a name and a file each), and
    what stands below its title."""

    file: str
    kind: str
    name: str
    way: Sequence[tuple[str, str | None]]
    body: Html


def render(book: "Book", page: Page) -> str:
    """`page` as the text of its file."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", _title(book, page)),
        tag("link", rel="icon", href="data:,"),
        tag("link", rel="stylesheet", href=way_to(STYLE, page.file)),
        tag("script", src=way_to(SCRIPT, page.file), defer=True),
    )
    body = tag(
        "body",
        tag("a", "Skip to the content", href="#main", class_="skip"),
        _header(book, page),
        tag("div", _way(page), tag("main", _heading(page), page.body, id="main", tabindex="-1"), class_="sheet"),
        tag("footer", tag("p", "Made by aelang from the datastore; nothing of it was run."), class_="bottom"),
        data_root=way_to("", page.file),
    )
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en').text}\n"


def _title(book: "Book", page: Page) -> str:
    if page.file == OVERVIEW:
        return book.title
    parents = "/".join(name for name, _ in page.way)
    return f"{page.name} · {parents} · {book.title}" if parents else f"{page.name} · {book.title}"


def _header(book: "Book", page: Page) -> Html:
    count = len(book.found)
    findings = f"Findings ({count})" if count else "Findings"
    places = (("Overview", OVERVIEW), ("Entry points", ENTRIES), (findings, FINDINGS))
    links = [
        tag("li", tag("a", name, href=way_to(file, page.file), aria_current="page" if file == page.file else None))
        for name, file in places
    ]
    return tag(
        "header",
        tag("a", book.title, href=way_to(OVERVIEW, page.file), class_="home"),
        tag("nav", tag("ul", *links), aria_label="Site"),
        _search(),
        class_="top",
    )


def _search() -> Html:
    """The search, which the script brings into sight: without it there is none."""
    results = tag("div", tag("p", id="count", aria_hidden="true"), tag("ol", id="found"), id="results", hidden=True)
    return tag(
        "search",
        tag("label", "Search", for_="q", class_="unseen"),
        tag("input", id="q", type="search", placeholder="Search  /", autocomplete="off", spellcheck="false",
            aria_controls="found"),
        tag("p", id="told", role="status", aria_live="polite", class_="unseen"),
        results,
        role="search", hidden=True, id="search",  # browsers of some years ago know the role only
    )  # fmt: skip


def _way(page: Page) -> Html | None:
    if not page.way:
        return None
    items = [
        tag("li", name if file is None else tag("a", name, href=way_to(file, page.file))) for name, file in page.way
    ]
    return tag("nav", tag("ol", *items), class_="way", aria_label="Path")


def _heading(page: Page) -> Child:
    return together(tag("p", page.kind, class_="kind") if page.kind else None, tag("h1", page.name))
