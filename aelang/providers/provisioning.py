"""Provisioning: what a provider does for the task of a machine, phase by phase (REQUESTS 1.7: T5).

1. Placement: Automate is asked where the machine is to be, in the message that executes the task.
2. Clone: the provider begins to make it, and is asked every ten seconds how far it is.
3. Inventory: the machine has to be known there. Mostly an event of the provider has brought that about; where it was
   lost, the inventory is refreshed from here.
4. Customization: the settings of the task are given to the machine.
5. Start, unless the task says `vm_auto_start` is false.
6. The task has its machine: `vm_provisioned` is raised, and the machine of the datastore goes on.

Each phase is a message, or a part of one that may be done again: the provider is asked under a key that stays the same.
What it refuses, or fails at, ends the task with the reason.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from sqlalchemy import Connection

from aelang.interpreter.outcome import Finished
from aelang.interpreter.values import RunValue, Symbol, to_text
from aelang.providers.connected import ROLE, Connected, Providers, catch, is_hearing, look_again, reader
from aelang.providers.ports import Clone, Progress, ProviderError
from aelang.requests import tasks as lifecycle
from aelang.requests.cancelling import is_to_stop
from aelang.requests.decision import Message
from aelang.requests.deliver import HANDLERS
from aelang.requests.images import image_of
from aelang.requests.options import get, with_options
from aelang.requests.rows import Case, Task
from aelang.requests.steps import Effect, Lapsed, Run, Step, Work
from aelang.requests.store.keeping import release_locks
from aelang.requests.store.record_rows import create_row, find_row, find_rows
from aelang.requests.targets import placement_uri
from aelang.requests.types import VM_TASK
from aelang.services.records import Reference, Row

PAUSE = timedelta(seconds=10)
"""How long after one another the provider is asked how far it is."""

PATIENCE = timedelta(minutes=1)
"""How long an event of the provider may take that tells of the machine."""

POLL = "poll_provision"
_SETTINGS = ("number_of_cpus", "number_of_sockets", "cores_per_socket", "vm_memory")
_PLACES = {
    "host": ("Host", "placement_host_name"), "storage": ("Storage", "placement_ds_name"),
    "cluster": ("EmsCluster", "placement_cluster_name"),
}  # fmt: skip
_Words: TypeAlias = dict[str, Any]  # the phase's own notes, as the task keeps them


def execute(providers: Providers, step: Step, connection: Connection) -> "Work | None":
    """T4, T5: begins with a machine; any other task, and one whose provider is not connected, is done as without
    providers."""
    case = step.case(connection)
    task = step.task(case)
    of = _provider(providers, connection, task)
    if of is None or task.state == "finished" or is_to_stop(task):
        return HANDLERS["execute"](step, connection)
    case = step.carry(connection, case, lifecycle.executing(case, task.id, step.now()))
    return _begin(step, connection, case.task(task.id), of)


def _provider(providers: Providers, connection: Connection, task: Task) -> Connected | None:
    if task.kind.task != VM_TASK or task.source_id is None:
        return None
    template = find_row(connection, task.source_type or "VmOrTemplate", task.source_id)
    return None if template is None else providers.of(reader(connection), template.columns.get("ems_id"))


def _begin(step: Step, connection: Connection, task: Task, of: Connected) -> Work:
    words = _words(task) if task.phase == "start_clone" else {}
    if words.get("clone") != _key(step):
        user = step.case(connection).request.requester_id
        uri = placement_uri(task, user, step.server)
        connection, ended = yield Run(uri, user, image_of(connection, task.miq_request_id))
        words = {"clone": _key(step)}
        _place(step, connection, ended.outcome)
        _note(step, connection, "start_clone", words)
    task = step.task(step.case(connection))
    wanted = _wanted(connection, task)
    connection, fault = yield Effect(_asking(lambda: of.provider.clone(words["clone"], wanted, step.now())))
    if isinstance(fault, ProviderError):
        _fail(step, connection, fault)
        return
    _note(step, connection, "poll_clone_complete", words)
    catch(connection, of.ems.reference, step.now())
    _again(step, connection)


def _key(step: Step) -> str:
    return f"clone {step.context} {step.claimed.number}"


def _asking(ask: Callable[[], object]) -> Callable[[], object]:
    """`ask`, which gives the fault that it raises."""

    def asked() -> object:
        try:
            return ask()
        except ProviderError as fault:
            return fault

    return asked


def _place(step: Step, connection: Connection, outcome: object) -> None:
    """Where Automate says that the machine is to be, if it does."""
    root: Mapping[str, RunValue] = outcome.root if isinstance(outcome, Finished) else {}
    found = {option: [root[name].id, to_text(root[name].column("name"))]  # type: ignore[union-attr]  # they are records
             for name, (model, option) in _PLACES.items() if _is_a(root.get(name), model)}  # fmt: skip
    if found:
        case = step.case(connection)
        options = with_options(step.task(case).options, **found)
        step.carry(connection, case, lifecycle.report(case, step.claimed.of.id, {"options": options}, step.now()))


def _is_a(value: RunValue, model: str) -> bool:
    from aelang.services.record import Record

    return isinstance(value, Record) and value.model_is(model)


def _wanted(connection: Connection, task: Task) -> Clone:
    template = find_row(connection, task.source_type or "VmOrTemplate", task.source_id or 0)
    ref = "" if template is None else to_text(template.columns.get("ems_ref"))
    place: dict[str, str] = {}
    for name, (model, option) in _PLACES.items():
        number = get(task.options, option)
        row = find_row(connection, model, number) if isinstance(number, int) else None
        if row is not None and row.columns.get("ems_ref"):
            place[name] = to_text(row.columns["ems_ref"])
    return Clone(to_text(get(task.options, "vm_target_name")) or task.description, ref, _settings(task), place)


def _settings(task: Task) -> dict[str, RunValue]:
    found = {name: get(task.options, name) for name in _SETTINGS}
    return {name: _number(value) for name, value in found.items() if value not in (None, "")}


def _number(value: RunValue) -> RunValue:
    return int(value) if isinstance(value, str) and value.isdecimal() else value


# -- how far it is -----------------------------------------------------------------------------------------------


def poll(providers: Providers, step: Step, connection: Connection) -> Work:
    """Asks how far the machine is, and goes on with it when it is there."""
    case = step.case(connection)
    task = step.task(case)
    of = _provider(providers, connection, task)
    if task.state == "finished" or is_to_stop(task) or not task.phase or of is None:
        raise Lapsed(f"task {task.id} does not wait for its machine any more")
    return _poll(step, task, of)


def _poll(step: Step, task: Task, of: Connected) -> Work:
    words = _words(task)
    connection, progress = yield Effect(_asking(lambda: of.provider.progress(words["clone"], step.now())))
    match progress:
        case Progress("done", ref):
            vm = _known(connection, of, ref)
            if vm is not None:
                yield from _customize(step, connection, of, vm)
                return
            _await(step, connection, of, {**words, "made": ref})
        case Progress("working"):
            _again(step, connection)
        case Progress(reason=reason):
            _fail(step, connection, reason)
        case fault:
            _fail(step, connection, fault)


def _await(step: Step, connection: Connection, of: Connected, words: _Words) -> None:
    """The provider's event is waited for a while, and as long as there are some that nobody has heard yet; then it was
    lost, and the inventory is refreshed without it."""
    since = words.get("since")
    if not isinstance(since, datetime):
        words["since"] = step.now()
    elif step.now() - since >= PATIENCE and not is_hearing(connection, of.ems.reference):
        words["since"] = step.now()
        look_again(connection, of.ems.reference, step.now(), request=step.request)
    _note(step, connection, "poll_destination_in_vmdb", words)
    _again(step, connection)


def _known(connection: Connection, of: Connected, ref: str) -> Row | None:
    return next(iter(find_rows(connection, "Vm", {"ems_id": of.ems.id, "ems_ref": ref})), None)


def _customize(step: Step, connection: Connection, of: Connected, vm: Row) -> Work:
    """The machine is in the inventory: its settings, its start, and the end of the task's own work."""
    task = step.task(step.case(connection))
    _note(step, connection, "customize_destination", _words(task))
    ref, key, settings = to_text(vm.columns["ems_ref"]), f"{step.context} {step.claimed.number}", _settings(task)
    connection, fault = yield Effect(
        _asking(lambda: of.provider.act(f"reconfigure {key}", ref, "reconfigure", settings, step.now()))
    )
    if not isinstance(fault, ProviderError) and _starts(task):
        connection, fault = yield Effect(_asking(lambda: of.provider.act(f"start {key}", ref, "start", {}, step.now())))
    catch(connection, of.ems.reference, step.now())
    if isinstance(fault, ProviderError):
        _fail(step, connection, fault)
        return
    _note(step, connection, "mark_as_completed", {})
    _join_service(step, connection, vm.reference)
    case = step.case(connection)
    _end(step, connection, step.carry(connection, case, lifecycle.worked(case, task.id, step.now(), vm.reference)))


