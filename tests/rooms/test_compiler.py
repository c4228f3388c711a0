"""The compiler: from a class as written to what it means."""

import json
from collections.abc import Mapping

import pytest

from aelang import ir, model
from aelang.compiler.classes import Compiled, compile_class
from aelang.compiler.frames import read_messages, substitutes
from aelang.compiler.inherit import priority
from aelang.compiler.origins import Origin, origins
from aelang.compiler.overlay import ALL_NAMES, DOMAIN_ORDER, changed_paths, class_entry
from aelang.loader.load import load_tree
from aelang.loader.order import order_domains
from aelang.loader.trees import MemoryTree
from aelang.names.calls import Call
from aelang.source import Span

Keys = Mapping[str, str | None]


def _text(value: str | None) -> str:
    return "" if value is None else f"'{value}'"


def _keys(keys: Keys, indent: str) -> str:
    return "".join(f"{indent}{key}: {_text(value)}\n" for key, value in keys.items())


def _class(*fields: Keys, **attributes: str) -> bytes:
    schema = "".join("  - field:\n" + _keys(field, "      ") for field in fields)
    named = _keys({"name": "Klass", **attributes}, "    ")
    return f"object_type: class\nobject:\n  attributes:\n{named}  schema:\n{schema}".encode()


def _instance(name: str, values: Mapping[str, Keys] | None = None, **attributes: str) -> bytes:
    said = "".join(f"  - {field}:\n{_keys(keys, '      ')}" for field, keys in (values or {}).items())
    named = _keys({"name": name, **attributes}, "    ")
    return f"object_type: instance\nobject:\n  attributes:\n{named}  fields:\n{said}".encode()


