"""Fields: what two states of one field do differently, aspect by aspect."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

from aelang import ir
from aelang.analysis.differences import kinds, texts
from aelang.analysis.differences.kinds import ChangeKind
from aelang.interpreter.values import MASK
from aelang.ir.texts import condition_text, text_of
from aelang.names import InstancePath, fold, is_blank, is_wildcard, split_path

KIND_WORDS: Mapping[type[Any], str] = {
    ir.AssertionField: "assertion",
    ir.AttributeField: "attribute",
    ir.MethodField: "method",
    ir.RelationshipField: "relationship",
    ir.StateField: "state",
}


class Facet(NamedTuple):
    """One aspect in which a field is different: blank for what it is there for, else `max_retries` and the like."""

    kind: ChangeKind
    aspect: str
    before: str | None
    after: str | None


class About(NamedTuple):
    """What has to be known beside the field: whether its class decides on approvals, and the targets, as folded paths,
    of which it is told elsewhere that they lead elsewhere."""

    approves: bool = False
    moved: "frozenset[str] | set[str]" = frozenset()


def kind_word(field: ir.Field) -> str:
    """The kind of `field`, as its `aetype` names it."""
    return "step" if isinstance(field, ir.StateField) and field.is_step else KIND_WORDS[type(field)]


def main_text(field: ir.Field) -> str | None:
    """What `field` is there for, its value, target or call, without secrets; None where it is blank."""
    match field:
        case ir.AssertionField():
            text = texts.tests_text(field.tests)
        case ir.AttributeField():
            text = text_of(field.text)
            if text is not None and texts.is_secret(field.name, field.datatype):
                return MASK
        case _:
            text = texts.action_text(field.action)
    return texts.plain(text)


def is_equal(old: ir.Field, new: ir.Field) -> bool:
    """Whether two fields do the same, wherever they stand."""
    return type(old) is type(new) and old[:2] == new[:2] and old[3:] == new[3:]


def facets(old: ir.Field, new: ir.Field, about: About) -> Iterator[Facet]:
    """In what `new` differs from `old`. A field of another kind has nothing that could be compared."""
    if kind_word(old) != kind_word(new):
        before, after = (" ".join(filter(None, (kind_word(each), main_text(each)))) for each in (old, new))
        yield Facet(kinds.KIND_CHANGED, "", before, after)
        return
    for aspect in old._fields:
        before, after = getattr(old, aspect), getattr(new, aspect)
        if aspect != "place" and before != after:
            yield from ASPECTS[aspect](before, after, _Both(aspect, old, new, about))


class _Both(NamedTuple):
    """An aspect, the two fields, and what is to be known about them."""

    aspect: str
    old: ir.Field
    new: ir.Field
    about: About


_Told: TypeAlias = Iterator[Facet]
_Aspect: TypeAlias = Callable[[Any, Any, _Both], _Told]  # Any: whatever the aspect's attribute holds


def _secrets_apart(kind: ChangeKind, aspect: str, before: str | None, after: str | None) -> Facet:
    """The facet with texts for people; where these are the same, only a secret can be different."""
    was, now = texts.plain(before), texts.plain(after)
    return Facet(kinds.SECRET_CHANGED if was == now and before != after else kind, aspect, was, now)


def _name(before: str, after: str, both: _Both) -> _Told:
    if fold(before) == fold(after):
        yield Facet(kinds.SPELLING_CHANGED, "name", before, after)


def _messages(before: tuple[str, ...], after: tuple[str, ...], both: _Both) -> _Told:
    lost = "*" not in after and any(each not in after for each in before)
    kind = kinds.MESSAGE_LOST if lost else kinds.MESSAGE_NEW
    yield Facet(kind, "message", ", ".join(before), ", ".join(after))


def _text(before: ir.Text, after: ir.Text, both: _Both) -> _Told:
    was, now = text_of(before), text_of(after)
    if both.about.approves and (kind := _approval(both.new.name, was, now)) is not None:
        yield Facet(kind, "", was, now)
    elif any(texts.is_secret(each.name, getattr(each, "datatype", None)) for each in (both.old, both.new)):
        hidden = (text if is_blank(text) else MASK for text in (was, now))
        yield Facet(kinds.SECRET_CHANGED, "", *hidden)
    else:
        yield _secrets_apart(kinds.VALUE_CHANGED, "", was, now)


_THRESHOLDS = frozenset(("max_cpus", "max_memory", "max_vms", "max_retirement_days"))
"""Up to which size a request is approved by itself; blank or 0 is no limit (REQUESTS 2.5)."""


def _approval(name: str, before: str | None, after: str | None) -> ChangeKind | None:
    """What the change of the attribute `name` means for approvals, None where it says nothing about them."""
    name = fold(name)
    if name == "approval_type":
        was, now = ("auto" in fold(each or "") for each in (before, after))
        return None if was == now else kinds.APPROVAL_WEAKENED if now else kinds.APPROVAL_STRICTER
    if name not in _THRESHOLDS:
        return None
    least, most = _threshold(before), _threshold(after)
    if least is None or most is None or least == most:
        return None
    return kinds.APPROVAL_WEAKENED if most > least else kinds.APPROVAL_STRICTER


def _threshold(text: str | None) -> float | None:
    """Up to how much passes by itself; None where that is not known before the run."""
    stripped = (text or "").strip()
    if not stripped:
        return float("inf")
    if not stripped.isdecimal() or len(stripped) > _MOST_DIGITS:
        return None
    return int(stripped) or float("inf")


_MOST_DIGITS = 18


def _datatype(before: object, after: object, both: _Both) -> _Told:
    yield Facet(kinds.DATATYPE_CHANGED, "datatype", *(None if each is None else str(each) for each in (before, after)))


def _coalesced(before: bool, after: bool, both: _Both) -> _Told:
    yield Facet(kinds.DATATYPE_CHANGED, "datatype", *("null coalescing" if each else None for each in (before, after)))


def _tests(before: tuple[ir.Test, ...], after: tuple[ir.Test, ...], both: _Both) -> _Told:
    yield _secrets_apart(kinds.ASSERTION_CHANGED, "", texts.tests_text(before), texts.tests_text(after))


def _condition(before: ir.Condition | None, after: ir.Condition | None, both: _Both) -> _Told:
    was, now = (None if each is None else condition_text(each) for each in (before, after))
    yield _secrets_apart(kinds.CONDITION_CHANGED, "condition", was, now)


def _collect(before: Any, after: Any, both: _Both) -> _Told:  # Any: a text on a method field, else a tuple of collects
    yield _secrets_apart(kinds.COLLECT_CHANGED, "collect", texts.collect_text(before), texts.collect_text(after))


def _private(before: bool, after: bool, both: _Both) -> _Told:
    yield Facet(kinds.VISIBILITY_CHANGED, "visibility", *("private" if each else "public" for each in (before, after)))


def _hooks(before: tuple[ir.Action, ...], after: tuple[ir.Action, ...], both: _Both) -> _Told:
    was, now = texts.actions_text(before), texts.actions_text(after)
    if was != now:
        yield _secrets_apart(kinds.HOOK_CHANGED, both.aspect, was, now)
        return
    for old, new in zip(before, after, strict=True):
        yield from _leads(old, new, both)


def _undo(before: tuple[ir.Action, ...], after: tuple[ir.Action, ...], both: _Both) -> _Told:
    was, now = texts.actions_text(before), texts.actions_text(after)
    if was != now:
        yield _secrets_apart(kinds.UNDO_CHANGED if after else kinds.UNDO_LOST, "undo", was, now)
        return
    for old, new in zip(before, after, strict=True):
        yield from _leads(old, new, both)


def _limit(before: str | None, after: str | None, both: _Both) -> _Told:
    old, new = _amount(both.aspect, before), _amount(both.aspect, after)
    if old is None or new is None:
        kind = kinds.LIMIT_CHANGED
    elif new == float("inf"):
        kind = kinds.LIMIT_REMOVED
    else:
        kind = kinds.LIMIT_LOWERED if new < old else kinds.LIMIT_RAISED
    yield Facet(kind, both.aspect, before, after)


def _amount(aspect: str, text: str | None) -> float | None:
    """How often or how long, as a number; None where nobody knows."""
    if text is None or is_blank(text):
        return float("inf")
    if text.strip().isdecimal():
        return int(text)
    if aspect != "max_time":
        return None
    from aelang.interpreter.failures import AutomateError
    from aelang.interpreter.states.intervals import seconds_of

    try:
        return seconds_of(text)
    except AutomateError:
        return None


def _action(before: ir.Action | None, after: ir.Action | None, both: _Both) -> _Told:
    was, now = texts.action_text(before), texts.action_text(after)
    if before is None or after is None:
        off = kinds.APPROVAL_WEAKENED if both.about.approves and _is_state(both.old) else kinds.ACTION_OFF
        yield Facet(kinds.ACTION_NEW if before is None else off, "", texts.plain(was), texts.plain(now))
    elif was == now:
        yield from _leads(before, after, both)
    elif _answered(before) is not None and _leads_nowhere(after):
        yield _secrets_apart(kinds.TARGET_LOST, "", was, now)
    else:
        yield _secrets_apart(kinds.ACTION_CHANGED, "", was, now)


def _is_state(field: ir.Field) -> bool:
    return isinstance(field, ir.StateField)


def _leads(before: ir.Action, after: ir.Action, both: _Both) -> _Told:
    """Where the same text leads, if it is elsewhere now and nobody else tells."""
    was, now = _answered(before), _answered(after)
    if was == now or target_key(after) in both.about.moved:
        return
    text = texts.plain(texts.action_text(after))
    aspect = "" if both.aspect == "action" else both.aspect
    kind = kinds.TARGET_LOST if now is None else kinds.TARGET_ELSEWHERE
    yield Facet(kind, f"{aspect} `{text}`".strip(), was, now)


def _answered(action: ir.Action) -> str | None:
    return action.meaning.leads_to if isinstance(action.meaning, ir.Target) else None


def _leads_nowhere(action: ir.Action) -> bool:
    meaning = action.meaning
    return (
        isinstance(meaning, ir.Target)
        and meaning.leads_to is None
        and meaning.scheme == "miqaedb"
        and not is_wildcard(meaning.path)
        and bool(split_path(meaning.path).namespace)
    )


def target_key(action: ir.Action | None) -> str | None:
    """The folded path `ns/class/instance` that `action` names, None where it names no instance before the run."""
    meaning = None if action is None else action.meaning
    if not isinstance(meaning, ir.Target) or meaning.scheme != "miqaedb":
        return None
    match split_path(meaning.path):
        case InstancePath(namespace, str(klass), str(instance)) if namespace:
            return fold(f"{namespace}/{klass}/{instance}")
        case _:
            return None


def targets(field: ir.Field) -> Iterator[ir.Action]:
    """Whatever `field` may lead to."""
    match field:
        case ir.RelationshipField(action=ir.Action() as action):
            yield action
        case ir.StateField():
            yield from (each for each in (field.action, *field.undo) if each is not None)
        case _:
            return


def _nothing(before: object, after: object, both: _Both) -> _Told:
    """A step that became a state is of another kind, which `facets` tells."""
    yield from ()


ASPECTS: Mapping[str, _Aspect] = {
    "name": _name,
    "messages": _messages,
    "text": _text,
    "datatype": _datatype,
    "coalesced": _coalesced,
    "tests": _tests,
    "condition": _condition,
    "action": _action,
    "collect": _collect,
    "private": _private,
    "on_entry": _hooks,
    "on_exit": _hooks,
    "on_error": _hooks,
    "undo": _undo,
    "max_retries": _limit,
    "max_time": _limit,
    "is_step": _nothing,
}
"""How each attribute of a field is compared."""
