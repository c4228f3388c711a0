"""Builtin methods about events: the handlers of `/System/event_handlers` (REQUESTS 5.3).

Each is asked of the event of the run, which sees to it; where that is only an inventory, it is noted and no more. What
policies do about an event is in the datastore: the instances of POLICIES and ALERTS, of all domains.
"""

from collections.abc import Callable, Mapping
from typing import cast

from aelang.interpreter.failures import AbortInstantiation, StopInstantiation
from aelang.interpreter.ports import Handle, MethodCall, ServiceModel
from aelang.interpreter.values import RunValue, to_text

POLICIES = "/System/Control/Policy"
ALERTS = "/System/Control/Alert"
"""The classes whose instances decide what is done about an event, and who hears of it."""


def _refresh(call: MethodCall, event: ServiceModel) -> RunValue:
    return event.call("refresh", _targets(call))


def _refresh_sync(call: MethodCall, event: ServiceModel) -> RunValue:
    return event.call("refresh_sync", _targets(call))


def _scan(call: MethodCall, event: ServiceModel) -> RunValue:
    return event.call("scan", _targets(call))


def _targets(call: MethodCall) -> tuple[RunValue, ...]:
    found = (_input(call, name) for name in ("target", "target2"))
    return tuple(each for each in found if to_text(each))


def _policy(call: MethodCall, event: ServiceModel) -> RunValue:
    """Raises the generic event; what hinders that is told, and hinders nothing else."""
    try:
        return event.call("policy", tuple(_input(call, name) for name in ("target", "policy_event", "param")))
    except (LookupError, ValueError) as fault:
        call.handle.log("warn", f"no policy hears of this: {fault}")
        return False


def _change_state(call: MethodCall, event: ServiceModel) -> RunValue:
    return event.call("change_event_target_state", (_input(call, "target"), _input(call, "param")))


def _make_template(call: MethodCall, event: ServiceModel) -> RunValue:
    return event.call("src_vm_as_template", (_input(call, "flag"),))


def _remove_snapshots(call: MethodCall, event: ServiceModel) -> RunValue:
    return event.call("src_vm_destroy_all_snapshots")


def _input(call: MethodCall, name: str) -> RunValue:
    """An input, else the attribute of the object under that name: the target of the relationship says it."""
    found = call.inputs.get(name)
    return call.handle.object.get(name) if found in (None, "") else found


# -- policies ----------------------------------------------------------------------------------------------------


def _enforce(call: MethodCall, event: ServiceModel) -> RunValue:
    """What policies say is done, then alerts look at it, then those hear of it to whom it is passed on."""
    if not event.call("policies_apply?"):
        call.handle.log("info", "no policy is about such a target")
        return False
    for path in (POLICIES, ALERTS):
        for each in _instances(call.handle, path):
            call.handle.answer("instantiate", [each])
    event.call("process_evm_event")
    return True


def _instances(handle: Handle, path: str) -> list[str]:
    found = handle.answer("instance_paths", [path])
    assert isinstance(found, list)
    return found


def _check_prevented(call: MethodCall, event: ServiceModel) -> RunValue:
    """Stops where a policy has prevented what the event announces."""
    if event.call("prevented?"):
        raise StopInstantiation("a policy has prevented it")
    return True


def run_event_builtin(name: str, call: MethodCall) -> RunValue:
    """Runs the handler `name`. Raises AbortInstantiation where there is no event, or where it cannot be done;
    StopInstantiation."""
    event = _event(call.handle.root or {})
    if event is None:
        raise AbortInstantiation("Event not specified")
    try:
        return EVENT_BUILTINS[name](call, event)
    except (LookupError, ValueError) as fault:
        raise AbortInstantiation(f"{name}: {fault}") from None


def _event(root: Mapping[str, RunValue]) -> ServiceModel | None:
    found = root.get("event_stream") or root.get("ems_event") or root.get("miq_event")
    return cast(ServiceModel, found) if hasattr(found, "call") else None


EVENT_BUILTINS: Mapping[str, Callable[[MethodCall, ServiceModel], RunValue]] = {
    "change_event_target_state": _change_state,
    "check_policy_prevent": _check_prevented,
    "event_action_policy": _policy,
    "event_action_refresh": _refresh,
    "event_action_refresh_sync": _refresh_sync,
    "event_action_scan": _scan,
    "event_enforce_policy": _enforce,
    "refresh": _refresh,
    "refresh_sync": _refresh_sync,
    "src_vm_as_template": _make_template,
    "src_vm_destroy_all_snapshots": _remove_snapshots,
    "src_vm_disconnect_storage": lambda call, event: None,
    "src_vm_refresh_on_reconfig": lambda call, event: event.call("refresh", ("src_vm",)),
}
"""By name."""
