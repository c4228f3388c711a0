"""Why not: which instance answers a target, what was looked at and passed over, and what its fields do and why not.

The look-up is the run's (ENGINE-FACTS 3.1, 3.3, 3.4): the highest enabled domain that has the instance, else the
highest that has a `.missing`. Nothing is run. What stands fast is decided here; of the rest it is said what decides it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, assert_never

from aelang import ir
from aelang.analysis.listing import list_below
from aelang.analysis.lookup import find_class, find_instance
from aelang.analysis.names import nearest_path
from aelang.interpreter.answering import answers, effective_fields
from aelang.interpreter.conditions import CannotEvaluate, Given, evaluate, is_true
from aelang.interpreter.values import sanitize
from aelang.ir.texts import condition_text, text_of
from aelang.names import (
    MISSING_INSTANCE,
    InvalidUri,
    fold,
    is_blank,
    is_wildcard,
    join_path,
    read_query,
    split_path,
    split_uri,
)
from aelang.source import Span

DOES, DEPENDS, DOES_NOT, REFUSES = "does", "depends", "does not", "refuses"


class Looked(NamedTuple):
    """A class in one domain that was asked for the instance: whether it answers, and why or why not."""

    path: str
    answers: bool
    why: str


class FieldVerdict(NamedTuple):
    """What a field does under the message, with the reason: DOES, DEPENDS or DOES_NOT; an assertion that never holds
    REFUSES the object. `answers` is false of one that the message passes by."""

    name: str
    kind: str
    verdict: str
    why: str
    span: Span
    answers: bool


class WhyNot(NamedTuple):
    """What comes of a target. `answers` is the full path of the instance that does, None where there is none; `fault`
    says why nothing is built, or nothing done, blank where something is; `hint` names what is near."""

    asked: str
    message: str
    answers: str | None
    span: Span
    looked: tuple[Looked, ...]
    fields: tuple[FieldVerdict, ...]
    fault: str = ""
    hint: str = ""


def why_not(image: ir.Image, text: str) -> WhyNot:
    """What comes of the target `text`. Raises InvalidUri where it is none."""
    uri = split_uri(text, "miqaedb")
    if uri.scheme != "miqaedb" or uri.path is None:
        raise InvalidUri(
            f"`{text}` names no instance: a target is written /Namespace/Class/instance?argument=value#message"
        )
    if is_wildcard(uri.path):
        raise InvalidUri(f"the `*` in `{text}` stands for several instances: name one of them, `aelang ls` lists them")
    message = fold(uri.fragment or "") or "create"
    index = image.index
    home, name = _home(index, uri.path)
    looked = tuple(_looked(index, uri.path, home))
    if home is None:
        return WhyNot(uri.path, message, None, Span(""), looked, (), *_nothing(index, uri.path, looked))
    klass = image.class_at(home.path)
    assert klass is not None
    instance = None if name is None else klass.instances[name]
    path = f"/{klass.path}/{'' if instance is None else instance.name}"
    span = _span(klass, (0, 0, 0) if instance is None else instance.place)
    fault = klass.fault or (None if instance is None else instance.fault)
    if fault is not None:
        return WhyNot(uri.path, message, path, span, looked, (), f"it cannot be built: {fault.message}")
    given = {fold(key): value for key, value in read_query(uri.query).items()}
    fields = tuple(_verdict(field, klass, message, given) for field in effective_fields(klass, name))
    return WhyNot(uri.path, message, path, span, looked, fields, _fault(fields, message))


# -- the look-up -------------------------------------------------------------------------------------------------


def _home(index: ir.Index, path: str) -> tuple[ir.ClassEntry | None, str | None]:
    """The class that answers at `path`, and the folded name as which it does; None of the class alone."""
    parts = split_path(path)
    if parts.instance is None:
        relative = f"{parts.namespace}/{parts.klass}"
        return index.missing_home(relative) or index.class_at(relative), None
    found = find_instance(index, join_path(parts.namespace, parts.klass, parts.instance))
    if found is None:
        return None, None
    home, name, _ = found
    return home, fold(name) if fold(name) in home.instances else MISSING_INSTANCE


def _looked(index: ir.Index, path: str, home: ir.ClassEntry | None) -> Iterator[Looked]:
    """The classes of the path in all domains, in their order; of a full path the one that it names."""
    parts = split_path(path)
    relative, name = f"{parts.namespace}/{parts.klass}", fold(parts.instance or MISSING_INSTANCE)
    pinned = index.class_at(relative)
    if home is not None and home is pinned:
        yield Looked(f"/{home.path}", True, f"{_what(home, name)}; the path names the domain")
        return
    for domain in index.domains:
        entry = index.class_at(f"{domain.name}/{relative}")
        if entry is not None:
            yield Looked(f"/{entry.path}", entry is home, _why(entry, name, domain, home))
    if pinned is not None:
        yield Looked(f"/{pinned.path}", False, _what(pinned, name))


def _why(entry: ir.ClassEntry, name: str, domain: ir.DomainEntry, home: ir.ClassEntry | None) -> str:
    said = _what(entry, name)
    if not domain.enabled:
        return f"{said}; the domain is disabled"
    if entry is home or home is None or not (name in entry.instances or MISSING_INSTANCE in entry.instances):
        return said
    winner = home.path.partition("/")[0]
    if name in home.instances and name not in entry.instances:
        return f"{said}, but {winner} has the instance itself"
    return f"{said}, but {winner} goes before {domain.name}"


def _what(entry: ir.ClassEntry, name: str) -> str:
    """What the class has for the instance `name`."""
    if name == MISSING_INSTANCE:
        return "has a `.missing`" if name in entry.instances else "has no `.missing`"
    if name in entry.instances:
        return "has the instance"
    if MISSING_INSTANCE in entry.instances:
        return "has a `.missing` only"
    return "has neither the instance nor a `.missing`"


def _nothing(index: ir.Index, path: str, looked: Sequence[Looked]) -> tuple[str, str]:
    """Why nothing answers at `path`, and what may be meant."""
    if not looked and find_class(index, path) is not None:
        return "that is a class", f"put the name of an instance behind it: `aelang ls {path}` lists them"
    if not looked and list_below(index, path) is not None:
        return "that is neither an instance nor a class", f"`aelang ls {path}` lists what is below it"
    return "no enabled domain answers" if looked else "no domain has a class of that path", nearest_path(index, path)


# -- the fields --------------------------------------------------------------------------------------------------

_KINDS: Mapping[type, str] = {
    ir.AssertionField: "assertion",
    ir.AttributeField: "attribute",
    ir.MethodField: "method",
    ir.RelationshipField: "relationship",
    ir.StateField: "state",
}


def _verdict(field: ir.Field, klass: ir.Class, message: str, given: Mapping[str, str]) -> FieldVerdict:
    kind = "step" if isinstance(field, ir.StateField) and field.is_step else _KINDS[type(field)]
    said, why = _judged(field, message, given)
    return FieldVerdict(field.name, kind, said, why, _span(klass, field.place), answers(field.messages, message))


def _judged(field: ir.Field, message: str, given: Mapping[str, str]) -> tuple[str, str]:
    if not answers(field.messages, message):
        return DOES_NOT, f"answers {', '.join(f'`{each}`' for each in field.messages) or 'no message'} only"
    if field.condition is not None:
        text = sanitize(condition_text(field.condition))
        holds = _holds(field.condition.test, message, given)
        if holds is None:
            return DEPENDS, f"depends on its condition, `{text}`"
        if holds == field.condition.negated:
            return DOES_NOT, f"its condition says no: `{text}`"
    return _main(field, message)


def _main(field: ir.Field, message: str) -> tuple[str, str]:
    match field:
        case ir.AssertionField(tests=tests):
            return _asserted(tests, message)
        case ir.AttributeField(text=None):
            return DOES_NOT, _NO_VALUE
        case ir.AttributeField():
            return DOES, ""
        case ir.StateField():
            return DOES, "when its turn comes" + (f": `{text}`" if (text := _text_of(field.action)) else "")
        case ir.MethodField(action=None) | ir.RelationshipField(action=None):
            return DOES_NOT, _NO_VALUE
        case ir.MethodField(action=action) | ir.RelationshipField(action=action):
            return _acted(action)
        case _:
            assert_never(field)


_NO_VALUE = "no value, or one that is switched off"


def _text_of(action: ir.Action | None) -> str:
    return "" if action is None else _written(action.text)


def _written(text: ir.Text) -> str:
    """`text` as it may be shown."""
    return sanitize(text_of(text) or "")


def _acted(action: ir.Action | None) -> tuple[str, str]:
    assert action is not None
    text = _text_of(action)
    match action.meaning:
        case ir.Faulty(message=message):
            return DOES_NOT, f"`{text}` cannot work: {message}"
        case ir.Target(scheme="miqaedb", leads_to=None) if "*" not in text:
            return DOES_NOT, f"`{text}` leads nowhere"
        case None:
            return DEPENDS, f"depends on a run: `{text}`"
        case _:
            return DOES, f"`{text}`"


def _asserted(tests: Sequence[ir.Test], message: str) -> tuple[str, str]:
    text = " || ".join(_written(test.text) for test in tests)
    held = [_holds(test, message, {}) for test in tests]
    if not tests or held[0] is True:
        return DOES, "passes"
    if held[0] is False:
        return REFUSES, f"says no, and the object is dropped: `{text}`"
    return DEPENDS, f"the object is dropped unless `{text}`"


def _holds(test: ir.Test, message: str, given: Mapping[str, str]) -> bool | None:
    """Whether `test` holds, where that can be told: without references, or with those that the arguments give."""
    if isinstance(test.meaning, ir.Faulty):
        return False
    references = [] if isinstance(test.text, str) else [part for part in test.text.parts if not isinstance(part, str)]
    if isinstance(test.text, str) and is_blank(test.text):
        return True
    values = []
    for each in references:
        value = _argument(each, given)
        if value is None:
            return None
        values.append(value)
    try:
        return is_true(evaluate(test.meaning, Given(values, message)))
    except CannotEvaluate:
        return False


def _argument(reference: ir.Reference, given: Mapping[str, str]) -> str | None:
    """What an argument of the target gives for `reference`; None where that is not known."""
    if isinstance(reference, ir.Lookup) and reference.object in ("", "/", ".") and not reference.steps:
        return given.get(fold(reference.attribute))
    return None


def _fault(fields: Sequence[FieldVerdict], message: str) -> str:
    """Why nothing comes of the object, blank where something does."""
    refused = next((each for each in fields if each.verdict == REFUSES), None)
    if refused is not None:
        return f"the assertion `{refused.name}` {refused.why}"
    others = [each for each in fields if each.kind != "assertion"]
    if not others or any(each.answers for each in others):
        return ""
    told = any(each.answers for each in fields)
    return f"no field answers the message `{message}`" + (", an assertion apart" if told else "")


def _span(klass: ir.Class, place: ir.Place) -> Span:
    source, line, column = place
    return Span(klass.sources[source], line, column) if source < len(klass.sources) else Span(klass.path)


# -- events ------------------------------------------------------------------------------------------------------

EVENTS = "system/event"
DELIVERED = "/System/Process/Event"
"""Where the delivery of an event begins (REQUESTS 2.2)."""


def is_event(text: str) -> bool:
    """Whether `text` is the name of an event, and no target."""
    return "/" not in text and "#" not in text


def event_paths(index: ir.Index, event: str) -> tuple[str, ...]:
    """The paths of the instances below /System/Event that have the name of the event: one for each source of it."""
    paths = _below_events(index)
    return tuple(
        f"/{path}/{event}" for path in paths if any(fold(event) in each.instances for each in index.layers(path))
    )


def event_classes(index: ir.Index) -> tuple[str, ...]:
    """The classes below /System/Event with a `.missing`, which answers for events of any name."""
    return tuple(f"/{path}" for path in _below_events(index) if index.missing_home(path) is not None)


def _below_events(index: ir.Index) -> list[str]:
    """The paths of the classes below /System/Event in enabled domains."""
    found = {fold(path): path for entry in index if index.layers(path := entry.path.partition("/")[2])}
    return [found[path] for path in sorted(found) if path.startswith(EVENTS + "/")]


def near_events(index: ir.Index, event: str) -> str:
    """A hint that names the event most like `event`; blank without one."""
    from aelang.diagnostics import did_you_mean

    names = {
        name
        for entry in index
        if fold(entry.path).partition("/")[2].startswith(EVENTS + "/")
        for name in entry.instances.values()
    }
    return did_you_mean(event, names)
