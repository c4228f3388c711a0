"""From files to the model: layout, records, classes, domains and their order."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from aelang.diagnostics import Severity
from aelang.loader.load import Loaded, load, load_tree
from aelang.loader.order import order_domains
from aelang.loader.read import read_file
from aelang.loader.records import Role, record_from_json, record_to_json
from aelang.loader.trees import MemoryTree
from aelang.model import Class, Datastore, Domain

ROOT = Path(__file__).resolve().parent.parent.parent
CORPUS = Path(os.environ.get("AELANG_CORPUS") or ROOT.parent / "shared" / "corpus")
COUNTS = json.loads((CORPUS / "COUNTS.json").read_text()) if (CORPUS / "COUNTS.json").exists() else {}
needs_corpus = pytest.mark.skipif(not COUNTS, reason=f"no corpus in {CORPUS}")
DOMAINS = sorted(str(path.parent) for path in CORPUS.rglob("__domain__.yaml")) if COUNTS else []


def yaml_of(kind: str, name: str, more: str = "") -> bytes:
    return f"object_type: {kind}\nversion: 1.0\nobject:\n  attributes:\n    name: {name}\n{more}".encode()


SCHEMA = "  schema:\n  - field: {name: Size, aetype: attribute}\n  - field: {name: count, aetype: attribute}\n"
SHOP = {
    "D/__domain__.yaml": yaml_of("domain", "Demo"),
    "D/Shop/__namespace__.yaml": yaml_of("namespace", "Shop"),
    "D/Shop/X.class/__class__.yaml": yaml_of("class", "Order", SCHEMA),
    "D/Shop/X.class/a.yaml": yaml_of("instance", "first", "  fields:\n  - size: {value: 1}\n"),
    "D/Shop/X.class/_missing.yaml": yaml_of("instance", ".missing"),
    "D/Shop/X.class/__methods__/m.yaml": yaml_of(
        "method", "price", "    scope: instance\n    language: ruby\n    location: inline\n"
    ),
    "D/Shop/X.class/__methods__/m.rb": b"$evm.root['price'] = 42\n",
}


def loaded(files: Mapping[str, bytes | None]) -> Loaded:
    """`SHOP` with `files` over it; None takes a file away."""
    return load_tree(MemoryTree("m", {path: data for path, data in (SHOP | files).items() if data is not None}))


def order_class(files: Mapping[str, bytes | None]) -> Class:
    return loaded(files).domains[0].classes["shop/order"]


def said(found: Loaded) -> list[tuple[str, str]]:
    return [(each.kind.slug, str(each.span)) for each in found.diagnostics]


@needs_corpus
@pytest.mark.parametrize("name", COUNTS)
def test_the_counts_of_the_corpus_are_met(name: str) -> None:
    domains = load([str(CORPUS / name)]).domains
    classes = [klass for domain in domains for klass in domain.classes.values()]
    counted = {
        "domains": len(domains),
        "namespaces": sum(len(domain.namespaces) for domain in domains),
        "classes": len(classes),
        "instances": sum(len(klass.instances) for klass in classes),
        "methods": sum(len(klass.methods) for klass in classes),
    }
    assert {key: COUNTS[name][key] for key in counted} == counted


@needs_corpus
@pytest.mark.parametrize("domain", DOMAINS, ids=lambda path: path.removeprefix(f"{CORPUS}/"))
def test_nothing_published_has_an_error(domain: str) -> None:
    found = load([domain]).diagnostics
    assert [] == [(str(each.span), each.message) for each in found if each.severity is Severity.ERROR]


@needs_corpus
def test_the_only_warnings_of_the_corpus_are_the_eight_wrong_object_types() -> None:
    warnings = [each.kind.slug for domain in DOMAINS for each in load([domain]).diagnostics]
    assert ["wrong-object-type"] * 8 == warnings


def test_a_datastore_without_faults_is_read_in_silence() -> None:
    assert [] == said(loaded({}))


def test_the_folder_names_the_namespace_and_the_file_the_rest() -> None:
    named_otherwise = {"D/Shop/__namespace__.yaml": yaml_of("namespace", "Other")}
    domain, klass = loaded(named_otherwise).domains[0], order_class(named_otherwise)
    assert ("Demo", "Shop", "Shop/Order") == (domain.name, domain.namespaces[0].path, klass.path)


def test_the_names_inside_the_files_count() -> None:
    klass = order_class({})
    assert ({".missing", "first"}, ["price"]) == (
        {each.name for each in klass.instances}, [each.name for each in klass.methods],
    )  # fmt: skip


def test_an_inline_method_takes_the_code_beside_it() -> None:
    (method,) = order_class({}).methods
    assert ("$evm.root['price'] = 42\n", "m/D/Shop/X.class/__methods__/m.rb") == (method.code, method.code_source)


@pytest.mark.parametrize(
    ("said_of_it", "code"), [("ruby\n    location: builtin", None), ("python\n    location: inline", "py")]
)
def test_code_is_taken_for_its_language_and_for_inline_methods_only(said_of_it: str, code: str | None) -> None:
    more = f"    scope: instance\n    language: {said_of_it}\n"
    files = {
        "D/Shop/X.class/__methods__/m.yaml": yaml_of("method", "price", more),
        "D/Shop/X.class/__methods__/m.py": b"py",
    }
    assert code == order_class(files).methods[0].code


def test_options_keep_their_types_and_embedded_methods_their_order() -> None:
    more = (
        "    scope: instance\n    language: ruby\n    location: playbook\n"
        "    options: {ttl: 30, verbose: yes, hosts: [a, 1.5, ~]}\n    embedded_methods: [/A/b, /C/d]\n"
    )
    (method,) = order_class({"D/Shop/X.class/__methods__/m.yaml": yaml_of("method", "price", more)}).methods
    assert ({"ttl": 30, "verbose": True, "hosts": ["a", 1.5, None]}, ["/A/b", "/C/d"]) == (
        method.options, [each.value for each in method.embedded],
    )  # fmt: skip


INSPECTED = {
    "[1, b, yes, '2', [~]]": '[1, "b", true, "2", [nil]]',
    "{a: 1, 'b': ~}": '{"a"=>1, "b"=>nil}',
    "[http://x, a?b]": '["http://x", "a?b"]',
    "\n      - :c\n      - 010": "[:c, 8]",
    "\n        :c: [x]\n        2: y": '{:c=>["x"], 2=>"y"}',
}


@pytest.mark.parametrize("value", INSPECTED)
def test_a_list_or_mapping_as_a_value_becomes_its_ruby_inspection(value: str) -> None:
    more = f"  fields:\n  - size:\n      value: {value}\n"
    klass = order_class({"D/Shop/X.class/_missing.yaml": None, "D/Shop/X.class/a.yaml": yaml_of("instance", "a", more)})
    assert INSPECTED[value] == klass.instances[0].values[0].get("value")


def test_a_file_that_is_broken_costs_itself_only() -> None:
    found = loaded({"D/Shop/X.class/a.yaml": b"a: b: c"})
    klass = found.domains[0].classes["shop/order"]
    assert (["unreadable-yaml"], [".missing"]) == (
        [slug for slug, _ in said(found)],
        [each.name for each in klass.instances],
    )


def test_a_class_that_is_broken_is_named_for_its_folder_and_keeps_its_instances() -> None:
    found = loaded({"D/Shop/X.class/__class__.yaml": b"a: b: c"})
    klass = found.domains[0].classes["shop/x"]
    assert (["unreadable-yaml"], 2) == ([slug for slug, _ in said(found)], len(klass.instances))


def test_a_domain_that_is_broken_is_named_for_its_folder() -> None:
    found = loaded({"D/__domain__.yaml": b"\t"})
    assert (["tab-indentation"], ["D"]) == ([slug for slug, _ in said(found)], [each.name for each in found.domains])


def test_an_equal_name_keeps_the_first_and_says_so_at_the_second() -> None:
    found = loaded({"D/Shop/X.class/b.yaml": yaml_of("instance", "first")})
    assert [("duplicate-name", "m/D/Shop/X.class/b.yaml:5:11")] == said(found)


def test_classes_of_one_name_in_two_folders_are_twins() -> None:
    found = loaded({"D/Shop/Y.class/__class__.yaml": yaml_of("class", "order")})
    assert [("case-twins", "m/D/Shop/Y.class/__class__.yaml:5:11")] == said(found)


def test_namespaces_that_differ_by_case_are_twins() -> None:
    found = loaded({"D/shop/__namespace__.yaml": yaml_of("namespace", "shop")})
    assert [("case-twins", "m/D/shop/__namespace__.yaml")] == said(found)


FAULTS = {
    "an empty file": (b"", "malformed-file", "1:1"),
    "a file without object": (b"object_type: instance\n", "malformed-file", "1:1"),
    "a file that is a list": (b"- a\n", "malformed-file", "1:1"),
    "attributes that are text": (b"object:\n  attributes: x\n", "malformed-file", "2:15"),
    "an instance without a name": (b"object:\n  attributes:\n    display_name: x\n", "malformed-file", "3:5"),
    "fields that are no list": (yaml_of("instance", "x", "  fields: x\n"), "malformed-file", "6:11"),
    "a field that is no mapping": (yaml_of("instance", "x", "  fields:\n  - size\n"), "malformed-file", "7:5"),
    "a value without its key": (yaml_of("instance", "x", "  fields:\n  - size: 1\n"), "malformed-file", "7:11"),
    "two values for a field": (
        yaml_of("instance", "x", "  fields:\n  - size: {value: 1}\n  - size: {value: 2}\n"), "duplicate-name", "8:5",
    ),
    "an unknown key of a value": (
        yaml_of("instance", "x", "  fields:\n  - size: {valeu: 1}\n"), "unknown-key", "7:12",
    ),
    "a name with a blank": (yaml_of("instance", "a b"), "invalid-name", "5:11"),
    "a name with a line end": (yaml_of("instance", '"a\\n"'), "invalid-name", "5:12"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_an_instance_is_said_at_its_place(name: str) -> None:
    data, slug, place = FAULTS[name]
    assert [(slug, f"m/D/Shop/X.class/f.yaml:{place}")] == said(loaded({"D/Shop/X.class/f.yaml": data}))


@pytest.mark.parametrize("key", ["scope", "language", "location"])
def test_a_method_says_its_scope_language_and_location(key: str) -> None:
    lines = {"scope": "instance", "language": "ruby", "location": "builtin"}
    more = "".join(f"    {each}: {value}\n" for each, value in lines.items() if each != key)
    found = loaded({"D/Shop/X.class/__methods__/m.yaml": yaml_of("method", "price", more)})
    assert [("malformed-file", f"a method without a `{key}`")] == [
        (each.kind.slug, each.message) for each in found.diagnostics
    ]


STRAY = {
    "a file beside the domain's": ("D/x.yaml", "ignored-file"),
    "a file in a namespace": ("D/Shop/x.yaml", "ignored-file"),
    "a hidden instance": ("D/Shop/X.class/.missing.yaml", "ignored-file"),
    "an instance in .yml": ("D/Shop/X.class/x.yml", "ignored-file"),
    "a method in .yml": ("D/Shop/X.class/__methods__/x.yml", "ignored-file"),
    "a class below a class": ("D/Shop/X.class/Y.class/__class__.yaml", "ignored-file"),
    "a domain in a namespace": ("D/Shop/E/__domain__.yaml", "nested-domain"),
}


@pytest.mark.parametrize("name", STRAY)
def test_a_file_that_nobody_reads_is_said(name: str) -> None:
    path, slug = STRAY[name]
    assert [(slug, f"m/{path}")] == said(loaded({path: yaml_of("instance", "x")}))


@pytest.mark.parametrize(
    "path",
    [
        "README.md",
        ".travis.yml",
        "spec/x_spec.rb",
        "D/.manifest.yaml",
        "D/docs/notes.yaml",
        "ci/build.yaml",
        "D/Shop/x.rb",
    ],
)
def test_the_other_files_of_a_repository_are_no_business_of_ours(path: str) -> None:
    assert [] == said(loaded({path: b"\t: :"}))


def test_a_folder_without_its_namespace_file_loses_all_below() -> None:
    found = loaded({"D/Shop/__namespace__.yaml": None})
    assert ([("missing-namespace-file", "m/D/Shop")], 0) == (said(found), len(found.domains[0].classes))


def test_a_root_may_itself_be_a_domain() -> None:
    tree = MemoryTree("m", {path.removeprefix("D/"): data for path, data in SHOP.items()})
    assert ["Demo"] == [each.name for each in load_tree(tree).domains]


def test_a_root_that_cannot_be_opened_leaves_the_others(tmp_path: Path) -> None:
    (tmp_path / "__domain__.yaml").write_bytes(yaml_of("domain", "One"))
    found = load([str(tmp_path / "nothing"), str(tmp_path)])
    assert (["not-a-datastore"], ["One"]) == ([slug for slug, _ in said(found)], [each.name for each in found.domains])


@pytest.mark.parametrize(
    "data", [SHOP["D/Shop/X.class/__class__.yaml"], b"a: b: c", yaml_of("class", "a b", "  schema: x\n")]
)
def test_a_record_survives_json(data: bytes) -> None:
    record = read_file(Role.CLASS, data)
    assert record == record_from_json(json.loads(json.dumps(record_to_json(record))))


@pytest.mark.parametrize("role", Role)
def test_every_role_survives_json_with_its_places(role: Role) -> None:
    path = {Role.INSTANCE: "a.yaml", Role.METHOD: "__methods__/m.yaml"}.get(role, "__class__.yaml")
    record = read_file(role, SHOP[f"D/Shop/X.class/{path}"])
    again = record_from_json(json.loads(json.dumps(record_to_json(record))))
    assert [tuple(each) for each in record.attributes.values()] == [tuple(each) for each in again.attributes.values()]


def _domain(name: str, more: str = "") -> Domain:
    return load_tree(MemoryTree(name, {"__domain__.yaml": yaml_of("domain", name, more)})).domains[0]


def _order(*domains: Domain, explicit: list[str] | None = None) -> tuple[list[str], set[str]]:
    datastore: Datastore = order_domains(domains, explicit)[0]
    return [each.name for each in datastore.domains], set(datastore.enabled)


def test_domains_answer_by_priority_an_absent_one_first_and_manageiq_last() -> None:
    domains = [
        _domain("ManageIQ", "    priority: 99\n"), _domain("Low", "    priority: 1\n"),
        _domain("High", "    priority: 10\n"), _domain("None"), _domain("Nil", "    priority:\n"),
    ]  # fmt: skip
    assert ["None", "Nil", "High", "Low", "ManageIQ"] == _order(*domains)[0]


@pytest.mark.parametrize(
    ("text", "enabled"), [("true", True), ("", True), ("''", True), ("false", False), ("'0'", False)]
)
def test_a_blank_enabled_means_yes(text: str, enabled: bool) -> None:
    assert ({"A"} if enabled else set()) == _order(_domain("A", f"    enabled: {text}\n"))[1]


def test_an_explicit_order_disables_the_others() -> None:
    found = _order(_domain("A"), _domain("B"), _domain("C", "    enabled: false\n"), explicit=["c", "A"])
    assert (["C", "A", "B"], {"A", "C"}) == found


def test_an_unknown_name_in_the_order_has_a_suggestion() -> None:
    (found,) = order_domains([_domain("Demo")], ["Dmeo"])[1]
    assert ("unknown-domain", "did you mean `Demo`?") == (found.kind.slug, found.help)


def test_of_two_domains_of_one_name_the_first_is_kept() -> None:
    datastore, found = order_domains([_domain("A", "    priority: 1\n"), _domain("A", "    priority: 2\n")])
    assert (["1"], ["duplicate-name"]) == (
        [each.get("priority") for each in datastore.domains], [each.kind.slug for each in found],
    )  # fmt: skip
