"""Circles of properties: none is made from itself, by way of whatever parts.

A type is looked at with all its parts, and theirs, as they would be made: a property comes of the argument that the
service around it gives, or else of what its class and instance say. A circle is told of the lowest type that has it
whole. What is around a type in other places is not known, and looked at when a transaction is prepared.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity
from aelang.names import fold
from aelang.names.provisioning import COMPLEX, INIT, SIMPLE, is_property_expression
from aelang.rules.compiled import Compiled
from aelang.rules.outline import Outline, PropertyUse, TargetUse

if TYPE_CHECKING:
    from aelang.syntax.property import Property, PropertyExpression

PROPERTY_CIRCLE = DiagnosticKind(
    "property-circle", Severity.ERROR, "the property `{name}` is made from itself: {circle}"
)

_STRAIGHT = "give one of them a value, or make it from something else"
_MOST_LEVELS = 1_000

_Path: TypeAlias = tuple[str, ...]
"""The way to a part: the folded names of relationships, from the type that is looked at."""


class _Node(NamedTuple):
    """The property `name`, folded, of the part at `path`."""

    path: _Path
    name: str


class _Level(NamedTuple):
    """A part: its class, and which instance that is; `parts` are the relationships to its own, with who says them."""

    outline: Outline
    instance: str
    parts: Mapping[str, tuple[Outline, TargetUse]]


class _Said(NamedTuple):
    """What a property is made from, and who says so: the part at `path`, or whatever gives it the argument."""

    path: _Path
    owner: Outline
    use: PropertyUse


def check(outline: Outline, compiled: Compiled) -> Iterator[Diagnostic]:
    """Properties that are made from themselves: property-circle."""
    if outline.provides not in (COMPLEX, SIMPLE):
        return
    told: set[frozenset[_Node]] = set()
    for instance in ("", *(name for name, _ in outline.instances)):
        tree = _Tree(outline, fold(instance), compiled)
        for circle in tree.circles():
            if frozenset(circle) not in told:
                told.add(frozenset(circle))
                yield tree.complaint(circle)


class _Tree:
    """A type with all its parts, as they would be made."""

    def __init__(self, outline: Outline, instance: str, compiled: Compiled) -> None:
        self.outline = outline
        self.compiled = compiled
        self.levels: dict[_Path, _Level] = {}
        self.said: dict[_Node, _Said] = {}
        self._read: dict[str, PropertyExpression] = {}
        self._grow((), outline, instance)

    def _grow(self, path: _Path, outline: Outline, instance: str) -> None:
        left = [(path, outline, instance)]
        while left and len(self.levels) < _MOST_LEVELS:
            path, outline, instance = left.pop()
            level = self.levels[path] = _Level(outline, instance, self._parts(outline, instance))
            self._say(path, level)
            for field, (_, use) in reversed(tuple(level.parts.items())):
                found = self.compiled.led_to(use)
                if found is not None and found.provides in (COMPLEX, SIMPLE) and not self._is_around(path, found):
                    left.append(((*path, field), found, fold(use.path.rpartition("/")[2])))

    def _is_around(self, path: _Path, outline: Outline) -> bool:
        """Whether a type is a part of itself: that has no end, and others tell of it."""
        return any(self.levels[path[:at]].outline.path == outline.path for at in range(len(path) + 1))

    def _lineage(self, outline: Outline) -> Iterator[Outline]:
        """The class and those it inherits from, the farthest first."""
        for path in reversed(self.compiled.ancestors(outline)):
            found = self.compiled.outline(path)
            if found is not None:
                yield found
        yield outline

    def _parts(self, outline: Outline, instance: str) -> dict[str, tuple[Outline, TargetUse]]:
        names = {fold(each.name) for each in self.compiled.fields(outline) if INIT in each.messages}
        found: dict[str, tuple[Outline, TargetUse]] = {}
        for owner in self._lineage(outline):
            for of in ("", instance) if owner is outline and instance else ("",):
                for use in owner.targets:
                    if use.key == "value" and fold(use.instance) == of and fold(use.field) in names:
                        found[fold(use.field)] = owner, use
        return found

    def _say(self, path: _Path, level: _Level) -> None:
        """Notes what the properties of a part are made from, and those of its parts that it gives an argument. It has
        been given its own before."""
        given = {node for node in self.said if node.path == path}
        for owner in self._lineage(level.outline):
            for of in ("", level.instance) if owner is level.outline and level.instance else ("",):
                for use in owner.properties:
                    node = _Node(path, fold(use.field))
                    if not use.key and fold(use.instance) == of and node not in given:
                        self.said[node] = _Said(path, owner, use)
        for field, (owner, target) in level.parts.items():
            for use in owner.properties:
                if use.key and fold(use.field) == field and use.instance == target.instance:
                    self.said[_Node((*path, field), fold(use.key))] = _Said(path, owner, use)

    # -- circles ---------------------------------------------------------------------------------------------------

    def circles(self) -> Iterator[tuple[_Node, ...]]:
        """Those that go by way of the type itself, or come of an argument that it gives: others are told of a part."""
        edges = {node: dict(self._made_from(node, said)) for node, said in self.said.items()}
        for circle in _circles_in(edges):
            ways = zip(circle, (*circle[1:], circle[0]), strict=True)
            if any(edges[node][other] == 0 or not self.said[node].path for node, other in ways):
                yield circle

    def _made_from(self, node: _Node, said: _Said) -> Iterator[tuple[_Node, int]]:
        """What a property is made from, and how far below the type the way to it turns round."""
        from aelang.syntax.property import Fixed

        for term in self._expression(said.use.text):
            found = None if isinstance(term, Fixed) else self._place(node.path, term)
            if found is not None and not isinstance(term, Fixed):
                yield _Node(found[0], fold(term.name)), found[1]

    def _expression(self, text: str) -> "PropertyExpression":
        if not is_property_expression(text) or "${" in text:
            return ()
        if text not in self._read:
            from aelang.syntax.property import read_property  # few classes have such

            self._read[text] = read_property(text)[0] or ()
        return self._read[text]

    def _place(self, path: _Path, term: "Property") -> tuple[_Path, int] | None:
        """The part whose property an expression at `path` names, and where the way to it turns round."""
        from aelang.syntax.property import Enclosing, Own, Parent

        match term.origin:
            case Own():
                return path, len(path)
            case Enclosing(name, parts):
                tops = [at for at in range(len(path) + 1) if self._is_complex(path[:at], name)]
                return ((*path[: tops[-1]], *map(fold, parts)), tops[-1]) if tops else None
            case Parent(levels):
                tops = [at for at in range(len(path)) if self._kind(path[:at]) == SIMPLE]
                return (path[: tops[-levels]], tops[-levels]) if len(tops) >= levels else None
            case _:
                return None

    def _is_complex(self, path: _Path, name: str) -> bool:
        level = self.levels.get(path)
        return level is not None and level.outline.provides == COMPLEX and fold(name) == fold(_name(level.outline))

    def _kind(self, path: _Path) -> str | None:
        level = self.levels.get(path)
        return None if level is None else level.outline.provides

    def complaint(self, circle: tuple[_Node, ...]) -> Diagnostic:
        """It is told of where the instance says something, if one does: without that there would be none."""
        own = [at for at, node in enumerate(circle) if self.said[node].owner is self.outline]
        at = next((at for at in own if self.said[circle[at]].use.instance), own[0] if own else 0)
        turned = (*circle[at:], *circle[:at])
        shown = " from ".join(map(_shown, (*turned, turned[0])))
        place = self.said[turned[0]].use.place if own else self._part_place(turned)
        return PROPERTY_CIRCLE.at(self.outline.span(place), _STRAIGHT, name=_shown(turned[0]), circle=shown)

    def _part_place(self, circle: tuple[_Node, ...]) -> tuple[int, int, int, int]:
        """Where the type names a part by way of which the circle goes."""
        parts = self.levels[()].parts
        found = (parts[node.path[0]] for node in circle if node.path)
        return next((use.place for owner, use in found if owner is self.outline), self.outline.place)


def _name(outline: Outline) -> str:
    return outline.path.rpartition("/")[2]


def _shown(node: _Node) -> str:
    return f"{'/'.join(node.path)}::{node.name}" if node.path else node.name


def _circles_in(edges: Mapping[_Node, Mapping[_Node, int]]) -> Iterator[tuple[_Node, ...]]:
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
