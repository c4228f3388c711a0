"""Lowering of aelang's own constructs: conditions, the targets of steps, undos (LANGUAGE 2, 5, 6).

Like `lower`: text and the `Span` where it begins go in, a node and diagnostics come out; nothing is raised.
"""

import re
from functools import lru_cache

from aelang import ir
from aelang.compiler.lower import lower_call, lower_target
from aelang.compiler.lower_expressions import mean
from aelang.compiler.lower_references import lower_template
from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity
from aelang.names import is_target
from aelang.regex import regex
from aelang.source import Span
from aelang.syntax.expressions import INVALID_EXPRESSION
from aelang.syntax.places import BLANKS, Fault, fault, placed, shifted, shown

INVALID_CONDITION = DiagnosticKind(
    "invalid-condition", Severity.ERROR, "the condition `{text}` cannot be read: {reason}"
)
IGNORED_CONDITION = DiagnosticKind(
    "ignored-condition", Severity.WARNING, "the condition `{text}` has no effect: it begins with neither IF nor UNLESS"
)
STEP_WITH_MESSAGE = DiagnosticKind(
    "step-with-message", Severity.ERROR, "the target `{text}` of a step has a message of its own"
)

_CONDITION = regex(r"\s*(if|unless)\b", re.IGNORECASE)
_HELP = "write `IF` or `UNLESS` and an expression: IF ${/#count} > 3"


def lower_condition(text: str | None, span: Span) -> tuple[ir.Condition | None, tuple[Diagnostic, ...]]:
    """What `text` asks before its field is processed; None where it asks nothing.

    A text without IF or UNLESS has no effect (ignored-condition). With one and outside the grammar of expressions it
    is an invalid-condition, and means that failure.
    """
    condition, faults = _condition(text or "")
    return condition, placed(faults, text or "", span) if faults else ()


@lru_cache(1024)
def _condition(text: str) -> tuple[ir.Condition | None, tuple[Fault, ...]]:
    found = _CONDITION.match(text)
    if found is None:
        return None, (fault(IGNORED_CONDITION, 0, len(text), _HELP, text=shown(text)),) if text.strip() else ()
    expression, negated = text[found.end() :], found[1].lower() == "unless"
    if not expression.strip():
        return _faulty(negated, "there is nothing to test"), (_invalid(text, "there is nothing to test"),)
    template, faults = lower_template(expression)
    odd = next((part for part in getattr(template, "parts", ()) if isinstance(part, ir.Faulty)), None)
    if odd is not None:
        return _faulty(negated, odd.message), shifted(faults, found.end())
    meaning, wrong = mean(expression, substitute=True)
    if isinstance(meaning, ir.Faulty):
        faults += tuple(_renamed(each, expression, text) for each in wrong)
        return _faulty(negated, meaning.message), shifted(faults, found.end())
    return ir.Condition(negated, ir.Test(template, meaning)), shifted(faults + wrong, found.end())


def _faulty(negated: bool, reason: str) -> ir.Condition:
    return ir.Condition(negated, ir.Test("", ir.Faulty("InvalidCondition", reason)))


def _invalid(text: str, reason: str) -> Fault:
    return fault(INVALID_CONDITION, 0, len(text), _HELP, text=shown(text), reason=reason)


def _renamed(each: Fault, expression: str, text: str) -> Fault:
    """The complaint about `expression` as one about the condition that it is in, `text`."""
    if each.kind != INVALID_EXPRESSION:
        return each
    reason = each.message.removeprefix(INVALID_EXPRESSION.template.format(text=shown(expression), reason=""))
    message = INVALID_CONDITION.template.format(text=shown(text), reason=reason)
    return each._replace(kind=INVALID_CONDITION, message=message, help=each.help or _HELP)


def lower_step(
    text: str | None, span: Span, *, substitute: bool, coalesce: bool = False
) -> tuple[ir.Action | None, tuple[Diagnostic, ...]]:
    """What a step does: the relationship `TARGET#${#ae_message}`; None where `text` is blank or switched off.

    A target that already has a message is an error (step-with-message). Alternatives of a null coalescing stay as
    they are, and take the message when the run has chosen one.
    """
    action, found = lower_target(text, span, substitute=substitute, coalesce=coalesce)
    if action is None or text is None:
        return None, found
    if _has_message(action.text):
        wrong = fault(STEP_WITH_MESSAGE, 0, len(text), _STEP_HELP, text=shown(text))
        found = (*found, *placed((wrong,), text, span))
    if isinstance(action.text, ir.Coalesced):
        return ir.Action(action.text), found
    return ir.Action(_with_message(action.text)), found


_STEP_HELP = "take away the `#` and what follows: a step sends the message in hand, or what `before_step` sets"


def _has_message(text: str | ir.Template | ir.Coalesced) -> bool:
    match text:
        case str():
            return "#" in text
        case ir.Template(parts):
            return any(isinstance(part, str) and "#" in part for part in parts)
        case ir.Coalesced(options):
            return any(_has_message(option) for option in options)


def _with_message(text: str | ir.Template) -> ir.Template:
    message = ir.Lookup("", "ae_message")
    parts = (text,) if isinstance(text, str) else text.parts
    *before, last = parts
    if isinstance(last, str):
        return ir.Template((*before, last.rstrip(BLANKS) + "#", message))
    return ir.Template((*parts, "#", message))


def lower_undo(text: str | None, span: Span) -> tuple[tuple[ir.Action, ...], tuple[Diagnostic, ...]]:
    """The parts of an undo: a list with `;` like on_error, each a call or a target, always substituted."""
    actions: list[ir.Action] = []
    found: tuple[Diagnostic, ...] = ()
    at = 0
    for part in (text or "").split(";"):
        lead = len(part) - len(part.lstrip(BLANKS))
        inside = (
            span
            if "\n" in (text or "").rstrip("\n") or not span.line
            else span._replace(column=span.column + at + lead)
        )
        how = lower_target if is_target(part) else lower_call
        action, wrong = how(part.strip(BLANKS), inside, substitute=True)
        found += wrong
        if action is not None:
            actions.append(action)
        at += len(part) + 1
    return tuple(actions), found
