"""Who leads where: the two tables of a class, an instance or a method."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from aelang.analysis.differences.texts import plain
from aelang.analysis.edges import CALL, CODE, EMBEDS, FIXED, HOOK, PATTERN, REFERENCE, ClassEdges, Use
from aelang.analysis.impact import path_of
from aelang.analysis.reaching import Node, is_of
from aelang.code.paths import HOLE
from aelang.names import fold
from aelang.site.html import Child, Html, separated, tag, together
from aelang.site.parts import badge, folded, section

if TYPE_CHECKING:
    from aelang.site.book import Book

_SHOWN = 12
"""More of them are folded."""


class Way(NamedTuple):
    """One end of a use: the other `node`, None where only a run can tell."""

    node: Node | None
    use: Use
    edges: ClassEdges

    @property
    def is_possible(self) -> bool:
        """Whether it depends on what is known only in a run that it leads there."""
        return self.use.end == PATTERN or HOLE in self.use.target or HOLE in (self.use.message or "")


def ways_from(book: "Book", node: Node) -> Iterator[Way]:
    """Where `node` leads."""
    edges = book.graph.edges.get(node.klass)
    for use in () if edges is None else edges.uses:
        if use.is_method == node.is_method and is_of(use, node.name) and edges is not None:
            yield Way(end_of(use), use, edges)


def ways_into(book: "Book", node: Node) -> Iterator[Way]:
    """What leads to `node`, or may; what may lead anywhere is left out."""
    for edges, use in book.graph.into(node):
        if use.target.strip("/") != HOLE:
            yield Way(Node(fold(edges.path), use.speaker, use.is_method), use, edges)


def end_of(use: Use) -> Node | None:
    """The node at which `use` ends; None where only a run can tell."""
    if HOLE in use.target or use.end not in (FIXED, CALL):
        return None
    klass, _, name = use.target.rpartition("/")
    return Node(klass, name, use.end == CALL)


def links(book: "Book", here: str, node: Node) -> Html:
    """The sections of what leads to `node`, and where it leads."""
    into = _rows(book, here, list(ways_into(book, node)), _who)
    out = _rows(book, here, list(ways_from(book, node)), _where)
    word = "Called by" if node.is_method else "Reached from"
    return together(
        section("into", word, into or tag("p", "Nothing in the datastore is seen to lead here.", class_="none")),
        section("out", "Leads to", out) if out is not None else None,
    )


def _rows(book: "Book", here: str, ways: list[Way], other: "Callable[[Book, str, Way], Child]") -> Html | None:
    """A list of `ways`, those that are sure first; those that say the same stand together."""
    lines: dict[str, tuple[bool, str, Html]] = {}
    for way in ways:
        shown = tag("li", other(book, here, way), _remarks(way))
        lines.setdefault(shown.text, (way.is_possible, _order(book, way), shown))
    items = [shown for _, _, shown in sorted(lines.values(), key=lambda each: each[:2])]
    if not items:
        return None
    rest = folded(f"{len(items) - _SHOWN} more", tag("ul", *items[_SHOWN:], class_="ways")) if items[_SHOWN:] else None
    return together(tag("ul", *items[:_SHOWN], class_="ways"), rest)


def _order(book: "Book", way: Way) -> str:
    path = "" if way.node is None else path_of(way.node, book.index)
    return f"{fold(path)} {fold(way.use.field)}"


def _who(book: "Book", here: str, way: Way) -> Child:
    """Who leads here, and where it says so."""
    use = way.use
    assert way.node is not None
    name = book.link(here, way.node, _all_of(book, way) if not use.speaker else "")
    if use.is_method:
        return name
    return together(name, " ", book.field_link(here, way.edges.path, use.field))


def _all_of(book: "Book", way: Way) -> str:
    """The name of all objects of a class."""
    assert way.node is not None
    path = path_of(way.node, book.index).rstrip("/")
    return f"{path} (all but {len(way.use.others)} instances)" if way.use.others else f"{path} (any instance)"


def _where(book: "Book", here: str, way: Way) -> Child:
    """A field and where it leads."""
    use = way.use
    field = None if use.is_method else together(book.field_link(here, way.edges.path, use.field), " → ")
    if way.node is not None and book.file_of(way.node) is not None:
        return together(field, book.link(here, way.node))
    return together(field, tag("code", plain(use.shown)))


_WORDS = {
    "on_entry": "on entry", "on_exit": "on exit", "on_error": "on error", "undo": "undo", CODE: "in its code",
    EMBEDS: "embeds it", REFERENCE: "by a reference", HOOK: "around a step",
}  # fmt: skip


def _remarks(way: Way) -> Html | None:
    """What else is to be known of a way."""
    use = way.use
    said: list[Child] = []
    if way.is_possible:
        said.append(badge("possible", "possible"))
    if use.key in _WORDS:
        said.append(_WORDS[use.key])
    if use.messages not in (("create",), ("*",)):
        said.append(f"on {', '.join(use.messages)}")
    if use.message not in (None, "create", HOLE) and use.end != CALL:
        said.append(f"sends {use.message}")
    if use.condition:
        said.append(tag("code", plain(use.condition)))
    return tag("span", " ", separated(said, " · "), class_="remarks") if said else None
