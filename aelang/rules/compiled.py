"""Compiled: a whole datastore as the rules see it: every name, and the outline of every class."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from aelang import ir
from aelang.compiler.remembered import Remembered
from aelang.compiler.resolve import resolve_target
from aelang.diagnostics import Label, nearest
from aelang.names import MISSING_INSTANCE, fold
from aelang.rules.outline import HOLE, CallUse, FieldOutline, MethodOutline, Outline, Place, TargetUse
from aelang.rules.patterns import MOST_LOOKS, Patterns
from aelang.source import Span

_REMEMBERED = 400
_HOMES_REMEMBERED = 5_000
_PARTS_REMEMBERED = 5_000_000  # inherited fields and ancestors: some 40 MB
_MAX_CANDIDATES = 500
_MAX_HINTS = 300
_MOST_LETTERS = 3

BASE_METHODS = {
    "log_object": (),
    "log_workspace": (),
    "send_email": ("to", "from", "subject", "body", "cc", "bcc", "content_type"),
}
"""The methods that every class has, with their inputs (ENGINE-FACTS 3.7)."""


class Efforts(NamedTuple):
    """How often a name was looked for that is like a wrong one, and how many paths were held against a pattern.

    In a datastore where much is wrong, these would take longer than all else, so there is an end to both.
    """

    hints: int = 0
    looks: int = 0

    def plus(self, other: "Efforts") -> "Efforts":
        """Both together."""
        return Efforts(self.hints + other.hints, self.looks + other.looks)

    @property
    def are_too_much(self) -> bool:
        """Whether some name was not looked for, or some path not held against a pattern."""
        return self.hints > _MAX_HINTS or self.looks > MOST_LOOKS


class Compiled:
    """The datastore: `index` has the names; `code_files` are the files beside which rules look for declarations.

    It notes which classes it was asked for, and what effort that was, since it was last told to `begin`.
    """

    def __init__(
        self, index: ir.Index, outlines: Callable[[str], Outline | None], code_files: Iterable[str] = ()
    ) -> None:
        self.index = index
        self.code_files = tuple(code_files)
        self.asked: dict[str, None] = {}
        self._take = outlines
        self._read: dict[str, Outline] = {}
        self._fields: dict[str, tuple[FieldOutline, ...]] = {}
        self._inherited: Remembered[_Inherited] = Remembered(_PARTS_REMEMBERED)
        self._homes: dict[tuple[str | None, ...], ir.ClassEntry | None] = {}
        self._paths: tuple[str, ...] | None = None
        self._class_names: dict[str, list[str]] | None = None
        self._hints = 0
        self._before = Efforts()
        self.patterns = Patterns(index)

    def begin(self) -> None:
        """Forget what was asked for until now: the next class is looked at."""
        self.asked = {}
        self._fields.clear()
        self._homes.clear()  # what is remembered would not be asked for
        self._before = Efforts(self._hints, self.patterns.looks)

    @property
    def efforts(self) -> Efforts:
        """The efforts since `begin`."""
        return Efforts(self._hints - self._before.hints, self.patterns.looks - self._before.looks)

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of all classes, without their domains."""
        if self._paths is None:
            self._paths = tuple(sorted({entry.path.partition("/")[2] for entry in self.index}))
        return self._paths

    @property
    def class_names(self) -> dict[str, list[str]]:
        """The full paths of all classes by their folded names."""
        if self._class_names is None:
            self._class_names = {}
            for entry in self.index:
                self._class_names.setdefault(fold(entry.path).rpartition("/")[2], []).append(entry.path)
        return self._class_names

    def may_hint(self) -> bool:
        """Whether one more name may be looked for that is like a wrong one."""
        self._hints += 1
        return self._hints <= _MAX_HINTS

    def outline(self, path: str) -> Outline | None:
        """The outline of the class with the full path `Domain/Ns/Class`."""
        key = fold(path)
        self.asked[key] = None
        return self._outline(key)

    def _outline(self, key: str) -> Outline | None:
        found = self._read.get(key)
        if found is None:
            found = self._take(key)
            if found is None:
                return None
            if len(self._read) >= _REMEMBERED:
                self._read.clear()
            self._read[key] = found
        return found

    def fields(self, outline: Outline) -> tuple[FieldOutline, ...]:
        """All fields of the class of `outline`, the inherited ones among them, in processing order."""
        if not outline.parent:
            return outline.fields
        found = self._fields.get(outline.path)
        if found is None:  # that the parent was asked for need not be known: what a class inherits is in its own mark
            found = self._fields[outline.path] = _below(self._of_heirs(outline.parent).fields, outline, outline.fields)
        return found

    def ancestors(self, outline: Outline) -> tuple[str, ...]:
        """The full paths of the classes that the class of `outline` inherits from, its parent first."""
        return (outline.parent, *self._of_heirs(outline.parent).ancestors) if outline.parent else ()

    def _of_heirs(self, path: str) -> "_Inherited":
        """What the heirs of the class at `path` inherit."""
        climbed: list[Outline] = []
        at, found = path, self._inherited.get(fold(path))
        while found is None and at and (outline := self._outline(fold(at))) is not None:
            climbed.append(outline)
            at = outline.parent
            found = self._inherited.get(fold(at))
        found = found or _Inherited((), ())
        for outline in reversed(climbed):
            own = tuple(_as_inherited(each) for each in outline.fields)
            ancestors = (outline.parent, *found.ancestors) if outline.parent else ()
            found = _Inherited(_below(found.fields, outline, own), ancestors)
            self._inherited.put(fold(outline.path), found, len(found.fields) + len(ancestors))
        return found

    def led_to(self, use: TargetUse) -> Outline | None:
        """The class to which `use` leads, where that is the same in every run."""
        path = use.leads_to
        if path is None and use.scheme == "miqaedb" and HOLE not in use.path:
            path = resolve_target(ir.Target("miqaedb", use.path, None, None), self.index, set()).leads_to
        return None if path is None else self.outline(path)

    def class_of(self, use: CallUse, outline: Outline) -> ir.ClassEntry | None:
        """The class that a call names: the full path if there is one, else the highest without its first part."""
        if use.klass is None:
            return self.index.class_at(outline.path)
        path = self.named_class(use, outline)
        exact = self.index.class_at(path)
        layers = self.index.layers(path.partition("/")[2])
        return exact if exact is not None else layers[0] if layers else None

    def named_class(self, use: CallUse, outline: Outline) -> str:
        """The path of the class in which a call looks for its method first."""
        namespace, _, klass = outline.path.rpartition("/")
        return f"{namespace if use.namespace is None else use.namespace.strip('/')}/{use.klass or klass}"

    def method_home(self, use: CallUse, outline: Outline) -> ir.ClassEntry | None:
        """The class with the method that a call means: own and inherited ones, each overlaid (ENGINE-FACTS 3.8)."""
        key = (outline.path, use.namespace, use.klass, use.method)
        if key not in self._homes:
            if len(self._homes) >= _HOMES_REMEMBERED:
                self._homes.clear()
            self._homes[key] = self._method_home(use, outline)
        return self._homes[key]

    def _method_home(self, use: CallUse, outline: Outline) -> ir.ClassEntry | None:
        home = self.class_of(use, outline)
        own = self.named_class(use, outline)
        if use.namespace is not None and use.namespace.startswith("/"):
            own = "/" + own  # the first part is cut off blindly: here it is the nothing before the slash
        inherited = () if home is None else self._ancestors(home, outline)
        for path in (own, *inherited):
            overlay = self.index.method_home(path.partition("/")[2], use.method)
            if overlay is not None:
                return overlay
            exact = self.index.class_at(path.removeprefix("/"))
            if exact is not None and fold(use.method) in exact.methods:
                return exact
        return None

    def _ancestors(self, home: ir.ClassEntry, outline: Outline) -> tuple[str, ...]:
        found = outline if fold(home.path) == fold(outline.path) else self.outline(home.path)
        return () if found is None else self.ancestors(found)

    def method(self, use: CallUse, outline: Outline) -> tuple[Outline, MethodOutline] | None:
        """The method that a call means, with the class that has it; None where there is none, or a builtin of all."""
        home = self.method_home(use, outline)
        owner = None if home is None else self.outline(home.path)
        if owner is None:
            return None
        return next(((owner, each) for each in owner.methods if fold(each.name) == fold(use.method)), None)

    def methods_at(self, home: ir.ClassEntry | None, outline: Outline) -> set[str]:
        """The names of methods that a call of the class `home` could mean."""
        known = set(BASE_METHODS)
        if home is not None:
            for path in (home.path, *self._ancestors(home, outline)):
                for entry in (self.index.class_at(path), *self.index.layers(path.partition("/")[2])):
                    known.update(() if entry is None else entry.methods.values())
        return known

    def declared(self, path: str | None, text: str) -> tuple[Label, ...]:
        """A label at the name of the class with the full path `path`."""
        outline = None if path is None else self.outline(path)
        return () if outline is None else (Label(outline.span(outline.place), text),)


