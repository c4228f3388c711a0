"""Common mistakes: what was meant is shown, in a spelling that the grammar accepts."""

import pytest

from aelang.syntax.calls import parse_call
from aelang.syntax.collects import parse_collects
from aelang.syntax.expressions import parse_expression
from aelang.syntax.mistakes import COLLECT, EXPRESSION, REFERENCE, TARGET, advice
from aelang.syntax.targets import parse_target
from aelang.syntax.templates import parse_template

MEANT = {
    "${#a} = 3": "${#a} == 3",
    "${#a} === 3": "${#a} == 3",
    "${#a} !== 3": "${#a} != 3",
    "${#a} <> 3": "${#a} != 3",
    "${#a} => 3": "${#a} >= 3",
    "${#a} =< 3": "${#a} <= 3",
    "${#a} ~= /x/": "${#a} =~ /x/",
    "${#a} & ${#b}": "${#a} && ${#b}",
    "${#a} | ${#b}": "${#a} || ${#b}",
    "${#a} AND ${#b}": "${#a} and ${#b}",
    "${#a} OR NOT ${#b}": "${#a} or not ${#b}",
    "${#a} IN [1]": "${#a} in [1]",
    "${#a} == True": "${#a} == true",
    "${#a} == FALSE": "${#a} == false",
    "${#a} == None": "${#a} == nil",
    "${#a} eq 'x'": "${#a} == 'x'",
    "${#a} ne 'x'": "${#a} != 'x'",
    "${#a} gt 3": "${#a} > 3",
    "${#a} lt 3": "${#a} < 3",
    "${#a} ge 3": "${#a} >= 3",
    "${#a} le 3": "${#a} <= 3",
    "${#a} is nil": "${#a} == nil",
    "${#a} is not nil": "${#a} != nil",
    "${#a} nil?": "${#a}.nil?",
    "${#a}.blank": "${#a}.blank?",
    "${#a}.nil": "${#a}.nil?",
    "${#a}.contains('x')": "${#a}.include?('x')",
    "${#a}.include('x')": "${#a}.include?('x')",
    "${#a}.startswith('x')": "${#a}.start_with?('x')",
    "${#a}.ends_with('x')": "${#a}.end_with?('x')",
    "${#a}.lower == 'x'": "${#a}.downcase == 'x'",
    "${#a}.toUpperCase == 'X'": "${#a}.upcase == 'X'",
    "${#a}.len > 3": "${#a}.length > 3",
    "${#a}.count > 3": "${#a}.length > 3",
    "${#a}.trim == 'x'": "${#a}.strip == 'x'",
    "${#a}&.length": "${#a}.length",
    "${#a} matches /x/": "${#a} =~ /x/",
    "${#a}.match?(/x/)": "${#a} =~ /x/",
    "1_000 < ${#a}": "1000 < ${#a}",
    "if ${#a} > 3": "${#a} > 3",
    "unless ${#a} > 3": "!(${#a} > 3)",
    "${#a} > 3;": "${#a} > 3",
    "'abc == ${#a}": "'abc == ${#a}'",
    "${#a} == 'abc": "${#a} == 'abc'",
    '${#a} == "abc': '${#a} == "abc"',
    "(${#a} > 3": "(${#a} > 3)",
    "{{ /#a }} > 3": "${/#a} > 3",
    '"#{/#a}" == "x"': '"${/#a}" == "x"',
    "$evm.root['a'] == 'x'": "${/#a} == 'x'",
    "$evm.object['a'] == 'x'": "${#a} == 'x'",
    "$(/#a) == 'x'": "${/#a} == 'x'",
    "${#a} == “x”": '${#a} == "x"',
    "${#a} = 3 AND ${#b} <> 4": "${#a} == 3 and ${#b} != 4",
}


@pytest.mark.parametrize(("written", "meant"), MEANT.items())
def test_an_expression_shows_what_was_meant(written: str, meant: str) -> None:
    node, (found,) = parse_expression(written)
    assert node is None
    assert found.help.endswith(f"write `{meant}`")


