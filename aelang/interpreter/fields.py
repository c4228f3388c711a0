"""Fields: each becomes, once for a message, the closure that carries it out on an object."""

from collections.abc import Sequence
from typing import NamedTuple, assert_never

from aelang import ir
from aelang.interpreter.answering import answers, effective_fields
from aelang.interpreter.collect import collector
from aelang.interpreter.conditions import CannotEvaluate, Given, evaluate, is_true
from aelang.interpreter.conversion import convert
from aelang.interpreter.failures import AssertionFailure, AutomateError
from aelang.interpreter.guards import guard_of, test_references
from aelang.interpreter.invoke import NOT_CALLED, method_caller
from aelang.interpreter.relationships import follower, state_follower
from aelang.interpreter.runtime import Act, Plan, Runtime, RuntimeClass
from aelang.interpreter.states import state_act, tidy_act
from aelang.interpreter.substitution import Read, reference_reader, text_reader
from aelang.interpreter.trace import PassedOver
from aelang.interpreter.values import RunValue, to_text
from aelang.interpreter.workspace import Workspace, WorkspaceObject
from aelang.names import fold, is_blank
from aelang.source import Span


def build_plan(runtime: Runtime, home: RuntimeClass, instance: str | None, message: str) -> Plan:
    """What `message` does to an object of `instance` (folded; None for the class alone) of `home`."""
    fields = [field for field in effective_fields(home.ir, instance) if answers(field.messages, message)]
    machine = _machine(fields, message)
    others = [field for field in fields if not isinstance(field, ir.AssertionField)]
    return Plan(
        tuple(_guarded_act(field, message, machine) for field in fields if isinstance(field, ir.AssertionField)),
        tuple(_guarded_act(field, message, machine) for field in others),
        tuple(_guarded_act(field, message, machine) for field in others if isinstance(field, ir.AttributeField)),
        tuple(_span(home.ir, field.place) for field in others),
        undoes=any(isinstance(field, ir.StateField) and field.undo for field in fields),
    )


def _span(klass: ir.Class, place: ir.Place) -> Span:
    source, line, column = place
    return Span(klass.sources[source], line, column) if source < len(klass.sources) else Span(klass.path)


class _Machine(NamedTuple):
    """The states and steps that answer one message: their names in order, and what follows the last step."""

    states: tuple[str, ...]
    last_step: str
    tidy: Act | None


def _machine(fields: Sequence[ir.Field], message: str) -> _Machine:
    states = [field for field in fields if isinstance(field, ir.StateField)]
    names = tuple(field.name for field in states)
    last = next((field for field in reversed(states) if field.is_step), None)
    if last is None:
        return _Machine(names, "", None)
    guard = guard_of(last.condition, message)
    return _Machine(names, last.name, tidy_act(last, names, state_follower(last, message), guard))


def _guarded_act(field: ir.Field, message: str, machine: _Machine) -> Act:
    """What `field` does, if its condition lets it; a state looks at its condition itself."""
    guard = guard_of(field.condition, message)
    if isinstance(field, ir.StateField):
        tidy = machine.tidy if field.is_step and field.name != machine.last_step else None
        return state_act(field, machine.states, state_follower(field, message), guard, tidy)
    act = _act(field, message)
    if guard is None:
        return act

    def act_if(workspace: Workspace, obj: WorkspaceObject) -> None:
        if guard(workspace, obj):
            act(workspace, obj)
        else:
            workspace.emit(PassedOver(len(workspace.stack), field.name))

    return act_if


def _act(field: ir.AssertionField | ir.AttributeField | ir.MethodField | ir.RelationshipField, message: str) -> Act:
    match field:
        case ir.AssertionField():
            return _assertion_act(field, message)
        case ir.AttributeField():
            return _attribute_act(field)
        case ir.MethodField():
            return _method_act(field)
        case ir.RelationshipField():
            return _relationship_act(field, message)
        case _:
            assert_never(field)


def _nothing(workspace: Workspace, obj: WorkspaceObject) -> None:
    """What a field without a value does."""


# -- assertions --------------------------------------------------------------------------------------------------


def _assertion_act(field: ir.AssertionField, message: str) -> Act:
    """An assertion, or with null coalescing the first of its alternatives whose text is not blank."""
    tests = [(test, _readers(test, required=not field.coalesced)) for test in field.tests]

    def check(workspace: Workspace, obj: WorkspaceObject) -> None:
        for test, readers in tests:
            try:
                values = [read(workspace) for read in readers]
            except AutomateError as failure:
                if not field.coalesced:
                    raise
                workspace.warn(f"{failure.message}, in a null coalescing assertion")
                continue
            text = _text_with(test, values)
            if not is_blank(text):
                _judge(test, text, Given(values, message))
                return

    return check


def _readers(test: ir.Test, *, required: bool) -> list[Read]:
    return [reference_reader(part, required=required) for part in test_references(test)]


def _text_with(test: ir.Test, values: list[RunValue]) -> str:
    if isinstance(test.text, str):
        return test.text
    remaining = iter(values)
    return "".join(part if isinstance(part, str) else to_text(next(remaining)) for part in test.text.parts)


def _judge(test: ir.Test, text: str, given: Given) -> None:
    try:
        holds = is_true(evaluate(test.meaning, given))
    except CannotEvaluate as fault:
        raise AssertionFailure(f"Assertion Evaluation Failed: <{text}>: {fault}") from None
    if not holds:
        raise AssertionFailure(f"Assertion Failed: <{text}>")


# -- attributes --------------------------------------------------------------------------------------------------


def _attribute_act(field: ir.AttributeField) -> Act:
    name, datatype, read = fold(field.name), field.datatype, text_reader(field.text)
    gathers = [collector(collect, field.name) for collect in field.collect]
    if datatype in (None, "string") and not gathers:
        return _text_act(name, field.text, read)

    def assign(workspace: Workspace, obj: WorkspaceObject) -> None:
        value = convert(read(workspace), datatype, workspace.runtime.catalog, workspace.runtime.clock.now)
        if value is not None:
            obj.attributes[name] = value
        for gather in gathers:
            gather(workspace, obj, None)

    return assign


def _text_act(name: str, text: ir.Text, read: Read) -> Act:
    """The commonest attribute: text, nothing to convert or collect."""
    if text is None:
        return _nothing
    if isinstance(text, str):
        fixed = text

        def assign_fixed(workspace: Workspace, obj: WorkspaceObject) -> None:
            obj.attributes[name] = fixed

        return assign_fixed

    def assign(workspace: Workspace, obj: WorkspaceObject) -> None:
        value = read(workspace)
        if value is not None:
            obj.attributes[name] = value

    return assign


# -- methods and relationships -----------------------------------------------------------------------------------


def _method_act(field: ir.MethodField) -> Act:
    if field.action is None:
        return _nothing
    call = method_caller(field.action)
    collect = None if is_blank(field.collect) else fold(field.collect or "")

    def act(workspace: Workspace, obj: WorkspaceObject) -> None:
        obj.field = field
        result = call(workspace, obj)
        if collect is not None and result is not NOT_CALLED:
            obj.attributes[collect] = result

    return act


def _relationship_act(field: ir.RelationshipField, message: str) -> Act:
    if field.action is None:
        return _nothing
    follow = follower(field.action, field.name, field.collect, message)

    def act(workspace: Workspace, obj: WorkspaceObject) -> None:
        obj.field = field
        follow(workspace, obj)

    return act
