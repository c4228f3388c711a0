"""What `evm` gives: objects of the run, records, and the models that find records."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from aelang.methods.child.wire import Wire, encode

if TYPE_CHECKING:
    from aelang.methods.child.evm import Evm


class WorkspaceObject:
    """An object of the run. Its attributes are read and set like those of a mapping; names ignore case."""

    __slots__ = ("_evm", "_number")

    def __init__(self, evm: "Evm", number: int) -> None:
        self._evm = evm
        self._number = number

    def __getitem__(self, name: str) -> Any:
        return self._evm._value(self._look()["attributes"].get(name.lower()))

    def __setitem__(self, name: str, value: object) -> None:
        self._evm._set(self._number, str(name), value)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._look()["attributes"]

    def get(self, name: str, default: Any = None) -> Any:
        """The attribute `name`, `default` where it is not set or nil."""
        found = self[name]
        return default if found is None else found

    @property
    def attributes(self) -> dict[str, Any]:
        """A copy of all attributes; changing it changes nothing."""
        return {name: self._evm._value(value) for name, value in self._look()["attributes"].items()}

    @property
    def name(self) -> str:
        """The whole name: `/Domain/Ns/Class/instance`."""
        return str(self._look()["name"])

    @property
    def namespace(self) -> str:
        """`Domain/Ns`."""
        return str(self._look()["namespace"])

    @property
    def class_name(self) -> str:
        """The name of its class."""
        return str(self._look()["class"])

    @property
    def instance_name(self) -> str:
        """The name of its instance: `.missing` where that one answered."""
        return str(self._look()["instance"])

    @property
    def current_field_name(self) -> str | None:
        """The name of the field that is being processed."""
        found: str | None = self._look()["field"]
        return found

    @property
    def current_field_type(self) -> str | None:
        """Its kind: method, relationship, state."""
        found: str | None = self._look()["kind"]
        return found

    @property
    def current_message(self) -> str:
        """The message that it answers."""
        return str(self._look()["message"])

    @property
    def parent(self) -> "WorkspaceObject | None":
        """The object from which it was reached."""
        found: WorkspaceObject | None = self._evm._value(self._look()["parent"])
        return found

    def children(self, name: str | None = None) -> Any:
        """The children, or those of the relationship `name`: a list, but a single one stands for itself."""
        found = self._evm._ask("children", self.evm_wire, name)
        return found[0] if len(found) == 1 else found

    def decrypt(self, name: str) -> Any:
        """The text of a password attribute; any other as it is."""
        return self._evm._ask("decrypt", self.evm_wire, str(name))

    def encrypted(self, name: str) -> bool:
        """Whether the attribute is a password."""
        return bool(self._evm._ask("encrypted", self.evm_wire, str(name)))

    @property
    def evm_wire(self) -> Wire:
        """How the conversation names it."""
        return {"o": self._number}

    def _look(self) -> dict[str, Any]:
        return self._evm._look(self._number)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, WorkspaceObject) and self._number == other._number

    def __hash__(self) -> int:
        return hash(self._number)

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"<WorkspaceObject {self.name}>"


class ServiceModel:
    """A record: what its model declares can be read, called and, where it allows that, set."""

    __slots__ = ("_class_name", "_evm", "_id", "_number")
    _class_name: str
    _evm: "Evm"
    _id: int
    _number: int

    def __init__(self, evm: "Evm", number: int, class_name: str, id: int) -> None:  # noqa: A002 - the records' word
        object.__setattr__(self, "_evm", evm)
        object.__setattr__(self, "_number", number)
        object.__setattr__(self, "_class_name", class_name)
        object.__setattr__(self, "_id", id)

    @property
    def id(self) -> int:
        """The record's id."""
        return self._id

    @property
    def class_name(self) -> str:
        """The name of its class: `MiqAeServiceVm`."""
        return self._class_name

    def call(self, name: str, *arguments: object) -> Any:
        """The attribute, association or method `name`. Raises EvmError where the model has none."""
        evm = self._evm
        return evm._ask("call", self.evm_wire, name, [encode(each) for each in arguments], changes=True)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        for spelt in (name, f"{name}?"):  # Python has no `?` in names: `vm.retiring()` is `retiring?`
            kind, value = self._evm._ask("member", self.evm_wire, spelt, changes=True)
            if kind == "value":
                return value
            if kind == "method":
                return partial(self.call, spelt)
        raise AttributeError(f"{self.class_name} has no `{name}`")

    def __getitem__(self, name: str) -> Any:
        return self.call("[]", name)

    def __setattr__(self, name: str, value: object) -> None:
        self.call(f"{name}=", value)

    @property
    def evm_wire(self) -> Wire:
        """How the conversation names it."""
        return {"m": [self._number, self.class_name, self.id]}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ServiceModel) and (self.class_name, self.id) == (other.class_name, other.id)

    def __hash__(self) -> int:
        return hash((self.class_name, self.id))

    def __repr__(self) -> str:
        return f"<{self.class_name} {self.id}>"


class Model:
    """A service model as a whole: finds its records."""

    __slots__ = ("_evm", "name")

    def __init__(self, evm: "Evm", name: str) -> None:
        self._evm = evm
        self.name = name

    def find(self, id: Any) -> Any:  # noqa: A002 - the records' own word
        """The record `id`, None where there is none."""
        return self._evm._ask("record", self.name, encode(id))

    find_by_id = find

    def where(self, conditions: Mapping[str, object] | None = None, **more: object) -> Any:
        """The records whose attributes equal all conditions, a list."""
        return self._evm._ask("where", self.name, encode({**(conditions or {}), **more}))

    def find_by(self, conditions: Mapping[str, object] | None = None, **more: object) -> Any:
        """The first record of `where`, None where there is none."""
        return next(iter(self.where(conditions, **more)), None)

    def all(self) -> Any:
        """All records, a list."""
        return self.where()

    def first(self) -> Any:
        """The record with the lowest id, None where there is none."""
        return next(iter(self.where()), None)

    def count(self) -> int:
        """How many records there are."""
        return len(self.where())

    def __getattr__(self, name: str) -> Any:
        """`find_by_name('web')`, and so on for every attribute."""
        attribute = name.removeprefix("find_by_")
        if attribute == name or not attribute:
            raise AttributeError(name)
        return lambda value: self.find_by({attribute: value})

    def __repr__(self) -> str:
        return f"<Model {self.name}>"


class Finder(WorkspaceObject):
    """`evm.object`: the current object; called with a path, the object there."""

    __slots__ = ()

    def __call__(self, path: str | None = None) -> Any:
        return self._evm._ask("find", path)

    def __iter__(self) -> Iterator[str]:
        return iter(self.attributes)
