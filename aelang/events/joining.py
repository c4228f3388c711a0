"""Joining: what events add to that with which a worker runs Automate."""

from aelang.events.ports import NO_PROVIDER, Ports
from aelang.events.settings import Settings, here
from aelang.requests.runs import Kit


def extended(kit: Kit, ports: Ports = NO_PROVIDER, settings: Settings | None = None) -> Kit:
    """`kit` with what events can be asked to do, by `settings`, else by the aelang.toml of here or above. Raises
    ValueError for one that is wrong."""
    from aelang.events.handlers import acts

    return kit._replace(acts={**acts(ports, settings or here()), **kit.acts})
