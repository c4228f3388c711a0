"""Records: what one file says, free of the file's name, so that equal contents share one and it can be kept as JSON."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, NamedTuple, TypeAlias

from aelang.diagnostics import Diagnostic, DiagnosticKind, Label, Severity
from aelang.loader.allowances import Allowance
from aelang.model import Attributes, Field, Input, Text, Value
from aelang.source import Span

__all__ = ["FileRecord", "Part", "Role", "placed", "record_from_json", "record_to_json"]


class Role(Enum):
    """What a file is, told from its place in the tree."""

    DOMAIN = "domain"
    NAMESPACE = "namespace"
    CLASS = "class"
    INSTANCE = "instance"
    METHOD = "method"
    AEL = "ael"


Part: TypeAlias = Field | Value | Input


class FileRecord(NamedTuple):
    """What one file says. `parts` are a class's fields, an instance's values, a method's inputs.

    That of a `.ael` file has those of its instances and methods as `inner`, and a method's in it the body that stands
    there as `code`; such records are never kept as JSON. `readable` is false where the file gave nothing to build from;
    its diagnostics then say why. The spans of `diagnostics` name no source: see `placed`.
    """

    role: Role
    readable: bool
    attributes: Attributes
    parts: tuple[Part, ...] = ()
    embedded: tuple[Text, ...] = ()
    options: Mapping[str, Any] = {}  # Any: an author's own tree of JSON data
    diagnostics: tuple[Diagnostic, ...] = ()
    allowances: tuple[Allowance, ...] = ()
    inner: tuple["FileRecord", ...] = ()
    code: Text | None = None

    @property
    def name(self) -> Text:
        """The name the file gives itself; a Text without value where it gives none."""
        return self.attributes.get("name") or Text(None)


def placed(diagnostic: Diagnostic, source: str) -> Diagnostic:
    """`diagnostic` with `source` as the file of its span and of its labels."""
    labels = tuple(Label(label.span._replace(source=source), label.text) for label in diagnostic.labels)
    return diagnostic._replace(span=diagnostic.span._replace(source=source), labels=labels)


def record_to_json(record: FileRecord) -> list[Any]:
    """`record` as plain JSON data, short: tuples of positions, no names of keys."""
    match record.role:
        case Role.INSTANCE:
            parts: list[Any] = [[part.name, part.attributes] for part in record.parts if isinstance(part, Value)]
        case _:
            parts = [part.attributes for part in record.parts]
    said = [_diagnostic_to_json(each) for each in record.diagnostics]
    return [record.role.value, record.readable, record.attributes, parts, record.embedded, record.options, said,
            record.allowances]  # fmt: skip


def record_from_json(data: list[Any]) -> FileRecord:
    """The record that `data` was made of. Raises TypeError, ValueError, KeyError or IndexError for anything else."""
    role_name, readable, attributes, parts, embedded, options, said, allowances = data
    role = Role(role_name)
    made: tuple[Part, ...]
    match role:
        case Role.INSTANCE:
            made = tuple(Value(Text._make(name), _attributes(inner)) for name, inner in parts)
        case Role.METHOD:
            made = tuple(Input(_attributes(inner)) for inner in parts)
        case _:
            made = tuple(Field(_attributes(inner)) for inner in parts)
    return FileRecord(
        role,
        bool(readable),
        _attributes(attributes),
        made,
        tuple(Text._make(each) for each in embedded),
        dict(options),
        tuple(_diagnostic_from_json(each) for each in said),
        tuple(Allowance(*each) for each in allowances),
    )


def _attributes(data: dict[str, Any]) -> Attributes:
    return {key: Text._make(text) for key, text in data.items()}


def _diagnostic_to_json(said: Diagnostic) -> list[Any]:
    kind = [said.kind.slug, said.kind.severity.value, said.kind.template]
    labels = [[label.span[1:], label.text] for label in said.labels]
    return [kind, said.span[1:], said.message, said.help, labels, said.replacement]


def _diagnostic_from_json(data: list[Any]) -> Diagnostic:
    (slug, severity, template), place, message, advice, labels, replacement = data
    kind = DiagnosticKind(slug, Severity(severity), template)
    known = tuple(Label(Span("", *at), text) for at, text in labels)
    return Diagnostic(kind, Span("", *place), message, advice, known, replacement)
