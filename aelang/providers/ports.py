"""The port `Provider`: what is asked of the system in which machines really run.

A provider is asked between two transactions of the store: it may take its time, and nobody waits for it. After a crash
it is asked again for what it has done already; so each call that makes something has a `key`, and of two calls with one
key the second does nothing. What a provider has to tell it keeps until it was asked for it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, NamedTuple, Protocol

from aelang.interpreter.values import RunValue


class ProviderError(Exception):
    """The provider refuses, or cannot be reached. The text is for people."""


class Clone(NamedTuple):
    """A machine that is wanted: its name, of which template (the provider's own reference), with which settings, where
    (`host`, `storage`, `cluster`: the provider's own references)."""

    name: str
    template: str
    settings: Mapping[str, RunValue] = {}
    place: Mapping[str, str] = {}


class Progress(NamedTuple):
    """How far something is that takes time; `made` is the provider's own reference to the machine, `reason` says why it
    failed."""

    state: Literal["working", "done", "failed"]
    made: str = ""
    reason: str = ""


class Happened(NamedTuple):
    """What a provider tells: the event as it is received, at which `place` it stands among all that the provider has
    ever told, and when it is `due` to be handed on."""

    place: int
    due: datetime
    event: Mapping[str, RunValue]


class Machine(NamedTuple):
    """A machine as the provider has it now: its reference, the columns of its record, of its hardware, its disks (each
    with a `device_name`) and its snapshots (each with a `name`). `model` is what it is in the inventory, `place` where
    it is (`host`, `storage`, `cluster`: the provider's own references)."""

    ref: str
    columns: Mapping[str, RunValue]
    model: str = "Vm"
    place: Mapping[str, str] = {}
    hardware: Mapping[str, RunValue] = {}
    disks: Sequence[Mapping[str, RunValue]] = ()
    snapshots: Sequence[Mapping[str, RunValue]] = ()


class Provider(Protocol):
    """One system. All of it raises ProviderError."""

    def clone(self, key: str, wanted: Clone, now: datetime) -> None:
        """Begins to make a machine."""

    def progress(self, key: str, now: datetime) -> Progress:
        """How far what was begun under `key` is."""

    def act(self, key: str, ref: str, operation: str, arguments: Mapping[str, RunValue], now: datetime) -> None:
        """Has something done with the machine `ref`: start, stop, suspend, shutdown_guest, reboot_guest, reconfigure,
        add_disk, remove."""

    def machines(self, ref: str | None, now: datetime) -> Sequence[Machine]:
        """The machine `ref`, or all that there are."""

    def happened(self, after: int, now: datetime) -> Sequence[Happened]:
        """What has happened since the place `after`, in order."""

    def next_event(self, after: int, now: datetime) -> datetime | None:
        """When to ask again what has happened; None where nothing is under way."""
