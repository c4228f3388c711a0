"""Lowering: what each text of a field means to a run, and what is said about it."""

import json
import os
import sys
from pathlib import Path
from subprocess import run

import pytest

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
from aelang.diagnostics import Diagnostic
from aelang.interpreter.failures import BY_NAME
from aelang.names.calls import Attribute, Call
from aelang.source import NOWHERE, Span

SPAN = Span("f.yaml", 3, 10)


def text_of(text: str | None, *, substitute: bool = True, coalesce: bool = False) -> ir.Text:
    return lower_text(text, NOWHERE, substitute=substitute, coalesce=coalesce)[0]


def slugs(found: tuple[Diagnostic, ...]) -> list[str]:
    return [each.kind.slug for each in found]


# -- values ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "  ", "plain", "${}", "${/#colour", "$<b>", "a $ b", "# off", "a\nb"])
def test_a_text_without_references_stays_as_it_is(text: str) -> None:
    assert text == text_of(text)


def test_an_absent_text_is_absent() -> None:
    assert text_of(None) is None


def test_a_reference_is_plain_text_where_substitution_is_off() -> None:
    assert text_of("${/#colour}", substitute=False) == "${/#colour}"


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("#attr", ir.Lookup("", "attr")),
        ("/#attr", ir.Lookup("/", "attr")),
        (" /#attr ", ir.Lookup("/", "attr")),
        ("../..#attr", ir.Lookup("../..", "attr")),
        ("Ns/Class#attr", ir.Lookup("Ns/Class", "attr")),
        ("/Ns/Class/*#attr", ir.Lookup("/Ns/Class/*", "attr")),
        ("miqae:/#attr", ir.Lookup("/", "attr")),
        ("#!current_message", ir.Lookup("", "!current_message")),
        ("/#a?x=1", ir.Lookup("/", "a?x=1")),
        ("State_Var#Name", ir.StateVariable("Name")),
        ("!Current_Message", ir.CurrentMessage()),
        ("#a.b", ir.Lookup("", "a", (ir.Step("b"),))),
        ("#a.b(:x)", ir.Lookup("", "a", (ir.Step("b", "x", True),))),
        ("#a.b(x).c()", ir.Lookup("", "a", (ir.Step("b", "x"), ir.Step("c", "")))),
        ("#a.b?.c", ir.Lookup("", "a", (ir.Step("b?"), ir.Step("c")))),
        ("#a..b.", ir.Lookup("", "a", (ir.Step(""), ir.Step("b")))),
        ("#a.b(1.5)", ir.Lookup("", "a", (ir.Step("b(1"), ir.Step("5)")))),
        (
            "miqaedb:/Ns/Class/inst/attr",
            ir.InstanceLookup("miqaedb:/Ns/Class/inst/attr", "Ns", "Class", "inst", "attr", "create"),
        ),
        (
            "miqaedb:///Ns/Class/inst/attr#Msg",
            ir.InstanceLookup("miqaedb:/Ns/Class/inst/attr#Msg", "Ns", "Class", "inst", "attr", "msg"),
        ),
    ],
)
def test_what_stands_in_a_reference_is_looked_up(inner: str, expected: ir.Reference) -> None:
    assert ir.Template(("a ", expected, " b")) == text_of(f"a ${{{inner}}} b")


@pytest.mark.parametrize(
    ("inner", "expected"), [("http://x//y#z", "http:/x/y#z"), ("method:/foo", "method:/foo"), ("a:b", "a:b")]
)
def test_a_reference_with_another_scheme_gives_its_own_text(inner: str, expected: str) -> None:
    assert f"a {expected} b" == text_of(f"a ${{{inner}}} b")


