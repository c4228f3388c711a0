"""Profile: what of a datastore is aelang's own, so that ManageIQ would ignore or refuse it.

    profile = "manageiq"        # in aelang.toml, or `aelang validate --profile manageiq`

Found in every datastore, told only where the profile asks for it. Sources: LANGUAGE deviations D4, D5, D6, D15 and
ENGINE-FACTS part 9: what its importer takes, and what its engine reads.
"""

import re
from collections.abc import Iterator

from aelang import ir, model
from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity
from aelang.names import fold, is_blank
from aelang.regex import regex
from aelang.rules.said import Said
from aelang.source import Span
from aelang.syntax.templates import find_references

IGNORED_BY_MANAGEIQ = DiagnosticKind(
    "ignored-by-manageiq", Severity.WARNING, "ManageIQ does not know {what}: {consequence}"
)
REFUSED_BY_MANAGEIQ = DiagnosticKind("refused-by-manageiq", Severity.ERROR, "ManageIQ refuses {what}: {consequence}")

_SUBSTITUTED = ("on_entry", "on_exit", "on_error", "undo", "condition")
_HOOKS = frozenset(("before_step", "after_step", "on_state_change"))
_NO_ATTRIBUTE = "its import ends at a key that it does not know"


# -- fields, values, inputs --------------------------------------------------------------------------------------


def look(said: Said) -> Iterator[Diagnostic]:
    """What of one field, value or input is aelang's own: ignored-by-manageiq, refused-by-manageiq."""
    attributes = said.attributes
    if "undo" in attributes:
        place = attributes["undo"].key_span(said.source, "undo")
        advice = "take it away, and undo in the methods of `on_error`"
        yield _refused(place, advice, "`undo`", _NO_ATTRIBUTE)
    if said.what == "field" and (attributes.get("aetype") or model.Text(None)).value == "step":
        advice = "make it a state or a relationship"
        yield _refused(said.span("aetype"), advice, "steps", "its import ends at this kind of field")
    condition = attributes.get("condition")
    if condition is not None and _CONDITION.match(condition.value or ""):
        advice = "ask in the method, or with an assertion in a class of its own"
        yield _ignored(said.span("condition"), advice, "conditions", "the field takes part in every run")
    yield from _visibility(attributes, said.source)
    yield from _angles(said)
    if isinstance(said.node, ir.AssertionField) and not is_blank(said.value()):
        yield from _assertion(said, said.node)


_CONDITION = regex(r"\s*(?:if|unless)\b", re.IGNORECASE)


def _visibility(attributes: model.Attributes, source: str) -> Iterator[Diagnostic]:
    text = attributes.get("visibility")
    if text is not None and fold(text.value or "").strip() == "private":
        yield _ignored(text.span(source), "take it away", "`visibility`", "it shows what is private to every caller")


def _angles(said: Said) -> Iterator[Diagnostic]:
    for key in (said.main, *_SUBSTITUTED):
        text = said.attributes.get(key)
        if text is None or "$<" not in (text.value or "") or (key == said.main and isinstance(said.text, str)):
            continue
        if any(text.value and text.value.startswith("$<", found.start) for found in find_references(text.value or "")):
            advice = "write `${...}`"
            yield _ignored(text.span(said.source), advice, "`$<...>`", "it stays there as plain text")


# -- assertions --------------------------------------------------------------------------------------------------


_QUOTED = regex(r"\"[^\"]*\"|'[^']*'|\$\{[^}]*\}|/[^/]*/")
_OWN_WORDS = regex(r"\b(?:none|null|message)\b|\bnot\s+in\b|\bin\b|\.includes\b")
_RUBY = {
    "none": "nil",
    "null": "nil",
    "in": "[...].include?(x)",
    "not in": "![...].include?(x)",
    ".includes": ".include?",
    "message": "'${!current_message}'",
}


def _assertion(said: Said, node: ir.AssertionField) -> Iterator[Diagnostic]:
    """ManageIQ gives the text to Ruby once the references are pasted into it (D4)."""
    text = said.value() or ""
    found = _OWN_WORDS.search(_QUOTED.sub("''", text))
    if found is not None:
        word = " ".join(found[0].split())
        consequence = "Ruby reads this otherwise, and the assertion fails"
        yield _refused(said.span(said.main), f"write `{_RUBY[word]}`", f"the word `{word.strip('.')}`", consequence)
    elif any(_pastes_text(test.meaning) for test in node.tests):
        advice = "put the reference in quotes"
        consequence = "it pastes them into Ruby code, and here a text is expected"
        yield _refused(said.span(said.main), advice, "references outside quotes", consequence)


