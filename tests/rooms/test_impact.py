"""Edges: what is taken for one, and what leads to what."""

from pathlib import Path

import pytest

from aelang import model
from aelang.analysis.edges import (
    CALL,
    CODE,
    EMBEDS,
    FIXED,
    HOLE,
    HOOK,
    PATTERN,
    REFERENCE,
    Use,
    edges_of,
    read_edges,
    write_edges,
)
from aelang.analysis.impact import find_thing, impact
from aelang.analysis.touched import touched
from aelang.project import open_project
from tests.datastores import compiled, field, instance, klass, texts
from tests.explaining import disagreements, miscounted, run_disagreements
from tests.reaching import compare, graph_of, instances, run_entries
from tests.spellings import CORPUS
from tests.transcripts import ROOT

EXAMPLES = sorted(path.parent for path in (ROOT / "examples").glob("*/README.md"))
LEAF = klass("N/Leaf", [field("attribute", "a", "1")], [instance("one"), instance("two")])


def _uses(*classes: model.Class) -> list[Use]:
    return [use for each in edges_of(compiled(*classes)[0]) for use in each.uses]


def _ends(*classes: model.Class) -> list[tuple[str, str, str]]:
    return [(use.end, use.key, use.target) for use in _uses(*classes)]


def _method(name: str, code: str = "", embedded: tuple[str, ...] = ()) -> model.Method:
    said = {"name": name, "location": "inline", "language": "python"}
    return model.Method(texts(said), (), tuple(map(model.Text, embedded)), {}, code, f"{name}.yaml")


@pytest.mark.parametrize(
    ("target", "end"),
    [
        ("/N/Leaf/one", (FIXED, "value", "d/n/leaf/one")),
        ("/D/N/Leaf/ONE?a=1#x", (FIXED, "value", "d/n/leaf/one")),
        ("/D/N/Leaf/", (FIXED, "value", "d/n/leaf/")),
        ("/N/Leaf/${#b}", (PATTERN, "value", f"n/leaf/{HOLE}")),
        ("/N/Leaf/one?x=${#b}", (FIXED, "value", "d/n/leaf/one")),
        ("method:/D/N/Leaf/tell", (CALL, "value", "d/n/leaf/tell")),
    ],
)
def test_a_relationship_ends_where_its_target_leads(target: str, end: tuple[str, str, str]) -> None:
    leaf = LEAF._replace(methods=(_method("tell"),))
    assert [end] == _ends(leaf, klass("N/C", [field("relationship", "r", target)]))


@pytest.mark.parametrize("target", ["#/N/Leaf/one", "", "/N/Leaf/", "/N/Nobody/one", "miqaews:/N/Leaf/one"])
def test_what_leads_to_no_instance_is_no_edge(target: str) -> None:
    assert [] == _ends(LEAF, klass("N/C", [field("relationship", "r", target)]))


def test_a_wildcard_leads_to_all_that_match() -> None:
    ends = _ends(LEAF, klass("N/C", [field("relationship", "r", "/N/Leaf/*")]))
    assert [(FIXED, "value", "d/n/leaf/one"), (FIXED, "value", "d/n/leaf/two")] == ends


def test_all_words_of_a_state_are_edges() -> None:
    state = field("state", "s", "/N/Leaf/one", on_entry="tell; tell", on_error="tell", undo="/N/Leaf/two")
    keys = [key for _, key, _ in _ends(LEAF, klass("N/C", [state], methods=[_method("tell")]))]
    assert ["value", "on_entry", "on_entry", "on_error", "undo"] == keys


def test_a_step_has_its_hooks() -> None:
    step = klass("N/C", [field("step", "s", "/N/Leaf/one")], methods=[_method("before_step")])
    assert [(FIXED, "value", "d/n/leaf/one"), (CALL, HOOK, "d/n/c/before_step")] == _ends(LEAF, step)


def test_a_reference_to_an_instance_is_an_edge_wherever_it_stands() -> None:
    schema = [
        field("attribute", "a", "${miqaedb:/N/Leaf/one/a}"),
        field("relationship", "r", "/N/Leaf/two", condition="IF ${miqaedb:/N/Leaf/one/a}"),
    ]
    ends = _ends(LEAF, klass("N/C", schema))
    assert 2 == ends.count((FIXED, REFERENCE, "d/n/leaf/one"))