@pytest.mark.parametrize(
    ("inner", "error"),
    [
        ("word", "InvalidPathFormat"),
        ("/Ns/Class", "InvalidPathFormat"),
        ("/#", "InvalidPathFormat"),
        ("/#a|b", "InvalidPathFormat"),
        ("/#a b", "InvalidPathFormat"),
        ("/#é", "InvalidPathFormat"),
        ("miqaews:a#b", "InvalidPathFormat"),
        ("miqaedb:a", "InvalidPathFormat"),
        ("!foo", "MethodNotFound"),
    ],
)
def test_what_cannot_be_looked_up_is_faulty_in_its_place(inner: str, error: str) -> None:
    lowered, found = lower_text(f"${{#a}}${{{inner}}}", NOWHERE, substitute=True, coalesce=False)
    assert isinstance(lowered, ir.Template)
    assert [ir.Lookup("", "a"), error] == [lowered.parts[0], getattr(lowered.parts[1], "error", None)]
    assert ["invalid-reference"] == slugs(found)


def test_every_failure_that_lowering_names_is_one_of_a_run() -> None:
    assert {"InvalidPathFormat", "MethodNotFound", "AssertionFailure", "InvalidMethod", "InvalidCollection"} <= set(
        BY_NAME
    )


def test_an_angled_reference_is_one_only_where_it_is_well_formed() -> None:
    assert ir.Template((ir.Lookup("/", "a"), " $<b> ", ir.Lookup("", "c"))) == text_of("$</#a> $<b> ${#c}")


def test_an_inner_reference_does_not_nest() -> None:
    lowered = text_of("${/#${#own}}")
    assert isinstance(lowered, ir.Template)
    assert "}" == lowered.parts[1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("||", None),
        (" || ", ""),
        ("a || b", "a"),
        (" || b", "b"),
        ("x | y", "x | y"),
        ("  ${#a}  || b || c", ir.Coalesced((ir.Template((ir.Lookup("", "a"),)), "b"))),
        ("${#a} ||  || ", ir.Coalesced((ir.Template((ir.Lookup("", "a"),)), "", ""))),
    ],
)
def test_alternatives_are_parted_stripped_and_end_at_the_first_fixed_one(text: str, expected: ir.Text) -> None:
    assert expected == text_of(text, substitute=False, coalesce=True)


# -- assertions --------------------------------------------------------------------------------------------------

A, B = ir.Lookup("", "a"), ir.Lookup("", "b")


def assertion_of(text: str | None, *, substitute: bool = True, coalesce: bool = False) -> tuple[ir.Test, ...]:
    return lower_assertion(text, NOWHERE, substitute=substitute, coalesce=coalesce)[0]


@pytest.mark.parametrize("text", [None, "", "  \n"])
def test_a_blank_assertion_tests_nothing(text: str | None) -> None:
    assert () == assertion_of(text)


def test_references_of_an_assertion_are_numbered_in_the_order_of_its_text() -> None:
    (test,) = assertion_of('"${#b}" == ${#a}')
    assert ir.Template(('"', B, '" == ', A)) == test.text
    assert ir.Binary("==", ir.Quoted((0,)), ir.Referred(1)) == test.meaning


def test_a_reference_that_is_text_stands_for_itself_in_an_assertion() -> None:
    (test,) = assertion_of("${ftp:x} == ${#a}")
    assert ir.Binary("==", ir.Literal("ftp:x"), ir.Referred(0)) == test.meaning


def test_a_reference_in_quotes_is_plain_text_where_substitution_is_off() -> None:
    assert (ir.Test('"${#a}"', ir.Literal("${#a}")),) == assertion_of('"${#a}"', substitute=False)


def test_a_reference_outside_quotes_is_no_expression_where_substitution_is_off() -> None:
    (test,) = assertion_of("${#a}", substitute=False)
    assert isinstance(test.meaning, ir.Faulty)


@pytest.mark.parametrize("text", ["# true", "1 +", "raise 'x'", "no_such_name", "a = b", "`id`"])
def test_what_is_no_expression_fails_the_assertion(text: str) -> None:
    tests, found = lower_assertion(text, NOWHERE, substitute=True, coalesce=False)
    assert ["AssertionFailure"] == [getattr(test.meaning, "error", None) for test in tests]
    assert ["invalid-expression"] == slugs(found)


