"""Joining: what providers add to that with which a worker runs Automate."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from aelang.events.ports import Looking, Ports
from aelang.providers.connected import Providers
from aelang.requests.runs import Kit
from aelang.requests.steps import Handler

if TYPE_CHECKING:
    from aelang.providers.catching import Manner


def extended(kit: Kit, table: Mapping[str, Any] | None = None, folder: str | None = None) -> Kit:
    """`kit` with events, and with the providers of `table` (paths in it are relative to `folder`), else of the
    aelang.toml of here or above. Raises ValueError for one that is wrong."""
    from aelang.events import joining
    from aelang.providers.settings import connect_all

    if table is None or folder is None:
        table, folder = _here()
    connected = connect_all(table, folder)
    if not connected:
        return joining.extended(kit)
    providers = Providers(connected)
    from aelang.events.settings import here
    from aelang.providers import machines, scanning
    from aelang.providers.catching import Manner

    manner = Manner(here(), _ports())
    kit = joining.extended(kit, manner.ports, manner.settings)
    acts = {**machines.acts(providers), (machines.VM, "scan"): partial(scanning.act, providers)}
    return kit._replace(handlers={**_handlers(providers, manner), **kit.handlers}, acts={**acts, **kit.acts})


def _here() -> tuple[Mapping[str, Any], str]:
    import os

    from aelang.config import find_config, read_table

    found = find_config(".")
    return read_table(".", "providers"), os.path.dirname(found) if found else "."


def _handlers(providers: Providers, manner: "Manner") -> dict[str, Handler]:
    from aelang.providers import catching, machines, provisioning, refreshing, scanning

    return {
        "execute": partial(provisioning.execute, providers),
        provisioning.POLL: partial(provisioning.poll, providers),
        "catch_events": partial(catching.catch_events, providers, manner),
        "receive_event": partial(catching.receive_event, manner),
        "refresh_inventory": partial(refreshing.refresh_inventory, providers),
        machines.OPERATE: partial(machines.operate, providers),
        scanning.SCAN: scanning.scan,
    }


def _ports() -> Ports:
    """What an event may have done with the inventory."""
    from aelang.providers import scanning
    from aelang.providers.connected import look_again

    def refresh(looking: Looking) -> None:
        look_again(looking.connection, looking.target, looking.now)

    def scan(looking: Looking) -> None:
        scanning.queue(looking.connection, looking.target, looking.now)

    return Ports(refresh, scan)
