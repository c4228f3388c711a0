"""Differences: every kind of change is told where it is made, and what only looks like one is not."""

import pytest

from aelang import ir, model
from aelang.analysis.differences import KINDS, compare, group_changes
from aelang.analysis.differences.code import is_same_code
from aelang.analysis.differences.fields import ASPECTS
from aelang.analysis.differences.groups import Change
from aelang.analysis.differences.texts import plain
from tests.datastores import compiled, field, instance, klass, texts

Classes = tuple[model.Class, ...]


def _method(name: str, code: str | None = "x", inputs: tuple[model.Input, ...] = (), **said: str) -> model.Method:
    attributes = texts({"name": name, "language": "ruby", "location": "inline", **said})
    return model.Method(attributes, inputs, (), {}, code, f"{name}.yaml")


def _input(name: str, default: str | None = None, **said: str) -> model.Input:
    return model.Input(texts({"name": name, "default_value": default, **said}))


def _one(*fields: model.Field, **values: str | None) -> Classes:
    """A class with `fields` and one instance, which says `values`."""
    return (klass("N/C", fields, [instance("i", **values)]),)


def _calls(*methods: model.Method) -> Classes:
    return (klass("N/C", [field("attribute", "a", "1")], [instance("i")], methods),)


def _state(name: str, value: str | None = "METHOD::m", **said: str | None) -> model.Field:
    return field("state", name, value, **said)


A, B = _state("a"), _state("b", "METHOD::n")
NAMED = field("attribute", "x", "1")
TO = field("relationship", "r", "/N/T/t")
T = klass("N/T", [NAMED], [instance("t")])
MISSING = klass("N/T", [NAMED], [instance(".missing")])
LOW, HIGH = (klass("N/T", [NAMED], [instance("t")], domain=name) for name in ("Low", "High"))
OTHER = klass("N/O", [NAMED], [instance("o")])
APPROVAL = "N/RequestApproval"


def _approval(*fields: model.Field) -> Classes:
    return (klass(APPROVAL, fields, [instance("i")]),)


