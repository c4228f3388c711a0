"""State machines drawn: states from top to bottom, as wide as a phone, and beside the drawing the same in words.

A run goes down. On the left stands that a state asks to be tried again; on the right, dashed, where code jumps to. The
drawing is for the eye alone: a screen reader has the list.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from aelang import ir
from aelang.analysis.differences.texts import plain
from aelang.analysis.graphs.machine import machine_of
from aelang.analysis.graphs.shapes import CONDITIONAL, EMPTY, JUMP, METHOD, NEXT, RESTART, RETRY, STATE, STEP
from aelang.analysis.graphs.subjects import Subject
from aelang.analysis.reaching import Node
from aelang.names import fold
from aelang.site.book import link_to
from aelang.site.html import Html, separated, tag, together
from aelang.site.parts import badge, section

if TYPE_CHECKING:
    from aelang.analysis.graphs.shapes import Arrow, Box, Diagram, Link, Row
    from aelang.site.book import Book

_DRAWN = 200
"""So many states of a machine are drawn: the list has all of them."""

_MOST = 6
"""So many machines of one instance are drawn: more messages than that are rare."""


def machines(book: "Book", here: str, klass: ir.Class, name: str) -> Html | None:
    """The section of the machines that an instance, or the class where `name` is blank, is under its messages."""
    diagrams: dict[tuple[object, ...], Diagram] = {}
    for message in _messages(klass):
        found = machine_of(book.opened.image, Subject(Node(fold(klass.path), name), message))
        if found is not None:
            diagrams.setdefault((found.boxes[1:], found.arrows), found)
    drawn = list(diagrams.values())[:_MOST]
    if not drawn:
        return None
    anchors = ("machine", *(f"machine-{number}" for number in range(2, _MOST + 1)))
    return together(
        *(
            section(anchor, "State machine", _machine(book, here, each), note=_message(each))
            for anchor, each in zip(anchors, drawn, strict=False)
        )
    )


def _messages(klass: ir.Class) -> Sequence[str]:
    """The messages that states of the class answer, in the order of the states."""
    said = (message for field in klass.fields if isinstance(field, ir.StateField) for message in field.messages)
    return list(dict.fromkeys("create" if message == "*" else message for message in said))


def _message(diagram: "Diagram") -> str | None:
    """What the machine is under another message than the usual one."""
    _, _, message = diagram.title.rpartition("/")[2].partition("#")
    return f"on {message}" if message else None


def _machine(book: "Book", here: str, diagram: "Diagram") -> Html:
    states = [box for box in diagram.boxes if box.kind in (STATE, STEP)]
    titles = {box.key: box.title for box in diagram.boxes}
    turns: dict[str, list[Arrow]] = {}
    for arrow in diagram.arrows:
        turns.setdefault(arrow.begin, []).append(arrow)
    listed = tag("ol", *(_state(book, here, each, turns.get(each.key, ()), titles) for each in states), class_="states")
    drawn = tag("div", _drawing(diagram, states[:_DRAWN]), _rest(len(states)), _legend(states), class_="drawing")
    return tag("div", drawn, listed, class_="machine")


def _rest(states: int) -> Html | None:
    """What is said of the states that are not drawn: they are in the list."""
    return tag("p", f"and {states - _DRAWN} more", class_="legend", aria_hidden="true") if states > _DRAWN else None


# -- in words ----------------------------------------------------------------------------------------------------


def _state(book: "Book", here: str, box: "Box", turns: "Sequence[Arrow]", titles: Mapping[str, str]) -> Html:
    rows = [
        *(tag("div", tag("dt", each.label), tag("dd", _text(book, here, each))) for each in box.rows),
        *(tag("div", tag("dt", each.kind), tag("dd", titles[each.end])) for each in turns
          if each.kind in (JUMP, RESTART)),
    ]  # fmt: skip
    marks = [badge("conditional", "possible")] if CONDITIONAL in box.marks else []
    marks += [badge("does nothing", "default")] if EMPTY in box.marks else []
    marks += [badge("retries", "overlay")] if any(each.kind == RETRY for each in turns) else []
    head = tag("p", tag("strong", box.title), *((" ", mark) for mark in marks))
    return tag("li", head, tag("dl", *rows, class_="words") if rows else None)


def _text(book: "Book", here: str, row: "Row") -> Html:
    text = tag("code", plain(row.text))
    files = [file for each in row.links if (file := _file(book, each)) is not None]
    if len(files) == 1:
        return link_to(here, files[0], text)
    more = [link_to(here, file, each.path) for each in row.links if (file := _file(book, each)) is not None]
    return together(text, " ", separated(more)) if more else text


def _file(book: "Book", link: "Link") -> str | None:
    full = fold(link.full.strip("/"))
    if link.kind == METHOD:
        klass, _, name = full.rpartition(".")
        return book.file_of(Node(klass, name, True))
    if link.full.endswith("/"):
        return book.file_of(Node(full, ""))
    klass, _, name = full.rpartition("/")
    return book.file_of(Node(klass, name))


# -- drawn -------------------------------------------------------------------------------------------------------

_WIDTH, _LEFT, _RIGHT = 400, 64, 336
_TOP, _HEIGHT, _STEP = 44, 48, 76
_MIDDLE = (_LEFT + _RIGHT) // 2
_NAME, _BELOW = 26, 36
"""How many letters of a name, and of what stands below it, fit into a box."""


def _drawing(diagram: "Diagram", states: "Sequence[Box]") -> Html:
    tops = {box.key: _TOP + at * _STEP for at, box in enumerate(states)}
    bottom = _TOP + len(states) * _STEP
    is_whole = states[-1].key == diagram.boxes[-2].key
    return tag(
        "svg",
        *_terminal(24, "begin"),
        *(_line(top - _STEP + _HEIGHT if at else 32, top) for at, top in enumerate(tops.values())),
        _line(bottom - _STEP + _HEIGHT, bottom),
        *_turns(diagram, tops),
        *(part for box in states for part in _box(box, tops[box.key])),
        *(_terminal(bottom + 9, "end") if is_whole else ()),
        viewBox=f"0 0 {_WIDTH} {bottom + 24}", width=_WIDTH, height=bottom + 24, aria_hidden="true",
        focusable="false", class_="graph",
    )  # fmt: skip


def _terminal(y: int, kind: str) -> Iterator[Html]:
    if kind == "end":
        yield tag("circle", cx=_MIDDLE, cy=y, r=9, class_="ring")
    yield tag("circle", cx=_MIDDLE, cy=y, r=6 if kind == "end" else 8, class_="dot")


def _line(begin: int, end: int) -> Html:
    return together(
        tag("path", d=f"M{_MIDDLE} {begin}V{end - 6}", class_="next"), _head(_MIDDLE, end, "M{x} {y}l-5 -8h10z", "tip")
    )


def _head(x: int, y: int, shape: str, kind: str) -> Html:
    return tag("path", d=shape.format(x=x, y=y), class_=kind)


def _box(box: "Box", top: int) -> Iterator[Html]:
    marks = ["state", *(mark for mark in (EMPTY, CONDITIONAL) if mark in box.marks)]
    yield tag("rect", x=_LEFT, y=top, width=_RIGHT - _LEFT, height=_HEIGHT, rx=9, class_=" ".join(marks))
    below = _in_short(box)
    yield tag("text", _cut(box.title, _NAME), x=_LEFT + 14, y=top + (20 if below else 29), class_="name")
    if below:
        yield tag("text", _cut(below, _BELOW), x=_LEFT + 14, y=top + 37, class_="below")
    for at, letter in enumerate(_letters(box)):
        x = _RIGHT - 14 - at * 19
        yield tag("circle", cx=x, cy=top + 14, r=8, class_=f"mark {_LETTERS[letter][0]}")
        yield tag("text", letter, x=x, y=top + 18, text_anchor="middle", class_="letter")


def _in_short(box: "Box") -> str:
    """What a state does, in a few letters."""
    does = next((row.text for row in box.rows if row.label == "does"), "")
    text = (plain(does) or "").removeprefix("METHOD::")
    if len(text) <= _BELOW or not text.startswith("/"):
        return text
    return "/".join(text.partition("#$")[0].partition("?")[0].split("/")[-2:])


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


_LETTERS = {"E": ("error", "handles errors"), "U": ("undo", "can be undone"), "?": ("possible", "has a condition")}


def _letters(box: "Box") -> Iterator[str]:
    labels = {row.label for row in box.rows}
    if "on error" in labels:
        yield "E"
    if "undo" in labels:
        yield "U"
    if CONDITIONAL in box.marks:
        yield "?"


def _legend(states: "Sequence[Box]") -> Html | None:
    used = dict.fromkeys(letter for box in states for letter in _letters(box))
    if not used:
        return None
    items = [tag("span", tag("b", letter), f" {_LETTERS[letter][1]}") for letter in _LETTERS if letter in used]
    return tag("p", *items, class_="legend", aria_hidden="true")


def _turns(diagram: "Diagram", tops: Mapping[str, int]) -> Iterator[Html]:
    """The arrows that do not lead to the next state."""
    for arrow in diagram.arrows:
        if arrow.kind == NEXT or arrow.begin not in tops or arrow.end not in tops:
            continue
        begin, end = tops[arrow.begin] + _HEIGHT // 2, tops[arrow.end] + _HEIGHT // 2
        if arrow.kind == RETRY:
            yield tag("path", d=f"M{_LEFT} {begin + 12}C{_LEFT - 34} {begin + 20} {_LEFT - 34} {begin - 20} "
                      f"{_LEFT - 7} {begin - 12}", class_="turn")  # fmt: skip
            yield _head(_LEFT, begin - 10, "M{x} {y}l-9 -5.5v9z", "tip")
            yield tag("text", "retry", x=_LEFT - 30, y=begin + 4, text_anchor="end", class_="hint")
        else:
            begin, end = begin + 8, end - 8
            out = min(_WIDTH - 6, _RIGHT + 22 + abs(end - begin) // 8)
            way = f"M{_RIGHT} {begin}C{out} {begin} {out} {end} {_RIGHT + 7} {end}"
            yield tag("path", d=way, class_="turn possible")
            yield _head(_RIGHT, end, "M{x} {y}l9 -5v10z", "tip")
