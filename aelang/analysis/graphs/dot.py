"""Dot: a diagram as a text for graphviz's `dot`, which lays it out.

Labels are in graphviz's own markup, so what comes from a datastore is escaped as in XML. Boxes are called n0, n1 and so
on; what they are for those who do not see is put in by `svg`.
"""

from collections.abc import Callable, Collection, Iterator
from html import escape

from aelang.analysis.graphs import shapes
from aelang.analysis.graphs.looks import (
    ARROW,
    INK,
    PALE_INK,
    PAPER,
    POSSIBLE,
    beside,
    caption,
    clean,
    domains_of,
    lines_of,
    look_of,
    remainder,
    subtitle,
)
from aelang.analysis.graphs.shapes import Arrow, Box, Diagram, Link, Row

Href = Callable[[Link], str | None]
"""Where a link leads on a page; None for one that leads nowhere."""


def dot(diagram: Diagram, href: Href | None = None) -> str:
    """The text for `dot`; with `href`, names are links. It ends with a line end."""
    return "\n".join(_lines(diagram, href or _nowhere)) + "\n"


def _nowhere(link: Link) -> str | None:
    return None


def _lines(diagram: Diagram, href: Href) -> Iterator[str]:
    direction = "TB" if diagram.kind == shapes.MACHINE else "LR"
    yield "digraph aelang {"
    yield f'  graph [rankdir={direction} bgcolor="{PAPER}" nodesep=0.35 ranksep=0.45 pad=0.2]'
    yield f'  node [shape=plain fontname="{_FONT}" fontsize=12 fontcolor="{INK}"]'
    yield f'  edge [fontname="{_FONT}" fontsize=10 fontcolor="{PALE_INK}" color="{ARROW}" arrowsize=0.7]'
    ids = {box.key: f"n{at}" for at, box in enumerate(diagram.boxes)}
    if said := caption(diagram):
        yield f'  label=<{_escaped(said)}> labelloc=b labeljust=l fontname="{_FONT}" fontsize=10 fontcolor="{PALE_INK}"'
    domains = domains_of(diagram)
    for box in diagram.boxes:
        yield f"  {ids[box.key]} [label=<{_table(box, domains, href)}>]"
    for arrow in diagram.arrows:
        yield f"  {ids[arrow.begin]} -> {ids[arrow.end]}{_arrow(arrow)}"
    yield "}"


_FONT = "Helvetica,Arial,sans-serif"
_TITLE, _TEXT, _BESIDE = 60, 60, 36
"""How many characters a line has: a title, a row, what stands beside an arrow."""


# -- boxes -------------------------------------------------------------------------------------------------------


def _table(box: Box, domains: Collection[str], href: Href) -> str:
    look = look_of(box)
    style = "rounded,dashed" if box.kind in (shapes.PATTERN, shapes.GAP) else "rounded"
    border = 2 if shapes.BEGIN in box.marks or box.kind == shapes.MACHINE else 1
    side = "LEFT" if box.rows else "CENTER"
    head = _linked(box.link, href, f'COLSPAN="2" ALIGN="{side}" BALIGN="{side}"')
    cells = [f"<TR><TD {head}><B>{_broken(box.title, _TITLE)}</B></TD></TR>"]
    cells += [_aside(text) for text in (subtitle(box, domains),) if text]
    cells += [_row(row, href) for row in box.rows]
    cells += [_aside(text) for text in (remainder(box),) if text]
    attributes = f'STYLE="{style}" BORDER="{border}" CELLBORDER="0" CELLSPACING="0" CELLPADDING="3"'
    return f'<TABLE {attributes} COLOR="{look.edge}" BGCOLOR="{look.fill}">{"".join(cells)}</TABLE>'


def _row(row: Row, href: Href) -> str:
    link = row.links[0] if row.links else None
    label = f'<TD ALIGN="RIGHT" VALIGN="TOP"><FONT COLOR="{PALE_INK}" POINT-SIZE="10">{_escaped(row.label)}</FONT></TD>'
    text = f'<FONT POINT-SIZE="10">{_broken(row.text, _TEXT)}</FONT>'
    cell = _linked(link, href, 'ALIGN="LEFT" BALIGN="LEFT"')
    return f"<TR>{label}<TD {cell}>{text}</TD></TR>"


def _aside(text: str) -> str:
    said = f'<FONT COLOR="{PALE_INK}" POINT-SIZE="10"><I>{_escaped(text)}</I></FONT>'
    return f'<TR><TD COLSPAN="2" ALIGN="LEFT">{said}</TD></TR>'


def _linked(link: Link | None, href: Href, attributes: str) -> str:
    """The attributes of a cell, with where it leads."""
    leads = None if link is None else href(link)
    if link is None or leads is None:
        return attributes
    return f'{attributes} HREF="{_escaped(leads)}" TITLE="{_escaped(leads)}"'


def _broken(text: str, width: int) -> str:
    return "<BR/>".join(map(_escaped, lines_of(text, width)))


def _escaped(text: str) -> str:
    """`text` as graphviz's markup has it: a blank text is no cell for it, and it stumbles over a `]` at the end."""
    return escape(clean(text)).replace("\\", "&#92;").replace("]", "&#93;") or " "


# -- arrows ------------------------------------------------------------------------------------------------------

_ASIDE = frozenset((shapes.RETRY, shapes.RESTART, shapes.JUMP))
"""Arrows that do not say which box is above which."""


def _arrow(arrow: Arrow) -> str:
    said = []
    if text := beside(arrow):
        said.append(f"label=<&#160;{_broken(text, _BESIDE)}&#160;>")
    if arrow.is_possible:
        said.append(f'style=dashed color="{POSSIBLE}"')
    if arrow.kind in _ASIDE:
        said.append("constraint=false")
    return f" [{' '.join(said)}]" if said else ""
