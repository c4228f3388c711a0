"""Words: defects in what the language gives a meaning: its words, constants, signs."""

import re
from collections.abc import Iterator

from tests.mutations.places import Place, Sort, dropped, misspelling, rewritten, whole
from tests.mutations.reading import ACTIONS, LEADING, Tree, Word

_DATATYPES = frozenset(("float", "int", "integer", "string", "symbol", "time", "array", "boolean", "vm", "ems", "user"))
_UNITS = frozenset(
    f"{unit}{ending}" for unit in ("second", "minute", "hour", "day", "week", "month") for ending in ("", "s")
)
_SWITCHES = frozenset(("t", "f", "true", "false"))


def _word_of(sort: str, role: str, *keys: str) -> Sort:
    def places(tree: Tree) -> Iterator[Place]:
        for file in tree.files.values():
            for block in (file.attributes, *file.blocks) if file.role in (role, "method") else ():
                for key in keys:
                    word = block.words.get(key)
                    found = None if word is None else re.search(r"\w[\w ]*", word.raw)
                    if word is not None and word.value and found is not None:
                        yield misspelling(sort, tree, word, found.start(), found.end(), _DATATYPES)

    places.__doc__ = "One letter of a word of the language."
    return places


datatype = _word_of("misspelt datatype", "class", "datatype")
aetype = _word_of("misspelt aetype", "class", "aetype")
method_word = _word_of("misspelt location", "method", "location", "language", "scope")


def misspelt_key(tree: Tree) -> Iterator[Place]:
    """One letter of a key."""
    for klass in tree.classes:
        for field in klass.fields:
            for word in field.keys.values():
                yield misspelling("misspelt key", tree, word, 0, len(word.raw))
        for instance in klass.instances:
            for value in instance.blocks:
                for word in value.keys.values():
                    yield misspelling("misspelt key", tree, word, 0, len(word.raw))


_WRONG = {"integer": "twelve", "float": "2,5x", "boolean": "maybe", "time": "'tomorrowish'"}


def wrong_constant(tree: Tree) -> Iterator[Place]:
    """A constant that is not of its data type."""
    for said in tree.said:
        wrong = _WRONG.get(said.field.text("datatype"))
        if said.key == "value" and said.kind == "attribute" and wrong and "${" not in said.word.raw:
            yield whole("wrong constant", tree, said.word, wrong)


def broken_reference(tree: Tree) -> Iterator[Place]:
    """A `${...}` without one of its signs."""
    for said in tree.said:
        if said.field.text("substitute") != "false" and said.key in ("value", "condition", *ACTIONS):
            for found in re.finditer(r"(\$)(\{)[^}#]*(#)[^}]*(\})", said.word.raw):
                for group in (1, 2, 3, 4):
                    yield dropped("broken ${", tree, said.word, found.start(group))


def broken_expression(tree: Tree) -> Iterator[Place]:
    """A parenthesis of an assertion or condition is left out, or an operator is half another one."""
    for said in tree.said:
        text = said.word.raw
        if said.key == "condition" or (said.key == "value" and said.kind == "assertion"):
            for at in range(1, len(text) - 1) if text[:1] in "'\"" else range(len(text)):
                if text[at] in "()=<>&|" and text[at - 1] not in "=<>!~&|":
                    yield _broken(tree, said.word, at)


def _broken(tree: Tree, word: Word, at: int) -> Place:
    sign = word.raw[at]
    new = {"=": "= ==", "<": "= <", ">": "= >", "&": "&& &&", "|": "|| ||"}.get(sign, "")
    length = 2 if sign not in "()" and word.raw[at + 1 : at + 2] in ("=", sign) else 1
    return lambda random: rewritten("broken expression", tree, word, at, at + length, new)


def broken_collect(tree: Tree) -> Iterator[Place]:
    """A bracket of a collect is left out, or a letter of its function is another."""
    for said in tree.said:
        if said.key == "collect" and said.kind in LEADING:
            for found in re.finditer(r"[\[\]{}]", said.word.raw):
                yield dropped("broken collect", tree, said.word, found.start())
            for found in re.finditer(r"\]\.(\w+)", said.word.raw):
                yield misspelling("broken collect", tree, said.word, found.start(1), found.end(1), ("min", "max"))


def limit(tree: Tree) -> Iterator[Place]:
    """The limit of a state is no number any more, or no span of time."""
    for said in tree.said:
        if said.key == "max_retries" and said.kind in ("state", "step"):
            yield whole("wrong limit", tree, said.word, "many")
        if said.key == "max_time" and said.kind in ("state", "step"):
            for name in re.finditer(r"[a-z]{3,}", said.word.raw):
                yield misspelling("wrong limit", tree, said.word, name.start(), name.end(), _UNITS)


def switch(tree: Tree) -> Iterator[Place]:
    """A word that is neither true nor false, a priority that is no number."""
    for klass in tree.classes:
        for field in klass.fields:
            word = field.words.get("substitute")
            if word is not None and word.value in ("true", "false"):
                yield misspelling("wrong switch", tree, word, 0, len(word.raw), _SWITCHES)
            word = field.words.get("priority")
            if word is not None and word.is_said:
                yield whole("wrong switch", tree, word, "first")