class _Inherited(NamedTuple):
    """What those inherit who inherit from a class: its fields, and its own ancestors."""

    fields: tuple[FieldOutline, ...]
    ancestors: tuple[str, ...]


def _as_inherited(field: FieldOutline) -> FieldOutline:
    return field._replace(inherited=True, place=(0, 0, 0, 0), priority=None, priority_at=None, message_at=None)


def _below(
    above: tuple[FieldOutline, ...], outline: Outline, own: tuple[FieldOutline, ...]
) -> tuple[FieldOutline, ...]:
    """The fields of the class of `outline`, whose parent has those `above`, with its `own`."""
    fields = [each for each in above if fold(each.name) not in outline.absent] if outline.absent else list(above)
    for at, field in zip(outline.positions, own, strict=True):
        takes_its_place = at < len(fields) and fold(fields[at].name) == fold(field.name)
        fields[at : at + takes_its_place] = [field]
    return tuple(fields)


def is_overridden(outline: Outline, use: TargetUse | CallUse) -> bool:
    """Whether what the class says there is said anew by every one of its instances, so that no run comes by."""
    if use.instance or not outline.instances:
        return False
    others = outline.overridden.get(f"{fold(use.field)} {use.key}", ())
    return {fold(name) for name in others} >= {fold(name) for name, _ in outline.instances}


