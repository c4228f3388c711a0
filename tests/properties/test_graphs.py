"""Diagrams: a run comes to no box that is not drawn, and no text of a datastore becomes a part of the drawing."""

import xml.etree.ElementTree as ElementTree
from shutil import which

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aelang import model
from aelang.analysis.edges import edges_of
from aelang.analysis.graphs import shapes
from aelang.analysis.graphs.looks import clean
from aelang.analysis.graphs.mermaid import mermaid
from aelang.analysis.graphs.reached import reached_from
from aelang.analysis.graphs.shapes import Arrow, Box, Diagram, Row
from aelang.analysis.graphs.subjects import find_subject
from aelang.analysis.graphs.svg import svgs
from aelang.engine import Engine
from aelang.interpreter.limits import Limits
from aelang.names import fold
from tests.datastores import compiled
from tests.graphs import diagrams_of, read_mermaid, strangers
from tests.properties.examples import examples
from tests.properties.test_impact import ARGUMENTS, classes
from tests.reaching import built_by

needs_dot = pytest.mark.skipif(which("dot") is None, reason="graphviz is not installed")
ODD = st.text(
    alphabet=st.sampled_from(list("<>&\"'`]}|)#%;\\${[(-:/\n\r\t\0\x1b\ud800\u202eä✓ style end click")), max_size=25
)
TEXTS = (
    ODD | st.text(max_size=90) | st.sampled_from(["style: #x;", "%%{init: {}}%%", "-->", "</TD>", "&#60;b>", "\\N \\"])
)
KINDS = st.sampled_from([shapes.STATE, shapes.INSTANCE, shapes.METHOD, shapes.PATTERN, shapes.CLASS])


@st.composite
def diagrams(draw: st.DrawFn) -> Diagram:
    boxes = [
        Box(str(at), draw(KINDS), draw(TEXTS), rows=(Row(draw(TEXTS), draw(TEXTS)),), more=at)
        for at in range(draw(st.integers(1, 3)))
    ]
    keys = st.sampled_from([box.key for box in boxes])
    arrow = st.builds(Arrow, keys, keys, st.just(shapes.LEADS), TEXTS, TEXTS, TEXTS, st.booleans())
    arrows = tuple(draw(st.lists(arrow, max_size=3)))
    return Diagram(shapes.REACHED, draw(TEXTS), tuple(boxes), arrows)


@settings(max_examples=examples(200), deadline=None)
@given(diagrams())
def test_mermaid_shows_the_boxes_and_arrows_whatever_their_texts_are(diagram: Diagram) -> None:
    places = {box.key: at for at, box in enumerate(diagram.boxes)}
    drawn = read_mermaid(mermaid(diagram))
    assert len(diagram.boxes) == len(drawn.boxes)
    expected = [(places[each.begin], places[each.end], each.is_possible) for each in diagram.arrows]
    assert expected == [(begin, end, possible) for begin, end, _, possible in drawn.arrows]


@needs_dot
@settings(max_examples=examples(25), deadline=None)
@given(st.lists(diagrams(), min_size=1, max_size=8))
def test_svg_shows_the_texts_whatever_they_are(drawn: list[Diagram]) -> None:
    for diagram, text in zip(drawn, svgs(drawn), strict=True):
        root = ElementTree.fromstring(text)
        groups = [each for each in root.iter(f"{SVG}g") if each.get("class") == "node"]
        titles = [each.findtext(f"{SVG}title") for each in groups]
        assert sorted(clean(box.title) for box in diagram.boxes) == sorted(each or "" for each in titles)
        assert {f"{SVG}{name}" for name in ("svg", "g", "title", "polygon", "path", "text", "a")} >= {
            each.tag for each in root.iter()
        }


SVG = "{http://www.w3.org/2000/svg}"


@settings(max_examples=examples(60), deadline=None)
@given(classes(), st.sampled_from(["", "#create", "#other"]))
def test_what_a_run_builds_is_in_a_box(made: list[model.Class], message: str) -> None:
    image, _ = compiled(*made)
    runs = Engine(image, limits=Limits(depth=30, objects=200, steps=3000))
    for path in ("/N/C/i", "/N/C/j", "/N/D/i", "/N/D/j", "/N/D/x"):
        subject = find_subject(image, f"{path}{message}")
        if subject is None:
            continue
        diagram = reached_from(image, subject)
        if any(row.label in ("leads to", "fits") for box in diagram.boxes for row in box.rows):
            continue  # what only a run knows is not followed
        drawn = {box.key for box in diagram.boxes}
        for node in built_by(runs, f"{path}?{ARGUMENTS}{message}"):
            assert f"{fold(node.klass)}/{node.name}" in drawn, (path, node)


@settings(max_examples=examples(60), deadline=None)
@given(classes())
def test_every_arrow_is_an_edge_of_the_datastore(made: list[model.Class]) -> None:
    image, _ = compiled(*made)
    uses = frozenset((fold(each.path), use) for each in edges_of(image) for use in each.uses)
    for diagram in diagrams_of(image):
        if diagram.kind == shapes.REACHED:
            assert [] == strangers(diagram, uses)
