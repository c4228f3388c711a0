"""Handlers: what the methods of `/System/event_handlers` have an event do (REQUESTS 5.3).

Each does a thing once for an event, however often it is asked: an event may be handled anew after a crash, and what
was raised or queued for it before stays. What was done stands on the event.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Final, TypeAlias

from sqlalchemy import Connection, bindparam, select, update

from aelang.events.keeping import first_chained
from aelang.events.ports import Look, Looking, Ports
from aelang.events.references import KINDS, PREFIXES, find_referred
from aelang.events.settings import SETTINGS, Settings
from aelang.events.vocabulary import CALLS, FAMILIES, TOLD_TO_CHILDREN
from aelang.interpreter.values import RunValue, to_text
from aelang.names import read_query
from aelang.requests.acting import Act, Acting
from aelang.requests.raising import Input, Raising, raise_event
from aelang.requests.store.prepared import Prepared
from aelang.requests.store.record_rows import find_row, find_rows, write_row
from aelang.requests.store.schema import EVENTS
from aelang.services.models import ancestors, snake_name
from aelang.services.records import Reference, Row

Done: TypeAlias = tuple[str, ...]
"""What was done for an event: the words of it."""

EVENT: Final = "EventStream"


def acts(ports: Ports, settings: Settings = SETTINGS) -> dict[tuple[str, str], Act]:
    """What events can be asked to do, where `ports` are the providers' side."""
    return {
        (EVENT, "refresh"): lambda acting: _look(acting, "refresh", ports.refresh, waited=False),
        (EVENT, "refresh_sync"): lambda acting: _look(acting, "refresh", ports.refresh, waited=True),
        (EVENT, "scan"): lambda acting: _look(acting, "scan", ports.scan, waited=False),
        (EVENT, "policy"): lambda acting: _policy(acting, settings),
        (EVENT, "change_event_target_state"): _change_state,
        (EVENT, "src_vm_as_template"): _make_template,
        (EVENT, "src_vm_destroy_all_snapshots"): _remove_snapshots,
        (EVENT, "process_evm_event"): lambda acting: _tell_children(acting, settings),
        (EVENT, "management_event"): lambda acting: _management_event(acting, settings),
    }


def handle(
    connection: Connection, event: Row, call: str, settings: Settings, ports: Ports, now: datetime
) -> None:  # fmt: skip
    """Does what `call` says: the name of a handler, and behind a `?` what it takes."""
    name, _, query = call.partition("?")
    given = read_query(query) if query else {}
    command, names = CALLS[name]
    arguments = tuple(given.get(each) or "" for each in names)
    acts(ports, settings)[EVENT, command](Acting(connection, event, arguments, now))


# -- once --------------------------------------------------------------------------------------------------------

_HANDLED = Prepared(select(EVENTS.c.handled).where(EVENTS.c.id == bindparam("number")))
_WRITE = Prepared(update(EVENTS).where(EVENTS.c.id == bindparam("number")).values(handled=bindparam("done")))


def _once(acting: Acting, done: Done, act: Callable[[], object]) -> None:
    """Does `act`, unless it was done for the event before."""
    number = acting.row.id
    found = _HANDLED.value(acting.connection, {"number": number}) or []
    if list(done) not in found:
        act()
        _WRITE.run(acting.connection, {"number": number, "done": [*found, list(done)]})


# -- targets -----------------------------------------------------------------------------------------------------

_CHAINED = "first_chained_"
_COLUMNS: Mapping[str, str] = {
    "src_vm": "vm_or_template_id", "vm": "vm_or_template_id", "src_vm_or_template": "vm_or_template_id",
    "dest_vm": "dest_vm_or_template_id", "dest_vm_or_template": "dest_vm_or_template_id", "src_host": "host_id",
    "host": "host_id", "dest_host": "dest_host_id", "src_ems_cluster": "ems_cluster_id",
    "ems_cluster": "ems_cluster_id", "dest_ems_cluster": "dest_ems_cluster_id", "ems": "ems_id",
    "ext_management_system": "ems_id", "src_availability_zone": "availability_zone_id",
}  # fmt: skip
_KIND_OF = {f"{prefix}{kind.column}": (kind, prefix) for prefix in PREFIXES for kind in KINDS}


def find_target(acting: Acting, name: str) -> Row | None:
    """The record that `name` means for the event: `src_vm`, `first_chained_dest_host`, `src_vm_or_dest_host`, `ems`;
    None where there is none. Raises ValueError for a name that means nothing."""
    event = acting.row
    if name.startswith(_CHAINED):
        found = first_chained(acting.connection, event)
        return None if found is None else find_target(acting._replace(row=found), name.removeprefix(_CHAINED))
    one, _, other = name.partition("_or_")
    if other and name not in _COLUMNS:
        return find_target(acting, one) or find_target(acting, other)
    column = _COLUMNS.get(name, f"{name}_id")
    if column == "ems_id":
        return _row(acting, "ExtManagementSystem", event.columns.get(column))
    if column not in _KIND_OF:
        known = ", ".join([*_COLUMNS, *(each for each in map(_short, _KIND_OF) if each.startswith("container"))])
        raise ValueError(f"an event has no target `{name}`: it has {known}, each also with `{_CHAINED}` before it")
    return _row(acting, _KIND_OF[column][0].model, event.columns.get(column)) or _found_since(acting, column)


def _short(column: str) -> str:
    return column.removesuffix("_id")


