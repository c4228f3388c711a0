"""What `evm` asks of service models: records found, read, changed, and the variables of a service."""

from collections.abc import Sequence

from aelang.interpreter.conversion import service_model_name, to_integer
from aelang.interpreter.failures import AutomateError
from aelang.interpreter.handle import RunHandle
from aelang.interpreter.invoke import BASE_METHODS
from aelang.interpreter.ports import MethodCall, Refused, ServiceModel
from aelang.interpreter.values import RunValue, to_text


def _service(handle: RunHandle) -> ServiceModel | None:
    for attributes in (handle.object, handle.root or {}):
        found = attributes.get("service")
        if hasattr(found, "class_name"):
            root = _ask_model(found, "root_service", optional=True)  # type: ignore[arg-type]
            return root if hasattr(root, "class_name") else found  # type: ignore[return-value]
    return None


def set_service_variable(handle: RunHandle, name: str, value: RunValue) -> object:
    """Sets a variable of the service in hand; without one that is logged, and nothing is done."""
    service = _service(handle)
    if service is None:
        handle.log("error", f"Service object not found in root object, set_service_var skipped for {name}")
        return None
    return _ask_model(service, "set_service_vars_option", name, value)


def service_variables(handle: RunHandle) -> object:
    """All variables of the service in hand."""
    service = _service(handle)
    found = None if service is None else _ask_model(service, "service_vars_options", optional=True)
    return {to_text(key): value for key, value in found.items()} if isinstance(found, dict) else {}


def delete_service_variable(handle: RunHandle, name: str) -> object:
    """Takes a variable of the service in hand away."""
    service = _service(handle)
    return None if service is None else _ask_model(service, "delete_service_vars_option", name, optional=True)


def _ask_model(model: ServiceModel, name: str, *arguments: RunValue, optional: bool = False) -> RunValue:
    try:
        return model.call(name, arguments)
    except LookupError as fault:
        if optional:
            return None
        raise Refused("NoMethodError", str(fault.args[0] if fault.args else fault)) from None
    except ValueError as fault:
        raise Refused("ArgumentError", str(fault)) from None


def call(handle: RunHandle, model: ServiceModel, name: str, arguments: list[RunValue]) -> object:
    """What `name` of `model` gives."""
    return _ask_model(model, name, *arguments)


def member(handle: RunHandle, model: ServiceModel, name: str) -> object:
    """Whether `name` is a value of the model or a method, and the value."""
    kind = model.kind(name)
    return [kind, _ask_model(model, name) if kind == "value" else None]


def member_kind(handle: RunHandle, model: ServiceModel, name: str) -> object:
    """Whether `name` is a value of the model, a method, or neither."""
    return model.kind(name)


def model_name(handle: RunHandle, name: str) -> object:
    """The model that evm.vmdb means: `vm`, `:vm`, `Vm`, `ManageIQ_Providers_...`."""
    plain = name.replace("_", "::") if name.startswith("ManageIQ_") else name
    found = plain if handle.catalog.knows(plain) else service_model_name(name, handle.catalog)
    if found is None:
        raise Refused("ServiceNotFound", f"there is no service model {name!r}")
    return found


def record(handle: RunHandle, model: str, number: RunValue) -> object:
    """The record of that id."""
    if handle.sees_as_caller:
        return next(iter(_where_in(handle, model, {"id": to_integer(to_text(number))})), None)
    return handle.catalog.find(model, to_integer(to_text(number)))


def where(handle: RunHandle, model: str, conditions: dict[str, RunValue]) -> object:
    """The records of `model` that meet all conditions."""
    return list(_where_in(handle, model, conditions))


def _where_in(handle: RunHandle, model: str, conditions: dict[str, RunValue]) -> Sequence[ServiceModel]:
    try:
        return handle.catalog.where(model, conditions, as_caller=handle.sees_as_caller)
    except LookupError as fault:
        raise Refused("NoMethodError", str(fault.args[0] if fault.args else fault)) from None


def execute(handle: RunHandle, command: str, arguments: list[RunValue]) -> object:
    """Does `command`."""
    if command == _MAIL:
        return _send_mail(handle, arguments)
    try:
        return handle.catalog.execute(command, tuple(arguments))
    except LookupError as fault:
        raise Refused("MethodNotFound", str(fault.args[0] if fault.args else fault)) from None
    except ValueError as fault:
        raise Refused("ArgumentError", str(fault)) from None


_MAIL = "send_email"
_PARTS = ("to", "from", "subject", "body")
_OPTIONS = ("cc", "bcc", "content_type")


def _send_mail(handle: RunHandle, arguments: list[RunValue]) -> object:
    """What the builtin method of that name does, with the parts of a mail in order; at the end, as in the reference
    engine, a content type, or a hash with it, `cc` and `bcc`."""
    least = len(_PARTS)
    if not least <= len(arguments) <= least + 1:
        raise Refused("ArgumentError", f"`{_MAIL}` takes {least} to {least + 1} arguments, not {len(arguments)}")
    inputs = {name: to_text(value) for name, value in zip(_PARTS, arguments, strict=False)}
    given = arguments[least] if len(arguments) > least else None
    options = given if isinstance(given, dict) else {} if given is None else {"content_type": given}
    for key, value in options.items():
        if to_text(key) not in _OPTIONS:
            raise Refused("ArgumentError", f"`{_MAIL}` has no option `{to_text(key)}`: it has {', '.join(_OPTIONS)}")
        inputs[to_text(key)] = to_text(value)
    method = BASE_METHODS[_MAIL]
    call = MethodCall(method, inputs, RunHandle(handle.workspace, handle.caller, method.name, inputs), ())
    try:
        return handle.workspace.runtime.methods.run(call).value
    except AutomateError as fault:
        raise Refused(type(fault).__name__, fault.message) from None