def place_of(outline: Outline, use: TargetUse | CallUse) -> Span:
    """Where `use` stands."""
    return outline.span(use.place)


def nearest_path(path: str, compiled: Compiled) -> str | None:
    """The path of a class most like `path`, which is one without domain: among those of the same namespace, then of the
    same name, then of all, as far as there are few."""
    if not compiled.may_hint():
        return None
    namespace, _, name = fold(path).rpartition("/")
    for candidates in (
        [each for each in compiled.paths if fold(each).rpartition("/")[0] == namespace],
        [each for each in compiled.paths if fold(each).rpartition("/")[2] == name],
        [each for each in compiled.paths if abs(len(each) - len(path)) <= _MOST_LETTERS],
    ):
        if 0 < len(candidates) <= _MAX_CANDIDATES and (found := nearest(path, candidates)) is not None:
            return found if _are_alike(found, path) else None
    return None


def _are_alike(one: str, other: str) -> bool:
    """Whether two paths differ by so little that a slip of the pen explains it."""
    from difflib import SequenceMatcher  # `nearest` has just paid for it

    return SequenceMatcher(None, fold(one), fold(other)).ratio() > _ALIKE


_ALIKE = 0.8


def nearest_instance(name: str, path: str, compiled: Compiled) -> str | None:
    """The instance of the class at `path`, with or without domain, most like `name`."""
    if not compiled.may_hint():
        return None
    layers = compiled.index.layers(path)
    exact = compiled.index.class_at(path)
    entries = layers if exact is None else (*layers, exact)
    known = {each for entry in entries for each in entry.instances.values() if fold(each) != MISSING_INSTANCE}
    return nearest(name, known) if 0 < len(known) <= _MAX_CANDIDATES else None


def removed_help(*paths: str) -> str:
    """What to say of a name that is not there, where ManageIQ's own domain once had one of `paths`; else nothing.

    A path is `Ns/Class`, `Ns/Class/instance` or `Ns/Class.method`.
    """
    from aelang.rules.removed_names import REMOVED_HELP, was_removed  # only a datastore with a fault needs the table

    return REMOVED_HELP if any(map(was_removed, paths)) else ""


def nowhere(place: Place) -> bool:
    """Whether `place` is not known."""
    return not place[1]
