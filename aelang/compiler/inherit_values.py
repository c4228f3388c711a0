"""Inherit, the instances: an instance gets the values of the one that it inherits from behind its own.

`inherits` names it: a bare name is an instance of the same class, or with the instance's own name that of the parent
class; a path is one of an instance of the class or of an ancestor (LANGUAGE 2). What the one that is named came to is
taken over as it is.
"""

from typing import NamedTuple

from aelang import ir, model
from aelang.compiler.inherit import (
    UNKNOWN_PARENT,
    Effective,
    Layer,
    cycle,
    family,
    full_path,
    parent_class,
    reference_in,
    shown_chain,
)
from aelang.compiler.library import Library
from aelang.diagnostics import Diagnostic, did_you_mean
from aelang.names import fold


class Values(NamedTuple):
    """What is said by an instance and those it inherits from: by folded name of the field, its own words first."""

    layers: dict[str, tuple[Layer, ...]]
    fault: ir.Faulty | None
    diagnostics: tuple[Diagnostic, ...]


class _Holder(NamedTuple):
    """An instance in its class."""

    instance: model.Instance
    klass: model.Class

    @property
    def path(self) -> str:
        return f"{full_path(self.klass)}/{self.instance.name}"


def values_of(instance: model.Instance, effective: Effective, library: Library) -> Values:
    """The values of `instance`, an instance of the class of `effective`, with those that stand in for blank ones.

    Diagnostics: unknown-parent and inheritance-cycle, where the instance itself is at fault.
    """
    way = _Way([_Holder(instance, effective.klass)], library)
    found = way.climb()
    for holder in reversed(way.holders):
        found = _below(holder, found)
        if way.is_plain and reference_in(holder.instance.attributes):
            parts = sum(map(len, found.layers.values()))
            library.known.values.put(fold(holder.path), found._replace(diagnostics=()), 1 + parts)
    return found


class _Way:
    """The way from an instance to those it inherits from, `holders`, up to one whose values are known. It `is_plain`
    where it would be the same for any that comes by."""

    def __init__(self, holders: list[_Holder], library: Library) -> None:
        self.holders = holders
        self.is_plain = True
        self._library = library
        self._tried = {holders[0].path}

    def climb(self) -> Values:
        """What the last of the holders inherits."""
        while (reference := reference_in(self.holders[-1].instance.attributes)) is not None:
            parent = self._parent(reference)
            if parent is None:
                return self._lost(reference)
            if parent.path in self._tried:
                return self._circle(parent)
            known = self._library.known.values.get(fold(parent.path))
            if known is not None:
                return known
            self.holders.append(parent)
            self._tried.add(parent.path)
        return Values({}, None, ())

    def _lost(self, reference: str) -> Values:
        last = self.holders[-1]
        name = reference if reference.startswith("/") else f"{full_path(last.klass)}/{reference}"
        fault = ir.Faulty("InstanceNotFound", f"Instance [{name}] not found: [{last.path}] inherits it")
        is_own = len(self.holders) == 1
        return Values({}, fault, (_unknown_instance(last, reference),) if is_own else ())

    def _circle(self, again: _Holder) -> Values:
        self.is_plain = False
        first = self.holders[0]
        chain = shown_chain([each.path for each in (*self.holders, again)])
        fault = ir.Faulty("InvalidInheritance", f"Instance [{again.path}] inherits from itself: {chain}")
        own = first.instance
        is_own = again.path == first.path
        found = (cycle("instance", own.name, chain, own.attributes, own.source),) if is_own else ()
        return Values({}, fault, found)

    def _parent(self, reference: str) -> _Holder | None:
        instance, klass = self.holders[-1]
        if "/" not in reference:
            is_own = fold(reference) == fold(instance.name)
            home = parent_class(klass, self._library) if is_own else klass
            return None if home is None else self._found(home, reference)
        path, _, name = reference.strip("/").rpartition("/")
        for each in family(klass, self._library.aside()).lineage:
            if fold(path) == fold(f"{each.domain}/{each.path}"):
                return self._in(each, name)
            if fold(path) == fold(each.path):
                return self._found(each, name)
        return None

    def _found(self, klass: model.Class, name: str) -> _Holder | None:
        """The instance `name` of `klass`, else that of its path in the highest domain that has it."""
        here = self._in(klass, name)
        if here is not None:
            return here
        self._library.needs.add(fold(klass.path))
        for entry in self._library.index.layers(klass.path):
            other = self._library.at(entry) if fold(name) in entry.instances else None
            found = None if other is None else self._in(other, name)
            if found is not None and found.path not in self._tried:
                return found
            self.is_plain &= found is None
        return None

    def _in(self, klass: model.Class, name: str) -> _Holder | None:
        found = self._library.known.instances_of(klass).get(fold(name))
        return None if found is None else _Holder(found, klass)


def _below(holder: _Holder, above: Values) -> Values:
    """The values of the instance of `holder`, which inherits those `above`."""
    layers: dict[str, tuple[Layer, ...]] = {}
    for value in holder.instance.values:
        name = fold(value.name.value or "")
        if name not in layers:  # of two values for one field the first counts
            own = Layer(value.attributes, holder.instance.source, holder.path, value.name)
            layers[name] = (own, *above.layers.get(name, ()))
    return above._replace(layers={**above.layers, **layers} if above.layers else layers)


_INSTANCE_HELP = "write the name of an instance of the same class, or the path of one of a class that it inherits"


def _unknown_instance(holder: _Holder, reference: str) -> Diagnostic:
    instance = holder.instance
    known = [each.name for each in holder.klass.instances if each.name != instance.name]
    advice = did_you_mean(reference, known) or _INSTANCE_HELP
    at = instance.attributes["inherits"].span(instance.source)
    return UNKNOWN_PARENT.at(at, advice, what="instance", reference=reference)
