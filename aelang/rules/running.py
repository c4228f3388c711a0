"""Running: the methods that a run calls by way of a part of a state, as far as that is fixed."""

from collections.abc import Iterator

from aelang.names import fold, split_path
from aelang.rules.compiled import Compiled
from aelang.rules.outline import CallUse, MethodOutline, Outline, TargetUse

PARTS = ("value", "on_entry", "on_exit", "on_error")
"""The keys of what a state does in its turn."""


def methods_run(
    use: CallUse | TargetUse, outline: Outline, compiled: Compiled
) -> Iterator[tuple[Outline, MethodOutline]]:
    """The methods that `use` leads to, each with its class: the one that it calls, or those that the instance calls to
    which it leads. A state machine answers for its own states, so its methods are not among them."""
    if isinstance(use, CallUse):
        found = compiled.method(use, outline)
        if found is not None:
            yield found
        return
    target = compiled.led_to(use)
    if target is None or any(field.kind in ("state", "step") for field in compiled.fields(target)):
        return
    instance = fold(split_path(use.path).instance or "")
    for call in target.calls:
        if _counts(call, instance, target):
            yield from methods_run(call, target, compiled)


def _counts(call: CallUse, instance: str, target: Outline) -> bool:
    """Whether `call` is one of `instance`: its own, or the class's where it has none."""
    if call.instance:
        return fold(call.instance) == instance
    return instance not in map(fold, target.overridden.get(f"{fold(call.field)} {call.key}", ()))
