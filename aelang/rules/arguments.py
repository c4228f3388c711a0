"""Arguments: a call says what the method asks for, and nothing that it does not know."""

from collections.abc import Iterator

from aelang.diagnostics import Diagnostic, DiagnosticKind, Label, Severity, nearest
from aelang.names import fold
from aelang.rules.compiled import BASE_METHODS, Compiled, place_of
from aelang.rules.methods import method_targets
from aelang.rules.outline import CallUse, MethodOutline, Outline

UNDECLARED_ARGUMENT = DiagnosticKind(
    "undeclared-argument",
    Severity.WARNING,
    "the method `{method}` has no input `{name}`: the argument is dropped",
)
MISSING_ARGUMENT = DiagnosticKind(
    "missing-argument",
    Severity.INFO,
    "nothing is said here for the input `{name}` of the method `{method}`, which has no default",
)


def check(outline: Outline, compiled: Compiled) -> Iterator[Diagnostic]:
    """Arguments without an input, and inputs without an argument: undeclared-argument, missing-argument."""
    for use in (*outline.calls, *method_targets(outline)):
        found = compiled.method(use, outline)
        if found is not None:
            owner, method = found
            yield from _undeclared(use, outline, owner, method)
            yield from _missing(use, outline, owner, method, compiled)
        elif use.klass is None and use.arguments and compiled.method_home(use, outline) is None:
            yield from _of_builtin(use, outline)
    for use in _hooks(outline):
        found = compiled.method(use, outline)
        if found is not None:
            yield from _missing(use, outline, *found, compiled)


_SET = ("ae_step", "ae_step_target", "ae_message")
_HOOKS = (
    ("before_step", _SET),
    ("after_step", _SET),
    ("on_state_change", (*_SET, "step_event", "from", "to", "message")),
)
"""The methods that are called around a step, with what they are given (LANGUAGE 5)."""


def _hooks(outline: Outline) -> Iterator[CallUse]:
    """The calls of hooks by the steps of a class, told at the first of them."""
    step = next((field for field in outline.fields if field.kind == "step"), None)
    if step is not None:
        for name, given in _HOOKS:
            yield CallUse(step.name, "", "hook", step.place, None, None, name, given)


def _undeclared(use: CallUse, outline: Outline, owner: Outline, method: MethodOutline) -> Iterator[Diagnostic]:
    names = [name for name, _ in method.inputs]
    for argument in use.arguments:
        if argument not in names:
            label = Label(owner.span(method.place), "the method is declared here")
            yield UNDECLARED_ARGUMENT.at(
                place_of(outline, use), _advice(argument, names), (label,), method=method.name, name=argument
            )


def _advice(argument: str, names: list[str]) -> str:
    near = nearest(argument, names)
    if near is not None and near.lower() == argument.lower():
        return f"write `{near}`: the case of an input counts"
    return f"did you mean `{near}`?" if near else f"declare `{argument}` among the inputs, or leave it out"


def _of_builtin(use: CallUse, outline: Outline) -> Iterator[Diagnostic]:
    known = BASE_METHODS.get(fold(use.method))
    for argument in use.arguments if known is not None else ():
        if argument not in (known or ()):
            advice = _advice(argument, list(known or ()))
            yield UNDECLARED_ARGUMENT.at(place_of(outline, use), advice, method=use.method, name=argument)


def _missing(
    use: CallUse, outline: Outline, owner: Outline, method: MethodOutline, compiled: Compiled
) -> Iterator[Diagnostic]:
    missing = [name for name, is_needed in method.inputs if is_needed and name not in use.arguments]
    fields = {fold(each.name) for each in compiled.fields(outline)} if missing else set()  # attributes: in lower case
    for name in missing:
        if name not in fields:
            label = Label(owner.span(method.place), "the method is declared here")
            yield MISSING_ARGUMENT.at(
                place_of(outline, use),
                f"write `{name} => ...`, or give the input a default, unless an attribute is set before the call",
                (label,),
                method=method.name,
                name=name,
            )
