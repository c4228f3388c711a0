"""Retries: a state that asks to be tried again says how often at the most, and after how long.

Without max_retries and max_time a state is tried again for ever. Both are looked at in the main part only, after
on_entry: a retry that on_entry asks for is never limited, nor is one that on_exit asks for where the main part does
nothing (ENGINE-FACTS 8.4, 8.5). Without `ae_retry_interval` it is tried again at once (ENGINE-FACTS 8.16).

That a method asks for a retry is seen in its code. A state's method is the one that it calls, and those that an
instance calls to which it leads, unless that is a state machine itself, which answers for its own states.
"""

from collections.abc import Iterator

from aelang.diagnostics import Diagnostic, DiagnosticKind, Label, Severity
from aelang.names import fold
from aelang.rules.compiled import Compiled, is_overridden, place_of
from aelang.rules.outline import CallUse, FieldOutline, Outline, TargetUse
from aelang.rules.running import PARTS, methods_run

RETRY_WITHOUT_LIMIT = DiagnosticKind(
    "retry-without-limit", Severity.WARNING, "the state `{name}` may be tried again for ever: {reason}"
)
RETRY_WITHOUT_INTERVAL = DiagnosticKind(
    "retry-without-interval",
    Severity.WARNING,
    "the method `{method}` asks for a retry and does not say after how long: it is tried again at once",
)


def check(outline: Outline, compiled: Compiled) -> Iterator[Diagnostic]:
    """States that retry without end, methods that retry without a pause: retry-without-limit,
    retry-without-interval."""
    for method in outline.methods:
        if method.retries and not method.waits:
            yield RETRY_WITHOUT_INTERVAL.at(
                outline.span(method.place), "set `ae_retry_interval` too, as in `5.minutes`", method=method.name
            )
    uses: tuple[CallUse | TargetUse, ...] = (*outline.calls, *outline.targets)
    fields = compiled.fields(outline) if uses else ()
    states = {fold(field.name): field for field in fields if field.kind in ("state", "step")}
    for use in uses if states else ():
        field = states.get(fold(use.field))
        if field is None or use.key not in PARTS or is_overridden(outline, use):
            continue
        found = _unlimited(use, field, outline, compiled)
        if found is not None:
            yield found


def _unlimited(
    use: CallUse | TargetUse, field: FieldOutline, outline: Outline, compiled: Compiled
) -> Diagnostic | None:
    is_checked = use.key == "value" or (use.key in ("on_exit", "on_error") and field.works)
    if is_checked and _is_limited(use, field, outline):
        return None
    method = next((each for each in methods_run(use, outline, compiled) if each[1].retries), None)
    if method is None:
        return None
    reason = "it has neither max_retries nor max_time" if is_checked else f"no limit holds for a retry in {use.key}"
    advice = "give it max_retries or max_time" if is_checked else "ask for the retry in the main part"
    labels = (Label(method[0].span(method[1].place), "this method asks for a retry"),)
    return RETRY_WITHOUT_LIMIT.at(place_of(outline, use), advice, labels, name=field.name, reason=reason)


def _is_limited(use: CallUse | TargetUse, field: FieldOutline, outline: Outline) -> bool:
    """Whether the state has a limit for every instance that `use` counts for."""
    if field.limited:
        return True
    limited = {fold(name) for name in outline.overridden.get(f"{fold(field.name)} limit", ())}
    if use.instance:
        return fold(use.instance) in limited
    others = {fold(name) for name in outline.overridden.get(f"{fold(field.name)} {use.key}", ())}
    return bool(outline.instances) and {fold(name) for name, _ in outline.instances} <= limited | others