def test_methods_lead_by_their_code_and_to_what_they_embed() -> None:
    code = 'def main(evm):\n    evm.instantiate("/N/Leaf/one")\n'
    calling = klass("N/C", [], methods=[_method("call", code), _method("shared")])
    embedding = klass("N/E", [], methods=[_method("go", embedded=("/N/C/shared",))])
    assert [(FIXED, CODE, "d/n/leaf/one"), (CALL, EMBEDS, "d/n/c/shared")] == _ends(LEAF, calling, embedding)


def test_a_class_speaks_for_the_instances_without_a_word_of_their_own() -> None:
    schema = [field("relationship", "r", "/N/Leaf/one")]
    uses = _uses(LEAF, klass("N/C", schema, [instance("plain"), instance("own", r="/N/Leaf/two")]))
    assert [("", ("own",)), ("own", ())] == [(use.speaker, use.others) for use in uses]


def test_an_inherited_relationship_is_an_edge_of_the_heir() -> None:
    base = klass("N/Base", [field("relationship", "r", "/N/Leaf/one")])
    heir = klass("N/Heir", [], [instance("i")], inherits="/N/Base")
    assert 2 == _ends(LEAF, base, heir).count((FIXED, "value", "d/n/leaf/one"))


def test_a_secret_in_a_target_is_not_kept() -> None:
    uses = _uses(LEAF, klass("N/C", [field("relationship", "r", "/N/Leaf/one?pin=v2:{abcdef==}")]))
    assert ["/N/Leaf/one?pin=********"] == [use.shown for use in uses]


def test_edges_are_read_as_they_were_written() -> None:
    image, _ = compiled(LEAF, klass("N/C", [field("relationship", "r", "/N/Leaf/one")], [instance("i")]))
    written = write_edges(edges_of(image))
    assert written == write_edges(read_edges(written))


# -- what leads to what ------------------------------------------------------------------------------------------


def _entries(thing: str, *classes: model.Class, of: str | None = None) -> list[str]:
    image, _ = compiled(*classes)
    graph = graph_of(image)
    found = find_thing(image, graph, thing, of)
    assert found is not None
    return [each.path for each in impact(graph, (found,)).entries]


def test_a_relationship_under_another_message_does_not_lead_on() -> None:
    middle = klass("N/M", [field("relationship", "r", "/N/Leaf/one", message="pay")], [instance("m")])
    start = klass("N/S", [field("relationship", "r", "/N/M/m")], [instance("s")])
    assert [] == _entries("/N/Leaf/one", LEAF, middle, start)
    start = klass("N/S", [field("relationship", "r", "/N/M/m#pay")], [instance("s")])
    assert ["/N/S/s"] == _entries("/N/Leaf/one", LEAF, middle, start)


def test_what_only_reads_an_instance_does_not_follow_its_relationships() -> None:
    middle = klass("N/M", [field("relationship", "r", "/N/Leaf/one"), field("attribute", "a", "1")], [instance("m")])
    reads = klass("N/S", [field("attribute", "b", "${miqaedb:/N/M/m/a}")], [instance("s")])
    assert ["/N/M/m"] == _entries("/N/Leaf/one", LEAF, middle, reads)
    assert ["/N/M/m", "/N/S/s"] == _entries("/N/M/m", LEAF, middle, reads, of="a")
    assert ["/N/M/m"] == _entries("/N/M/m", LEAF, middle, reads, of="r")


def test_an_instance_of_a_hidden_domain_is_reached_by_its_full_path_only() -> None:
    low = klass("N/Leaf", [field("attribute", "a", "0")], [instance("one")], domain="L")
    start = klass("N/S", [field("relationship", "r", "/N/Leaf/one")], [instance("s")])
    assert [] == _entries("/L/N/Leaf/one", LEAF, start, low)
    start = klass("N/S", [field("relationship", "r", "/L/N/Leaf/one")], [instance("s")])
    assert ["/N/S/s"] == _entries("/L/N/Leaf/one", LEAF, start, low)


