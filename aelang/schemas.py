"""Schemas: JSON Schema of the files of a datastore, for editors that complete keys and mark what is wrong as one types.

There is one for each kind of file, and one for the instances of each class, which knows the class's fields. They say
what a single file may hold and no more: what leads where is told by `validate`. The draft is number 7, the newest that
language servers for YAML know in full.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

from aelang import ir, model
from aelang.loader.read import BOOKKEEPING, FIELD_CHOICES, METHOD_CHOICES
from aelang.names import fold, is_blank
from aelang.project import Compilation

Json: TypeAlias = Any  # what `json` writes; its own type cannot be said without a cycle

KINDS = ("domain", "namespace", "class", "instance", "method")
"""The kinds of files."""

_DRAFT = "http://json-schema.org/draft-07/schema#"
_CHOICES = {"field": FIELD_CHOICES, "method": METHOD_CHOICES}
_SCALAR: Json = {"type": ["string", "number", "boolean", "null"]}
_NAMES = {"field": r"^\w+$", "method": r"^\w+$", "namespace": r"^[\w.$-]+$", "domain": r"^[\w.$-]+$"}
_NAME = r"^[\w.-]+$"


class InstanceSchema(NamedTuple):
    """The schema for the instances of the class with the full path `klass`; `folder` is where their files stand."""

    klass: str
    folder: str
    schema: Json


def file_schema(kind: str) -> Json:
    """The schema of the files of `kind`, one of KINDS."""
    match kind:
        case "domain":
            inner = _object(_attributes(model.DOMAIN_KEYS, "domain"))
        case "namespace":
            inner = _object(_open(_attributes(model.NAMESPACE_KEYS, "namespace")))
        case "class":
            inner = _object(_attributes(model.CLASS_KEYS, "class"), schema=_fields("Its fields, in any order."))
        case "instance":
            values = {"type": "object", "minProperties": 1, "additionalProperties": _value()}
            inner = _object(_attributes(model.INSTANCE_KEYS, "instance"), fields=_list(values, _VALUES))
        case _:
            inner = _object(_method_attributes(), inputs=_fields("What a call may say, in this order."))
    return _file(kind, inner, f"{kind.capitalize()}: a file of a ManageIQ Automate datastore")


def instance_schemas(compiled: Compilation) -> Iterator[InstanceSchema]:
    """The schema of the instances of each class of the roots that has its instances in files of their own."""
    for domain in compiled.datastore.domains:
        if domain.root in compiled.settings.roots:
            for klass in domain.classes.values():
                if klass.source.endswith("/__class__.yaml"):
                    path = f"{domain.name}/{klass.path}"
                    yield InstanceSchema(path, klass.source.rpartition("/")[0], class_schema(path, compiled))


def class_schema(path: str, compiled: Compilation) -> Json:
    """The schema of the instances of the class with the full path `path`. Raises KeyError where there is none."""
    klass = compiled.image.class_at(path)
    if klass is None:
        raise KeyError(path)
    written = _written(klass, compiled)
    values: dict[str, Json] = {}
    patterns: dict[str, Json] = {}
    for field in klass.fields:
        said = written.get(fold(field.name))
        value = _value() if said is None else _value_of(said)
        values[field.name] = value
        patterns[f"^{_in_any_case(field.name)}$"] = _definition(field.name)
    item = {
        "type": "object",
        "minProperties": 1,
        "properties": {name: _definition(name) for name in values},
        "patternProperties": patterns,
        "additionalProperties": False,
    }
    inner = _object(_attributes(model.INSTANCE_KEYS, "instance"), fields=_list(item, _VALUES))
    return _file("instance", inner, f"An instance of /{path}") | {"definitions": values}


def yaml_settings(folder: str, instances: Iterable[InstanceSchema]) -> Json:
    """The setting `yaml.schemas` that tells an editor which of the files in `folder` is for which files."""
    here = folder.rstrip("/") or "."
    found: dict[str, Json] = {
        f"{here}/domain.json": ["**/__domain__.yaml"],
        f"{here}/namespace.json": ["**/__namespace__.yaml"],
        f"{here}/class.json": ["**/__class__.yaml"],
        f"{here}/method.json": ["**/__methods__/*.yaml"],
        f"{here}/instance.json": ["**/*.class/*.yaml", "!**/__class__.yaml"],
    }
    for each in instances:
        found[f"{here}/{file_of(each)}"] = [f"{each.folder}/*.yaml", "!**/__class__.yaml"]
    return {"yaml.schemas": found}


def file_of(schema: InstanceSchema) -> str:
    """The file for `schema`, below the folder of all schemas, whatever somebody called a domain."""
    parts = (part.replace("\0", "_") for part in schema.klass.split("/"))
    return "/".join(("instances", *(part if part.strip(".") else "_" for part in parts))) + ".json"


# -- what stands in every file -----------------------------------------------------------------------------------------

_VALUES = "A value for each field that is not to have the default of the class."


def _file(kind: str, inner: Json, title: str) -> Json:
    return {
        "$schema": _DRAFT,
        "title": title,
        "type": "object",
        "required": ["object"],
        "properties": {
            "object_type": {"const": kind, "description": "What the file is; its place in the tree decides."},
            "version": _SCALAR | {"description": "The version of the form: 1.0."},
            "object": inner,
        },
    }


def _object(attributes: Json, **parts: Json) -> Json:
    return {"type": "object", "required": ["attributes"], "properties": {"attributes": attributes, **parts}}


def _attributes(keys: Iterable[str], kind: str) -> Json:
    known = {key: _key(key, kind) for key in keys} | dict.fromkeys(sorted(BOOKKEEPING), _SCALAR)
    required = [] if kind == "namespace" else ["name"]
    return {"type": "object", "required": required, "properties": known, "additionalProperties": False}


def _open(schema: Json) -> Json:
    """`schema` with any other key: what stands in a namespace's file is never read."""
    return schema | {"additionalProperties": True}


