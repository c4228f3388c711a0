"""What the interpreter needs from outside: methods, service models, the clock. Others fill these in."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

from aelang.interpreter.values import Password, RunValue

if TYPE_CHECKING:
    from aelang import ir


class Described(NamedTuple):
    """What a service model declares: names of attributes, virtual attributes, associations and methods, each sorted."""

    attributes: tuple[str, ...]
    virtual: tuple[str, ...]
    associations: tuple[str, ...]
    methods: tuple[str, ...]


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

    def call(self, name: str, arguments: tuple[RunValue, ...] = ()) -> RunValue:
        """What a method of a datastore gets for `name`: an attribute, an association, a method; `name=` writes.

        Raises LookupError where the model has none of that name, ValueError for arguments that it cannot take.
        """

    def describe(self) -> Described:
        """What its model declares."""

    def kind(self, name: str) -> str | None:
        """Whether `call` gives a `value` for `name` (an attribute, an association), does a `method`, or neither."""


class ServiceCatalog(Protocol):
    """The service models that there are, and who the caller is."""

    def knows(self, model: str) -> bool:
        """Whether there is a service model of that name (`Vm`, `ExtManagementSystem`)."""

    def find(self, model: str, id: int) -> ServiceModel | None:  # noqa: A002 - the records' own word
        """The record, or None."""

    def caller(self) -> Mapping[str, ServiceModel]:
        """`user`, `tenant` and `miq_group` of the caller; absent ones are left out."""

    def where(
        self, model: str, conditions: Mapping[str, RunValue], *, as_caller: bool = False
    ) -> Sequence[ServiceModel]:
        """The records of `model` whose attributes equal all `conditions`, by id; only what the caller may see where
        `as_caller`. Raises LookupError for a condition on what the model does not declare."""

    def execute(self, command: str, arguments: tuple[RunValue, ...]) -> RunValue:
        """Does what `evm.execute` asks for (`create_provision_request`, `create_notification`, ...).

        Raises LookupError for an unknown command, ValueError for arguments that it cannot take.
        """


ANSIBLE_STATS = "ansible_stats_"
"""What the name of a state variable that a playbook has set begins with."""


class Vault(Protocol):
    """Passwords: what their ciphertext stands for."""

    def decrypt(self, ciphertext: str) -> str:
        """The text of `ciphertext` (`v2:{...}`). Raises ValueError, told for people, where it has no key for it."""


class Locked(ValueError):
    """An edit of a domain that is not its user's to edit: the method gets false, the trace a warning."""


class DatastoreEditor(Protocol):
    """Instances of the datastore, changed by a method. Each raises ValueError, told for people, where it cannot."""

    def image(self) -> "ir.Image":
        """The datastore as it is after the edits."""

    def create(self, path: str, values: Mapping[str, RunValue]) -> bool:
        """Makes the instance `/Domain/Ns/Class/name`; False where it is there already or its class is not."""

    def update(self, path: str, values: Mapping[str, RunValue]) -> bool:
        """Sets values of the instance; False where it is not there."""

    def delete(self, path: str) -> bool:
        """Takes the instance away; False where it is not there."""

    def display_name(self, path: str) -> str | None:
        """The display name of the instance, None where it has none or is not there."""

    def set_display_name(self, path: str, name: str) -> bool:
        """Sets the display name of the instance; False where it is not there."""


class ObjectNumber(NamedTuple):
    """An object of the run as a method knows it: by a number that holds for one call."""

    number: int


class Refused(Exception):
    """What a method asked for cannot be; the method is told, and may go on. `kind` is the name of the reason."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message


Answer: TypeAlias = object
"""What a method says and is told: values, `ObjectNumber`s, and lists and mappings of them."""


class Handle(Protocol):
    """What a running method may reach of the run: its object, the root, the log, and all that `evm` asks for."""

    @property
    def root(self) -> dict[str, RunValue] | None:
        """The attributes of the root, None while there is none."""

    @property
    def object(self) -> dict[str, RunValue]:
        """The attributes of the object whose field called the method."""

    @property
    def catalog(self) -> ServiceCatalog:
        """The service models."""

    @property
    def state_vars(self) -> dict[str, RunValue]:
        """The state variables of the run."""

    def read_data(self, text: str) -> dict[str, RunValue]:
        """The mapping that the YAML `text` writes. Raises ConversionError."""

    def object_at(self, path: str) -> dict[str, RunValue]:
        """The attributes of the object at `path`. Raises ObjectNotFound and InvalidPathFormat."""

    def log(self, level: str, text: str) -> None:
        """Writes a line to the run's trace; `level` is debug, info, warn or error."""

    def workspace_xml(self) -> str:
        """The whole workspace as XML."""

    def answer(self, ask: str, arguments: Sequence[Answer]) -> Answer:
        """What `evm` gets for `ask`: values, `ObjectNumber`s, and lists and mappings of them.

        Raises Refused, AutomateError (the method is told), LimitExceeded (the run ends), ProtocolError.
        """

    def decrypt(self, password: Password) -> str:
        """The text of `password`, which is masked from now on. Raises Refused."""


class ProtocolError(Exception):
    """A method's process asked for what nobody may ask: it is ended."""


class Code(NamedTuple):
    """A piece of code, the name under which it is known, `/Domain/Ns/Class/method` or, where it stands in an `.ael`
    file, `/Domain/Ns/Class.ael`, and the line of that at which it begins."""

    path: str
    text: str
    line: int = 1


class MethodCall(NamedTuple):
    """A method to run: its declaration, its inputs converted, the handle, and its code, behind that of the methods
    embedded in it."""

    method: "ir.Method"
    inputs: Mapping[str, RunValue]
    handle: Handle
    code: tuple[Code, ...] = ()


class MethodResult(NamedTuple):
    """How a method ended: its exit code (0, 4, 8, 16, anything), its message, what it gives to the field that called
    it, and where it failed, why."""

    code: int = 0
    message: str = ""
    value: RunValue = None
    detail: str = ""


class MethodRunner(Protocol):
    """Runs methods, each by its location."""

    def run(self, call: MethodCall) -> MethodResult:
        """Runs one call to its end. Raises InvalidMethod where nothing can run it, MethodNotFound for an unknown
        builtin; every other fault of the method is its exit code."""


class Clock(Protocol):
    """The time, for ae_state_started and max_time."""

    def now(self) -> datetime:
        """The time, in UTC."""
