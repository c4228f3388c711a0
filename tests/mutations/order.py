"""Order: states that are moved, in the file or by their priorities, and fields with the priority of another."""

from collections.abc import Iterator
from itertools import pairwise
from random import Random

from tests.mutations.changes import Change
from tests.mutations.places import Place, rewritten, whole
from tests.mutations.reading import Block, Tree, Word


def _machines(tree: Tree) -> Iterator[list[Block]]:
    """The states of each class that has several, in order of their priorities, which are all given."""
    for klass in tree.classes:
        states = [each for each in klass.fields if each.text("aetype") in ("state", "step")]
        if len(states) > 1 and all(each.text("priority").isdigit() for each in states):
            yield sorted(states, key=lambda each: int(each.text("priority")))


def same_priority(tree: Tree) -> Iterator[Place]:
    """A field gets the priority of another one."""
    for klass in tree.classes:
        fields = [each for each in klass.fields if each.text("priority").isdigit()]
        for field in fields:
            others = [each for each in fields if each.text("priority") != field.text("priority")]
            if others:
                yield _priority_of(tree, field, others)


def _priority_of(tree: Tree, field: Block, others: list[Block]) -> Place:
    def make(random: Random) -> Change:
        word = field.words["priority"]
        new = random.choice(others).text("priority")
        return rewritten("priority of another", tree, word, 0, len(word.raw), new)

    return make


def moved_priority(tree: Tree) -> Iterator[Place]:
    """A state gets a priority by which it runs elsewhere, the file stays as it is."""
    for states in _machines(tree):
        for at, state in enumerate(states):
            for to in range(len(states)):
                low = int(states[to].text("priority"))
                high = int(states[to + 1].text("priority")) if to + 1 < len(states) else low + 10
                if to not in (at, at - 1) and high - low > 1:
                    yield whole("moved state", tree, state.words["priority"], str((low + high) // 2))


def swapped_states(tree: Tree) -> Iterator[Place]:
    """Two states exchange their priorities."""
    for states in _machines(tree):
        for one, other in pairwise(states):
            yield _exchange(tree, one.words["priority"], other.words["priority"])


def _exchange(tree: Tree, one: Word, other: Word) -> Place:
    def make(random: Random) -> Change:
        first, second = sorted((one, other))
        text = tree.texts[one.path]
        changed = text[: first.start] + second.raw + text[first.end : second.start] + first.raw + text[second.end :]
        lines = frozenset(((one.path, one.line), (one.path, other.line)))
        return Change("moved state", {one.path: changed}, lines, f"priorities {one.raw} and {other.raw} exchanged")

    return make


def moved_block(tree: Tree) -> Iterator[Place]:
    """The text of a state is moved to another place of the file, its priority stays."""
    for states in _machines(tree):
        for one in states:
            for other in states:
                if one is not other:
                    yield _block_moved(tree, one, other)


def _block_moved(tree: Tree, one: Block, other: Block) -> Place:
    path = one.name.path

    def make(random: Random) -> Change:
        lines = tree.texts[path].splitlines(keepends=True)
        taken = lines[one.start : one.end]
        rest = lines[: one.start] + lines[one.end :]
        at = other.start if other.start < one.start else other.end - len(taken)
        where = frozenset((path, at + 1 + number) for number in range(len(taken)))
        changed = "".join(rest[:at] + taken + rest[at:])
        return Change("moved state", {path: changed}, where, f"{one.name.value} now stands at line {at + 1}")

    return make
