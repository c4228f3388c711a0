"""What events can say of themselves (REQUESTS 5.2, 5.3)."""

from collections.abc import Callable, Mapping

from aelang.interpreter.values import RunValue
from aelang.services.models import ancestors
from aelang.services.options import read_option
from aelang.services.record import Record

_TARGETS = """
Host VmOrTemplate Storage EmsCluster ResourcePool MiqServer ExtManagementSystem PhysicalServer
ContainerGroup ContainerNode ContainerReplicator ContainerImage ContainerProject
"""
POLICY_TARGETS = frozenset(_TARGETS.split())
"""Base models of records that policies and alerts are about."""


def _event_namespace(record: Record, name: str) -> RunValue:
    return record.model


def _policies_apply(record: Record, name: str) -> RunValue:
    """Whether the event is about something that policies are about."""
    target = record.one("target")
    return target is not None and ancestors(target.model)[-1] in POLICY_TARGETS


def _prevented(record: Record, name: str) -> RunValue:
    return is_prevented(record.columns)


def is_prevented(event: Mapping[str, RunValue]) -> bool:
    """Whether a policy has said that what the event with these columns announces must not be."""
    found = event.get("full_data")
    policy = read_option(found, "policy") if isinstance(found, dict) else None
    return isinstance(policy, dict) and read_option(policy, "prevented") is True


FUNCTIONS: dict[str, Callable[..., RunValue]] = {
    "event_namespace": _event_namespace,
    "policies_apply": _policies_apply,
    "prevented": _prevented,
}
