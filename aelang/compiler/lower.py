"""Lowering: the texts of fields become ir nodes.

What decides the meaning is the reading of the reference engine, which is lenient: `aelang.names` for URIs and calls,
`syntax.collects` for collects, the scan of `syntax.templates` for references (ENGINE-FACTS 4 to 8). That reading is
tried first. A text that the grammar would refuse is looked at a second time, and the grammar then says in a
diagnostic what is wrong with it or what is passed over. So a datastore without oddities never loads a grammar.

Every function is pure: text and the `Span` where it begins go in, a node and diagnostics come out. A piece that
cannot work becomes `ir.Faulty`, named for the failure a run raises when it gets there; nothing is raised here.
Equal texts are lowered once.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias, assert_never, overload

from aelang import ir
from aelang.compiler.lower_expressions import mean
from aelang.compiler.lower_references import lower_template
from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity
from aelang.names import SCHEMES, InvalidCall, InvalidUri, is_blank, is_off, read_call, read_query, split_uri
from aelang.names.calls import Attribute, Call, read_argument
from aelang.regex import regex
from aelang.source import Span
from aelang.syntax import calls, collects, targets
from aelang.syntax.places import BLANKS, Fault, fault, placed, shifted, shown
from aelang.syntax.templates import may_have_references, split_options

COLLECT_LIST_ON_METHOD = DiagnosticKind(
    "collect-list-on-method", Severity.WARNING, "`{text}` on a method field is the name of one attribute, as a whole"
)

_MEMORY = 8192  # texts kept: enough for a domain of 1,400 files, small against the image


def lower_text(
    text: str | None, span: Span, *, substitute: bool, coalesce: bool
) -> tuple[ir.Text, tuple[Diagnostic, ...]]:
    """The value `text` as a run reads it; fixed text stays a `str`.

    `coalesce` is for the datatype "null coalescing", which ignores `substitute` (LANGUAGE 3, ENGINE-FACTS 5.2).
    """
    if text is None:
        return None, ()
    if coalesce:
        node, faults = _coalesced(text)
    elif substitute and may_have_references(text):
        node, faults = lower_template(text)
    else:
        return text, ()
    return node, placed(faults, text, span) if faults else ()


@lru_cache(_MEMORY)
def _coalesced(text: str) -> tuple[ir.Text, tuple[Fault, ...]]:
    options: list[str | ir.Template] = []
    faults: tuple[Fault, ...] = ()
    for at, part in split_options(text):
        option, found = lower_template(part, optional=True)
        options.append(option)
        faults += shifted(found, at)
        if isinstance(option, str) and option:
            break  # what stands behind a fixed text is never reached
    return _simplest(options), faults


def _simplest(options: list[str | ir.Template]) -> ir.Text:
    if not options:
        return None
    last = options[-1]
    if all(isinstance(option, str) for option in options):
        return last
    return ir.Coalesced(tuple(options))


def lower_assertion(
    text: str | None, span: Span, *, substitute: bool, coalesce: bool
) -> tuple[tuple[ir.Test, ...], tuple[Diagnostic, ...]]:
    """The tests of an assertion: one, or with `coalesce` one an alternative; none where the text is fixed and blank.

    A text outside the grammar of expressions means AssertionFailure (LANGUAGE 3).
    """
    if text is None or is_blank(text):
        return (), ()
    if not coalesce:
        test, faults = _test(text, substitute, False)
        return (test,), placed(faults, text, span)
    tests: list[ir.Test] = []
    faults = ()
    for at, part in split_options(text):
        if part:
            test, found = _test(part, True, True)
            tests.append(test)
            faults += shifted(found, at)
            if isinstance(test.text, str):
                break  # a fixed text is the expression: those behind it are never reached
    return tuple(tests), placed(faults, text, span)


@lru_cache(_MEMORY)
def _test(text: str, substitute: bool, optional: bool) -> tuple[ir.Test, tuple[Fault, ...]]:
    template: str | ir.Template
    template, faults = lower_template(text, optional=optional) if substitute else (text, ())
    meaning, found = mean(text, substitute=substitute)
    if any(isinstance(part, ir.Faulty) for part in getattr(template, "parts", ())):
        return ir.Test(template, meaning), faults  # that failure comes before any meaning
    return ir.Test(template, meaning), faults + found


# -- actions -----------------------------------------------------------------------------------------------------


def lower_target(
    text: str | None, span: Span, *, substitute: bool, coalesce: bool = False
) -> tuple[ir.Action | None, tuple[Diagnostic, ...]]:
    """What a relationship does; None where `text` is blank or switched off by a `#`."""
    return _lower_action(text, span, substitute, coalesce, _TARGET)


def lower_call(
    text: str | None, span: Span, *, substitute: bool, coalesce: bool = False
) -> tuple[ir.Action | None, tuple[Diagnostic, ...]]:
    """What a method field does; None where `text` is blank or switched off by a `#`."""
    return _lower_action(text, span, substitute, coalesce, _CALL)


def lower_state_action(
    text: str | None, span: Span, *, substitute: bool, coalesce: bool = False
) -> tuple[ir.Action | None, tuple[Diagnostic, ...]]:
    """What a state does: a target, or the call behind a `METHOD::` at the start of a line (ENGINE-FACTS 8.6).

    The action's text is the whole value, `METHOD::` included.
    """
    return _lower_action(text, span, substitute, coalesce, _STATE)


def lower_actions(text: str | None, span: Span) -> tuple[tuple[ir.Action, ...], tuple[Diagnostic, ...]]:
    """The calls of on_entry, on_exit, on_error: a list with `;`, each always substituted (ENGINE-FACTS 11.7)."""
    if text is None:
        return (), ()
    actions: list[ir.Action] = []
    found: tuple[Diagnostic, ...] = ()
    at = 0
    for part in text.split(";"):
        lead = len(part) - len(part.lstrip(BLANKS))
        inside = span if "\n" in text or not span.line else span._replace(column=span.column + at + lead)
        action, wrong = lower_call(part.strip(BLANKS), inside, substitute=True)
        found += wrong
        if action is not None:
            actions.append(action)
        at += len(part) + 1
    return tuple(actions), found


_Meaning: TypeAlias = tuple[ir.Target | Call | ir.Faulty | None, tuple[Fault, ...]]


class _Kind(NamedTuple):
    """A kind of action: what a fixed text means, and what is wrong with one that has references."""

    mean: Callable[[str], _Meaning]
    check: Callable[[str], tuple[Fault, ...]]


def _lower_action(
    text: str | None, span: Span, substitute: bool, coalesce: bool, kind: _Kind
) -> tuple[ir.Action | None, tuple[Diagnostic, ...]]:
    if text is None or is_off(text):
        return None, ()
    action, faults = _action(text, substitute, coalesce, kind)
    return action, placed(faults, text, span) if faults else ()


@lru_cache(_MEMORY)
def _action(text: str, substitute: bool, coalesce: bool, kind: _Kind) -> tuple[ir.Action | None, tuple[Fault, ...]]:
    value, faults = _coalesced(text) if coalesce else lower_template(text) if substitute else (text, ())
    if value is None or (isinstance(value, str) and is_off(value)):
        return None, faults
    if not isinstance(value, str):
        return ir.Action(value), faults or (() if coalesce else kind.check(text))
    meaning, wrong = kind.mean(value)
    return ir.Action(value, meaning), faults + wrong


def _target(text: str) -> _Meaning:
    try:
        uri = split_uri(text, "miqaedb")
        read_query(uri.query)
    except InvalidUri as fault:
        return ir.Faulty("InvalidPathFormat", str(fault)), targets.check_target(text, str(fault))
    if uri.scheme not in SCHEMES:
        return ir.Faulty("InvalidPathFormat", f"Unsupported Scheme [{uri.scheme}]"), targets.check_target(text)
    if uri.path is None or (uri.path and not uri.path.startswith("/")):
        return ir.Faulty("InvalidPathFormat", f"Invalid URI <{text.strip()}>"), targets.check_target(text)
    return ir.Target(uri.scheme or "miqaedb", uri.path, uri.query, uri.fragment), ()


def _call(text: str) -> _Meaning:
    try:
        call = read_call(text)
    except InvalidCall as fault:
        return ir.Faulty("InvalidMethod", str(fault)), calls.check_call(text)
    return call, calls.check_call(text)


def _state(text: str) -> _Meaning:
    found = calls.METHOD_PREFIX.search(text)
    if found is None:
        meaning, faults = _target(text)
        return meaning, tuple(each._replace(help=_PREFIX_HELP) for each in faults) if _PREFIX.match(text) else faults
    if is_off(found[1]):
        return None, ()
    meaning, faults = _call(found[1])
    return meaning, shifted(faults, found.start(1))


_PREFIX = regex(r"\s+METHOD::", re.IGNORECASE)
_PREFIX_HELP = "nothing may stand before `METHOD::`, not even a blank"


def _check_state(text: str) -> tuple[Fault, ...]:
    found = calls.METHOD_PREFIX.search(text)
    if found is None:
        return targets.check_target(text)
    return shifted(calls.check_call(found[1]), found.start(1))


_TARGET = _Kind(_target, targets.check_target)
_CALL = _Kind(_call, calls.check_call)
_STATE = _Kind(_state, _check_state)


# -- collects ----------------------------------------------------------------------------------------------------


@overload
def lower_collect(
    text: str | None, span: Span, *, on: Literal["method"]
) -> tuple[str | None, tuple[Diagnostic, ...]]: ...
@overload
def lower_collect(
    text: str | None, span: Span, *, on: Literal["relationship", "attribute"]
) -> tuple[tuple[ir.Collect, ...], tuple[Diagnostic, ...]]: ...
def lower_collect(
    text: str | None, span: Span, *, on: Literal["relationship", "attribute", "method"]
) -> tuple[str | tuple[ir.Collect, ...] | None, tuple[Diagnostic, ...]]:
    """What a collect does: several on a relationship or state, one on an attribute (ENGINE-FACTS 6.2, 6.8).

    On a method field it is the plain name of the attribute that takes the result (ENGINE-FACTS 6.9).
    """
    if on == "method":
        return (None, ()) if is_blank(text) else (text, _no_name(text or "", span))
    if not text or (on == "attribute" and is_blank(text)):
        return (), ()
    lowered, faults = _collects(text, on == "attribute")
    return lowered, placed(faults, text, span) if faults else ()


def _no_name(text: str, span: Span) -> tuple[Diagnostic, ...]:
    """What is wrong with `text` as the name of one attribute."""
    if not any(sign in text for sign in "=[]{};,"):
        return ()
    advice = "write the name of the attribute alone: `collect: result`"
    return placed((fault(COLLECT_LIST_ON_METHOD, 0, len(text), advice, text=shown(text)),), text, span)


@lru_cache(_MEMORY)
def _collects(text: str, on_attribute: bool) -> tuple[tuple[ir.Collect, ...], tuple[Fault, ...]]:
    pieces = [(0, text)] if on_attribute else collects.split_collects(text)
    lowered: list[ir.Collect] = []
    faults: tuple[Fault, ...] = ()
    for at, piece in pieces:
        lowered.append(_collect(collects.read_collect(piece), on_attribute))
        faults += shifted(collects.check_collect(piece, on_relationship=not on_attribute), at)
    return tuple(lowered), faults


def _collect(read: collects.Read, on_attribute: bool) -> ir.Collect:
    match read:
        case collects.ListRead(left, elements, function):
            return _collect_list(left, elements, function, on_attribute)
        case collects.HashRead(left, pairs):
            return ir.CollectHash(left, tuple((_key(key), attribute) for key, attribute in pairs))
        case collects.ValueRead(left, name):
            return ir.CollectValue(left, name)
        case collects.Unreadable(reason):
            return ir.Faulty("InvalidCollection", reason)
        case _:
            assert_never(read)


def _collect_list(left: str | None, elements: tuple[str, ...], function: str | None, on_attribute: bool) -> ir.Collect:
    if not on_attribute:
        return ir.CollectList(left, tuple(map(Attribute, elements)), function)
    for each in elements:
        if each[0] in _QUOTES and each[-1] != each[0]:
            return ir.Faulty("InvalidCollection", f"a quote is not closed in the collect item <{each}>")
    return ir.CollectList(left, tuple("" if each in _QUOTES else read_argument(each) for each in elements), function)


_QUOTES = ("'", '"')


def _key(text: str) -> str | ir.SymbolKey | Attribute:
    if text.startswith(":"):
        return ir.SymbolKey(text[1:])
    return text[1:-1] if text.startswith(_QUOTES) else Attribute(text)