def _method_attributes() -> Json:
    found: Json = _attributes(model.METHOD_KEYS, "method")
    found["required"] = ["name", *sorted(key for key, choice in METHOD_CHOICES.items() if choice.needed)]
    found["properties"] |= {
        "options": {"type": ["object", "null"], "description": "Settings of a playbook or a job template."},
        "embedded_methods": {
            "type": ["array", "string", "null"],
            "items": {"type": "string"},
            "description": "Methods whose code goes before this one: `/Ns/Class/method` each.",
        },
    }
    return found


def _list(item: Json, description: str) -> Json:
    return {"type": ["array", "null"], "items": item, "description": description}


def _fields(description: str) -> Json:
    keys = {key: _key(key, "field") for key in model.FIELD_KEYS} | dict.fromkeys(sorted(BOOKKEEPING), _SCALAR)
    field = {"type": "object", "required": ["name"], "properties": keys, "additionalProperties": False}
    item = {"type": "object", "required": ["field"], "properties": {"field": field}}
    return _list(item, description)


def _key(key: str, kind: str) -> Json:
    """The schema of one key of a `kind` of thing."""
    described = {"description": _ABOUT[key]} if key in _ABOUT else {}
    if key == "name":
        return {"type": ["string", "number"], "pattern": _NAMES.get(kind, _NAME)} | described
    choice = _CHOICES.get(kind, {}).get(key)
    if choice is None:
        return _SCALAR | described
    return {"enum": [*sorted(choice.values), *([] if choice.needed else [None])]} | described


def _value() -> Json:
    """The schema of what an instance says for a field."""
    keys = {key: _key(key, "value") for key in model.VALUE_KEYS} | dict.fromkeys(sorted(BOOKKEEPING), _SCALAR)
    return {"type": "object", "properties": keys, "additionalProperties": False}


# -- what a class says of its instances --------------------------------------------------------------------------------


