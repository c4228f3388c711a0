"""Machines: what a method asks of a VM reaches its provider.

What a policy may forbid is announced first (`request_vm_start`), and done when Automate has heard of it and nothing
prevents it. The task that makes a machine was approved as a whole: what its methods ask of that machine is done at
once, and told afterwards. What was done at once is seen at once: the machine is looked at again. Of a machine whose
provider is not connected the inventory only writes down what would be so.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from aelang.interpreter.values import RunValue, to_text
from aelang.providers.connected import ROLE, Connected, Machine, Providers, catch, look_again, reader
from aelang.providers.ports import Machine as Seen
from aelang.providers.ports import ProviderError
from aelang.providers.refreshing import take_in
from aelang.requests.acting import DECLINED, Acting, Acts, Asked, Declined, Outside
from aelang.requests.decision import Message
from aelang.requests.raising import Raising, raise_event
from aelang.requests.steps import Effect, Lapsed, Step, Work
from aelang.requests.store.cases import enqueue
from aelang.requests.store.record_rows import find_row
from aelang.services.ports import Answer
from aelang.services.records import Reference

VM = "VmOrTemplate"
OPERATE = "operate"

_ANNOUNCED: Mapping[str, str] = {
    "start": "request_vm_start", "stop": "request_vm_poweroff", "suspend": "request_vm_suspend",
    "shutdown_guest": "request_vm_shutdown_guest", "reboot_guest": "request_vm_reboot_guest",
}  # fmt: skip
"""Commands of a VM that a policy may forbid, by the event that announces them."""

_CALLED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "add_disk": ("add_disk", ("name", "size_mb")),
    "set_number_of_cpus": ("reconfigure", ("number_of_cpus",)),
    "set_memory": ("reconfigure", ("vm_memory",)),
    "remove_from_disk": ("remove", ()),
}
"""Other commands: the provider's own word, and what their arguments are called there."""


def acts(providers: Providers) -> Acts:
    """What machines and providers can be asked to do."""
    return {
        **{(VM, name): _announced(providers, name) for name in _ANNOUNCED},
        **{(VM, name): _called(providers, name) for name in _CALLED},
        (VM, "refresh"): lambda acting: _refresh(providers, acting),
        ("ExtManagementSystem", "refresh"): lambda acting: _refresh(providers, acting),
    }


class _Done(NamedTuple):
    """What was asked of a provider, and the machine after it; None where it is only to be announced yet."""

    of: Connected
    seen: Sequence[Seen] | None


def _announced(providers: Providers, name: str) -> Outside:
    def first(asked: Asked) -> "_Done | Declined":
        machine = providers.machine(asked.find, asked.row)
        if machine is None:
            return DECLINED
        if not _makes(asked):
            return _Done(machine.of, None)
        return _act(machine, name, {}, asked)

    def then(acting: Acting, done: object) -> Answer:
        assert isinstance(done, _Done)
        vm, event = acting.row.reference, _ANNOUNCED[name]
        if done.seen is not None:
            _see(acting, done)
            raising = Message("raise_policy_event", vm, {"event": event}, task_id=acting.context)
            enqueue(acting.connection, [raising], acting.now, acting.request)
        else:
            operate = Message(OPERATE, vm, {"operation": name}, ROLE)
            raise_event(acting.connection, Raising(vm, event, {"vm": vm}, then=operate), acting.now)
        return None

    return Outside(first, then)


def _makes(asked: Asked) -> bool:
    """Whether it is the machine's own task that asks."""
    return (asked.context or "").startswith("miq_provision_")


def _called(providers: Providers, name: str) -> Outside:
    operation, names = _CALLED[name]

    def first(asked: Asked) -> "_Done | Declined":
        machine = providers.machine(asked.find, asked.row)
        return DECLINED if machine is None else _act(machine, operation, _named(names, asked.arguments), asked)

    def then(acting: Acting, done: object) -> Answer:
        assert isinstance(done, _Done)
        _see(acting, done)
        return None

    return Outside(first, then)


def _see(acting: Acting, done: _Done) -> None:
    catch(acting.connection, done.of.ems.reference, acting.now)
    take_in(acting.connection, done.of, done.seen or (), acting.now)


def _act(machine: Machine, operation: str, arguments: Mapping[str, RunValue], asked: Asked) -> _Done:
    """Raises ValueError for what the provider refuses: the method hears of it."""
    provider = machine.of.provider
    try:
        provider.act(f"{operation} {asked.key}", machine.ref, operation, arguments, asked.now)
        return _Done(machine.of, provider.machines(machine.ref, asked.now))
    except ProviderError as fault:
        raise ValueError(str(fault)) from None


def _named(names: tuple[str, ...], arguments: tuple[RunValue, ...]) -> dict[str, RunValue]:
    """Arguments by name: in order, or in a hash at the end, as Ruby gives them."""
    found: dict[str, RunValue] = dict(
        zip(names, (each for each in arguments if not isinstance(each, dict)), strict=False)
    )
    for each in arguments:
        if isinstance(each, dict):
            found.update({to_text(key): value for key, value in each.items()})
    return found


def _refresh(providers: Providers, acting: Acting) -> "Answer | Declined":
    find, row = reader(acting.connection), acting.row
    known = providers.of(find, row.id) if row.model.startswith("Ems") else providers.machine(find, row)
    if known is None:
        return DECLINED
    look_again(acting.connection, row.reference, acting.now)
    return None


def operate(providers: Providers, step: Step, connection: Connection) -> Work:
    """Does what was announced, and not prevented."""
    machine = _machine(providers, step.claimed.of, connection)
    operation, key = to_text(step.claimed.arguments["operation"]), f"{step.claimed.number}"
    now = step.now()

    def act() -> ProviderError | None:
        try:
            machine.of.provider.act(f"{operation} {key}", machine.ref, operation, {}, now)
        except ProviderError as fault:
            return fault
        return None

    connection, fault = yield Effect(act)
    if fault is not None:
        raise Lapsed(str(fault))
    catch(connection, machine.of.ems.reference, now)
    look_again(connection, step.claimed.of, now)


def _machine(providers: Providers, of: Reference, connection: Connection) -> Machine:
    row = find_row(connection, *of)
    machine = None if row is None else providers.machine(reader(connection), row)
    if machine is None:
        raise Lapsed(f"{of.model} {of.id} is of no provider that is connected")
    return machine