def _starts(task: Task) -> bool:
    return get(task.options, "vm_auto_start") not in (False, "false", "f", 0)


def _join_service(step: Step, connection: Connection, vm: Reference) -> None:
    """The machine is a part of the service that it was made for."""
    task = step.task(step.case(connection))
    parent = None if task.miq_request_task_id is None else step.case(connection).task(task.miq_request_task_id)
    service = None if parent is None else get(parent.options, "parent_service_id")
    part: dict[str, RunValue] = {"service_id": service, "resource_id": vm.id, "resource_type": vm.model}
    if isinstance(service, int) and not find_rows(connection, "ServiceResource", part):
        create_row(connection, "ServiceResource", part)


# -- the task ----------------------------------------------------------------------------------------------------


def _note(step: Step, connection: Connection, phase: str, words: Mapping[str, Any]) -> None:
    """The task says in which phase it is."""
    case = step.case(connection)
    columns = {"phase": phase, "phase_context": {Symbol(key): value for key, value in words.items()}}
    step.carry(connection, case, lifecycle.report(case, step.claimed.of.id, columns, step.now()))


def _words(task: Task) -> _Words:
    return {to_text(key): value for key, value in task.phase_context.items()}


def _again(step: Step, connection: Connection) -> None:
    due = step.now() + PAUSE
    step.put(connection, Message(POLL, step.claimed.of, {}, ROLE, task_id=step.context, deliver_on=due))


def _fail(step: Step, connection: Connection, reason: object) -> None:
    case = step.case(connection)
    answer = lifecycle.failed(case, step.claimed.of.id, str(reason), step.now())
    _end(step, connection, step.carry(connection, case, answer))


def _end(step: Step, connection: Connection, case: Case) -> None:
    if case.request.request_state == "finished":
        release_locks(connection, case.request.id)
