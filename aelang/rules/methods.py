"""Methods: a call names a method that is there, in the class, in one it inherits from, or in another domain."""

from collections.abc import Iterator

from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity, nearest
from aelang.names import fold
from aelang.rules.compiled import BASE_METHODS, Compiled, is_overridden, nearest_path, place_of, removed_help
from aelang.rules.outline import HOLE, CallUse, Outline

UNKNOWN_METHOD = DiagnosticKind("unknown-method", Severity.ERROR, "the class `{klass}` has no method `{method}`")
OVERRIDDEN_CALL = DiagnosticKind(
    "overridden-call",
    Severity.INFO,
    "there is no method `{method}`; every instance has a value of its own, but a new one would break",
)


def check(outline: Outline, compiled: Compiled) -> Iterator[Diagnostic]:
    """Calls of methods that are nowhere: unknown-method, overridden-call."""
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


def _for_a_path(written: str) -> str:
    """What to write where a path without a dot stands in the place of a call."""
    klass, _, name = written.rpartition("/")
    if not klass.strip("/"):
        return f"write `{name}`, for a method of this class"
    return f"this is the path of an instance: write it in a relationship, or call a method as `{klass}.{name}`"


def _is_cut_off(use: CallUse, compiled: Compiled) -> bool:
    """Whether the method is at the path as it is written, of which a run cuts the first part off (ENGINE-FACTS 3.8)."""
    path = f"{use.namespace}/{use.klass}"
    return use.namespace is not None and compiled.index.method_home(path, use.method) is not None


def _nowhere(use: CallUse, outline: Outline, compiled: Compiled) -> Diagnostic:
    span = place_of(outline, use)
    if is_overridden(outline, use):
        return OVERRIDDEN_CALL.at(span, "take the default away, or write the method", method=use.method)
    named = use.klass is not None
    home = compiled.class_of(use, outline)
    klass = compiled.named_class(use, outline) if home is None else home.path
    relative = klass.partition("/")[2]
    near = nearest(use.method, compiled.methods_at(home, outline))
    if "/" in use.method:
        advice = _for_a_path(use.written or use.method)
    elif removed := removed_help(relative, f"{relative}.{use.method}"):
        advice = removed
    elif _is_cut_off(use, compiled):
        advice = f"write `/{use.namespace}/{use.klass}.{use.method}`: without the slash the first name is cut off"
    elif near is not None:
        advice = f"did you mean `{near}`?"
    elif home is None and (path := nearest_path(relative, compiled)):
        advice = f"there is no such class; did you mean `/{path}.{use.method}`?"
    elif span.source.endswith(".ael"):
        advice = f"declare it in the class: `method {use.method}() python`"
    else:
        advice = f"declare it in `__methods__/{use.method}.yaml`"
    labels = compiled.declared(klass, "the class is declared here") if named else ()
    return UNKNOWN_METHOD.at(span, advice, labels, klass=f"/{klass}", method=use.method)
