"""Trees of tasks: a service's task has one for each of its parts, those for VMs have the VMs below (REQUESTS 1.6).

Between the steps the datastore is asked: whether a template is to be included, how a VM is to be called. So each level
is a step of its own, and whoever carries them out asks in between.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from aelang.interpreter.values import RunValue, to_text
from aelang.requests.creating import Numbers, vm_description
from aelang.requests.decision import Decision
from aelang.requests.options import MOST_TASKS, deep_copy, get, with_options, without
from aelang.requests.rows import Case, Options, Request, Task
from aelang.requests.starting import task_model
from aelang.requests.tasks import report
from aelang.requests.types import REQUEST_TYPES, SERVICE_TASK, TEMPLATE
from aelang.services.options import read_option
from aelang.services.records import Reference

_LONGEST_HOSTNAME = {"windows": 15}
_LONGEST_OF_OTHERS = 63


class Part(NamedTuple):
    """A resource of a service template: what it is, and how many of it there are to be at least."""

    id: int
    of: Reference
    scaling_min: int = 1
    provision_index: int = 0


class Owner(NamedTuple):
    """For whom VMs of a service are made."""

    group: str = ""
    email: str = ""
    first_name: str = ""
    last_name: str = ""


def with_service(case: Case, number: int, service: Reference, now: datetime) -> Decision:
    """The service that the task makes is there."""
    return report(case, number, {"destination_id": service.id, "destination_type": service.model}, now)


def add_parts(
    case: Case, number: int, parts: Sequence[Part], service: int | None, numbers: Numbers, now: datetime
) -> Decision:
    """The tasks below the task `number` of a service: one for each of `parts`, as often as its scaling says. `service`
    is the service that they become parts of. What is there already is left."""
    if case.children(number):
        return Decision(case)
    parent = case.task(number)
    made = [
        _part(parent, part, index, service, numbers("MiqRequestTask"), now)
        for part in parts
        for index in range(min(max(part.scaling_min, 1), MOST_TASKS))
    ]
    return Decision(case._replace(tasks=(*case.tasks, *made)))


def _part(parent: Task, part: Part, index: int, service: int | None, number: int, now: datetime) -> Task:
    options = with_options(
        deep_copy(without(parent.options, "child_tasks")),
        dialog={},
        src_id=part.of.id,
        scaling_idx=index,
        scaling_min=part.scaling_min,
        service_resource_id=part.id,
        parent_service_id=service,
        parent_task_id=parent.id,
    )
    below = _below(parent, number, now)._replace(type=SERVICE_TASK, options=options)
    if part.of.model == TEMPLATE:  # it makes machines of the same service; what is a service itself gets its own
        below = below._replace(destination_id=parent.destination_id, destination_type=parent.destination_type)
    return below._replace(source_id=part.of.id, source_type=part.of.model)


def _below(parent: Task, number: int, now: datetime) -> Task:
    return parent._replace(
        id=number, miq_request_task_id=parent.id, state="pending", status="Ok", message=None, destination_id=None,
        destination_type=None, cancelation_status=None, begun=False, created_on=now, updated_on=now,
    )  # fmt: skip


def vm_count(part: Part, dialog: Mapping[Any, Any], template: Options) -> int:
    """How many VMs a part of a service is: by the dialog of the uppermost service, else by the request template, else
    by its scaling."""
    of_dialog = (
        "dialog_option_0_number_of_vms",
        f"dialog_option_{part.provision_index + 1}_number_of_vms",
        "dialog_option_number_of_vms",
        "dialog_number_of_vms",
    )
    asked = [*(read_option(dialog, name) for name in of_dialog), get(template, "number_of_vms"), part.scaling_min]
    numbers = (int(text) for text in map(to_text, asked) if text.strip().isdecimal() and len(text) < 10)
    return min(next((each for each in numbers if each > 0), 1), MOST_TASKS)


def add_vms(
    case: Case, number: int, template: Request, count: int, owner: Owner, guid: str, numbers: Numbers, now: datetime
) -> Decision:
    """The tasks below a part that is made by the request template `template`: `count` of them, each for one VM of the
    service with that guid. What is there already is left."""
    if case.children(number) or template.type != TEMPLATE:
        return Decision(case)
    parent = case.task(number)
    usual: dict[str, RunValue] = {
        "miq_force_unique_name": [True, 1],
        "service_guid": guid,
        "service_resource_id": get(parent.options, "service_resource_id"),
        "service_template_request": False,
        "requester_group": owner.group,
        "owner_email": owner.email,
        "owner_group": owner.group,
        "owner_first_name": owner.first_name,
        "owner_last_name": owner.last_name,
    }
    model = task_model(REQUEST_TYPES[TEMPLATE], template.source_type)
    made = [
        _below(parent, numbers("MiqRequestTask"), now)._replace(
            type=model,
            request_type=template.request_type,
            description=template.description,
            options=with_options(deep_copy(template.options), **usual, **{"pass": index}),
            source_id=template.source_id,
            source_type=template.source_type,
        )
        for index in range(count)
    ]
    return Decision(case._replace(tasks=(*case.tasks, *made)))


def named(case: Case, number: int, name: str, platform: str, now: datetime) -> Decision:
    """The task's VM is to be called `name`; its host name is as long as one of `platform` may be."""
    task = case.task(number)
    host = name[: _LONGEST_HOSTNAME.get(platform.lower(), _LONGEST_OF_OTHERS)]
    options = with_options(task.options, vm_target_name=name, vm_target_hostname=host)
    return report(case, number, {"options": options, "description": vm_description(options, name)}, now)
