"""An inventory file: the records for a run without a server, in YAML, by model.

    User:
      - {id: 1, name: Ann, userid: ann, current_group: Builders}
    Vm:
      - id: 7
        name: web
        owner: ann                  # by name, or by id
        options: {size: [3, large]}
        source: {Vm: web}           # where any model may stand, with its model

Names of models, attributes and references are checked, each against what the model declares.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeGuard

from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity, did_you_mean
from aelang.interpreter.conversion import service_model_name
from aelang.interpreter.times import parse_time
from aelang.interpreter.values import RunValue, Symbol
from aelang.loader.trees import UNREADABLE_FILE
from aelang.services import Catalog, Inventory, is_model
from aelang.services.choices import ELIGIBLE
from aelang.services.declaring import ANY, Association, Declared, declared
from aelang.services.inventory import Rows, default_rows
from aelang.services.linking import link
from aelang.services.models import PARENTS, ancestors
from aelang.services.records import Reference
from aelang.source import Source, Span
from aelang.syntax import psych
from aelang.syntax.yaml import Mapping as YamlMapping
from aelang.syntax.yaml import Node, Scalar, parse_yaml
from aelang.syntax.yaml import Sequence as YamlSequence

UNKNOWN_MODEL = DiagnosticKind("unknown-model", Severity.ERROR, "there is no service model `{name}`")
UNKNOWN_ATTRIBUTE = DiagnosticKind("unknown-attribute", Severity.ERROR, "`{model}` has no attribute `{name}`")
UNKNOWN_RECORD = DiagnosticKind("unknown-record", Severity.ERROR, "there is no {model} {name} in the inventory")
INVALID_RECORD = DiagnosticKind("invalid-record", Severity.ERROR, "{fault}")

_KEPT_BESIDE: Mapping[str, str] = {"tags": "Array", "custom_attributes": "Hash"}
"""What every record may keep besides what its model declares: what `tags` and `custom_get` read."""


_NO_ROWS: Rows = {}


class Loaded(NamedTuple):
    """The service models of a file, None where it is faulty; what is wrong with it; and the records that it has."""

    catalog: Catalog | None
    source: Source
    diagnostics: tuple[Diagnostic, ...]
    rows: Rows = _NO_ROWS


def load_inventory(path: str, user: int = 1) -> Loaded:
    """The inventory in the file `path`, with `user` as the caller. What it does not mention of the usual user, group,
    tenant and server is as without an inventory."""
    try:
        with open(path, "rb") as stream:
            source = Source(path, stream.read())
    except OSError as fault:
        finding = UNREADABLE_FILE.at(Span(path), "name a YAML file that can be read", reason=fault.strerror or fault)
        return Loaded(None, Source(path, b""), (finding,))
    return read_inventory(source, user)


def read_inventory(source: Source, user: int = 1) -> Loaded:
    """As `load_inventory`, of a text that is at hand."""
    document = parse_yaml(source.data)
    found = [each._replace(span=each.span._replace(source=source.name)) for each in document.diagnostics]
    return Loaded(None, source, tuple(found)) if found else take_inventory(document.root, source, user)


def take_inventory(root: Node | None, source: Source, user: int = 1) -> Loaded:
    """As `read_inventory`, of a part of `source` that has been parsed."""
    reader = _Reader(source.name)
    written = reader.read(root)
    if reader.diagnostics:
        return Loaded(None, source, tuple(sorted(reader.diagnostics, key=lambda each: each.span)))
    linked = link(written)
    rows = {model: list(several) for model, several in linked.items()}
    for model, several in default_rows().items():
        taken = {each["id"] for each in rows.get(model, ())}
        rows.setdefault(model, []).extend(each for each in several if each["id"] not in taken)
    return Loaded(Catalog(Inventory(rows), user), source, (), linked)


class _Entry(NamedTuple):
    """A record on the way in: what is written, and under which reference it will be known."""

    reference: Reference
    declared: Declared
    node: YamlMapping


class _Reader:
    """Reads one file: first which records there are, then what they hold, so that order does not matter."""

    def __init__(self, name: str) -> None:
        self._source = name
        self._entries: list[_Entry] = []
        self._taken: dict[tuple[str, int], Reference] = {}
        self._names: dict[str, list[tuple[Reference, str]]] = {}
        self.diagnostics: list[Diagnostic] = []

    def read(self, root: Node | None) -> dict[str, list[dict[str, object]]]:
        if root is None:
            return {}
        if not isinstance(root, YamlMapping):
            self._report(INVALID_RECORD, root, _SHAPE, fault="an inventory has a list of records for each model")
            return {}
        for name, node in root.entries.items():
            self._enter_model(name, node)
        written: dict[str, list[dict[str, object]]] = {}
        for entry in self._entries:
            written.setdefault(entry.reference.model, []).append(self._record(entry))
        return written

    # -- which records there are -----------------------------------------------------------------------------------

    def _enter_model(self, name: str, node: Node) -> None:
        model = name if is_model(name) else service_model_name(name, Catalog(Inventory({})))
        if model is None:
            hint = did_you_mean(name, PARENTS) or "the models are listed in docs/services.md"
            self._report(UNKNOWN_MODEL, node, hint, key=True, length=len(name), name=name)
        elif not isinstance(node, YamlSequence):
            if not _is_nil(node):
                self._report(INVALID_RECORD, node, _SHAPE, fault=f"the records of `{name}` are a list")
        else:
            waiting = [each for each in node.items if self._is_record(each)]
            for each in sorted(waiting, key=lambda each: "id" not in each.entries):  # type: ignore[union-attr]  # they are
                self._enter(model, each)  # type: ignore[arg-type]  # mappings: see _is_record

    def _is_record(self, node: Node) -> bool:
        if isinstance(node, YamlMapping):
            return True
        self._report(INVALID_RECORD, node, _SHAPE, fault="a record is a mapping of its attributes")
        return False

    def _enter(self, model: str, node: YamlMapping) -> None:
        number = self._number(model, node)
        if number is None:
            return
        reference = Reference(model, number)
        table = ancestors(model)[-1]
        if (table, number) in self._taken:
            fault = f"there are two records of {table} with the id {number}"
            self._report(INVALID_RECORD, node.entries.get("id", node), "give one another id", fault=fault)
            return
        self._taken[table, number] = reference
        known = declared(model)
        names = [_text(node.entries[each]) for each in known.named_by if each in node.entries]
        self._names.setdefault(table, []).extend((reference, name) for name in names if name)
        self._entries.append(_Entry(reference, known, node))

    def _number(self, model: str, node: YamlMapping) -> int | None:
        if "id" not in node.entries:
            table = ancestors(model)[-1]
            return 1 + max((number for known, number in self._taken if known == table), default=0)
        value = read_value(node.entries["id"])
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
        self._report(INVALID_RECORD, node.entries["id"], "write `id: 7`", fault="an id is a whole number above 0")
        return None

    # -- what they hold --------------------------------------------------------------------------------------------

    def _record(self, entry: _Entry) -> dict[str, object]:
        record: dict[str, object] = {"id": entry.reference.id}
        for name, node in entry.node.entries.items():
            if name != "id":
                self._read_part(entry, name, node, record)
        return record

    def _read_part(self, entry: _Entry, name: str, node: Node, record: dict[str, object]) -> None:
        known = entry.declared
        association = known.associations.get(name) or _eligible(known, name)
        kind = known.type_of(name) or _KEPT_BESIDE.get(name) or _given_by_method(known, name)
        if association is not None:
            record[name] = self._references(association, node)
        elif kind is None:
            names = [*known.attributes, *known.virtual, *known.associations]
            hint = did_you_mean(name, names) or "docs/services.md lists what each model has"
            self._report(
                UNKNOWN_ATTRIBUTE, node, hint, key=True, length=len(name), model=entry.reference.model, name=name
            )
        else:
            record[name] = self._typed(name, kind, node)

    def _typed(self, name: str, kind: str, node: Node) -> RunValue:
        value = read_value(node)
        if kind == "String" and value is not None and _is_scalar(node):
            value = value if isinstance(value, Symbol) else node[5] or node[0]  # `power_state: on` is no boolean
        made = None if value is None else _CONVERSIONS[kind](value)
        if value is not None and made is None:
            self._report(INVALID_RECORD, node, _ADVICE.get(kind, ""), fault=f"`{name}` is of type {kind}")
        if name == "options" and isinstance(made, dict):
            return {key if isinstance(key, Symbol) else Symbol(str(key)): each for key, each in made.items()}
        return made

    def _references(self, association: Association, node: Node) -> object:
        if association.many:
            items = node.items if isinstance(node, YamlSequence) else [] if _is_nil(node) else [node]
            found = [self._reference(association.model, each) for each in items]
            return [each for each in found if each is not None]
        return None if _is_nil(node) else self._reference(association.model, node)

    def _reference(self, model: str, node: Node) -> Reference | None:
        named = _named_model(node)
        if named is not None:
            model, node = named
        if model == ANY or not is_model(model):
            hint = "write `{Vm: web}`: the model, and the id or the name"
            self._report(INVALID_RECORD, node, hint, fault="which model the record is of is not clear")
            return None
        value = read_value(node)
        found = self._found(model, value)
        if len(found) == 1:
            return found[0]
        self._report_reference(model, node, value, found)
        return None

    def _found(self, model: str, value: RunValue) -> list[Reference]:
        table = ancestors(model)[-1]
        if isinstance(value, int) and not isinstance(value, bool):
            known = self._taken.get((table, value))
            usual = [Reference(model, value)] if known is None and _is_usual(model, value) else []
            return usual if known is None else [known] if model in ancestors(known.model) else []
        named = [each for each, name in self._names.get(table, ()) if name == value] or _usual(model, value)
        return list(dict.fromkeys(each for each in named if model in ancestors(each.model)))

    def _report_reference(self, model: str, node: Node, value: RunValue, found: list[Reference]) -> None:
        if found:
            fault = f"{len(found)} records of {model} have the name {value!r}"
            self._report(
                INVALID_RECORD, node, f"name it by its id: {', '.join(str(each.id) for each in found)}", fault=fault
            )
            return
        names = [name for _, name in self._names.get(ancestors(model)[-1], ())]
        hint = did_you_mean(str(value), names) or f"list it under `{model}:`"
        shown = f"with the id {value}" if isinstance(value, int) else f"`{value}`"
        self._report(UNKNOWN_RECORD, node, hint, length=len(str(value)), model=model, name=shown)

    def _report(
        self, kind: DiagnosticKind, node: Node, advice: str, *, key: bool = False, length: int = 1, **holes: str
    ) -> None:
        line, column = _place(node, key=key)
        self.diagnostics.append(kind.at(Span(self._source, line, column, length), advice, (), **holes))


_SHAPE = "write `Vm:` and below it `- {id: 7, name: web}`"
_ADVICE = {
    "Time": "write it as 2026-01-31 12:00:00",
    "Integer": "write a whole number",
    "Float": "write a number",
    "Boolean": "write true or false",
    "Hash": "write a mapping",
    "Array": "write a list",
    "String": "write a text",
}


def _eligible(known: Declared, name: str) -> Association | None:
    """A list of records that a request or a task may choose from: `eligible_hosts`."""
    method = known.methods.get(name)
    if method is None or method.function != "eligible":
        return None
    return Association(name, True, ELIGIBLE[name], "listed", name)


def _given_by_method(known: Declared, name: str) -> str | None:
    """What only an inventory can know of a method: `eligible_hosts`, `get_domain_name`."""
    for each in (name, f"{name}?"):
        method = known.methods.get(each)
        if method is not None and method.function == "given":
            return "Any"
    return None


def _is_usual(model: str, number: int) -> bool:
    return any(each["id"] == number for each in default_rows().get(model, ()))


def _usual(model: str, name: RunValue) -> list[Reference]:
    """The usual record of that name, where the file has none."""
    columns = declared(model).named_by
    found = [each["id"] for each in default_rows().get(model, ()) if name in [each.get(column) for column in columns]]
    return [Reference(model, number) for number in found if isinstance(number, int)]


def _named_model(node: Node) -> tuple[str, Node] | None:
    """`{Vm: web}`, or `{model: Vm, id: 7}`."""
    if not isinstance(node, YamlMapping):
        return None
    entries = node.entries
    if set(entries) in ({"model", "id"}, {"model", "name"}):
        return _text(entries["model"]) or "", entries.get("id") or entries["name"]
    return next(iter(entries.items())) if len(entries) == 1 else None


def _place(node: Node, *, key: bool) -> tuple[int, int]:
    if isinstance(node, YamlMapping | YamlSequence):
        line, column = (node.key_line, node.key_column) if key else (node.line, node.column)
    else:
        line, column = (node[3], node[4]) if key else (node[1], node[2])
    return line, column


def _is_scalar(node: Node) -> TypeGuard[Scalar]:
    return not isinstance(node, YamlMapping | YamlSequence)


def _is_nil(node: Node) -> bool:
    return _is_scalar(node) and node[0] is None


def _text(node: Node) -> str | None:
    return None if isinstance(node, YamlMapping | YamlSequence) else node[0]


def read_value(node: Node) -> RunValue:
    """The value of `node` as written: typed as Ruby reads YAML, with `:name` a symbol, as a key too."""
    if isinstance(node, YamlMapping):
        return {_key(name): read_value(each) for name, each in node.entries.items()}
    if isinstance(node, YamlSequence):
        return [read_value(each) for each in node.items]
    if node[5] is None:
        return node[0]
    match psych.type_of(node[5]):
        case psych.Symbol(name):
            return Symbol(name)
        case psych.Moment(text, _):
            return _time(text)
        case plain:
            return plain


_SYMBOL = re.compile(r":\w+[?!]?")


def _key(name: str) -> str | Symbol:
    return Symbol(name[1:]) if _SYMBOL.fullmatch(name) else name


def _time(value: RunValue) -> RunValue:
    if isinstance(value, datetime):
        return value
    return parse_time(value, lambda: datetime.now(UTC)) if isinstance(value, str) else None


def _of_type(*types: type) -> Callable[[Any], RunValue]:
    def take(value: RunValue) -> RunValue:
        return value if isinstance(value, types) and (bool in types or not isinstance(value, bool)) else None

    return take


def _string(value: RunValue) -> RunValue:
    return value.name if isinstance(value, Symbol) else value if isinstance(value, str) else None


_CONVERSIONS: dict[str, Callable[[Any], RunValue]] = {
    "String": _string,
    "Integer": _of_type(int),
    "Float": _of_type(int, float),
    "Boolean": _of_type(bool),
    "Time": _time,
    "Hash": _of_type(dict),
    "Array": _of_type(list),
    "Any": lambda value: value,
}
"""What a value must be to be of a type; nil where it cannot be."""
