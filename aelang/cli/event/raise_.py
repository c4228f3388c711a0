"""`aelang event raise TYPE`: something has happened."""

from typing import TYPE_CHECKING, Any

from aelang.cli.console import Console
from aelang.cli.options import HOW, JSON, Argument, Command, Given, Hindered, Misused, Option
from aelang.cli.stores import STORE, now, print_json, with_store

if TYPE_CHECKING:
    from aelang.requests.store import Store
    from aelang.services.records import Reference

COMMAND = Command(
    text="""Raises the event TYPE. Without --source it is a general one (`vm_start`, `request_vm_start`, or a name of
your own), about the record that --target names: policies and alerts hear of it. With the --source of a provider
(`RHEVM`, `VC`, ...) it is as if the provider had sent it. A worker tells Automate.

A value of --attr is JSON where it is well-formed JSON (3, true, [1, 2]), and text otherwise.""",
    arguments=(Argument("type", "TYPE"),),
    options=(
        STORE,
        Option(("--target",), "What it is about, as `event list` shows it: `Vm:12`, `Host:5`.", "MODEL:ID"),
        Option(("--source",), "The source, for an event of a provider.", "SOURCE"),
        Option(("--ems",), "The provider, by id or name; that of the target without it.", "PROVIDER"),
        Option(("--attr",), "What is told beside it, or a column of the event; may be given again.", "KEY=VALUE",
               many=True),
        JSON,
        *HOW,
    ),
    examples=(
        ("aelang event raise vm_start --target Vm:12", "policies hear that a machine has begun to run"),
        ("aelang event raise USER_RUN_VM --source RHEVM --target Vm:12", "as the provider says it"),
    ),
)  # fmt: skip

_COLUMNS = {"VmOrTemplate": "vm_or_template_id", "Host": "host_id", "EmsCluster": "ems_cluster_id",
            "ContainerGroup": "container_group_id", "ContainerNode": "container_node_id",
            "ContainerReplicator": "container_replicator_id"}  # fmt: skip


def execute(given: Given) -> int:
    """Raises the event; 1 where it cannot be raised. Raises Misused."""
    source = given.text("source")
    if source in (None, "POLICY") and given.text("target") is None:
        raise Misused("an event is about something: name it with --target, such as --target Vm:12")
    console, attributes = Console(given), _attributes(given)

    def work(store: "Store") -> int:
        general = source in (None, "POLICY")
        event = _raise_general(store, given, attributes) if general else _receive(store, given, attributes)
        if given.flag("json"):
            print_json(console, {"id": event.id, "model": event.model, "event_type": given.text("type")})
        else:
            console.result(f"event {event.id}: {given.text('type')} of {source or 'POLICY'}")
            console.note("next: aelang worker --drain")
        return 0

    return with_store(given, console, work)


def _raise_general(store: "Store", given: Given, attributes: dict[str, Any]) -> "Reference":
    from aelang.cli.event.targets import find_target, settings
    from aelang.events.vocabulary import is_name
    from aelang.requests.raising import Raising, raise_event

    classic = settings().layout == "classic"
    name = given.text("type") or ""
    if not is_name(name):
        raise Hindered(f"no event can be called {name[:40]!r}: write a name such as vm_start")
    with store.writing() as connection:
        target = find_target(connection, given.text("target") or "")
        raising = Raising(target.reference, name, attributes, classic=classic)
        return raise_event(connection, raising, now())


def _receive(store: "Store", given: Given, attributes: dict[str, Any]) -> "Reference":
    from aelang.cli.event.targets import settings
    from aelang.events.receiving import receive

    ruled = settings()
    with store.writing() as connection:
        event, provider = _of_target(connection, given)
        event = {"source": given.text("source"), **event, **attributes, "event_type": given.text("type")}
        try:
            found = receive(connection, provider, event, now(), ruled)
        except ValueError as fault:
            raise Hindered(str(fault)) from None
    assert found.event is not None  # it has neither a time nor an id of its own, by which it could be known
    return found.event


def _of_target(connection: Any, given: Given) -> tuple[dict[str, Any], int]:
    """The columns of the event that say what it is about, and the provider."""
    from aelang.cli.event.targets import find_target, provider_of
    from aelang.services.models import ancestors

    ems, target = given.text("ems"), given.text("target")
    found = None if target is None else find_target(connection, target)
    base = "" if found is None else ancestors(found.model)[-1]
    provider = None if found is None else found.id if base == "ExtManagementSystem" else found.columns.get("ems_id")
    if ems is not None:
        provider = provider_of(connection, ems)
    if not isinstance(provider, int):
        raise Hindered("an event of a provider needs one: name it with --ems, or a target that belongs to one")
    if found is None or base == "ExtManagementSystem":
        return {}, provider
    if base not in _COLUMNS:
        raise Hindered(f"no event of a provider is about a {found.model}: there are {', '.join(_COLUMNS)}")
    prefix = _COLUMNS[base].removesuffix("_or_template_id").removesuffix("_id")
    return {_COLUMNS[base]: found.id, f"{prefix}_name": found.columns.get("name")}, provider


def _attributes(given: Given) -> dict[str, Any]:
    import json

    found: dict[str, Any] = {}
    for each in given.many("attr"):
        key, equals, text = each.partition("=")
        if key.strip() == "id":
            raise Misused("an event gets its id by itself: leave out `--attr id`")
        if not equals or not key.strip():
            raise Misused(f"`--attr {each}` is no pair: write `--attr key=value`")
        try:
            found[key.strip()] = json.loads(text, parse_constant=str)
        except ValueError:
            found[key.strip()] = text
    return found
