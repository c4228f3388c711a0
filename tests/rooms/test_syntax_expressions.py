"""Expressions: what binds to what, what a text in quotes holds, and what is no expression."""

import pytest

from aelang import ir
from aelang.compiler.lower_expressions import mean
from aelang.source import Span
from aelang.syntax import nodes
from aelang.syntax.expressions import parse_expression

ONE, TWO, THREE = ir.Literal(1), ir.Literal(2), ir.Literal(3)


def meaning(text: str) -> ir.Expression:
    lowered, faults = mean(text, substitute=True)
    assert () == faults
    return lowered


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 || 2 && 3", ir.Or(ONE, ir.And(TWO, THREE))),
        ("1 && 2 || 3", ir.Or(ir.And(ONE, TWO), THREE)),
        ("1 || 2 || 3", ir.Or(ir.Or(ONE, TWO), THREE)),
        ("1 and 2 and 3", ir.And(ir.And(ONE, TWO), THREE)),
        ("not 1 and 2", ir.And(ir.Not(ONE), TWO)),
        ("not not 1", ir.Not(ir.Not(ONE))),
        ("not 1 == 2", ir.Not(ir.Binary("==", ONE, TWO))),
        ("!1 == 2", ir.Binary("==", ir.Not(ONE), TWO)),
        ("1 and (2 or 3)", ir.And(ONE, ir.Or(TWO, THREE))),
        ("(1 and 2) || 3", ir.Or(ir.And(ONE, TWO), THREE)),
        ("1 + 2 * 3", ir.Binary("+", ONE, ir.Binary("*", TWO, THREE))),
        ("1 - 2 - 3", ir.Binary("-", ir.Binary("-", ONE, TWO), THREE)),
        ("1 + 2 == 3", ir.Binary("==", ir.Binary("+", ONE, TWO), THREE)),
        ("-1.5", ir.Negative(ir.Literal(1.5))),
        ("!!1", ir.Not(ir.Not(ONE))),
        ("-1.to_s", ir.Negative(ir.Calls(ONE, "to_s", ()))),
        ("1 in [1, 2]", ir.Binary("in", ONE, ir.ListOf((ONE, TWO)))),
        ("1 not  in []", ir.Binary("not in", ONE, ir.ListOf(()))),
        ("'a' !~ /b\\/c/i", ir.Matches(ir.Literal("a"), "b/c", "i", True)),
        ("'a'.first(2).empty?", ir.Calls(ir.Calls(ir.Literal("a"), "first", (TWO,)), "empty?", ())),
        ("message == 'create'", ir.Binary("==", ir.Message(), ir.Literal("create"))),
        ("5%2 == 1", ir.Binary("==", ir.Binary("%", ir.Literal(5), TWO), ONE)),
        ("%w(a b)", ir.ListOf((ir.Literal("a"), ir.Literal("b")))),
        ("%w(  )", ir.ListOf(())),
        ("1.5e-2", ir.Literal(0.015)),
        ("null", ir.Literal(None)),
        ("  true\n", ir.Literal(True)),
    ],
)
def test_an_expression_binds_as_it_should(text: str, expected: ir.Expression) -> None:
    assert expected == meaning(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"'a\nb'", r"a\nb"),
        (r"'it\'s'", "it's"),
        (r"'a\\b'", "a\\b"),
        (r'"a\nb\t\e"', "a\nb\t\x1b"),
        (r'"say \"a\""', 'say "a"'),
        ('"#a"', "#a"),
        ('"$a ${"', "$a ${"),
        ("''", ""),
    ],
)
def test_a_text_in_quotes_has_its_escapes_read(text: str, expected: str) -> None:
    assert ir.Literal(expected) == meaning(text)


def test_a_reference_in_quotes_is_part_of_the_text() -> None:
    assert ir.Quoted(("a ", 0, "'", 1)) == meaning('"a ${#b}\'${#c}"')


def test_a_quote_inside_a_reference_does_not_end_the_text() -> None:
    assert ir.Quoted(("a", 0)) == meaning("'a${'#b}'")


def test_a_reference_never_parts_a_word() -> None:
    assert ir.ListOf((ir.Quoted(("a", 0, "b")), ir.Literal("c"))) == meaning("%w(a${ #x }b c)")


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("1 == 2 == 3", 8),
        ("1 or 2 and 3", 8),
        ("1 || 2 or 3", 8),
        ("not 1 && 2", 7),
        ("1 && not 2", 6),
        ("0x10", 1),
        ("1_000", 1),
        ("1e5", 1),
        ("'a#{b}'", 3),
        ("a.b", 1),
        ("1.foo", 3),
        ("1.length(2)", 3),
        ("'a'.include?", 5),
        ("'a' =~ 'a'", 8),
        ("'a' =~ /a(?=b)/", 8),
        ("'a' =~ /${#b}/", 8),
        ("'a' =~ /a/x", 8),
        ("[1, ]", 5),
        ("()", 2),
        ("1 2", 3),
        ("", 1),
        ("'abc", 1),
    ],
)
def test_what_is_no_expression_is_told_where(text: str, column: int) -> None:
    node, found = parse_expression(text, Span("f", 1, 1))
    assert node is None
    assert [("invalid-expression", column)] == [(each.kind.slug, each.span.column) for each in found]


def test_an_unknown_call_brings_the_nearest_one_to_mind() -> None:
    _, (found,) = parse_expression("${#a}.star_with?('x')")
    assert "did you mean `start_with?`?" in found.message


def test_a_reference_that_is_not_well_formed_is_told_beside_the_expression() -> None:
    node, found = parse_expression("${word} == 1")
    assert (None, ["invalid-reference"]) == (node, [each.kind.slug for each in found])


def test_nodes_know_their_places() -> None:
    node, _ = parse_expression("${#a} == 'b'")
    left, right = nodes.Reference("", "a", at=0), nodes.InQuotes(("b",), "'", 9)
    assert nodes.Joined("==", left, right, 6) == node


@pytest.mark.parametrize(
    "text", ["'" + "${#a}" * 60, "%w(" + "${#a}" * 60, '"' + "\\a" * 60, "'a' =~ /" + "(a*)*" * 20]
)
def test_a_text_without_end_is_refused_however_long_it_is(text: str) -> None:
    node, _ = parse_expression(text)
    assert node is None
