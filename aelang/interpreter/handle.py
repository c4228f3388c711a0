"""The handle: what a running method may reach of its run.

A method lives in a process of its own. What it asks for is a name and values; objects of the run are numbers that hold
for one call. `OPERATIONS` is the whole list; `docs/methods.md` tells it to authors of methods.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from aelang import ir
from aelang.interpreter import instances
from aelang.interpreter.conversion import is_blank_value, service_model_name, to_integer
from aelang.interpreter.dump import workspace_xml
from aelang.interpreter.failures import AutomateError, LimitExceeded
from aelang.interpreter.ports import ObjectNumber, ProtocolError, Refused, ServiceCatalog, ServiceModel
from aelang.interpreter.trace import Logged
from aelang.interpreter.values import MASK, Password, RunValue, Symbol, inspect, remember_secret, sanitize, to_text, type_name
from aelang.interpreter.workspace import Workspace, WorkspaceObject, find_object, object_finder
from aelang.names import InvalidUri, fold, read_query, write_query

LEVELS = frozenset(("debug", "info", "warn", "error", "fatal"))


class RunHandle:
    """Fills `ports.Handle` for one method call."""

    __slots__ = ("_numbers", "_object", "_objects", "_workspace", "inputs", "method", "sees_as_caller")

    def __init__(
        self, workspace: Workspace, obj: WorkspaceObject, method: str, inputs: Mapping[str, RunValue] | None = None
    ) -> None:
        self._workspace = workspace
        self._object = obj
        self.method = method
        self.inputs = inputs or {}
        self._objects: list[WorkspaceObject] = []
        self._numbers: dict[int, int] = {}
        self.sees_as_caller = False  # every method begins without RBAC, as in the reference engine

    @property
    def root(self) -> dict[str, RunValue] | None:
        """The attributes of the root, None while there is none."""
        root = self._workspace.root
        return None if root is None else root.attributes

    @property
    def object(self) -> dict[str, RunValue]:
        """The attributes of the object whose field called the method."""
        return self._object.attributes

    @property
    def catalog(self) -> ServiceCatalog:
        """The service models."""
        return self._workspace.runtime.catalog

    @property
    def state_vars(self) -> dict[str, RunValue]:
        """The state variables of the run."""
        return self._workspace.state_vars

    @property
    def workspace(self) -> Workspace:
        """The workspace of the run."""
        return self._workspace

    @property
    def caller(self) -> WorkspaceObject:
        """The object whose field called the method."""
        return self._object

    def read_data(self, text: str) -> dict[str, RunValue]:
        """The mapping that the YAML `text` writes. Raises ConversionError."""
        return self._workspace.runtime.read_state(text)

    def object_at(self, path: str) -> dict[str, RunValue]:
        """The attributes of the object at `path`. Raises ObjectNotFound and InvalidPathFormat."""
        return find_object(self._workspace, path).attributes

    def log(self, level: str, text: str) -> None:
        """Writes a line to the run's trace; passwords in it are masked."""
        self._workspace.emit(Logged(len(self._workspace.stack), level, sanitize(text)))

    def workspace_xml(self) -> str:
        """The whole workspace as XML, passwords masked."""
        return workspace_xml(self._workspace, private=True)

    def decrypt(self, password: Password) -> str:
        """The text of `password`, which is masked from now on. Raises Refused."""
        try:
            text = self._workspace.runtime.vault.decrypt(password.ciphertext)
        except ValueError as fault:
            raise Refused("PasswordError", str(fault)) from None
        remember_secret(text)
        return text

    def answer(self, ask: str, arguments: Sequence[object]) -> object:
        """What `evm` gets for `ask`. Raises Refused, AutomateError, LimitExceeded, ProtocolError."""
        operation = OPERATIONS.get(ask)
        if operation is None:
            raise ProtocolError(f"nobody may ask for {ask!r}")
        return operation.act(self, *self._taken(ask, operation.takes, arguments))

    def number(self, obj: WorkspaceObject | None) -> ObjectNumber | None:
        """The number of `obj`, the same for the whole call."""
        if obj is None:
            return None
        known = self._numbers.get(id(obj))
        if known is None:
            known = self._numbers[id(obj)] = len(self._objects)
            self._objects.append(obj)
        return ObjectNumber(known)

    def _taken(self, ask: str, takes: str, arguments: Sequence[object]) -> list[Any]:
        if len(arguments) != len(takes):
            raise ProtocolError(f"{ask!r} takes {len(takes)} arguments, not {len(arguments)}")
        return [_TAKE[kind](self, each) for kind, each in zip(takes, arguments, strict=True)]

    def numbered(self, given: object) -> WorkspaceObject:
        """The object with the number `given`. Raises ProtocolError."""
        if isinstance(given, ObjectNumber) and 0 <= given.number < len(self._objects):
            return self._objects[given.number]
        raise ProtocolError(f"no object has the number {given!r}")


