"""Beginning a request: its event, its tasks, and for a service the whole tree of them (REQUESTS 1.4: R6, R7; 1.6).

All in one message. Each level of a tree is a transaction of its own, since the datastore is asked in between; what a
crash left of it is found by the next attempt, and not made twice. The tasks are delivered in the last transaction.
"""

from collections.abc import Generator, Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import Connection

from aelang.interpreter.outcome import Finished, Retry
from aelang.interpreter.values import RunValue, to_text
from aelang.requests import starting, trees
from aelang.requests.clock import later
from aelang.requests.decision import Message, Refused
from aelang.requests.images import image_of
from aelang.requests.naming import numbered
from aelang.requests.options import get
from aelang.requests.rows import Case, Task
from aelang.requests.steps import Ended, Run, Step, Work, checkpoint_values, read_checkpoint, see
from aelang.requests.store.cases import RowNumbers, read_case
from aelang.requests.store.keeping import take_turn
from aelang.requests.store.record_rows import create_row, find_row, find_rows
from aelang.requests.targets import Entry, event_uri, include_uri, is_service, name_uri
from aelang.requests.types import TEMPLATE, VM_TASK
from aelang.services.models import ancestors
from aelang.services.options import read_option
from aelang.services.records import Reference, Row

_Sub: TypeAlias = Generator[Run, tuple[Connection, Ended], Connection]
"""A part of the work: it ends with the connection that goes on."""


def new_event(step: Step, connection: Connection, model: str, name: str, source: str) -> Reference:
    """The row of an event about the record that the message is of."""
    of, now = step.claimed.of, step.now()
    columns: Mapping[str, RunValue] = {
        "event_type": name, "source": source, "target_id": of.id, "target_type": of.model, "timestamp": now,
        "created_on": now,
    }  # fmt: skip
    return create_row(connection, model, columns)


def create_request_tasks(step: Step, connection: Connection) -> "Work | None":
    """R6: `request_starting` is raised in this message."""
    case = step.case(connection)
    checkpoint = read_checkpoint(step)
    step.carry(connection, case, starting.begin(case))
    request = case.request
    image = image_of(connection, request.id)
    if checkpoint is not None:
        return _create(step, Run(checkpoint.uri, request.requester_id, image, checkpoint))
    event, user = _starting_event(step, connection), request.requester_id
    uri = event_uri(event, "request_starting", request.reference, user, step.server)
    return _create(step, Run(uri, user, image, seen=see(connection, event, request.reference)))


def _starting_event(step: Step, connection: Connection) -> Reference:
    """Its row, which is there already where a worker died at this. Of requests that are begun at one moment the quota
    goes by the order of these rows."""
    of = step.claimed.of
    wanted: Mapping[str, RunValue] = {
        "event_type": "request_starting", "target_id": of.id, "target_type": of.model,
    }  # fmt: skip
    take_turn(connection)
    known = find_rows(connection, "RequestEvent", wanted)
    return known[0].reference if known else new_event(step, connection, "RequestEvent", "request_starting", "Request")


def _create(step: Step, run: Run) -> Work:
    connection, ended = yield run
    case, now = step.case(connection), step.now()
    if isinstance(ended.outcome, Retry):  # what is asked wants to be asked again
        _ask_again(step, connection, ended.outcome)
        return
    if ended.reason is not None:
        answer = starting.not_started(case, ended.reason, now)
        if not isinstance(answer, Refused):  # it was denied meanwhile, and stays so
            step.carry(connection, case, answer)
        return
    made = step.carry(connection, case, starting.create_tasks(case, RowNumbers(connection), now))
    if made.request.request_state == "finished":
        return
    growing = [each.id for each in made.children(None) if _wants_more(each)]
    for number in growing:
        connection = yield from _grow(step, connection, number)
    case = step.case(connection) if growing else made
    step.carry(connection, case, starting.deliver_tasks(case, step.now()))


def _ask_again(step: Step, connection: Connection, retry: Retry) -> None:
    claimed = step.claimed
    arguments = {**claimed.arguments, "checkpoint": checkpoint_values(retry.checkpoint)}
    due = later(step.now(), retry.after)
    step.put(connection, Message(claimed.method, claimed.of, arguments, claimed.role, claimed.priority,
                                 claimed.task_id, due))  # fmt: skip


# -- trees -------------------------------------------------------------------------------------------------------


def _wants_more(task: Task) -> bool:
    return is_service(task) or (task.kind.task == VM_TASK and get(task.options, "vm_target_name") is None)


def _grow(step: Step, connection: Connection, number: int) -> _Sub:
    """What a task needs before it is delivered: a service its parts, a VM its name."""
    task = step.case(connection).task(number)
    if is_service(task):
        return (yield from _grow_service(step, connection, task))
    return (yield from _name(step, connection, task)) if _wants_more(task) else connection


def _grow_service(step: Step, connection: Connection, task: Task) -> _Sub:
    template = _template(connection, task)
    if template is None:
        return connection
    if template.model == TEMPLATE:
        _add_vms(step, connection, task, template)
    else:
        case = step.case(connection)
        user = case.request.requester_id
        uri = include_uri(task, template.reference, user, step.server)
        connection, ended = yield Run(uri, user, case.request.image_hash)
        if not _is_included(ended):
            return connection
        _add_parts(step, connection, task, template)
    for each in step.case(connection).children(task.id):
        connection = yield from _grow(step, connection, each.id)
    return connection


