"""Places: the targets and calls in the texts of a tree, and the changes that defects make there."""

import re
from collections.abc import Callable, Collection, Iterator
from random import Random
from typing import TypeAlias

from tests.mutations.changes import Change, misspelt, replaced
from tests.mutations.reading import ACTIONS, LEADING, File, Said, Tree, Word

Place: TypeAlias = Callable[[Random], Change | None]
"""A defect that can be made somewhere; None where the draw made nothing wrong after all."""
Sort: TypeAlias = Callable[[Tree], Iterator[Place]]
Lines: TypeAlias = frozenset[tuple[str, int]]

HOLE = re.compile(r"\$\{[^}]*\}|\$<[^>]*>")
_CALL = re.compile(r"(?:METHOD::)?((?:/?\w+/)*(?:\w+\.)?)(\w+)(?:\((.*)\))?\Z", re.DOTALL)
ARGUMENT = re.compile(r"\s*(\w+)\s*=>\s*('[^']*'|\"[^\"]*\"|\$\{[^}]*\}|[^,]*?)\s*(?:,|\Z)", re.DOTALL)


def targets(tree: Tree) -> Iterator[tuple[Said, int, str]]:
    """Every target: where it is said, its place in the raw text, the target."""
    for said in tree.said:
        for at, text in _parts(said):
            if _is_target(said, text):
                yield said, at, text


def calls(tree: Tree) -> Iterator[tuple[Said, int, re.Match[str]]]:
    """Every call that can be read: where it is said, its place in the raw text, and its parts."""
    for said in tree.said:
        for at, text in _parts(said):
            found = _CALL.match(text) if _is_call(said, text) else None
            if found is not None:
                yield said, at, found


def _parts(said: Said) -> Iterator[tuple[int, str]]:
    """The targets or calls in a text, each with its place in the raw text; those that are switched off are left out."""
    raw = said.word.raw
    if raw[:1] in "|>" or "\n" in raw:
        return
    begin, end = (1, len(raw) - 1) if raw[:1] in "'\"" else (0, len(raw))
    for part in raw[begin:end].split(";") if said.key in ACTIONS else (raw[begin:end],):
        if part.strip() and not part.strip().startswith("#"):
            yield begin + len(part) - len(part.lstrip()), part.strip()
        begin += len(part) + 1


def _is_target(said: Said, text: str) -> bool:
    if said.key == "value" and said.kind in LEADING:
        return not text.upper().startswith("METHOD::")
    return said.key == "undo" and text.startswith("/")


def _is_call(said: Said, text: str) -> bool:
    if said.key == "value":
        return said.kind == "method" or (said.kind == "state" and text.upper().startswith("METHOD::"))
    return said.key in ACTIONS and not _is_target(said, text)


def split(target: str) -> tuple[str, str, str]:
    """Path, query with its `?`, message with its `#`; a reference is not looked into."""
    masked = HOLE.sub(lambda found: "x" * len(found[0]), target)
    end = min(at for at in (masked.find("?"), masked.find("#"), len(masked)) if at >= 0)
    sharp = masked.find("#", end)
    query_end = sharp if sharp >= 0 else len(masked)
    return target[:end], target[end:query_end], target[query_end:]


def method_of(tree: Tree, said: Said, call: re.Match[str]) -> File | None:
    """The declaration that a call without a class means."""
    if call[1]:
        return None
    classes = (said.klass, *tree.by_path.get(said.klass.path.lower(), ()))
    methods = (method for klass in classes for method in klass.methods)
    name = str(call[2]).lower()
    return next((each for each in methods if each.attributes.text("name").lower() == name), None)


def line_of(said: Said) -> tuple[str, int]:
    """Where `said` stands."""
    return said.word.path, said.word.line


# -- changes -------------------------------------------------------------------------------------------------------


def rewritten(sort: str, tree: Tree, word: Word, start: int, end: int, new: str) -> Change:
    """The change that `new` stands in `word` from `start` to `end`."""
    return replaced(sort, tree.texts[word.path], word, start, end, new)


def misspelling(sort: str, tree: Tree, word: Word, start: int, end: int, known: Collection[str] = ()) -> Place:
    """The defect that the name from `start` to `end` in `word` is misspelt, and is none of `known` then."""

    def make(random: Random) -> Change | None:
        new = misspelt(word.raw[start:end], random)
        return None if new.lower() in known else rewritten(sort, tree, word, start, end, new)

    return make


def whole(sort: str, tree: Tree, word: Word, new: str) -> Place:
    """The defect that all of `word` is `new`."""
    return lambda random: rewritten(sort, tree, word, 0, len(word.raw), new)


def dropped(sort: str, tree: Tree, word: Word, at: int) -> Place:
    """The defect that the sign at `at` in `word` is left out."""
    return lambda random: rewritten(sort, tree, word, at, at + 1, "")


def with_users(place: Place, users: Lines) -> Place:
    """The defect of `place`, which may be reported at `users` too."""

    def make(random: Random) -> Change | None:
        made = place(random)
        return None if made is None else made._replace(lines=made.lines | users)

    return make


def removal(sort: str, file: File, users: Lines) -> Place:
    """The defect that `file` is not there."""
    change = Change(sort, {file.path: None}, users, f"{file.path} was removed")
    return lambda random: change