CASES: dict[str, tuple[Classes, Classes]] = {
    "domain-lost": ((LOW, klass("N/O", domain="High")), (LOW,)),
    "domain-new": ((LOW,), (LOW, klass("N/O", domain="High"))),
    "domain-order": ((LOW, klass("N/O", domain="High")), (klass("N/O", domain="High"), LOW)),
    "approval-weakened": (
        _approval(field("attribute", "max_vms", "2")), _approval(field("attribute", "max_vms", "0"))
    ),
    "approval-stricter": (
        _approval(field("attribute", "approval_type", "auto")), _approval(field("attribute", "approval_type", "manual"))
    ),
    "class-lost": ((T, OTHER), (T,)),
    "class-new": ((T,), (T, OTHER)),
    "class-faulty": ((T,), (klass("N/T", [NAMED], [instance("t")], inherits="Nobody"),)),
    "parent-changed": ((T, OTHER), (klass("N/T", [NAMED], [instance("t")], inherits="O"), OTHER)),
    "instance-faulty": (_one(NAMED), (klass("N/C", [NAMED], [instance("i", "nobody")]),)),
    "instance-lost": ((T, OTHER), (klass("N/T", [NAMED]), OTHER)),
    "instance-new": ((klass("N/T", [NAMED]),), (T,)),
    "missing-answers": ((klass("N/T", [NAMED], [instance("t"), instance(".missing")]),), (MISSING,)),
    "missing-replaced": ((MISSING,), (klass("N/T", [NAMED], [instance("t"), instance(".missing")]),)),
    "missing-new": ((T,), (klass("N/T", [NAMED], [instance("t"), instance(".missing")]),)),
    "answer-moved": ((HIGH, LOW), (klass("N/T", [NAMED], domain="High"), LOW)),
    "method-lost": (_calls(_method("m")), _calls()),
    "method-new": (_calls(), _calls(_method("m"))),
    "method-moved": (
        (klass("N/T", domain="High"), klass("N/T", methods=[_method("m")], domain="Low")),
        (klass("N/T", methods=[_method("m")], domain="High"), klass("N/T", methods=[_method("m")], domain="Low")),
    ),
    "kind-changed": (_one(NAMED), _one(field("assertion", "x", "1"))),
    "state-lost": (_one(A, B), _one(A)),
    "state-new": (_one(A), _one(A, B)),
    "state-renamed": (_one(A, B), _one(A, _state("c", "METHOD::n"))),
    "state-moved": (_one(A, B), _one(B, A)),
    "field-lost": (_one(NAMED, A), _one(A)),
    "field-new": (_one(A), _one(A, NAMED)),
    "field-acts": (_one(NAMED), _one(NAMED, TO)),
    "field-renamed": (_one(NAMED), _one(field("attribute", "y", "1"))),
    "field-moved": (_one(NAMED, TO), _one(TO, NAMED)),
    "action-off": (_one(TO), _one(TO, r="#/N/T/t")),
    "action-new": (_one(field("method", "m")), _one(field("method", "m", "go"))),
    "action-changed": (_one(A), _one(_state("a", "METHOD::o"))),
    "target-lost": ((*_one(TO), T), (*_one(field("relationship", "r", "/N/T/u")), T)),
    "target-elsewhere": (
        (*_one(field("relationship", "r", "/N/T/")), MISSING._replace(domain="Low"), T._replace(domain="High")),
        (*_one(field("relationship", "r", "/N/T/")), T._replace(domain="Low"), MISSING._replace(domain="High")),
    ),
    "message-lost": (_one(NAMED), _one(field("attribute", "x", "1", message="go"))),
    "message-new": (_one(NAMED), _one(field("attribute", "x", "1", message="create,go"))),
    "input-required": (_calls(_method("m")), _calls(_method("m", inputs=(_input("a"),)))),
    "input-new": (_calls(_method("m")), _calls(_method("m", inputs=(_input("a", "1"),)))),
    "input-lost": (_calls(_method("m", inputs=(_input("a"),))), _calls(_method("m"))),
    "input-changed": (
        _calls(_method("m", inputs=(_input("a", "1"),))), _calls(_method("m", inputs=(_input("a", "2"),)))
    ),
    "input-moved": (
        _calls(_method("m", inputs=(_input("a"), _input("b")))), _calls(_method("m", inputs=(_input("b"), _input("a"))))
    ),
    "undo-lost": (_one(_state("a", undo="back")), _one(A)),
    "undo-changed": (_one(_state("a", undo="back")), _one(_state("a", undo="away"))),
    "limit-lowered": (_one(_state("a", max_time="1.hour")), _one(_state("a", max_time="50.minutes"))),
    "limit-raised": (_one(_state("a", max_retries="9")), _one(_state("a", max_retries="10"))),
    "limit-removed": (_one(_state("a", max_retries="9")), _one(A)),
    "limit-changed": (_one(_state("a", max_retries="9")), _one(_state("a", max_retries="many"))),
    "condition-changed": (_one(NAMED), _one(field("attribute", "x", "1", condition="IF ${#a} == 1"))),
    "assertion-changed": (_one(field("assertion", "x", "1 == 1")), _one(field("assertion", "x", "1 == 2"))),
    "value-changed": (_one(NAMED), _one(NAMED, x="${/#a.b}")),
    "secret-changed": (_one(field("attribute", "x", "v2:{a}")), _one(field("attribute", "x", "v2:{b}"))),
    "datatype-changed": (_one(NAMED), _one(field("attribute", "x", "1", datatype="integer"))),
    "collect-changed": (_one(NAMED), _one(field("attribute", "x", "1", collect="y = [a, 'b'].sum"))),
    "hook-changed": (_one(A), _one(_state("a", on_entry="tell"))),
    "visibility-changed": (_one(NAMED), _one(field("attribute", "x", "1", visibility="private"))),
    "code-changed": (_calls(_method("m")), _calls(_method("m", "y"))),
    "method-changed": (_calls(_method("m")), _calls(_method("m", effect="once"))),
    "default-unused": (_one(NAMED, x="2"), _one(field("attribute", "x", "3"), x="2")),
    "spelling-changed": (_one(NAMED), _one(field("attribute", "X", "1"))),
    "hidden-changed": (
        (HIGH, LOW), (HIGH, klass("N/T", [field("attribute", "x", "2")], [instance("t")], domain="Low"))
    ),
}  # fmt: skip

_OF_DOMAINS = {"domain-off": (True, False), "domain-on": (False, True)}


def _told(old: ir.Image, new: ir.Image) -> list[str]:
    return [group.kind.slug for group in group_changes(compare(old, new))]


@pytest.mark.parametrize("slug", CASES)
def test_a_change_is_told_as_what_it_is(slug: str) -> None:
    old, new = (compiled(*classes)[0] for classes in CASES[slug])
    assert slug in _told(old, new)


