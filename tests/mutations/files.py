"""Files: defects by which a file cannot be read, or is not what its name says."""

import re
from collections.abc import Iterator
from random import Random

from tests.mutations.changes import Change
from tests.mutations.places import Place, dropped, misspelling
from tests.mutations.reading import File, Tree, Word


def broken_yaml(tree: Tree) -> Iterator[Place]:
    """A quote is left out at the end of a text, or a line is moved to the left or right."""
    for said in tree.said:
        if said.word.raw[:1] in "'\"" and "\n" not in said.word.raw:
            yield dropped("broken YAML", tree, said.word, len(said.word.raw) - 1)
        key = said.field.keys.get("default_value" if said.key == "value" else said.key)
        if key is not None and not said.instance:
            yield _indented(tree, key)


def _indented(tree: Tree, key: Word) -> Place:
    def make(random: Random) -> Change:
        text = tree.texts[key.path]
        to_the_right = text[: key.start] + " " + text[key.start :]
        to_the_left = text[: key.start - 1] + text[key.start :]
        changed = random.choice((to_the_left, to_the_right))
        return Change("broken YAML", {key.path: changed}, frozenset(((key.path, key.line),)), f"{key.raw} was moved")

    return make


def case_twin(tree: Tree) -> Iterator[Place]:
    """An instance is there twice, in another case."""
    for klass in tree.classes:
        for instance in klass.instances:
            word = instance.attributes.words["name"]
            if word.value.swapcase() != word.value:
                yield _twin(tree, instance, word)


def _twin(tree: Tree, file: File, word: Word) -> Place:
    text, name = tree.texts[file.path], word.value.swapcase()
    path = f"{file.path.rpartition('/')[0]}/twin_of_{name}.yaml"
    changed = text[: word.start] + name + text[word.end :]
    lines = frozenset(((path, word.line), (file.path, word.line)))
    return lambda random: Change("case twin", {path: changed}, lines, f"{name} beside {word.value}")


def other_name(tree: Tree) -> Iterator[Place]:
    """What is in a file has another name than the file."""
    for file in tree.files.values():
        word = file.attributes.words["name"]
        if file.role in ("class", "instance", "method") and re.fullmatch(r"\w+", word.raw) and _is_named(file):
            yield misspelling("name unlike file", tree, word, 0, len(word.raw), tree.known)


def _is_named(file: File) -> bool:
    """Whether the file has the name now."""
    stem = file.path.lower().removesuffix("/__class__.yaml").rpartition("/")[2]
    return stem.rpartition(".")[0] == file.attributes.text("name").lower()
