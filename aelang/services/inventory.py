"""An inventory: service models out of plain data, found by model and id."""

from collections.abc import Mapping, Sequence

from aelang.interpreter.values import RunValue, Symbol
from aelang.services.models import ancestors, class_name, is_model

_REQUEST_MODELS = frozenset(("MiqRequest", "MiqRequestTask"))


class Record:
    """A record of an inventory as a service model.

    What its data holds may be read; a mapping of `model` and `id` in the data stands for that record.
    """

    __slots__ = ("_data", "_inventory", "model")

    def __init__(self, model: str, data: "Mapping[str, RunValue]", inventory: "Inventory") -> None:
        self.model = model
        self._data = data
        self._inventory = inventory

    @property
    def class_name(self) -> str:
        """The name of its class: `MiqAeServiceVm`."""
        return class_name(self.model)

    @property
    def id(self) -> int:
        """The record's id."""
        found = self._data["id"]
        assert isinstance(found, int)
        return found

    def read(self, name: str, arguments: tuple[RunValue, ...] = ()) -> RunValue:
        """The attribute `name`, or of requests and tasks `get_option` with its key. Raises LookupError else."""
        if name == "get_option" and len(arguments) == 1 and _REQUEST_MODELS.intersection(ancestors(self.model)):
            return self._option(arguments[0])
        if name not in self._data or arguments:
            raise LookupError(f"{self.class_name} has no `{name}` to read")
        return self._inventory.resolved(self._data[name])

    def _option(self, key: RunValue) -> RunValue:
        options = self._data.get("options")
        if not isinstance(options, Mapping):
            return None
        found = options.get(key.name if isinstance(key, Symbol) else key)
        if isinstance(found, list):  # a choice of a dialog is kept as [value, text]
            found = found[0] if found else None
        return self._inventory.resolved(found)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Record) and (self.model, self.id) == (other.model, other.id)

    def __hash__(self) -> int:
        return hash((self.model, self.id))

    def __str__(self) -> str:
        return f"<{self.class_name} {self.id}>"

    __repr__ = __str__


class Inventory:
    """Service models from `records`: for each model the data of its records, each with an `id`.

    `caller` is the id of the user on whose behalf a run goes; the user's `current_group` and `current_tenant` come
    with him. Raises ValueError for a model that does not exist and for a record without an id.
    """

    __slots__ = ("_caller", "_records")

    def __init__(self, records: Mapping[str, Sequence[Mapping[str, RunValue]]], caller: int | None = None) -> None:
        self._caller = caller
        self._records: dict[str, dict[int, Record]] = {}
        for model, rows in records.items():
            if not is_model(model):
                raise ValueError(f"there is no service model {model}")
            for row in rows:
                self._add(model, row)

    def _add(self, model: str, row: Mapping[str, RunValue]) -> None:
        number = row.get("id")
        if not isinstance(number, int) or isinstance(number, bool):
            raise ValueError(f"a record of {model} has no id: {dict(row)!r}")
        self._records.setdefault(model, {})[number] = Record(model, row, self)

    def knows(self, model: str) -> bool:
        """Whether there is a service model of that name."""
        return is_model(model)

    def find(self, model: str, id: int) -> Record | None:  # noqa: A002 - the port's own word
        """The record `id` of `model` itself, else of a model that is a kind of it; None where there is none."""
        found = self._records.get(model, {}).get(id)
        if found is not None:
            return found
        return next((rows[id] for kind, rows in self._records.items() if id in rows and model in ancestors(kind)), None)

    def caller(self) -> Mapping[str, Record]:
        """`user`, `tenant` and `miq_group` of the caller; absent ones are left out."""
        user = None if self._caller is None else self.find("User", self._caller)
        if user is None:
            return {}
        found = {"user": user}
        for name, attribute in (("tenant", "current_tenant"), ("miq_group", "current_group")):
            record = self._read_record(user, attribute)
            if record is not None:
                found[name] = record
        return found

    def _read_record(self, record: Record, attribute: str) -> Record | None:
        try:
            found = record.read(attribute)
        except LookupError:
            return None
        return found if isinstance(found, Record) else None

    def resolved(self, value: RunValue) -> RunValue:
        """`value` with every mapping of `model` and `id` in place of the record it names (nil where there is none)."""
        match value:
            case {"model": str(model), "id": int(number), **rest} if not rest:
                return self.find(model, number)
            case list():
                return [self.resolved(each) for each in value]
            case _:
                return value


def default_records() -> dict[str, list[Mapping[str, RunValue]]]:
    """The records that stand in where no inventory is given: a user with group and tenant, and a server."""
    user: dict[str, RunValue] = {
        "id": 1,
        "name": "Admin",
        "userid": "admin",
        "email": "admin@example.com",
        "normalized_ldap_group": "EvmGroup_super_administrator",
        "current_group": {"model": "MiqGroup", "id": 1},
        "current_tenant": {"model": "Tenant", "id": 1},
    }
    return {
        "User": [user],
        "MiqGroup": [{"id": 1, "description": "EvmGroup-super_administrator"}],
        "Tenant": [{"id": 1, "name": "My Company"}],
        "MiqServer": [{"id": 1, "name": "EVM"}],
    }


def default_inventory(user: int = 1) -> Inventory:
    """An inventory of `default_records`, with `user` as the caller."""
    return Inventory(default_records(), caller=user)