def _written(klass: ir.Class, compiled: Compilation) -> dict[str, model.Field]:
    """The fields of `klass` as they were written: its own, else those of the nearest ancestor that has them."""
    found: dict[str, model.Field] = {}
    for path in (klass.path, *klass.ancestors):
        written = compiled.model_class(path)
        for field in () if written is None else written.schema:
            found.setdefault(fold(field.name), field)
    return found


def _value_of(field: model.Field) -> Json:
    """The schema of what an instance says for `field`: what the class says about it is shown as one types."""
    schema = _value()
    about = _about_field(field)
    value: Json = schema["properties"]["value"] | {"description": about}
    default = field.get("default_value")
    is_secret = fold(field.get("datatype") or "") == "password"
    if default is not None and not is_blank(default) and not is_secret:
        value["default"] = default
    schema["properties"]["value"] = value
    return schema | {"description": about}


def _about_field(field: model.Field) -> str:
    said = [field.get("aetype") or "attribute"]
    if not is_blank(field.get("datatype")):
        said.append(f"of data type {field.get('datatype')}")
    default = field.get("default_value")
    if not is_blank(default) and fold(field.get("datatype") or "") != "password":
        said.append(f"by default `{default}`")
    if not is_blank(field.get("message")) and field.get("message") != "create":
        said.append(f"on {field.get('message')}")
    words = [field.get("display_name"), field.get("description"), ", ".join(said)]
    return ". ".join((word or "").strip().rstrip(".") for word in words if not is_blank(word)) + "."


def _definition(name: str) -> Json:
    """Where the schema has the definition `name`."""
    from urllib.parse import quote

    return {"$ref": f"#/definitions/{quote(name.replace('~', '~0').replace('/', '~1'))}"}


def _in_any_case(name: str) -> str:
    """A pattern for `name`, whatever the case: JSON Schema has no flag for that."""
    return "".join(
        f"[{each.upper()}{each.lower()}]" if each.isalpha() else f"\\{each}" if each in _SIGNS else each
        for each in name
    )


_SIGNS = frozenset("\\^$.|?*+()[]{}/")


_ABOUT: Mapping[str, str] = {
    "name": "The name that counts, whatever the file is called.",
    "display_name": "A name for people.",
    "description": "A sentence for people.",
    "priority": "The order: of domains the highest goes first, of fields the lowest.",
    "enabled": "Whether the domain answers without being named.",
    "type": "`abstract` for a class that is only inherited from.",
    "inherits": "What this inherits from: `/Ns/Class` or `super` for a class, an instance's name for an instance.",
    "visibility": "`private`: seen while the run lasts, and not given to its caller.",
    "aetype": "The kind of field.",
    "datatype": "What the value becomes; text where nothing is said.",
    "default_value": "The value where an instance says nothing.",
    "substitute": "Whether `${...}` in the value is filled in; it is unless this is false.",
    "message": "The messages on which the field is processed: `create` unless said, several with commas, `*` for any.",
    "collect": "The attribute that takes what comes back: `name = /#result`.",
    "condition": "`IF expression` or `UNLESS expression`: whether the field is processed at all.",
    "on_entry": "Called before the state: `method(key => 'text')`.",
    "on_exit": "Called after the state, when it went well.",
    "on_error": "Called when the state failed.",
    "max_retries": "How often the state may ask to be run again.",
    "max_time": "How long the state may take with all its retries, such as `30.minutes`.",
    "undo": "A call or a target that takes back what the state did, when a later one fails.",
    "value": "The value, in the place of the class's default.",
    "scope": "Who may call it; `instance` as a rule.",
    "language": "The language of the code.",
    "location": "Where the code is: `inline` beside this file, `builtin` in the engine.",
    "data": "The code itself, or what takes its place.",
    "effect": "What a second run of the method would do: `none`, `idempotent` or `once`.",
    "owner": "Kept and shown, without effect.",
}
