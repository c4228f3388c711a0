"""Lowering of templates: `${...}` and `$<...>` become look-ups (LANGUAGE 3, ENGINE-FACTS 4).

What is inside is read as a URI, as the reference engine does. What a run could only stumble over is `ir.Faulty` in its
place in the template, so that what stands before it is looked up first.
"""

import re
from functools import lru_cache

from aelang import ir
from aelang.diagnostics import DiagnosticKind, Severity
from aelang.names import InvalidUri, Uri, collapse_slashes, split_path, split_uri
from aelang.regex import regex
from aelang.syntax.places import Fault, fault, shown
from aelang.syntax.templates import (
    INVALID_REFERENCE,
    Found,
    explain_reference,
    find_references,
    may_have_references,
    unclosed,
    well_formed,
)

REFERENCE_AS_TEXT = DiagnosticKind(
    "reference-as-text", Severity.WARNING, "`{reference}` looks nothing up: it gives its own text, for {reason}"
)
ODD_REFERENCE = DiagnosticKind(
    "odd-reference", Severity.WARNING, "`{reference}` is not well formed: {reason}; it is read as {reading}"
)
IGNORED_STEP = DiagnosticKind(
    "ignored-step", Severity.WARNING, "`.{step}` in `{reference}` cannot be called: the reference gives empty text"
)
IGNORED_OPTION = DiagnosticKind("ignored-option", Severity.WARNING, "`{reference}` never gives a value: {reason}")

_CALL = regex(r"^\s*([/\w]+)\s*(?:\((.*)\))?\s*$", re.MULTILINE | re.ASCII)

Lowered = tuple[str | ir.Template, tuple[Fault, ...]]


@lru_cache(8192)
def lower_template(text: str, *, optional: bool = False) -> Lowered:
    """The template that `text` is, or fixed text where nothing in it is looked up.

    `optional` is for an alternative of a null coalescing, where a failure only means "take the next one".
    """
    if not may_have_references(text):
        return text, ()
    parts: list[ir.Part] = []
    faults: tuple[Fault, ...] = ()
    end = 0
    for found in find_references(text):
        _append(parts, text[end : found.start])
        part, wrong = _lower_reference(found, optional)
        _append(parts, part)
        faults += wrong
        end = found.end
    _append(parts, text[end:])
    faults += unclosed(text)
    if all(isinstance(part, str) for part in parts):
        return "".join(map(str, parts)), faults
    return ir.Template(tuple(parts)), faults


def _append(parts: list[ir.Part], part: ir.Part) -> None:
    if isinstance(part, str) and parts and isinstance(parts[-1], str):
        parts[-1] += part
    elif part != "":
        parts.append(part)


def _lower_reference(found: Found, optional: bool) -> tuple[ir.Part, tuple[Fault, ...]]:
    part = reference_part(found.inner)
    if well_formed(found.inner):
        return part, ()
    return part, (_complaint(found, part, optional),)


def _complaint(found: Found, part: ir.Part, optional: bool) -> Fault:
    from aelang.syntax.mistakes import advice  # only a fault needs the table

    at, length = found.start, found.end - found.start
    reference = shown("${" + found.inner + "}")
    match part:
        case ir.Faulty(_, reason):
            kind = IGNORED_OPTION if optional else INVALID_REFERENCE
            where = explain_reference(found.inner)
            return fault(
                kind,
                found.inner_start + where.at,
                where.length,
                advice("reference", found.inner),
                reference=reference,
                reason=reason,
            )
        case str():
            scheme = part.strip().partition(":")[0]
            return fault(
                REFERENCE_AS_TEXT,
                at,
                length,
                _SCHEMES_HELP,
                reference=reference,
                reason=f"`{scheme}:` is no scheme of references",
            )
        case ir.Lookup(_, _, steps) | ir.StateVariable(_, steps) if bad := [
            each for each in steps if not _is_callable(each)
        ]:
            return fault(IGNORED_STEP, at, length, _STEP_HELP, step=bad[0].name, reference=reference)
        case _:
            reason = explain_reference(found.inner).reason
            return fault(
                ODD_REFERENCE,
                at,
                length,
                advice("reference", found.inner),
                reference=reference,
                reason=reason,
                reading=_reading(part),
            )


_SCHEMES_HELP = "write `${object#attribute}` or `${miqaedb:/Ns/Class/instance/attribute}`"
_STEP_HELP = "a step is a name of letters, digits and `_`, with at most one argument in parentheses"


def _is_callable(step: ir.Step) -> bool:
    return step.name.isidentifier()


def _reading(part: ir.Part) -> str:
    match part:
        case ir.Lookup(object_path, attribute):
            return f"the attribute `{attribute}` of `{object_path or '.'}`"
        case ir.StateVariable(name):
            return f"the state variable `{name}`"
        case ir.InstanceLookup(_, namespace, klass, instance, attribute):
            return f"the attribute `{attribute}` of `/{namespace}/{klass}/{instance}`"
        case _:
            return "the current message"


def reference_part(inner: str) -> ir.Part:
    """What stands inside a reference as a run looks it up; text where its scheme is none of references."""
    try:
        uri = split_uri(inner)
    except InvalidUri as wrong:
        return ir.Faulty("InvalidPathFormat", str(wrong))
    if uri.scheme == "miqaedb":
        return _instance_lookup(inner, uri)
    if uri.scheme != "miqaews":
        return collapse_slashes(inner)
    if uri.path is None:
        return ir.Faulty("InvalidPathFormat", f"behind `miqaews:` there must be a path: {inner!r}")
    if uri.path.startswith("!"):
        return _current(uri.path)
    return _lookup(inner, uri.path, uri.fragment)


def _instance_lookup(inner: str, uri: Uri) -> ir.InstanceLookup | ir.Faulty:
    if uri.path is None:
        return ir.Faulty(
            "InvalidPathFormat", f"behind `miqaedb:` there must be a path that begins with a slash: {inner!r}"
        )
    path = split_path(uri.path, with_attribute=True)
    message = "create" if uri.fragment is None else uri.fragment.lower()
    return ir.InstanceLookup(
        collapse_slashes(inner), path.namespace, path.klass, path.instance, path.attribute, message
    )


def _current(path: str) -> ir.CurrentMessage | ir.Faulty:
    if path.lower() == "!current_message":
        return ir.CurrentMessage()
    return ir.Faulty("MethodNotFound", f"Method [{path}] Not Found for Current Object")


def _lookup(inner: str, path: str, fragment: str | None) -> ir.Lookup | ir.StateVariable | ir.Faulty:
    if fragment is None:
        return ir.Faulty("InvalidPathFormat", f"there is no `#` with an attribute in {inner!r}")
    names = fragment.split(".")
    while names and not names[-1]:
        names.pop()
    if not names:
        return ir.Faulty("InvalidPathFormat", f"there is no attribute behind the `#` in {inner!r}")
    steps = tuple(map(_step, names[1:]))
    if path.lower() == "state_var":
        return ir.StateVariable(names[0], steps)
    return ir.Lookup(path, names[0], steps)


def _step(text: str) -> ir.Step:
    found = _CALL.search(text)
    if found is None:
        return ir.Step(text)
    argument = found[2]
    if argument and argument[0] == ":":
        return ir.Step(found[1], argument[1:], True)
    return ir.Step(found[1], argument)
