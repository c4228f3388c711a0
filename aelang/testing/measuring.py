"""Measuring: what of a datastore there is to be reached, what of it was, and why the rest was not."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from aelang import ir
from aelang.interpreter.answering import answers
from aelang.names import is_blank
from aelang.testing.coverage import ARROW, Hits, Mark, source_of

KINDS = ("fields", "states", "edges", "outcomes", "paths")
"""What is counted: fields that do something, states, relationships that lead somewhere, both outcomes of conditions
and assertions, and of states the ways out that a datastore prepares: error and retry."""

_KIND = {
    "field": "fields", "state": "states", "edge": "edges", "yes": "outcomes", "no": "outcomes", "holds": "outcomes",
    "fails": "outcomes", "error": "paths", "retry": "paths",
}  # fmt: skip


NEVER = "never instantiated"
"""Why all of an instance is missed."""


class Unit(NamedTuple):
    """Something that can be reached: a mark at a place, and the field, as `/Domain/Ns/Class/instance#field`."""

    mark: Mark
    name: str
    klass: str
    users: tuple[str, ...]
    messages: tuple[str, ...]

    @property
    def kind(self) -> str:
        """One of KINDS."""
        return _KIND[self.mark.what]


class Missed(NamedTuple):
    """What was not reached, and why."""

    unit: Unit
    reason: str


class Count(NamedTuple):
    """How much of what there is was reached."""

    reached: int
    all: int

    @property
    def percent(self) -> float:
        """The share; all of nothing is all."""
        return 100.0 * self.reached / self.all if self.all else 100.0


class Coverage(NamedTuple):
    """What was measured: counts by kind, and of all together; what was missed; which lines were reached how often
    they could be; and where relationships led."""

    counts: dict[str, Count]
    total: Count
    missed: tuple[Missed, ...]
    reached: tuple[Unit, ...]
    edges: dict[str, tuple[str, ...]]


def measure(image: ir.Image, hits: Hits, references: Iterable[str] = ()) -> Coverage:
    """How much of the datastore `image` the `hits` are; what is below `references` does not count."""
    others = tuple(references)
    units = {each.mark: each for each in units_of(image) if not _is_below(each.mark.source, others)}
    led = _led(hits)
    reached = [each for each in units.values() if _is_reached(each.mark, hits, led)]
    known = {each.mark for each in reached}
    missed = [Missed(each, _reason(each, hits)) for each in units.values() if each.mark not in known]
    edges = {each.name: led[each.mark[:3]] for each in reached if each.mark.what == "edge"}
    return _counted(tuple(sorted(reached)), tuple(sorted(missed)), edges)


def together(several: Sequence[Coverage]) -> Coverage:
    """What was measured in several datastores; what is in more than one of them counts once."""
    if len(several) == 1:
        return several[0]
    reached = {each.mark: each for one in several for each in one.reached}
    missed = {each.unit.mark: each for one in several for each in one.missed if each.unit.mark not in reached}
    edges: dict[str, tuple[str, ...]] = {}
    for one in several:
        for name, paths in one.edges.items():
            edges[name] = tuple(dict.fromkeys((*edges.get(name, ()), *paths)))
    return _counted(tuple(sorted(reached.values())), tuple(sorted(missed.values())), edges)


def _counted(reached: tuple[Unit, ...], missed: tuple[Missed, ...], edges: dict[str, tuple[str, ...]]) -> Coverage:
    units = [*reached, *(each.unit for each in missed)]
    counts = {
        kind: Count(sum(each.kind == kind for each in reached), sum(each.kind == kind for each in units))
        for kind in KINDS
    }
    return Coverage(counts, Count(len(reached), len(units)), missed, reached, edges)


def _is_below(source: str, roots: tuple[str, ...]) -> bool:
    return any(source == root or source.startswith((root.rstrip("/") + "/", root + ":")) for root in roots)


def _led(hits: Hits) -> dict[tuple[str, int, int], tuple[str, ...]]:
    led: dict[tuple[str, int, int], list[str]] = {}
    for mark in sorted(hits.marks):
        if mark.what.startswith(ARROW):
            led.setdefault(mark[:3], []).append(mark.what.removeprefix(ARROW))
    return {place: tuple(found) for place, found in led.items()}


def _is_reached(mark: Mark, hits: Hits, led: dict[tuple[str, int, int], tuple[str, ...]]) -> bool:
    return mark[:3] in led if mark.what == "edge" else mark in hits.marks


# -- what there is -------------------------------------------------------------------------------------------------


def units_of(image: ir.Image) -> Iterator[Unit]:
    """All that can be reached in the enabled domains; what classes share by inheritance comes once for each."""
    enabled = {domain.name for domain in image.index.domains if domain.enabled}
    for entry in image.index:
        klass = image.class_at(entry.path)
        if klass is not None and entry.path.partition("/")[0] in enabled:
            yield from _class_units(klass)


def _class_units(klass: ir.Class) -> Iterator[Unit]:
    for at, field in enumerate(klass.fields):
        own = {name: each.fields[at] for name, each in klass.instances.items() if at in each.fields}
        others = tuple(name for name in klass.instances if name not in own)
        if others or not klass.instances:
            yield from _field_units(klass, field, "", others)
        for name, each in own.items():
            yield from _field_units(klass, each, klass.instances[name].name, (name,))


def _field_units(klass: ir.Class, field: ir.Field, instance: str, users: tuple[str, ...]) -> Iterator[Unit]:
    name = f"/{klass.path}{'/' if instance else ''}{instance}#{field.name}"
    place = (source_of(klass, field), *field.place[1:])
    for what in _marks_of(field):
        yield Unit(Mark(*place, what), name, klass.path, users, field.messages)


def _marks_of(field: ir.Field) -> Iterator[str]:
    """The marks that `field` can get; none where it does nothing."""
    match field:
        case ir.AttributeField(text=text, collect=collect):
            does, more = text is not None or bool(collect), ["field"]
        case ir.AssertionField(tests=tests):
            does, more = bool(tests), ["field", "holds", "fails"]
        case ir.MethodField(action=action):
            does, more = action is not None, ["field"]
        case ir.RelationshipField(action=action):
            does, more = action is not None, ["field", "edge"]
        case ir.StateField():
            does, more = _does_something(field), ["state", *_ways_out(field)]
    if does:
        yield from more
        if field.condition is not None:
            yield from ("yes", "no")


def _does_something(field: ir.StateField) -> bool:
    return field.action is not None or bool(field.on_entry or field.on_exit)


def _ways_out(field: ir.StateField) -> Iterator[str]:
    if field.action is not None and not _calls(field.action):
        yield "edge"
    if field.on_error or field.undo:
        yield "error"
    if not (is_blank(field.max_retries) and is_blank(field.max_time)):
        yield "retry"


def _calls(action: ir.Action) -> bool:
    """Whether the main part of a state calls a method."""
    text = action.text if isinstance(action.text, str) else None
    if text is None and isinstance(action.text, ir.Template):
        first = action.text.parts[0]
        text = first if isinstance(first, str) else ""
    return (text or "").lstrip().upper().startswith("METHOD::")


# -- why not -------------------------------------------------------------------------------------------------------


def _reason(unit: Unit, hits: Hits) -> str:
    sent = {each.message for each in hits.sent if each.klass == unit.klass and _uses(unit, each.instance)}
    if not sent:
        own = any(each.klass == unit.klass for each in hits.sent)
        return "only instances with a value of their own were instantiated" if own and _is_default(unit) else NEVER
    if not any(answers(unit.messages, message) for message in sent):
        return f"message {' or '.join(f'`{each}`' for each in unit.messages)} never sent"
    said = {mark.what for mark in hits.marks if mark[:3] == unit.mark[:3]}
    what = unit.mark.what
    if what in _OTHERWISE and _OTHERWISE[what][0] in said:
        return _OTHERWISE[what][1]
    if what != "no" and "no" in said:
        return "its condition always says no"
    if what == "state" or (what in ("error", "retry") and "state" not in said):
        return "its turn never came"
    if what == "edge" and said:
        return "it led nowhere"
    return "the object was left before it"


_OTHERWISE = {
    "yes": ("no", "its condition always says no"),
    "no": ("yes", "its condition always says yes"),
    "holds": ("fails", "it always fails"),
    "fails": ("holds", "it always holds"),
    "error": ("state", "it always ended well"),
    "retry": ("state", "it never asked for a retry"),
}
"""For a mark that is missing, the one that is there in its place, and what that means."""


def _uses(unit: Unit, instance: str) -> bool:
    return instance in unit.users or (not instance and _is_default(unit))


def _is_default(unit: Unit) -> bool:
    """Whether it is what the class says, and not an instance."""
    return unit.name.rpartition("#")[0] == f"/{unit.klass}"
