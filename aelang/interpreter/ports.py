"""What the interpreter needs from outside: methods, service models, the clock. Others fill these in."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

from aelang.interpreter.values import RunValue

if TYPE_CHECKING:
    from aelang import ir


class ServiceModel(Protocol):
    """A record as a run sees it: the class name (`MiqAeServiceVm`), the id, and what may be read of it."""

    @property
    def class_name(self) -> str:
        """The name of its class, as the reference engine says it."""

    @property
    def id(self) -> int:
        """The record's id."""

    def read(self, name: str, arguments: tuple[RunValue, ...] = ()) -> RunValue:
        """The attribute or readable method `name`. Raises LookupError where it declares none of that name."""


class ServiceCatalog(Protocol):
    """The service models that there are, and who the caller is."""

    def knows(self, model: str) -> bool:
        """Whether there is a service model of that name (`Vm`, `ExtManagementSystem`)."""

    def find(self, model: str, id: int) -> ServiceModel | None:  # noqa: A002 - the records' own word
        """The record, or None."""

    def caller(self) -> Mapping[str, ServiceModel]:
        """`user`, `tenant` and `miq_group` of the caller; absent ones are left out."""


class Handle(Protocol):
    """What a running method may reach of the run: its object, the root, the log."""

    @property
    def root(self) -> dict[str, RunValue] | None:
        """The attributes of the root, None while there is none."""

    @property
    def object(self) -> dict[str, RunValue]:
        """The attributes of the object whose field called the method."""

    def log(self, level: str, text: str) -> None:
        """Writes a line to the run's trace; `level` is info, warn or error."""

    def workspace_xml(self) -> str:
        """The whole workspace as XML."""


class MethodCall(NamedTuple):
    """A method to run: its declaration, its inputs converted, and the handle."""

    method: "ir.Method"
    inputs: Mapping[str, RunValue]
    handle: Handle


class MethodResult(NamedTuple):
    """How a method ended: its exit code (0, 4, 8, 16, anything), its message, and a builtin's return value."""

    code: int = 0
    message: str = ""
    value: RunValue = None


class MethodRunner(Protocol):
    """Runs methods, each by its location."""

    def run(self, call: MethodCall) -> MethodResult:
        """Runs one call to its end. Raises InvalidMethod where nothing can run it, MethodNotFound for an unknown
        builtin; every other fault of the method is its exit code."""


class Clock(Protocol):
    """The time, for ae_state_started and max_time."""

    def now(self) -> datetime:
        """The time, in UTC."""
