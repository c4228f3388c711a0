"""Guards: the condition of a field, as what says yes or no when the field is reached (LANGUAGE 2)."""

from collections.abc import Callable
from typing import TypeAlias

from aelang import ir
from aelang.interpreter.conditions import CannotEvaluate, Given, evaluate, is_true
from aelang.interpreter.failures import InvalidCondition, ObjectNotFound
from aelang.interpreter.substitution import Read, reference_reader
from aelang.interpreter.values import RunValue
from aelang.interpreter.workspace import Workspace, WorkspaceObject

Guard: TypeAlias = Callable[[Workspace, WorkspaceObject], bool]


def guard_of(condition: ir.Condition | None, message: str) -> Guard | None:
    """What tests `condition` under `message`; None where there is none.

    A missing attribute or object is nil, and what cannot be evaluated is false. Raises InvalidCondition for an
    expression outside the grammar.
    """
    if condition is None:
        return None
    test, negated = condition.test, condition.negated
    readers = [_optional(part) for part in test_references(test)]

    def guard(workspace: Workspace, obj: WorkspaceObject) -> bool:
        if isinstance(test.meaning, ir.Faulty):
            raise InvalidCondition(test.meaning.message)
        values = [read(workspace) for read in readers]
        try:
            return is_true(evaluate(test.meaning, Given(values, message))) != negated
        except CannotEvaluate:
            return negated

    return guard


def test_references(test: ir.Test) -> list[ir.Reference]:
    """The references in the text of `test`, from left to right."""
    if isinstance(test.text, str):
        return []
    return [part for part in test.text.parts if not isinstance(part, str)]


def _optional(reference: ir.Reference) -> Read:
    read = reference_reader(reference, required=False)

    def read_or_nil(workspace: Workspace) -> RunValue:
        try:
            return read(workspace)
        except ObjectNotFound:
            return None

    return read_or_nil
