"""Parts of pages that recur: sections, tables in a box of their own, badges, places, findings."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from aelang.analysis.differences.texts import plain
from aelang.site.html import Child, Html, tag, together

if TYPE_CHECKING:
    from aelang.diagnostics import Diagnostic
    from aelang.site.book import Book

_LONG = 400


def section(anchor: str, title: str, *children: Child, note: Child = None) -> Html:
    """A part of a page under a heading of the second rank; `note` stands beside the title."""
    heading = tag("h2", title, tag("span", note, class_="note") if note is not None else None, id=anchor)
    return tag("section", heading, *children, aria_labelledby=anchor)


def table(label: str, heads: Sequence[str], rows: Iterable[Html], kind: str = "") -> Html:
    """A table that scrolls in its box where it is too wide; each row is an element `tr`."""
    is_stacked = kind == STACKED
    cells = (tag("th", each, scope="col", role=_role("columnheader", is_stacked)) for each in heads)
    rowgroup = _role("rowgroup", is_stacked)
    head = tag("thead", tag("tr", *cells, role=_role("row", is_stacked)), role=rowgroup)
    inner = tag("table", head, tag("tbody", *rows, role=rowgroup), class_=kind or None, role=_role("table", is_stacked))
    return tag("div", inner, class_="scroll", role="region", aria_label=label, tabindex="0")


STACKED = "stacked"
"""The kind of a table whose rows stand as blocks on a phone: roles say what its elements then no longer are."""


def row(head: Child, *cells: Child, anchor: str | None = None, kind: str = "") -> Html:
    """A row whose first cell names it; `kind` is that of its table."""
    is_stacked = kind == STACKED
    first = tag("th", head, scope="row", role=_role("rowheader", is_stacked))
    rest = (tag("td", each, role=_role("cell", is_stacked)) for each in cells)
    return tag("tr", first, *rest, id=anchor, role=_role("row", is_stacked))


def _role(name: str, is_stacked: bool) -> str | None:
    return name if is_stacked else None


def badge(text: str, kind: str = "") -> Html:
    """A word in a frame."""
    return tag("span", text, class_=f"badge {kind}".strip())


def place(text: str) -> Html:
    """A file and line."""
    return tag("span", text, class_="place")


def facts(*pairs: tuple[str, Child]) -> Html | None:
    """Names with what is said of them; those with nothing are left out, and None is given where none is left."""
    rows = [tag("div", tag("dt", name), tag("dd", said)) for name, said in pairs if said]
    return tag("dl", *rows, class_="facts") if rows else None


def folded(summary: Child, *children: Child, kind: str = "more", is_open: bool = False) -> Html:
    """What is seen when one asks for it."""
    return tag("details", tag("summary", summary), *children, class_=kind, open=is_open)


def value(text: str | None) -> Html:
    """A value as it is written, less what no one is to see; a long one is folded."""
    if text is None:
        return tag("span", "nil", class_="nil")
    shown = plain(text) or ""
    if not shown.strip():
        return tag("span", "blank", class_="nil")
    code = tag("code", shown, class_="value")
    return folded(f"{shown.strip()[:60].strip()} …", code) if len(shown) > _LONG else code


def paragraphs(text: str) -> Html:
    """A description: its paragraphs, whose lines stay lines."""
    return together(*(tag("p", plain(each.strip()), class_="said") for each in text.split("\n\n") if each.strip()))


def findings(book: "Book", found: "Sequence[Diagnostic]") -> Html | None:
    """What validate says of the thing of a page; None where it says nothing."""
    if not found:
        return None
    rows = [tag("li", finding(book, each), class_=each.severity.word) for each in found]
    return section("findings", "Findings", tag("ul", *rows, class_="findings"))


def finding(book: "Book", found: "Diagnostic") -> Html:
    """One finding with its place and help."""
    return together(
        badge(found.severity.word, found.severity.word),
        " ",
        tag("span", plain(found.message), class_="message"),
        tag("p", plain(found.help), class_="help") if found.help else None,
        tag("p", tag("code", found.kind.slug), " · ", place(book.place(found.span)), class_="where"),
    )