class Operation(NamedTuple):
    """What an ask does. `takes` has a letter for each argument: o object, t text, k key (text or symbol), v any value,
    h hash, l list, m service model, ? text or nil."""

    takes: str
    act: Callable[..., object]


def _object(handle: RunHandle, given: object) -> WorkspaceObject:
    return handle.numbered(given)


def _text(handle: RunHandle, given: object) -> str:
    match given:
        case str():
            return given
        case Symbol(name):
            return name
        case _:
            raise Refused("ArgumentError", f"a text is expected, not {_shown(given)}")


def _optional_text(handle: RunHandle, given: object) -> str | None:
    return None if given is None else _text(handle, given)


def _value(handle: RunHandle, given: object) -> RunValue:
    if isinstance(given, ObjectNumber):
        raise Refused("ArgumentError", "an object of the run is no value: keep its name, and find it by evm.object")
    return given  # type: ignore[return-value]  # the conversation decodes values only


def _hash(handle: RunHandle, given: object) -> dict[str, RunValue]:
    if not isinstance(given, dict):
        raise Refused("ArgumentError", f"a hash is expected, not {_shown(given)}")
    return {_text(handle, key): value for key, value in given.items()}


def _list(handle: RunHandle, given: object) -> list[RunValue]:
    if not isinstance(given, list):
        raise Refused("ArgumentError", f"a list is expected, not {_shown(given)}")
    return [_value(handle, each) for each in given]


def _model(handle: RunHandle, given: object) -> ServiceModel:
    if given is None or not hasattr(given, "class_name"):
        raise Refused("ArgumentError", f"a service model is expected, not {_shown(given)}")
    return given  # type: ignore[return-value]  # only service models have a class name


def _shown(given: object) -> str:
    return inspect(given) if not isinstance(given, ObjectNumber) else "an object"  # type: ignore[arg-type]


_TAKE: dict[str, Callable[[RunHandle, object], object]] = {
    "o": _object, "t": _text, "k": _text, "v": _value, "h": _hash, "l": _list, "m": _model, "?": _optional_text,
}  # fmt: skip


# -- the run and its objects -------------------------------------------------------------------------------------


def _begin(handle: RunHandle) -> object:
    """What does not change while the method runs, and all of its own object and the root."""
    workspace, obj = handle.workspace, handle.caller
    return {
        "root": handle.number(workspace.root),
        "object": handle.number(obj),
        "parent": handle.number(obj.parent),
        "inputs": dict(handle.inputs),
        "namespace": obj.namespace,
        "class": obj.klass,
        "instance": obj.instance,
        "message": obj.message,
        "method": handle.method,
    }


