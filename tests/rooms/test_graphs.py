"""Diagrams: of every datastore that is here, and how they look."""

import xml.etree.ElementTree as ElementTree
from itertools import islice
from pathlib import Path
from shutil import which

import pytest

from aelang import ir, model
from aelang.analysis.edges import edges_of
from aelang.analysis.graphs import looks, shapes
from aelang.analysis.graphs.machine import machine_of
from aelang.analysis.graphs.mermaid import mermaid
from aelang.analysis.graphs.reached import reached_from
from aelang.analysis.graphs.shapes import Arrow, Box, Diagram
from aelang.analysis.graphs.subjects import find_subject
from aelang.analysis.graphs.svg import svgs
from aelang.names import fold
from aelang.project import open_project
from tests.datastores import compiled, field, instance, klass, texts
from tests.graphs import diagrams_of, read_mermaid, strangers
from tests.spellings import CORPUS

ROOT = Path(__file__).resolve().parents[2]
MANAGEIQ = CORPUS / "manageiq-content"
OWN = [ROOT / "datastore", *(ROOT / "examples" / name for name in ("overlay", "patching", "quota"))]
needs_dot = pytest.mark.skipif(which("dot") is None, reason="graphviz is not installed")
needs_corpus = pytest.mark.skipif(not MANAGEIQ.is_dir(), reason=f"there is no corpus at {CORPUS} (AELANG_CORPUS)")
STORES = [*OWN, pytest.param(MANAGEIQ, marks=needs_corpus)]


def _image(store: Path) -> ir.Image:
    return open_project([str(store)]).image


@pytest.mark.parametrize("store", STORES, ids=lambda path: path.name)
def test_every_diagram_of_a_datastore_is_drawn_as_it_is(store: Path) -> None:
    for diagram in diagrams_of(_image(store)):
        drawn = read_mermaid(mermaid(diagram))
        assert (len(diagram.boxes), len(diagram.arrows)) == (len(drawn.boxes), len(drawn.arrows))


@pytest.mark.parametrize("store", STORES, ids=lambda path: path.name)
def test_every_arrow_of_a_datastore_is_one_of_its_edges(store: Path) -> None:
    image = _image(store)
    uses = frozenset((fold(each.path), use) for each in edges_of(image) for use in each.uses)
    found = [strangers(each, uses) for each in diagrams_of(image) if each.kind == shapes.REACHED]
    assert [] == [arrow for arrows in found for arrow in arrows]


@pytest.mark.parametrize("store", STORES, ids=lambda path: path.name)
def test_a_machine_has_the_states_that_answer_in_their_order(store: Path) -> None:
    image = _image(store)
    for entry in image.index:
        written = image.class_at(entry.path)
        assert written is not None
        states = [each.name for each in written.fields if isinstance(each, ir.StateField) and "create" in each.messages]
        subject = find_subject(image, f"/{entry.path}/")
        assert subject is not None
        machine = machine_of(image, subject)
        shown = [] if machine is None else [each.title for each in machine.boxes[1:-1]]
        assert states == shown


@needs_dot
@pytest.mark.parametrize("store", STORES, ids=lambda path: path.name)
def test_dot_draws_what_it_is_given(store: Path) -> None:
    some = list(islice(diagrams_of(_image(store)), 0, None, 40))
    for text in svgs(some):
        ElementTree.fromstring(text)


def test_a_diagram_is_the_same_each_time() -> None:
    first, second = (mermaid(each) for _ in range(2) for each in [next(diagrams_of(_image(ROOT / "datastore")))])
    assert first == second


# -- size --------------------------------------------------------------------------------------------------------


def _chain(length: int) -> ir.Image:
    schema = [field("relationship", "next")]
    made = [instance(f"i{at}", next=f"/N/C/i{at + 1}") for at in range(length)]
    return compiled(klass("N/C", schema, made))[0]


def _reached(image: ir.Image, path: str, **limits: int) -> Diagram:
    subject = find_subject(image, path)
    assert subject is not None
    return reached_from(image, subject, **limits)