def test_a_reference_that_fails_leaves_the_expression_no_complaint() -> None:
    _, found = lower_assertion("${word} = 1", NOWHERE, substitute=True, coalesce=False)
    assert ["invalid-reference"] == slugs(found)


def test_alternatives_of_an_assertion_are_expressions_of_their_own() -> None:
    expected = (ir.Test(ir.Template((A,)), ir.Referred(0)), ir.Test("true", ir.Literal(True)))
    assert expected == assertion_of("${#a} ||  || true || false", coalesce=True)


# -- targets, calls, states --------------------------------------------------------------------------------------


def target_of(text: str, *, substitute: bool = True) -> ir.Action | None:
    return lower_target(text, NOWHERE, substitute=substitute)[0]


@pytest.mark.parametrize("lower", [lower_target, lower_call, lower_state_action])
@pytest.mark.parametrize("text", [None, "", "  ", "# /Ns/Class/a", "  #x ${"])
def test_what_is_blank_or_switched_off_does_nothing(lower: object, text: str | None) -> None:
    assert (None, ()) == lower(text, NOWHERE, substitute=True)  # type: ignore[operator] - one of three functions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/Ns/C/i", ir.Target("miqaedb", "/Ns/C/i", None, None)),
        ("  //Ns//C/i ", ir.Target("miqaedb", "/Ns/C/i", None, None)),
        ("/Ns/C/i?a=b=c&d=//#Msg", ir.Target("miqaedb", "/Ns/C/i", "a=b=c&d=//", "Msg")),
        ("/Ns/C/i#", ir.Target("miqaedb", "/Ns/C/i", None, "")),
        ("/Ns/C/*", ir.Target("miqaedb", "/Ns/C/*", None, None)),
        ("MIQAE:/..#m", ir.Target("miqaews", "/..", None, "m")),
        ("method:/m?x=1", ir.Target("method", "/m", "x=1", None)),
    ],
)
def test_a_fixed_target_is_taken_apart(text: str, expected: ir.Target) -> None:
    assert ir.Action(text, expected) == target_of(text)


@pytest.mark.parametrize(
    "text", ["leaf", "Ns/C/i", "miqaedb:Ns/C", "/Ns/le af", "/Ns/%zz", "/Ns/é", "/Ns/C/i?a=1&&b=2", "/Ns?a=#b#c"]
)
def test_what_is_no_target_is_faulty(text: str) -> None:
    action, found = lower_target(text, NOWHERE, substitute=True)
    assert "InvalidPathFormat" == getattr(action.meaning if action else None, "error", None)
    assert ["invalid-target"] == slugs(found)


def test_a_target_with_an_unknown_scheme_is_faulty() -> None:
    action, found = lower_target("miqpeca:/Ns/C/i", NOWHERE, substitute=True)
    assert ir.Action("miqpeca:/Ns/C/i", ir.Faulty("InvalidPathFormat", "Unsupported Scheme [miqpeca]")) == action
    assert ["unsupported-scheme"] == slugs(found)


def test_a_target_with_references_has_no_meaning_yet() -> None:
    assert ir.Action(ir.Template(("/Ns/", A))) == target_of("/Ns/${#a}")


def test_alternatives_of_a_target_are_kept() -> None:
    action, _ = lower_target("${#a} || /Ns/C/i", NOWHERE, substitute=False, coalesce=True)
    assert ir.Action(ir.Coalesced((ir.Template((A,)), "/Ns/C/i"))) == action


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Plain", Call(None, None, "plain", ())),
        ("/Ns/Class.Method(a => 1)", Call("/ns", "class", "method", (("a", 1),))),
        ("m(x => 'a, b => c', Y => z)", Call(None, None, "m", (("x", "a, b => c"), ("Y", Attribute("z"))))),
    ],
)
def test_a_fixed_call_is_taken_apart(text: str, expected: Call) -> None:
    assert (ir.Action(text, expected), ()) == lower_call(text, NOWHERE, substitute=True)


