"""Looks: the colours of diagrams, and texts cut so that they fit; what both ways of drawing share."""

from collections.abc import Collection
from typing import NamedTuple

from aelang.analysis.graphs import shapes
from aelang.analysis.graphs.shapes import Arrow, Box, Diagram


class Look(NamedTuple):
    """The colours of a box: the ground of its texts, and its edge. All texts are dark; see PAPER."""

    fill: str
    edge: str


PAPER, INK, PALE_INK = "#ffffff", "#1b1b1f", "#4a4a52"
"""The ground of the whole, which is drawn: a page may be dark. What is written on it, and less important words."""

_STATE = Look("#e7f0fd", "#1a56a8")
_EMPTY = Look("#f4f4f6", "#6b6b73")
_BY_KIND = {
    shapes.START: Look("#ffffff", "#1b1b1f"),
    shapes.END: Look("#ffffff", "#1b1b1f"),
    shapes.STATE: _STATE,
    shapes.STEP: _STATE,
    shapes.INSTANCE: _STATE,
    shapes.MACHINE: Look("#e5f5ea", "#1e6b34"),
    shapes.CLASS: Look("#f2e9fb", "#6b3fa0"),
    shapes.METHOD: Look("#fdf3df", "#855600"),
    shapes.PATTERN: _EMPTY,
    shapes.GAP: _EMPTY,
}
_FAULTY = Look("#fdeaea", "#b3261e")
ARROW, POSSIBLE = "#3c3c44", "#5a5a63"
"""The colours of arrows: those that a run follows, and those that it may."""


def look_of(box: Box) -> Look:
    """The colours of `box`."""
    if shapes.FAULTY in box.marks:
        return _FAULTY
    return _EMPTY if shapes.EMPTY in box.marks else _BY_KIND[box.kind]


_WORDS = {
    shapes.MISSING: ".missing answers",
    shapes.FAULTY: "what it inherits from cannot be had: it is not built",
}
_KINDS = {shapes.STEP: "step", shapes.CLASS: "class", shapes.METHOD: "method", shapes.MACHINE: "state machine"}


def subtitle(box: Box, domains: Collection[str]) -> str:
    """What kind of thing `box` is, where its name does not say so; with the domain that it is in, if the `domains` of
    the diagram are several."""
    domain = f"in {_domain(box)}" if len(domains) > 1 and _domain(box) else ""
    return ", ".join(filter(None, (_KINDS.get(box.kind, ""), domain, *(_WORDS.get(mark, "") for mark in box.marks))))


def domains_of(diagram: Diagram) -> frozenset[str]:
    """The domains that the boxes of `diagram` are in."""
    return frozenset(filter(None, map(_domain, diagram.boxes)))


def _domain(box: Box) -> str:
    return "" if box.link is None else box.link.full.split("/")[1]


def remainder(box: Box) -> str:
    """What is said of arrows that are not drawn; blank without any."""
    return f"{box.more} more not drawn" if box.more else ""


def caption(diagram: Diagram) -> str:
    """What has to be known to read `diagram`; blank where it says all by itself."""
    dashed = "dashed: only a run knows" if any(arrow.is_possible for arrow in diagram.arrows) else ""
    more = "more states" if diagram.kind == shapes.MACHINE else "more, farther away,"
    left_out = f"{diagram.left_out} {more} are not drawn" if diagram.left_out else ""
    return "; ".join(filter(None, (dashed, left_out)))


def beside(arrow: Arrow) -> str:
    """What stands beside `arrow`."""
    return " ".join(filter(None, (arrow.label, arrow.condition)))


def clean(text: str) -> str:
    """`text` on one line, without characters that are no text."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in " ".join(text.split()))


def lines_of(text: str, width: int, most: int = 3) -> list[str]:
    """`text` in lines of not more than `width`, broken behind a blank or a sign where one is near, else where a word
    begins with a capital letter; what is more than `most` lines is cut off."""
    lines: list[str] = []
    text = clean(text)
    while len(text) > width and len(lines) < most - 1:
        at = max(text.rfind(sign, width // 4, width) for sign in _BREAKS) + 1 or _hump(text, width) or width
        lines.append(text[:at].rstrip())
        text = text[at:].lstrip()
    lines.append(text if len(text) <= width else text[: width - 1] + "\N{HORIZONTAL ELLIPSIS}")
    return lines


_BREAKS = " /,&?.=)}"


def _hump(text: str, width: int) -> int:
    """Where a word begins in the last part of a line of `width`, as in `likeThis`; 0 where none does."""
    return next((at for at in range(width, width // 2, -1) if text[at].isupper() and not text[at - 1].isupper()), 0)