def _is_included(ended: Ended) -> bool:
    """A datastore that does not say is taken for a yes."""
    if not isinstance(ended.outcome, Finished):
        return True
    return to_text(ended.outcome.root.get("include_service")).lower() not in ("false", "f", "0")


def _template(connection: Connection, task: Task) -> Row | None:
    if task.source_id is None or task.source_type is None:
        return None
    return find_row(connection, task.source_type, task.source_id)


def _add_parts(step: Step, connection: Connection, task: Task, template: Row) -> None:
    case = step.case(connection)
    task = case.task(task.id)
    service = task.destination_id
    if service is None:
        made = _service(step, connection, case, task, template)
        case = step.carry(connection, case, trees.with_service(case, task.id, made, step.now()))
        service = made.id
    found = find_rows(connection, "ServiceResource", {"service_template_id": template.id})
    parts = [_part(each) for each in found if each.columns.get("resource_id") is not None]
    numbers = RowNumbers(connection)
    step.carry(connection, case, trees.add_parts(case, task.id, parts, service, numbers, step.now()))


def _part(row: Row) -> trees.Part:
    columns = row.columns
    of = Reference(to_text(columns.get("resource_type")) or "ServiceTemplate", _number(columns.get("resource_id")))
    scaling, index = _number(columns.get("scaling_min")) or 1, _number(columns.get("provision_index"))
    return trees.Part(row.id, of, scaling, index)


def _service(step: Step, connection: Connection, case: Case, task: Task, template: Row) -> Reference:
    request, parent = case.request, get(task.options, "parent_service_id")
    name = get(task.options, "service_name") or template.columns.get("name")
    columns: Mapping[str, RunValue] = {
        "name": to_text(name), "description": template.columns.get("description"), "display": parent is None,
        "service_template_id": template.id, "evm_owner_id": request.requester_id, "tenant_id": request.tenant_id,
        "parent_id": parent, "guid": _guid(), "created_at": step.now(), "updated_at": step.now(),
    }  # fmt: skip
    return create_row(connection, "Service", {key: value for key, value in columns.items() if value is not None})


def _guid() -> str:
    import uuid

    return str(uuid.uuid4())


def _add_vms(step: Step, connection: Connection, task: Task, template: Row) -> None:
    kept = read_case(connection, template.id)
    case = step.case(connection)
    resource = find_row(connection, "ServiceResource", _number(get(task.options, "service_resource_id")))
    if kept is None or resource is None:
        return
    root = next(each for each in case.tasks if each.miq_request_task_id is None)
    dialog: Any = read_option(root.options, "dialog")
    count = trees.vm_count(_part(resource), dialog if isinstance(dialog, dict) else {}, kept.request.options)
    guid = _service_guid(connection, get(task.options, "parent_service_id"))
    owner, numbers = _owner(connection, case), RowNumbers(connection)
    step.carry(connection, case, trees.add_vms(case, task.id, kept.request, count, owner, guid, numbers, step.now()))


def _service_guid(connection: Connection, number: RunValue) -> str:
    found = find_row(connection, "Service", number) if isinstance(number, int) else None
    return "" if found is None else to_text(found.columns.get("guid"))


def _owner(connection: Connection, case: Case) -> trees.Owner:
    number = case.request.requester_id
    user = None if number is None else find_row(connection, "User", number)
    if user is None:
        return trees.Owner()
    group = find_row(connection, "MiqGroup", _number(user.columns.get("current_group_id")))
    first, _, last = to_text(user.columns.get("name")).partition(" ")
    of_group = "" if group is None else to_text(group.columns.get("description"))
    return trees.Owner(of_group, to_text(user.columns.get("email")), first, last)


def _name(step: Step, connection: Connection, task: Task) -> _Sub:
    case = step.case(connection)
    user = case.request.requester_id
    connection, ended = yield Run(name_uri(task, user, step.server), user, case.request.image_hash)
    root = ended.outcome.root if isinstance(ended.outcome, Finished) else {}
    name = to_text(root.get("vmname")) or to_text(get(task.options, "vm_name"))
    if name:
        name, case = numbered(connection, name), step.case(connection)
        source = _template(connection, task)
        platform = "" if source is None else to_text(source.columns.get("platform"))
        step.carry(connection, case, trees.named(case, task.id, name, platform, step.now()))
    return connection


def resource_entry(connection: Connection, task: Task) -> Entry:
    """Where the template of a service says that its provisioning begins."""
    source = _template(connection, task)
    if source is None or ancestors(source.model)[-1] != "ServiceTemplate":
        return Entry()
    actions = find_rows(connection, "ResourceAction", {"service_template_id": source.id, "action": "Provision"})
    return _entry(actions)


def _entry(actions: Sequence[Row]) -> Entry:
    if not actions:
        return Entry()
    columns = actions[0].columns
    namespace, klass, instance, message = (
        to_text(columns.get(f"ae_{name}")) or None for name in ("namespace", "class", "instance", "message")
    )
    attributes = columns.get("ae_attributes")
    return Entry(namespace, klass, instance, message, attributes if isinstance(attributes, dict) else {})


def _number(value: RunValue) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