@pytest.mark.parametrize(("limits", "boxes"), [({}, 100), ({"limit": 7}, 7), ({"depth": 3}, 4), ({"limit": 500}, 300)])
def test_what_is_drawn_has_a_limit(limits: dict[str, int], boxes: int) -> None:
    drawn = _reached(_chain(300), "/N/C/i0", **limits)
    assert (boxes, int(boxes < 300)) == (len(drawn.boxes), drawn.left_out)


@pytest.mark.parametrize("first", range(5))
@pytest.mark.parametrize("limit", [1, 2, 9])
def test_the_states_that_are_not_drawn_stand_in_boxes_before_and_after(first: int, limit: int) -> None:
    image = compiled(klass("N/C", [field("state", f"s{at}") for at in range(5)], [instance("i")]))[0]
    subject = find_subject(image, "/N/C/i")
    assert subject is not None
    machine = machine_of(image, subject, limit, f"S{first}")
    assert machine is not None
    shown = [f"s{at}" for at in range(5)][first : first + limit]
    after = 5 - first - len(shown)
    gaps = ([f"{first} state{'s' * (first > 1)}"] * (first > 0), [f"{after} state{'s' * (after > 1)}"] * (after > 0))
    assert ["/N/C/i", *gaps[0], *shown, *gaps[1], "end"] == [box.title for box in machine.boxes]
    assert len(machine.boxes) - 1 == len(machine.arrows)
    assert first + after == machine.left_out


def test_a_jump_to_a_state_that_is_not_drawn_leads_to_those_left_out() -> None:
    said = {"name": "m", "location": "inline", "language": "python"}
    method = model.Method(texts(said), (), (), {}, "evm.root['ae_next_state'] = 'c'", "m.yaml")
    schema = [field("state", "a", "METHOD::m"), field("state", "b"), field("state", "c")]
    image = compiled(klass("N/C", schema, [instance("i")], [method]))[0]
    subject = find_subject(image, "/N/C/i")
    assert subject is not None
    machine = machine_of(image, subject, 2)
    assert machine is not None
    assert [("state a", "after", "jump to c")] == [
        (each.begin, each.end, each.label) for each in machine.arrows if each.is_possible
    ]


def test_a_picture_says_what_is_left_out_and_what_dashed_means() -> None:
    schema = [field("relationship", "next", condition="IF ${/#a}")]
    image = compiled(klass("N/C", schema, [instance("i", next="/N/C/j"), instance("j", next="/N/C/k"), instance("k")]))[
        0
    ]
    assert "dashed: only a run knows; 1 more, farther away, are not drawn" == looks.caption(
        _reached(image, "/N/C/i", depth=1)
    )


def test_a_box_says_how_many_arrows_are_not_drawn() -> None:
    assert [0, 0, 1] == [box.more for box in _reached(_chain(9), "/N/C/i0", depth=2).boxes]


def test_the_domain_is_said_where_there_are_several() -> None:
    schema = [field("relationship", "next", "/M/C/i")]
    made = (klass("N/C", schema, [instance("i")]), klass("M/C", (), [instance("i")], domain="E"))
    assert ("/N/C/i in D", "/M/C/i in E") == read_mermaid(mermaid(_reached(compiled(*made)[0], "/N/C/i"))).boxes


@pytest.mark.parametrize(
    ("language", "code", "kind", "end"),
    [
        ("ruby", "$evm.root['ae_result'] = 'restart'", shapes.RESTART, "state a"),
        ("ruby", "$evm.root['ae_result'] = 'retry'", shapes.RETRY, "state b"),
        ("ruby", "$evm.root['ae_next_state'] = 'c'", shapes.JUMP, "state c"),
        ("python", "evm.root['ae_result'] = 'restart'", shapes.RESTART, "state a"),
        ("python", "evm.retry(after=60)", shapes.RETRY, "state b"),
        ("python", 'evm.root["ae_next_state"] = "c"', shapes.JUMP, "state c"),
    ],
)
def test_a_turn_that_code_takes_is_an_arrow(language: str, code: str, kind: str, end: str) -> None:
    said = {"name": "m", "location": "inline", "language": language}
    method = model.Method(texts(said), (), (), {}, code, "m.yaml")
    schema = [field("state", "a"), field("state", "b", "METHOD::m"), field("state", "c")]
    image = compiled(klass("N/C", schema, [instance("i")], [method]))[0]
    subject = find_subject(image, "/N/C/i")
    assert subject is not None
    machine = machine_of(image, subject)
    assert machine is not None
    assert [("state b", end, kind)] == [
        (each.begin, each.end, each.kind) for each in machine.arrows if each.is_possible
    ]


