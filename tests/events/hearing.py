"""A worker that hears of events, for tests: its clock is put forward over waits."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from aelang.events.joining import extended
from aelang.events.keeping import EMS_EVENT
from aelang.events.ports import NO_PROVIDER, Ports
from aelang.events.receiving import Received, receive
from aelang.events.settings import SETTINGS, Settings
from aelang.interpreter.trace import Event, Followed, Following, Instantiating, Missing
from aelang.interpreter.values import RunValue
from aelang.methods import Runners
from aelang.project import Compilation
from aelang.requests.clock import VirtualClock
from aelang.requests.images import Images
from aelang.requests.queue import EmbeddedQueue, Taker
from aelang.requests.raising import Raising, raise_event
from aelang.requests.runs import Kit
from aelang.requests.steps import Handler
from aelang.requests.store import Store
from aelang.requests.store.keeping import read_event_trace
from aelang.requests.store.record_rows import find_rows, keep_rows
from aelang.requests.store.schema import EVENTS
from aelang.requests.traces import read_events
from aelang.requests.worker_loop import Manner, Worker
from aelang.services.records import Reference, Row

BEGIN = datetime(2026, 11, 22, 10, tzinfo=UTC)

INVENTORY: Mapping[str, list[Mapping[str, RunValue]]] = {
    "ExtManagementSystem": [{"id": 1, "name": "rhev", "emstype": "rhevm"}, {"id": 2, "name": "cloud"}],
    "EmsCluster": [{"id": 9, "name": "east", "ems_id": 1, "ems_ref": "/clusters/9"}],
    "Host": [{"id": 5, "name": "h5", "ems_id": 1, "ems_ref": "/hosts/5", "ems_cluster_id": 9},
             {"id": 6, "name": "h6", "ems_id": 2, "ems_ref": "/hosts/5"}],
    "Vm": [{"id": 12, "name": "web", "ems_id": 1, "ems_ref": "/vms/12", "uid_ems": "u12", "host_id": 5,
            "vendor": "redhat"},
           {"id": 13, "name": "db", "ems_id": 2, "ems_ref": "/vms/12", "host_id": 6, "vendor": "openstack"}],
    "ContainerGroup": [{"id": 31, "name": "pod", "ems_id": 2, "ems_ref": "p31"}],
    "ContainerNode": [{"id": 32, "name": "node", "ems_id": 2, "ems_ref": "n32"}],
    "ContainerReplicator": [{"id": 33, "name": "replicator", "ems_id": 2, "ems_ref": "r33"}],
}  # fmt: skip


class Raised(NamedTuple):
    """A general event that was raised: its name, and what it is about."""

    name: str
    of: Reference


class Hearing:
    """A store with an inventory, and a worker over it that runs `datastore`."""

    def __init__(
        self,
        store: Store,
        datastore: Compilation,
        settings: Settings = SETTINGS,
        ports: Ports = NO_PROVIDER,
        handlers: Mapping[str, Handler] = {},
    ) -> None:
        self.store = store
        self.datastore = datastore
        self.settings = settings
        self.told: list[str] = []
        self.clock = VirtualClock(BEGIN)
        self._methods = Runners()
        images = Images(store, lambda: datastore, self.told.append)
        kit = extended(Kit(self._methods, handlers=handlers), ports, settings)
        manner = Manner(Taker("test:1"), poll=0, drain=True)
        self.worker = Worker(store, EmbeddedQueue(), images, self.clock, manner, kit, self.told.append)
        with store.writing() as connection:
            keep_rows(connection, INVENTORY)

    def close(self) -> None:
        """Ends it."""
        self._methods.close()
        self.store.close()

    def receive(self, name: str, ems_id: int = 1, **others: RunValue) -> Received:
        """Receives an event of a provider."""
        event = {"event_type": name, "timestamp": BEGIN, "vm_ems_ref": "/vms/12", **others}
        with self.store.writing() as connection:
            return receive(connection, ems_id, event, self.clock.now(), self.settings)

    def raised(self, name: str, model: str = "Vm", number: int = 12, **others: Any) -> Reference:
        """Raises a general event."""
        with self.store.writing() as connection:
            return raise_event(connection, Raising(Reference(model, number), name, **others), self.clock.now())

    def work(self) -> None:
        """Works until nothing is left that is due."""
        self.worker.work()

    # -- what came of it -------------------------------------------------------------------------------------------

    def events(self, model: str = "EventStream") -> list[Row]:
        """The events that there are."""
        with self.store.reading() as connection:
            return find_rows(connection, model, {})

    def general(self) -> list[Raised]:
        """The general events that were raised."""
        return [
            Raised(str(columns["event_type"]), Reference(str(columns["target_type"]), int(str(columns["target_id"]))))
            for _, columns in self.events("MiqEvent")
        ]

    def handled(self, number: int = 1) -> list[list[str]]:
        """What was done about an event."""
        with self.store.reading() as connection:
            return connection.execute(EVENTS.select().where(EVENTS.c.id == number)).mappings().one()["handled"] or []

    def failure(self, number: int = 1) -> str | None:
        """Why Automate could not be told of an event."""
        with self.store.reading() as connection:
            found: str | None = (
                connection.execute(EVENTS.select().where(EVENTS.c.id == number)).mappings().one()["failure"]
            )
            return found

    def trace(self, number: int = 1) -> list[Event]:
        """What Automate told of an event."""
        with self.store.reading() as connection:
            return [each for part in read_event_trace(connection, number) for each in read_events(part.body)]

    def lines(self, number: int = 1) -> list[str]:
        """The lines of the trace that the log of an appliance has."""
        shown = {Instantiating: "Instantiating", Following: "Following", Followed: "Followed", Missing: "Missing"}
        return [
            f"{shown[type(each)]} {getattr(each, 'uri', getattr(each, 'path', ''))}".replace("miqaedb:", "")
            for each in self.trace(number)
            if type(each) in shown
        ]


def source_model() -> str:
    """The model of what providers send."""
    return EMS_EVENT