def _look(handle: RunHandle, obj: WorkspaceObject) -> object:
    """All there is to know of an object; passwords in attributes show as the mask, `decrypt` gives their text."""
    field = obj.field
    return {
        "attributes": {name: _unreadable(value) for name, value in obj.attributes.items()},
        "name": obj.object_name,
        "namespace": obj.namespace,
        "class": obj.klass,
        "instance": obj.instance,
        "message": obj.message,
        "field": None if field is None else field.name,
        "kind": None if field is None else _KINDS[type(field)],
        "parent": handle.number(obj.parent),
    }


_KINDS: dict[type, str] = {
    ir.AssertionField: "assertion", ir.AttributeField: "attribute", ir.MethodField: "method",
    ir.RelationshipField: "relationship", ir.StateField: "state",
}  # fmt: skip


def _unreadable(value: RunValue) -> RunValue:
    return MASK if isinstance(value, Password) else value


def _set(handle: RunHandle, obj: WorkspaceObject, name: str, value: RunValue) -> object:
    obj.attributes[fold(name)] = value
    return None


def _children(handle: RunHandle, obj: WorkspaceObject, name: str | None) -> object:
    """The children, or what the relationship `name` led to."""
    found = obj.children if name is None else obj.relationships.get(name)
    objects = found if isinstance(found, list) else [found]
    return [handle.number(each) for each in objects if isinstance(each, WorkspaceObject)]


def _decrypt_attribute(handle: RunHandle, obj: WorkspaceObject, name: str) -> object:
    value = obj.attributes.get(fold(name))
    return handle.decrypt(value) if isinstance(value, Password) else value


def _decrypt_value(handle: RunHandle, value: RunValue) -> object:
    return handle.decrypt(value) if isinstance(value, Password) else value


def _encrypted(handle: RunHandle, obj: WorkspaceObject, name: str) -> object:
    return isinstance(obj.attributes.get(fold(name)), Password)


def _find(handle: RunHandle, path: str | None) -> object:
    return handle.number(object_finder(path or "")(handle.workspace))


def _objects(handle: RunHandle) -> object:
    return [handle.number(each) for each in handle.workspace.nodes]


def _instantiate(handle: RunHandle, uri: str) -> object:
    """The object built below the current one; nil for whatever goes wrong, an abort too (ENGINE-FACTS 7.6)."""
    from aelang.interpreter.instantiate import instantiate  # it leads here: methods are called by what it builds

    try:
        target = handle.workspace.runtime.prepare(uri)
        found = instantiate(handle.workspace, target, handle.caller)
    except LimitExceeded:
        raise
    except AutomateError as failure:
        handle.log("error", f"instantiate failed : {failure.message}")
        return None
    return handle.number(found) if isinstance(found, WorkspaceObject) else None


def _log(handle: RunHandle, level: str, text: RunValue) -> object:
    if level not in LEVELS:
        raise Refused("ArgumentError", f"no level of the log is called {level!r}: use {', '.join(sorted(LEVELS))}")
    handle.log(level, f"<AEMethod {handle.method}> {to_text(text)}")
    return True


def _field_timeout(handle: RunHandle) -> object:
    """The seconds that a state may take in all: retries times interval."""
    from aelang.interpreter.states.intervals import seconds_of  # it leads here too

    root = handle.root or {}
    if is_blank_value(root.get("ae_state_max_retries")):
        raise Refused("RuntimeError", "ae_state_max_retries is not set in automate field")
    interval = root.get("ae_retry_interval")
    seconds = 1 if is_blank_value(interval) else seconds_of(to_text(interval))
    return seconds * to_integer(to_text(root["ae_state_max_retries"]))


def _rbac(handle: RunHandle, wanted: RunValue) -> object:
    if wanted is not None:
        handle.sees_as_caller = bool(wanted)
    return handle.sees_as_caller


# -- variables ---------------------------------------------------------------------------------------------------


def _get_variables(handle: RunHandle) -> object:
    return dict(handle.state_vars)


def _set_variable(handle: RunHandle, name: RunValue, value: RunValue) -> object:
    handle.state_vars[_variable(name)] = value
    return None


