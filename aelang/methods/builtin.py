"""Builtin methods: what a method of location `builtin` does, by its name (ENGINE-FACTS 11.6).

Any error inside one aborts the run with its text, as in the reference engine; only a name that no builtin has is
MethodNotFound.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from aelang.interpreter.failures import AbortInstantiation, MethodNotFound
from aelang.interpreter.ports import Handle, MethodCall, MethodResult
from aelang.interpreter.values import RunValue, Symbol, to_text
from aelang.methods.builtin_events import EVENT_BUILTINS, run_event_builtin

Attributes: TypeAlias = Mapping[str, RunValue]

_LINE = "=" * 43


def run_builtin(call: MethodCall, spool: str | None) -> MethodResult:
    """Runs the builtin that `call` names: by the method's data, else by its own name.

    Raises MethodNotFound for an unknown name, AbortInstantiation for every error inside.
    """
    name = (call.method.data or "").strip().lower() or call.method.name.lower()
    if name == "send_email":
        return MethodResult(value=_send_email(call, spool))
    if name in EVENT_BUILTINS:
        return MethodResult(value=run_event_builtin(name, call))
    builtin = BUILTINS.get(name)
    if builtin is None:
        raise MethodNotFound(f"Built-In Method [miq_{name}] does not exist")
    return MethodResult(value=builtin(call.handle))


def _send_email(call: MethodCall, spool: str | None) -> RunValue:
    from aelang.methods.mail import spool_mail

    try:
        path = spool_mail({name: to_text(value) for name, value in call.inputs.items()}, spool)
    except (OSError, ValueError) as fault:
        raise AbortInstantiation(f"send_email: {fault}") from None
    call.handle.log("info", f"mail written to {path}")
    return True


def _log_object(handle: Handle) -> RunValue:
    handle.log("info", _LINE)
    handle.log("info", "Dumping Object")
    handle.log("info", "Listing Object Attributes:")
    for name in sorted(handle.object):
        handle.log("info", f"\t{name}: {to_text(handle.object[name])}")
    handle.log("info", _LINE)
    return True


def _log_workspace(handle: Handle) -> RunValue:
    handle.log("info", _LINE)
    handle.log("info", "Dumping Workspace")
    handle.log("info", handle.workspace_xml())
    handle.log("info", _LINE)
    return True


# -- provider category -------------------------------------------------------------------------------------------

_SAYS_NOTHING = Symbol("says nothing")
_CATEGORY_SOURCES = (
    "vm", "orchestration_stack", "miq_request", "miq_provision", "vm_migrate_task", "vm_retire_task",
    "service_retire_task", "orchestration_stack_retire_task", "physical_server_provision_task", "platform_category",
)  # fmt: skip


def _parse_provider_category(handle: Handle) -> RunValue:
    """Sets the root's ae_provider_category: of the first of the known attributes that gives one, else `unknown`."""
    root = _root(handle)
    found = (_category(name, root[name]) for name in _CATEGORY_SOURCES if root.get(name) not in (None, False))
    category = next((each for each in found if each is not None), "unknown")
    handle.log("info", f"Setting provider_category to: {category}")
    root["ae_provider_category"] = category
    return category


def _category(name: str, value: RunValue) -> str | None:
    match name:
        case "platform_category":
            return "infrastructure" if value == "infra" else to_text(value)
        case "orchestration_stack" | "orchestration_stack_retire_task":
            return "cloud"
        case "physical_server_provision_task":
            return "physicalinfrastructure"
        case "service_retire_task":
            return ""
        case "vm":
            return _cloud_or_not(value)
        case "miq_request" if _class_name(value).endswith("PhysicalServerProvisionRequest"):
            return "physicalinfrastructure"
        case _:
            return _cloud_or_not(_read(value, "source"))


def _cloud_or_not(value: RunValue) -> str | None:
    """Of a machine; None for what is none. Where nobody has said that it is in a cloud, its provider's model may."""
    cloud = _read(value, "cloud", _SAYS_NOTHING)
    if cloud is _SAYS_NOTHING:
        return None
    return "cloud" if cloud or (cloud is None and "_CloudManager" in _class_name(value)) else "infrastructure"


