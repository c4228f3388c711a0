"""Running a command: what its module is told, and what came of it."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection

from aelang.delivery import Delivered, Delivery, delivery_uri
from aelang.interpreter.outcome import Checkpoint, Failed, Finished, Retry
from aelang.interpreter.trace import MethodCalled, MethodEnded
from aelang.interpreter.values import RunValue, Symbol, to_text
from aelang.names import fold, split_path
from aelang.requests.rows import Task
from aelang.requests.steps import Ended, Run
from aelang.requests.traces import said_by_method
from aelang.requests.transactions.evaluating import evaluate
from aelang.requests.transactions.keeping import deeds_of, service_of, services_at, write_params
from aelang.requests.transactions.rows import CONTRARY, DELETE, MODIFY, Command, Deed, Param, Service
from aelang.requests.transactions.standing import before_of
from aelang.requests.transactions.tree import StoreTree
from aelang.services.models import snake_name
from aelang.services.records import Row

EXECUTE, UNDO, CLEAN_UP = "execute", "undo", "clean_up"
"""What a module is sent."""

_WELL = (0, 4)


class Came(NamedTuple):
    """What came of a command: `reason` says why it failed, None where it did not; whether a part of its work may be
    done; what it `produced`, by the ids of services; and after how many seconds it wants to be tried again."""

    reason: str | None = None
    partial: bool = False
    produced: Mapping[int, Mapping[str, RunValue]] = {}
    after: float | None = None


def run_of(
    command: Command, phase: str, told: dict[str, Any], task: Task, user: int | None, image: str | None,
    seen: tuple[Row, ...],
) -> Run:  # fmt: skip
    """The run that has the module of `command` do `phase`: its resource, which goes to the module."""
    uri = _target(command.resource, phase, task.type, task.id, user)
    return Run(uri, user, image, Checkpoint(uri, {"command": told}, {}, {}), written=True, seen=seen)


@lru_cache(256)
def _target(resource: str, phase: str, task_type: str, task: int, user: int | None) -> str:
    """A resource is mostly worked many times in a row."""
    path = split_path(resource)
    about = Delivered(task_type, snake_name(task_type), task)
    return delivery_uri(
        Delivery(path.instance or "", {"phase": phase}, path.namespace, path.klass, user=user, about=about)
    )


# -- what it is told ---------------------------------------------------------------------------------------------


def transform(connection: Connection, account: int, command: Command) -> tuple[Deed, ...]:
    """Works out the properties of the services that `command` is about, from what is known now, and writes them; gives
    what it does to them, as they are then. Raises Unresolved."""
    deeds = deeds_of(connection, command.id)
    services = {each.service.id: each.service for each in deeds}
    if command.action == DELETE or not any(map(_is_made, services.values())):
        return deeds
    resources = {command.resource: command.resource_properties or {}}
    tree = StoreTree(connection, account, resources, services.values())
    work_out(connection, tree, tuple(services.values()))
    return tuple(Deed(each.action, tree.service(each.service.id)) for each in deeds)


def _is_made(service: Service) -> bool:
    """Whether a property of `service` is made from others."""
    return any(param.expression is not None for param in service.params.values())


def work_out(connection: Connection, tree: StoreTree, services: Sequence[Service]) -> None:
    """Writes what the properties of `services` come to; `tree` has them then. Raises Unresolved."""
    changes = []
    for service in services:
        made = {
            name: Param(evaluate(tree, service, name), param.expression)
            for name, param in service.params.items()
            if param.expression is not None
        }
        changed = {name: param for name, param in made.items() if param != service.params[name]}
        if changed:
            changes.append((service, changed))
            tree.take(service._replace(params={**service.params, **changed}))
    write_params(connection, changes)


def told_of(
    connection: Connection, command: Command, deeds: Sequence[Deed] | None = None, *, undo: bool = False
) -> dict[str, Any]:
    """What the module finds in the state variable `command`, with what it does to which services where that was read
    already. For an undo it is the contrary: what was added is to be deleted, and the other way round; of a
    modification, the properties are those from before."""
    deeds = deeds_of(connection, command.id) if deeds is None else deeds
    before = _before(connection, command, [each.service.id for each in deeds])
    told = []
    for action, service in reversed(deeds) if undo else deeds:
        is_now, was = service.values, before.get(service.id, {})
        if undo and action == MODIFY:
            is_now, was = was, is_now
        told.append({
            "id": service.physical_id, "logical_id": service.id, "name": service.name, "part": service.part,
            "type": service.type, "action": CONTRARY[action] if undo else action, "properties": is_now,
            "before": was,
        })  # fmt: skip
    return {
        "id": command.id, "action": CONTRARY[command.action] if undo else command.action, "undo": undo,
        "attempt": command.attempts + 1, "resource": command.resource, "services": told,
        "resource_properties": dict(command.resource_properties or {}),
    }  # fmt: skip


def _before(connection: Connection, command: Command, services: Iterable[int]) -> dict[int, dict[str, RunValue]]:
    """The properties that services had before; of those that are new there are none."""
    if command.action != MODIFY:
        return {}
    found = before_of(connection, command.request_id, services)
    return {each.service_id: service_of(each.before).values for each in found if each.before is not None}


# -- what came of it ---------------------------------------------------------------------------------------------


def came_of(ended: Ended, command: Command, services: Sequence[Mapping[str, Any]]) -> Came:
    """What came of a run for `services`, as the module was told of them."""
    outcome = ended.outcome
    if isinstance(outcome, Retry):
        return Came("it wants to be tried again later", _is_partial(outcome.root), after=outcome.after)
    if ended.reason is not None:
        said = said_by_method(ended.events) if isinstance(outcome, Failed) else ""  # more than an exit code says
        return Came(said or ended.reason, _may_be_done(ended, command))
    if not any(isinstance(each, MethodEnded) and each.code in _WELL for each in ended.events):
        return Came(f"the module {command.module} did nothing: none of its methods was called")
    assert isinstance(outcome, Finished)  # a failure has a reason
    produced = outcome.root.get("produced")
    if produced is None:
        return Came()
    try:
        return Came(produced=read_produced(produced, services))
    except ValueError as fault:
        return Came(str(fault), partial=True)


def _may_be_done(ended: Ended, command: Command) -> bool:
    """Whether a part of the work may be done: the module says so, or it broke off, by an exception or since it was
    ended, and could not say it."""
    if isinstance(ended.outcome, Finished):
        return _is_partial(ended.outcome.root)
    called = [each.path for each in ended.events if isinstance(each, MethodCalled)]
    return command.effect != "none" and any(fold(path.rpartition("/")[2]) != "prepare" for path in called)


def _is_partial(root: Mapping[str, RunValue]) -> bool:
    return to_text(root.get("partial")).lower() in ("true", "t", "1")


def read_produced(produced: RunValue, services: Sequence[Mapping[str, Any]]) -> dict[int, dict[str, RunValue]]:
    """What was `produced` for `services`, as the module was told of them: by their ids, under the names that they have
    for their properties. Raises ValueError."""
    if not isinstance(produced, dict):
        raise ValueError(f"the module gave `produced` as {to_text(produced)[:60]!r}: write a hash of properties")
    known = {str(each["id"]): each for each in services}
    by_service = bool(produced) and all(isinstance(each, dict) for each in produced.values())
    found = {}
    for key, values in produced.items() if by_service else [(services[0]["id"], produced)]:
        service = known.get(_name(key))
        if service is None:
            raise ValueError(f"something was produced of a service {_name(key)[:40]!r}, which the command is not about")
        found[int(service["logical_id"])] = _properties(values, service)
    return found


def _properties(values: Mapping[Any, RunValue], service: Mapping[str, Any]) -> dict[str, RunValue]:
    names = {fold(each): each for each in service["properties"]}
    found: dict[str, RunValue] = {}
    for key, value in values.items():
        name = names.get(fold(_name(key)))
        if name is None:
            raise ValueError(f"`{_name(key)[:40]}` was produced, which is no property of {service['type']}")
        if not isinstance(value, str | int | float | bool | None):
            raise ValueError(f"`{name}` was produced as a {type(value).__name__}: write a text or a number")
        found[name] = value
    return found


def _name(key: object) -> str:
    return key.name if isinstance(key, Symbol) else str(key)


def keep_produced(connection: Connection, produced: Mapping[int, Mapping[str, RunValue]]) -> None:
    """Writes what modules produced: these properties are no longer made from anything else."""
    services = services_at(connection, produced)
    write_params(connection, (
        (services[number], {name: Param(value) for name, value in values.items()})
        for number, values in produced.items()
    ))  # fmt: skip
