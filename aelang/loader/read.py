"""Reading one file: its surface tree becomes a record, and what is wrong in it is said, without a look at other files.

Top-down, as the file is written: the envelope (`object_type`, `version`, `object`), then `attributes`, then the list
of fields, values or inputs. What cannot be understood is reported and passed over; the rest is kept as written.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity, did_you_mean
from aelang.loader.allowances import find_allowances
from aelang.loader.records import FileRecord, Part, Role
from aelang.loader.twins import twin
from aelang.model import (
    CLASS_KEYS,
    DOMAIN_KEYS,
    FIELD_KEYS,
    INSTANCE_KEYS,
    METHOD_KEYS,
    NAMESPACE_KEYS,
    VALUE_KEYS,
    Attributes,
    Field,
    Input,
    Text,
    Value,
)
from aelang.names import fold
from aelang.regex import regex
from aelang.source import Span
from aelang.syntax.ael_words import BOOKKEEPING
from aelang.syntax.places import shown
from aelang.syntax.yaml import MAX_DIAGNOSTICS, Node, Sequence, parse_yaml
from aelang.syntax.yaml import Mapping as YamlMapping

__all__ = ["BOOKKEEPING", "FIELD_CHOICES", "METHOD_CHOICES", "Reader", "read_file"]

MALFORMED_FILE = DiagnosticKind("malformed-file", Severity.ERROR, "{what}")
UNKNOWN_KEY = DiagnosticKind("unknown-key", Severity.ERROR, "{what} has no key `{key}`")
UNREAD_KEY = DiagnosticKind("unread-key", Severity.WARNING, "the key `{key}` is never read here")
WRONG_OBJECT_TYPE = DiagnosticKind(
    "wrong-object-type", Severity.WARNING, "`object_type` says `{said}`, but by the place of the file it is: {role}"
)
INVALID_NAME = DiagnosticKind("invalid-name", Severity.ERROR, "{what} cannot be named `{name}`")
UNKNOWN_AETYPE = DiagnosticKind("unknown-aetype", Severity.ERROR, "there is no kind of field `{value}`")
UNKNOWN_DATATYPE = DiagnosticKind("unknown-datatype", Severity.ERROR, "there is no data type `{value}`")
UNKNOWN_SCOPE = DiagnosticKind("unknown-scope", Severity.ERROR, "there is no scope `{value}`")
UNKNOWN_LOCATION = DiagnosticKind("unknown-location", Severity.ERROR, "there is no location `{value}` of methods")
UNKNOWN_LANGUAGE = DiagnosticKind("unknown-language", Severity.ERROR, "there is no language `{value}` for methods")
UNKNOWN_EFFECT = DiagnosticKind("unknown-effect", Severity.ERROR, "there is no effect `{value}`")
NESTED_VALUE = DiagnosticKind("nested-value", Severity.WARNING, "{what} where a text belongs: it is taken as `{text}`")


class _Choice(NamedTuple):
    """The values that an attribute may have. `needed`: nil is not one of them."""

    kind: DiagnosticKind
    values: frozenset[str]
    needed: bool = False


_AETYPES = _Choice(UNKNOWN_AETYPE, frozenset(("assertion", "attribute", "method", "relationship", "state", "step")))
_DATATYPES = _Choice(
    UNKNOWN_DATATYPE,
    frozenset((
        "string", "symbol", "integer", "float", "boolean", "time", "array", "password", "null coalescing", "host", "vm",
        "storage", "ems", "policy", "server", "request", "provision", "user",
    )),
)  # fmt: skip
_FIELD_SCOPES = _Choice(UNKNOWN_SCOPE, frozenset(("class", "instance", "local")))
_LOCATIONS = frozenset((
    "builtin", "inline", "expression", "playbook", "uri", "ansible_job_template", "ansible_workflow_template",
))  # fmt: skip
METHOD_CHOICES = {
    "scope": _Choice(UNKNOWN_SCOPE, frozenset(("class", "instance")), needed=True),
    "language": _Choice(UNKNOWN_LANGUAGE, frozenset(("ruby", "perl", "python")), needed=True),
    "location": _Choice(UNKNOWN_LOCATION, _LOCATIONS, needed=True),
    "effect": _Choice(UNKNOWN_EFFECT, frozenset(("none", "idempotent", "once"))),
}
FIELD_CHOICES = {"aetype": _AETYPES, "datatype": _DATATYPES, "scope": _FIELD_SCOPES}

_ENVELOPE = frozenset(("object_type", "version", "object"))

NAME = regex(r"[\w.-]+\Z", re.ASCII)
FIELD_NAME = regex(r"\w+\Z", re.ASCII)
NAMESPACE_NAME = regex(r"[\w.$-]+\Z", re.ASCII)
NAME_RULE = "use letters, digits, `_`, `.` and `-`"
NAMESPACE_NAME_RULE = "use letters, digits, `_`, `.`, `-` and `$`"
FIELD_NAME_RULE = "use letters, digits and `_`"


class _Shape(NamedTuple):
    """How the file of a role is built."""

    keys: frozenset[str]
    parts: str = ""
    pattern: re.Pattern[str] = NAME
    rule: str = NAME_RULE
    aside: frozenset[str] = frozenset()


_SHAPES = {
    Role.DOMAIN: _Shape(frozenset(DOMAIN_KEYS) | BOOKKEEPING, pattern=NAMESPACE_NAME, rule=NAMESPACE_NAME_RULE),
    Role.NAMESPACE: _Shape(frozenset(NAMESPACE_KEYS) | BOOKKEEPING),
    Role.CLASS: _Shape(frozenset(CLASS_KEYS) | BOOKKEEPING, "schema"),
    Role.INSTANCE: _Shape(frozenset(INSTANCE_KEYS) | BOOKKEEPING, "fields"),
    Role.METHOD: _Shape(
        frozenset(METHOD_KEYS) | BOOKKEEPING | {"options", "embedded_methods"},
        "inputs",
        FIELD_NAME,
        FIELD_NAME_RULE,
        frozenset(("options", "embedded_methods")),
    ),
}
_FIELD_KEY_SET = frozenset(FIELD_KEYS) | BOOKKEEPING
_VALUE_KEY_SET = frozenset(VALUE_KEYS) | BOOKKEEPING


def read_file(role: Role, data: bytes) -> FileRecord:
    """What the file with the content `data` says, read as a file of `role`. Never raises.

    Diagnostics: those of the YAML, malformed-file, unknown-key, unread-key, nested-value, wrong-object-type,
    invalid-name, duplicate-name and case-twins among fields, values and inputs, unknown-aetype, -datatype, -scope,
    -location, -language, -effect (ENGINE-FACTS 9.4).
    """
    if role is Role.AEL:
        from aelang.loader.ael import read_ael

        return read_ael(data)
    document = parse_yaml(data)
    reader = Reader(role, list(document.diagnostics))
    record = reader.read(document.root)
    return record._replace(diagnostics=tuple(reader.diagnostics), allowances=find_allowances(data))


class Reader:
    """One file of YAML being read, or a part of a `.ael` file checked: its role and what was found wrong so far."""

    __slots__ = ("diagnostics", "role", "shape", "what")

    def __init__(self, role: Role, diagnostics: list[Diagnostic]) -> None:
        self.role = role
        self.shape = _SHAPES[role]
        self.what = "an instance" if role is Role.INSTANCE else f"a {role.value}"
        self.diagnostics = diagnostics

    def read(self, root: Node | None) -> FileRecord:
        """The record of the tree `root`; one that is not readable where its envelope is broken."""
        nothing = FileRecord(self.role, False, {})
        if root is None and self.diagnostics:
            return nothing
        envelope = self.mapping(root, "the file")
        if envelope is None:
            return nothing
        self.check_envelope(envelope)
        content = self.mapping(envelope.entries.get("object"), "`object`", root)
        if content is None:
            return nothing
        attributes = self.mapping(content.entries.get("attributes"), "`attributes`", content)
        if attributes is None:
            return nothing
        self.unread_keys(content, frozenset(("attributes", self.shape.parts)))
        return FileRecord(
            self.role,
            True,
            self.attributes(attributes),
            self.parts(content),
            self.embedded(attributes.entries.get("embedded_methods")),
            self.options(attributes.entries.get("options")),
        )

    def check_envelope(self, envelope: YamlMapping) -> None:
        """Reports keys beside those of the envelope, and an `object_type` that the file's place gainsays."""
        self.unread_keys(envelope, _ENVELOPE)
        said = envelope.entries.get("object_type")
        if said is not None and not isinstance(said, YamlMapping | Sequence) and said[0] != self.role.value:
            advice = f"write `object_type: {self.role.value}`, or move the file"
            text = said[0] or ""
            role = self.role.value
            at = (said[1], said[2], len(text))
            self.report(WRONG_OBJECT_TYPE, *at, advice, said=text, role=role, replacement=role if text else "")

    def attributes(self, node: YamlMapping) -> Attributes:
        """The attributes of the object, checked; what has a place of its own in the model is left out."""
        entries = node.entries
        if not entries.keys() <= self.shape.keys:
            self.unknown_keys(entries, self.shape.keys, self.what)
        if aside := self.shape.aside:
            entries = {key: each for key, each in entries.items() if key not in aside}
        found = self.texts(entries)
        if self.role is Role.METHOD:
            self.check_choices(found, METHOD_CHOICES, node)
        if self.role is not Role.NAMESPACE:
            self.check_name(found.get("name"), self.shape.pattern, self.shape.rule, self.what, node)
        return found

    def parts(self, content: YamlMapping) -> tuple[Part, ...]:
        """The fields, values or inputs in the list of `content`."""
        if not self.shape.parts:
            return ()
        listed = content.entries.get(self.shape.parts)
        if listed is None or (type(listed) is tuple and listed[0] is None):
            return ()
        if not isinstance(listed, Sequence):
            self.malformed(
                f"`{self.shape.parts}` is no list", listed, "write each item on a line of its own, behind `- `"
            )
            return ()
        if self.role is Role.INSTANCE:
            values = [each for item in listed.items for each in self.values(item)]
            self.check_twins([value.name for value in values], "the value of")
            return tuple(values)
        fields = [each for item in listed.items for each in self.fields(item)]
        self.check_twins([field.attributes["name"] for field in fields if "name" in field.attributes], "the field")
        return tuple(fields)

    def fields(self, item: Node) -> Iterator[Field | Input]:
        """The field, or input, that one item of a schema declares; none where it is not understood."""
        named = self.mapping(item, "this item")
        if named is None:
            return
        node = self.mapping(named.entries.get("field"), "`field`", named)
        if len(named.entries) > 1:
            self.unread_keys(named, frozenset(("field",)))
        if node is None:
            return
        entries = node.entries
        if not entries.keys() <= _FIELD_KEY_SET:
            self.unknown_keys(entries, _FIELD_KEY_SET, "a field")
        found = self.texts(entries)
        self.check_choices(found, FIELD_CHOICES, node)
        is_input = self.role is Role.METHOD
        self.check_name(found.get("name"), FIELD_NAME, FIELD_NAME_RULE, "an input" if is_input else "a field", node)
        yield Input(found) if is_input else Field(found)

    def values(self, item: Node) -> Iterator[Value]:
        """The values that one item under `fields` gives: one, as ManageIQ writes it, or several."""
        named = self.mapping(item, "this item")
        if named is None:
            return
        for name, node in named.entries.items():
            if not isinstance(node, YamlMapping):
                self.mapping(node, f"the value of `{name}`")
                continue
            if not node.entries.keys() <= _VALUE_KEY_SET:
                self.unknown_keys(node.entries, _VALUE_KEY_SET, "a value")
            line, column = node.key_line, node.key_column
            yield Value(Text(name, line, column, line, column), self.texts(node.entries))

    def texts(self, entries: dict[str, Node]) -> dict[str, Text]:
        """`entries` as texts; the plain case is made here in one go, since every field passes through."""
        return {key: _make(Text, node[:5]) if type(node) is tuple else self.text(node) for key, node in entries.items()}

    def text(self, node: Node) -> Text:
        """A node as the text column holds it: lists and mappings become their Ruby inspection."""
        if type(node) is tuple:
            return _make(Text, node[:5])
        text = _inspect(node)
        what = "a list" if isinstance(node, Sequence) else "keys"
        advice = "write a text, or line these up with the key above" if what == "keys" else "write a text: 'a, b'"
        self.report(NESTED_VALUE, node[1], node[2], 1, advice, what=what, text=shown(text))
        return Text(text, *node[1:5])

    def embedded(self, node: Node | None) -> tuple[Text, ...]:
        """The embedded methods: a list of paths; a single path, or nil."""
        if node is None:
            return ()
        if isinstance(node, Sequence):
            return tuple(self.text(each) for each in node.items)
        if type(node) is tuple:
            return () if node[0] is None else (self.text(node),)
        self.malformed("`embedded_methods` is no list", node, "write each path on a line of its own, behind `- `")
        return ()

    def options(self, node: Node | None) -> Mapping[str, Any]:
        """The options: a mapping of JSON data."""
        if node is None or (type(node) is tuple and node[0] is None):
            return {}
        if isinstance(node, YamlMapping):
            return {key: _plain(each) for key, each in node.entries.items()}
        self.malformed("`options` is no mapping", node, "write `name: value` on a line of its own for each")
        return {}

    def mapping(self, node: Node | None, what: str, outer: Node | None = None) -> YamlMapping | None:
        """`node`, where it is a mapping; None and a diagnostic otherwise, at `outer` where there is no node."""
        if isinstance(node, YamlMapping):
            return node
        if node is None:
            self.malformed(f"{what} is missing" if outer else f"{what} is empty", outer, _FORM[self.role])
        else:
            self.malformed(f"{what} holds no keys", node, _FORM[self.role])
        return None

    def check_choices(
        self, found: Mapping[str, Text], choices: Mapping[str, _Choice], node: YamlMapping | Text
    ) -> None:
        """Reports values in `found` that are none of those of their key, at `node` where the key is absent."""
        for key, choice in choices.items():
            text = found.get(key)
            value = None if text is None else text.value
            if value in choice.values or (value is None and not choice.needed) or not self.has_room():
                continue
            listed = f"it is one of: {', '.join(sorted(choice.values))}"
            if text is None or value is None:
                self.malformed(f"{self.what} without a `{key}`", text or node, listed)
            else:
                advice = f"{did_you_mean(value, tuple(choice.values))} {listed}".lstrip()
                self.report(choice.kind, text.line, text.column, len(value), advice, value=value)

    def check_name(
        self, name: Text | None, pattern: re.Pattern[str], rule: str, what: str, node: YamlMapping | Text
    ) -> None:
        """Reports a name that is not there, at `node`, or that does not fit `pattern`."""
        if name is None or not name.value:
            self.malformed(f"{what} without a name", name or node, "give it a `name`")
        elif not pattern.match(name.value):
            self.report(INVALID_NAME, name.line, name.column, len(name.value), rule, what=what, name=name.value)

    def check_twins(self, names: list[Text], what: str) -> None:
        """Reports names that stand twice, and names that differ by case only."""
        seen: dict[str, Text] = {}
        for name in names:
            if (
                name.value is not None
                and (first := seen.setdefault(fold(name.value), name)) is not name
                and self.has_room()
            ):
                self.diagnostics.append(twin(what, name.value, name.span(""), first.value or "", first.span("")))

    def unknown_keys(self, entries: dict[str, Node], known: frozenset[str], what: str) -> None:
        """Reports the keys of `entries` that are not `known`. A namespace's keys are never read, whatever they say."""
        kind = UNREAD_KEY if self.role is Role.NAMESPACE else UNKNOWN_KEY
        for key, node in entries.items():
            if key not in known and self.has_room():
                advice = did_you_mean(key, tuple(known - BOOKKEEPING)) or "take it away"
                self.report(kind, node[3], node[4], len(key), advice, what=what, key=key)

    def unread_keys(self, node: YamlMapping, known: frozenset[str]) -> None:
        """Reports the keys of `node` that the reference engine passes over."""
        if node.entries.keys() <= known:
            return
        for key, inner in node.entries.items():
            if key not in known and self.has_room():
                advice = did_you_mean(key, tuple(known)) or "take it away"
                self.report(UNREAD_KEY, inner[3], inner[4], len(key), advice, key=key)

    def malformed(self, what: str, node: "Node | Text | None", advice: str) -> None:
        """Reports what has not the form that it should have, at the place of `node`."""
        self.report(MALFORMED_FILE, *((1, 1) if node is None else (node[1], node[2])), 1, advice, what=what)

    def has_room(self) -> bool:
        """Whether more is to be said of this file. Asked where a suggestion is looked for: that takes a millisecond."""
        return len(self.diagnostics) < MAX_DIAGNOSTICS

    def report(self, kind: DiagnosticKind, line: int, column: int, length: int, advice: str, **holes: str) -> None:
        """Keeps a finding, unless there are too many."""
        if self.has_room():
            self.diagnostics.append(kind.at(Span("", line, column, max(1, length)), advice, (), **holes))


