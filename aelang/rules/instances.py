"""Instances: a target names an instance that is there.

A fixed target that no domain answers is a fault. One with references in its path is matched against every instance,
with any text in the place of a reference; that none matches is worth a look. Where references stand in the arguments
or the message alone, the path is as good as a fixed one.
"""

from collections.abc import Iterator

from aelang import ir
from aelang.compiler.resolve import resolve_target
from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity
from aelang.names import split_path
from aelang.rules.compiled import Compiled, is_overridden, nearest_instance, nearest_path, place_of, removed_help
from aelang.rules.outline import HOLE, Outline, TargetUse

UNKNOWN_INSTANCE = DiagnosticKind(
    "unknown-instance", Severity.ERROR, "there is no instance `{path}`, and no `.missing` that would answer for it"
)
UNKNOWN_CLASS = DiagnosticKind("unknown-class", Severity.ERROR, "there is no class `{klass}`, which `{path}` leads to")
UNMATCHED_TARGET = DiagnosticKind(
    "unmatched-target", Severity.WARNING, "nothing can be at `{path}`: no instance matches"
)
OVERRIDDEN_TARGET = DiagnosticKind(
    "overridden-target",
    Severity.INFO,
    "`{path}` leads nowhere; every instance has a value of its own, but a new one would break",
)


def check(outline: Outline, compiled: Compiled) -> Iterator[Diagnostic]:
    """Targets that lead nowhere: unknown-instance, unknown-class, unmatched-target, overridden-target."""
    for use in outline.targets:
        if use.scheme == "miqaedb" and use.leads_to is None:
            found = _look_at(use, outline, compiled)
            if found is not None:
                yield found


def _look_at(use: TargetUse, outline: Outline, compiled: Compiled) -> Diagnostic | None:
    shown = shown_path(use.path)
    if HOLE in use.path or "*" in use.path:
        if is_overridden(outline, use) or _may_match(use.path, compiled):
            return None
        advice = _PATTERN_HELP if HOLE in use.path else _WILDCARD_HELP
        return UNMATCHED_TARGET.at(place_of(outline, use), advice, path=shown)
    if resolve_target(ir.Target("miqaedb", use.path, None, None), compiled.index, set()).leads_to is not None:
        return None
    if is_overridden(outline, use):
        return OVERRIDDEN_TARGET.at(place_of(outline, use), _OVERRIDDEN_HELP, path=shown)
    return _nowhere(use, outline, compiled)


def _may_match(path: str, compiled: Compiled) -> bool:
    """Whether a run may find something at `path`; only a `*` at its end expands, and no domain stands before it then
    (ENGINE-FACTS 3.6)."""
    if HOLE in path:
        return compiled.patterns.matches(path)
    return path.endswith("*") and bool(compiled.index.instances_matching(path.lstrip("/")[:-1]))


_PATTERN_HELP = "check the parts of the path that stand fast against `aelang ls`"
_WILDCARD_HELP = "a `*` stands for names only at the end of a path, and no domain may stand before it"
_OVERRIDDEN_HELP = "take the default away, or make it lead to something"


def shown_path(path: str) -> str:
    """`path` for people: a reference is `${...}`."""
    return path.replace(HOLE, "${...}")


def _nowhere(use: TargetUse, outline: Outline, compiled: Compiled) -> Diagnostic:
    path = split_path(use.path)
    klass = "/".join(part for part in (path.namespace, path.klass) if part)
    span = place_of(outline, use)
    layers = compiled.index.layers(klass)
    home = layers[0] if layers else compiled.index.class_at(klass)
    if home is None:
        advice = (
            removed_help(klass)
            or _did_you_mean(nearest_path(klass, compiled), path.instance, compiled.index)
            or "write the path of a class, as `aelang ls` shows it"
        )
        return UNKNOWN_CLASS.at(span, advice, klass=f"/{klass}", path=use.path)
    instance = path.instance or ""
    advice = removed_help(f"{klass}/{instance}")
    if not advice:
        near = nearest_instance(instance, klass, compiled)
        advice = f"did you mean `/{klass}/{near}`?" if near else f"make an instance `{instance}`, or a `.missing`"
    return UNKNOWN_INSTANCE.at(span, advice, compiled.declared(home.path, "the class is declared here"), path=use.path)


def _did_you_mean(klass: str | None, instance: str | None, index: ir.Index) -> str:
    """A hint, where the class is there and answers for the instance."""
    if klass is None or (instance is not None and index.instance_home(klass, instance) is None):
        return ""
    return f"did you mean `/{klass}/{instance or ''}`?"
