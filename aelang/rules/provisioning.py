"""Provisioning: services are made of what there is: properties, parts, resources and modules.

An expression is looked at where it stands: its own service, the complex one around it, its parts and its resource are
known there. What is around a service in other places, and what an account has, is known when a transaction is
prepared, and looked at again then. So is which types are ordered by themselves: one that lives nowhere may be a part of
a simple service, and is told where it is one of a complex service.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity, did_you_mean
from aelang.names import fold, split_path
from aelang.names.provisioning import COMPLEX, INIT, MODULE, RESOURCE, SIMPLE, is_property_expression
from aelang.rules.compiled import Compiled, is_overridden
from aelang.rules.outline import HOLE, Outline, Place, PropertyUse, TargetUse
from aelang.syntax.property import INVALID_PROPERTY_EXPRESSION

if TYPE_CHECKING:
    from aelang.syntax.property import Property

UNKNOWN_PROPERTY = DiagnosticKind("unknown-property", Severity.ERROR, "`{text}` refers to nothing: {reason}")
UNKNOWN_MODULE = DiagnosticKind("unknown-module", Severity.ERROR, "`{path}` is no module: {reason}")
UNKNOWN_RESOURCE = DiagnosticKind("unknown-resource", Severity.ERROR, "`{path}` is no resource: {reason}")
UNFIT_PART = DiagnosticKind("unfit-part", Severity.ERROR, "`{path}` can be no part of {whole}: {reason}")

__all__ = [
    "INVALID_PROPERTY_EXPRESSION", "UNFIT_PART", "UNKNOWN_MODULE", "UNKNOWN_PROPERTY",
    "UNKNOWN_RESOURCE", "check",
]  # fmt: skip

_NO_PROPERTIES = frozenset(("shared", "module", "max_attempts"))


def check(outline: Outline, compiled: Compiled) -> Iterator[Diagnostic]:
    """Expressions that refer to nothing, and modules, resources and parts that are none: invalid-property-expression,
    unknown-property, unknown-module, unknown-resource, unfit-part."""
    kind = outline.provides
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
    elif found.provides != MODULE:
        reason = "its class does not inherit /Provisioning/Module"
    else:
        return
    help_ = did_you_mean(use.text.strip(), _instances_of(compiled, MODULE))
    yield UNKNOWN_MODULE.at(outline.span(use.place), help_, path=use.text.strip(), reason=reason)


def _instances_of(compiled: Compiled, kind: str) -> list[str]:
    return [
        f"/{entry.path.partition('/')[2]}/{name}"
        for entry in compiled.index
        if (found := compiled.outline(entry.path)) is not None and found.provides == kind
        for name in entry.instances.values()
    ]


_TO_SIMPLE = "lead it to an instance of a class that inherits /Provisioning/SimpleService"
_TO_SERVICE = f"{_TO_SIMPLE} or /Provisioning/ComplexService"
_NO_RUN = "there is no run in which `${...}` would become something"
_MADE_IN_RUN = _NO_RUN, "write the path of an instance"


def _shown_path(use: TargetUse) -> str:
    return use.path.replace(HOLE, "${...}")


def _lives(compiled: Compiled, outline: Outline, use: TargetUse) -> bool:
    """Whether the class of a service, or the instance to which `use` leads, says where it lives."""
    instance = fold(use.path.rpartition("/")[2])
    of_class = (each.works for each in compiled.fields(outline) if fold(each.name) == RESOURCE)
    return any(of_class) or any(
        fold(each.field) == RESOURCE and fold(each.instance) in ("", instance) for each in outline.targets
    )


class _Types:
    """The type that a class is, and what its instances make of it."""

    def __init__(self, outline: Outline, compiled: Compiled, kind: str) -> None:
        self.outline = outline
        self.compiled = compiled
        self.kind = kind
        self.name = outline.path.rpartition("/")[2]

    def check(self) -> Iterator[Diagnostic]:
        """What is wrong with it."""
        for use in self.outline.properties:
            if use.key:
                yield from self._parameter(use)
            if "${" in use.text and not use.key:
                yield INVALID_PROPERTY_EXPRESSION.at(
                    self.outline.span(use.place), f"write an expression, such as $Service::{use.field}",
                    text=use.text, reason=_NO_RUN,
                )  # fmt: skip
            elif is_property_expression(use.text):
                yield from self._expression(use)
        for target in self.outline.targets:
            if target.key == "value" and not is_overridden(self.outline, target):
                yield from self._target(target)

    def _target(self, use: TargetUse) -> Iterator[Diagnostic]:
        field = next((each for each in self.compiled.fields(self.outline) if fold(each.name) == fold(use.field)), None)
        if field is None or field.kind != "relationship":
            return
        if INIT in field.messages:
            reason = self._unfit(use)
            if reason is not None:
                at = self.outline.span(use.place)
                yield UNFIT_PART.at(at, reason[1], path=_shown_path(use), whole=self.name, reason=reason[0])
        elif fold(field.name) == RESOURCE and self.kind == SIMPLE:
            reason = self._no_resource(use)
            if reason is not None:
                yield UNKNOWN_RESOURCE.at(
                    self.outline.span(use.place), reason[1], path=_shown_path(use), reason=reason[0]
                )

    def _expression(self, use: PropertyUse) -> Iterator[Diagnostic]:
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

    def _within(self, use: PropertyUse, begin: int, length: int) -> Place:
        source, line, column, whole = use.place
        return use.place if use.at < 0 else (source, line, column + use.at + begin, length or whole)

    def _parameter(self, use: PropertyUse) -> Iterator[Diagnostic]:
        part = self._part(self.outline, use.field, use.instance)
        if part is not None and (wrong := _lacking(self.compiled, part, use.key)) is not None:
            yield UNKNOWN_PROPERTY.at(self.outline.span(use.place), wrong[1], text=use.key, reason=wrong[0])

    # -- what is meant ---------------------------------------------------------------------------------------------

    def _wrong(self, use: PropertyUse, term: "Property") -> tuple[str, str] | None:
        """Why a property that an expression names is not there, and what may be meant."""
        from aelang.syntax.property import Enclosing, OfAccount, OfResource, Own, Parent

        scope = self._part(self.outline, use.field, use.instance) if use.key else self.outline
        match term.origin:
            case Own():
                return None if scope is None else _lacking(self.compiled, scope, term.name)
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
            found = [each for each in outlines if each.provides == COMPLEX]
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
            if (found := self.compiled.outline(entry.path)) is not None and found.provides == COMPLEX
        ]

    def _wrong_below(
        self, outline: Outline, instance: str, parts: tuple[str, ...], wanted: str
    ) -> tuple[str, str] | None:
        for name in parts:
            names = [each.name for each in self.compiled.fields(outline) if each.kind == "relationship"]
            if fold(name) not in map(fold, names):
                return f"{outline.path.rpartition('/')[2]} has no part `{name}`", did_you_mean(name, names)
            below = self._part(outline, name, instance)
            if below is None:
                return None
            outline = below
        return _lacking(self.compiled, outline, wanted)

    def _wrong_parent(self, use: PropertyUse, term: "Property") -> tuple[str, str] | None:
        from aelang.syntax.property import Parent

        if self.kind == COMPLEX:
            return "it is no part of a simple service", f"write `${self.name}::{term.name}` for the complex service"
        assert isinstance(term.origin, Parent)  # the caller has seen it
        return _lacking(self.compiled, self.outline, term.name) if use.key and term.origin.levels == 1 else None

    def _no_resource(self, use: TargetUse) -> tuple[str, str] | None:
        """Why a service cannot live where `use` leads, and what may be meant."""
        if HOLE in use.path:
            return _MADE_IN_RUN
        found = self.compiled.led_to(use)
        if found is None or found.provides == RESOURCE:
            return None  # of one that is not there, others tell
        return "its class does not inherit /Provisioning/Resource", "lead it to an instance of one that does"

    def _unfit(self, use: TargetUse) -> tuple[str, str] | None:
        """Why `use` leads to nothing that could be a part, and what to do."""
        if HOLE in use.path:
            return _MADE_IN_RUN
        found = self.compiled.led_to(use)
        if found is None:
            return None
        match found.provides:
            case "complex" if self.kind == SIMPLE:
                return "it is a complex service, and a simple one is made on its resource in one go", _TO_SIMPLE
            case "complex":
                return None
            case "simple" if self.kind == COMPLEX and not _lives(self.compiled, found, use):
                return "it lives nowhere", "write `relationship resource = /Namespace/Class/instance` in its class"
            case "simple":
                return None
            case _:
                return "it is no service", _TO_SERVICE

    def _wrong_resource(self, scope: Outline | None, use: PropertyUse, name: str) -> tuple[str, str] | None:
        if scope is None:
            return None
        if scope.provides == COMPLEX:
            return "a complex service lives on no resource", ""
        found = self._part(scope, RESOURCE, use.instance if scope is self.outline else "")
        return None if found is None else _lacking(self.compiled, found, name)

    def _part(self, outline: Outline, field: str, instance: str) -> Outline | None:
        """The class to which a relationship leads: as the instance says, as the class says, or else as any does."""
        uses = [each for each in outline.targets if fold(each.field) == fold(field) and each.key == "value"]
        ordered = sorted(uses, key=lambda each: (fold(each.instance) != fold(instance), each.instance != ""))
        return self._led_to(ordered[0]) if ordered else None

    def _led_to(self, use: TargetUse) -> Outline | None:
        found = self.compiled.led_to(use)
        return found if found is not None and found.provides is not None else None


def _lacking(compiled: Compiled, outline: Outline, name: str) -> tuple[str, str] | None:
    """Why a class has not the property `name`."""
    names = [
        each.name
        for each in compiled.fields(outline)
        if each.kind == "attribute" and fold(each.name) not in _NO_PROPERTIES
    ]
    if fold(name) in map(fold, names):
        return None
    return f"{outline.path.rpartition('/')[2]} has no property `{name}`", did_you_mean(name, names)
