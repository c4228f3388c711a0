"""What stands in for the methods of ManageIQ's own domain: their effects on requests, tasks and machines, in our words.

The domain is read as data, without its Ruby. A method of it that is not in `EFFECTS` fails, so nothing is passed over
unseen; methods of other domains run as ever.
"""

from collections.abc import Callable, Mapping
from typing import Any

from aelang.interpreter.failures import AbortInstantiation, InvalidMethod
from aelang.interpreter.ports import MethodCall, MethodResult, MethodRunner
from aelang.interpreter.values import to_text
from aelang.names import fold
from aelang.requests.runs import Kit

DOMAIN = "ManageIQ"

Effect = Callable[[MethodCall], None]


def _root(call: MethodCall) -> dict[str, Any]:
    assert call.handle.root is not None  # methods run once there is a root
    return call.handle.root


def _task(name: str) -> Callable[[MethodCall], Any]:
    return lambda call: _root(call)[name]


_service_task = _task("service_template_provision_task")
_machine_task = _task("miq_provision")
_request = _task("miq_request")


def _nothing(call: MethodCall) -> None:
    """A mail, or a place where an author may do more."""


def _status(task: Callable[[MethodCall], Any]) -> Effect:
    """The text of a state goes to the task's message."""
    return lambda call: task(call).call("message=", (to_text(call.inputs["status"]),))


# -- requests ----------------------------------------------------------------------------------------------------


def _get_request_type(call: MethodCall) -> None:
    root = _root(call)
    call.handle.object["request_type"] = _request(call).call("resource_type")
    if root.get("user") is None:
        root["user"] = _request(call).call("requester")


def _approve_request(call: MethodCall) -> None:
    if call.handle.object.get("approval_type") != "auto":
        raise AbortInstantiation("a person has to approve it")
    _request(call).call("approve", ("admin", "Auto-Approved"))


def _quota_source(call: MethodCall) -> None:
    root = _root(call)
    root["quota_source_type"] = "tenant"
    root["quota_source"] = root["tenant"]


def _limits(call: MethodCall) -> None:
    """The laboratory has no quotas: the machine goes to its end."""
    assert not _root(call)["quota_source"].call("tenant_quotas")
    _root(call)["ae_next_state"] = "finished"


# -- services ----------------------------------------------------------------------------------------------------


def _group_sequence_check(call: MethodCall) -> None:
    if not _service_task(call).call("group_sequence_run_now?"):
        _retry(call)


def _execute(task: Callable[[MethodCall], Any]) -> Effect:
    return lambda call: task(call).call("execute")


def _check_service(call: MethodCall) -> None:
    """A service is there when all of its parts are."""
    parts = _service_task(call).call("miq_request_tasks")
    _go_on(call, _service_task(call), waits=any(each.call("state") != "finished" for each in parts))


def _check_machine(call: MethodCall) -> None:
    _go_on(call, _machine_task(call), waits=False)


def _go_on(call: MethodCall, task: Any, waits: bool) -> None:
    status = to_text(task.call("statemachine_task_status"))
    if status == "retry" or (waits and status == "ok"):
        _retry(call)
    elif status == "error":
        _root(call).update(ae_result="error", ae_reason=task.call("message"))


def _retry(call: MethodCall) -> None:
    _root(call).update(ae_result="retry", ae_retry_interval="1.minute")


def _finished(call: MethodCall) -> None:
    task = _root(call)[to_text(call.inputs["object"])]
    task.call("finished", (to_text(call.inputs["message"]),))


# -- machines ----------------------------------------------------------------------------------------------------


def _vm_name(call: MethodCall) -> None:
    call.handle.object["vmname"] = "vm-app-$n{3}"


def _best_fit(call: MethodCall) -> None:
    task = _machine_task(call)
    task.call("set_cluster", (task.call("source").call("ems_cluster"),))
    task.call("set_storage", (task.call("eligible_storages")[0],))


