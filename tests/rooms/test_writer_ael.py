"""`.ael` as it is printed: one line where a piece fits, quotes where needed, nothing that goes without saying."""

import pytest

from aelang.model import Class, Field, Input, Instance, Method, Text, Value
from aelang.syntax.ael_nodes import Scalar
from aelang.writer.ael import print_ael
from aelang.writer.ael_text import clause_text, default_text, name_text, option_text, value_text
from aelang.writer.canonical import canonical
from aelang.writer.surface import class_node

LONG = "update_provision_status(status => 'Applying PreProvision Customizations')"


def texts(**said: str | None) -> dict[str, Text]:
    return {key: Text(value) for key, value in said.items()}


def printed(*fields: dict[str, Text], instances: tuple[Instance, ...] = (), methods: tuple[Method, ...] = ()) -> str:
    schema = tuple(Field({"datatype": Text("string"), **each}) for each in fields)
    numbered = tuple(Field({"priority": Text(str(at)), **each.attributes}) for at, each in enumerate(schema, 1))
    return print_ael(class_node(canonical(Class("D", "N/K", texts(name="K"), numbered, instances, methods, ""))))


def instance(name: str, *values: Value, **said: str | None) -> Instance:
    return Instance(texts(name=name, **said), values, "")


def value(name: str, text: str | None, **said: str | None) -> Value:
    return Value(Text(name), texts(value=text, **said))


# -- texts -------------------------------------------------------------------------------------------------------

BARE = [
    "a b", "/X/Y#create?", "${/#a.b}", 'a => "b", c => 1', "x#y", "it's", "- x", "12", "true", "a:b", "METHOD::x",
    "entry", "IF x", "ä € 🙂", "*", "&a", "%", "offline",
]  # fmt: skip
QUOTED = [
    ("", "''"), (" a", "' a'"), ("a ", "'a '"), ("a  b", "'a  b'"), ("a #b", "'a #b'"), ("nil", "'nil'"),
    ("'a'", '"\'a\'"'),
    ('"a"', "'\"a\"'"), ("|", "'|'"), ("= x", "'= x'"), (": x", "': x'"), ("~", "'~'"), ("off x", "'off x'"),
    ("a\tb", '"a\\tb"'), ("a\rb", '"a\\rb"'), ("\x01", '"\\u0001"'), ("\u2028", '"\\u2028"'),
    ("\\\x7f", '"\\\\\\u007f"'),
]  # fmt: skip


@pytest.mark.parametrize("text", BARE)
def test_a_text_is_bare_where_it_reads_back_so(text: str) -> None:
    assert text == value_text(Scalar(text, 0, 0)).text


@pytest.mark.parametrize(("text", "written"), QUOTED)
def test_a_text_that_would_not_read_back_is_quoted(text: str, written: str) -> None:
    assert written == value_text(Scalar(text, 0, 0)).text


def test_only_a_value_is_ended_by_a_condition() -> None:
    assert ("'a if b'", "a if b") == tuple(each(Scalar("a if b", 0, 0)).text for each in (value_text, clause_text))


def test_nil_and_the_text_nil_are_two_things() -> None:
    assert ("nil", "'nil'") == tuple(value_text(Scalar(each, 0, 0)).text for each in (None, "nil"))


def test_a_default_between_parentheses_is_quoted_where_a_comma_would_end_it() -> None:
    assert ("'a, b'", "'(x)'") == tuple(default_text(Scalar(each, 0, 0)) for each in ("a, b", "(x)"))


def test_an_option_that_reads_as_a_number_is_quoted_where_it_is_a_text() -> None:
    assert ("5", "'5'") == tuple(option_text(Scalar("5", 0, 0, style)).text for style in ("", "'"))


def test_several_lines_are_a_block() -> None:
    assert [("|", ("a", "b")), ("|-", ("a", "b"))] == [
        tuple(value_text(Scalar(each, 0, 0))) for each in ("a\nb\n", "a\nb")
    ]


@pytest.mark.parametrize("text", ["a\n\n", "\na\n", " a\nb\n", "a \nb\n", "a\rb\nc\n"])
def test_lines_that_a_block_would_not_keep_are_quoted(text: str) -> None:
    assert () == value_text(Scalar(text, 0, 0)).block


def test_an_odd_name_is_quoted() -> None:
    assert "'odd name'" == name_text(Scalar("odd name", 0, 0))


# -- fields ------------------------------------------------------------------------------------------------------


def test_what_goes_without_saying_is_left_out() -> None:
    field = texts(aetype="attribute", name="a", datatype="string", message="create", substitute="t", owner=None)
    assert "class K\n  attribute a\n" == printed(field)


