"""Mermaid: a diagram as the text of a flowchart, which GitHub, GitLab and many editors draw in Markdown.

Whatever comes from a datastore stands in quotes, and each sign in it that could mean something is written as a number.
"""

from collections.abc import Collection, Iterator

from aelang.analysis.graphs import shapes
from aelang.analysis.graphs.looks import INK, Look, beside, clean, domains_of, lines_of, look_of, remainder, subtitle
from aelang.analysis.graphs.shapes import Arrow, Box, Diagram


def mermaid(diagram: Diagram) -> str:
    """The text of a flowchart; it ends with a line end."""
    return "\n".join(_lines(diagram)) + "\n"


def _lines(diagram: Diagram) -> Iterator[str]:
    yield "flowchart TD" if diagram.kind == shapes.MACHINE else "flowchart LR"
    if title := _title(diagram.title):
        yield f"  accTitle: {title}"
    ids = {box.key: f"n{at}" for at, box in enumerate(diagram.boxes)}
    domains = domains_of(diagram)
    for box in diagram.boxes:
        begin, end = _SHAPES.get(box.kind, ("[", "]"))
        yield f'  {ids[box.key]}{begin}"{_label(box, domains)}"{end}'
    for arrow in diagram.arrows:
        yield f"  {ids[arrow.begin]} {_arrow(arrow)} {ids[arrow.end]}"
    yield from _styles(diagram, ids)


_SHAPES = {
    shapes.START: ("([", "])"),
    shapes.END: ("((", "))"),
    shapes.METHOD: ("(", ")"),
    shapes.MACHINE: ("[[", "]]"),
    shapes.PATTERN: ("{{", "}}"),
    shapes.GAP: ("{{", "}}"),
}
_WIDTH = 60


def _label(box: Box, domains: Collection[str]) -> str:
    said = [f"<b>{_broken(box.title)}</b>"]
    said += [f"<i>{encoded(text)}</i>" for text in (subtitle(box, domains),) if text]
    said += [f"{encoded(row.label)}: {_broken(row.text)}" for row in box.rows]
    said += [f"<i>{encoded(text)}</i>" for text in (remainder(box),) if text]
    return "<br/>".join(said)


def _broken(text: str) -> str:
    return "<br/>".join(map(encoded, lines_of(text, _WIDTH)))


def _arrow(arrow: Arrow) -> str:
    line, text = "-.->" if arrow.is_possible else "-->", beside(arrow)
    return f'{line}|"{_broken(text)}"|' if text else line


def encoded(text: str) -> str:
    """`text` as it may stand in quotes: only letters, digits and harmless signs as they are."""
    return "".join(each if each.isalnum() or each in _HARMLESS else f"#{ord(each)};" for each in clean(text))


_HARMLESS = " _-/.,=+*!?'()[]{}$"
"""A colon is not among them: with a number behind it, and `style` before it, Mermaid takes a line for a style."""


def _title(title: str) -> str:
    """`title` for those who do not see: no code for a sign is read there."""
    path, _, message = clean(title).partition("#")
    said = f"{path} under {message}" if message else path
    return "".join(each if each.isalnum() or each in " _-/.," else " " for each in said).strip()


def _styles(diagram: Diagram, ids: dict[str, str]) -> Iterator[str]:
    """A class for each look, with its boxes."""
    looks: dict[Look, list[str]] = {}
    for box in diagram.boxes:
        looks.setdefault(look_of(box), []).append(ids[box.key])
    for at, (look, boxes) in enumerate(looks.items()):
        yield f"  classDef look{at} fill:{look.fill},stroke:{look.edge},color:{INK}"
        yield f"  class {','.join(boxes)} look{at}"
