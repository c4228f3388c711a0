"""What must come before what in every trace of the laboratory, whatever its delays (REQUESTS 4.5)."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from tests.lab.comparing import NONE, Said

REQUEST, SERVICE, PART, MACHINE = (
    "service_template_provision_request 1", "service_template_provision_task 1", "service_template_provision_task 2",
    "miq_provision 1",
)  # fmt: skip


class Timed(NamedTuple):
    """A line, and when it was told, in seconds."""

    at: float
    line: Said


class Place(NamedTuple):
    """A line that is meant: in a context, by the end of its target; `last` of several, else the first."""

    context: str
    name: str
    following: bool = True
    last: bool = False

    def found(self, lines: Sequence[Timed]) -> int | None:
        """Where it stands, None where it is not there."""
        places = [
            at
            for at, (_, line) in enumerate(lines)
            if line.context == self.context and line.following == self.following and self.name in line.uri
        ]
        return None if not places else places[-1 if self.last else 0]

    def __str__(self) -> str:
        return f"{self.context} {'Following' if self.following else 'Followed'} {self.name}"


def _begins(context: str, name: str = "/") -> Place:
    return Place(context, name)


def _ends(context: str, name: str) -> Place:
    return Place(context, name, following=False)


_APPROVES = _begins(NONE, "serviceprovisionrequestapproval")
_CHECK = "/methods/checkprovisioned#create"

BEFORE: tuple[tuple[Place, Place], ...] = (
    (_APPROVES, _begins(NONE, "request_approved")),
    (_APPROVES, _begins(REQUEST, "request_starting")),
    (_ends(REQUEST, "/request/request_starting"), _begins(REQUEST, "#include_service")),
    (_ends(REQUEST, "#include_service"), _begins(REQUEST, "#get_vmname")),
    (_ends(REQUEST, "ui_provision_info"), _begins(SERVICE)),
    (_ends(SERVICE, _CHECK), _begins(PART, "groupsequencecheck")),
    (_ends(PART, _CHECK), _begins(MACHINE, "/vm/lifecycle/provisioning")),
    (_ends(MACHINE, "/vm/lifecycle/provisioning"), _begins(MACHINE, "#get_placement")),
    (_begins(MACHINE, "#get_placement"), _begins(NONE, "user_add_vm_started")),
    (_begins(NONE, "user_add_vm_started"), _begins(NONE, "user_add_vm_finished_success")),
    (_begins(NONE, "user_add_vm_finished_success"), _begins(NONE, "/policy/vm_create")),
    (_begins(NONE, "user_add_vm_finished_success"), _begins(NONE, "/policy/vm_provisioned")),
    (_begins(MACHINE, "/methods/adddisk"), _begins(NONE, "user_add_disk_to_vm#")),
    (_begins(MACHINE, "/methods/startvm"), _begins(NONE, "user_started_vm")),
    (_begins(MACHINE, "/methods/startvm"), _begins(NONE, "request_vm_start")),
    (_begins(MACHINE, "/methods/startvm"), _begins(NONE, "user_run_vm")),
    (_begins(NONE, "user_run_vm"), _begins(NONE, "/policy/vm_start#")),
    (_begins(MACHINE, "vm_provision_finished"), Place(PART, _CHECK, following=False, last=True)),
    (_begins(PART, "service_provision_finished"), _begins(NONE, "service_provisioned")),
    (_begins(PART, "service_provision_finished"), Place(SERVICE, _CHECK, following=False, last=True)),
    (_begins(SERVICE, "service_provision_finished"), Place(NONE, "service_provisioned", last=True)),
)
"""Each first line comes before its second, where both are there."""


def broken(lines: Sequence[Timed]) -> list[str]:
    """The constraints that `lines` break."""
    return [*_disordered(lines), *_too_soon(lines)]


def _disordered(lines: Sequence[Timed]) -> Iterator[str]:
    for one, other in BEFORE:
        first, second = one.found(lines), other.found(lines)
        if first is not None and second is not None and first > second:
            yield f"{one} ({first}) comes after {other} ({second})"


def _too_soon(lines: Sequence[Timed]) -> Iterator[str]:
    """A task is checked once a minute."""
    is_check: Callable[[Said], bool] = lambda line: line.following and line.uri.endswith(_CHECK)  # noqa: E731
    for context in (SERVICE, PART, MACHINE):
        times = [at for at, line in lines if line.context == context and is_check(line)]
        for before, after in pairwise(times):
            if after - before < 60 - 0.001:
                yield f"{context} is checked after {after - before:.3f} seconds"