def _domain(name: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    head = f"object_type: domain\nobject:\n  attributes:\n    name: {name}\n".encode()
    space = b"object_type: namespace\nobject:\n  attributes:\n    name: Ns\n"
    inside = {f"{name}/Ns/Klass.class/{path}": data for path, data in files.items()}
    return {f"{name}/__domain__.yaml": head, f"{name}/Ns/__namespace__.yaml": space, **inside}


def _datastore(files: Mapping[str, bytes], explicit: tuple[str, ...] | None = None) -> model.Datastore:
    return order_domains(load_tree(MemoryTree("here", files)).domains, explicit)[0]


def _index(store: model.Datastore) -> ir.Index:
    domains = [ir.DomainEntry(domain.name, domain.name in store.enabled) for domain in store.domains]
    return ir.Index(domains, map(class_entry, store.classes()))


def _compiled(files: Mapping[str, bytes]) -> Compiled:
    store = _datastore(_domain("D", files))
    klass = store.domains[0].classes["ns/klass"]
    return compile_class(klass, _index(store))


def _fields(*fields: Keys) -> tuple[ir.Field, ...]:
    return _compiled({"__class__.yaml": _class(*fields)}).klass.fields


def _own(fields: tuple[Keys, ...], values: Mapping[str, Keys]) -> dict[int, ir.Field]:
    found = _compiled({"__class__.yaml": _class(*fields), "it.yaml": _instance("It", values)})
    return dict(found.klass.instances["it"].fields)


A = {"name": "a", "aetype": "attribute"}


def test_fields_go_by_priority_with_unreadable_ones_last_and_ties_as_in_the_file() -> None:
    fields = _fields(
        {**A, "name": "none"}, {**A, "name": "ten", "priority": "10"}, {**A, "name": "odd", "priority": "x"},
        {**A, "name": "two", "priority": "2"}, {**A, "name": "too", "priority": "2"},
    )  # fmt: skip
    assert ["two", "too", "ten", "none", "odd"] == [field.name for field in fields]


@pytest.mark.parametrize("aetype", [None, "", "Step", "Attribute", "banana"])
def test_a_field_that_no_run_knows_takes_no_part(aetype: str | None) -> None:
    assert () == _fields({"name": "a", "aetype": aetype})


def test_of_two_fields_of_one_name_the_first_in_the_file_counts() -> None:
    fields = _fields({**A, "priority": "2", "default_value": "first"}, {**A, "name": "A", "priority": "1"})
    assert ["first"] == [field.text for field in fields if isinstance(field, ir.AttributeField)]


@pytest.mark.parametrize(
    ("said", "messages"),
    [
        (None, ("create",)),
        ("  ", ("create",)),
        (" Go , *", ("go", "*")),
        ("a,,b", ("a", "", "b")),
        ("a,", ("a",)),
        (",", ()),
    ],
)
def test_messages_are_a_list_in_lower_case_and_blank_means_create(said: str | None, messages: tuple[str, ...]) -> None:
    assert messages == read_messages(said)


@pytest.mark.parametrize(("said", "yes"), [("t", True), ("f", False), (None, False), ("", False), ("1", True)])
def test_substitution_is_off_unless_it_says_yes(said: str | None, yes: bool) -> None:
    assert yes == substitutes({"substitute": model.Text(said)})


def test_substitution_is_on_where_nothing_is_said() -> None:
    assert substitutes({})


@pytest.mark.parametrize(("said", "rank"), [("7", 7), (None, float("inf")), ("one", float("inf")), ("-1", -1)])
def test_a_priority_is_a_whole_number(said: str | None, rank: float) -> None:
    assert rank == priority(said)


def test_an_instance_holds_only_the_fields_in_which_it_says_something() -> None:
    fields = ({**A, "default_value": "x"}, {**A, "name": "b"})
    assert [1] == list(_own(fields, {"a": {"value": "  "}, "B": {"value": "y"}}))


def test_a_blank_value_leaves_the_default_and_a_blank_collect_the_collect_of_the_class() -> None:
    fields = ({**A, "aetype": "relationship", "default_value": "/Ns/Klass/it", "collect": "x"},)
    found = _own(fields, {"a": {"value": "/Ns/Klass/other", "collect": ""}})[0]
    assert isinstance(found, ir.RelationshipField)
    assert (ir.CollectValue(None, "x"),) == found.collect


def test_an_empty_value_hides_the_default_where_it_coalesces() -> None:
    fields = ({**A, "datatype": "null coalescing", "default_value": "x"},)
    assert [0] == list(_own(fields, {"a": {"value": ""}}))


def test_limits_alone_make_a_field_the_instances_own() -> None:
    fields = ({**A, "aetype": "state", "default_value": "/Ns/Klass/it", "max_retries": "3"},)
    found = _own(fields, {"a": {"max_retries": "5"}})[0]
    assert isinstance(found, ir.StateField)
    assert "5" == found.max_retries


def test_a_field_of_an_instance_is_found_in_the_file_of_the_instance() -> None:
    found = _compiled({"__class__.yaml": _class(A), "it.yaml": _instance("It", {"a": {"value": "x"}})}).klass
    source, line, column = found.instances["it"].fields[0].place
    assert ("here/D/Ns/Klass.class/it.yaml", 7, 15) == (found.sources[source], line, column)


def test_a_private_class_has_private_attributes() -> None:
    found = _compiled({"__class__.yaml": _class(A, visibility="private")}).klass.fields[0]
    assert isinstance(found, ir.AttributeField)
    assert found.private


def test_a_fixed_call_is_read_before_the_run() -> None:
    found = _fields({**A, "aetype": "method", "default_value": "run(x => 1)"})[0]
    assert isinstance(found, ir.MethodField)
    assert ir.Action("run(x => 1)", Call(None, None, "run", (("x", 1),))) == found.action


def test_a_target_with_a_reference_is_left_to_the_run() -> None:
    found = _fields({**A, "aetype": "relationship", "default_value": "/Ns/Klass/${#x}"})[0]
    assert isinstance(found, ir.RelationshipField)
    assert found.action is not None
    assert found.action.meaning is None


def test_a_method_has_its_code_inputs_and_defaults() -> None:
    declared = (
        b"object_type: method\nobject:\n  attributes:\n    name: M\n    location: inline\n    language: ruby\n"
        b"    scope: instance\n  inputs:\n  - field:\n      name: b\n      priority: 2\n      default_value: '${#x}'\n"
        b"      substitute: false\n  - field:\n      name: a\n      priority: 1\n      default_value: 3\n"
    )
    files = {"__class__.yaml": _class(), "__methods__/m.yaml": declared, "__methods__/m.rb": b"exit 0"}
    found = _compiled(files).klass.methods["m"]
    assert ("exit 0", (ir.Input("a", None, "3"), ir.Input("b", None, "${#x}"))) == (found.data, found.inputs)


def _method(*lines: str) -> ir.Method:
    head = ("object_type: method", "object:", "  attributes:", "    name: M", "    location: builtin")
    declared = "\n".join((*head, "    language: ruby", "    scope: instance", *lines)) + "\n"
    return _compiled({"__class__.yaml": _class(), "__methods__/m.yaml": declared.encode()}).klass.methods["m"]


@pytest.mark.parametrize(
    ("line", "effect"),
    [("", "idempotent"), ("    effect: once", "once"), ("    effect: none", "none"), ("    effect: ~", "idempotent")],
)
def test_a_method_says_what_a_crash_in_the_middle_of_it_means(line: str, effect: str) -> None:
    assert effect == _method(line).effect


def test_the_options_of_a_method_are_kept_in_the_image() -> None:
    method = _method("    options:", "      hosts: [a, {b: 1}]", "      extra: {}")
    assert {"hosts": ("a", {"b": 1}), "extra": {}} == method.options
    assert method == ir.from_json(json.loads(json.dumps(ir.to_json(method))))


# -- where targets lead ------------------------------------------------------------------------------------------


def _leads_to(target: str, files: Mapping[str, bytes], explicit: tuple[str, ...] | None = None) -> str | None:
    start = {"__class__.yaml": _class({"name": "go", "aetype": "relationship", "default_value": target})}
    store = _datastore({**files, **{path.replace("/Ns/", "/From/"): data for path, data in _domain("A", start).items()},
                        **_domain("A", {})}, explicit)  # fmt: skip
    found = compile_class(store.domains[0].classes["from/klass"], _index(store)).klass.fields[0]
    assert isinstance(found, ir.RelationshipField)
    assert found.action is not None
    assert isinstance(found.action.meaning, ir.Target)
    return found.action.meaning.leads_to


_WITH_IT = {"__class__.yaml": _class(), "It.yaml": _instance("It")}
_WITH_MISSING = {"__class__.yaml": _class(), "_missing.yaml": _instance(".missing")}


@pytest.mark.parametrize(
    ("target", "files", "leads_to"),
    [
        ("/ns/klass/it", _domain("B", _WITH_IT), "B/Ns/Klass"),
        ("/Ns/Klass/it", _domain("B", _WITH_MISSING) | _domain("C", _WITH_IT), "C/Ns/Klass"),
        ("/Ns/Klass/that", _domain("B", _WITH_MISSING) | _domain("C", _WITH_IT), "B/Ns/Klass"),
        ("/C/Ns/Klass/it", _domain("B", _WITH_IT) | _domain("C", _WITH_IT), "C/Ns/Klass"),
        ("/Ns/Klass/that", _domain("B", _WITH_IT), None),
        ("/B/Ns/Klass/that", _domain("B", _WITH_IT), None),
        ("/Ns/Klass/*", _domain("B", _WITH_IT), None),
        ("/It", _domain("B", _WITH_IT), None),
        ("/Ns/Klass/", _domain("B", _WITH_MISSING), "B/Ns/Klass"),
        ("/Ns/Klass/", _domain("B", _WITH_IT), None),
        ("/B/Ns/Klass/", _domain("B", _WITH_IT), "B/Ns/Klass"),
    ],
)
def test_a_fixed_target_leads_to_the_class_that_answers(
    target: str, files: Mapping[str, bytes], leads_to: str | None
) -> None:
    assert leads_to == _leads_to(target, files)


def test_a_disabled_domain_answers_to_its_full_path_only() -> None:
    files = _domain("B", _WITH_IT)
    assert [None, "B/Ns/Klass"] == [_leads_to(path, files, ("A",)) for path in ("/Ns/Klass/it", "/B/Ns/Klass/it")]


def test_a_class_needs_the_names_of_the_classes_that_it_names() -> None:
    target = {"name": "go", "aetype": "relationship", "default_value": "/Other/Klass/it"}
    assert {"other/klass"} == _compiled({"__class__.yaml": _class(target)}).needs


def test_a_new_instance_changes_what_its_class_answers_under_both_its_paths() -> None:
    before, after = (_index(_datastore(_domain("D", files))) for files in ({"__class__.yaml": _class()}, _WITH_IT))
    assert {"ns/klass", "d/ns/klass", ALL_NAMES} == changed_paths(before, after)


def test_another_order_of_domains_changes_what_classes_of_both_answer() -> None:
    files = _domain("B", _WITH_IT) | _domain("C", _WITH_IT)
    before, after = (_index(_datastore(files, order)) for order in (("B", "C"), ("C", "B")))
    assert {"ns/klass", DOMAIN_ORDER, ALL_NAMES} == changed_paths(before, after)


# -- origins -----------------------------------------------------------------------------------------------------


def _origins(default: str | None, value: str | None) -> list[tuple[str, str | None, bool]]:
    files = {
        "__class__.yaml": _class({**A, "default_value": default}),
        "it.yaml": _instance("It", {"a": {"value": value}}),
    }
    klass = _datastore(_domain("D", files)).domains[0].classes["ns/klass"]
    return [(each.layer, each.text, each.counts) for each in origins(klass, "it", "a")]


def test_the_instance_counts_where_it_says_something() -> None:
    assert [("class", "x", False), ("instance", "y", True)] == _origins("x", "y")


def test_the_class_counts_where_the_instance_is_blank() -> None:
    assert [("class", "x", True), ("instance", " ", False)] == _origins("x", " ")


def test_a_layer_has_its_place() -> None:
    klass = _datastore(_domain("D", {"__class__.yaml": _class({**A, "on_exit": "x()"})})).domains[0].classes["ns/klass"]
    span = Span("here/D/Ns/Klass.class/__class__.yaml", 9, 17, 3)
    assert (Origin("class", "x()", span, counts=True, key="on_exit"),) == origins(klass, None, "a", "on_exit")
