"""Names: defects in what names something that stands elsewhere."""

import re
from collections.abc import Iterator

from tests.mutations.places import (
    ARGUMENT,
    HOLE,
    Lines,
    Place,
    calls,
    line_of,
    method_of,
    misspelling,
    removal,
    rewritten,
    split,
    targets,
    with_users,
)
from tests.mutations.reading import Block, File, Tree, Word


def renamed_target(tree: Tree) -> Iterator[Place]:
    """One letter of a part of a path."""
    for said, at, text in targets(tree):
        masked = HOLE.sub(lambda found: "/" * len(found[0]), split(text)[0])
        for name in re.finditer(r"[\w.-]*[A-Za-z][\w.-]*", masked):
            yield misspelling("renamed target", tree, said.word, at + name.start(), at + name.end(), tree.known)


def removed_target(tree: Tree) -> Iterator[Place]:
    """An instance that is named somewhere is no longer there."""
    users: dict[str, set[tuple[str, int]]] = {}
    for said, _, text in targets(tree):
        users.setdefault(split(text)[0].strip("/").lower(), set()).add(line_of(said))
    for klass in tree.classes:
        for instance in klass.instances:
            name = instance.attributes.text("name").lower()
            used = {each for each in users.get(f"{klass.path}/{name}".lower(), ()) if each[0] != instance.path}
            others = [each for each in tree.layers(klass.path) if each is not klass and name in each.names()]
            if used and not others:
                yield removal("removed target", instance, frozenset(used))


def removed_method(tree: Tree) -> Iterator[Place]:
    """A method that is called is no longer declared."""
    users: dict[str, set[tuple[str, int]]] = {}
    for said, _, call in calls(tree):
        method = method_of(tree, said, call)
        if method is not None:
            users.setdefault(method.path, set()).add(line_of(said))
    for klass in tree.classes:
        for method in klass.methods:
            name = method.attributes.text("name").lower()
            others = [each for each in tree.layers(klass.path) if each is not klass and name in each.method_names()]
            if method.path in users and not others:
                yield removal("removed method", method, frozenset(users[method.path]))


def misspelt_method(tree: Tree) -> Iterator[Place]:
    """One letter of the method in a call."""
    for said, at, call in calls(tree):
        yield misspelling("misspelt method", tree, said.word, at + call.start(2), at + call.end(2), tree.known)


def dropped_argument(tree: Tree) -> Iterator[Place]:
    """An argument is left out that nothing else supplies."""
    for said, at, call in calls(tree):
        method = method_of(tree, said, call)
        if method is None or call[3] is None:
            continue
        needed = {each.name.value for each in method.blocks if not each.text("default_value")}
        for found in ARGUMENT.finditer(call[3]):
            if found[1] in needed and said.klass.field(found[1]) is None:
                rest = (call[3][: found.start()] + call[3][found.end() :]).strip().rstrip(",")
                yield _dropping(tree, said.word, at + call.start(3), at + call.end(3), rest)


def _dropping(tree: Tree, word: Word, start: int, end: int, rest: str) -> Place:
    return lambda random: rewritten("dropped argument", tree, word, start, end, rest)


def misspelt_argument(tree: Tree) -> Iterator[Place]:
    """One letter of the name of an argument."""
    for said, at, call in calls(tree):
        method = method_of(tree, said, call)
        if method is None or call[3] is None:
            continue
        inputs = {each.name.value.lower() for each in method.blocks}
        for found in ARGUMENT.finditer(call[3]):
            if found[1].lower() in inputs:
                start = at + call.start(3) + found.start(1)
                yield misspelling("misspelt argument", tree, said.word, start, start + len(found[1]), inputs)


def renamed_input(tree: Tree) -> Iterator[Place]:
    """An input gets another name, which those who call do not know."""
    users: dict[tuple[str, str], set[tuple[str, int]]] = {}
    for said, _, call in calls(tree):
        method = method_of(tree, said, call)
        for found in ARGUMENT.finditer(call[3] or "") if method is not None else ():
            assert method is not None
            users.setdefault((method.path, found[1]), set()).add(line_of(said))
    for (path, name), used in users.items():
        for block in tree.files[path].blocks:
            if block.name.value == name and block.name.raw == name:
                place = misspelling("renamed input", tree, block.name, 0, len(name))
                yield with_users(place, frozenset(used))