_SERVICE = "/Service/Provisioning"
_VM = "/Infrastructure/VM/Provisioning"
_MACHINES = f"{_VM}/StateMachines"

EFFECTS: Mapping[str, Effect] = {
    "/System/Policy/get_request_type": _get_request_type,
    f"{_SERVICE}/StateMachines/ServiceProvisionRequestApproval/validate_request": _nothing,
    f"{_SERVICE}/StateMachines/ServiceProvisionRequestApproval/approve_request": _approve_request,
    f"{_SERVICE}/Email/ServiceTemplateProvisionRequest_Approved": _nothing,
    "/System/CommonMethods/QuotaMethods/quota_source": _quota_source,
    "/System/CommonMethods/QuotaMethods/limits": _limits,
    f"{_SERVICE}/StateMachines/ServiceProvision_Template/update_serviceprovision_status": _status(_service_task),
    f"{_SERVICE}/StateMachines/Methods/dialog_parser": _nothing,
    f"{_SERVICE}/StateMachines/Methods/CatalogItemInitialization": _nothing,
    f"{_SERVICE}/StateMachines/Methods/GroupSequenceCheck": _group_sequence_check,
    f"{_SERVICE}/StateMachines/Methods/provision": _execute(_service_task),
    f"{_SERVICE}/StateMachines/Methods/check_provisioned": _check_service,
    f"{_SERVICE}/Email/ServiceProvision_Complete": _nothing,
    "/System/CommonMethods/StateMachineMethods/task_finished": _finished,
    f"{_VM}/Naming/vmname": _vm_name,
    f"{_VM}/Placement/redhat_best_fit_cluster": _best_fit,
    f"{_MACHINES}/VMProvision_VM/update_provision_status": _status(_machine_task),
    f"{_MACHINES}/Methods/redhat_PreProvision": _nothing,
    f"{_MACHINES}/Methods/provision": _execute(_machine_task),
    f"{_MACHINES}/Methods/check_provisioned": _check_machine,
    f"{_MACHINES}/Methods/redhat_PostProvision": _nothing,
    f"{_VM}/Email/MiqProvision_Complete": _nothing,
    "/Infrastructure/VM/Reconfigure/Email/VmReconfigure_Task_Complete": _nothing,
}
"""By the path of the method within its domain. Where the provider's category and the target of an automation request
are found out by a method of the domain, aelang has builtins of the same names."""

_BUILTINS = ("/System/Process/parse_provider_category", "/System/Process/parse_automation_request")


class Replaced:
    """Runs methods as `methods` do, but for those of the domain: their effects take their place."""

    def __init__(self, methods: MethodRunner) -> None:
        self._methods = methods
        self._effects = {fold(f"{DOMAIN}{path}"): effect for path, effect in EFFECTS.items()}
        self._builtins = {fold(f"{DOMAIN}{path}") for path in _BUILTINS}

    def run(self, call: MethodCall) -> MethodResult:
        """Runs `call`. Raises InvalidMethod for a method in Ruby that nothing stands in for."""
        path = fold(call.method.path)
        if path in self._builtins:
            return self._methods.run(call._replace(method=call.method._replace(location="builtin")))
        effect = self._effects.get(path)
        if effect is None and call.method.language.lower() == "ruby" and call.method.location.lower() != "builtin":
            raise InvalidMethod(f"nothing stands in for /{call.method.path}")
        if effect is None:
            return self._methods.run(call)
        effect(call)
        return MethodResult()

    def close(self) -> None:
        """Ends what the methods have started."""
        self._methods.close()  # type: ignore[attr-defined]  # of Runners


def replaced(extend: Callable[[Kit], Kit], kit: Kit) -> Kit:
    """What `extend` makes of `kit`, with the effects in place of the domain's methods."""
    made = extend(kit)
    return made._replace(methods=Replaced(made.methods))