def _delete_variable(handle: RunHandle, name: RunValue) -> object:
    return handle.state_vars.pop(_variable(name), None)


def _variable(name: RunValue) -> str:
    match name:
        case str():
            return name
        case Symbol(text):
            return text
        case _:
            raise Refused(
                "RuntimeError",
                f"State Var key ({type_name(name)})[{inspect(name)}] must be of type: String, Symbol",
            )


def _ansible_stats(handle: RunHandle) -> object:
    """The state variables that playbooks have set, by the names that the playbooks gave them."""
    mark = ANSIBLE_STATS
    return {name.removeprefix(mark): value for name, value in handle.state_vars.items() if name.startswith(mark)}


ANSIBLE_STATS = "ansible_stats_"
"""What the name of a state variable from a playbook begins with."""


def _service(handle: RunHandle) -> ServiceModel | None:
    for attributes in (handle.object, handle.root or {}):
        found = attributes.get("service")
        if hasattr(found, "class_name"):
            root = _ask_model(found, "root_service", optional=True)  # type: ignore[arg-type]
            return root if hasattr(root, "class_name") else found  # type: ignore[return-value]
    return None


def _set_service_variable(handle: RunHandle, name: str, value: RunValue) -> object:
    service = _service(handle)
    if service is None:
        handle.log("error", f"Service object not found in root object, set_service_var skipped for {name}")
        return None
    return _ask_model(service, "set_service_vars_option", name, value)


def _service_variables(handle: RunHandle) -> object:
    service = _service(handle)
    found = None if service is None else _ask_model(service, "service_vars_options", optional=True)
    return {to_text(key): value for key, value in found.items()} if isinstance(found, dict) else {}


def _delete_service_variable(handle: RunHandle, name: str) -> object:
    service = _service(handle)
    return None if service is None else _ask_model(service, "delete_service_vars_option", name, optional=True)


# -- service models ----------------------------------------------------------------------------------------------


def _ask_model(model: ServiceModel, name: str, *arguments: RunValue, optional: bool = False) -> RunValue:
    try:
        return model.call(name, arguments)
    except LookupError as fault:
        if optional:
            return None
        raise Refused("NoMethodError", str(fault.args[0] if fault.args else fault)) from None
    except ValueError as fault:
        raise Refused("ArgumentError", str(fault)) from None


def _call(handle: RunHandle, model: ServiceModel, name: str, arguments: list[RunValue]) -> object:
    return _ask_model(model, name, *arguments)


def _member(handle: RunHandle, model: ServiceModel, name: str) -> object:
    """Whether `name` is a value of the model or a method, and the value."""
    kind = model.kind(name)
    return [kind, _ask_model(model, name) if kind == "value" else None]


def _member_kind(handle: RunHandle, model: ServiceModel, name: str) -> object:
    return model.kind(name)


def _model_name(handle: RunHandle, name: str) -> object:
    """The model that evm.vmdb means: `vm`, `:vm`, `Vm`, `ManageIQ_Providers_...`."""
    plain = name.replace("_", "::") if name.startswith("ManageIQ_") else name
    found = plain if handle.catalog.knows(plain) else service_model_name(name, handle.catalog)
    if found is None:
        raise Refused("ServiceNotFound", f"there is no service model {name!r}")
    return found


def _record(handle: RunHandle, model: str, number: RunValue) -> object:
    if handle.sees_as_caller:
        return next(iter(_where_in(handle, model, {"id": to_integer(to_text(number))})), None)
    return handle.catalog.find(model, to_integer(to_text(number)))


def _where(handle: RunHandle, model: str, conditions: dict[str, RunValue]) -> object:
    return list(_where_in(handle, model, conditions))


