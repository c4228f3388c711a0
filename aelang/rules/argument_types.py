"""Argument types: `?Type::name=...` in a target names a type that there is. With another one a run ends the object."""

from collections.abc import Iterator

from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity, did_you_mean
from aelang.rules.compiled import Compiled, place_of
from aelang.rules.outline import HOLE, REFERENCE, Outline

UNKNOWN_ARGUMENT_TYPE = DiagnosticKind(
    "unknown-argument-type", Severity.WARNING, "there is no type `{type}` for the argument `{name}`"
)


def check(outline: Outline, compiled: Compiled) -> Iterator[Diagnostic]:
    """Types of arguments that nobody knows: unknown-argument-type."""
    for use in outline.targets:
        for key in use.keys if use.key != REFERENCE else ():
            datatype, sign, name = key.rpartition("::")
            if sign and HOLE not in key and not _is_known(datatype):
                advice = _hint(datatype) if compiled.may_hint() else ""
                yield UNKNOWN_ARGUMENT_TYPE.at(place_of(outline, use), advice or _HELP, type=datatype, name=name)


_HELP = "write a service model, like `Vm`, or one of Integer, Float, String, Symbol, Time, Array, boolean, password"
_BASIC = ("Integer", "Float", "Symbol", "Time", "Array", "boolean", "password")
_ANY_CASE = frozenset(("integer", "fixnum", "float", "symbol", "time", "array"))
_AS_WRITTEN = frozenset(("boolean", "password", "string", "null coalescing", "String"))


def _is_known(datatype: str) -> bool:
    """Whether a run makes something of `datatype` (ENGINE-FACTS 2.7, 5.4; D17)."""
    if datatype in _AS_WRITTEN or datatype.lower() in _ANY_CASE or datatype.lower().startswith("array::"):
        return True
    from aelang.interpreter.conversion import model_named  # few arguments have types
    from aelang.services.models import is_model

    return is_model(model_named(datatype))


def _hint(datatype: str) -> str:
    from aelang.services.models import PARENTS

    return did_you_mean(datatype, (*_BASIC, *PARENTS))
