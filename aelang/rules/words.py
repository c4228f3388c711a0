"""Words: the rules that need no more than one field, value or input. They are asked while the outline is taken."""

from collections.abc import Callable, Iterator

from aelang.diagnostics import Diagnostic
from aelang.rules import conditions, datatypes, passwords, profile, unopened
from aelang.rules.said import Said

OF_A_WORD: tuple[Callable[[Said], Iterator[Diagnostic]], ...] = (
    conditions.look,
    datatypes.look,
    passwords.look,
    profile.look,
    unopened.look,
)


def look(said: Said) -> Iterator[Diagnostic]:
    """What the rules find in `said`."""
    for rule in OF_A_WORD:
        yield from rule(said)