@pytest.mark.parametrize("text", ["m(", "a-b", "a b", "a.b.c", "m()x"])
def test_what_is_no_call_is_faulty(text: str) -> None:
    action, found = lower_call(text, NOWHERE, substitute=True)
    assert "InvalidMethod" == getattr(action.meaning if action else None, "error", None)
    assert ["invalid-call"] == slugs(found)


@pytest.mark.parametrize("text", ["m(x => -1)", "m(x => '')", "m(x: 1)", "m(x => 2.5)", "m(x)", "m(x => 'a)"])
def test_arguments_that_are_passed_over_are_told(text: str) -> None:
    assert ["ignored-arguments"] == slugs(lower_call(text, NOWHERE, substitute=True)[1])


def test_a_call_in_part_is_shown_as_it_is_read() -> None:
    (found,) = lower_call("m(x => 2.5, y => '${#a}')", NOWHERE, substitute=True)[1]
    assert found.message.endswith("it is read as `m(x => 2, y => '${#a}')`")


@pytest.mark.parametrize("text", ["METHOD::act", "method::act", "x\nMethod::act\ny"])
def test_a_state_with_the_prefix_calls_a_method(text: str) -> None:
    assert (ir.Action(text, Call(None, None, "act", ())), ()) == lower_state_action(text, NOWHERE, substitute=True)


def test_a_blank_before_the_prefix_of_a_state_is_told() -> None:
    (found,) = lower_state_action("  METHOD::act", NOWHERE, substitute=True)[1]
    assert "nothing may stand before `METHOD::`, not even a blank" == found.help


def test_the_call_of_a_state_may_be_switched_off() -> None:
    action, found = lower_state_action("METHOD:: #act", NOWHERE, substitute=True)
    assert (None, ()) == (action and action.meaning, found)


def test_a_list_of_calls_skips_what_is_blank_or_switched_off() -> None:
    actions, found = lower_actions("a; b(x => 1) ;; # c; ${#a}", NOWHERE)
    assert ("a", "b(x => 1)", ir.Template((A,))) == tuple(action.text for action in actions)
    assert () == found


# -- collects ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", ir.CollectValue(None, "a")),
        ("/x = a.b.c", ir.CollectValue("/x", "a")),
        ("pre [a]", ir.CollectValue(None, "pre")),
        ("x =\n[a]", ir.CollectList("x", (Attribute("a"),), None)),
        ("[a,,b,].SUM", ir.CollectList(None, (Attribute("a"), Attribute("b")), "sum")),
        ("[a].sort.reverse", ir.CollectList(None, (Attribute("a"),), "sort")),
        ("['x', 5]", ir.CollectList(None, (Attribute("'x'"), Attribute("5")), None)),
        ("{}", ir.CollectHash(None, ())),
        ("h = {:k => a, n => c}", ir.CollectHash("h", ((ir.SymbolKey("k"), "a"), (Attribute("n"), "c")))),
        ("h = {'q' => b}", ir.CollectHash("h", (("q", "b"),))),
        ("{a => b => c}", ir.Faulty("InvalidCollection", "invalid hash in collect item <{a => b => c}>")),
        ("!!!", ir.Faulty("InvalidCollection", "invalid collect item: <!!!>")),
        ("  ", ir.Faulty("InvalidCollection", "invalid collect item: <  >")),
    ],
)  # fmt: skip
def test_a_collect_on_a_relationship_is_read_as_far_as_it_goes(text: str, expected: ir.Collect) -> None:
    assert (expected,) == lower_collect(text, NOWHERE, on="relationship")[0]


