"""Kinds of change: each with a slug, how grave it is, and the rule that says so."""

from typing import Literal, NamedTuple, TypeAlias

Grade: TypeAlias = Literal["breaking", "risky", "safe"]

GRADES: tuple[Grade, ...] = ("breaking", "risky", "safe")
"""Breaking: what worked will not, or a protection is gone. Risky: something does otherwise what it did. Safe: whatever
was there before does the same."""


class ChangeKind(NamedTuple):
    """A kind of change; `why` is the rule, as a sentence."""

    slug: str
    grade: Grade
    why: str


def _breaking(slug: str, why: str) -> ChangeKind:
    return ChangeKind(slug, "breaking", why)


def _risky(slug: str, why: str) -> ChangeKind:
    return ChangeKind(slug, "risky", why)


def _safe(slug: str, why: str) -> ChangeKind:
    return ChangeKind(slug, "safe", why)


DOMAIN_LOST = _breaking("domain-lost", "a domain is gone, and all that only it had")
DOMAIN_OFF = _breaking("domain-off", "a domain is no longer enabled: it answers to its full paths only")
APPROVAL_WEAKENED = _breaking("approval-weakened", "a request may pass that someone had to approve")
CLASS_LOST = _breaking("class-lost", "a class is gone, with its instances and methods")
CLASS_FAULTY = _breaking("class-faulty", "what the class inherits from cannot be had: no object of it is built")
INSTANCE_FAULTY = _breaking("instance-faulty", "what the instance inherits from cannot be had: it is not built")
INSTANCE_LOST = _breaking("instance-lost", "an instance is gone, and nothing answers in its place")
MISSING_ANSWERS = _breaking("missing-answers", "an instance is gone, and `.missing` answers in its place")
METHOD_LOST = _breaking("method-lost", "a method is gone, and no other domain has it")
KIND_CHANGED = _breaking("kind-changed", "a field is of another kind: it does something else altogether")
STATE_LOST = _breaking("state-lost", "a state is gone: what it did is not done, and what waits in it cannot go on")
FIELD_LOST = _breaking("field-lost", "a field is gone: nobody can read it, and what it did is not done")
FIELD_RENAMED = _breaking("field-renamed", "a field has another name: who reads it by the old one finds nothing")
STATE_RENAMED = _breaking("state-renamed", "a state has another name: what waits in it, or jumps to it, is lost")
ACTION_OFF = _breaking("action-off", "a field does nothing any more")
TARGET_LOST = _breaking("target-lost", "a target leads nowhere: no domain has what it names")
MESSAGE_LOST = _breaking("message-lost", "a field no longer answers a message")
INPUT_REQUIRED = _breaking("input-required", "a method has a new input without a default, which no caller gives yet")
UNDO_LOST = _breaking("undo-lost", "what a state did is no longer undone when a later one fails")

DOMAIN_ON = _risky("domain-on", "a domain is enabled: it may answer where others did")
DOMAIN_ORDER = _risky("domain-order", "domains are asked in another order")
ANSWER_MOVED = _risky("answer-moved", "another domain answers: what leads there leads elsewhere")
MISSING_REPLACED = _risky("missing-replaced", "an instance answers where `.missing` did")
MISSING_NEW = _risky("missing-new", "`.missing` answers for names that led nowhere")
METHOD_MOVED = _risky("method-moved", "another domain's method is called")
TARGET_ELSEWHERE = _risky("target-elsewhere", "a target leads to another class")
STATE_NEW = _risky("state-new", "a state is added: every run of the machine passes it")
STATE_MOVED = _risky("state-moved", "a state has its turn earlier or later")
FIELD_ACTS = _risky("field-acts", "a field is added that tests, calls or leads somewhere")
FIELD_MOVED = _risky("field-moved", "a field is processed earlier or later")
ACTION_NEW = _risky("action-new", "a field that did nothing now calls or leads somewhere")
ACTION_CHANGED = _risky("action-changed", "a field calls something else, leads elsewhere, or passes something else")
LIMIT_LOWERED = _risky("limit-lowered", "a state gives up sooner")
LIMIT_REMOVED = _risky("limit-removed", "a limit of a state is gone: it may be tried longer, or without end")
LIMIT_CHANGED = _risky("limit-changed", "a limit of a state is another one")
CONDITION_CHANGED = _risky("condition-changed", "a field is processed in other cases")
ASSERTION_CHANGED = _risky("assertion-changed", "an object is let in, or kept out, in other cases")
VALUE_CHANGED = _risky("value-changed", "an attribute has another value")
SECRET_CHANGED = _risky("secret-changed", "a secret is another one; it is not shown")
DATATYPE_CHANGED = _risky("datatype-changed", "a value becomes something of another type")
COLLECT_CHANGED = _risky("collect-changed", "something else is collected")
HOOK_CHANGED = _risky("hook-changed", "something else is done on entry, on exit or on error")
UNDO_CHANGED = _risky("undo-changed", "a state is undone in another way")
MESSAGE_NEW = _risky("message-new", "a field answers another message")
VISIBILITY_CHANGED = _risky("visibility-changed", "what callers see of an object is different")
PARENT_CHANGED = _risky("parent-changed", "a class inherits from others: methods are looked up there")
CODE_CHANGED = _risky("code-changed", "a method has other code")
METHOD_CHANGED = _risky("method-changed", "a method runs elsewhere, or with other settings")
INPUT_LOST = _risky("input-lost", "an input is gone: arguments for it are dropped")
INPUT_CHANGED = _risky("input-changed", "a method gets something else where the caller does not say it")

DOMAIN_NEW = _safe("domain-new", "a domain is added; where it answers for others is told apart")
CLASS_NEW = _safe("class-new", "a class is added")
INSTANCE_NEW = _safe("instance-new", "an instance is added where nothing answered")
METHOD_NEW = _safe("method-new", "a method is added where nothing answered")
FIELD_NEW = _safe("field-new", "an attribute is added, or a field that does nothing yet")
INPUT_NEW = _safe("input-new", "an input with a default is added")
INPUT_MOVED = _safe("input-moved", "inputs come in another order; they are passed by name")
LIMIT_RAISED = _safe("limit-raised", "a state is tried longer, still not without end")
APPROVAL_STRICTER = _safe("approval-stricter", "more has to be approved by someone")
DEFAULT_UNUSED = _safe("default-unused", "a default is another one, and every instance has a value of its own")
SPELLING_CHANGED = _safe("spelling-changed", "a name differs in case only, which no look-up minds")
HIDDEN_CHANGED = _safe("hidden-changed", "what changed is disabled, or hidden by a higher domain")

KINDS: tuple[ChangeKind, ...] = tuple(each for each in list(globals().values()) if isinstance(each, ChangeKind))
"""All kinds, as they are told: the graver first, and of equals what brings about the others first."""

RANK = {kind: number for number, kind in enumerate(KINDS)}
