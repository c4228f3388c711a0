"""What the author said: domains, classes, fields, instances, values and methods, as written.

YAML and `.ael` give equal models. Every value is a text with its place; the place is not part of what was said, so
two models that differ only in places are equal. Nothing is looked up across files and nothing is checked here.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from aelang.source import Span

__all__ = [
    "CLASS_KEYS",
    "DOMAIN_KEYS",
    "FIELD_KEYS",
    "INPUT_KEYS",
    "INSTANCE_KEYS",
    "METHOD_KEYS",
    "NAMESPACE_KEYS",
    "VALUE_KEYS",
    "Attributes",
    "Class",
    "Datastore",
    "Domain",
    "Field",
    "Input",
    "Instance",
    "Method",
    "Namespace",
    "Text",
    "Value",
]

DOMAIN_KEYS = (
    "name", "description", "display_name", "system", "priority", "enabled", "tenant_id", "source",
    "top_level_namespace", "git_repository_id", "ref", "ref_type", "commit_sha", "commit_message", "commit_time",
    "contents_changed",
)  # fmt: skip
NAMESPACE_KEYS = ("name", "description", "display_name", "system", "priority", "enabled", "tenant_id", "source",
                  "top_level_namespace")  # fmt: skip
CLASS_KEYS = ("description", "display_name", "name", "type", "inherits", "visibility", "owner")
FIELD_KEYS = (
    "aetype", "name", "display_name", "datatype", "priority", "owner", "default_value", "substitute", "message",
    "visibility", "collect", "scope", "description", "condition", "on_entry", "on_exit", "on_error", "max_retries",
    "max_time", "undo",
)  # fmt: skip
INSTANCE_KEYS = ("display_name", "name", "inherits", "description")
VALUE_KEYS = (
    "value", "display_name", "collect", "condition", "on_entry", "on_exit", "on_error", "max_retries", "max_time",
    "undo", "description",
)  # fmt: skip
METHOD_KEYS = ("name", "display_name", "description", "scope", "language", "location", "data", "effect")
INPUT_KEYS = FIELD_KEYS


class Text(NamedTuple):
    """A scalar as the datastore holds it: text, or None for nil. Lines and columns count from 1.

    YAML scalars have become text by ENGINE-FACTS 5.3 and 11.4: `true` is "t", `012` is "10".
    """

    value: str | None
    line: int = 0
    column: int = 0
    key_line: int = 0
    key_column: int = 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Text) and self.value == other.value

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self.value)

    def span(self, source: str) -> Span:
        """The place of the value in `source`."""
        return Span(source, self.line, self.column, max(1, len(self.value or "")))

    def key_span(self, source: str, key: str = "") -> Span:
        """The place of the key in `source`."""
        return Span(source, self.key_line, self.key_column, max(1, len(key)))


Attributes = Mapping[str, Text]
"""What stands under a key of the file, in the order of the file. An absent key and a key without value differ."""


def _text(attributes: Attributes, key: str) -> str | None:
    found = attributes.get(key)
    return None if found is None else found.value


class Field(NamedTuple):
    """A field of a class: its keys as in FIELD_KEYS."""

    attributes: Attributes

    @property
    def name(self) -> str:
        """The field's name as written, empty where it has none."""
        return _text(self.attributes, "name") or ""

    def get(self, key: str) -> str | None:
        """The text under `key`, None where it is absent or nil."""
        return _text(self.attributes, key)


class Value(NamedTuple):
    """What an instance says for one field: its keys as in VALUE_KEYS."""

    name: Text
    attributes: Attributes

    def get(self, key: str) -> str | None:
        """The text under `key`, None where it is absent or nil."""
        return _text(self.attributes, key)


class Instance(NamedTuple):
    """An instance: its keys as in INSTANCE_KEYS, its values in the order of the file, and the file."""

    attributes: Attributes
    values: tuple[Value, ...]
    source: str

    @property
    def name(self) -> str:
        """The name as written; it, not the file's name, counts."""
        return _text(self.attributes, "name") or ""


class Input(NamedTuple):
    """A declared input of a method: its keys as in INPUT_KEYS."""

    attributes: Attributes

    @property
    def name(self) -> str:
        """The input's name as written."""
        return _text(self.attributes, "name") or ""

    def get(self, key: str) -> str | None:
        """The text under `key`, None where it is absent or nil."""
        return _text(self.attributes, key)


class Method(NamedTuple):
    """A method declaration, its inputs and, where its location is inline, its code.

    `options` is what stands under `options:` (settings of a playbook), plain data as JSON has it.
    `code_source` is the name of the file that `code` came from, empty where there is none; `code_line` is the line at
    which it begins there.
    """

    attributes: Attributes
    inputs: tuple[Input, ...]
    embedded: tuple[Text, ...]
    options: Mapping[str, Any]  # Any: an author's own tree of JSON data
    code: str | None
    source: str
    code_source: str = ""
    code_line: int = 1

    @property
    def name(self) -> str:
        """The name as written; it, not the file's name, counts."""
        return _text(self.attributes, "name") or ""

    def get(self, key: str) -> str | None:
        """The text under `key`, None where it is absent or nil."""
        return _text(self.attributes, key)


class Class(NamedTuple):
    """A class with all that stands in its folder. `path` is `Ns/Class` below its domain, as written."""

    domain: str
    path: str
    attributes: Attributes
    schema: tuple[Field, ...]
    instances: tuple[Instance, ...]
    methods: tuple[Method, ...]
    source: str

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]

    def get(self, key: str) -> str | None:
        """The text under `key` of the class's attributes, None where it is absent or nil."""
        return _text(self.attributes, key)


class Namespace(NamedTuple):
    """A namespace; `path` is below its domain, as its folders are named."""

    path: str
    attributes: Attributes
    source: str


class Domain(NamedTuple):
    """A domain. `classes` is keyed by `ns/class` in lower case and may read a class only when it is asked for.

    `root` is the root it was found in, `folder` its folder there, both as shown to people.
    """

    name: str
    attributes: Attributes
    source: str
    root: str
    folder: str
    namespaces: tuple[Namespace, ...]
    classes: Mapping[str, Class]

    def get(self, key: str) -> str | None:
        """The text under `key`, None where it is absent or nil."""
        return _text(self.attributes, key)


class Datastore(NamedTuple):
    """All domains, highest first; `enabled` names those that answer without being named (LANGUAGE 1)."""

    domains: tuple[Domain, ...]
    enabled: frozenset[str]

    def classes(self) -> Iterator[Class]:
        """Every class of every domain, domain after domain."""
        for domain in self.domains:
            yield from domain.classes.values()
