"""Changes: one defect or one harmless edit, as new contents of files and the lines at which it may be reported."""

from random import Random
from typing import NamedTuple

from tests.mutations.reading import Word

LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Change(NamedTuple):
    """New texts by path, None for a file that is removed; `lines` are where the defect is or is used; `shown` says what
    was done."""

    sort: str
    texts: dict[str, str | None]
    lines: frozenset[tuple[str, int]]
    shown: str


def replaced(sort: str, text: str, word: Word, start: int, end: int, new: str) -> Change:
    """`text` with `new` in place of what stands from `start` to `end` in the raw text of `word`.

    A text of several lines is one place, since YAML folds it: any of its lines will do.
    """
    at = word.start + start
    old = text[at : word.start + end]
    changed = text[:at] + new + text[word.start + end :]
    first = text.count("\n", 0, word.start) + 1
    lines = frozenset((word.path, first + number) for number in range(word.raw.count("\n") + 1))
    return Change(sort, {word.path: changed}, lines, f"`{old}` became `{new}` in `{word.raw}`")


def misspelt(name: str, random: Random) -> str:
    """`name` with one letter changed, left out or doubled, so that more than its case is another."""
    while True:
        at = random.randrange(len(name))
        made = random.choice((
            name[:at] + random.choice(LETTERS) + name[at + 1 :],
            name[:at] + name[at + 1 :],
            name[:at] + name[at] + name[at:],
        ))  # fmt: skip
        if made and made.lower() != name.lower():
            return made