def test_who_takes_over_the_words_of_an_instance_is_asked_about_with_it() -> None:
    schema = [field("attribute", "a"), field("attribute", "b")]
    family = [instance("usual", a="1"), instance("heir", "usual"), instance("other", "usual", a="2")]
    start = klass("N/S", [field("relationship", "r", "/N/C/heir"), field("relationship", "s", "/N/C/other")],
                  [instance("s")])  # fmt: skip
    assert ["/N/C/usual", "/N/S/s"] == _entries("/N/C/usual", klass("N/C", schema, family), start)
    assert ["/N/C/usual"] == _entries("/N/C/usual", klass("N/C", schema, family), start, of="b")


def test_a_method_of_an_ancestor_of_a_named_class_is_called() -> None:
    base = klass("N/Base", [], methods=[_method("tell")])
    heir = klass("N/Heir", [], inherits="/N/Base")
    start = klass("N/S", [field("method", "m", "/D/N/Heir.tell")], [instance("s")])
    assert ["/N/S/s"] == _entries("/N/Base.tell", base, heir, start)


def test_a_circle_ends() -> None:
    schema = [field("relationship", "r")]
    circle = klass("N/C", schema, [instance("a", r="/N/C/b"), instance("b", r="/N/C/a"), instance("s", r="/N/C/a")])
    assert ["/N/C/s"] == _entries("/N/C/a", circle)


# -- what is different -------------------------------------------------------------------------------------------


def _touched(before: list[model.Class], after: list[model.Class]) -> tuple[list[str], list[str]]:
    found = touched(compiled(*before)[0], compiled(*after)[0])
    return [each.path for each in found.gone], [each.path for each in found.now]


def test_a_changed_default_touches_those_that_take_it_over() -> None:
    before = klass("N/C", [field("attribute", "a", "1")], [instance("i"), instance("own", a="5")])
    after = klass("N/C", [field("attribute", "a", "2")], [instance("i"), instance("own", a="5")])
    assert ([], ["/N/C/", "/N/C/i"]) == _touched([before], [after])


def test_a_class_of_which_a_default_changed_is_told_as_a_class() -> None:
    before, after = (klass("N/C", [field("attribute", "a", said)], [instance("i")]) for said in "12")
    found = touched(compiled(before)[0], compiled(after)[0])
    assert ["class", "instance"] == [each.kind for each in found.now]


def test_what_is_gone_is_told_apart() -> None:
    after = LEAF._replace(instances=LEAF.instances[:1])
    assert (["/N/Leaf/two"], []) == _touched([LEAF], [after])


def test_a_target_that_leads_to_another_domain_touches_who_follows_it() -> None:
    start = klass("N/S", [field("relationship", "r", "/N/Leaf/one")], [instance("s")])
    low = klass("N/Leaf", [], [instance("one")], domain="L")
    assert "/N/S/s" in _touched([start, low], [start._replace(domain="D"), LEAF, low])[1]


# -- beside runs -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_what_runs_of_the_examples_pass_is_named(example: Path) -> None:
    image = open_project([str(example)], cache=False).image
    graph = graph_of(image)
    visits = run_entries(image, graph)
    found = [compare(image, graph, visits, entry, name) for entry, name in instances(image.index)]
    assert [] == [(each.thing.path, each.missed) for each in found if each.missed]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_explain_says_what_a_run_reads(example: Path) -> None:
    opened = open_project([str(example)], cache=False)
    assert ([], []) == (disagreements(opened)[1], run_disagreements(opened)[1])
    assert [] == miscounted(opened)


def test_what_runs_of_a_real_domain_pass_is_named() -> None:
    if not CORPUS.is_dir():
        pytest.skip(f"there is no corpus at {CORPUS}: set AELANG_CORPUS")
    image = open_project([str(CORPUS / "CloudForms_Essentials")], cache=False).image
    graph = graph_of(image)
    visits = run_entries(image, graph)
    found = [compare(image, graph, visits, entry, name) for entry, name in instances(image.index)]
    assert [] == [(each.thing.path, each.missed) for each in found if each.missed]


def test_explain_says_what_a_run_reads_of_a_real_domain() -> None:
    if not CORPUS.is_dir():
        pytest.skip(f"there is no corpus at {CORPUS}: set AELANG_CORPUS")
    opened = open_project([str(CORPUS / "CloudForms_Essentials")], cache=False)
    assert ([], []) == (disagreements(opened)[1], run_disagreements(opened)[1])
