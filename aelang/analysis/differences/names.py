"""Names: which domains, classes, instances and methods there are, and which domain answers for each.

What counts is who answers (LANGUAGE 1): an instance that is gone while a lower domain has one of its name has moved,
not vanished. A domain that is gone or comes, or is switched, is told once, and not what only it has. What is behind
another domain, or in one that is not enabled, is told as hidden.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from aelang import ir
from aelang.analysis.differences import kinds
from aelang.analysis.differences.groups import Change
from aelang.analysis.differences.kinds import ChangeKind
from aelang.diagnostics.text import counted
from aelang.names import MISSING_INSTANCE, fold


class Names(NamedTuple):
    """What is different in the names: the changes; and the folded paths `ns/class/instance` for which another, or
    nobody, answers, each with the number of the change that tells it, None where that is a domain's."""

    changes: list[Change]
    moved: dict[str, int | None]


def name_changes(old: ir.Index, new: ir.Index) -> Names:
    """The changes of names from `old` to `new`."""
    walk = _Walk(old, new)
    walk.changes.extend(_domains(old, new))
    for relative in _relative_paths(old, new):
        walk.class_at(relative)
    walk.changes.extend(_hidden(walk))
    return Names(walk.changes, walk.moved)


def _enabled(index: ir.Index) -> dict[str, str]:
    """The domains that answer, by their folded names."""
    return {fold(each.name): each.name for each in index.domains if each.enabled}


# -- domains -------------------------------------------------------------------------------------------------------


def _domains(old: ir.Index, new: ir.Index) -> Iterator[Change]:
    before = {fold(each.name): each for each in old.domains}
    after = {fold(each.name): each for each in new.domains}
    for name, each in before.items():
        if name not in after:
            yield Change(kinds.DOMAIN_LOST, each.name, "domain", _counted(old, name))
        elif each.enabled and not after[name].enabled:
            yield Change(kinds.DOMAIN_OFF, each.name, "domain", "enabled", "disabled")
    for name, each in after.items():
        if name not in before:
            yield Change(kinds.DOMAIN_NEW, each.name, "domain", None, _counted(new, name))
            continue
        if each.enabled and not before[name].enabled:
            yield Change(kinds.DOMAIN_ON, each.name, "domain", "disabled", "enabled")
        if before[name].name != each.name:
            yield Change(kinds.SPELLING_CHANGED, each.name, "domain", before[name].name, each.name)
    yield from _order(old, new)


def _order(old: ir.Index, new: ir.Index) -> Iterator[Change]:
    common = _enabled(old).keys() & _enabled(new).keys()
    was, now = ([name for key, name in _enabled(each).items() if key in common] for each in (old, new))
    if list(map(fold, was)) != list(map(fold, now)):
        yield Change(kinds.DOMAIN_ORDER, now[0], "domains", ", ".join(was), ", ".join(now))


def _counted(index: ir.Index, domain: str) -> str:
    """How much is in a domain."""
    entries = [each for each in index if fold(each.path).startswith(domain + "/")]
    return f"{counted(len(entries), 'class', 'classes')}, {_content(entries)}"


def _content(entries: Sequence[ir.ClassEntry]) -> str:
    """How much is in classes."""
    instances, methods = sum(len(each.instances) for each in entries), sum(len(each.methods) for each in entries)
    return f"{counted(instances, 'instance')}, {counted(methods, 'method')}"


# -- who answers ---------------------------------------------------------------------------------------------------


class _Who(NamedTuple):
    """The class that answers for a name, and what has the name in it: blank where `.missing` answers."""

    path: str
    name: str

    def is_same(self, other: "_Who") -> bool:
        return fold(self.path) == fold(other.path) and bool(self.name) == bool(other.name)

    @property
    def domain(self) -> str:
        return fold(self.path.partition("/")[0])

    @property
    def text(self) -> str:
        return f"/{self.path}" if self.name else f"`.missing` of /{self.path}"


