"""Cases: a name is written as it is declared. Look-ups ignore case; people who search for a name do not."""

from collections.abc import Iterator

from aelang import ir
from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity
from aelang.names import fold, split_path
from aelang.rules.compiled import Compiled
from aelang.rules.outline import HOLE, CallUse, Outline, Place, TargetUse

CASE_OF_NAME = DiagnosticKind("case-of-name", Severity.INFO, "`{written}` is declared as `{declared}`")


def check(outline: Outline, compiled: Compiled) -> Iterator[Diagnostic]:
    """Targets and calls that differ from what they name by case: case-of-name."""
    for use in outline.targets:
        declared = _declared_path(use, compiled.index)
        if declared is not None and declared != use.path:
            yield _differs(outline, use.place, use.at, use.path, declared)
    for call in outline.calls:
        name = _declared_method(call, outline, compiled)
        if name is not None and name != call.written:
            yield _differs(outline, call.place, call.at, call.written, name)


def _differs(outline: Outline, place: Place, at: int, written: str, declared: str) -> Diagnostic:
    source, line, column, _ = place
    span = outline.span((source, line, column + at, len(written)))
    return CASE_OF_NAME.at(span, f"write `{declared}`", (), declared, written=written, declared=declared)


def _declared_path(use: TargetUse, index: ir.Index) -> str | None:
    """The path of `use` in the case of the names that it leads to; None where they are not known.

    Of several domains that have the class or the instance, each may write it in its way; any of them will do.
    """
    if use.at < 0 or use.scheme != "miqaedb" or HOLE in use.path or "*" in use.path:
        return None
    path = split_path(use.path)
    klass = "/".join(part for part in (path.namespace, path.klass) if part)
    full = index.class_at(klass)
    homes = (*index.layers(klass), *(() if full is None else (full,)))
    if not homes or not use.path.startswith(f"/{klass}"):
        return None
    count = klass.count("/") + 1
    names = ["/".join(each.path.split("/")[-count:]) for each in homes]
    declared = klass if klass in names else names[0]
    rest = use.path[len(klass) + 1 :]
    if path.instance:
        said = [each.instances[fold(path.instance)] for each in homes if fold(path.instance) in each.instances]
        if said and path.instance not in said and rest == f"/{path.instance}":
            rest = f"/{said[0]}"
    return f"/{declared}{rest}" if fold(declared) == fold(klass) else None


def _declared_method(call: CallUse, outline: Outline, compiled: Compiled) -> str | None:
    """The name of the method that `call` means, as some domain declares it; None where that is not known."""
    home = compiled.method_home(call, outline) if call.at >= 0 else None
    if home is None:
        return None
    layers = (home, *compiled.index.layers(home.path.partition("/")[2]))
    names = [each.methods[call.method] for each in layers if call.method in each.methods]
    return call.written if call.written in names else names[0] if names else None