def _found_since(acting: Acting, column: str) -> Row | None:
    """One that became known after the event had come."""
    (kind, prefix), provider = _KIND_OF[column], acting.row.columns.get("ems_id")
    if not isinstance(provider, int):
        return None
    return find_referred(acting.connection, provider, acting.row.columns, kind, prefix)


def _row(acting: Acting, model: str, number: RunValue) -> Row | None:
    return find_row(acting.connection, model, number) if isinstance(number, int) else None


def _target(acting: Acting) -> Row | None:
    """The record that the first argument means."""
    return find_target(acting, to_text(acting.arguments[0]) if acting.arguments else "")


# -- refresh and scan --------------------------------------------------------------------------------------------


def _look(acting: Acting, word: str, look: Look, *, waited: bool) -> None:
    """Each target is looked at; in place of one that is not there its host, else the provider."""
    names = [to_text(each) for each in acting.arguments if to_text(each)] or ["ems"]
    provider = _row(acting, "ExtManagementSystem", acting.row.columns.get("ems_id"))
    for name in names:
        target = find_target(acting, name) or _in_place_of(acting, name, provider)
        if target is not None:
            looking = Looking(
                acting.connection, None if provider is None else provider.reference, target.reference,
                acting.row.reference, acting.now, waited,
            )  # fmt: skip
            _once(acting, (word, target.model, str(target.id)), partial(look, looking))


def _in_place_of(acting: Acting, name: str, provider: Row | None) -> Row | None:
    host = "dest_host" if "dest_" in name else "src_host"
    prefix = _CHAINED if name.startswith(_CHAINED) else ""
    return find_target(acting, f"{prefix}{host}") or provider


# -- policy ------------------------------------------------------------------------------------------------------


def _policy(acting: Acting, settings: Settings) -> None:
    """Raises the generic event about the target; the provider goes along, or what `param` names of the target."""
    _, event, param = (*map(to_text, acting.arguments), "", "", "")[:3]
    target = _target(acting)
    if target is None:
        raise ValueError(f"the event {acting.row.id} has no {to_text(acting.arguments[0])}")
    if not event:
        raise ValueError("there is no `policy_event` to be raised")
    source = _source(acting, target, param)
    inputs: dict[str, Input] = {"ems_event": acting.row.reference}
    if source is not None:
        inputs["source"] = source.reference
    _raise_once(acting, "policy", Raising(target.reference, event, inputs), settings)


def _raise_once(acting: Acting, word: str, raising: Raising, settings: Settings) -> None:
    of, raised = raising.target, raising._replace(request=acting.request, classic=settings.layout == "classic")
    done = (word, raising.name, of.model, str(of.id))
    _once(acting, done, lambda: raise_event(acting.connection, raised, acting.now))


def _source(acting: Acting, target: Row, param: str) -> Row | None:
    if not param:
        return _row(acting, "ExtManagementSystem", acting.row.columns.get("ems_id"))
    from aelang.services.declaring import declared

    association = declared(target.model).associations.get(param)
    if association is None or association.many or association.how != "by":
        raise ValueError(f"{target.model} has no `{param}` that a policy could be told of")
    return _row(acting, association.model, target.columns.get(association.key))


def _tell_children(acting: Acting, settings: Settings) -> None:
    """What was tagged passes it on to what is in it."""
    name, columns = to_text(acting.row.columns.get("event_type")), acting.row.columns
    base = ancestors(to_text(columns.get("target_type")) or EVENT)[-1]
    if name not in TOLD_TO_CHILDREN:
        return
    told = f"{name}_parent_{snake_name(base)}"
    for model, column in FAMILIES.get(base, ()):
        for child in find_rows(acting.connection, model, {column: columns.get("target_id")}):
            _raise_once(acting, "policy", Raising(child.reference, told), settings)


def _management_event(acting: Acting, settings: Settings) -> None:
    """An alert wants an event of its own: /System/Event/CustomEvent/Alert/NAME."""
    name = to_text(acting.arguments[0]) if acting.arguments else ""
    kind, number = acting.row.columns.get("target_type"), acting.row.columns.get("target_id")
    if not name or not isinstance(number, int):
        raise ValueError("management_event takes the name of an event, of an event that is about a record")
    of = Reference(to_text(kind), number)
    _raise_once(acting, "alert", Raising(of, name, model="CustomEvent", source="Alert"), settings)


# -- the inventory -----------------------------------------------------------------------------------------------

_STATES = {"poweredon": "on", "poweredoff": "off", "suspended": "suspended", "on": "on", "off": "off"}


def _change_state(acting: Acting) -> None:
    target, state = _target(acting), to_text(acting.arguments[1]) if len(acting.arguments) > 1 else ""
    if target is not None:
        write_row(acting.connection, target, {"power_state": _STATES.get(state.lower(), state)})


def _make_template(acting: Acting) -> None:
    flag = acting.arguments[0] if acting.arguments else True
    template = flag is True or to_text(flag).lower() in ("true", "t", "1")
    vm = find_target(acting, "src_vm")
    if vm is not None:
        write_row(acting.connection, vm, {"template": template})


def _remove_snapshots(acting: Acting) -> None:
    from aelang.requests.store.record_rows import delete_row

    vm = find_target(acting, "src_vm")
    snapshots: Sequence[Row] = (
        () if vm is None else find_rows(acting.connection, "Snapshot", {"vm_or_template_id": vm.id})
    )
    for each in snapshots:
        delete_row(acting.connection, each.reference)