def test_an_instance_that_cannot_be_built_is_marked() -> None:
    image = compiled(klass("N/C", (), [instance("i", "nobody")]))[0]
    assert (shapes.BEGIN, shapes.FAULTY) == _reached(image, "/N/C/i").boxes[0].marks


# -- looks -------------------------------------------------------------------------------------------------------


def _contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG 2 has it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


KINDS = (
    shapes.START, shapes.END, shapes.STATE, shapes.STEP, shapes.INSTANCE, shapes.MACHINE, shapes.CLASS, shapes.METHOD,
    shapes.PATTERN,
)  # fmt: skip
BOXES = [
    *(Box("", kind, "") for kind in KINDS),
    *(Box("", shapes.STATE, "", marks=(mark,)) for mark in ("empty", "faulty")),
]


@pytest.mark.parametrize("box", BOXES, ids=lambda box: " ".join((box.kind, *box.marks)))
def test_texts_stand_out_from_their_ground_and_edges_from_the_paper(box: Box) -> None:
    look = looks.look_of(box)
    assert min(_contrast(look.fill, ink) for ink in (looks.INK, looks.PALE_INK)) >= 4.5
    assert _contrast(look.edge, looks.PAPER) >= 3


def test_arrows_stand_out_from_the_paper() -> None:
    assert min(_contrast(each, looks.PAPER) for each in (looks.ARROW, looks.POSSIBLE, looks.PALE_INK)) >= 4.5


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("short", ["short"]),
        ("", [""]),
        ("/Namespace/Class/instance", ["/Namespace/", "Class/", "instance"]),
        ("oneverylongwordwithoutanysign", ["oneverylongw", "ordwithoutan", "ysign"]),
        ("oneWordOfManyWords", ["oneWordOf", "ManyWords"]),
        ("a text of many words, so many", ["a text of", "many words,", "so many"]),
        ("a text of too many words, so many of them", ["a text of", "too many", "words, so m…"]),
    ],
)
def test_a_long_text_is_broken_where_a_part_of_it_ends(text: str, lines: list[str]) -> None:
    assert lines == looks.lines_of(text, 12)


@needs_dot
def test_a_title_says_of_an_arrow_what_all_its_targets_are() -> None:
    boxes = (Box("a", shapes.INSTANCE, "a"), Box("b", shapes.INSTANCE, "b"))
    arrows = (Arrow("a", "b", shapes.LEADS, "x", "/N/b"), Arrow("a", "b", shapes.LEADS, "y", "/N/b", "IF c"))
    drawn = svgs([Diagram(shapes.REACHED, "", boxes, arrows)])[0]
    assert 2 == drawn.count("<title>x: /N/b; y IF c: /N/b</title>")


@needs_dot
def test_several_pictures_may_stand_on_one_page() -> None:
    for drawn in svgs([_reached(_chain(2), "/N/C/i0")] * 2, lambda link: link.full):
        assert [] == [key for each in ElementTree.fromstring(drawn).iter() for key in dict(each.items()) if key == "id"]


@needs_dot
def test_names_lead_where_the_page_says() -> None:
    diagram = _reached(_chain(2), "/N/C/i0")
    drawn = svgs([diagram], lambda link: f"there/{link.full}?<&")[0]
    hrefs = [value for each in ElementTree.fromstring(drawn).iter() for key, value in each.items() if "href" in key]
    assert {"there//D/N/C/i0?<&", "there//D/N/C/i1?<&"} == set(hrefs)
