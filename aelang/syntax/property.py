"""Expressions of properties: `'www.' + $WebSite::domain`, what a property of a service is made of.

The text of a property, or of a parameter of a part, is such an expression where `::` stands in it, and else the value
itself. Which property is meant is found when a command is executed: here is only how it is written.
"""

from typing import TYPE_CHECKING, NamedTuple, TypeAlias, assert_never

from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity
from aelang.source import NOWHERE, Span
from aelang.syntax.places import Fault, fault, placed, shown, stripped

if TYPE_CHECKING:
    from aelang.syntax.grammars import Refused

INVALID_PROPERTY_EXPRESSION = DiagnosticKind(
    "invalid-property-expression", Severity.ERROR, "`{text}` is no expression of a property: {reason}"
)


class Own(NamedTuple):
    """The service itself: `::name`."""


class Enclosing(NamedTuple):
    """The nearest complex service around it whose type is of the class `service`, or the part of that at the end of
    `parts`: `$WebSite::domain`, `$WebSite/zone::zone_id`."""

    service: str
    parts: tuple[str, ...] = ()


class Parent(NamedTuple):
    """The simple service that it is a part of, `levels` up: `/::name`, `//::name`."""

    levels: int


class OfResource(NamedTuple):
    """The resource on which it lives: `resource::host`."""


class OfAccount(NamedTuple):
    """The account that it belongs to: `account::email`."""


Origin: TypeAlias = Own | Enclosing | Parent | OfResource | OfAccount


class Fixed(NamedTuple):
    """A text in quotes, or a number, as a text."""

    value: str


class Property(NamedTuple):
    """The property `name` of `origin`. `at` is where it stands in the expression, and how long it is."""

    origin: Origin
    name: str
    at: tuple[int, int] = (0, 0)


Term: TypeAlias = Fixed | Property
PropertyExpression: TypeAlias = tuple[Term, ...]
"""Terms that are joined: what several come to is a text; a single one is as it is, of whatever type."""


def parse_property(text: str, span: Span = NOWHERE) -> tuple[PropertyExpression | None, tuple[Diagnostic, ...]]:
    """The expression that `text` is; None with a diagnostic where it is none."""
    node, faults = read_property(text)
    return node, placed(faults, text, span)


def read_property(text: str) -> tuple[PropertyExpression | None, tuple[Fault, ...]]:
    """The expression that `text` is; None with the fault where it is none."""
    from aelang.syntax.grammars import Refused, parse  # only services have such

    inner, lead = stripped(text)
    node: PropertyExpression | Refused = parse("property", "property_expression", inner)
    if isinstance(node, Refused):
        return None, (_complaint(inner, node, lead),)
    return tuple(_moved(each, lead) for each in node) if lead else node, ()


def _moved(term: Term, by: int) -> Term:
    return term if isinstance(term, Fixed) else term._replace(at=(term.at[0] + by, term.at[1]))


def _complaint(text: str, refused: "Refused", lead: int) -> Fault:
    help = (  # noqa: A001 - the word authors read
        "put quotes around a text that is no expression: `'fe80::1'`"
        if not any(sign in text for sign in "$'\"+")
        else "write 'text', ::own, $Complex::property, /::parent, resource::property or account::property, joined by +"
    )
    at, length = refused.at + lead, refused.length
    return fault(INVALID_PROPERTY_EXPRESSION, at, length, help, text=shown(text), reason=refused.reason)


def print_property(expression: PropertyExpression) -> str:
    """The text of `expression`, as an author would write it."""
    return " + ".join(map(_term, expression))


def _term(term: Term) -> str:
    match term:
        case Fixed(value):
            return value if value.isascii() and value.isdecimal() else "'" + value.replace("'", "''") + "'"
        case Property(origin, name):
            return f"{_origin(origin)}::{name}"
        case _:
            assert_never(term)


def _origin(origin: Origin) -> str:
    match origin:
        case Own():
            return ""
        case Enclosing(service, parts):
            return "/".join((f"${service}", *parts))
        case Parent(levels):
            return "/" * levels
        case OfResource():
            return "resource"
        case OfAccount():
            return "account"
        case _:
            assert_never(origin)
