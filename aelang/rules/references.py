"""References: `${...}` that names an object or an instance names one that there may be.

`${Class#attribute}` and `${Ns/Class/instance#attribute}` are looked up among the objects of the run. Which those are
is not known before; that no class is called so is. `${miqaedb:/Ns/Class/instance/attribute}` reads the datastore: that
its instance is there is the business of `instances`, that it has the attribute is told here.
"""

from collections.abc import Iterator

from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity, did_you_mean, nearest
from aelang.names import fold
from aelang.rules.compiled import Compiled, nearest_instance, nearest_path, place_of
from aelang.rules.outline import CHILD, REFERENCE, Outline, ReadUse, TargetUse
from aelang.rules.slips import is_slip

UNKNOWN_OBJECT = DiagnosticKind("unknown-object", Severity.WARNING, "`{path}` can be no object of a run: {reason}")
MISSPELT_ATTRIBUTE = DiagnosticKind(
    "misspelt-attribute", Severity.WARNING, "`{name}` is no attribute that `{klass}` declares, but `{meant}` is"
)
ABSENT_ATTRIBUTE = DiagnosticKind(
    "absent-attribute", Severity.WARNING, "the class `{klass}` has no attribute `{name}`: the reference gives no text"
)


def check(outline: Outline, compiled: Compiled) -> Iterator[Diagnostic]:
    """References to what cannot be there: unknown-object, misspelt-attribute, absent-attribute."""
    for read in outline.reads:
        found = _fault(read.object, compiled) if read.object.strip("./" + CHILD) else None
        if found is not None:
            yield UNKNOWN_OBJECT.at(outline.span(read.place), found[1] or _HELP, path=read.object, reason=found[0])
        elif read.attribute:
            yield from _slip(read, outline, compiled)
    for use in outline.targets:
        if use.key == REFERENCE:
            yield from _attribute(use, outline, compiled)


def _slip(read: ReadUse, outline: Outline, compiled: Compiled) -> Iterator[Diagnostic]:
    """Whether an attribute that no class declares, and a run might set, is a slip for one that is declared."""
    homes = _homes(read, outline, compiled)
    name = fold(read.attribute)
    known = [[fold(field.name) for field in compiled.fields(home)] for home in homes]
    if any(name in names for names in known):
        return
    meant = next((each for names in known for each in names if is_slip(name, each)), None)
    if meant is not None:
        span = outline.span(read.place)
        yield MISSPELT_ATTRIBUTE.at(
            span, f"did you mean `{meant}`?", klass=f"/{homes[0].path}", name=read.attribute, meant=meant
        )


def _homes(read: ReadUse, outline: Outline, compiled: Compiled) -> list[Outline]:
    """The classes of which the object may be that `read` reads; none where that cannot be said."""
    if read.object in ("", "."):
        return [outline]
    if read.object != CHILD:
        return _classes(read.object.strip().strip("/"), compiled)
    uses = [use for use in outline.targets if fold(use.field) == fold(read.field) and use.key == "value"]
    found = [compiled.led_to(use) for use in uses if read.instance in ("", use.instance)]
    return [] if None in found else [each for each in found if each is not None]


def _classes(path: str, compiled: Compiled) -> list[Outline]:
    """The classes of which an object at `path` may be: `Class`, `Ns/Class` or `Ns/Class/instance`."""
    klass, _, name = path.rpartition("/")
    if not klass:
        paths = compiled.class_names.get(fold(name), [])
    else:
        whole = path if _is_class(path, compiled) else klass
        paths = [entry.path for entry in (*compiled.index.layers(whole), compiled.index.class_at(whole)) if entry]
    if len(paths) > _MOST_CLASSES:
        return []
    return [found for each in paths if (found := compiled.outline(each)) is not None]


_MOST_CLASSES = 30
_HELP = "write the class of an object above this one, or `/Ns/Class/instance` as `aelang ls` shows it"


def _fault(path: str, compiled: Compiled) -> tuple[str, str] | None:
    """Why `path` can be no object, and what it may have been meant to be; None where it can be one."""
    path = path.strip().strip("/")
    klass, _, instance = path.rpartition("/")
    if not klass:
        is_known = fold(instance) in compiled.class_names
        return None if is_known else ("no class has this name", _nearest_class(instance, compiled))
    if _is_class(path, compiled):
        return None
    if "/" not in klass:
        near = nearest_path(path, compiled)
        return "there is no such class", f"did you mean `{near}`?" if near else ""
    if not _is_class(klass, compiled):
        near = nearest_path(klass, compiled)
        return f"there is no class `/{klass}`", f"did you mean `/{near}/{instance}`?" if near else ""
    if any(sign in instance for sign in "*?[") or _has_instance(klass, instance, compiled):
        return None
    near = nearest_instance(instance, klass, compiled)
    return f"`/{klass}` has no instance `{instance}`", f"did you mean `/{klass}/{near}`?" if near else ""


def _nearest_class(name: str, compiled: Compiled) -> str:
    """A hint at a class with a name like `name`."""
    if not compiled.may_hint():
        return ""
    length = len(name)
    return did_you_mean(name, [each for each in compiled.class_names if abs(len(each) - length) <= _MOST_LETTERS])


_MOST_LETTERS = 2


def _is_class(path: str, compiled: Compiled) -> bool:
    return bool(compiled.index.layers(path)) or compiled.index.class_at(path) is not None


def _has_instance(klass: str, instance: str, compiled: Compiled) -> bool:
    entries = (*compiled.index.layers(klass), compiled.index.class_at(klass))
    return any(entry is not None and fold(instance) in entry.instances for entry in entries)


def _attribute(use: TargetUse, outline: Outline, compiled: Compiled) -> Iterator[Diagnostic]:
    (name,) = use.keys
    target = compiled.led_to(use)
    if target is None or not name:
        return
    known = [field.name for field in compiled.fields(target) if field.kind == "attribute"]
    if fold(name) in map(fold, known):
        return
    near = nearest(name, known)
    advice = f"did you mean `{near}`?" if near else f"the attributes there are: {', '.join(known) or 'none'}"
    labels = compiled.declared(target.path, "the class is declared here")
    yield ABSENT_ATTRIBUTE.at(place_of(outline, use), advice, labels, klass=f"/{target.path}", name=name)