class _Walk:
    """The way through the classes: what was found, and the folded full paths of instances and methods (`told`), and of
    classes with one of them, that are accounted for."""

    def __init__(self, old: ir.Index, new: ir.Index) -> None:
        self.old = old
        self.new = new
        self.off = _enabled(old).keys() - _enabled(new).keys()
        self.on = _enabled(new).keys() - _enabled(old).keys()
        self.changes: list[Change] = []
        self.moved: dict[str, int | None] = {}
        self.told: set[str] = set()
        self.classes: set[str] = set()

    def class_at(self, relative: str) -> None:
        """Adds what is different in the names of the class at the folded path `relative`."""
        before, after = self.old.layers(relative), self.new.layers(relative)
        if _have_same_names(before, after):
            return
        layers = (*before, *after)
        whole = None if before and after else self._whole_class(before, after)
        for name in dict.fromkeys(name for layer in layers for name in layer.instances):
            was, now = _instance_home(self.old, relative, name), _instance_home(self.new, relative, name)
            if _is_other(was, now):
                self.moved[f"{relative}/{name}"] = whole if whole is not None else self._told_number(was, now, name)
                self.told.update(f"{fold(layer.path)}/{name}" for layer in layers)
        for name in dict.fromkeys(name for layer in layers for name in layer.methods) if before and after else ():
            was, now = _method_home(self.old, relative, name), _method_home(self.new, relative, name)
            if _is_other(was, now):
                self._tell(_method_kind(was, now), was, now, f"method `{(now or was or _NOBODY).name}`")
                self.told.update(f"{fold(layer.path)}#{name}" for layer in layers)

    def _whole_class(self, before: tuple[ir.ClassEntry, ...], after: tuple[ir.ClassEntry, ...]) -> int | None:
        """Tells of a class that is gone or new; the number of that change."""
        there = before or after
        for entry in there:
            key = fold(entry.path)
            self.classes.add(key)
            self.told.update(f"{key}#{name}" for name in entry.methods)
        if all(fold(each.path.partition("/")[0]) in (self.off if before else self.on) for each in there):
            return None
        shown = (_content(there[:1]), None) if before else (None, _content(there[:1]))
        what = f"class `{there[0].path.rpartition('/')[2]}`"
        self.changes.append(Change(kinds.CLASS_LOST if before else kinds.CLASS_NEW, there[0].namespace, what, *shown))
        return len(self.changes) - 1

    def _told_number(self, was: _Who | None, now: _Who | None, name: str) -> int | None:
        named = next((each.name for each in (now, was) if each is not None and each.name), name)
        return self._tell(_instance_kind(was, now, name), was, now, "instance", (named,))

    def _tell(
        self, kind: ChangeKind, was: _Who | None, now: _Who | None, what: str, instances: tuple[str, ...] = ()
    ) -> int | None:
        """The number of the change; None where the change of a domain tells it."""
        self.classes.update(fold(each.path) for each in (was, now) if each is not None)
        if (was is None and now is not None and now.domain in self.on) or (
            now is None and was is not None and was.domain in self.off
        ):
            return None
        before, after = None, None
        if was is not None and now is not None and fold(was.path) != fold(now.path):
            before, after = was.text, now.text
        self.changes.append(Change(kind, (now or was or _NOBODY).path, what, before, after, instances))
        return len(self.changes) - 1


_NOBODY = _Who("", "")


def _relative_paths(old: ir.Index, new: ir.Index) -> list[str]:
    """The folded paths `ns/class` of enabled domains."""
    found: dict[str, None] = {}
    for index in (old, new):
        enabled = _enabled(index)
        for entry in index:
            domain, _, relative = fold(entry.path).partition("/")
            if domain in enabled:
                found[relative] = None
    return list(found)


def _have_same_names(before: tuple[ir.ClassEntry, ...], after: tuple[ir.ClassEntry, ...]) -> bool:
    return len(before) == len(after) and all(
        fold(was.path) == fold(now.path)
        and was.instances.keys() == now.instances.keys()
        and was.methods.keys() == now.methods.keys()
        for was, now in zip(before, after, strict=True)
    )


def _instance_home(index: ir.Index, relative: str, name: str) -> _Who | None:
    entry = index.instance_home(relative, name)
    return None if entry is None else _Who(entry.path, entry.instances.get(name, ""))


def _method_home(index: ir.Index, relative: str, name: str) -> _Who | None:
    entry = index.method_home(relative, name)
    return None if entry is None else _Who(entry.path, entry.methods[name])


def _is_other(was: _Who | None, now: _Who | None) -> bool:
    return (was is None) != (now is None) or (was is not None and now is not None and not was.is_same(now))


def _instance_kind(was: _Who | None, now: _Who | None, name: str) -> ChangeKind:
    if was is None:
        return kinds.MISSING_NEW if name == MISSING_INSTANCE else kinds.INSTANCE_NEW
    if now is None:
        return kinds.INSTANCE_LOST
    if bool(was.name) == bool(now.name):
        return kinds.ANSWER_MOVED
    return kinds.MISSING_REPLACED if now.name else kinds.MISSING_ANSWERS


def _method_kind(was: _Who | None, now: _Who | None) -> ChangeKind:
    if now is None:
        return kinds.METHOD_LOST
    return kinds.METHOD_NEW if was is None else kinds.METHOD_MOVED


# -- what is hidden ------------------------------------------------------------------------------------------------


def _hidden(walk: _Walk) -> Iterator[Change]:
    """Names that came or went where only full paths reach them, and have not been told."""
    for index, other, state in ((walk.old, walk.new, "gone"), (walk.new, walk.old, "new")):
        switched = {fold(each.name) for each in index.domains} - {fold(each.name) for each in other.domains}
        for entry in index:
            key = fold(entry.path)
            if key.partition("/")[0] in switched:
                continue
            there = other.class_at(key)
            if there is None and key in walk.classes:
                continue
            if there is None:
                yield Change(kinds.HIDDEN_CHANGED, entry.path, "class", None, state)
                continue
            for what, mark, mine, others in (
                ("instance", "/", entry.instances, there.instances),
                ("method", "#", entry.methods, there.methods),
            ):
                for name in mine.keys() - others.keys():
                    if f"{key}{mark}{name}" not in walk.told:
                        yield Change(kinds.HIDDEN_CHANGED, entry.path, f"{what} `{mine[name]}`", None, state)
