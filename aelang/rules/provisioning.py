"""Provisioning: the properties of services are made from what there is, and none from itself.

An expression is looked at where it stands: its own service, the complex one around it, its parts and its resource are
known there. What is around a service in other places, and what an account has, is known when a transaction is
prepared, and looked at again then.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity, did_you_mean
from aelang.names import fold, split_path
from aelang.names.provisioning import COMPLEX, MODULE, RESOURCE, SIMPLE, is_property_expression, kind_of_class
from aelang.rules.compiled import Compiled
from aelang.rules.outline import Outline, Place, PropertyUse, TargetUse
from aelang.syntax.property import INVALID_PROPERTY_EXPRESSION

if TYPE_CHECKING:
    from aelang.syntax.property import Property, PropertyExpression

    _Read: TypeAlias = dict[tuple[str, str, str], PropertyExpression]

UNKNOWN_PROPERTY = DiagnosticKind("unknown-property", Severity.ERROR, "`{text}` refers to nothing: {reason}")
PROPERTY_CIRCLE = DiagnosticKind(
    "property-circle", Severity.ERROR, "the property `{name}` is made from itself: {circle}"
)
UNKNOWN_MODULE = DiagnosticKind("unknown-module", Severity.ERROR, "`{path}` is no module: {reason}")

__all__ = ["INVALID_PROPERTY_EXPRESSION", "PROPERTY_CIRCLE", "UNKNOWN_MODULE", "UNKNOWN_PROPERTY", "check"]

_STRAIGHT = "give one of them a value, or make it from something else"
_NO_PROPERTIES = frozenset(("shared", "module", "max_attempts"))


def check(outline: Outline, compiled: Compiled) -> Iterator[Diagnostic]:
    """Expressions that refer to nothing, properties made from themselves, modules that there are not:
    invalid-property-expression, unknown-property, property-circle, unknown-module."""
    kind = kind_of_class(outline.ancestors)
    if kind in (COMPLEX, SIMPLE):
        yield from _Types(outline, compiled, kind or "").check()
    elif kind == RESOURCE:
        for use in outline.properties:
            if fold(use.field) == MODULE:
                yield from _module(use, outline, compiled)


def _module(use: PropertyUse, outline: Outline, compiled: Compiled) -> Iterator[Diagnostic]:
    said = split_path(use.text.strip())
    home = compiled.index.instance_home(f"{said.namespace}/{said.klass}".strip("/"), said.instance or "")
    found = None if home is None else compiled.outline(home.path)
    if found is None:
        reason = "there is no such instance"
    elif kind_of_class(found.ancestors) != MODULE:
        reason = "its class does not inherit /Provisioning/Module"
    else:
        return
    help_ = did_you_mean(use.text.strip(), _modules(compiled))
    yield UNKNOWN_MODULE.at(outline.span(use.place), help_, path=use.text.strip(), reason=reason)


def _modules(compiled: Compiled) -> list[str]:
    return [
        f"/{entry.path.partition('/')[2]}/{name}"
        for entry in compiled.index
        if (found := compiled.outline(entry.path)) is not None and kind_of_class(found.ancestors) == MODULE
        for name in entry.instances.values()
    ]


class _Node(NamedTuple):
    """A property in the circle of a type: its own, or of a part."""

    part: str
    name: str


class _Types:
    """The type that a class is, and what its instances make of it."""

    def __init__(self, outline: Outline, compiled: Compiled, kind: str) -> None:
        self.outline = outline
        self.compiled = compiled
        self.kind = kind
        self.name = outline.path.rpartition("/")[2]

    def check(self) -> Iterator[Diagnostic]:
        """What is wrong with it."""
        read: _Read = {}
        for use in self.outline.properties:
            if use.key:
                yield from self._parameter(use)
            if is_property_expression(use.text):
                yield from self._expression(use, read)
        yield from self._circles(read)

    def _expression(self, use: PropertyUse, read: "_Read") -> Iterator[Diagnostic]:
        from aelang.syntax.places import placed
        from aelang.syntax.property import Fixed, read_property  # only services have such

        node, faults = read_property(use.text)
        where = self.outline.span(self._within(use, 0, len(use.text)))
        yield from placed(faults, use.text, where)
        for term in node or ():
            if not isinstance(term, Fixed) and (reason := self._wrong(use, term)) is not None:
                begin, length = term.at
                place = self.outline.span(self._within(use, begin, length))
                text = use.text[begin : begin + length]
                yield UNKNOWN_PROPERTY.at(place, reason[1], text=text, reason=reason[0])
        if node is not None:
            read[use.field, use.instance, use.key] = node

    def _within(self, use: PropertyUse, begin: int, length: int) -> Place:
        source, line, column, whole = use.place
        return use.place if use.at < 0 else (source, line, column + use.at + begin, length or whole)

    def _parameter(self, use: PropertyUse) -> Iterator[Diagnostic]:
        part = self._part(self.outline, use.field, use.instance)
        if part is not None and (wrong := _lacking(part, use.key)) is not None:
            yield UNKNOWN_PROPERTY.at(self.outline.span(use.place), wrong[1], text=use.key, reason=wrong[0])

    # -- what is meant ---------------------------------------------------------------------------------------------

    def _wrong(self, use: PropertyUse, term: "Property") -> tuple[str, str] | None:
        """Why a property that an expression names is not there, and what may be meant."""
        from aelang.syntax.property import Enclosing, OfAccount, OfResource, Own, Parent

        scope = self._part(self.outline, use.field, use.instance) if use.key else self.outline
        match term.origin:
            case Own():
                return None if scope is None else _lacking(scope, term.name)
            case Enclosing(name, parts):
                return self._wrong_enclosing(use, name, parts, term.name)
            case Parent():
                return self._wrong_parent(use, term)
            case OfResource():
                return self._wrong_resource(scope, use, term.name)
            case OfAccount():
                return None

    def _wrong_enclosing(
        self, use: PropertyUse, name: str, parts: tuple[str, ...], wanted: str
    ) -> tuple[str, str] | None:
        if self.kind == COMPLEX and fold(name) == fold(self.name):
            found = [self.outline]
        else:
            paths = self.compiled.class_names.get(fold(name), [])
            outlines = [each for path in paths if (each := self.compiled.outline(path)) is not None]
            found = [each for each in outlines if kind_of_class(each.ancestors) == COMPLEX]
        if not found:
            return f"there is no complex service {name}", did_you_mean(name, self._complex_names())
        wrong: tuple[str, str] | None = None
        for each in found:
            wrong = self._wrong_below(each, use.instance, parts, wanted)
            if wrong is None:
                return None
        return wrong

    def _complex_names(self) -> list[str]:
        return [
            entry.path.rpartition("/")[2]
            for entry in self.compiled.index
            if (found := self.compiled.outline(entry.path)) is not None and kind_of_class(found.ancestors) == COMPLEX
        ]

    def _wrong_below(
        self, outline: Outline, instance: str, parts: tuple[str, ...], wanted: str
    ) -> tuple[str, str] | None:
        for name in parts:
            names = [each.name for each in outline.fields if each.kind == "relationship"]
            if fold(name) not in map(fold, names):
                return f"{outline.path.rpartition('/')[2]} has no part `{name}`", did_you_mean(name, names)
            below = self._part(outline, name, instance)
            if below is None:
                return None
            outline = below
        return _lacking(outline, wanted)

    def _wrong_parent(self, use: PropertyUse, term: "Property") -> tuple[str, str] | None:
        from aelang.syntax.property import Parent

        if self.kind == COMPLEX:
            return "it is no part of a simple service", f"write `${self.name}::{term.name}` for the complex service"
        assert isinstance(term.origin, Parent)  # the caller has seen it
        return _lacking(self.outline, term.name) if use.key and term.origin.levels == 1 else None

    def _wrong_resource(self, scope: Outline | None, use: PropertyUse, name: str) -> tuple[str, str] | None:
        if scope is None:
            return None
        if kind_of_class(scope.ancestors) == COMPLEX:
            return "a complex service lives on no resource", ""
        found = self._part(scope, RESOURCE, use.instance if scope is self.outline else "")
        return None if found is None else _lacking(found, name)

    def _part(self, outline: Outline, field: str, instance: str) -> Outline | None:
        """The class to which a relationship leads: as the instance says, as the class says, or else as any does."""
        uses = [each for each in outline.targets if fold(each.field) == fold(field) and each.key == "value"]
        ordered = sorted(uses, key=lambda each: (fold(each.instance) != fold(instance), each.instance != ""))
        return self._led_to(ordered[0]) if ordered else None

    def _led_to(self, use: TargetUse) -> Outline | None:
        found = self.compiled.led_to(use)
        return found if found is not None and kind_of_class(found.ancestors) is not None else None

    # -- circles ---------------------------------------------------------------------------------------------------

    def _circles(self, read: "_Read") -> Iterator[Diagnostic]:
        told: set[frozenset[_Node]] = set()
        for instance in ("", *(name for name, _ in self.outline.instances)):
            chosen: dict[_Node, PropertyUse] = {}
            for use in self.outline.properties:
                node = _node(use)
                if use.instance == instance or (use.instance == "" and node not in chosen):
                    chosen[node] = use
            edges = {
                node: tuple(self._made_from(node, read.get((use.field, use.instance, use.key), ())))
                for node, use in chosen.items()
            }
            for circle in _circles_in(edges):
                if frozenset(circle) not in told:
                    told.add(frozenset(circle))
                    yield self._circle(circle, chosen)

    def _circle(self, circle: tuple[_Node, ...], chosen: dict[_Node, PropertyUse]) -> Diagnostic:
        """It is told of where the instance says something, if one does: without that there would be none."""
        at = next((at for at, node in enumerate(circle) if chosen[node].instance), 0)
        turned = (*circle[at:], *circle[:at])
        shown = " from ".join(map(_shown, (*turned, turned[0])))
        place = self.outline.span(chosen[turned[0]].place)
        return PROPERTY_CIRCLE.at(place, _STRAIGHT, name=_shown(turned[0]), circle=shown)

    def _made_from(self, node: _Node, expression: "PropertyExpression") -> Iterator[_Node]:
        from aelang.syntax.property import Enclosing, Fixed, Own, Parent

        for term in expression:
            if isinstance(term, Fixed):
                continue
            match term.origin:
                case Own():
                    yield _Node(node.part, fold(term.name))
                case Enclosing(name, parts) if fold(name) == fold(self.name) and len(parts) <= 1:
                    yield _Node(fold(parts[0]) if parts else "", fold(term.name))
                case Parent(1) if node.part and self.kind == SIMPLE:
                    yield _Node("", fold(term.name))
                case _:
                    pass


def _node(use: PropertyUse) -> _Node:
    return _Node(fold(use.field), fold(use.key)) if use.key else _Node("", fold(use.field))


def _shown(node: _Node) -> str:
    return f"{node.part}::{node.name}" if node.part else node.name


def _circles_in(edges: dict[_Node, tuple[_Node, ...]]) -> Iterator[tuple[_Node, ...]]:
    """Each circle once, from its first node on."""
    sound: set[_Node] = set()
    for first in edges:
        trail: list[_Node] = []
        left: list[Iterable[_Node]] = [iter((first,))]
        while left:
            found = next(iter(left[-1]), None)
            if found is None:
                left.pop()
                if trail:
                    sound.add(trail.pop())
            elif found in trail:
                circle = tuple(trail[trail.index(found) :])
                yield circle
                sound.update(circle)
            elif found in edges and found not in sound:
                trail.append(found)
                left.append(iter(edges[found]))


def _lacking(outline: Outline, name: str) -> tuple[str, str] | None:
    """Why a class has not the property `name`."""
    names = [each.name for each in outline.fields if each.kind == "attribute" and fold(each.name) not in _NO_PROPERTIES]
    if fold(name) in map(fold, names):
        return None
    return f"{outline.path.rpartition('/')[2]} has no property `{name}`", did_you_mean(name, names)
