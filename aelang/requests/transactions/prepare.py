"""Preparation: in one database transaction the services of a change are written as they will be, what was before is
kept, all that is touched is locked, and the commands are made (REQUESTS 6.2).

Whatever is raised here undoes it all. Locks are taken in one order: account, package, services by their ids. What is
new cannot be another's yet, and is locked at once. The changes of one account are prepared one after the other: none
may miss what another is just making, such as a service that both want to share.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, assert_never

from sqlalchemy import Connection, insert, update

from aelang.names import fold
from aelang.names.provisioning import SIMPLE
from aelang.requests.store.cases import next_id
from aelang.requests.store.keeping import Taken, take_lock
from aelang.requests.store.schema import (
    ACTIONS,
    COMMANDS,
    DATABASE_COMMANDS,
    LOCKS,
    LOGICAL_SERVICES,
    PHYSICAL_SERVICES,
    TRANSACTIONS,
)
from aelang.requests.transactions import planning, words
from aelang.requests.transactions.accounts import hold_account, packages_of
from aelang.requests.transactions.evaluating import above, check_properties
from aelang.requests.transactions.grouping import Planned, group_actions
from aelang.requests.transactions.journal import TRANSACTION, line, write_line
from aelang.requests.transactions.keeping import (
    image_of,
    insert_services,
    part_of,
    pointers,
    service_at,
    services_at,
    shared_service,
    subtree,
    write_params,
    write_statuses,
)
from aelang.requests.transactions.planning import Add, CannotPrepare, Change, Delete, Ids, Modify
from aelang.requests.transactions.reaching import reached, refuse_needed
from aelang.requests.transactions.rows import (
    ACCOUNT,
    ADD,
    DELETE,
    MODIFY,
    PACKAGE,
    PHYSICAL,
    SERVICE,
    Account,
    Param,
    Service,
)
from aelang.requests.transactions.tree import StoreTree
from aelang.requests.transactions.types import Types, UnknownType


class Wish(NamedTuple):
    """A change of the services of an account, by the request `request`; with how many failures in all at most."""

    request: int
    account: Account
    change: Change
    most_failures: int | None = None


class _Prepared(NamedTuple):
    """What a change comes to: what is done, the services as they were before (none of those that are new) and as they
    will be, and what is to be done on resources."""

    action: str
    before: Mapping[int, Service]
    after: tuple[Service, ...]
    actions: tuple[Planned, ...]


def prepare(connection: Connection, types: Types, wish: Wish, now: datetime) -> None:
    """Prepares `wish` for the engine. Raises CannotPrepare; all that was written is undone then by whoever opened the
    transaction."""
    row = {
        "request_id": wish.request, "account_id": wish.account.id, "action": _word(wish.change), "failures": 0,
        "status": words.CREATION, "most_failures": wish.most_failures, "created_on": now, "updated_on": now,
    }  # fmt: skip
    connection.execute(insert(TRANSACTIONS), row)
    hold_account(connection, wish.account.id)
    try:
        prepared = _prepared(connection, types, wish, now)
        _write(connection, types, wish, prepared, now)
    except ValueError as fault:  # of the types, or of an expression
        raise fault if isinstance(fault, CannotPrepare) else CannotPrepare(str(fault)) from None
    of = TRANSACTIONS.c.request_id == wish.request
    connection.execute(update(TRANSACTIONS).where(of).values(status=words.PENDING))
    write_line(connection, line(wish.request, TRANSACTION, words.PENDING, now))


def _word(change: Change) -> str:
    match change:
        case Add():
            return ADD
        case Modify():
            return MODIFY
        case Delete():
            return DELETE
        case _:
            assert_never(change)


def _prepared(connection: Connection, types: Types, wish: Wish, now: datetime) -> _Prepared:
    match wish.change:
        case Add() as add:
            return _added(connection, types, wish, add, now)
        case Modify(number, properties):
            root = _mine(connection, wish, number)
            given = {name: Param(value) for name, value in properties.items()}
            return _modified(connection, types, wish, root, given, now)
        case Delete(number):
            return _deleted(connection, wish, _mine(connection, wish, number), now)
        case _:
            assert_never(wish.change)


def _mine(connection: Connection, wish: Wish, number: int) -> Service:
    found = service_at(connection, number)
    if found is None or found.account_id != wish.account.id:
        raise CannotPrepare(f"{wish.account.name} has no service {number}: `aelang account show` lists them")
    return found


# -- locks -------------------------------------------------------------------------------------------------------

_ORDER = (ACCOUNT, PACKAGE, SERVICE, PHYSICAL)


def _lock(connection: Connection, request: int, locks: Mapping[tuple[str, int], str], now: datetime) -> None:
    """Locks what is there already: before it is looked at, so that nobody changes it meanwhile."""
    for kind, number in sorted(locks, key=lambda each: (_ORDER.index(each[0]), each[1])):
        try:
            take_lock(connection, kind, number, request, now)
        except Taken as taken:
            what = "Service" if kind in (SERVICE, PHYSICAL) else kind
            raise CannotPrepare(
                f"{what} {locks[kind, number]} is already involved in request with id: {taken.request}"
            ) from None


def _lock_new(
    connection: Connection, request: int, services: Sequence[Service], known: Iterable[Service], now: datetime
) -> None:
    """Locks `services`, and what stands behind them where others may share it: all but those `known` before, which are
    locked already."""
    taken = {(PHYSICAL, each.physical_id) for each in known}
    rows = [{"resource_kind": kind, "resource_id": number, "request_id": request, "taken_on": now}
            for kind, number in _locks_of(services) if (kind, number) not in taken]  # fmt: skip
    connection.execute(insert(LOCKS), rows)


def _locks_of(services: Iterable[Service]) -> dict[tuple[str, int], str]:
    found = {(SERVICE, each.id): each.name for each in services}
    return found | {(PHYSICAL, each.physical_id): each.name for each in services if each.shared}


# -- what a change comes to --------------------------------------------------------------------------------------


def _added(connection: Connection, types: Types, wish: Wish, add: Add, now: datetime) -> _Prepared:
    parent = None if add.parent is None else _mine(connection, wish, add.parent)
    _lock(connection, wish.request, _place(connection, wish, add, parent), now)
    if parent is not None:
        parent = _mine(connection, wish, parent.id)  # as it is now that nobody else can change it
        _refuse_gone([parent])
    shared: dict[str, Service | None] = {}

    def share(path: str) -> Service | None:
        if path not in shared:
            shared[path] = shared_service(connection, wish.account.id, path)
        return shared[path]

    ids = Ids(lambda: next_id(connection, LOGICAL_SERVICES), lambda: next_id(connection, PHYSICAL_SERVICES), share,
              lambda root: subtree(connection, root)[1:])  # fmt: skip
    plan = planning.plan_add(types, wish.account.id, add, parent, ids)
    known = [each for root in shared.values() if root is not None for each in subtree(connection, root)]
    _lock(connection, wish.request, {(PHYSICAL, each.physical_id): each.name for each in known}, now)
    _refuse_gone(services_at(connection, [each.id for each in known]).values())
    name = plan.services[0].part
    if parent is not None and part_of(connection, parent.id, name) is not None:
        raise CannotPrepare(f"{parent.name} has a part `{name}` already: say another name")
    tree = _tree(connection, types, wish.account, (*plan.services, *(() if parent is None else (parent,))))
    check_properties(tree, plan.services)
    insert_services(connection, plan.services)
    _lock_new(connection, wish.request, plan.services, known, now)
    return _Prepared(ADD, {}, plan.services, plan.actions)


def _place(connection: Connection, wish: Wish, add: Add, parent: Service | None) -> dict[tuple[str, int], str]:
    """Under what a new service is put: that alone is locked of what is there."""
    if parent is not None:
        return _locks_of([parent])
    if add.package is not None:
        return {(PACKAGE, add.package): dict(packages_of(connection, wish.account.id))[add.package]}
    return {(ACCOUNT, wish.account.id): wish.account.name}


def _modified(
    connection: Connection, types: Types, wish: Wish, root: Service, given: Mapping[str, Param], now: datetime
) -> _Prepared:
    services = _locked(connection, wish, root, now)
    root = services[0]
    if not given:
        raise CannotPrepare(f"{root.name} would stay as it is: say which property is to change")
    changed = _renamed(root, given)
    _refuse_untyped(types, root, changed)
    after = root._replace(params={**root.params, **changed})
    tree = _tree(connection, types, wish.account, (after, *services[1:]))
    check_properties(tree, (after,))
    after_all = reached(connection, tree, (after, *services[1:]), changed)
    _lock_beyond(connection, wish, after_all, services, now)
    write_params(connection, [(root, changed)])
    actions = planning.actions_for(MODIFY, after_all, _root_of(tree), _once_each(after_all))
    write_statuses(connection, after_all, words.DIRTY)
    involved = {each.id: each for each in (root, *after_all[1:])}
    return _Prepared(MODIFY, involved, tuple(_dirty(each) for each in after_all), actions)


def _lock_beyond(
    connection: Connection, wish: Wish, found: Iterable[Service], known: Iterable[Service], now: datetime
) -> None:
    """Locks those of `found` that are not among those `known`, which are locked already."""
    mine = {each.id for each in known}
    taken = set(_locks_of(known))
    beyond = {each.id: each for each in found if each.id not in mine}
    locks = {key: name for key, name in _locks_of(beyond.values()).items() if key not in taken}
    _lock(connection, wish.request, locks, now)
    if services_at(connection, beyond) != beyond:
        raise CannotPrepare("what is made from it has been changed by another request just now: try again")


def _dirty(service: Service) -> Service:
    return service._replace(status=words.DIRTY, physical_status=words.DIRTY)


def _renamed(service: Service, given: Mapping[str, Param]) -> dict[str, Param]:
    """`given` under the names that the service has for them."""
    names = {fold(each): each for each in service.params}
    for name in given:
        if fold(name) not in names:
            from aelang.diagnostics import did_you_mean

            hint = did_you_mean(name, sorted(service.params)) or f"it has {', '.join(sorted(service.params)) or 'none'}"
            raise CannotPrepare(f"{service.name} has no property `{name}`: {hint}")
    return {names[fold(name)]: param for name, param in given.items()}


def _refuse_untyped(types: Types, service: Service, given: Mapping[str, Param]) -> None:
    try:
        of = types.type(service.type)
    except UnknownType:  # the service is there, and its type is not any more
        return
    planning.refuse_untyped(of, given)


def _deleted(connection: Connection, wish: Wish, root: Service, now: datetime) -> _Prepared:
    services = _locked(connection, wish, root, now)
    mine = {each.id for each in services}
    last = {each.id for each in services
            if not each.shared or set(pointers(connection, each.physical_id)) <= mine}  # fmt: skip
    tree = StoreTree(connection, wish.account, {}, services)
    refuse_needed(connection, tree, services)
    once = _once_each([each for each in services if each.id in last])
    actions = planning.actions_for(DELETE, services, _root_of(tree), once)
    write_statuses(connection, services, words.DELETED, physical=False)
    gone = [each for each in services if each.id in last]
    write_statuses(connection, gone, words.DELETED)
    after = tuple(each._replace(status=words.DELETED) for each in services)
    return _Prepared(DELETE, {each.id: each for each in services}, after, actions)


def _once_each(services: Sequence[Service]) -> set[int]:
    """One service for each physical one, the first: what is done with it is done once."""
    return set({each.physical_id: each.id for each in reversed(services)}.values())


def _locked(connection: Connection, wish: Wish, root: Service, now: datetime) -> tuple[Service, ...]:
    """`root` and all below it, as it is now that they are locked. Where another request has ended in between, they may
    not be the same any more."""
    found = subtree(connection, root)
    _lock(connection, wish.request, _locks_of(found), now)
    now_there = services_at(connection, [root.id]).get(root.id)
    services = () if now_there is None else subtree(connection, now_there)
    if [each.id for each in services] != [each.id for each in found]:
        raise CannotPrepare(f"{root.name} has been changed by another request just now: try again")
    _refuse_gone(services)
    return services


def _refuse_gone(services: Iterable[Service]) -> None:
    """Raises CannotPrepare for what was deleted before it could be locked."""
    for each in services:
        if words.DELETED in (each.status, each.physical_status):
            raise CannotPrepare(f"Service {each.name} has been deleted just now")


def _root_of(tree: StoreTree) -> Callable[[Service], Service]:
    """The simple service with which another is worked: the uppermost that it is a part of."""

    def root_of(service: Service) -> Service:
        root = service
        for each in above(tree, service):
            if each.kind != SIMPLE:
                break
            root = each
        return root

    return root_of


def _tree(connection: Connection, types: Types, account: Account, planned: Iterable[Service]) -> StoreTree:
    found = tuple(planned)
    paths = {each.resource for each in found if each.resource is not None}
    return StoreTree(connection, account, {path: types.resource(path).properties for path in paths}, found)


# -- writing -----------------------------------------------------------------------------------------------------


def _write(connection: Connection, types: Types, wish: Wish, prepared: _Prepared, now: datetime) -> None:
    _write_database_commands(connection, wish.request, prepared)
    groups = group_actions(prepared.actions)
    if not groups:
        return
    services = {each.id: each for each in prepared.after}
    commands, actions = [], []
    for place, group in enumerate(groups, 1):
        command = _command(types, next_id(connection, COMMANDS), wish.request, place, group, now)
        commands.append(command)
        actions += [_action(each, services[each.service], command, now) for each in group]
    connection.execute(insert(COMMANDS), commands)
    connection.execute(insert(ACTIONS), actions)


def _write_database_commands(connection: Connection, request: int, prepared: _Prepared) -> None:
    rows = [
        {"request_id": request, "service_id": each.id, "action": prepared.action, "status": words.PENDING,
         "before": image_of(prepared.before[each.id]) if each.id in prepared.before else None, "after": image_of(each)}
        for each in prepared.after
    ]  # fmt: skip
    connection.execute(insert(DATABASE_COMMANDS), rows)


def _command(
    types: Types, number: int, request: int, place: int, group: tuple[Planned, ...], now: datetime
) -> dict[str, Any]:
    found = types.resource(group[0].resource)
    return {
        "id": number, "request_id": request, "place": place, "resource": found.path, "module": found.module,
        "action": group[0].action, "status": words.PENDING, "attempts": 0, "most_attempts": found.most_attempts,
        "effect": found.effect, "undo_effect": found.undo_effect, "partial": False, "cleans": found.cleans,
        "resource_properties": dict(found.properties), "updated_on": now,
    }  # fmt: skip


def _action(planned: Planned, service: Service, command: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    return {
        "request_id": command["request_id"], "command_id": command["id"], "service_id": service.id,
        "physical_id": service.physical_id, "action": planned.action, "name": service.name, "status": words.PENDING,
        "at": now,
    }  # fmt: skip