def test_collects_are_parted_by_semicolons_and_fail_in_their_place() -> None:
    lowered, found = lower_collect("a;; b;", NOWHERE, on="relationship")
    assert (ir.CollectValue(None, "a"), "InvalidCollection", ir.CollectValue(None, "b")) == (
        lowered[0], getattr(lowered[1], "error", None), lowered[2],
    )  # fmt: skip
    assert ["invalid-collect"] == slugs(found)


def test_a_list_on_an_attribute_may_hold_literals() -> None:
    lowered, found = lower_collect("[1, 2.5, 'q', base, -3]", NOWHERE, on="attribute")
    assert ((ir.CollectList(None, (1, 2.5, "q", Attribute("base"), -3), None),), ()) == (lowered, found)


def test_a_collect_on_an_attribute_is_one_whatever_semicolons_are_in_it() -> None:
    lowered, _ = lower_collect("p = [a]; q = [b]", NOWHERE, on="attribute")
    assert (ir.CollectList("p", (Attribute("a]; q = [b"),), None),) == lowered


@pytest.mark.parametrize(("text", "expected"), [("rc", "rc"), ("/deep/rc", "/deep/rc"), (" ", None), (None, None)])
def test_a_collect_on_a_method_is_the_plain_name_of_an_attribute(text: str | None, expected: str | None) -> None:
    assert (expected, ()) == lower_collect(text, NOWHERE, on="method")


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("a-b", "ignored-collect-text"),
        ("[n].frob", "ignored-collect-text"),
        ("[n].sort.reverse", "ignored-collect-text"),
        ("{a => b}.count", "ignored-collect-text"),
        ("['x']", "literal-in-collect"),
    ],
)
def test_what_a_collect_passes_over_is_told(text: str, slug: str) -> None:
    assert [slug] == slugs(lower_collect(text, NOWHERE, on="relationship")[1])


# -- places ------------------------------------------------------------------------------------------------------


def places(found: tuple[Diagnostic, ...]) -> list[tuple[int, int, int]]:
    return [(each.span.line, each.span.column, each.span.length) for each in found]


def test_a_fault_points_at_its_own_column() -> None:
    _, found = lower_text("Dear ${#a} and ${word}", SPAN, substitute=True, coalesce=False)
    assert [(3, 10 + 17 + 4, 1)] == places(found)


def test_a_fault_in_an_alternative_points_at_its_own_column() -> None:
    _, found = lower_text("${#a} ||  ${ftp:x}", SPAN, substitute=True, coalesce=True)
    assert [(3, 10 + 10, 8)] == places(found)


def test_a_fault_in_a_list_of_calls_points_at_its_own_column() -> None:
    assert [(3, 10 + len("a; b("), 1)] == places(lower_actions("a; b(", SPAN)[1])


def test_a_fault_in_a_text_of_several_lines_points_at_the_whole_of_it() -> None:
    _, found = lower_text("a\n${word}", SPAN, substitute=True, coalesce=False)
    assert [SPAN] == [each.span for each in found]


# -- cost --------------------------------------------------------------------------------------------------------


def test_plain_texts_need_no_parser() -> None:
    program = """
import sys
from aelang.compiler.lower import lower_assertion, lower_call, lower_collect, lower_target, lower_text
from aelang.source import NOWHERE
lower_text("${/#a.b(:c)} || x", NOWHERE, substitute=True, coalesce=True)
lower_assertion("${#a}", NOWHERE, substitute=True, coalesce=False)
lower_target("/Ns/${#a}?b=${#c}#m", NOWHERE, substitute=True)
lower_call("m(a => '${#b}')", NOWHERE, substitute=True)
lower_collect("x = [a].sum; {k => v}", NOWHERE, on="relationship")
print("lark" in sys.modules, "re2" in sys.modules)
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent.parent.parent)}
    done = run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True)
    assert "False False\n" == done.stdout


def test_a_lowered_node_can_be_stored() -> None:
    tests = assertion_of('${#a} =~ /x/i && %w(${#b} c).include?("d") || message in [1, 2.5]')
    assert tests == ir.from_json(json.loads(json.dumps(ir.to_json(tests))))
