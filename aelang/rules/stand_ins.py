"""Stand-ins: a fixed target means the instance that it names, not the `.missing` that answers in its stead.

`.missing` is there for names that only a run knows. Where a name stands fast and no instance has it, the name is
misspelt, or the instance was taken away; the run goes on all the same, with something that nobody asked for.
"""

from collections.abc import Iterator

from aelang import ir
from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity
from aelang.names import fold, split_path
from aelang.rules.compiled import Compiled, is_overridden, nearest_instance, place_of
from aelang.rules.outline import HOLE, Outline, TargetUse

ANSWERED_BY_MISSING = DiagnosticKind(
    "answered-by-missing", Severity.INFO, "there is no instance `{path}`: the `.missing` of its class answers"
)


def check(outline: Outline, compiled: Compiled) -> Iterator[Diagnostic]:
    """Fixed targets for which a `.missing` answers: answered-by-missing."""
    for use in outline.targets:
        if use.scheme == "miqaedb" and HOLE not in use.path and not use.path.endswith("*"):
            instance = fold(split_path(use.path).instance or "")
            home = _home(use, compiled)
            if instance and home is not None and instance not in home.instances and not is_overridden(outline, use):
                yield _tell(use, outline, compiled, home.path)


def _home(use: TargetUse, compiled: Compiled) -> ir.ClassEntry | None:
    """The class that answers."""
    if use.leads_to is not None:
        return compiled.index.class_at(use.leads_to)
    found = compiled.led_to(use)
    return None if found is None else compiled.index.class_at(found.path)


def _tell(use: TargetUse, outline: Outline, compiled: Compiled, klass: str) -> Diagnostic:
    relative = klass.partition("/")[2]
    near = nearest_instance(split_path(use.path).instance or "", relative, compiled)
    advice = f"did you mean `/{relative}/{near}`?" if near else "make the instance, or name `.missing` itself"
    labels = compiled.declared(klass, "the class is declared here")
    return ANSWERED_BY_MISSING.at(place_of(outline, use), advice, labels, path=use.path)
