"""Rules: opinions about a datastore, one a file. Rules do not know one another.

Most need one class and what others can be asked about it. A few need all classes at once. Those that need a single
word are in `words`: they are asked while a class's outline is taken, and their findings are in it.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Protocol, TypeAlias

from aelang.diagnostics import Diagnostic
from aelang.rules import (
    argument_types,
    arguments,
    cases,
    code,
    cycles,
    datatypes,
    embedded,
    instances,
    messages,
    methods,
    names,
    priorities,
    property_circles,
    provisioning,
    references,
    retries,
    stand_ins,
    states,
)
from aelang.rules.compiled import Compiled, Efforts
from aelang.rules.outline import Outline

Json: TypeAlias = Any  # plain data, which the rule that made it takes back

OF_A_CLASS: tuple[Callable[[Outline, Compiled], Iterator[Diagnostic]], ...] = (
    instances.check,
    methods.check,
    arguments.check,
    embedded.check,
    messages.check,
    priorities.check,
    names.check,
    cases.check,
    references.check,
    retries.check,
    argument_types.check,
    datatypes.check,
    stand_ins.check,
    states.check,
    code.check,
    provisioning.check,
    property_circles.check,
)
"""The rules that look at one class; their order says nothing about the order of what they find."""


class OfAll(Protocol):
    """A rule that has to look at all classes before it can say anything."""

    def __init__(self, compiled: Compiled) -> None: ...

    @staticmethod
    def note(outline: Outline, compiled: Compiled) -> Json:
        """What is needed of one class, as plain data, which may be kept; None for nothing."""
        ...

    def look(self, path: str, note: Json, *, own: bool) -> None:
        """Take down what was noted of the class at the folded `path`, one that is reported on or not."""
        ...

    def found(self) -> Iterator[Diagnostic]:
        """What is wrong."""
        ...


OF_ALL: tuple[type[OfAll], ...] = (cycles.Cycles, code.Codes, messages.Misspelt)
"""The rules that need all classes at once."""


class Seen(NamedTuple):
    """What the rules have seen of one class: findings, a note for each of those that need all classes, the folded
    paths of the classes that they asked for, and their efforts. With the same names, and the same outlines at these
    paths, they would see the same."""

    found: tuple[Diagnostic, ...]
    notes: tuple[Json, ...]
    asked: tuple[str, ...]
    efforts: Efforts


def look_at(outline: Outline, compiled: Compiled, *, own: bool) -> Seen:
    """What the rules see of the class of `outline`; of one that is not reported on no more than notes."""
    compiled.begin()
    found = [*outline.findings, *(each for rule in OF_A_CLASS for each in rule(outline, compiled))] if own else ()
    return Seen(
        tuple(found), tuple(rule.note(outline, compiled) for rule in OF_ALL), tuple(compiled.asked), compiled.efforts
    )


class Whole:
    """The rules that need all classes, on their way through a datastore."""

    def __init__(self, compiled: Compiled) -> None:
        self._rules = [begin(compiled) for begin in OF_ALL]

    def look(self, path: str, seen: Seen, *, own: bool) -> None:
        """Take down what was seen of the class at the folded `path`."""
        for rule, note in zip(self._rules, seen.notes, strict=True):
            if note is not None:
                rule.look(path, note, own=own)

    def found(self) -> Iterator[Diagnostic]:
        """What is wrong with the classes that were looked at."""
        for rule in self._rules:
            yield from rule.found()