@pytest.mark.parametrize("slug", _OF_DOMAINS)
def test_a_domain_that_is_switched_is_told_without_what_only_it_has(slug: str) -> None:
    old, new = (_with_domain(enabled) for enabled in _OF_DOMAINS[slug])
    assert [slug] == _told(old, new)


def _with_domain(enabled: bool) -> ir.Image:
    image = compiled(T)[0]
    return ir.Image(
        ir.Index([ir.DomainEntry("D", enabled)], image.index), lambda path: ir.to_json(image.class_at(path))
    )


def test_every_kind_has_its_case() -> None:
    assert {each.slug for each in KINDS} == {*CASES, *_OF_DOMAINS}


def test_every_attribute_of_a_field_is_compared() -> None:
    nodes = (ir.AssertionField, ir.AttributeField, ir.MethodField, ir.RelationshipField, ir.StateField)
    assert {name for node in nodes for name in node._fields} - {"place"} == set(ASPECTS)


def test_no_kind_is_named_twice() -> None:
    assert len(KINDS) == len({each.slug for each in KINDS})


def test_what_a_disabled_domain_has_is_hidden_unless_a_target_names_it_by_its_full_path() -> None:
    changed = klass("N/T", [field("attribute", "x", "2")], [instance("t")], domain="Low")
    user = klass("N/C", [field("relationship", "r", "/Low/N/T/t")], [instance("i")], domain="High")
    assert ["value-changed"] == _told(compiled(HIGH, user, LOW)[0], compiled(HIGH, user, changed)[0])


def test_equal_changes_are_one_with_all_their_places() -> None:
    change = Change(KINDS[0], "D/N/C", "x", "1", "2")
    groups = group_changes([change, change._replace(where="D/N/E")])
    assert [(("D/N/C", "D/N/E"), 1)] == [(each.places, len(each.changes)) for each in groups]


def test_only_the_state_that_moved_is_told() -> None:
    old = _one(*(_state(name) for name in "abcd"))
    new = _one(*(_state(name) for name in "bcda"))
    found = compare(compiled(*old)[0], compiled(*new)[0])
    assert [("state `a`", "first", "behind `d`")] == [(each.what, each.before, each.after) for each in found]


@pytest.mark.parametrize(
    ("language", "old", "new"),
    [
        ("ruby", "a\nb\n", "a  \r\n\r\n# c\r\nb"),
        ("ruby", "x = <<E\n a\nE\n", "# why\nx = <<E\n a\nE\n\n"),
        ("python", "def main(evm):\n    x = 'a'\n", 'def main(evm):  # why\n  x = "a"\n\n'),
        ("", "a\n", "a\r\n"),
    ],
)
def test_comments_and_blank_lines_are_no_other_code(language: str, old: str, new: str) -> None:
    assert is_same_code(language, old, new)


@pytest.mark.parametrize(
    ("language", "old", "new"),
    [
        ("ruby", "a\nb\n", "b\na\n"),
        ("ruby", "x = <<E\n# a\nE\n", "x = <<E\n# b\nE\n"),
        ("ruby", "x = <<E\na\nE\n", "x = <<E\na \nE\n"),
        ("ruby", "x = 'a\n# b'\n", "x = 'a\n# c'\n"),
        ("ruby", "# frozen_string_literal: true\na\n", "a\n"),
        ("ruby", "a\n__END__\n# b\n", "a\n__END__\n# c\n"),
        ("python", "def main(evm):\n    '# a'\n", "def main(evm):\n    '# b'\n"),
        ("python", "not python at all", "not python at any rate"),
        ("yaml", "a: 1\n", "a: 1\n# b\n"),
        ("ruby", None, "a"),
    ],
)
def test_what_may_count_is_other_code(language: str, old: str | None, new: str | None) -> None:
    assert not is_same_code(language, old, new)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("call(password => 'a b', x => 1)", "call(password => ********, x => 1)"),
        ("/N/C/i?api_key=abc&x=1#go", "/N/C/i?api_key=********&x=1#go"),
        ("/N/C/i?token=${#t}", "/N/C/i?token=${#t}"),
        ("see v2:{abc}", "see ********"),
        (None, None),
    ],
)
def test_secrets_in_a_text_are_masked(text: str | None, shown: str | None) -> None:
    assert shown == plain(text)
