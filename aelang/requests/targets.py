"""Targets: what Automate is asked to instantiate for an event or a task (REQUESTS 2.2)."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from aelang.delivery import Delivered, Delivery, delivery_uri
from aelang.interpreter.values import RunValue, to_text
from aelang.requests.options import get
from aelang.requests.rows import Task
from aelang.requests.types import SERVICE_TASK
from aelang.services.models import snake_name
from aelang.services.options import read_option
from aelang.services.records import Reference

_SERVICE_MACHINE = "Service/Provisioning/StateMachines"
_SERVICE_CLASS = "ServiceProvision_Template"


class Entry(NamedTuple):
    """Where a service template says that its provisioning begins, each blank for the usual."""

    namespace: str | None = None
    klass: str | None = None
    instance: str | None = None
    message: str | None = None
    attributes: Mapping[Any, Any] = {}


def event_uri(event: Reference, name: str, request: Reference, user: int | None, server: int) -> str:
    """E1: an event of a request, which `user` has made."""
    return delivery_uri(
        Delivery(
            "Event",
            {
                "EventStream::event_stream": event.id,
                "MiqRequest::miq_request": request.id,
                "event_stream_id": event.id,
                "event_type": name,
            },
            user=user,
            server=server,
            about=Delivered(request.model, snake_name(request.model), request.id),
        )
    )


def task_uri(task: Task, user: int | None, server: int, entry: Entry = Entry()) -> str:  # noqa: B008 - immutable
    """A, B, C or D: what drives a task. `entry` is what the template of a service says."""
    match task.kind.task:
        case "AutomationTask":
            delivery = _automation(task)
        case "ServiceTemplateProvisionTask":
            delivery = _service(task, entry)
        case _:
            delivery = Delivery(attributes={"request": task.kind.sent or task.request_type})
    return delivery_uri(delivery._replace(user=user, server=server, about=_of_task(task)))


def include_uri(task: Task, template: Reference, user: int | None, server: int) -> str:
    """F: whether a service template is to be included."""
    attributes: dict[str, RunValue] = {
        "ServiceTemplate::service_template": template.id, "request": "SERVICE_PROVISION_INFO",
        "message": "include_service",
    }  # fmt: skip
    return delivery_uri(Delivery("REQUEST", attributes, user=user, server=server, about=_of_task(task)))


def name_uri(task: Task, user: int | None, server: int) -> str:
    """G: how a VM is to be called."""
    return _information_uri(task, "get_vmname", user, server)


def placement_uri(task: Task, user: int | None, server: int) -> str:
    """G: where a VM is to be."""
    return _information_uri(task, "get_placement", user, server)


def _information_uri(task: Task, message: str, user: int | None, server: int) -> str:
    attributes: dict[str, RunValue] = {"request": "UI_PROVISION_INFO", "message": message}
    return delivery_uri(Delivery("REQUEST", attributes, user=user, server=server, about=_of_task(task)))


def _automation(task: Task) -> Delivery:
    options = task.options
    attributes = read_option(options, "attrs")
    return Delivery(
        to_text(get(options, "instance_name")) or "AUTOMATION_REQUEST",
        _named(attributes if isinstance(attributes, dict) else {}),
        to_text(get(options, "namespace")) or "SYSTEM",
        to_text(get(options, "class_name")) or "PROCESS",
        to_text(get(options, "message")) or None,
    )


def _service(task: Task, entry: Entry) -> Delivery:
    dialog = read_option(task.options, "dialog")
    attributes = _named(dialog if isinstance(dialog, dict) else {})
    return Delivery(
        entry.instance or "clone_to_service",
        {**attributes, "request": "clone_to_service", **_named(entry.attributes)},
        entry.namespace or _SERVICE_MACHINE,
        entry.klass or _SERVICE_CLASS,
        entry.message or "create",
    )


def _named(values: Mapping[Any, RunValue]) -> dict[str, RunValue]:
    return {to_text(key): value for key, value in values.items()}


def _of_task(task: Task) -> Delivered:
    model = task.kind.task
    return Delivered(model, snake_name(model), task.id)


def is_service(task: Task) -> bool:
    """Whether the task makes a service."""
    return task.kind.task == SERVICE_TASK
