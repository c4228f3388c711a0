"""States: each can be reached. A state is not, over which the one before it always jumps.

Told is only what is certain. The jump stands in code without a turn, that code is all that the state does, and an
error ends the machine; no other code of the datastore names the state that is passed over, nor one that is not known
before the run; and nothing starts a run at a state of its choice.
"""

from collections.abc import Iterator

from aelang.diagnostics import Diagnostic, DiagnosticKind, Label, Severity
from aelang.names import fold
from aelang.rules.compiled import Compiled
from aelang.rules.outline import HOLE, CallUse, FieldOutline, MethodOutline, Outline, TargetUse
from aelang.rules.running import PARTS, methods_run

UNREACHABLE_STATE = DiagnosticKind(
    "unreachable-state", Severity.WARNING, "no run reaches the {kind} `{name}`: {reason}"
)


def check(outline: Outline, compiled: Compiled) -> Iterator[Diagnostic]:
    """States that the one before always jumps over: unreachable-state."""
    if not any(field.kind in ("state", "step") for field in outline.fields):
        return  # the class that has them tells of them
    states = [field for field in compiled.fields(outline) if field.kind in ("state", "step")]
    if len(states) < _FEWEST or any(state.messages != states[0].messages for state in states):
        return
    uses: tuple[CallUse | TargetUse, ...] = (*outline.calls, *outline.targets)
    for at, state in enumerate(states[:-2]):
        found = _jump(state, uses, outline, compiled)
        if found is None:
            continue
        names = [each.name for each in states]
        end = names.index(found[1].next_states[0]) if found[1].next_states[0] in names else 0
        for passed in states[at + 1 : end]:
            if not passed.inherited and not _may_be_named(passed.name, compiled):
                yield _passed_over(passed, state, outline, found)


_FEWEST = 3


def _jump(
    state: FieldOutline, uses: tuple[CallUse | TargetUse, ...], outline: Outline, compiled: Compiled
) -> tuple[Outline, MethodOutline] | None:
    """The method by which `state` always names the next state."""
    name = fold(state.name)
    parts = [use for use in uses if fold(use.field) == name and use.key in PARTS]
    if state.guarded or len(parts) != 1 or parts[0].key != "value" or parts[0].instance:
        return None
    return next((found for found in methods_run(parts[0], outline, compiled) if found[1].jumps), None)


def _may_be_named(name: str, compiled: Compiled) -> bool:
    """Whether some code may name the state `name` as the next, or a run may begin at it."""
    for entry in compiled.index:
        outline = compiled.outline(entry.path)
        if outline is None:
            continue
        if any(name in method.next_states or HOLE in method.next_states for method in outline.methods):
            return True
        if any("ae_state" in map(fold, use.keys) for use in outline.targets):
            return True
    return False


def _passed_over(
    passed: FieldOutline, state: FieldOutline, outline: Outline, jump: tuple[Outline, MethodOutline]
) -> Diagnostic:
    owner, method = jump
    return UNREACHABLE_STATE.at(
        outline.span(passed.place),
        "take it away, or name it as the next state where it is wanted",
        (Label(owner.span(method.place), "this method sets `ae_next_state` in every run"),),
        kind=passed.kind,
        name=passed.name,
        reason=f"the state `{state.name}` always goes on to `{method.next_states[0]}`",
    )
