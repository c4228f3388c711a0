"""What `evm` asks for, each a function on values and object numbers.

A method lives in a process of its own. What it asks for is a name and values; objects of the run are numbers that hold
for one call. `OPERATIONS` is the whole list; `docs/methods.md` tells it to authors of methods.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from aelang import ir
from aelang.interpreter import asks_records as records
from aelang.interpreter import instances
from aelang.interpreter.conversion import is_blank_value, to_integer
from aelang.interpreter.failures import AutomateError, LimitExceeded
from aelang.interpreter.handle import RunHandle
from aelang.interpreter.instantiate import instantiate
from aelang.interpreter.ports import ANSIBLE_STATS, Locked, ObjectNumber, ProtocolError, Refused, ServiceModel
from aelang.interpreter.states.intervals import seconds_of
from aelang.interpreter.values import MASK, Password, RunValue, Symbol, inspect, to_text, type_name
from aelang.interpreter.workspace import WorkspaceObject, object_finder
from aelang.names import InvalidUri, fold, read_query, write_query

LEVELS = frozenset(("debug", "info", "warn", "error", "fatal"))


def answer(handle: RunHandle, ask: str, arguments: Sequence[object]) -> object:
    """What `evm` gets for `ask`. Raises Refused, AutomateError, LimitExceeded, ProtocolError."""
    operation = OPERATIONS.get(ask)
    if operation is None:
        raise ProtocolError(f"nobody may ask for {ask!r}")
    if len(arguments) != len(operation.takes):
        raise ProtocolError(f"{ask!r} takes {len(operation.takes)} arguments, not {len(arguments)}")
    taken = [_TAKE[kind](handle, each) for kind, each in zip(operation.takes, arguments, strict=True)]
    return operation.act(handle, *taken)


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


def _walk(handle: RunHandle) -> object:
    """All that a method can see, in the log and as lines."""
    from aelang.interpreter.walk import walk_lines  # few methods look at everything

    lines = list(walk_lines(handle.workspace, private=True))
    for each in lines:
        handle.log("info", f"<AEMethod {handle.method}> {each}")
    return lines


def _field_timeout(handle: RunHandle) -> object:
    """The seconds that a state may take in all: retries times interval."""
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


def _instance_paths(handle: RunHandle, path: str) -> object:
    return instances.paths(handle.workspace.runtime, path)


def _edit(name: str) -> Callable[..., object]:
    def act(handle: RunHandle, path: str, *arguments: Any) -> object:
        runtime = handle.workspace.runtime
        if runtime.editor is None:
            raise Refused("DatastoreError", "instances can only be changed in a datastore that is a directory")
        try:
            done = bool(getattr(runtime.editor, name)(path, *arguments))
            if done:
                runtime.refresh(runtime.editor.image())
        except Locked as fault:
            handle.log("warn", f"<AEMethod {handle.method}> {fault}")
            return False
        except ValueError as fault:
            raise Refused("DatastoreError", str(fault)) from None
        finally:
            handle.mask_secrets()
        return done

    return act


def _display_name(handle: RunHandle, path: str) -> object:
    editor = handle.workspace.runtime.editor
    try:
        return None if editor is None else editor.display_name(path)
    except ValueError as fault:
        raise Refused("DatastoreError", str(fault)) from None


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
    "walk": Operation("", _walk),
    "field_timeout": Operation("", _field_timeout),
    "rbac": Operation("v", _rbac),
    "get_variables": Operation("", _get_variables),
    "set_variable": Operation("vv", _set_variable),
    "delete_variable": Operation("v", _delete_variable),
    "ansible_stats": Operation("", _ansible_stats),
    "set_service_variable": Operation("kv", records.set_service_variable),
    "service_variables": Operation("", records.service_variables),
    "delete_service_variable": Operation("k", records.delete_service_variable),
    "call": Operation("mtl", records.call),
    "member": Operation("mt", records.member),
    "member_kind": Operation("mt", records.member_kind),
    "model": Operation("k", records.model_name),
    "record": Operation("tv", records.record),
    "where": Operation("th", records.where),
    "execute": Operation("tl", records.execute),
    "to_query": Operation("h", _to_query),
    "from_query": Operation("t", _from_query),
    "instance_get": Operation("t", _instance_get),
    "instance_find": Operation("tv", _instance_find),
    "instance_paths": Operation("t", _instance_paths),
    "instance_create": Operation("th", _edit("create")),
    "instance_update": Operation("th", _edit("update")),
    "instance_delete": Operation("t", _edit("delete")),
    "instance_get_display_name": Operation("t", _display_name),
    "instance_set_display_name": Operation("tt", _edit("set_display_name")),
}
"""All that a method may ask for, by the name that the conversation uses."""