def test_a_field_says_the_rest() -> None:
    field = texts(aetype="relationship", name="r", display_name="Rel", datatype=None, message="a, b", substitute="f",
                  priority="7", default_value="/X/Y", condition="UNLESS ${/#a}", collect="x = y")  # fmt: skip
    assert (
        'class K\n  relationship r : none on a, b "Rel" = /X/Y  unless ${/#a}  collect x = y  priority 7'
        "  substitute false\n"
    ) == printed(field)


def test_a_password_has_a_kind_of_its_own() -> None:
    assert "class K\n  password p\n" == printed(texts(aetype="attribute", name="p", datatype="password"))


def test_clauses_that_do_not_fit_stand_below_as_many_on_a_line_as_fit() -> None:
    field = texts(aetype="state", name="s", default_value="/X/Y", on_entry=LONG, on_exit=LONG, max_retries="100")
    assert f"class K\n  state s = /X/Y\n    entry {LONG}\n    exit {LONG}  retries 100\n" == printed(field)


def test_a_value_switched_off_is_off() -> None:
    assert "class K\n  method m = off /X/Y\n" == printed(texts(aetype="method", name="m", default_value="#/X/Y"))


def test_a_condition_of_another_form_is_kept() -> None:
    field = texts(aetype="attribute", name="a", condition="if x")
    assert "class K\n  attribute a  condition 'if x'\n" == printed(field)


def test_a_block_stands_deeper_than_the_clauses() -> None:
    field = texts(aetype="attribute", name="a", default_value="x\ny\n", collect="z")
    assert "class K\n  attribute a = |\n      x\n      y\n    collect z\n" == printed(field)


# -- instances and methods ---------------------------------------------------------------------------------------


def test_instances_of_one_line_stand_together() -> None:
    two = (instance("a", value("x", "1")), instance("b", value("x", "2"), display_name="B", description="says"))
    assert 'class K\n  instance a  x = 1\n  instance b "B"  description "says"  x = 2\n' == printed(instances=two)


def test_an_instance_of_several_lines_stands_apart() -> None:
    two = (instance("a"), instance("b", value("x", LONG), value("y", LONG, on_exit="done")))
    assert f"class K\n  instance a\n\n  instance b\n    x = {LONG}\n    y = {LONG}  exit done\n" == printed(
        instances=two
    )


def test_nil_nothing_and_the_empty_text_are_three_things() -> None:
    three = (value("a", None), value("b", ""), Value(Text("c"), texts(max_retries="3")))
    assert "class K\n  instance i\n    a = nil\n    b = ''\n    c  retries 3\n" == printed(
        instances=(instance("i", *three),)
    )


def method(*inputs: dict[str, Text], options: dict[str, object] | None = None, **said: str | None) -> Method:
    known = texts(**{"name": "m", "scope": "instance", "language": "ruby", "location": "inline", **said})
    declared = tuple(Input({"priority": Text(str(at)), **each}) for at, each in enumerate(inputs, 1))
    return Method(known, declared, (), options or {}, None, "")


def test_inputs_stand_between_parentheses() -> None:
    inputs = (texts(name="to", datatype="string"), texts(name="n", datatype="integer", default_value="3"))
    assert "class K\n  method m(to, n : integer = 3) python\n" == printed(methods=(method(*inputs, language="python"),))


def test_inputs_that_do_not_fit_stand_below() -> None:
    inputs = [texts(name=f"{'long_' * 6}{at}", datatype="string") for at in range(5)]
    names = [f"{'long_' * 6}{at}" for at in range(5)]
    expected = f"class K\n  method m(\n      {', '.join(names[:3])},\n      {', '.join(names[3:])}) ruby\n"
    assert expected == printed(methods=(method(*inputs),))


def test_an_input_with_more_to_say_stands_below_the_method() -> None:
    inputs = (texts(name="a", datatype="string"), texts(name="b", datatype="string", description="why"))
    assert "class K\n  method m(a) ruby\n    input b  description why\n" == printed(methods=(method(*inputs),))


def test_options_are_a_tree() -> None:
    options: dict[str, object] = {"a": 1, "b": {"c": "1", "d": None}, "e": ["x", True, []], "f": {}}
    expected = (
        "class K\n  method m() playbook\n    options\n      a = 1\n      b\n        c = '1'\n        d = nil\n      e\n"
        "        - x\n        - true\n        - []\n      f = {}\n"
    )
    assert expected == printed(methods=(method(location="playbook", options=options),))
