"""Methods: found by name, given their inputs, run through the port, and their exit code acted on (ENGINE-FACTS 7)."""

from collections.abc import Callable

from aelang import ir
from aelang.interpreter.conversion import convert
from aelang.interpreter.failures import (
    AbortInstantiation,
    InvalidMethod,
    MethodNotFound,
    MethodParmMissing,
    StopInstantiation,
    UnknownMethodRc,
)
from aelang.interpreter.handle import RunHandle
from aelang.interpreter.ports import Code, MethodCall, MethodResult
from aelang.interpreter.substitution import text_reader
from aelang.interpreter.trace import Logged, MethodCalled, MethodEnded, UpdatedNamespace
from aelang.interpreter.values import RunValue, Symbol, inspect, to_text
from aelang.interpreter.workspace import Workspace, WorkspaceObject
from aelang.names import BASE_CLASS, Call, InvalidCall, fold, is_off, read_call
from aelang.names.calls import Argument, Attribute

LOCATIONS = frozenset(("inline", "builtin", "uri", "expression", "playbook"))


NOT_CALLED = Symbol("not called")
"""What `method_caller` gives where the text turned out blank or switched off."""


def method_caller(action: ir.Action) -> Callable[[Workspace, WorkspaceObject], RunValue]:
    """What calls the method of `action` and gives its result, or NOT_CALLED."""
    if isinstance(action.meaning, Call):
        fixed = action.meaning
        return lambda workspace, obj: invoke(workspace, obj, fixed)
    read = text_reader(action.text)
    return lambda workspace, obj: invoke_text(workspace, obj, to_text(read(workspace)))


def invoke_text(workspace: Workspace, obj: WorkspaceObject, text: str) -> RunValue:
    """Calls the method that `text` names; a blank text and one switched off give NOT_CALLED.

    Raises InvalidMethod for what is no call, and what `invoke` raises.
    """
    if is_off(text):
        return NOT_CALLED
    try:
        call = read_call(text)
    except InvalidCall:
        raise InvalidMethod(f"invalid method calling syntax: [{text}]") from None
    return invoke(workspace, obj, call)


def invoke_for(workspace: Workspace, obj: WorkspaceObject, owner: str, text: str) -> RunValue:
    """Calls the method that `text` names for `obj`; one without a class is looked up in the class `owner`."""
    try:
        call = read_call(text)
    except InvalidCall:
        raise InvalidMethod(f"invalid method calling syntax: [{text}]") from None
    if call.klass is None and owner != f"{obj.namespace}/{obj.klass}":
        namespace, _, klass = owner.rpartition("/")
        call = call._replace(namespace=namespace, klass=klass)
    return invoke(workspace, obj, call)


def invoke_uri(workspace: Workspace, obj: WorkspaceObject, path: str, arguments: dict[str, str]) -> RunValue:
    """Calls the method at the path of a `method:` target; the inputs are text (LANGUAGE 4)."""
    parts = fold(path).split("/")[1:]
    method = parts.pop() if parts else ""
    klass = parts.pop() if parts else None
    return invoke(workspace, obj, Call("/".join(parts), klass, method, tuple(arguments.items())))


def invoke(workspace: Workspace, obj: WorkspaceObject, call: Call) -> RunValue:
    """Calls a method for `obj` and gives its return value: a builtin's own, else its exit code; None where methods are
    skipped.

    Raises MethodNotFound, MethodParmMissing, and for the exit codes 8, 16 and unknown ones what they mean.
    """
    method = find_method(workspace, obj, call)
    inputs = _inputs(workspace, obj, method, dict(call.arguments))
    location = method.location.strip().lower()
    skipped = workspace.skip_methods
    if not skipped and location not in LOCATIONS:
        return None
    workspace.emit(MethodCalled(len(workspace.stack), f"/{method.path}", location, inspect(inputs), skipped))
    if skipped:
        return None
    code = _code(workspace, obj, method) if location == "inline" else ()
    handle = RunHandle(workspace, obj, method.name, inputs)
    return _result(workspace, method, workspace.runtime.methods.run(MethodCall(method, inputs, handle, code)))


def _code(workspace: Workspace, obj: WorkspaceObject, method: ir.Method) -> tuple[Code, ...]:
    """The code of the methods embedded in `method`, each once, one before those embedded in it, and its own last
    (ENGINE-FACTS 7.5). Raises MethodNotFound."""
    found: list[ir.Method] = []
    _collect_embedded(workspace, method, found, {method.path})
    return tuple(map(_piece, (*found, method)))


def _piece(method: ir.Method) -> Code:
    if not method.code_line:
        return Code(f"/{method.path}", method.data or "")
    return Code(f"/{method.path.rpartition('/')[0]}.ael", method.data or "", method.code_line)


def _collect_embedded(workspace: Workspace, method: ir.Method, found: list[ir.Method], seen: set[str]) -> None:
    for path in method.embedded:
        each = _embedded(workspace, path)
        if each.path not in seen:
            seen.add(each.path)
            found.append(each)
            _collect_embedded(workspace, each, found, seen)


def _embedded(workspace: Workspace, path: str) -> ir.Method:
    klass, _, name = path.strip().strip("/").rpartition("/")
    runtime = workspace.runtime
    home = runtime.image.index.method_home(klass, name)
    owner = runtime.class_at(klass if home is None else home.path)
    found = None if owner is None else owner.ir.methods.get(fold(name))
    if found is None or found.name != name:  # the case of the name counts here
        raise MethodNotFound(f"Embedded method {path} not found")
    return found


