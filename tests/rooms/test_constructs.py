"""Inheritance, conditions, steps and undos, where a page of the language cannot say it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aelang import ir, model
from aelang.checkpoints import Kept, read_checkpoint, restore, write_checkpoint
from aelang.compiler.classes import compile_class
from aelang.compiler.inherit import inherit
from aelang.compiler.inherit_values import values_of
from aelang.compiler.library import Library
from aelang.compiler.lower_own import lower_condition, lower_step, lower_undo
from aelang.compiler.origins import origins
from aelang.compiler.overlay import class_entry
from aelang.engine import Engine
from aelang.interpreter import instances
from aelang.interpreter.outcome import Finished, Outcome, Retry
from aelang.interpreter.ports import MethodCall, MethodResult
from aelang.names import is_target
from aelang.names.calls import Call
from aelang.services.inventory import default_catalog
from aelang.source import Span
from tests.datastores import compiled, engine, field, instance, klass, texts

HERE = Span("x.yaml", 3, 10, 5)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def _library(*classes: model.Class) -> Library:
    domains = [ir.DomainEntry(name, True) for name in dict.fromkeys(each.domain for each in classes)]
    by_path = {f"{each.domain}/{each.path}".lower(): each for each in classes}
    return Library(ir.Index(domains, map(class_entry, classes)), lambda path: by_path.get(path.lower()))


# -- inheritance -------------------------------------------------------------------------------------------------

BASE = klass("N/Base", [field("attribute", "a", "1", priority="2"), field("state", "s", "/N/B/i", on_exit="m")])


def test_what_a_class_read_and_asked_for_is_kept() -> None:
    child = klass("N/C", inherits="Base")
    library = _library(child, BASE)
    inherit(child, library)
    assert ({"d/n/base"}, {"n/base"}) == (library.reads, library.needs)


def test_an_absent_parent_is_asked_for_by_its_path() -> None:
    child = klass("N/C", inherits="/N/Nobody")
    library = _library(child)
    inherit(child, library)
    assert "n/nobody" in library.needs


@pytest.mark.parametrize("blank", [None, "", "  "])
def test_a_blank_inherits_means_none(blank: str | None) -> None:
    child = klass("N/C", inherits=blank)
    assert (child,) == inherit(child, _library(child)).lineage


def test_a_cycle_below_a_class_is_its_fault_and_not_reported_of_it() -> None:
    child, one, two = klass("N/C", inherits="One"), klass("N/One", inherits="Two"), klass("N/Two", inherits="One")
    effective = inherit(child, _library(child, one, two))
    assert effective.fault is not None
    assert ("InvalidInheritance", ()) == (effective.fault.error, effective.diagnostics)


def test_substitute_without_value_is_no_blank_word() -> None:
    child = klass("N/C", [field("attribute", "a", substitute=None)], inherits="Base")
    assert ("", "1") == (_field(child).get("substitute") or "", _field(child).get("default_value"))


def test_substitute_that_is_absent_is_the_parents() -> None:
    parent = klass("N/Base", [field("attribute", "a", "${#x}", substitute="f")])
    image, _ = compiled(klass("N/C", [field("attribute", "a")], inherits="Base"), parent)
    assert ["${#x}"] == [each.text for each in _class(image, "D/N/C").fields if isinstance(each, ir.AttributeField)]


def _field(child: model.Class) -> model.Field | object:
    return inherit(child, _library(child, BASE)).fields[0]


def _class(image: ir.Image, path: str) -> ir.Class:
    found = image.class_at(path)
    assert found is not None
    return found


def test_the_ancestors_of_a_class_are_in_the_image() -> None:
    image, _ = compiled(klass("N/C", inherits="Mid"), klass("N/Mid", inherits="/D/N/Base"), BASE)
    assert ("D/N/Mid", "D/N/Base") == _class(image, "D/N/C").ancestors


def test_an_heir_is_stored_as_what_it_says_itself() -> None:
    child = klass("N/C", [field("attribute", "b", "2"), field("state", "s", on_exit="n")], inherits="Base")
    index = _library(child, BASE).index
    heir = compile_class(child, index, lambda path: BASE).heir
    assert heir is not None
    assert ("D/N/Base", [1, 2]) == (heir.parent, sorted(heir.fields))


def test_a_field_without_kind_takes_its_place_where_an_heir_gives_it_one() -> None:
    parent = klass("N/Base", [field("", "a"), field("attribute", "b", "1")])
    image, _ = compiled(klass("N/C", [field("attribute", "a", "2")], inherits="Base"), parent)
    assert ["a", "b"] == [each.name for each in _class(image, "D/N/C").fields]


def test_a_field_that_an_heir_makes_of_no_kind_takes_no_part_there() -> None:
    image, _ = compiled(klass("N/C", [field("nothing", "a")], inherits="Base"), BASE)
    assert ["s"] == [each.name for each in _class(image, "D/N/C").fields]


def test_classes_in_a_circle_stand_alone_and_their_heirs_share_the_fault() -> None:
    one, two = klass("N/One", BASE.schema, inherits="Two"), klass("N/Two", inherits="One")
    image, _ = compiled(klass("N/C", inherits="One"), one, two)
    faults = {_class(image, path).fault for path in ("D/N/C", "D/N/One")}
    assert (1, ("D/N/One",), ()) == (len(faults), _class(image, "D/N/C").ancestors, _class(image, "D/N/Two").fields)


def test_a_long_circle_is_told_of_by_its_ends() -> None:
    classes = [klass(f"N/K{at}", inherits=f"K{(at + 1) % 40}") for at in range(40)]
    found = inherit(classes[0], _library(*classes)).diagnostics
    chain = "/D/N/K0 < /D/N/K1 < /D/N/K2 < (36 more) < /D/N/K39 < /D/N/K0"
    assert [f"the class `N/K0` inherits from itself: {chain}"] == [each.message for each in found]


def test_a_record_that_leads_to_no_parent_is_not_that_of_a_class() -> None:
    child = klass("N/C", inherits="Base")
    index = _library(child, BASE).index
    heir = compile_class(child, index, lambda path: BASE).heir
    image = ir.Image(index, {"d/n/c": ir.to_json(heir), "d/n/base": ir.to_json(heir)}.get)
    with pytest.raises(ir.ImageError, match="not that of a class"):
        image.class_at("D/N/C")


def test_a_fault_in_what_is_inherited_is_reported_once() -> None:
    parent = klass("N/Base", [field("relationship", "r", "/N/B C")])
    _, found = compiled(klass("N/C", [], [instance("i", r="/N/C/i")], inherits="Base"), parent)
    assert [("invalid-target", "N/Base.yaml")] == [(each.kind.slug, each.span.source) for each in found]


def test_a_value_of_an_inherited_instance_does_not_hide_a_nil_of_null_coalescing() -> None:
    schema = [field("attribute", "a", "'default'", datatype="null coalescing")]
    base, child = instance("base", a="'base'"), instance("child", "base", a="")
    image, _ = compiled(klass("N/C", schema, [base, child]))
    assert [None] == [each.text for each in _own(image, "child") if isinstance(each, ir.AttributeField)]


def _own(image: ir.Image, name: str) -> Sequence[ir.Field]:
    return list(_class(image, "D/N/C").instances[name].fields.values())


def test_values_of_a_chain_stand_behind_each_other() -> None:
    one, two, three = instance("one", "two", a="1"), instance("two", "three"), instance("three", a="3", b="3")
    child = klass("N/C", [field("attribute", "a"), field("attribute", "b")], [one, two, three])
    library = _library(child)
    found = values_of(one, inherit(child, library), library).layers
    assert {"a": ["one", "three"], "b": ["three"]} == {
        name: [each.owner.rpartition("/")[2] for each in layers] for name, layers in found.items()
    }


def test_origins_name_the_class_and_the_instance_that_a_word_is_inherited_from() -> None:
    plain, usual = instance("plain", "usual", a=""), instance("usual", a="3")
    child = klass("N/C", [field("attribute", "a", "2")], [plain, usual], inherits="Base")
    told = origins(child, "plain", "a", library=_library(child, BASE))
    assert [("1", "/D/N/Base", False), ("2", "", False), ("3", "/D/N/C/usual", True), ("", "", False)] == [
        (each.text, each.inherited_from, each.counts) for each in told
    ]


# -- conditions --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "negated"), [("IF ${#a}", False), (" if(${#a})", False), ("Unless ${#a}", True), ("unless\n${#a}", True)]
)
def test_a_condition_begins_with_if_or_unless_in_any_case(text: str, negated: bool) -> None:
    condition, found = lower_condition(text, HERE)
    assert condition is not None
    assert (negated, ()) == (condition.negated, found)


@pytest.mark.parametrize("text", ["IFFY ${#a}", "${#a}", "when IF", "true"])
def test_a_condition_that_begins_otherwise_asks_nothing(text: str) -> None:
    condition, found = lower_condition(text, HERE)
    assert (None, ["ignored-condition"]) == (condition, [each.kind.slug for each in found])


@pytest.mark.parametrize(("text", "column"), [("IF ${#a} >> 3", 20), ("UNLESS", 10), ("IF true and 1 or 2", 24)])
def test_a_condition_outside_the_grammar_is_pointed_at(text: str, column: int) -> None:
    condition, found = lower_condition(text, HERE)
    assert condition is not None
    assert isinstance(condition.test.meaning, ir.Faulty)
    assert ("InvalidCondition", column) == (condition.test.meaning.error, found[0].span.column)


def test_a_reference_that_cannot_be_makes_an_invalid_condition() -> None:
    condition, found = lower_condition("IF ${word} == 1", HERE)
    assert condition is not None
    assert isinstance(condition.test.meaning, ir.Faulty)
    assert ("InvalidCondition", ["invalid-reference"]) == (
        condition.test.meaning.error, [each.kind.slug for each in found],
    )  # fmt: skip


# -- steps -------------------------------------------------------------------------------------------------------

MESSAGE = ir.Lookup("", "ae_message")


def _step(text: str, **how: bool) -> ir.Text:
    action, _ = lower_step(text, HERE, **{"substitute": True, **how})
    return None if action is None else action.text


@pytest.mark.parametrize("text", ["/N/C/i", " /N/C/i  "])
def test_a_step_becomes_a_relationship_with_the_message_of_its_hooks(text: str) -> None:
    assert ir.Template((text.rstrip() + "#", MESSAGE)) == _step(text)


def test_a_step_whose_target_ends_in_a_reference_does_too() -> None:
    assert ir.Template(("/N/C/", ir.Lookup("/", "x"), "#", MESSAGE)) == _step("/N/C/${/#x}")


def test_the_message_is_put_behind_a_target_that_is_not_substituted() -> None:
    assert ir.Template(("/N/C/i#", MESSAGE)) == _step("/N/C/i", substitute=False)


@pytest.mark.parametrize("text", ["", "  ", "#/N/C/i"])
def test_a_step_without_target_has_no_action(text: str) -> None:
    assert None is _step(text)


@pytest.mark.parametrize("text", ["/N/C/i#go", "/N/${#x}#${#y}", "/N/C/i#"])
def test_a_target_with_a_message_is_told(text: str) -> None:
    assert ["step-with-message"] == [each.kind.slug for each in lower_step(text, HERE, substitute=True)[1]]


def test_a_step_with_alternatives_takes_the_message_when_one_is_chosen() -> None:
    steps = klass("N/C", [field("step", "s", "${#no} || /N/B/i", datatype="null coalescing")], [instance("i")])
    outcome = engine(steps, klass("N/B", [], [instance("i")])).run("/N/C/i")
    assert isinstance(outcome, Finished)
    assert ["/D/N/C/i", "/D/N/B/i"] == [each.object_name for each in outcome.workspace.nodes]


def test_a_step_is_the_relationship_that_it_became_in_what_people_read() -> None:
    image, _ = compiled(klass("N/C", [field("step", "s", "/N/B/i")]))
    shown = ir.readable(_class(image, "D/N/C"))["fields"][0]["action"]["text"]["parts"]
    assert ["/N/B/i#", {"kind": "Lookup", "object": "", "attribute": "ae_message", "steps": []}] == shown


def test_a_method_reads_the_target_of_a_step_as_it_was_written() -> None:
    steps = engine(klass("N/C", [field("step", "s", "/N/${#x}/i")], [instance("i")]))
    assert {"s": "/N/${#x}/i"} == instances.values(steps.workspace().runtime, "/N/C/i")


# -- undo --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/N/C/i", True), ("/N/C/i#go", True), ("/N/C/i?x=1", True), ("miqaedb:/N/C/i", True), ("method:/N/C/m", True),
        ("/N/C/v1.2#create", True), ("/N/C/i?url=(x)", True), ("/N/C/.missing", True),
        ("m", False), ("m(x => '/a')", False), ("/N/C.m", False), ("/N/C.m(x => 1)", False), ("N/C.m", False),
        ("/N/C/m(x => 1)", False), ("", False),
    ],
)  # fmt: skip
def test_a_target_is_told_from_a_call(text: str, expected: bool) -> None:
    assert expected is is_target(text)


def test_each_part_of_an_undo_is_a_call_or_a_target() -> None:
    actions, found = lower_undo("/N/C/i ; #off; tidy(x => 1)", HERE)
    assert ([ir.Target, Call], ()) == ([type(each.meaning) for each in actions], found)


def test_a_fault_in_a_part_of_an_undo_has_its_place() -> None:
    _, found = lower_undo("tidy; /N/C i", HERE)
    assert [("invalid-target", HERE.column + 10)] == [(each.kind.slug, each.span.column) for each in found]


class _Scripted:
    """Methods that end as `results` say, one after the other; `called` are their names."""

    def __init__(self, *results: str) -> None:
        self.results = list(results)
        self.called: list[str] = []

    def run(self, call: MethodCall) -> MethodResult:
        """Sets ae_result as the script says."""
        self.called.append(call.method.name)
        root = call.handle.root
        assert root is not None
        root["ae_result"] = self.results.pop(0) if self.results else "ok"
        return MethodResult(0, 0, "")


def _method(name: str) -> model.Method:
    return model.Method(texts({"name": name, "location": "inline"}), (), (), {}, "", f"{name}.yaml")


MACHINE = klass(
    "N/C",
    [
        field("state", "one", "METHOD::do_one", undo="undo_one"),
        field("state", "two", "METHOD::do_two", undo="undo_two"),
        field("state", "three", "METHOD::do_three"),
    ],
    [instance("i")],
    [_method(name) for name in ("do_one", "undo_one", "do_two", "undo_two", "do_three")],
)


def _resumed_from_file(outcome: Outcome, methods: _Scripted, folder: Path) -> Outcome:
    assert isinstance(outcome, Retry)
    write_checkpoint(str(folder / "kept"), Kept(outcome.checkpoint, 1, NOON, NOON))
    checkpoint = restore(read_checkpoint(str(folder / "kept")), default_catalog()).checkpoint
    return Engine(compiled(MACHINE)[0], methods=methods).resume(checkpoint)


def test_what_was_completed_before_a_stop_is_undone_after_it(tmp_path: Path) -> None:
    methods = _Scripted("ok", "retry", "ok", "error")
    outcome = Engine(compiled(MACHINE)[0], methods=methods).run("/N/C/i")
    outcome = _resumed_from_file(outcome, methods, tmp_path)
    assert ["do_one", "do_two", "do_two", "do_three", "undo_two", "undo_one"] == methods.called


def test_a_rollback_that_was_stopped_goes_on_where_it_stood(tmp_path: Path) -> None:
    methods = _Scripted("ok", "ok", "error", "ok", "retry", "ok")
    outcome = Engine(compiled(MACHINE)[0], methods=methods).run("/N/C/i")
    outcome = _resumed_from_file(outcome, methods, tmp_path)
    assert isinstance(outcome, Finished)
    assert (["undo_two", "undo_one", "undo_one"], "error", "done", "three") == (
        methods.called[3:], outcome.result, outcome.rollback, outcome.root["ae_state"],
    )  # fmt: skip


def test_an_undo_that_failed_before_a_stop_is_still_counted_after_it(tmp_path: Path) -> None:
    methods = _Scripted("ok", "ok", "error", "error", "retry", "ok")
    outcome = Engine(compiled(MACHINE)[0], methods=methods).run("/N/C/i")
    outcome = _resumed_from_file(outcome, methods, tmp_path)
    assert isinstance(outcome, Finished)
    assert "failed" == outcome.rollback
