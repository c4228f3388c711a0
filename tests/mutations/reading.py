"""Reading: the files of domains as words with their places, by ruamel.yaml alone, so that nothing tests itself."""

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

ACTIONS = ("on_entry", "on_exit", "on_error", "undo")
LEADING = ("relationship", "state", "step")


class Word(NamedTuple):
    """A scalar of a file: its text as written, quotes and all, from `start` to `end`; `line` counts from 1."""

    path: str
    start: int
    end: int
    line: int
    raw: str
    value: str

    @property
    def is_said(self) -> bool:
        """Whether there is something that is not switched off."""
        text = self.value.strip()
        return bool(text) and not text.startswith("#")


class Block(NamedTuple):
    """A mapping of words, as a field of a schema or a value of an instance: `name` and words by their keys; `keys` are
    the words of the keys themselves. `start` and `end` are lines from 0."""

    name: Word
    words: dict[str, Word]
    keys: dict[str, Word]
    start: int
    end: int

    def text(self, key: str) -> str:
        """The text under `key`; empty where there is none."""
        word = self.words.get(key)
        return "" if word is None else word.value.strip()


class File(NamedTuple):
    """A file: what it describes (`class`, `instance`, `method` ...), its attributes, and the blocks in its list."""

    path: str
    role: str
    attributes: Block
    blocks: tuple[Block, ...]
    embedded: tuple[Word, ...] = ()


class Written(NamedTuple):
    """A class as it is written: `path` is `Ns/Class`, in the case of the files."""

    domain: str
    path: str
    file: File
    instances: tuple[File, ...]
    methods: tuple[File, ...]

    @property
    def fields(self) -> tuple[Block, ...]:
        """The fields of the schema."""
        return self.file.blocks

    def field(self, name: str) -> Block | None:
        """The field called `name`, in any case."""
        return next((each for each in self.fields if each.name.value.lower() == name.lower()), None)

    def names(self) -> set[str]:
        """The names of the instances, in lower case."""
        return {each.attributes.text("name").lower() for each in self.instances}

    def method_names(self) -> set[str]:
        """The names of the methods, in lower case."""
        return {each.attributes.text("name").lower() for each in self.methods}


class Said(NamedTuple):
    """A text of the class, or of one of its instances, for a field under a key; a default is under `value` too."""

    klass: Written
    field: Block
    instance: str
    key: str
    word: Word

    @property
    def kind(self) -> str:
        """The kind of the field."""
        return self.field.text("aetype")


class Tree:
    """Domains below one folder. `texts` are the texts of all files by their paths in it; `others` the trees in which
    names are looked up too."""

    def __init__(self, root: Path, others: "tuple[Tree, ...]" = ()) -> None:
        self.root = root
        self.others = others
        self.texts = {
            path.relative_to(root).as_posix(): path.read_bytes().decode()
            for path in sorted(root.rglob("*"))
            if path.suffix in (".yaml", ".rb", ".py") and path.is_file()
        }

    @cached_property
    def files(self) -> dict[str, File]:
        """The files in YAML, by path."""
        reader = YAML(typ="safe")
        return {
            path: _file(path, text, reader)
            for path, text in self.texts.items()
            if path.endswith(".yaml") and "\nobject:" in text
        }

    @cached_property
    def classes(self) -> tuple[Written, ...]:
        """All classes."""
        folders: dict[str, list[File]] = {}
        for path, file in self.files.items():
            folders.setdefault(path.rpartition("/")[0], []).append(file)
        return tuple(self._class(folder, folders) for folder in folders if f"{folder}/__class__.yaml" in self.files)

    def _class(self, folder: str, folders: dict[str, list[File]]) -> Written:
        file = self.files[f"{folder}/__class__.yaml"]
        home = next(each for each in _above(folder) if f"{each}__domain__.yaml" in self.files)
        inner = folder.removeprefix(home).removesuffix(".class").rpartition("/")[0]
        return Written(
            self.files[f"{home}__domain__.yaml"].attributes.text("name"),
            f"{inner}/{file.attributes.text('name')}",
            file,
            tuple(each for each in folders[folder] if each is not file),
            tuple(folders.get(f"{folder}/__methods__", ())),
        )

    @cached_property
    def by_path(self) -> dict[str, list[Written]]:
        """The classes by their paths, without the domain, in lower case."""
        found: dict[str, list[Written]] = {}
        for each in self.classes:
            found.setdefault(each.path.lower(), []).append(each)
        return found

    def layers(self, path: str) -> list[Written]:
        """The classes at `path`, in this tree and the others."""
        return [each for tree in (self, *self.others) for each in tree.by_path.get(path.lower(), ())]

    @cached_property
    def known(self) -> frozenset[str]:
        """Every name of a namespace, class, instance, field and method, in lower case."""
        names = {each.attributes.text("name").lower() for each in self.files.values()}
        names |= {field.name.value.lower() for klass in self.classes for field in klass.fields}
        return frozenset(names).union(*(other.known for other in self.others))

    @cached_property
    def said(self) -> tuple[Said, ...]:
        """All texts of fields, in classes and instances, that say something."""
        return tuple(each for klass in self.classes for each in _said(klass) if each.word.is_said)