_make: Callable[[type[Text], tuple[Any, ...]], Text] = tuple.__new__
_FORM = {
    Role.DOMAIN: "a domain's file has `object_type: domain` and `object:` with `attributes:`",
    Role.NAMESPACE: "a namespace's file has `object_type: namespace` and `object:` with `attributes:`",
    Role.CLASS: "a class's file has `object:` with `attributes:` and `schema:`, a list of `- field:`",
    Role.INSTANCE: "an instance's file has `object:` with `attributes:` and `fields:`, a list of `- NAME:`",
    Role.METHOD: "a method's file has `object:` with `attributes:` and `inputs:`, a list of `- field:`",
}


def _inspect(node: Node) -> str:
    """A node as Ruby shows it, its scalars typed (ENGINE-FACTS 11.4)."""
    from aelang.syntax import psych

    if isinstance(node, Sequence):
        return psych.inspect_list(map(_inspect, node.items))
    if isinstance(node, YamlMapping):
        return psych.inspect_hash(
            (psych.inspect(key if key in node.quoted else psych.type_of(key)), _inspect(each))
            for key, each in node.entries.items()
        )
    return psych.inspect(node[0] if node[5] is None else psych.type_of(node[5]))


def _plain(node: Node) -> Any:
    """A node as JSON data: numbers, booleans and nil keep their type, all else is text."""
    from aelang.syntax import psych

    if isinstance(node, Sequence):
        return [_plain(each) for each in node.items]
    if isinstance(node, YamlMapping):
        return {key: _plain(each) for key, each in node.entries.items()}
    typed = node[0] if node[5] is None else psych.type_of(node[5])
    if isinstance(typed, float) and (typed != typed or typed in (float("inf"), float("-inf"))):
        return node[0]
    return typed if typed is None or isinstance(typed, bool | int | float) else node[0]
