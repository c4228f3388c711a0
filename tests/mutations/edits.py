"""Edits: what people change in files without changing what these mean. The order of a list counts only where priorities
do not give it: of values, inputs and plain fields it does not.

States are not put in another order: where they stand elsewhere than they run is a finding of its own.
"""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from random import Random
from typing import TypeAlias

from tests.mutations.reading import Block, File, Tree, Word

Edit: TypeAlias = Callable[[Tree, File, Random], str | None]
"""The text of a file after an edit; None where there is nothing to edit."""


def display_name(tree: Tree, file: File, random: Random) -> str | None:
    """Another name for people."""
    return _said_anew(tree, file, random, "display_name")


def description(tree: Tree, file: File, random: Random) -> str | None:
    """Another description."""
    return _said_anew(tree, file, random, "description")


def _said_anew(tree: Tree, file: File, random: Random, key: str) -> str | None:
    """A text for people under `key`: another one, or one where there was none."""
    blocks = [each for each in (file.attributes, *file.blocks) if key in each.words or each.words]
    block = random.choice(blocks)
    word = block.words.get(key)
    new = random.choice(_TEXTS)
    text = tree.texts[file.path]
    if word is not None:
        blank = " " if word.start == word.end and text[word.start - 1] == ":" else ""
        return text[: word.start] + blank + new + text[word.end :]
    first = min(block.keys.values(), key=lambda each: each.start)
    indent = first.start - (text.rfind("\n", 0, first.start) + 1)
    return text[: first.start] + f"{key}: {new}\n{' ' * indent}" + text[first.start :]


_TEXTS = (
    "Something else", '"Number 7: of \'all\'"', "'{/#vm} and ${unclosed'", '"create # notify"', '"/No/Such/instance"',
    "Späße", '"two\\nlines"', "''", "method(x => 1)", "2024-01-01", "yes",
)  # fmt: skip


def comment_line(tree: Tree, file: File, random: Random) -> str | None:
    """A comment on a line of its own."""
    return _inserted(tree, file, random, f"{' ' * random.randrange(9)}# {random.choice(_COMMENTS)}")


def comment_behind(tree: Tree, file: File, random: Random) -> str | None:
    """A comment behind a value."""
    return _behind(tree, file, random, f"  # {random.choice(_COMMENTS)}")


def trailing_blanks(tree: Tree, file: File, random: Random) -> str | None:
    """Blanks at the end of a line."""
    return _behind(tree, file, random, " " * random.randint(1, 4))


_COMMENTS = ("as it was", "value: /No/Such/thing", "${/#open", "- field:", "'", "see ticket 12")


def blank_line(tree: Tree, file: File, random: Random) -> str | None:
    """An empty line."""
    return _inserted(tree, file, random, "")


def _inserted(tree: Tree, file: File, random: Random, line: str) -> str | None:
    """A line between two keys; within a text of several lines it would be part of that."""
    text = tree.texts[file.path]
    key = random.choice(list(_keys(file)))
    at = text.rfind("\n", 0, key.start) + 1
    return text[:at] + line + "\n" + text[at:]


def _behind(tree: Tree, file: File, random: Random, added: str) -> str | None:
    text = tree.texts[file.path]
    words = [each for each in _words(file) if each.raw[:1] not in "|>" and "\n" not in each.raw and each.raw]
    word = random.choice(words)
    return text[: word.end] + added + text[word.end :]


def _blocks(file: File) -> Iterator[Block]:
    yield from (file.attributes, *file.blocks)


def _keys(file: File) -> Iterator[Word]:
    for block in _blocks(file):
        yield from block.keys.values()


def _words(file: File) -> Iterator[Word]:
    for block in _blocks(file):
        yield from block.words.values()


def key_order(tree: Tree, file: File, random: Random) -> str | None:
    """The keys of a mapping in another order."""
    block = random.choice(list(_blocks(file)))
    text = tree.texts[file.path]
    lines = text.splitlines(keepends=True)
    pieces = _pieces(block, lines)
    random.shuffle(pieces)
    if len(pieces) < 2:
        return None
    first, last = min(pieces)[0], max(pieces)[1]
    return "".join([*lines[:first], *(line for at in pieces for line in lines[slice(*at)]), *lines[last:]])


def _pieces(block: Block, lines: list[str]) -> list[tuple[int, int]]:
    """The lines of each key of `block` with its value, where keys and lines go together."""
    starts = sorted(key.line - 1 for key in block.keys.values())
    last = max(block.words.values(), key=lambda each: each.end)
    end = last.line + last.raw.count("\n")
    indents = {re.sub(r"\S.*", "", lines[at], flags=re.DOTALL) for at in starts}
    if len(set(starts)) < len(starts) or len(indents) > 1 or last.raw[:1] in "|>":
        return []  # keys share a line, the first stands behind a `-`, or the end of the last one cannot be seen
    return list(pairwise([*starts, end]))


def quoting(tree: Tree, file: File, random: Random) -> str | None:
    """A text in quotes of the other sort, or with quotes."""
    text = tree.texts[file.path]
    words = [each for each in _words(file) if re.fullmatch(r"""(["'])?[^"'\\\n]+(?(1)\1)""", each.raw)]
    words = [each for each in words if each.raw[:1] in "'\"" or re.fullmatch(r"[A-Za-z_/][\w/ ]*", each.raw)]
    words = [each for each in words if each.value.lower() not in _PLAIN_WORDS]
    if not words:
        return None
    word = random.choice(words)
    bare = word.raw.strip("'\"")
    quote = "'" if word.raw[:1] == '"' else '"'
    return text[: word.start] + quote + bare + quote + text[word.end :]


_PLAIN_WORDS = frozenset(("true", "false", "yes", "no", "on", "off", "null", "y", "n"))
"""Without quotes these are no text."""


def list_order(tree: Tree, file: File, random: Random) -> str | None:
    """The items of a list in another order, where that says nothing."""
    if file.role == "class" and any(
        each.text("aetype") in ("state", "step", "") or not each.text("priority") for each in file.blocks
    ):
        return None
    priorities = {each.text("priority") for each in file.blocks}
    if len(file.blocks) < 2 or (file.role != "instance" and len(priorities) < len(file.blocks)):
        return None
    lines = tree.texts[file.path].splitlines(keepends=True)
    pieces = [(block.start, block.end) for block in file.blocks]
    if any(end != start for (_, end), (start, _) in pairwise(pieces)):
        return None
    made = [line for start, end in random.sample(pieces, len(pieces)) for line in lines[start:end]]
    return "".join(lines[: pieces[0][0]] + made + lines[pieces[-1][1] :])


def line_ends(tree: Tree, file: File, random: Random) -> str | None:
    """The line ends of Windows."""
    return re.sub(r"(?<!\r)\n", "\r\n", tree.texts[file.path])


EDITS: tuple[Edit, ...] = (
    display_name, description, comment_line, comment_behind, blank_line, trailing_blanks, key_order, quoting,
    list_order, line_ends,
)  # fmt: skip
"""Every sort of edit."""