# -- automation requests and events ------------------------------------------------------------------------------

AUTOMATION_TARGETS = {
    "vm_provision": ("VM", "Lifecycle", "Provisioning"),
    "vm_retired": ("VM", "Lifecycle", "Retirement"),
    "vm_retire": ("VM", "Lifecycle", "Retirement"),
    "vm_migrate": ("VM", "Lifecycle", "Migrate"),
    "service_retire": ("Service", "Lifecycle", "Retirement"),
    "orchestration_stack_retire": ("Orchestration", "Lifecycle", "Retirement"),
    "configured_system_provision": ("Configured_System", "Lifecycle", "Provisioning"),
    "physical_server_provision": ("PhysicalServer", "Lifecycle", "Provisioning"),
    "provision_via_automation_manager": ("AutomationManager", "Lifecycle", "Provisioning"),
}
"""Component, class and instance that work an automation request, by what it says as `request`."""

_CATEGORIES = {
    "configured_system_provision": "infrastructure",
    "provision_via_automation_manager": "AutomationManagement",
}
"""The provider category of requests that say it by what they are."""


def _parse_automation_request(handle: Handle) -> RunValue:
    """Sets target_component, target_class and target_instance of the object from its `request`."""
    request = to_text(handle.object.get("request"))
    if request in _CATEGORIES:
        _root(handle)["ae_provider_category"] = _CATEGORIES[request]
    target: tuple[str | None, str | None, str | None] = AUTOMATION_TARGETS.get(request, (None, None, None))
    names = ("target_component", "target_class", "target_instance")
    handle.object.update(zip(names, target, strict=True))
    handle.log("info", f"Request:<{request}> Target Component:<{target[0] or ''}>")
    handle.log("info", f"Target Class:<{target[1] or ''}> Target Instance:<{target[2] or ''}>")
    return True


def _parse_event_stream(handle: Handle) -> RunValue:
    """Sets the root's event_path from its event_stream."""
    root = _root(handle)
    event = root.get("event_stream")
    if event is None:
        raise AbortInstantiation("Event Stream object not found")
    if _class_name(event).lower().endswith("emsevent"):
        root["event_path"] = _provider_event_path(event)
    else:
        root["event_path"] = (
            f"/System/Event/{to_text(_read(event, 'event_namespace'))}/{to_text(_read(event, 'source'))}"
        )
    return root["event_path"]


def _provider_event_path(event: RunValue) -> str:
    provider = _read(event, "ext_management_system")
    name = to_text(_read(provider, "provider_name"))
    if not name.strip():
        raise AbortInstantiation("EMS event - Invalid provider")
    manager = to_text(_read(provider, "manager_type")).lower()
    if not manager.strip():
        raise AbortInstantiation("EMS event - Invalid manager type")
    return f"/{name}/EMSEvent/{'infrastructure' if manager == 'infra' else manager}/Event"


def _root(handle: Handle) -> dict[str, RunValue]:
    root = handle.root
    if root is None:
        raise AbortInstantiation("the workspace has no root object")
    return root


def _class_name(value: RunValue) -> str:
    return str(getattr(value, "class_name", ""))


def _read(value: RunValue, name: str, otherwise: RunValue = None) -> RunValue:
    """What a service model says under `name`; `otherwise` where `value` is none, or has no such thing to say."""
    read = getattr(value, "read", None)
    if read is None:
        return otherwise
    try:
        found: RunValue = read(name)
    except LookupError:
        return otherwise
    return found


BUILTINS: dict[str, Callable[[Handle], RunValue]] = {
    "log_object": _log_object,
    "log_workspace": _log_workspace,
    "parse_provider_category": _parse_provider_category,
    "parse_automation_request": _parse_automation_request,
    "parse_event_stream": _parse_event_stream,
}
"""By name; send_email stands by itself, since it alone writes files, and so do those about events."""
