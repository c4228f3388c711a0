"""Priorities: the order of fields is plain: no two share a priority, and states stand in the order in which they run.

The priorities alone decide (ENGINE-FACTS 1.4). But people read a machine from top to bottom, and every export writes it
so: where a state stands elsewhere than its priority puts it, one of the two was forgotten when the state was moved.
"""

from bisect import bisect_right
from collections.abc import Iterator

from aelang.diagnostics import Diagnostic, DiagnosticKind, Label, Severity
from aelang.rules.compiled import Compiled
from aelang.rules.outline import FieldOutline, Outline

DUPLICATE_PRIORITY = DiagnosticKind(
    "duplicate-priority", Severity.WARNING, "the fields `{first}` and `{name}` share the priority {priority}"
)
STATE_OUT_OF_ORDER = DiagnosticKind(
    "state-out-of-order",
    Severity.WARNING,
    "the {kind} `{name}` stands {stands} `{other}`, but its priority makes it run {runs}",
)


def check(outline: Outline, compiled: Compiled) -> Iterator[Diagnostic]:
    """Fields of one class with the same priority, states that stand elsewhere than they run: duplicate-priority, told
    of each such field, for either may be the one that was changed; state-out-of-order."""
    own = sorted(outline.fields, key=lambda field: field.place[:3])
    yield from _duplicates(outline, own)
    yield from _out_of_order(outline, [field for field in own if field.kind in ("state", "step")])


def _duplicates(outline: Outline, fields: list[FieldOutline]) -> Iterator[Diagnostic]:
    sharing: dict[int, list[FieldOutline]] = {}
    for field in fields:
        if field.priority is not None:
            sharing.setdefault(field.priority, []).append(field)
    for priority, same in sharing.items():
        for field in same if len(same) > 1 else ():
            other = next(each for each in same if each is not field)
            yield DUPLICATE_PRIORITY.at(
                outline.span(field.priority_at or field.place),
                "give each a priority of its own, in the order in which they are to run",
                (Label(outline.span(other.priority_at or other.place), "the other one"),),
                first=other.name,
                name=field.name,
                priority=priority,
            )


def _out_of_order(outline: Outline, states: list[FieldOutline]) -> Iterator[Diagnostic]:
    ranks = [float("inf") if state.priority is None else state.priority for state in states]
    if ranks == sorted(ranks):
        return
    for at in _misplaced(ranks):
        other = _passed(ranks, at)
        state, place = states[at], states[other].priority_at or states[other].place
        stands, runs = ("after", "before it") if other < at else ("before", "after it")
        yield STATE_OUT_OF_ORDER.at(
            outline.span(state.priority_at or state.place),
            "give it a priority between those of its neighbours, or move it to where it runs",
            (Label(outline.span(place), f"`{states[other].name}` is ordered here"),),
            kind=state.kind,
            name=state.name,
            stands=stands,
            other=states[other].name,
            runs=runs,
        )


def _misplaced(ranks: list[float]) -> list[int]:
    """The places of those that may have been moved: without them, or one of two of them, the others are in order."""
    before, after = _longest(ranks), _longest([-rank for rank in reversed(ranks)])[::-1]
    most = max(before)
    of_length: dict[int, list[int]] = {}
    for at, length in enumerate(before):
        if length + after[at] - 1 == most:
            of_length.setdefault(length, []).append(at)
    steady = {places[0] for places in of_length.values() if len(places) == 1}
    return [at for at in range(len(ranks)) if at not in steady]


def _longest(ranks: list[float]) -> list[int]:
    """For each place the length of the longest series in order that ends there."""
    lengths: list[int] = []
    least: list[float] = []  # the smallest rank with which a series of each length ends so far
    for rank in ranks:
        length = bisect_right(least, rank)
        least[length : length + 1] = [rank]
        lengths.append(length + 1)
    return lengths


def _passed(ranks: list[float], at: int) -> int:
    """The nearest one that the one at `at` stands on the wrong side of."""
    for distance in range(1, len(ranks)):
        before, behind = at - distance, at + distance
        if before >= 0 and ranks[before] > ranks[at]:
            return before
        if behind < len(ranks) and ranks[behind] < ranks[at]:
            return behind
    raise AssertionError  # it could stay where it is, and would not be misplaced
