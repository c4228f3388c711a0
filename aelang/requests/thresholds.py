"""Thresholds: up to which size a request for VMs is approved by itself (REQUESTS 2.5)."""

from typing import NamedTuple

from aelang.interpreter.values import RunValue, to_text
from aelang.requests.options import get
from aelang.requests.rows import Options

_A_DAY = 86_400


class Thresholds(NamedTuple):
    """As they stand in the datastore: blank, or 0 as text, is no limit."""

    max_cpus: RunValue = None
    max_memory: RunValue = None
    max_vms: RunValue = None
    max_retirement_days: RunValue = None


def over(options: Options, limits: Thresholds) -> tuple[str, ...]:
    """Why a request with `options` is not approved by itself, a reason for each limit that it exceeds; what is just at
    a limit passes."""
    wanted = (
        ("CPUs", "", _cpus(options), limits.max_cpus),
        ("Memory", "MB", _number(get(options, "vm_memory")), limits.max_memory),
        ("VMs", "", _number(get(options, "number_of_vms")), limits.max_vms),
        ("Retirement Days", "", _days(options), limits.max_retirement_days),
    )
    return tuple(
        f"Requested {name} {desired}{unit} limit is {limit}{unit}"
        for name, unit, desired, given in wanted
        if (limit := _number(given)) and desired is not None and desired > limit
    )


def reason_text(reasons: tuple[str, ...]) -> str:
    """The message of a request that `over` gave `reasons` for."""
    found = "".join(f"({each}) " for each in reasons)
    return f"Request was not auto-approved for the following reasons: {found}"


def _cpus(options: Options) -> int | None:
    cpus = _number(get(options, "number_of_cpus"))
    if cpus:
        return cpus
    sockets, cores = (_number(get(options, name)) for name in ("number_of_sockets", "cores_per_socket"))
    return cpus if sockets is None else sockets * (cores or 1)


def _days(options: Options) -> int | None:
    seconds = _number(get(options, "retirement"))
    return None if seconds is None else seconds // _A_DAY


def _number(value: RunValue) -> int | None:
    text = to_text(value).strip()
    return int(text) if text.isdecimal() and len(text) < 19 else None
