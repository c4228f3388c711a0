"""Surface nodes of the other small languages: what they hold, and where."""

import pytest

from aelang.source import Span
from aelang.syntax import nodes
from aelang.syntax.calls import parse_call
from aelang.syntax.collects import parse_collects
from aelang.syntax.printer import print_call, print_collects, print_target
from aelang.syntax.targets import parse_target
from aelang.syntax.templates import parse_coalesced, parse_template


def test_a_template_holds_text_and_references_with_their_places() -> None:
    node, found = parse_template("a ${/#b.c(:d)} $<#e>", Span("f", 1, 1))
    lookup = nodes.Reference("/", "b", (nodes.Step("c", ":d"),), at=2)
    assert (nodes.Template(("a ", lookup, " ", nodes.Reference("", "e", angled=True, at=15))), ()) == (node, found)


def test_alternatives_hold_the_places_of_the_whole_text() -> None:
    node, _ = parse_coalesced("a || ${#b}")
    assert nodes.Coalesced((nodes.Template(("a",)), nodes.Template((nodes.Reference("", "b", at=5),)))) == node


def test_a_target_holds_its_parts() -> None:
    node, _ = parse_target(" miqae:/a/${#b}?k=v&w#${#m}")
    expected = nodes.Target(
        "miqae",
        ("/a/", nodes.Reference("", "b", at=10)),
        (nodes.TargetArgument(("k",), ("v",), 16), nodes.TargetArgument(("w",), None, 20)),
        (nodes.Reference("", "m", at=22),),
    )
    assert expected == node


def test_a_call_holds_its_arguments() -> None:
    node, _ = parse_call('/Ns/C.m( a => 1, b => "x${#y}", c => d, e => ${#f} )')
    assert node is not None
    expected = nodes.Call(
        ("/Ns/C.m",),
        (
            nodes.CallArgument("a", nodes.Number("1")),
            nodes.CallArgument("b", nodes.InQuotes(("x", nodes.Reference("", "y")), '"')),
            nodes.CallArgument("c", nodes.Word("d")),
            nodes.CallArgument("e", nodes.Reference("", "f")),
        ),
    )
    assert expected == nodes.without_places(node)


def test_collects_hold_lists_hashes_and_values() -> None:
    node, _ = parse_collects("x = [a, 1].SUM; {:k => b}; c;")
    assert node is not None
    expected = nodes.Collects(
        (
            nodes.CollectList("x", (nodes.Word("a"), nodes.Number("1")), "sum"),
            nodes.CollectHash("", (nodes.Pair(nodes.SymbolWord("k"), nodes.Word("b")),)),
            nodes.CollectValue("", "c"),
        )
    )
    assert expected == nodes.without_places(node)


@pytest.mark.parametrize(
    ("written", "printed"),
    [("x=[ a,b ].Sum ;y", "x = [a, b].sum; y"), ("{a=>b}", "{a => b}"), (" a ", "a")],
)
def test_collects_are_printed_with_even_blanks(written: str, printed: str) -> None:
    node, _ = parse_collects(written)
    assert node is not None
    assert printed == print_collects(node)


@pytest.mark.parametrize(
    ("written", "printed"), [("m( a=>1 ,b=>'c' )", "m(a => 1, b => 'c')"), (" m ", "m"), ("m()", "m()")]
)
def test_a_call_is_printed_with_even_blanks(written: str, printed: str) -> None:
    node, _ = parse_call(written)
    assert node is not None
    assert printed == print_call(node)


def test_a_target_is_printed_as_it_is_written_but_for_the_case_of_its_scheme() -> None:
    node, _ = parse_target(" MIQAEDB:/a/b?c=d e#f ")
    assert node is not None
    assert "miqaedb:/a/b?c=d e#f" == print_target(node)


@pytest.mark.parametrize(
    ("text", "column", "length"),
    [("/a/b c", 5, 1), ("leaf", 1, 4), ("ftp:/a", 1, 3), ("  /a/{", 6, 1), ("/a?", 4, 1), ("/a#b#c", 5, 1)],
)
def test_a_fault_of_a_target_has_its_place(text: str, column: int, length: int) -> None:
    _, (found,) = parse_target(text, Span("f", 1, 1))
    assert (column, length) == (found.span.column, found.span.length)
