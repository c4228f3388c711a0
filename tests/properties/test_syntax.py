"""Properties of the small languages: printing and parsing agree, and so do the grammars and the readings."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aelang import ir
from aelang.compiler.lower import (
    lower_actions,
    lower_assertion,
    lower_call,
    lower_collect,
    lower_state_action,
    lower_target,
    lower_text,
)
from aelang.names import collapse_slashes, split_uri
from aelang.names.calls import Attribute, Call, method_path, read_argument
from aelang.source import NOWHERE, Span
from aelang.syntax import nodes, printer
from aelang.syntax.calls import parse_call
from aelang.syntax.collects import _is_plain, parse_collects, read_collect
from aelang.syntax.expressions import parse_expression
from aelang.syntax.grammars import Refused, parse
from aelang.syntax.targets import check_target, parse_target
from aelang.syntax.templates import (
    find_references,
    has_odd_reference,
    may_have_references,
    parse_coalesced,
    parse_template,
    well_formed,
)
from tests import strategies
from tests.properties.examples import examples

settings.register_profile(
    "syntax", deadline=None, max_examples=examples(150), suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("syntax")

SPAN = Span("f.yaml", 3, 5)


# -- printing and parsing ----------------------------------------------------------------------------------------


@given(strategies.templates)
def test_a_printed_template_is_parsed_as_it_was(node: nodes.Template) -> None:
    assert (node, ()) == _placeless(parse_template(printer.print_template(node)))


@given(strategies.coalesced)
def test_printed_alternatives_are_parsed_as_they_were(node: nodes.Coalesced) -> None:
    assert (node, ()) == _placeless(parse_coalesced(printer.print_coalesced(node)))


@given(strategies.targets)
def test_a_printed_target_is_parsed_as_it_was(node: nodes.Target) -> None:
    assert (node, ()) == _placeless(parse_target(printer.print_target(node)))


@given(strategies.calls)
def test_a_printed_call_is_parsed_as_it_was(node: nodes.Call) -> None:
    assert (node, ()) == _placeless(parse_call(printer.print_call(node)))


@given(strategies.collects)
def test_printed_collects_are_parsed_as_they_were(node: nodes.Collects) -> None:
    assert (node, ()) == _placeless(parse_collects(printer.print_collects(node)))


@given(strategies.expressions)
def test_a_printed_expression_is_parsed_as_it_was(node: nodes.Expression) -> None:
    assert (node, ()) == _placeless(parse_expression(printer.print_expression(node)))


def _placeless(parsed: tuple[object, object]) -> tuple[object, object]:
    return nodes.without_places(parsed[0]), parsed[1]


# -- the grammar and the reading ---------------------------------------------------------------------------------


@given(strategies.references)
def test_the_pattern_of_references_and_the_grammar_build_the_same_node(node: nodes.AnyReference) -> None:
    inner = printer.print_reference(node)[2:-1]
    assert nodes.without_places(parse("template", "reference", inner)) == well_formed(inner)


@given(strategies.oddities)
def test_the_pattern_of_references_and_the_grammar_accept_the_same(text: str) -> None:
    stripped = text.strip(" \t\n\v\f\r\0")
    assert isinstance(parse("template", "reference", stripped), Refused) == (well_formed(stripped) is None)


@given(strategies.oddities)
def test_the_grammar_of_templates_finds_the_references_that_the_scan_finds(text: str) -> None:
    scanned = [found.start for found in find_references(text)]
    parsed = parse("template", "template", text)
    if not isinstance(parsed, Refused):
        assert scanned == [part.at for part in parsed.parts if not isinstance(part, str)]
    else:
        assert any(well_formed(found.inner) is None for found in find_references(text))


@given(strategies.targets.filter(lambda node: "$" not in printer.print_target(node)))
def test_a_target_that_the_grammar_accepts_is_read_as_it_is_parsed(node: nodes.Target) -> None:
    text = printer.print_target(node)
    scheme = {"": "miqaedb", "miqae": "miqaews"}.get(node.scheme, node.scheme)
    query = text.partition("?")[2].partition("#")[0] if node.query is not None else None
    if "?" in printer.print_parts(node.path):
        return
    message = None if node.message is None else printer.print_parts(node.message)
    path = collapse_slashes(printer.print_parts(node.path))
    assert (scheme, path, query, message) == tuple(
        split_uri(text, "miqaedb")._replace(opaque=None)[each] for each in (0, 1, 3, 4)
    )


@given(strategies.calls.filter(lambda node: "$" not in printer.print_call(node)))
def test_a_call_that_the_grammar_accepts_is_read_as_it_is_parsed(node: nodes.Call) -> None:
    text = printer.print_call(node)
    arguments = {each.key: _argument(each.value) for each in node.arguments or ()}
    expected = Call(*method_path(printer.print_parts(node.path)), tuple(arguments.items()))
    assert (ir.Action(text, expected), ()) == lower_call(text, NOWHERE, substitute=True)


def _argument(value: object) -> object:
    match value:
        case nodes.Number(text):
            return read_argument(text)
        case nodes.InQuotes(parts):
            return printer.print_parts(parts)
        case nodes.Word(name):
            return Attribute(name)
        case _:
            raise AssertionError(value)


@given(strategies.collects)
def test_collects_that_the_grammar_accepts_are_read_as_they_are_parsed(node: nodes.Collects) -> None:
    text = printer.print_collects(node)
    lowered, _ = lower_collect(text, NOWHERE, on="relationship")
    assert tuple(map(_collect, node.collects)) == lowered


@given(strategies.collects.map(printer.print_collects) | st.text("ab=[]{},>'. 1", max_size=10))
def test_a_collect_that_looks_well_formed_is_so_by_the_grammar(text: str) -> None:
    if ";" not in text and _is_plain(text, read_collect(text)):
        assert not isinstance(parse("collect", "collects", text), Refused)


@given(strategies.targets)
def test_a_target_that_looks_well_formed_is_so_by_the_grammar(node: nodes.Target) -> None:
    for text in (printer.print_target(node), printer.print_target(node)[:-1]):
        if may_have_references(text) and not check_target(text) and not has_odd_reference(text):
            assert not isinstance(parse("target", "target", text.strip()), Refused)


def _collect(node: nodes.Collect) -> ir.Collect:
    left = node.left or None
    match node:
        case nodes.CollectList(_, elements, function):
            written = (
                printer.print_collects(nodes.Collects((nodes.CollectList("", (each,)),)))[1:-1] for each in elements
            )
            return ir.CollectList(left, tuple(map(Attribute, written)), function or None)
        case nodes.CollectHash(_, pairs):
            return ir.CollectHash(left, tuple((_key(key), value.name) for key, value in pairs))
        case nodes.CollectValue(_, name):
            return ir.CollectValue(left, name)


def _key(key: nodes.Word | nodes.InQuotes | nodes.SymbolWord) -> str | ir.SymbolKey | Attribute:
    match key:
        case nodes.Word(name):
            return Attribute(name)
        case nodes.SymbolWord(name):
            return ir.SymbolKey(name)
        case nodes.InQuotes(parts):
            return printer.print_parts(parts)


@given(strategies.expressions)
def test_an_expression_that_the_grammar_accepts_is_lowered_without_a_complaint(node: nodes.Expression) -> None:
    text = printer.print_expression(node)
    (test, *others), found = lower_assertion(text, NOWHERE, substitute=True, coalesce=False)
    assert ([], (), False) == (others, found, isinstance(test.meaning, ir.Faulty))


@given(strategies.expressions)
def test_an_expression_numbers_the_references_of_its_text(node: nodes.Expression) -> None:
    (test,), _ = lower_assertion(printer.print_expression(node), NOWHERE, substitute=True, coalesce=False)
    parts = test.text.parts if isinstance(test.text, ir.Template) else ()
    assert sorted(_numbers(test.meaning)) == list(range(sum(not isinstance(part, str) for part in parts)))


def _numbers(node: object) -> list[int]:
    match node:
        case ir.Referred(index):
            return [index]
        case ir.Quoted(parts):
            return [part for part in parts if isinstance(part, int)]
        case tuple():
            return [number for part in node for number in _numbers(part)]
        case _:
            return []


# -- any text ----------------------------------------------------------------------------------------------------


@given(strategies.oddities | st.text(max_size=20), st.booleans(), st.booleans())
def test_any_text_is_lowered_in_any_place(text: str, substitute: bool, coalesce: bool) -> None:
    lower_text(text, SPAN, substitute=substitute, coalesce=coalesce)
    lower_target(text, SPAN, substitute=substitute, coalesce=coalesce)
    lower_call(text, SPAN, substitute=substitute, coalesce=coalesce)
    lower_state_action(text, SPAN, substitute=substitute, coalesce=coalesce)
    lower_actions(text, SPAN)
    lower_collect(text, SPAN, on="relationship")
    lower_collect(text, SPAN, on="attribute")


@given(strategies.oddities | st.text(max_size=20), st.booleans(), st.booleans())
def test_any_text_is_lowered_as_an_assertion(text: str, substitute: bool, coalesce: bool) -> None:
    lower_assertion(text, SPAN, substitute=substitute, coalesce=coalesce)


@given(strategies.oddities)
def test_a_finding_points_into_its_text_and_shows_a_way_out(text: str) -> None:
    _, found = lower_target(text, SPAN, substitute=True)
    one_line = "\n" not in text.rstrip("\n")
    places = [each.span.column - SPAN.column for each in found]
    assert [] == [at for at in places if not 0 <= at <= (len(text) if one_line else 0)]
    assert [] == [each.message for each in found if not each.help]


@pytest.mark.parametrize("text", ["(" * 6000 + "1" + ")" * 6000, "!" * 5000 + "true", "1" + " && 1" * 5000])
def test_an_expression_too_deep_is_refused(text: str) -> None:
    (test,), _ = lower_assertion(text, NOWHERE, substitute=True, coalesce=False)
    assert isinstance(test.meaning, ir.Faulty)