def _result(workspace: Workspace, method: ir.Method, result: MethodResult) -> RunValue:
    workspace.emit(MethodEnded(len(workspace.stack), f"/{method.path}", result.code))
    match result.code:
        case 0:  # ok
            return result.value
        case 4:  # warn
            workspace.emit(Logged(len(workspace.stack), "warn", result.message))
            return result.value
        case 8:  # stop
            raise StopInstantiation(result.message)
        case 16:  # abort
            raise AbortInstantiation(result.message)
        case _:
            failure = UnknownMethodRc(result.message)
            failure.detail = result.detail
            raise failure


def find_method(workspace: Workspace, obj: WorkspaceObject, call: Call) -> ir.Method:
    """The method that `call` means for `obj` (ENGINE-FACTS 3.8, LANGUAGE 2). Raises MethodNotFound.

    For the class and each class that it inherits from: first the overlay, that is the same class path, without its
    first part, in the highest enabled domain that has the method; then the class itself. At last come those of
    `$/Object`.
    """
    namespace, klass = _named_class(obj, call)
    found = look_up_method(workspace, obj, call)
    if found is None:
        raise MethodNotFound(f"Method [{call.method}] not found in class [{namespace}/{klass}]")
    method, overlaid = found
    if overlaid is not None:
        workspace.emit(overlaid)
    return method


def look_up_method(
    workspace: Workspace, obj: WorkspaceObject, call: Call
) -> tuple[ir.Method, UpdatedNamespace | None] | None:
    """As `find_method`, None where there is none. The event tells of the overlay that had it, and is not emitted."""
    namespace, klass = _named_class(obj, call)
    own = f"{namespace}/{klass}"
    name = fold(call.method)
    home = obj.home.ir if call.klass is None else _class_of(workspace, own)
    for path in (own, *(() if home is None else home.ancestors)):
        relative = path.partition("/")[2]  # the first part is cut off blindly (ENGINE-FACTS 3.8)
        overlay = workspace.runtime.image.index.method_home(relative, name)
        owner = None if overlay is None else workspace.runtime.class_at(overlay.path)
        if overlay is not None and owner is not None:
            event = UpdatedNamespace(len(workspace.stack), f"{relative}/{call.method}", overlay.namespace)
            return owner.ir.methods[name], event
        found = home.methods.get(name) if path is own and home is not None and call.klass is None else None
        found = found or _exact_method(workspace, path, call.method, any_case=path is not own)
        if found is not None:
            return found, None
    base = BASE_METHODS.get(name) if call.klass is None else None
    return None if base is None else (base, None)


def _named_class(obj: WorkspaceObject, call: Call) -> tuple[str, str]:
    return obj.namespace if call.namespace is None else call.namespace, call.klass or obj.klass


def _class_of(workspace: Workspace, path: str) -> ir.Class | None:
    """The class that a call names: at its full path, else the highest one of the path without its first part."""
    exact = workspace.runtime.class_at(path.removeprefix("/"))
    if exact is not None:
        return exact.ir
    layers = workspace.runtime.image.index.layers(path.partition("/")[2])
    found = workspace.runtime.class_at(layers[0].path) if layers else None
    return None if found is None else found.ir


def _exact_method(workspace: Workspace, path: str, name: str, *, any_case: bool) -> ir.Method | None:
    """The method in the class at the full path, of the class in hand by its exact name (ENGINE-FACTS 3.10)."""
    owner = workspace.runtime.class_at(path.removeprefix("/"))
    found = owner.ir.methods.get(fold(name)) if owner is not None else None
    return found if found is not None and (any_case or found.name == name) else None


def _inputs(
    workspace: Workspace, obj: WorkspaceObject, method: ir.Method, arguments: dict[str, Argument]
) -> dict[str, RunValue]:
    """The declared inputs with their values: argument, else attribute of the input's name, else default.

    An attribute of that name is converted too, unless the input is a string (ENGINE-FACTS 7.2, 7.3).
    """
    catalog, now = workspace.runtime.catalog, workspace.runtime.clock.now
    inputs: dict[str, RunValue] = {}
    for each in method.inputs:
        value = _argument(obj, arguments[each.name]) if each.name in arguments else None
        if value is None:
            attribute = obj.attributes.get(each.name)
            value = attribute if attribute not in (None, False) else text_reader(each.default)(workspace)
        inputs[each.name] = convert(value, each.datatype, catalog, now)
        if obj.attributes.get(each.name) not in (None, False) and each.datatype != "string":
            obj.attributes[each.name] = convert(obj.attributes[each.name], each.datatype, catalog, now)
        if inputs[each.name] is None:
            raise MethodParmMissing(f"Method [/{method.path}] requires parameter [{each.name}]")
    return inputs


def _argument(obj: WorkspaceObject, argument: Argument) -> RunValue:
    return obj.attributes.get(fold(argument.name)) if isinstance(argument, Attribute) else argument


def _builtin(name: str, *inputs: tuple[str, str | None]) -> ir.Method:
    declared = tuple(ir.Input(each, "string", default) for each, default in inputs)
    return ir.Method(f"{BASE_CLASS}/{name}", "builtin", "ruby", None, declared, (), (0, 0, 0))


BASE_METHODS: dict[str, ir.Method] = {
    "log_object": _builtin("log_object"),
    "log_workspace": _builtin("log_workspace"),
    "send_email": _builtin(
        "send_email", ("to", None), ("from", None), ("subject", None), ("body", None), ("cc", ""), ("bcc", ""),
        ("content_type", ""),
    ),
}  # fmt: skip
"""The methods of `$/Object`, which every class has."""