def _above(folder: str) -> Iterator[str]:
    parts = folder.split("/")
    for length in range(len(parts), -1, -1):
        yield "".join(f"{part}/" for part in parts[:length])


def _said(klass: Written) -> Iterator[Said]:
    for field in klass.fields:
        for key, word in field.words.items():
            yield Said(klass, field, "", "value" if key == "default_value" else key, word)
    for instance in klass.instances:
        for value in instance.blocks:
            found = klass.field(value.name.value)
            for key, word in value.words.items() if found is not None else ():
                yield Said(klass, found, instance.attributes.text("name"), key, word)  # type: ignore[arg-type]


def _file(path: str, text: str, reader: Any) -> File:
    starts = [0, *(found.end() for found in re.finditer(r"\r\n|\n|\r", text))]
    document = _pairs(reader.compose(text))
    attributes = _pairs(_pairs(document["object"][1])["attributes"][1])
    role = {
        "__domain__.yaml": "domain", "__namespace__.yaml": "namespace", "__class__.yaml": "class"
    }.get(path.rpartition("/")[2], "method" if "/__methods__/" in path else "instance")  # fmt: skip
    inner = _pairs(document["object"][1])

    def word(node: Node) -> Word:
        start = starts[node.start_mark.line] + node.start_mark.column
        end = starts[node.end_mark.line] + node.end_mark.column
        raw = text[start:end]
        return Word(path, start, start + len(raw.rstrip()), node.start_mark.line + 1, raw.rstrip(), node.value)

    def block(pairs: dict[str, tuple[Node, Node]], name: Word, start: int, end: int) -> Block:
        scalars = {key: pair for key, pair in pairs.items() if isinstance(pair[1], ScalarNode)}
        words = {key: word(value) for key, (_, value) in scalars.items()}
        return Block(name, words, {key: word(said) for key, (said, _) in scalars.items()}, start, end)

    items = inner.get({"class": "schema", "instance": "fields", "method": "inputs"}.get(role, ""))
    blocks: list[Block] = []
    for item in items[1].value if items is not None and isinstance(items[1], SequenceNode) else ():
        ((key, value),) = item.value
        pairs = _pairs(value)
        name = word(key) if role == "instance" else word(pairs["name"][1])
        blocks.append(block(pairs, name, item.start_mark.line, item.end_mark.line))
    embedded = attributes.get("embedded_methods") or inner.get("embedded_methods")
    listed = embedded[1].value if embedded is not None and isinstance(embedded[1], SequenceNode) else ()
    head = block(attributes, word(attributes["name"][1]), 0, 0)
    return File(path, role, head, tuple(blocks), tuple(map(word, listed)))


def _pairs(node: Node | None) -> dict[str, tuple[Node, Node]]:
    return {key.value: (key, value) for key, value in node.value} if isinstance(node, MappingNode) else {}
