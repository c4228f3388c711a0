"""Methods: a call names a method that is there, in the class, in one it inherits from, or in another domain."""

from collections.abc import Iterator

from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity, nearest
from aelang.names import fold
from aelang.rules.compiled import BASE_METHODS, Compiled, is_overridden, nearest_path, place_of
from aelang.rules.outline import HOLE, CallUse, Outline

UNKNOWN_METHOD = DiagnosticKind("unknown-method", Severity.ERROR, "the class `{klass}` has no method `{method}`")
OVERRIDDEN_CALL = DiagnosticKind(
    "overridden-call",
    Severity.INFO,
    "there is no method `{method}`; every instance has a value of its own, but a new one would break",
)


def check(compiled: Compiled) -> Iterator[Diagnostic]:
    """Calls of methods that are nowhere: unknown-method, overridden-call."""
    for outline in compiled.outlines():
        for use in (*outline.calls, *method_targets(outline)):
            if use.klass is None and fold(use.method) in BASE_METHODS:
                continue
            if compiled.method_home(use, outline) is None:
                yield _nowhere(use, outline, compiled)


def method_targets(outline: Outline) -> Iterator[CallUse]:
    """The targets `method:/...` as the calls that they are (LANGUAGE 4)."""
    for use in outline.targets:
        if use.scheme in ("method", "miqaemethod") and HOLE not in use.path:
            *names, method = use.path.strip("/").split("/")
            klass = names.pop() if names else None
            namespace = "/".join(names) if names else None
            yield CallUse(use.field, use.instance, use.key, use.place, namespace, klass, method, use.keys)


def _nowhere(use: CallUse, outline: Outline, compiled: Compiled) -> Diagnostic:
    span = place_of(outline, use)
    if is_overridden(outline, use):
        return OVERRIDDEN_CALL.at(span, "take the default away, or write the method", method=use.method)
    named = use.klass is not None
    home = compiled.class_of(use, outline)
    klass = compiled.named_class(use, outline) if home is None else home.path
    near = nearest(use.method, compiled.methods_at(home, outline))
    if near is not None:
        advice = f"did you mean `{near}`?"
    elif home is None and (path := nearest_path(klass.partition("/")[2], compiled)):
        advice = f"there is no such class; did you mean `/{path}.{use.method}`?"
    else:
        advice = f"declare it in `__methods__/{use.method}.yaml`"
    labels = compiled.declared(klass, "the class is declared here") if named else ()
    return UNKNOWN_METHOD.at(span, advice, labels, klass=f"/{klass}", method=use.method)