def test_every_row_of_the_expressions_has_a_fitting_mistake() -> None:
    import re

    idle = [row.pattern for row in EXPRESSION if not any(re.search(row.pattern, written) for written in MEANT)]
    assert [r"[‘’]", r"\b(length|size|to_[ifs]|downcase|upcase|strip|blank\?|nil\?|empty\?)\(\)"] == idle


@pytest.mark.parametrize(
    "text", ["${#a} and ${#b} or ${#c}", "${#a} && not ${#b}", "${#a} || ${#b} and true", "not 1 && 2"]
)
def test_words_and_signs_that_mix_are_sent_to_parentheses(text: str) -> None:
    _, (found,) = parse_expression(text)
    assert "put parentheses around a part" in found.help


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Dear ${name}", "${#name}"),
        ("Dear ${/name}", "${/#name}"),
        ("Dear ${vm.name}", "${#vm.name}"),
        ("Dear ${.name}", "${#name}"),
        ("Dear ${/# name}", "${/#name}"),
        ("Dear ${/#vm['name']}", "${/#vm.name}"),
        ("Dear ${/#vm.name?}", "${/#vm.name}"),
        ("Dear ${/# vm . name}", "${/#vm.name}"),
    ],
)
def test_a_reference_shows_what_was_meant(written: str, meant: str) -> None:
    node, (found,) = parse_template(written)
    assert node is None
    assert found.help.endswith(f"write `{meant}`")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Ns/Class/a", "/Ns/Class/a"),
        ("/Ns/Class/a b", "/Ns/Class/a%20b"),
        ("miqaedb:Ns/Class/a", "miqaedb:/Ns/Class/a"),
        ("\\Ns\\Class\\a", "/Ns/Class/a"),
        ("/Ns/Class/{a}", "/Ns/Class/a"),
        ("/Ns/50%/a", "/Ns/50%25/a"),
    ],
)
def test_a_target_shows_what_was_meant(written: str, meant: str) -> None:
    node, (found,) = parse_target(written)
    assert node is None
    assert found.help.endswith(f"write `{meant}`")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("m(x: 1)", "m(x => 1)"),
        ("m(x = 1, y = 2)", "m(x => 1, y => 2)"),
        ("m(:x => 1)", "m(x => 1)"),
        ("m('x' => 1)", "m(x => 1)"),
        ("m(x => -1)", "m(x => '-1')"),
        ("m(x => 2.5)", "m(x => '2.5')"),
        ("m(x => /a/b)", "m(x => '/a/b')"),
        ("m(x => 1, y => '')", "m(x => 1)"),
        ("m(x => '', y => 1)", "m(y => 1)"),
        ("m(x => 1", "m(x => 1)"),
        ("METHOD::m", "m"),
        ("Class::m", "Class.m"),
        ("my-method", "my_method"),
    ],
)
def test_a_call_shows_what_was_meant(written: str, meant: str) -> None:
    node, (found,) = parse_call(written)
    assert node is None
    assert found.help.endswith(f"write `{meant}`")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("x = {a => b}.count", "x = {a => b}"),
        ("x = [a].sort.reverse", "x = [a].sort"),
        ("x = [a].frob", "x = [a]"),
        ("x = {a: b}", "x = {a => b}"),
        ("x = (a, b)", "x = [a, b]"),
        ("x = [a, b,]", "x = [a, b]"),
        ("= a", "a"),
        ("x = a.count", "x = a"),
    ],
)
def test_a_collect_shows_what_was_meant(written: str, meant: str) -> None:
    node, (found,) = parse_collects(written)
    assert node is None
    assert found.help.endswith(f"write `{meant}`")


@pytest.mark.parametrize(
    ("language", "text"), [("expression", "§"), ("reference", "§"), ("target", "/§"), ("call", "§"), ("collect", "§")]
)
def test_a_text_that_resembles_nothing_gets_the_form_in_general(language: str, text: str) -> None:
    assert advice(language, text).startswith("write ")


def test_no_table_holds_a_row_twice() -> None:
    for table in (EXPRESSION, REFERENCE, TARGET, COLLECT):
        assert len({row.pattern for row in table}) == len(table)
