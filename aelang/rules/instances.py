"""Instances: a target names an instance that is there.

A fixed target that no domain answers is a fault. One with references in its path is matched against every instance,
with any text in the place of a reference; that none matches is worth a look. Where references stand in the arguments
or the message alone, the path is as good as a fixed one.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from aelang import ir
from aelang.compiler.resolve import resolve_target
from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity
from aelang.names import MISSING_INSTANCE, fold, split_path
from aelang.rules.compiled import Compiled, is_overridden, nearest_instance, nearest_path, place_of
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


def check(compiled: Compiled) -> Iterator[Diagnostic]:
    """Targets that lead nowhere: unknown-instance, unknown-class, unmatched-target, overridden-target."""
    patterns = _Patterns(compiled.index)
    for outline in compiled.outlines():
        for use in outline.targets:
            if use.scheme == "miqaedb" and use.leads_to is None:
                found = _look_at(use, outline, compiled, patterns)
                if found is not None:
                    yield found


def _look_at(use: TargetUse, outline: Outline, compiled: Compiled, patterns: "_Patterns") -> Diagnostic | None:
    shown = shown_path(use.path)
    if HOLE in use.path or "*" in use.path:
        if is_overridden(outline, use) or _may_match(use.path, compiled.index, patterns):
            return None
        advice = _PATTERN_HELP if HOLE in use.path else _WILDCARD_HELP
        return UNMATCHED_TARGET.at(place_of(outline, use), advice, path=shown)
    if resolve_target(ir.Target("miqaedb", use.path, None, None), compiled.index, set()).leads_to is not None:
        return None
    if is_overridden(outline, use):
        return OVERRIDDEN_TARGET.at(place_of(outline, use), _OVERRIDDEN_HELP, path=shown)
    return _nowhere(use, outline, compiled)


def _may_match(path: str, index: ir.Index, patterns: "_Patterns") -> bool:
    """Whether a run may find something at `path`; only a `*` at its end expands, and no domain stands before it then
    (ENGINE-FACTS 3.6)."""
    if HOLE in path:
        return patterns.matches(path)
    return path.endswith("*") and bool(index.instances_matching(path.lstrip("/")[:-1]))


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
            _did_you_mean(nearest_path(klass, compiled), path.instance, compiled.index)
            or "write the path of a class, as `aelang ls` shows it"
        )
        return UNKNOWN_CLASS.at(span, advice, klass=f"/{klass}", path=use.path)
    instance = path.instance or ""
    near = nearest_instance(instance, klass, compiled)
    advice = f"did you mean `/{klass}/{near}`?" if near else f"make an instance `{instance}`, or a `.missing`"
    return UNKNOWN_INSTANCE.at(span, advice, compiled.declared(home.path, "the class is declared here"), path=use.path)


def _did_you_mean(klass: str | None, instance: str | None, index: ir.Index) -> str:
    """A hint, where the class is there and answers for the instance."""
    if klass is None or (instance is not None and index.instance_home(klass, instance) is None):
        return ""
    return f"did you mean `/{klass}/{instance or ''}`?"


class _Patterns:
    """Paths with HOLEs or `*`, matched against every instance. Each pattern is looked at once."""

    def __init__(self, index: ir.Index) -> None:
        self._index = index
        self._known: dict[str, bool] = {}
        self._paths: list[str] | None = None
        self._answering: list[str] | None = None

    def matches(self, pattern: str) -> bool:
        """Whether some instance may be meant by `pattern`."""
        key = fold(pattern).strip("/ ") if not pattern.endswith("/") else fold(pattern).lstrip("/ ")
        if key not in self._known:
            self._known[key] = self._search(key)
        return self._known[key]

    def _search(self, pattern: str) -> bool:
        pieces = _pieces(pattern)
        if not any(piece.strip("/") for piece in pieces):
            return True
        paths = self._all()
        for at in range(bisect_left(paths, pieces[0]), len(paths)):
            if not paths[at].startswith(pieces[0]):
                break
            if _fits(paths[at], pieces):
                return True
        return self._missing_answers(pattern)

    def _missing_answers(self, pattern: str) -> bool:
        """Whether a class with a `.missing` may be meant; its instance may then have any name."""
        pieces = _pieces(pattern.rpartition("/")[0])
        return any(_fits(path, pieces) for path in self._with_missing())

    def _with_missing(self) -> list[str]:
        """The paths of the classes that have a `.missing`."""
        if self._answering is None:
            ending = "/" + MISSING_INSTANCE
            self._answering = [path.removesuffix(ending) for path in self._all() if path.endswith(ending)]
        return self._answering

    def _all(self) -> list[str]:
        if self._paths is None:
            found: set[str] = set()
            enabled = {fold(domain.name) for domain in self._index.domains if domain.enabled}
            for entry in self._index:
                full = fold(entry.path)
                domain, _, relative = full.partition("/")
                roots = (full, relative) if domain in enabled else (full,)
                found.update(f"{root}/{name}" for root in roots for name in (*entry.instances, ""))
            self._paths = sorted(found)
        return self._paths


def _pieces(pattern: str) -> list[str]:
    """What stands fast of `pattern`: between two pieces there may be anything."""
    return pattern.replace("*", HOLE).split(HOLE)


def _fits(path: str, pieces: Sequence[str]) -> bool:
    """Whether `path` has all `pieces` in their order, the first at its start and the last at its end.

    Some hundred patterns are each tried once: to make regular expressions of them takes longer than this.
    """
    if len(pieces) == 1:
        return path == pieces[0]
    first, *inner, last = pieces
    if len(path) < len(first) + len(last) or not (path.startswith(first) and path.endswith(last)):
        return False
    at, end = len(first), len(path) - len(last)
    for piece in inner:
        at = path.find(piece, at, end)
        if at < 0:
            return False
        at += len(piece)
    return True