def _where_in(handle: RunHandle, model: str, conditions: dict[str, RunValue]) -> Sequence[ServiceModel]:
    try:
        return handle.catalog.where(model, conditions, as_caller=handle.sees_as_caller)
    except LookupError as fault:
        raise Refused("NoMethodError", str(fault.args[0] if fault.args else fault)) from None


def _execute(handle: RunHandle, command: str, arguments: list[RunValue]) -> object:
    try:
        return handle.catalog.execute(command, tuple(arguments))
    except LookupError as fault:
        raise Refused("MethodNotFound", str(fault.args[0] if fault.args else fault)) from None
    except ValueError as fault:
        raise Refused("ArgumentError", str(fault)) from None


# -- queries, and instances of the datastore ---------------------------------------------------------------------


def _to_query(handle: RunHandle, arguments: dict[str, RunValue]) -> object:
    return write_query({name: to_text(value) for name, value in arguments.items()}) or ""


def _from_query(handle: RunHandle, query: str) -> object:
    try:
        return read_query(query)
    except InvalidUri as fault:
        raise Refused("InvalidPathFormat", str(fault)) from None


def _instance_get(handle: RunHandle, path: str) -> object:
    return instances.values(handle.workspace.runtime, path)


def _instance_find(handle: RunHandle, path: str, full_paths: RunValue) -> object:
    return instances.matching(handle.workspace.runtime, path, full_paths=bool(full_paths))


def _edit(name: str) -> Callable[..., object]:
    def act(handle: RunHandle, path: str, *arguments: Any) -> object:
        editor = handle.workspace.runtime.editor
        if editor is None:
            raise Refused("DatastoreError", "instances can only be changed in a datastore that is a directory")
        try:
            return getattr(editor, name)(path, *arguments)
        except ValueError as fault:
            raise Refused("DatastoreError", str(fault)) from None

    return act


def _display_name(handle: RunHandle, path: str) -> object:
    editor = handle.workspace.runtime.editor
    return None if editor is None else editor.display_name(path)


def _now(handle: RunHandle) -> datetime:
    return handle.workspace.runtime.clock.now()


OPERATIONS: dict[str, Operation] = {
    "begin": Operation("", _begin),
    "look": Operation("o", _look),
    "set": Operation("okv", _set),
    "children": Operation("o?", _children),
    "decrypt": Operation("ok", _decrypt_attribute),
    "decrypt_value": Operation("v", _decrypt_value),
    "encrypted": Operation("ok", _encrypted),
    "find": Operation("?", _find),
    "objects": Operation("", _objects),
    "instantiate": Operation("t", _instantiate),
    "log": Operation("tv", _log),
    "field_timeout": Operation("", _field_timeout),
    "rbac": Operation("v", _rbac),
    "now": Operation("", _now),
    "get_variables": Operation("", _get_variables),
    "set_variable": Operation("vv", _set_variable),
    "delete_variable": Operation("v", _delete_variable),
    "ansible_stats": Operation("", _ansible_stats),
    "set_service_variable": Operation("kv", _set_service_variable),
    "service_variables": Operation("", _service_variables),
    "delete_service_variable": Operation("k", _delete_service_variable),
    "call": Operation("mtl", _call),
    "member": Operation("mt", _member),
    "member_kind": Operation("mt", _member_kind),
    "model": Operation("k", _model_name),
    "record": Operation("tv", _record),
    "where": Operation("th", _where),
    "execute": Operation("tl", _execute),
    "to_query": Operation("h", _to_query),
    "from_query": Operation("t", _from_query),
    "instance_get": Operation("t", _instance_get),
    "instance_find": Operation("tv", _instance_find),
    "instance_create": Operation("th", _edit("create")),
    "instance_update": Operation("th", _edit("update")),
    "instance_delete": Operation("t", _edit("delete")),
    "instance_get_display_name": Operation("t", _display_name),
    "instance_set_display_name": Operation("tt", _edit("set_display_name")),
}
"""All that a method may ask for, by the name that the conversation uses."""