def _pastes_text(node: ir.Expression) -> bool:
    """Whether a bare reference is used as a text somewhere in `node`."""
    match node:
        case ir.Binary(operator, left, right):
            if operator in ("==", "!=", "<", "<=", ">", ">=", "+") and (
                (_is_bare(left) and _is_text(right)) or (_is_text(left) and _is_bare(right))
            ):
                return True
            return _pastes_text(left) or _pastes_text(right)
        case ir.And(left, right) | ir.Or(left, right):
            return _pastes_text(left) or _pastes_text(right)
        case ir.Not(operand) | ir.Negative(operand):
            return _pastes_text(operand)
        case ir.Matches(operand=operand) | ir.Calls(operand=operand):
            return _is_bare(operand) or _pastes_text(operand)
        case _:
            return False


def _is_bare(node: ir.Expression) -> bool:
    return isinstance(node, ir.Referred)


def _is_text(node: ir.Expression) -> bool:
    return isinstance(node, ir.Quoted) or (isinstance(node, ir.Literal) and isinstance(node.value, str))


# -- classes -----------------------------------------------------------------------------------------------------


def look_at_class(klass: model.Class) -> Iterator[Diagnostic]:
    """What of `klass` beside its fields is aelang's own: ignored-by-manageiq, refused-by-manageiq."""
    if klass.source.endswith(".ael"):
        advice = "write the class as YAML: `aelang convert` does"
        yield _ignored(_place(klass.attributes, klass.source), advice, "`.ael` files", "it passes over the whole class")
    inherits, kind = klass.attributes.get("inherits"), klass.attributes.get("type")
    if inherits is not None and not is_blank(inherits.value):
        advice = "write the fields and methods of the parent here, too"
        consequence = "the class has its own fields and methods only"
        yield _ignored(inherits.span(klass.source), advice, "classes that inherit", consequence)
    if kind is not None and fold(kind.value or "").strip() == "abstract":
        yield _ignored(
            kind.span(klass.source), "take it away", "`type: abstract`", "the class may have instances there"
        )
    yield from _visibility(klass.attributes, klass.source)
    for instance in klass.instances:
        inherits = instance.attributes.get("inherits")
        if inherits is not None and not is_blank(inherits.value):
            consequence = "it looks for the other one in `$/object`, finds none, and builds nothing"
            advice = "write the values here, too"
            yield _refused(inherits.span(instance.source), advice, "instances that inherit", consequence)
    has_steps = any(field.get("aetype") == "step" for field in klass.schema)
    for method in klass.methods:
        yield from _method(method, has_steps=has_steps)


def _method(method: model.Method, *, has_steps: bool) -> Iterator[Diagnostic]:
    said = method.attributes
    if "effect" in said:
        place = said["effect"].key_span(method.source, "effect")
        yield _refused(place, "take it away", "`effect`", _NO_ATTRIBUTE)
    if fold(method.get("language") or "") == "python":
        place = said["language"].span(method.source)
        yield _refused(place, "write the method in Ruby", "methods in Python", "its import ends at this language")
    if fold(method.get("location") or "") == "uri":
        advice = "make it an inline method or a playbook"
        consequence = "its import ends at this location"
        yield _refused(said["location"].span(method.source), advice, "programs as methods", consequence)
    if has_steps and fold(method.name) in _HOOKS:
        advice = "call it from `on_entry` and `on_exit` of the states"
        place = _place(said, method.source)
        yield _ignored(place, advice, f"`{fold(method.name)}`", "nothing calls it")


def _place(attributes: model.Attributes, source: str) -> Span:
    name = attributes.get("name")
    return Span(source) if name is None else name.span(source)


def _ignored(place: Span, advice: str, what: str, consequence: str) -> Diagnostic:
    return IGNORED_BY_MANAGEIQ.at(place, advice, (), what=what, consequence=consequence)


def _refused(place: Span, advice: str, what: str, consequence: str) -> Diagnostic:
    return REFUSED_BY_MANAGEIQ.at(place, advice, (), what=what, consequence=consequence)
