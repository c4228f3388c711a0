"""Conditions: a condition or an assertion asks something. One whose answer is known before the run asks nothing."""

from collections.abc import Iterator

from aelang import ir
from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity
from aelang.names import is_blank
from aelang.rules.said import Said
from aelang.rules.states import UNREACHABLE_STATE
from aelang.rules.truths import truth_of

CONSTANT_CONDITION = DiagnosticKind("constant-condition", Severity.WARNING, "this {what} is always {answer}: {effect}")


def look(said: Said) -> Iterator[Diagnostic]:
    """Conditions and assertions that are always true or false, fields that nothing can call for: constant-condition,
    unreachable-state."""
    node = said.node
    if node is None:
        return
    if not is_blank(_text(said, "condition")) and node.condition is not None:
        yield from _condition(said, node, node.condition)
    if isinstance(node, ir.AssertionField) and not is_blank(said.value()):
        yield from _assertion(said, node)
    if not node.messages and "message" in said.attributes:
        yield UNREACHABLE_STATE.at(
            said.span("message"), _NO_MESSAGE_HELP, kind=_kind(node), name=said.name, reason="it answers no message"
        )


_NO_MESSAGE_HELP = "write the messages that it answers, or nothing at all, which means `create`"


def _condition(said: Said, node: ir.Field, condition: ir.Condition) -> Iterator[Diagnostic]:
    truth = truth_of(condition.test.meaning)
    if truth is None:
        return
    span = said.span("condition")
    if truth != condition.negated:
        yield CONSTANT_CONDITION.at(
            span, "take it away", what="condition", answer=_word(truth), effect="the field always takes part"
        )
    elif isinstance(node, ir.StateField):
        reason = f"its condition is always {_word(truth)}"
        yield UNREACHABLE_STATE.at(span, _CONDITION_HELP, kind=_kind(node), name=said.name, reason=reason)
    else:
        yield CONSTANT_CONDITION.at(
            span, _CONDITION_HELP, what="condition", answer=_word(truth), effect="the field never takes part"
        )


_CONDITION_HELP = "ask for a value of the run, as in `IF ${/#count} > 3`, or take the field away"
_ASSERTION_HELP = "ask for a value of the run, as in `${/#count} > 3`, or leave it blank"


def _assertion(said: Said, node: ir.AssertionField) -> Iterator[Diagnostic]:
    if len(node.tests) != 1:
        return  # of alternatives the first that is not blank counts: only the run knows which
    if said.datatype == "boolean" and isinstance(node.tests[0].meaning, ir.Literal):
        return  # declared so, it is a switch: a plain true or false is what belongs there
    truth = truth_of(node.tests[0].meaning)
    if truth is not None:
        effect = "it lets every object pass" if truth else "it drops every object"
        yield CONSTANT_CONDITION.at(
            said.span(said.main), _ASSERTION_HELP, what="assertion", answer=_word(truth), effect=effect
        )


def _text(said: Said, key: str) -> str | None:
    found = said.attributes.get(key)
    return None if found is None else found.value


def _word(truth: bool) -> str:
    return "true" if truth else "false"


def _kind(node: ir.Field) -> str:
    if isinstance(node, ir.StateField):
        return "step" if node.is_step else "state"
    return "field"