def target_message(tree: Tree) -> Iterator[Place]:
    """One letter of the message of a target."""
    for said, at, text in targets(tree):
        path, query, message = split(text)
        if re.fullmatch(r"#\w+", message):
            classes = tree.layers(path.strip("/").rpartition("/")[0])
            known = {each for klass in classes for field in klass.fields for each in _messages(field)}
            start = at + len(path) + len(query) + 1
            yield misspelling("typo in a target's message", tree, said.word, start, at + len(text), known)


def _messages(field: Block) -> set[str]:
    return {each.strip().lower() for each in field.text("message").split(",")}


def field_message(tree: Tree) -> Iterator[Place]:
    """One letter of a message that a field answers."""
    known = {each for klass in tree.classes for field in klass.fields for each in _messages(field)}
    users: dict[str, set[tuple[str, int]]] = {}
    for said, _, text in targets(tree):
        path, _, message = split(text)
        klass_path = path.strip("/").rpartition("/")[0]
        users.setdefault(f"{klass_path}{message}".lower(), set()).add(line_of(said))
    for klass in tree.classes:
        for field in klass.fields:
            word = field.words.get("message")
            for name in re.finditer(r"\w+", word.raw) if word is not None else ():
                assert word is not None
                place = misspelling("typo in a field's message", tree, word, name.start(), name.end(), known)
                yield with_users(place, frozenset(users.get(f"{klass.path}#{name[0]}".lower(), ())))


def misspelt_field(tree: Tree) -> Iterator[Place]:
    """One letter of the name under which an instance says a value."""
    for klass in tree.classes:
        known = {field.name.value.lower() for field in klass.fields}
        for instance in klass.instances:
            for value in instance.blocks:
                if value.name.raw == value.name.value:
                    yield misspelling("misspelt field", tree, value.name, 0, len(value.name.raw), known)


def renamed_field(tree: Tree) -> Iterator[Place]:
    """A field of a class gets another name, which the instances that say its value do not know."""
    for klass in tree.classes:
        for field in klass.fields:
            users = _values_of(field, klass.instances)
            if users and field.name.raw == field.name.value:
                place = misspelling("renamed field", tree, field.name, 0, len(field.name.raw), tree.known)
                yield with_users(place, users)


def _values_of(field: Block, instances: tuple[File, ...]) -> Lines:
    name = field.name.value.lower()
    said = (value.name for instance in instances for value in instance.blocks)
    return frozenset((word.path, word.line) for word in said if word.value.lower() == name)


def embedded_method(tree: Tree) -> Iterator[Place]:
    """One letter of the path of an embedded method."""
    for file in tree.files.values():
        for word in file.embedded:
            for name in re.finditer(r"\w+", word.raw):
                yield misspelling("misspelt embedded method", tree, word, name.start(), name.end(), tree.known)


def parent(tree: Tree) -> Iterator[Place]:
    """One letter of what is inherited from."""
    for file in tree.files.values():
        word = file.attributes.words.get("inherits")
        for name in re.finditer(r"\w+", word.raw) if word is not None else ():
            assert word is not None
            yield misspelling("misspelt parent", tree, word, name.start(), name.end(), tree.known)


def path_in_code(tree: Tree) -> Iterator[Place]:
    """One letter of a path in code."""
    for path, text in tree.texts.items():
        if path.endswith((".rb", ".py")):
            for found in re.finditer(r"""\binstantiate\(["'](/[\w/.-]+)["']""", text):
                word = Word(path, found.start(1), found.end(1), 0, found[1], found[1])
                for name in re.finditer(r"\w+", found[1]):
                    yield misspelling("misspelt path in code", tree, word, name.start(), name.end(), tree.known)
