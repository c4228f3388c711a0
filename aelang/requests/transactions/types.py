"""Types of services, and resources, as the datastore has them: instances of classes that inherit those of
`/Provisioning`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from aelang import ir
from aelang.diagnostics import did_you_mean
from aelang.interpreter.values import Password, RunValue
from aelang.names import fold, split_path
from aelang.names.calls import Call
from aelang.names.provisioning import COMPLEX, INIT, MODULE, RESOURCE, SIMPLE, kind_of_class, read_part
from aelang.names.uris import InvalidUri

if TYPE_CHECKING:
    from aelang.project import Compilation

_WORDS = {COMPLEX: "complex or simple service", SIMPLE: "complex or simple service", RESOURCE: "resource",
          MODULE: "module"}  # fmt: skip
_TRUE = frozenset(("true", "t", "1", "yes"))
_USUAL_ATTEMPTS = 3


class UnknownType(ValueError):
    """What is named as a type, resource or module is none, or is not well formed; the text says why."""


class PartType(NamedTuple):
    """A part that comes with a service: its name, its type, and what its properties come to, each a text that is an
    expression where `::` stands in it."""

    name: str
    type: str
    parameters: Mapping[str, str]


class ServiceType(NamedTuple):
    """A type of services. `properties` are the texts of its properties, None where they have no value; `datatypes` the
    data types of those that have one."""

    path: str
    kind: str
    properties: Mapping[str, str | None]
    parts: tuple[PartType, ...] = ()
    resource: str | None = None
    shared: bool = False
    datatypes: Mapping[str, str] = {}

    @property
    def class_name(self) -> str:
        """The name of its class."""
        return self.path.split("/")[-2]

    def datatype(self, name: str) -> str | None:
        """The data type of a property, in whatever letters its name is written; None where it has none."""
        return next((kind for each, kind in self.datatypes.items() if fold(each) == fold(name)), None)


class ResourceType(NamedTuple):
    """A resource, with the module that works on it: what a crash in the middle of that means, and whether there is
    something to tidy up."""

    path: str
    module: str
    properties: Mapping[str, RunValue]
    most_attempts: int
    effect: str
    undo_effect: str
    cleans: bool


class Types:
    """The types that a compiled datastore has; each is read once. Errors are UnknownType."""

    def __init__(self, compilation: "Compilation") -> None:
        self._compilation = compilation
        self._types: dict[str, ServiceType] = {}
        self._resources: dict[str, ResourceType] = {}

    def type(self, path: str) -> ServiceType:
        """The type at `path`. Raises UnknownType."""
        key = fold(path)
        if key not in self._types:
            self._types[key] = self._read_type(path)
        return self._types[key]

    def resource(self, path: str) -> ResourceType:
        """The resource at `path`. Raises UnknownType."""
        key = fold(path)
        if key not in self._resources:
            self._resources[key] = self._read_resource(path)
        return self._resources[key]

    def _read_type(self, path: str) -> ServiceType:
        found = self._found(path, (COMPLEX, SIMPLE))
        properties: dict[str, str | None] = {}
        datatypes: dict[str, str] = {}
        parts, resource, shared = [], None, False
        for field in found.fields:
            match field:
                case ir.AttributeField(name) if fold(name) == "shared" and found.kind == SIMPLE:
                    shared = (_text(field.text, path, name) or "").strip().lower() in _TRUE
                case ir.AttributeField(name):
                    properties[name] = _text(field.text, path, name)
                    datatypes |= {} if field.datatype is None else {name: field.datatype}
                case ir.RelationshipField(name, messages, action=ir.Action(text)) if INIT in messages:
                    parts.append(part_type(name, _fixed(text, path, name)))
                case ir.RelationshipField("resource", action=ir.Action(text)):
                    resource = _fixed(text, path, "resource").strip()
                case _:
                    pass
        return ServiceType(found.path, found.kind, properties, tuple(parts), resource, shared, datatypes)

    def _read_resource(self, path: str) -> ResourceType:
        found = self._found(path, (RESOURCE,))
        attributes = [each for each in found.fields if isinstance(each, ir.AttributeField)]
        texts = {each.name: _text(each.text, path, each.name) or "" for each in attributes}
        module = texts.pop("module", "").strip()
        attempts = texts.pop("max_attempts", "").strip()
        if not module:
            raise UnknownType(f"the resource {path} has no module: write `module = /Namespace/Class/instance`")
        if attempts and not (attempts.isascii() and attempts.isdecimal() and 0 < int(attempts) < 1000):
            raise UnknownType(f"`max_attempts` of {path} is {attempts!r}: write a number from 1 to 999")
        of_module = self._found(module, (MODULE,))
        hidden = {each.name: Password(texts[each.name]) for each in attributes if _is_password(each, texts)}
        effects = {name: self._effect(of_module, name) for name in ("execute", "undo", "clean_up")}
        return ResourceType(
            found.path, of_module.path, {**texts, **hidden}, int(attempts) if attempts else _USUAL_ATTEMPTS,
            effects["execute"] or "none", effects["undo"] or "none", effects["clean_up"] is not None,
        )  # fmt: skip

    # -- looking things up -----------------------------------------------------------------------------------------

    def _found(self, path: str, kinds: tuple[str, ...]) -> "_Found":
        said = split_path(path)
        image, relative = self._compilation.image, f"{said.namespace}/{said.klass}".strip("/")
        name = said.instance or ""
        entry = image.index.instance_home(relative, name)
        if entry is None:
            raise UnknownType(f"there is no {_WORDS[kinds[0]]} `{path}`{self._hint(relative, name, kinds)}")
        klass = image.class_at(entry.path)
        assert klass is not None  # the index has it
        kind = kind_of_class(klass.ancestors)
        if kind not in kinds:
            what = "no service, resource or module" if kind is None else f"a {kind}"
            raise UnknownType(f"`{path}` is {what}, where a {_WORDS[kinds[0]]} is wanted")
        instance = klass.instances[fold(name) if fold(name) in klass.instances else ".missing"]
        fields = tuple(instance.fields.get(at, field) for at, field in enumerate(klass.fields))
        shown = f"/{entry.path.partition('/')[2]}/{entry.instances.get(fold(name), name)}"
        return _Found(shown, kind or "", klass, fields)

    def _hint(self, relative: str, name: str, kinds: tuple[str, ...]) -> str:
        index = self._compilation.image.index
        known = [
            f"/{entry.path.partition('/')[2]}/{instance}"
            for entry in index
            if (klass := self._compilation.image.class_at(entry.path)) is not None
            and kind_of_class(klass.ancestors) in kinds
            for instance in entry.instances.values()
        ]
        found = did_you_mean(f"/{relative}/{name}", known)
        return f"; {found}" if found else f"; there are: {', '.join(sorted(known)[:10])}" if known else ""

    def _effect(self, module: "_Found", message: str) -> str | None:
        """What the method says of its effect that the module calls for `message`: nothing counts as `once`. None where
        it calls none."""
        for field in module.fields:
            match field:
                case ir.MethodField(name, messages, action=ir.Action(meaning=Call() as call)) if (
                    message in messages and fold(name) == message
                ):
                    return self._said_effect(module.klass, call.method)
                case _:
                    pass
        return None

    def _said_effect(self, klass: ir.Class, method: str) -> str:
        for path in (klass.path, *klass.ancestors):
            relative = path.partition("/")[2]
            home = self._compilation.image.index.method_home(relative, method)
            found = None if home is None else self._compilation.model_class(home.path)
            for each in () if found is None else found.methods:
                if fold(each.name) == fold(method):
                    said = (each.get("effect") or "").strip().lower()
                    return said if said in ("none", "idempotent") else "once"
        return "once"


class _Found(NamedTuple):
    path: str
    kind: str
    klass: ir.Class
    fields: tuple[ir.Field, ...]


def _is_password(field: ir.AttributeField, texts: Mapping[str, str]) -> bool:
    return field.datatype == "password" and bool(texts.get(field.name))


def part_type(name: str, target: str) -> PartType:
    """The part `name`, whose target is `/Ns/Class/instance?property=value`. Raises UnknownType."""
    try:
        return PartType(name, *read_part(target))
    except InvalidUri as fault:
        raise UnknownType(f"the part `{name}`: {fault}") from None


def _text(text: ir.Text, path: str, name: str) -> str | None:
    if text is None or isinstance(text, str):
        return text
    raise UnknownType(f"`{name}` of {path} has a reference `${{...}}`: write an expression, such as $Service::{name}")


def _fixed(text: "str | ir.Template | ir.Coalesced", path: str, name: str) -> str:
    found = _text(text, path, name)
    assert found is not None  # an action has a text
    return found
